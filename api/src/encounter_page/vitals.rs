//! Vital signs: plots, the values that were marked, and NEWS2 at the end of the call.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use yoban_domain::timeline::shown;
use yoban_domain::vitals::score::{Band, ItemScore, NotScored, Score, SingleThree, Spo2Scale};
use yoban_domain::vitals::{Measure, Reading, Source, VitalKind, feed, rules};
use yoban_domain::words;

use super::html;
use super::plot::Plot;
use super::{Lang, Page};

/// What is drawn, with the range that is always in sight. Raised upper or lowered lower bounds flatten the line.
const DRAWN: [(VitalKind, &[Measure], (f64, f64)); 6] = [
    (VitalKind::Spo2, &[Measure::Spo2], (88.0, 100.0)),
    (VitalKind::Pulse, &[Measure::Pulse], (60.0, 100.0)),
    (VitalKind::HeartRate, &[Measure::HeartRate], (60.0, 100.0)),
    (VitalKind::BloodPressure, &[Measure::Systolic, Measure::Diastolic], (70.0, 140.0)),
    (VitalKind::Temperature, &[Measure::Temperature], (36.0, 38.0)),
    (VitalKind::RespiratoryRate, &[Measure::RespiratoryRate], (12.0, 24.0)),
];

pub(super) fn section(page: &Page<'_>) -> String {
    let readings: Vec<&Reading> = page.record.encounter.readings.iter().map(|r| r.reveal()).collect();
    let mut out = format!("<h2>{}</h2>", page.t("バイタルサイン", "Vital signs"));
    if readings.is_empty() {
        let _ = write!(out, "<p class=\"none\">{}</p>", page.t("測定なし", "Nothing was measured"));
        return out;
    }
    out.push_str("<div class=\"plots\">");
    let window = page.record.window();
    let simulated: BTreeSet<_> = readings.iter().filter(|r| is_simulated(r)).map(|r| r.id).collect();
    for (kind, measures, usual) in DRAWN {
        let points = feed::trend(readings.iter().copied(), kind, window.0, window.1);
        if points.is_empty() {
            continue;
        }
        let rule = rules::rule(kind);
        let name = page.lang.pick(rule.ja, rule.en);
        let plot = Plot { points: &points, simulated: &simulated, measures, window, usual, label: name };
        let _ = write!(
            out,
            "<figure><figcaption><span>{name}</span>{}</figcaption>{}</figure>",
            newest_clean(page, kind),
            plot.svg(&page.clock)
        );
    }
    out.push_str("</div>");
    out.push_str(&others(page, &readings));
    out.push_str(&doubts(page, &readings));
    let _ = write!(
        out,
        "<p class=\"fine\">{}</p>",
        page.t(
            "●＝測定値　○＝模擬センサーの値　×＝疑わしい値（線に含めない）　線の切れ目＝測定のない時間",
            "● measured · ○ simulated sensor · × doubtful, not part of the line · broken line: nothing measured",
        )
    );
    out.push_str(&news2(page, &readings));
    out
}

/// The newest value nothing is known against.
fn newest_clean(page: &Page<'_>, kind: VitalKind) -> String {
    let newest = page.vitals.latest.iter().map(|l| &l.reading);
    let newest = newest.filter(|r| !r.doubtful()).find(|r| r.vital.kind() == kind);
    newest.map_or_else(
        || format!("<b class=\"miss\">{}</b>", page.t("確かな値なし", "no sure value")),
        |r| {
            let value = value(page, r);
            // The number large, its unit small beside it.
            let (number, unit) = value.split_once(' ').unwrap_or((&value, ""));
            let made_up = if is_simulated(r) {
                page.t("<span class=\"sim\">模擬　</span>", "<span class=\"sim\">simulated </span>")
            } else {
                ""
            };
            format!(
                "<b>{made_up}{}<small> {}　{}</small></b>",
                html::escape(number),
                html::escape(unit),
                page.clock.tick(r.at())
            )
        },
    )
}

/// The digits as given; in the unit of the plots, with those digits beside it, where another unit was given.
fn value(page: &Page<'_>, reading: &Reading) -> String {
    let (ja, en) = shown(&reading.vital);
    let given = match page.lang {
        Lang::Ja => ja,
        Lang::En => en,
    };
    let rule = rules::rule(reading.vital.kind());
    let Some(measure) = rule.measures.first() else {
        return given;
    };
    if reading.vital.amounts().iter().all(|a| a.ucum == measure.ucum) {
        return given;
    }
    let numbers: Vec<String> =
        feed::values(reading).iter().filter(|v| v.measure != Measure::Mean).map(|v| v.value.text()).collect();
    format!("{} {} = {given}", numbers.join("/"), measure.unit)
}

fn is_simulated(reading: &Reading) -> bool {
    matches!(reading.source, Source::Simulated { .. })
}

/// Consciousness, oxygen, weight and glucose are no curves within one call.
pub(super) const fn is_listed(kind: VitalKind) -> bool {
    matches!(kind, VitalKind::Consciousness | VitalKind::Oxygen | VitalKind::Weight | VitalKind::Glucose)
}

fn others(page: &Page<'_>, readings: &[&Reading]) -> String {
    let mut rows = String::new();
    for reading in readings.iter().filter(|r| is_listed(r.vital.kind())) {
        let rule = rules::rule(reading.vital.kind());
        let _ = write!(
            rows,
            "<li>{}<b>{}</b>{} <small>{}</small></li>",
            page.lang.pick(rule.ja, rule.en),
            html::escape(&value(page, reading)),
            page.clock.minutes(reading.at()),
            remarks(page, reading),
        );
    }
    if rows.is_empty() {
        return rows;
    }
    format!("<ul class=\"others\">{rows}</ul>")
}

/// Every drawn reading something is known against, with what. The listed ones say it themselves.
fn doubts(page: &Page<'_>, readings: &[&Reading]) -> String {
    let mut rows = String::new();
    for reading in readings.iter().filter(|r| r.doubtful() && !is_listed(r.vital.kind())) {
        let rule = rules::rule(reading.vital.kind());
        let _ = write!(
            rows,
            "<li>× {} {} {}　{}</li>",
            page.clock.minutes(reading.at()),
            page.lang.pick(rule.ja, rule.en),
            html::escape(&value(page, reading)),
            remarks(page, reading),
        );
    }
    if rows.is_empty() {
        return rows;
    }
    format!("<ul class=\"doubts\">{rows}</ul>")
}

fn remarks(page: &Page<'_>, reading: &Reading) -> String {
    let mut said: Vec<&str> = Vec::new();
    if is_simulated(reading) {
        said.push(page.t("模擬センサー", "simulated sensor"));
    }
    said.extend(reading.flags.iter().map(|f| page.lang.words(words::flag(*f))));
    said.join(page.t("・", "; "))
}

/// "7", or "5–11" where items are missing.
pub(super) fn total(score: &Score) -> String {
    range(score.min, score.max)
}

fn range(min: u8, max: u8) -> String {
    if min == max { min.to_string() } else { format!("{min}–{max}") }
}

pub(super) fn bands(page: &Page<'_>, score: &Score) -> String {
    let (low, high) =
        (page.lang.words(words::band(score.band_min)), page.lang.words(words::band(score.band_max)));
    if score.band_min == score.band_max {
        low.to_owned()
    } else {
        format!("{low}{}{high}", page.t("から", " to "))
    }
}

/// The colour of the score's chip, as on the screens: by what is certain, the lower bound. What is missing may raise it
/// still, and is no alarm by itself; a low one that may rise is not yet good.
pub(super) const fn colour(score: &Score) -> &'static str {
    match (score.band_min, score.band_max) {
        (Band::Low, Band::Low) => "green",
        (Band::Low, _) => "open",
        (Band::LowMedium, _) => "yellow",
        (Band::Medium, _) => "orange",
        (Band::High, _) => "red",
    }
}

fn news2(page: &Page<'_>, readings: &[&Reading]) -> String {
    let head = format!(
        "<h2>{} {}</h2>",
        page.t("NEWS2　通話終了時", "NEWS2 at the end of the call,"),
        page.clock.minutes(page.end())
    );
    let Some(score) = &page.vitals.score else {
        let why = page.vitals.not_scored.map_or("", |why| not_scored(page, why));
        return format!("{head}<p class=\"none\">{why}</p>{}", scale(page));
    };
    let mut out = format!(
        "{head}<div class=\"news\"><p class=\"total\"><b>{}</b>　{} {}{}</p>",
        total(score),
        page.t("リスク", "Risk"),
        bands(page, score),
        explained(page, score),
    );
    let (left, right) = score.items.split_at(score.items.len().min(4));
    for half in [left, right] {
        out.push_str("<table><tbody>");
        for item in half {
            out.push_str(&item_row(page, readings, item));
        }
        out.push_str("</tbody></table>");
    }
    out.push_str("</div>");
    out.push_str(&scale(page));
    out
}

/// The choice of an oxygen scale in this call, with its reason.
fn scale(page: &Page<'_>) -> String {
    let Some(chosen) = page.record.scale_chosen() else {
        return String::new();
    };
    let by = chosen.by.as_ref().map_or_else(String::new, |card| page.name(&card.name));
    format!(
        "<p class=\"fine\">{}{}　{} {by}　{}{}</p>",
        page.t("SpO2スケール", "SpO2 scale "),
        if chosen.scale2 { 2 } else { 1 },
        page.clock.minutes(chosen.at),
        page.t("理由：", "why: "),
        html::text(chosen.reason.reveal()),
    )
}

fn item_row(page: &Page<'_>, readings: &[&Reading], item: &ItemScore) -> String {
    let name = page.lang.words(words::item(item.item));
    let reading = readings.iter().find(|r| Some(r.id) == item.reading);
    let (value, at, class) = reading.map_or_else(
        || (page.t("値なし・古い", "missing or too old").to_owned(), String::new(), " class=\"miss\""),
        |r| {
            let made_up = if is_simulated(r) {
                page.t(" <small class=\"sim\">模擬</small>", " <small class=\"sim\">simulated</small>")
            } else {
                ""
            };
            let value = html::escape(&value(page, r));
            (format!("{value}{made_up}"), page.clock.minutes(r.at()), "")
        },
    );
    format!(
        "<tr{class}><td>{name}</td><td>{value}</td><td class=\"t\">{at}</td><td class=\"n\">{}</td></tr>",
        range(item.min, item.max)
    )
}

fn explained(page: &Page<'_>, score: &Score) -> String {
    let mut said = Vec::new();
    match score.single_three {
        SingleThree::Yes => said.push(page.t("1項目で3点あり", "one item scores 3").to_owned()),
        SingleThree::Open => said.push(page.t("1項目で3点の可能性あり", "one item may score 3").to_owned()),
        SingleThree::No => {}
    }
    if !score.deciding.is_empty() {
        let items: Vec<&str> = score.deciding.iter().map(|i| page.lang.words(words::item(*i))).collect();
        said.push(format!(
            "{}{}",
            page.t("区分を左右する不足項目：", "missing items that decide: "),
            items.join(page.t("、", ", "))
        ));
    }
    if let Spo2Scale::Two { set_by, .. } = score.scale {
        said.push(format!(
            "{}{}",
            page.t("SpO2スケール2　設定：", "SpO2 scale 2, set by "),
            page.named(set_by)
        ));
    }
    if said.is_empty() {
        return String::new();
    }
    format!("　／　{}", said.join(page.t("　／　", "; ")))
}

const fn not_scored(page: &Page<'_>, why: NotScored) -> &'static str {
    match (page.lang, why) {
        (Lang::Ja, NotScored::TooYoung) => "16歳未満、または生年月日を読み取れないため計算しません。",
        (Lang::En, NotScored::TooYoung) => "Not scored: under 16, or the date of birth cannot be read.",
        (Lang::Ja, NotScored::Pregnant) => "妊娠中のため計算しません。",
        (Lang::En, NotScored::Pregnant) => "Not scored: pregnancy.",
    }
}
