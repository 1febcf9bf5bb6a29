//! The top: who, when, what was decided, and whether it is signed.

use std::fmt::Write as _;

use yoban_domain::encounter::Decided;
use yoban_domain::private::Private;
use yoban_domain::session::Outcome;
use yoban_domain::time::Timestamp;
use yoban_domain::words;

use super::{Lang, Page, Standing, html, vitals};

pub(super) fn watermark(page: &Page<'_>) -> String {
    let (class, said) = match page.standing {
        Standing::Signed => return String::new(),
        Standing::Unsigned => ("watermark", page.t("下書き", "DRAFT")),
        Standing::ChangedSince => ("watermark long", page.t("署名後に変更あり", "CHANGED SINCE SIGNED")),
    };
    format!("<div class=\"{class}\" aria-hidden=\"true\"><span>{said}</span></div>")
}

pub(super) fn head(page: &Page<'_>) -> String {
    let (record, encounter) = (page.record, &page.record.encounter);
    let patient = &record.patient;
    let age =
        patient.age(page.end(), &record.association.zone).map_or_else(String::new, |age| match page.lang {
            Lang::Ja => format!("{age}歳"),
            Lang::En => format!("{age} years"),
        });
    let mut out = format!(
        "<header><h1>{}</h1><p class=\"who\">{}</p></header>\
         <div class=\"patient\"><span class=\"name\">{}</span><span class=\"kana\">{}</span>\
         <span>{age} {}</span><span class=\"id\">{} {}</span><span class=\"id\">{} {}</span></div><p class=\"when\">",
        page.t("夜間対応　診療記録", "Night call: encounter record"),
        html::text(page.lang.pick(&record.association.name, &record.association.name_en)),
        page.name(&patient.name),
        html::text(page.lang.pick(patient.name.kana.reveal(), patient.name.kanji.reveal())),
        page.lang.words(words::sex(patient.sex)),
        page.t("生年月日", "Born"),
        html::text(patient.birth_date.reveal()),
        page.t("患者番号", "No."),
        html::text(patient.number.reveal()),
    );
    if let Some(at) = encounter.requested_at {
        let _ = write!(out, "<b>{}</b>", html::escape(&page.clock.day(at)));
    }
    for (label, at) in [
        (page.t("呼出", "Called"), encounter.requested_at),
        (page.t("応答", "Answered"), encounter.answered_at),
        (page.t("終了", "Ended"), encounter.ended_at),
    ] {
        if let Some(at) = at {
            let _ = write!(out, "<span>{label} <b>{}</b></span>", page.clock.minutes(at));
        }
    }
    if let (Some(from), Some(to)) = (encounter.answered_at, encounter.ended_at) {
        let _ = write!(
            out,
            "<span>{} <b>{}</b></span>",
            page.t("通話", "Call"),
            page.clock.length(to.since(from))
        );
    }
    if encounter.cancelled {
        let _ = write!(
            out,
            "<span><b>{}</b></span>",
            page.t("応答前に患者が取り消し", "Taken back by the patient before an answer")
        );
    }
    out.push_str("</p>");
    out
}

pub(super) fn decision(page: &Page<'_>) -> String {
    let encounter = &page.record.encounter;
    let mut left = String::new();
    let mut class = "decision";
    if let Some(decided) = &encounter.disposition {
        let disposition = decided.disposition.reveal();
        let _ = write!(
            left,
            "<p class=\"what\">{}</p><p class=\"by\">{}",
            what(page, decided),
            by(page, decided)
        );
        if !encounter.replaced.is_empty() {
            let changed = match page.lang {
                Lang::Ja => format!("　{}に変更", page.clock.minutes(decided.at)),
                Lang::En => format!(", changed at {}", page.clock.minutes(decided.at)),
            };
            let _ = write!(left, "<b>{changed}</b>");
        }
        left.push_str("</p>");
        let advice = disposition.advice.reveal();
        if !advice.trim().is_empty() {
            let _ = write!(
                left,
                "<p class=\"advice\">{}{}</p>",
                page.t("患者への説明：", "Told to the patient: "),
                html::text(advice)
            );
        }
        if let Some(reason) = &disposition.reason_online {
            let _ = write!(
                left,
                "<p class=\"advice\">{}{}</p>",
                page.t("オンラインで終える理由：", "Why it may end online: "),
                html::text(reason.reveal())
            );
        }
        for looked in &encounter.rechecked {
            let by = looked.by.map_or_else(String::new, |by| page.named(by));
            left.push_str(&second_look(page, looked.at, &by, &looked.note));
        }
    } else {
        class = "decision open";
        let said = if encounter.answered_by_next.is_some() {
            page.t(
                "患者がもう一度呼び、次の通話で対応",
                "The patient called again: the next call answers for this one",
            )
        } else {
            page.t("転帰はまだ決まっていません", "No decision yet")
        };
        let _ = write!(left, "<p class=\"what\">{said}</p>");
    }
    left.push_str(&replaced(page));
    format!("<section class=\"{class}\"><div>{left}</div>{}</section>", chips(page))
}

fn what(page: &Page<'_>, decided: &Decided) -> String {
    let outcome = decided.disposition.reveal().outcome;
    let said = page.lang.words(words::outcome(outcome));
    if let Outcome::RecheckAt { at } = outcome {
        return format!("{said}　{}", page.clock.minutes(at));
    }
    said.to_owned()
}

fn by(page: &Page<'_>, decided: &Decided) -> String {
    let by = decided.by.map_or_else(String::new, |by| format!("{}　", page.named(by)));
    format!("{by}{}", page.clock.minutes(decided.at))
}

/// What was decided before, struck through, and until when it stood: newest first.
fn replaced(page: &Page<'_>) -> String {
    let mut out = String::new();
    for former in page.record.encounter.replaced.iter().rev() {
        let until = page.clock.minutes(former.until);
        let fate = match (former.taken_back, page.lang) {
            (None, Lang::Ja) => format!("{until}に変更"),
            (None, Lang::En) => format!("changed at {until}"),
            (Some(why), Lang::Ja) => format!("{until}に取り下げ（{}）", words::taken_back(why).ja),
            (Some(why), Lang::En) => format!("taken back at {until} ({})", words::taken_back(why).en),
        };
        let _ = write!(
            out,
            "<p class=\"former\">{}<s>{}　{}　{}</s>　{fate}</p>",
            page.t("前の決定：", "Decided before: "),
            what(page, &former.decided),
            by(page, &former.decided),
            html::text(former.decided.disposition.reveal().advice.reveal()),
        );
    }
    out
}

/// What a promised second look showed, by whom and when.
pub(super) fn second_look(page: &Page<'_>, at: Timestamp, by: &str, note: &Private<String>) -> String {
    format!(
        "<p class=\"advice\">{} {} {by}{}{}</p>",
        page.t("再確認", "Second look"),
        page.clock.minutes(at),
        page.t("：", ": "),
        html::text(note.reveal())
    )
}

fn chips(page: &Page<'_>) -> String {
    let mut out = String::from("<div class=\"chips\">");
    let encounter = &page.record.encounter;
    if let Some(urgency) = page.findings.urgency {
        let words = words::urgency(urgency);
        let _ = write!(out, "<span class=\"chip {}\">{}</span>", words.code, page.lang.words(words));
    }
    if !encounter.readings.is_empty()
        && let Some(score) = &page.vitals.score
    {
        let _ = write!(
            out,
            "<span class=\"chip {}\">NEWS2 {}<small>{} {}</small></span>",
            vitals::colour(score),
            vitals::total(score),
            page.t("終了時・リスク", "at the end, risk"),
            vitals::bands(page, score)
        );
    }
    out.push_str("</div>");
    out
}
