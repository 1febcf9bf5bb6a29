//! One function per thing looked at; the limits and why they are where they are.

use std::net::IpAddr;

use yoban_domain::time::Span;

use super::{Facts, Finding, Level, Port, PortState, Transport, UDP_BUFFER_WANTED};
use crate::addresses::{demo_bind_allowed, url_host};

pub(super) const MIB: u64 = 1 << 20;
/// Below this the database cannot finish its journal safely: SQLite's WAL plus one segment of recording.
pub(super) const DISK_BLOCK: u64 = 200 * MIB;
/// An hour of three people at about 1 Mbit/s each is 1.4 GiB, and its files are copies of what was written at first: below this,
/// above what is kept free, such a call may not be recorded to its end, or not be finished.
pub(super) const DISK_CALL: u64 = 2 * 1_434 * MIB;
/// Below this the system's own killer may choose us in the middle of a call.
pub(super) const MEMORY_BLOCK: u64 = 128 * MIB;
pub(super) const MEMORY_WARN: u64 = 512 * MIB;
/// Below this a key frame of every patient at once overflows the socket, and pictures freeze.
pub(super) const UDP_BUFFER_WARN: usize = 1 << 20;
/// A socket per device, a handful of files per recording, the database.
pub(super) const FILES_BLOCK: u64 = 256;
pub(super) const FILES_WARN: u64 = 4_096;
/// The clock may lag the newest file by this much: file systems and clocks differ by seconds.
pub(super) const CLOCK_TOLERANCE: Span = Span::minutes(2);
/// Beyond this, deadlines and shifts would be wrong by more than a paging tier.
pub(super) const CLOCK_BLOCK: Span = Span::minutes(60);
/// A step of the wall clock against the monotonic clock while we looked.
pub(super) const CLOCK_STEP: Span = Span::seconds(1);

pub(super) fn good(code: &'static str, ja: String, en: String) -> Finding {
    Finding { code, level: Level::Good, ja, en, next: None }
}

pub(super) fn bad(code: &'static str, level: Level, says: (String, String), next: (&str, &str)) -> Finding {
    Finding { code, level, ja: says.0, en: says.1, next: Some((next.0.to_owned(), next.1.to_owned())) }
}

pub(super) fn storage(facts: &Facts) -> Finding {
    match &facts.writable {
        Ok(()) => {
            good("data-writable", "データの置き場所：書き込めます".into(), "data folder: writable".into())
        }
        Err(why) => bad(
            "data-not-writable",
            Level::Block,
            (
                format!("データの置き場所：書き込めません（{why}）"),
                format!("data folder: cannot be written ({why})"),
            ),
            (
                "権限を直すか、別のフォルダーを選んでください",
                "repair its permissions or choose another folder",
            ),
        ),
    }
}

pub(super) fn disk(facts: &Facts) -> Finding {
    let Some(free) = facts.disk_free else {
        return unknown("disk-unknown", "空き容量", "disk space");
    };
    let says = (format!("空き容量：{}", size(free)), format!("disk space: {} free", size(free)));
    let next = (
        "空けるか、--data で空きのあるディスクのフォルダーを選んでください",
        "free some, or choose a folder on a roomier disk with --data",
    );
    match free {
        f if f < DISK_BLOCK => bad("disk-full", Level::Block, says, next),
        f if f < facts.keep_free => {
            let least = size(facts.keep_free);
            let says = (
                format!("{}。{least} を切る間は録画できません", says.0),
                format!("{}; nothing is recorded below {least}", says.1),
            );
            bad("disk-no-recording", Level::Warn, says, next)
        }
        f if f < facts.keep_free.saturating_add(DISK_CALL) => bad("disk-low", Level::Warn, says, next),
        _ => good("disk", says.0, says.1),
    }
}

pub(super) fn clock(facts: &Facts) -> Finding {
    let now = facts.now.rfc3339();
    if facts.clock_step.0.abs() > CLOCK_STEP.0 {
        let step = facts.clock_step.0;
        return bad(
            "clock-stepping",
            Level::Warn,
            (
                format!("時計：見ている間に {step} ミリ秒飛びました"),
                format!("clock: jumped by {step} ms while we looked"),
            ),
            (
                "時刻同期（chrony など）が落ち着いてから始めてください",
                "start when time sync (chrony or like) has settled",
            ),
        );
    }
    let behind = [facts.built, facts.newest_file].into_iter().flatten().map(|t| t.since(facts.now)).max();
    match behind {
        Some(behind) if behind > CLOCK_TOLERANCE => bad(
            "clock-behind",
            if behind > CLOCK_BLOCK { Level::Block } else { Level::Warn },
            (
                format!("時計：{now} は、すでにあるファイルより {} 分前です", behind.0 / 60_000),
                format!("clock: {now} is {} min before files that exist already", behind.0 / 60_000),
            ),
            (
                "時計を合わせてください。当番と呼び出しの時刻はこの時計で決まります",
                "set the clock: duty and paging deadlines are read from it",
            ),
        ),
        _ => good("clock", format!("時計：{now}"), format!("clock: {now}")),
    }
}

pub(super) fn addresses(facts: &Facts) -> Finding {
    let Some(lan) = &facts.lan else {
        return unknown("addresses-unknown", "アドレス", "addresses");
    };
    let texts: Vec<String> = lan.iter().map(|a| format!("{} ({})", a.ip, a.interface)).collect();
    if texts.is_empty() {
        return bad(
            "no-network",
            Level::Warn,
            (
                "アドレス：この機械だけ（LAN につながっていません）".into(),
                "addresses: this machine only (no network)".into(),
            ),
            (
                "電話やタブレットから使うには、同じ LAN につないでください",
                "to use phones and tablets, join the same network as they",
            ),
        );
    }
    let list = texts.join(", ");
    good("addresses", format!("アドレス：{list}"), format!("addresses: {list}"))
}

pub(super) fn port(port: &Port) -> Finding {
    let number = port.at.port();
    let (kind, tool) = match port.transport {
        Transport::Tcp => ("tcp", "t"),
        Transport::Udp => ("udp", "u"),
    };
    let place = format!("{}:{number}/{kind}", url_host(port.at.ip()));
    let says = |ja: &str, en: &str| (format!("ポート：{place} {ja}"), format!("port: {place} {en}"));
    let other =
        ("別の番号を選んでください（`yoban serve --help`）", "choose another number (`yoban serve --help`)");
    match port.state {
        PortState::Free => {
            let (ja, en) = says("空いています", "is free");
            good("port", ja, en)
        }
        PortState::Busy => {
            let (find_ja, find_en) = (
                format!(
                    "使っているもの：`ss -ln{tool}p 'sport = :{number}'`。止めるか、別の番号を選んでください"
                ),
                format!("`ss -ln{tool}p 'sport = :{number}'` tells who; stop it or choose another number"),
            );
            bad(
                "port-busy",
                Level::Block,
                says("他のプログラムが使っています", "is taken by another program"),
                (&find_ja, &find_en),
            )
        }
        PortState::Denied => {
            bad("port-denied", Level::Block, says("使う権限がありません", "may not be used"), other)
        }
        PortState::NotOurs => bad(
            "port-not-ours",
            Level::Block,
            says("この機械のアドレスではありません", "is not an address of this machine"),
            ("上のアドレスから選んでください", "choose one of the addresses above"),
        ),
        PortState::Failed => bad("port-failed", Level::Block, says("開けません", "cannot be opened"), other),
    }
}

pub(super) fn bind(ip: IpAddr) -> Option<Finding> {
    let refused = demo_bind_allowed(ip).err()?;
    let says = (format!("デモ：{ip} では待ち受けません"), format!("demo: does not listen on {ip}"));
    Some(bad(refused.code(), Level::Block, says, (&refused.ja(), &refused.en())))
}

pub(super) fn certificate(facts: &Facts) -> Finding {
    let found = match &facts.certificate {
        None => {
            return good(
                "certificate-none-yet",
                "証明書：最初の起動で作ります".into(),
                "certificate: made on first start".into(),
            );
        }
        Some(Err(why)) => {
            return bad(
                "certificate-unusable",
                Level::Block,
                (format!("証明書：使えません（{why}）"), format!("certificate: unusable ({why})")),
                ("上の理由を直してください", "repair what it says"),
            );
        }
        Some(Ok(found)) => found,
    };
    let until: String = found.not_after.rfc3339().chars().take(10).collect();
    if !found.valid_at(facts.now) {
        return bad(
            "certificate-out-of-time",
            Level::Block,
            (
                format!("証明書：有効期間の外です（{until} まで）"),
                format!("certificate: not valid now (until {until})"),
            ),
            ("時計を確かめ、正しければ替えてください", "check the clock; if it is right, replace it"),
        );
    }
    let dns = facts.names.dns().into_iter().filter(|n| !found.dns.contains(n));
    let ips = facts.names.ips().into_iter().filter(|ip| !found.ips.contains(ip)).map(|ip| ip.to_string());
    let missing: Vec<String> = dns.chain(ips).collect();
    if !missing.is_empty() {
        let list = missing.join(", ");
        return bad(
            "certificate-names",
            Level::Warn,
            (format!("証明書：{list} の名がありません"), format!("certificate: does not name {list}")),
            (
                "開発用なら次の起動で作り直します。残るなら、その名では開けません",
                "a development one is renewed at start; names that remain cannot be opened",
            ),
        );
    }
    if found.not_after.since(facts.now) < Span::minutes(14 * 24 * 60) {
        return bad(
            "certificate-ends-soon",
            Level::Warn,
            (format!("証明書：{until} に切れます"), format!("certificate: ends on {until}")),
            ("新しいものを用意してください", "get a new one"),
        );
    }
    good("certificate", format!("証明書：{until} まで有効"), format!("certificate: valid until {until}"))
}

pub(super) fn udp_buffer(facts: &Facts) -> Finding {
    let Some(got) = facts.udp_buffer else {
        return unknown("udp-buffer-unknown", "UDP バッファー", "UDP buffer");
    };
    let bytes = u64::try_from(got).unwrap_or(u64::MAX);
    let says = (format!("UDP バッファー：{}", size(bytes)), format!("UDP buffer: {}", size(bytes)));
    if got >= UDP_BUFFER_WARN {
        return good("udp-buffer", says.0, says.1);
    }
    let command =
        format!("sudo sysctl -w net.core.rmem_max={UDP_BUFFER_WANTED} net.core.wmem_max={UDP_BUFFER_WANTED}");
    bad(
        "udp-buffer-small",
        Level::Warn,
        says,
        (
            &format!("通話が多いと画像が止まります：`{command}`"),
            &format!("pictures freeze in many calls at once: `{command}`"),
        ),
    )
}

pub(super) fn memory(facts: &Facts) -> Finding {
    let Some(free) = facts.memory else {
        return unknown("memory-unknown", "メモリー", "memory");
    };
    let says = (format!("メモリー：残り {}", size(free)), format!("memory: {} available", size(free)));
    let next = ("他のプログラムを閉じてください", "close other programs");
    match free {
        f if f < MEMORY_BLOCK => bad("memory-out", Level::Block, says, next),
        f if f < MEMORY_WARN => bad("memory-low", Level::Warn, says, next),
        _ => good("memory", says.0, says.1),
    }
}

pub(super) fn files(facts: &Facts) -> Finding {
    let Some(limit) = facts.files else {
        return good("files", "開けるファイル：無制限".into(), "open files: unlimited".into());
    };
    let says = (format!("開けるファイル：{limit}"), format!("open files: {limit}"));
    let next = (
        "上限を 8192 以上にしてください（systemd なら LimitNOFILE=8192、シェルなら limits.conf）",
        "raise the hard limit to 8192 or more (systemd: LimitNOFILE=8192; a shell: limits.conf)",
    );
    match limit {
        n if n < FILES_BLOCK => bad("files-few", Level::Block, says, next),
        n if n < FILES_WARN => bad("files-low", Level::Warn, says, next),
        _ => good("files", says.0, says.1),
    }
}

pub(super) fn unknown(code: &'static str, ja: &str, en: &str) -> Finding {
    bad(
        code,
        Level::Warn,
        (format!("{ja}：調べられませんでした"), format!("{en}: could not be read")),
        ("ご自分で確かめてください", "look for yourself"),
    )
}

/// Bytes for people: MiB below ten GiB, then GiB.
pub(super) fn size(bytes: u64) -> String {
    match bytes / MIB {
        0 => format!("{} KiB", bytes / 1_024),
        mib @ 1..10_240 => format!("{mib} MiB"),
        mib => format!("{} GiB", mib / 1_024),
    }
}
