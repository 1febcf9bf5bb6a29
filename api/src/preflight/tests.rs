use std::net::{IpAddr, TcpListener};

use super::checks::{DISK_BLOCK, DISK_CALL, MEMORY_BLOCK, MEMORY_WARN, size};
use super::gather::available;
use super::text::columns;
use super::*;
use crate::addresses::Reach;
use yoban_domain::time::Span;
use yoban_media::recording::RecordingConfig;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn names() -> Names {
    Names { host: Some("ward".to_owned()), addresses: vec![ip("192.168.1.20")] }
}

fn leaf() -> CertificateFacts {
    CertificateFacts {
        not_before: NOW.minus(Span::minutes(60)),
        not_after: NOW.plus(Span::minutes(80 * 24 * 60)),
        dns: names().dns(),
        ips: names().ips(),
        is_authority: false,
        permitted_dns: vec![],
        fingerprint: "00".to_owned(),
    }
}

/// A machine on which all is well.
fn healthy() -> Facts {
    let port = |transport, at: &str| Port { transport, at: at.parse().unwrap(), state: PortState::Free };
    Facts {
        demo: true,
        ports: vec![
            port(Transport::Tcp, "192.168.1.20:8443"),
            port(Transport::Tcp, "127.0.0.1:8080"),
            port(Transport::Udp, "192.168.1.20:8443"),
        ],
        lan: Some(vec![LanAddress {
            interface: "wlan0".to_owned(),
            ip: ip("192.168.1.20"),
            reach: Reach::Private,
        }]),
        names: names(),
        certificate: Some(Ok(leaf())),
        now: NOW,
        built: Some(NOW.minus(Span::minutes(90))),
        newest_file: Some(NOW.plus(Span::seconds(30))),
        clock_step: Span(3),
        disk_free: Some(50 << 30),
        keep_free: RecordingConfig::KEEP_FREE,
        writable: Ok(()),
        udp_buffer: Some(UDP_BUFFER_WANTED),
        memory: Some(4 << 30),
        files: Some(8_192),
    }
}

#[test]
fn a_healthy_machine_has_nothing_to_say_but_good() {
    let findings = judge(&healthy());
    assert!(findings.iter().all(|f| f.level == Level::Good && f.next.is_none()), "{findings:#?}");
    assert_eq!(findings.len(), 11);
    assert!(!blocked(&findings));
}

/// Spoils a healthy machine; exactly one finding must change, to this code and level.
#[test]
fn each_trouble_gives_its_own_finding_and_no_other() {
    type Spoil = fn(&mut Facts);
    let table: [(&str, Level, Spoil); 27] = [
        ("port-busy", Level::Block, |f| f.ports[0].state = PortState::Busy),
        ("port-denied", Level::Block, |f| f.ports[1].state = PortState::Denied),
        ("port-not-ours", Level::Block, |f| f.ports[2].state = PortState::NotOurs),
        ("port-failed", Level::Block, |f| f.ports[2].state = PortState::Failed),
        ("no-network", Level::Warn, |f| f.lan = Some(vec![])),
        ("addresses-unknown", Level::Warn, |f| f.lan = None),
        ("data-not-writable", Level::Block, |f| f.writable = Err("read-only file system".to_owned())),
        ("disk-full", Level::Block, |f| f.disk_free = Some(DISK_BLOCK - 1)),
        ("disk-no-recording", Level::Warn, |f| f.disk_free = Some(DISK_BLOCK)),
        ("disk-no-recording", Level::Warn, |f| f.disk_free = Some(RecordingConfig::KEEP_FREE - 1)),
        ("disk-low", Level::Warn, |f| f.disk_free = Some(RecordingConfig::KEEP_FREE)),
        ("disk-low", Level::Warn, |f| f.disk_free = Some(RecordingConfig::KEEP_FREE + DISK_CALL - 1)),
        ("disk-unknown", Level::Warn, |f| f.disk_free = None),
        ("clock-behind", Level::Warn, |f| f.newest_file = Some(NOW.plus(Span::minutes(3)))),
        ("clock-behind", Level::Block, |f| f.built = Some(NOW.plus(Span::minutes(61)))),
        ("clock-stepping", Level::Warn, |f| f.clock_step = Span(-1_500)),
        ("certificate-unusable", Level::Block, |f| f.certificate = Some(Err("mode 644".to_owned()))),
        ("certificate-out-of-time", Level::Block, |f| {
            f.certificate = Some(Ok(CertificateFacts { not_after: NOW.minus(Span(1)), ..leaf() }))
        }),
        ("certificate-names", Level::Warn, |f| f.names.addresses.push("10.0.0.9".parse().unwrap())),
        ("certificate-ends-soon", Level::Warn, |f| {
            f.certificate =
                Some(Ok(CertificateFacts { not_after: NOW.plus(Span::minutes(13 * 24 * 60)), ..leaf() }));
        }),
        ("udp-buffer-small", Level::Warn, |f| f.udp_buffer = Some(425_984)),
        ("udp-buffer-unknown", Level::Warn, |f| f.udp_buffer = None),
        ("memory-low", Level::Warn, |f| f.memory = Some(MEMORY_WARN - 1)),
        ("memory-out", Level::Block, |f| f.memory = Some(MEMORY_BLOCK - 1)),
        ("memory-unknown", Level::Warn, |f| f.memory = None),
        ("files-low", Level::Warn, |f| f.files = Some(1_024)),
        ("files-few", Level::Block, |f| f.files = Some(64)),
    ];
    for (code, level, spoil) in table {
        let mut facts = healthy();
        spoil(&mut facts);
        let findings = judge(&facts);
        let bad: Vec<_> =
            findings.iter().filter(|f| f.level != Level::Good).map(|f| (f.code, f.level)).collect();
        assert_eq!(bad, [(code, level)]);
        assert!(findings.iter().all(|f| (f.level == Level::Good) == f.next.is_none()));
        assert_eq!(blocked(&findings), level == Level::Block, "{code}");
    }
}

#[test]
fn the_demo_on_all_addresses_is_one_finding_and_outside_of_the_demo_none() {
    let mut facts = healthy();
    for port in &mut facts.ports {
        port.at.set_ip(ip("0.0.0.0"));
    }
    let codes = |facts: &Facts| {
        judge(facts).iter().filter(|f| f.level == Level::Block).map(|f| f.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(&facts), ["demo-bind-wildcard"]);
    facts.demo = false;
    assert!(codes(&facts).is_empty());
}

#[test]
fn before_the_first_start_and_without_a_file_limit_all_is_well() {
    let facts = Facts { certificate: None, files: None, newest_file: None, built: None, ..healthy() };
    assert!(judge(&facts).iter().all(|f| f.level == Level::Good));
}

#[test]
fn lines_are_aligned_in_both_languages_and_say_what_to_do() {
    let mut facts = healthy();
    facts.ports[0].state = PortState::Busy;
    facts.files = Some(1_024);
    let findings = judge(&facts);
    for (language, ready) in [
        (Language::Ja, "このままでは始められません（✗ 1 件、注意 1 件）。"),
        (Language::En, "Not ready: 1 must be repaired, 1 to note."),
    ] {
        let text = render(&findings, language);
        assert_eq!(text.lines().last(), Some(ready));
        assert!(
            text.contains("✗ ")
                && text.contains("⚠ ")
                && text.contains("✓ ")
                && text.contains("ss -lntp 'sport = :8443'")
        );
        // The words after the labels start in one column.
        let starts: Vec<usize> = text
            .lines()
            .filter(|l| l.starts_with(['✓', '⚠', '✗']))
            .map(|l| {
                let (label, rest) = l.split_once("  ").unwrap();
                columns(label) + 2 + columns(rest) - columns(rest.trim_start())
            })
            .collect();
        assert!(starts.len() == 11 && starts.windows(2).all(|w| w[0] == w[1]), "{starts:?}\n{text}");
    }
}

#[test]
fn the_machine_itself_can_be_asked_and_a_taken_port_is_seen() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let data = std::env::temp_dir().join(format!("yoban-preflight-{}", std::process::id()));
    let ask = Ask {
        demo: true,
        keep_free: RecordingConfig::KEEP_FREE,
        tcp: vec![
            taken.local_addr().unwrap(),
            "127.0.0.1:0".parse().unwrap(),
            "192.0.2.1:0".parse().unwrap(),
        ],
        udp: vec!["127.0.0.1:0".parse().unwrap()],
        data: data.clone(),
        names: Names::default(),
        certificate: None,
    };
    let facts = gather(ask, &|| NOW);
    let states: Vec<PortState> = facts.ports.iter().map(|p| p.state).collect();
    assert_eq!(states, [PortState::Busy, PortState::Free, PortState::NotOurs, PortState::Free]);
    assert_eq!(facts.writable, Ok(()));
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), 0, "the probe is removed");
    assert!(facts.disk_free.is_some_and(|n| n > 0) && facts.udp_buffer.is_some_and(|n| n > 0));
    std::fs::remove_dir(&data).unwrap();
}

#[test]
fn available_memory_is_read_from_linux_text() {
    assert_eq!(available("MemTotal:  100 kB\nMemAvailable:   2048 kB\n"), Some(2 << 20));
    assert_eq!(available("MemTotal:  100 kB\n"), None);
}

#[test]
fn sizes_and_widths_are_for_people() {
    assert_eq!(
        (size(425_984), size(3 << 30), size(50 << 30)),
        ("416 KiB".into(), "3072 MiB".into(), "50 GiB".into())
    );
    assert_eq!(columns("ポート 8443"), 11);
}
