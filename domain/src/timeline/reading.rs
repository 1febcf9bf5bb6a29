//! Readings in words.

use super::Names;
use crate::vitals::{Amount, EnteredBy, Measure, Reading, Source, Supply, Vital, rules};
use crate::words;

impl Names<'_> {
    pub(super) fn reading(&self, reading: &Reading) -> (String, String) {
        let kind = rules::rule(reading.vital.kind());
        let (value, value_en) = shown(&reading.vital);
        let (source, source_en) = match &reading.source {
            Source::Device { .. } => ("測定器".to_owned(), "device".to_owned()),
            Source::Simulated { .. } => ("模擬センサー".to_owned(), "simulated sensor".to_owned()),
            Source::Manual { by: EnteredBy::Clinician { person } } => {
                let who = self.person(*person);
                (format!("{}が入力", who.ja), format!("entered by {}", who.en))
            }
            Source::Manual { by: EnteredBy::Household } => {
                ("患者・家族が入力".to_owned(), "entered by the household".to_owned())
            }
        };
        // The line stands where the reading came; one that waited for the network says so.
        let late = reading.received_at.since(reading.at()).0 / 60_000;
        let (waited, waited_en) = match late {
            1.. => (format!("、{late}分前の測定"), format!(", measured {late} min before")),
            _ => (String::new(), String::new()),
        };
        let flags: Vec<_> = reading.flags.iter().map(|f| words::flag(*f)).collect();
        let (mut mark, mut mark_en) = (String::new(), String::new());
        for flag in flags {
            mark = format!("{mark}　※{}", flag.ja);
            mark_en = format!("{mark_en}; {}", flag.en.to_lowercase());
        }
        (
            format!("{} {value}（{source}{waited}）{mark}。", kind.ja),
            format!("{}: {value_en} ({source_en}{waited_en}{mark_en}).", kind.en),
        )
    }
}

/// A vital sign as people read it: the number in the unit it came in, "36.80" as 36.8, or the state.
pub fn shown(vital: &Vital) -> (String, String) {
    let rule = rules::rule(vital.kind());
    let unit = |ucum: &str| {
        let named = rule.measures.iter().find(|m| m.ucum == ucum);
        let ja = named.map_or_else(|| unit_name(ucum), |m| m.unit.to_owned());
        (ja, unit_name(ucum))
    };
    let number = |amount: &Amount| {
        // Units that are not the table's (kPa, mmol/L, °F) are read with one decimal.
        let usual = rule.measure(amount.measure).filter(|m| m.ucum == amount.ucum);
        amount.raw.trimmed(usual.map_or(1, |m| m.decimals)).text()
    };
    match vital {
        Vital::Consciousness { level } => {
            let words = words::consciousness(*level);
            (words.ja.to_owned(), words.en.to_owned())
        }
        Vital::Oxygen { supply: Supply::Air } => ("室内気".to_owned(), "room air".to_owned()),
        Vital::Oxygen { supply: Supply::Oxygen { flow: None } } => {
            ("投与あり（流量不明）".to_owned(), "on oxygen, flow unknown".to_owned())
        }
        Vital::BloodPressure { unit: given, .. } => {
            let amounts = vital.amounts();
            let number = |which| amounts.iter().find(|a| a.measure == which).map_or("—".to_owned(), &number);
            let (high, low) = (number(Measure::Systolic), number(Measure::Diastolic));
            let (ja, en) = unit(given.ucum());
            (format!("{high}/{low} {ja}"), format!("{high}/{low} {en}"))
        }
        Vital::Spo2 { .. }
        | Vital::Pulse { .. }
        | Vital::HeartRate { .. }
        | Vital::Temperature { .. }
        | Vital::RespiratoryRate { .. }
        | Vital::Weight { .. }
        | Vital::Glucose { .. }
        | Vital::Oxygen { .. } => vital.amounts().first().map_or_else(
            || ("—".to_owned(), "—".to_owned()),
            |amount| {
                let (ja, en) = unit(amount.ucum);
                let number = number(amount);
                (format!("{number} {ja}"), format!("{number} {en}"))
            },
        ),
    }
}

/// A UCUM code as people write it in English.
fn unit_name(ucum: &str) -> String {
    match ucum {
        "mm[Hg]" => "mmHg".to_owned(),
        "Cel" => "°C".to_owned(),
        "[degF]" => "°F".to_owned(),
        "[lb_av]" => "lb".to_owned(),
        other => other.to_owned(),
    }
}
