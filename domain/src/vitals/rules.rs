//! **Product rule**: per kind of vital sign what is plausible, how long a value counts, and how it is named and
//! coded. The medical lead changes this table; nothing else in the code carries such a number.
//!
//! Codes: MEDIS nursing-observation keys and LOINC as in JP Core (2023-08) and FHIR R4. A code that is not here
//! has no source; none is invented.

use serde::Serialize;

use super::{Measure, Vital, VitalKind};
use crate::time::Span;

/// The code system of [`MeasureRule::medis`].
pub const MEDIS_SYSTEM: &str = "http://medis.or.jp/CodeSystem/master-nursingObservationKeyCode";
/// The code system of [`MeasureRule::loinc`].
pub const LOINC_SYSTEM: &str = "http://loinc.org";

/// Whose values enter the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum ScoredFrom {
    /// Devices, clinicians, patient and family.
    Anyone,
    /// Only what a nurse or doctor entered: no home device measures it well enough.
    Clinician,
}

/// The rule of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Which kind.
    pub kind: VitalKind,
    /// Name in Japanese.
    pub ja: &'static str,
    /// Name in English.
    pub en: &'static str,
    /// Older than this is stale: shown as such, out of the score. Raised: an old value passes for the present
    /// one; lowered: the score loses items while the nurse still writes.
    pub stale_after: Span,
    /// Whose values enter the score.
    pub scored_from: ScoredFrom,
    /// MEDIS key of the whole (the panel where there is more than one number).
    pub medis: Option<&'static str>,
    /// LOINC codes of the whole; the first is the one FHIR R4 fixes where it fixes one.
    pub loinc: &'static [&'static str],
    /// Its numbers. Consciousness has none; it is a coded value.
    pub measures: &'static [MeasureRule],
}

/// The rule of one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MeasureRule {
    /// Which number.
    pub measure: Measure,
    /// Name in Japanese.
    pub ja: &'static str,
    /// Name in English.
    pub en: &'static str,
    /// UCUM code of the unit it is shown and sent in.
    pub ucum: &'static str,
    /// The unit as people write it.
    pub unit: &'static str,
    /// Decimals shown and scored.
    pub decimals: u8,
    /// Lowest plausible value, in that unit. Raised: a dying patient's true value is called impossible.
    pub low: i64,
    /// Highest plausible value, in that unit.
    pub high: i64,
    /// MEDIS key.
    pub medis: Option<&'static str>,
    /// LOINC codes.
    pub loinc: &'static [&'static str],
}

const MINUTES_10: Span = Span::minutes(10);
const MINUTES_30: Span = Span::minutes(30);
const HOUR: Span = Span::minutes(60);
const DAY: Span = Span::minutes(24 * 60);

macro_rules! measure {
    ($measure:ident, $ja:literal, $en:literal, $ucum:literal as $unit:literal, .$dec:literal, $low:literal..=$high:literal,
     $medis:expr, $loinc:expr) => {
        MeasureRule {
            measure: Measure::$measure,
            ja: $ja,
            en: $en,
            ucum: $ucum,
            unit: $unit,
            decimals: $dec,
            low: $low,
            high: $high,
            medis: $medis,
            loinc: &$loinc,
        }
    };
}

static SPO2: Rule = Rule {
    kind: VitalKind::Spo2,
    ja: "SpO2",
    en: "SpO2",
    stale_after: MINUTES_10,
    scored_from: ScoredFrom::Anyone,
    medis: Some("31000001"),
    loinc: &["2708-6", "59408-5"],
    measures: &[measure!(
        Spo2, "SpO2", "SpO2", "%" as "%", .0, 30..=100, Some("31000001"), ["2708-6", "59408-5"]
    )],
};

static PULSE: Rule = Rule {
    kind: VitalKind::Pulse,
    ja: "脈拍数",
    en: "Pulse",
    stale_after: MINUTES_10,
    scored_from: ScoredFrom::Anyone,
    medis: Some("31001390"),
    loinc: &["8867-4"],
    measures: &[measure!(
        Pulse, "脈拍数", "Pulse", "/min" as "回/分", .0, 20..=300, Some("31001390"), ["8867-4"]
    )],
};

static HEART_RATE: Rule = Rule {
    kind: VitalKind::HeartRate,
    ja: "心拍数",
    en: "Heart rate",
    stale_after: MINUTES_10,
    scored_from: ScoredFrom::Anyone,
    medis: Some("31000595"),
    loinc: &["8867-4"],
    measures: &[measure!(
        HeartRate, "心拍数", "Heart rate", "/min" as "回/分", .0, 20..=300, Some("31000595"), ["8867-4"]
    )],
};

static BLOOD_PRESSURE: Rule = Rule {
    kind: VitalKind::BloodPressure,
    ja: "血圧",
    en: "Blood pressure",
    stale_after: MINUTES_30,
    scored_from: ScoredFrom::Anyone,
    medis: Some("31002365"),
    loinc: &["85354-9"],
    measures: &[
        measure!(
            Systolic, "収縮期血圧", "Systolic", "mm[Hg]" as "mmHg", .0, 40..=300, Some("31001848"), ["8480-6"]
        ),
        measure!(
            Diastolic, "拡張期血圧", "Diastolic", "mm[Hg]" as "mmHg", .0, 20..=200, Some("31001849"), ["8462-4"]
        ),
        measure!(Mean, "平均血圧", "Mean", "mm[Hg]" as "mmHg", .0, 25..=250, None, []),
    ],
};

static TEMPERATURE: Rule = Rule {
    kind: VitalKind::Temperature,
    ja: "体温",
    en: "Temperature",
    stale_after: HOUR,
    scored_from: ScoredFrom::Anyone,
    medis: Some("31001368"),
    loinc: &["8310-5"],
    measures: &[measure!(
        Temperature, "体温", "Temperature", "Cel" as "℃", .1, 25..=45, Some("31001368"), ["8310-5"]
    )],
};

static RESPIRATORY_RATE: Rule = Rule {
    kind: VitalKind::RespiratoryRate,
    ja: "呼吸数",
    en: "Breathing rate",
    stale_after: MINUTES_30,
    scored_from: ScoredFrom::Clinician,
    medis: Some("31001369"),
    loinc: &["9279-1"],
    measures: &[measure!(
        RespiratoryRate, "呼吸数", "Breathing rate", "/min" as "回/分", .0, 1..=80, Some("31001369"), ["9279-1"]
    )],
};

static CONSCIOUSNESS: Rule = Rule {
    kind: VitalKind::Consciousness,
    ja: "意識",
    en: "Consciousness",
    stale_after: MINUTES_30,
    scored_from: ScoredFrom::Clinician,
    // 31001657 is JCS, another scale.
    medis: None,
    loinc: &["80288-4"],
    measures: &[],
};

static OXYGEN: Rule = Rule {
    kind: VitalKind::Oxygen,
    ja: "酸素",
    en: "Oxygen",
    stale_after: MINUTES_30,
    scored_from: ScoredFrom::Clinician,
    medis: None,
    loinc: &["3151-8"],
    // From 0: the range check has whole bounds, and "oxygen at 0 L/min" is refused by `plausible` itself.
    measures: &[
        measure!(OxygenFlow, "酸素流量", "Oxygen flow", "L/min" as "L/分", .1, 0..=60, None, ["3151-8"]),
    ],
};

static WEIGHT: Rule = Rule {
    kind: VitalKind::Weight,
    ja: "体重",
    en: "Weight",
    stale_after: DAY,
    scored_from: ScoredFrom::Anyone,
    medis: None,
    loinc: &["29463-7"],
    measures: &[measure!(Weight, "体重", "Weight", "kg" as "kg", .1, 1..=350, None, ["29463-7"])],
};

static GLUCOSE: Rule = Rule {
    kind: VitalKind::Glucose,
    ja: "血糖",
    en: "Glucose",
    stale_after: HOUR,
    scored_from: ScoredFrom::Anyone,
    medis: None,
    loinc: &["2339-0", "41653-7"],
    measures: &[measure!(
        Glucose, "血糖", "Glucose", "mg/dL" as "mg/dL", .0, 10..=1000, None, ["2339-0", "41653-7"]
    )],
};

/// The rule of one kind.
pub const fn rule(kind: VitalKind) -> &'static Rule {
    match kind {
        VitalKind::Spo2 => &SPO2,
        VitalKind::Pulse => &PULSE,
        VitalKind::HeartRate => &HEART_RATE,
        VitalKind::BloodPressure => &BLOOD_PRESSURE,
        VitalKind::Temperature => &TEMPERATURE,
        VitalKind::RespiratoryRate => &RESPIRATORY_RATE,
        VitalKind::Consciousness => &CONSCIOUSNESS,
        VitalKind::Oxygen => &OXYGEN,
        VitalKind::Weight => &WEIGHT,
        VitalKind::Glucose => &GLUCOSE,
    }
}

/// All rules, in the order screens show them.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    VitalKind::ALL.into_iter().map(rule)
}

impl Rule {
    /// The rule of one of its numbers.
    pub fn measure(&self, measure: Measure) -> Option<&'static MeasureRule> {
        self.measures.iter().find(|rule| rule.measure == measure)
    }
}

/// Whether a living person and a working sensor can give this. Answers for every value that can be written.
///
/// Besides the ranges: the systolic pressure is above the diastolic, the mean lies between them, and oxygen
/// flows faster than zero.
pub fn plausible(vital: &Vital) -> bool {
    let rule = rule(vital.kind());
    let amounts = vital.amounts();
    let in_range = amounts
        .iter()
        .all(|amount| rule.measure(amount.measure).is_some_and(|range| amount.within(range.low, range.high)));
    let raw = |measure| amounts.iter().find(|a| a.measure == measure).map(|a| a.raw);
    let above = |high, low| match (raw(high), raw(low)) {
        (Some(high), Some(low)) => high.cmp_value(low),
        _ => std::cmp::Ordering::Greater,
    };
    in_range
        && above(Measure::Systolic, Measure::Diastolic).is_gt()
        && above(Measure::Systolic, Measure::Mean).is_ge()
        && above(Measure::Mean, Measure::Diastolic).is_ge()
        && raw(Measure::OxygenFlow).is_none_or(|flow| flow.cmp_value(super::Decimal::whole(0)).is_gt())
}
