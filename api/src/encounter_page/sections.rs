//! The page's parts below the top, in the order they are read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use yoban_domain::encounter::{Attendee, JoinAnswer, JoinAnswered};
use yoban_domain::id::ReadingId;
use yoban_domain::mode::{ServiceKind, examined_for};
use yoban_domain::private::Private;
use yoban_domain::session::{ConsentManner, LegRole, Participant};
use yoban_domain::vitals::VitalKind;
use yoban_domain::wire::rest::TimelineEntry;
use yoban_domain::wire::view::RecheckTaken;
use yoban_domain::words;

use super::top::second_look;
use super::vitals::is_listed;
use super::{Lang, Page, Standing, html};

/// What was known of the patient before the call; lines without content are left out.
pub(super) fn card(page: &Page<'_>) -> String {
    let summary = page.record.patient.summary.reveal();
    let mut out = String::new();
    for (label, lines) in [
        (page.t("病名", "Conditions"), &summary.conditions),
        (page.t("アレルギー", "Allergies"), &summary.allergies),
        (page.t("薬・機器", "Drugs and devices"), &summary.medications),
        (page.t("本人の意思", "Wishes"), &summary.wishes),
    ] {
        if !lines.is_empty() {
            let lines: Vec<String> = lines.iter().map(|l| html::text(l)).collect();
            let _ = write!(out, "<p><span>{label}</span> {}</p>", lines.join(page.t("、", ", ")));
        }
    }
    if out.is_empty() {
        return out;
    }
    format!("<div class=\"card\">{out}</div>")
}

pub(super) fn findings(page: &Page<'_>) -> String {
    let found = &page.findings;
    let none = |ja, en| format!("<span class=\"none\">{}</span>", page.t(ja, en));
    let mut left = format!("<div><h2>{}</h2>", page.t("SBAR（看護師）", "SBAR (nurse)"));
    if let Some(sbar) = &found.sbar {
        left.push_str("<dl>");
        for (label, text) in [
            (page.t("S 状況", "S Situation"), &sbar.situation),
            (page.t("B 背景", "B Background"), &sbar.background),
            (page.t("A 評価", "A Assessment"), &sbar.assessment),
            (page.t("R 依頼", "R Request"), &sbar.recommendation),
        ] {
            let said = if text.reveal().trim().is_empty() {
                none("記載なし", "not written")
            } else {
                html::text(text.reveal())
            };
            let _ = write!(left, "<dt>{label}</dt><dd>{said}</dd>");
        }
        left.push_str("</dl>");
    } else {
        left.push_str(&none("記載なし", "not written"));
    }
    left.push_str("</div>");

    let flags = match found.red_flags.as_deref() {
        None => format!("<span class=\"miss\">{}</span>", page.t("確認していない", "not screened")),
        Some([]) => page.t("該当なし", "none found").to_owned(),
        Some(found) => {
            let said: Vec<&str> = found.iter().map(|f| page.lang.words(words::red_flag(*f))).collect();
            format!("<b class=\"red\">{}</b>", said.join(page.t("、", ", ")))
        }
    };
    let identity = found.identity.map_or_else(
        || format!("<span class=\"miss\">{}</span>", page.t("記録なし", "not recorded")),
        |method| {
            let by = found.identity_by.as_ref().map_or_else(String::new, |by| match page.lang {
                Lang::Ja => format!("（{}）", page.name(&by.name)),
                Lang::En => format!(" ({})", page.name(&by.name)),
            });
            format!("{}{by}", page.lang.words(words::identity(method)))
        },
    );
    let urgency = found.urgency.map_or_else(
        || format!("<span class=\"miss\">{}</span>", page.t("記録なし", "not recorded")),
        |urgency| {
            let words = words::urgency(urgency);
            format!("<b class=\"{}\">{}</b>", words.code, page.lang.words(words))
        },
    );
    format!(
        "<div class=\"cols\">{left}<div><h2>{}</h2><dl><dt>{}</dt><dd>{urgency}</dd><dt>{}</dt><dd>{flags}</dd>\
         <dt>{}</dt><dd>{identity}</dd></dl></div></div>",
        page.t("確認", "Checks"),
        page.t("緊急度", "Urgency"),
        page.t("危険な症状", "Red flags"),
        page.t("本人確認", "Identity"),
    )
}

/// The note over the full width: it may be long.
pub(super) fn note(page: &Page<'_>) -> String {
    let note = page.findings.note.as_ref().filter(|n| !n.reveal().trim().is_empty()).map_or_else(
        || format!("<span class=\"none\">{}</span>", page.t("記載なし", "not written")),
        |n| html::text(n.reveal()),
    );
    format!("<h2>{}</h2><p class=\"note\">{note}</p>", page.t("医師・看護師の記録", "Note"))
}

pub(super) fn people(page: &Page<'_>) -> String {
    let encounter = &page.record.encounter;
    let mut rows = String::new();
    for (attendee, seen) in encounter.attendees.iter().zip(page.record.attended()) {
        let (name, place) = match attendee.who {
            Participant::Staff { person } => (page.named(person), page.institution_of(person)),
            Participant::Equipment { by, .. } => (page.t("機器", "Device").to_owned(), page.named(by)),
            Participant::Tablet { .. } => (page.name(&page.record.patient.name), String::new()),
        };
        let time = |at| page.clock.minutes(at);
        let stay = seen.admitted_at.map_or_else(
            || page.t("入室せず", "not let in").to_owned(),
            |from| {
                let until = seen.left_at.map_or_else(String::new, time);
                format!("{}–{until}", time(from))
            },
        );
        let _ = write!(
            rows,
            "<tr><td>{}</td><td>{name}{}</td><td>{place}</td><td class=\"t\">{stay}</td><td>{}</td></tr>",
            page.lang.words(words::leg_role(attendee.role)),
            registered(page, attendee),
            consent(page, attendee),
        );
    }
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "<h2>{}</h2><div class=\"wide\"><table><thead><tr><th>{}</th><th>{}</th><th>{}</th><th>{}</th><th>{}</th>\
         </tr></thead><tbody>{rows}</tbody></table></div>",
        page.t("参加者と患者の同意", "Who took part, and the patient's consent"),
        page.t("役割", "Role"),
        page.t("氏名", "Name"),
        page.t("所属", "Institution"),
        page.t("在室", "In the call"),
        page.t("参加への同意", "Consent to joining"),
    )
}

/// A doctor shows the year of registration.
fn registered(page: &Page<'_>, attendee: &Attendee) -> String {
    let Participant::Staff { person } = attendee.who else {
        return String::new();
    };
    let year = page.person(person).and_then(|p| p.registration.as_ref()).map(|r| r.year);
    year.map_or_else(String::new, |year| match page.lang {
        Lang::Ja => format!("<small>（医籍登録{year}年）</small>"),
        Lang::En => format!("<small> (registered {year})</small>"),
    })
}

/// Every answer with its time, in order: whoever comes back is asked again.
fn consent(page: &Page<'_>, attendee: &Attendee) -> String {
    if attendee.role == LegRole::Patient {
        return page.t("—", "—").to_owned();
    }
    if attendee.answers.is_empty() {
        let missing = match attendee.admitted_at {
            None => page.t("同意を得られず", "no consent was given"),
            Some(_) => page.t("同意の記録なし", "no consent on record"),
        };
        return format!("<span class=\"miss\">{missing}</span>");
    }
    let answer = |given: &JoinAnswered| {
        let at = page.clock.minutes(given.at);
        match given.answer {
            JoinAnswer::ByTap => page.t("呼出による", "By calling").to_owned(),
            JoinAnswer::Refused => {
                format!("<span class=\"miss\">{}</span> {at}", page.t("いいえ", "No"))
            }
            JoinAnswer::Given { how } => {
                let heard = match (how, page.lang) {
                    (ConsentManner::OnTablet, _) => String::new(),
                    (ConsentManner::Spoken { heard_by }, Lang::Ja) => {
                        format!("（確認：{}）", page.named(heard_by))
                    }
                    (ConsentManner::Spoken { heard_by }, Lang::En) => {
                        format!(" (heard by {})", page.named(heard_by))
                    }
                };
                format!("{}{heard} {at}", page.lang.words(words::manner(how)))
            }
        }
    };
    attendee.answers.iter().map(answer).collect::<Vec<_>>().join("<br>")
}

pub(super) fn ledger(page: &Page<'_>) -> String {
    let ledger = &page.findings.ledger;
    if ledger.is_empty() {
        return String::new();
    }
    let mut rows = String::new();
    for interval in ledger {
        let until = interval.until.map_or_else(String::new, |at| page.clock.seconds(at));
        let length = interval.until.unwrap_or_else(|| page.end()).since(interval.from);
        let _ = write!(
            rows,
            "<tr><td class=\"t\">{}–{until}</td><td class=\"n\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            page.clock.seconds(interval.from),
            page.clock.length(length),
            page.lang.words(words::service_kind(interval.kind)),
            page.lang.words(words::media_mode(interval.mode)),
            if interval.nurse_present {
                page.t("看護師同席（D to P with N）", "nurse at the bedside")
            } else {
                ""
            },
        );
    }
    let mut out = format!(
        "<h2>{}</h2><div class=\"wide\"><table><thead><tr><th>{}</th><th class=\"n\">{}</th><th>{}</th><th>{}</th>\
         <th></th></tr></thead><tbody>{rows}</tbody></table></div>",
        page.t("診療形態の記録", "Kind of care, second by second"),
        page.t("時刻", "Time"),
        page.t("長さ", "Length"),
        page.t("診療形態", "Kind of care"),
        page.t("通信", "On"),
    );
    if ledger.iter().any(|i| i.kind == ServiceKind::OnlineExamination) {
        let _ = write!(
            out,
            "<p class=\"fine\">{} {}</p>",
            page.t("オンライン診療の合計", "Online medical examination in all:"),
            page.clock.length(examined_for(ledger, page.end()))
        );
    }
    out
}

pub(super) fn recording(page: &Page<'_>) -> String {
    let encounter = &page.record.encounter;
    if encounter.recorded.is_empty() && encounter.recording_answers.is_empty() {
        let none = page.t("録画・録音なし", "Not recorded");
        let head = page.t("録画・録音", "Recording");
        return format!("<h2>{head}</h2><p class=\"none\">{none}</p>");
    }
    let stretches: Vec<String> = encounter
        .recorded
        .iter()
        .map(|s| {
            let until = s.until.map_or_else(String::new, |at| page.clock.seconds(at));
            format!("{}–{until}", page.clock.seconds(s.from))
        })
        .collect();
    let answers: Vec<String> = encounter
        .recording_answers
        .iter()
        .map(|answer| {
            let attendee = encounter.attendees.iter().find(|a| a.leg == answer.leg);
            let who = match attendee.map(|a| a.who) {
                Some(Participant::Staff { person }) => page.named(person),
                Some(Participant::Equipment { by, .. }) => page.named(by),
                Some(Participant::Tablet { .. }) | None => page.t("患者", "the patient").to_owned(),
            };
            let said = if answer.yes {
                page.t("同意", "agreed")
            } else {
                page.t("拒否・撤回", "refused or withdrew")
            };
            format!("{} {who} {said}", page.clock.seconds(answer.at))
        })
        .collect();
    let stretches = if stretches.is_empty() {
        page.t("録画・録音なし", "Not recorded").to_owned()
    } else {
        stretches.join(page.t("、", ", "))
    };
    format!(
        "<h2>{}</h2><dl><dt>{}</dt><dd>{stretches}</dd><dt>{}</dt><dd>{}</dd></dl>",
        page.t("録画・録音", "Recording"),
        page.t("区間", "Ran"),
        page.t("同意", "Answers"),
        answers.join(page.t("　／　", "; ")),
    )
}

pub(super) fn signature(page: &Page<'_>) -> String {
    let Some(signed) = page.signed else {
        return format!(
            "<section class=\"sign draft\"><div><b>{}</b><p>{}</p></div></section>",
            page.t("未署名（下書き）", "Not signed (draft)"),
            page.t(
                "この記録は署名されていません。内容は変わることがあります。",
                "This record is not signed. It may still change.",
            ),
        );
    };
    let (class, remark) = if page.standing == Standing::Signed {
        ("sign", String::new())
    } else {
        (
            "sign draft",
            format!(
                "<p class=\"miss\">{}</p>",
                page.t(
                    "署名の後で内容が変わりました。署名はこの表示の内容には及びません。",
                    "The record changed after it was signed. The signature does not cover what is shown here.",
                )
            ),
        )
    };
    let at = format!("{} {}", page.clock.day(signed.at), page.clock.tick(signed.at));
    format!(
        "<section class=\"{class}\"><div><b>{} {}</b><p>{}　{}</p>{remark}</div>\
         <p>{} {}<br><span class=\"digest\">SHA-256 {}</span></p></section>",
        page.t("署名", "Signed by"),
        page.named(signed.by),
        page.institution_of(signed.by),
        html::escape(&at),
        page.t("版", "Version"),
        signed.version,
        html::escape(&signed.digest),
    )
}

/// What was found after the signature, which does not cover it: a signed record does not change.
pub(super) fn afterwards(page: &Page<'_>, taken: Option<&RecheckTaken>) -> String {
    let recorded = |t: &&RecheckTaken| page.record.encounter.rechecked.iter().any(|l| l.at == t.at);
    let Some(taken) = taken.filter(|t| page.signed.is_some() && !recorded(t)) else {
        return String::new();
    };
    let by = taken.by.as_ref().map_or_else(String::new, |card| page.name(&card.name));
    format!(
        "<section><h2>{}</h2>{}<p class=\"fine\">{}</p></section>",
        page.t("署名の後", "After the signature"),
        second_look(page, taken.at, &by, &taken.note),
        page.t("上の署名はここには及びません。", "The signature above does not cover this."),
    )
}

/// So many readings of one kind are read one by one. More: the page drowns in them. Fewer: a cuff's numbers stand in no line.
const FEW: usize = 3;

/// The kind of a reading nothing is known of.
fn unmarked(entry: &TimelineEntry) -> Option<VitalKind> {
    entry.measured.as_ref().filter(|m| !m.remarkable()).map(|m| m.kind)
}

pub(super) fn timeline(page: &Page<'_>, entries: &[TimelineEntry]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let mut rows = String::new();
    let mut often: BTreeMap<VitalKind, usize> = BTreeMap::new();
    for kind in entries.iter().filter_map(unmarked) {
        *often.entry(kind).or_default() += 1;
    }
    // The plots end with the call: what was measured before the tap or after the end stands here alone.
    let (from, until) = page.record.window();
    let readings = page.record.encounter.readings.iter().map(|r| r.reveal());
    let elsewhere: BTreeSet<ReadingId> = readings
        .filter(|r| is_listed(r.vital.kind()) || (from..=until).contains(&r.at()))
        .map(|r| r.id)
        .collect();
    let plain = |e: &&TimelineEntry| {
        e.reading.is_some_and(|id| elsewhere.contains(&id))
            && unmarked(e).is_some_and(|kind| often.get(&kind) > Some(&FEW))
    };
    let measured = entries.iter().filter(plain).count();
    for entry in entries.iter().filter(|e| !plain(e)) {
        let said: &Private<String> = match page.lang {
            Lang::Ja => &entry.text,
            Lang::En => &entry.text_en,
        };
        let _ =
            write!(rows, "<li><time>{}</time>{}</li>", page.clock.plain(entry.at), html::text(said.reveal()));
    }
    let left_out = match (measured, page.lang) {
        (0, _) => String::new(),
        (n, Lang::Ja) => format!("印のない測定値{n}件はここでは省き、バイタルサインの図表にあります。　"),
        (1, Lang::En) => "1 reading without a mark is left out here: it is with the vital signs. ".to_owned(),
        (n, Lang::En) => {
            format!("{n} readings without a mark are left out here: they are with the vital signs. ")
        }
    };
    format!(
        "<section class=\"timeline\"><h2>{}</h2><ol>{rows}</ol><p class=\"fine\">{left_out}{} {}</p></section>",
        page.t("経過", "What happened"),
        page.t("時刻：", "Times are in"),
        html::escape(page.clock.zone_name()),
    )
}
