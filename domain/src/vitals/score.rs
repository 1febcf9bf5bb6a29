//! NEWS2 (Royal College of Physicians 2017), as an interval where items are missing.
//!
//! It orders queue and review; it never closes a case. Wards are its setting, so the advice text of the chart is
//! not used here.

mod reach;
mod table;

use serde::{Deserialize, Serialize};

use self::reach::Outcome;
use super::{Consciousness, Decimal, Measure, Reading, Supply, Vital, VitalKind, feed, rules};
use crate::{
    id::{PersonId, ReadingId},
    time::Timestamp,
};

/// NEWS2 is made for people of 16 and over.
pub const MINIMUM_AGE_YEARS: u16 = 16;

/// Whom the score is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Completed years.
    pub age_years: u16,
    /// Known to be pregnant.
    pub pregnant: bool,
    /// The SpO2 scale of this patient.
    pub scale: Spo2Scale,
}

/// Which SpO2 column applies. The software never switches by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Spo2Scale {
    /// Scale 1, for everybody else.
    One,
    /// Scale 2 (target 88–92 %): a clinician confirmed hypercapnic respiratory failure.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    Two {
        /// Which clinician.
        set_by: PersonId,
        /// When.
        set_at: Timestamp,
    },
}

/// Why there is no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum NotScored {
    /// Younger than 16: use the children's chart.
    #[error("NEWS2 is not for people under 16")]
    TooYoung,
    /// Pregnant: use the obstetric chart.
    #[error("NEWS2 is not for pregnancy")]
    Pregnant,
}

/// The seven items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Item {
    /// Breathing rate.
    Respiration,
    /// Oxygen saturation.
    Spo2,
    /// Air or oxygen.
    Oxygen,
    /// Systolic blood pressure.
    Systolic,
    /// Pulse, or heart rate where that is newer.
    Pulse,
    /// Consciousness.
    Consciousness,
    /// Temperature.
    Temperature,
}

impl Item {
    /// Every item, in the order of the chart.
    pub const ALL: [Self; 7] = [
        Self::Respiration,
        Self::Spo2,
        Self::Oxygen,
        Self::Systolic,
        Self::Pulse,
        Self::Consciousness,
        Self::Temperature,
    ];
}

/// Clinical risk by the chart's thresholds, lowest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Band {
    /// 0–4 in all and no single 3.
    Low,
    /// 0–4 in all with a 3 in one item.
    LowMedium,
    /// 5–6.
    Medium,
    /// 7 and more.
    High,
}

/// Whether one item alone scores 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum SingleThree {
    /// One does.
    Yes,
    /// None does, whatever the missing items are.
    No,
    /// A missing item decides.
    Open,
}

/// The seven inputs, already fresh and clean. `None` is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inputs {
    /// Breaths per minute.
    pub respiration: Option<i64>,
    /// Per cent.
    pub spo2: Option<i64>,
    /// Extra oxygen?
    pub on_oxygen: Option<bool>,
    /// mmHg.
    pub systolic: Option<i64>,
    /// Beats per minute.
    pub pulse: Option<i64>,
    /// ACVPU.
    pub consciousness: Option<Consciousness>,
    /// Tenths of a degree Celsius.
    pub temperature_tenths: Option<i64>,
}

/// What one item gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ItemScore {
    /// Which item.
    pub item: Item,
    /// The least it can give.
    pub min: u8,
    /// The most it can give; equal to `min` where the item is known.
    pub max: u8,
    /// The number that was banded, after rounding. The raw one is in the reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scored_value: Option<Decimal>,
    /// The reading it comes from; absent = missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<ReadingId>,
    /// The first instant at which that reading is too old to count, and the score with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_at: Option<Timestamp>,
}

/// A score with its inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Score {
    /// The least the total can be, 0 to 20.
    pub min: u8,
    /// The most the total can be. Both are reached by some completion of the missing items.
    pub max: u8,
    /// The lowest band a completion can give.
    pub band_min: Band,
    /// The highest band a completion can give.
    pub band_max: Band,
    /// The "3 in one item" rule.
    pub single_three: SingleThree,
    /// The missing items that could still change the band, in the order of the chart.
    pub deciding: Vec<Item>,
    /// All seven items.
    pub items: Vec<ItemScore>,
    /// The SpO2 scale used, with who set it.
    pub scale: Spo2Scale,
}

impl Score {
    /// The items without a usable value, in the order of the chart.
    pub fn missing(&self) -> impl Iterator<Item = Item> + '_ {
        self.items.iter().filter(|item| item.reading.is_none()).map(|item| item.item)
    }
}

/// Scores what is fresh and clean among `readings` at `now`.
///
/// # Errors
/// The patient is one NEWS2 is not made for.
pub fn news2<'a>(
    readings: impl IntoIterator<Item = &'a Reading>,
    subject: &Subject,
    now: Timestamp,
) -> Result<Score, NotScored> {
    let counting = feed::counting(readings, now);
    let newest = |kinds: &[VitalKind]| {
        let of_kinds = kinds.iter().filter_map(|kind| counting.get(kind).copied());
        of_kinds.max_by_key(|reading| (reading.at(), reading.received_at, reading.id))
    };
    let mut inputs = Inputs::default();
    let mut used = Vec::new();
    for item in Item::ALL {
        let kinds: &[VitalKind] = match item {
            Item::Respiration => &[VitalKind::RespiratoryRate],
            Item::Spo2 => &[VitalKind::Spo2],
            Item::Oxygen => &[VitalKind::Oxygen],
            Item::Systolic => &[VitalKind::BloodPressure],
            Item::Pulse => &[VitalKind::Pulse, VitalKind::HeartRate],
            Item::Consciousness => &[VitalKind::Consciousness],
            Item::Temperature => &[VitalKind::Temperature],
        };
        let taken = newest(kinds).filter(|reading| inputs.take(&reading.vital));
        used.push(taken);
    }
    let mut score = from_inputs(subject, &inputs)?;
    for (line, reading) in score.items.iter_mut().zip(used) {
        line.reading = reading.map(|reading| reading.id);
        line.stale_at = reading.map(Reading::stale_at);
    }
    Ok(score)
}

/// Scores given inputs; the readings stay empty. [`news2`] is the usual way in.
///
/// # Errors
/// The patient is one NEWS2 is not made for.
pub fn from_inputs(subject: &Subject, inputs: &Inputs) -> Result<Score, NotScored> {
    if subject.age_years < MINIMUM_AGE_YEARS {
        return Err(NotScored::TooYoung);
    }
    if subject.pregnant {
        return Err(NotScored::Pregnant);
    }
    let groups = table::groups(inputs, subject.scale);
    let all = reach::outcomes(&groups);
    let bands = || all.iter().map(Outcome::band);
    let threes = || all.iter().map(|outcome| outcome.three);
    let single_three = match (threes().any(|t| t), threes().all(|t| t)) {
        (true, true) => SingleThree::Yes,
        (true, false) => SingleThree::Open,
        (false, _) => SingleThree::No,
    };
    let deciding = Item::ALL.into_iter().filter(|item| reach::decides(&groups, *item)).collect();
    let line = |item| {
        let (min, max) = reach::range(&groups, item);
        ItemScore { item, min, max, scored_value: inputs.number(item), reading: None, stale_at: None }
    };
    Ok(Score {
        min: all.iter().map(|o| o.total).min().unwrap_or_default(),
        max: all.iter().map(|o| o.total).max().unwrap_or_default(),
        band_min: bands().min().unwrap_or(Band::Low),
        band_max: bands().max().unwrap_or(Band::High),
        single_three,
        deciding,
        items: Item::ALL.into_iter().map(line).collect(),
        scale: subject.scale,
    })
}

impl Inputs {
    /// Takes over what a reading says about its item, rounded as the chart is written. `false` when it says
    /// nothing usable.
    fn take(&mut self, vital: &Vital) -> bool {
        let rule = rules::rule(vital.kind());
        let number = |measure: Measure| {
            let amounts = vital.amounts();
            let amount = amounts.iter().find(|amount| amount.measure == measure)?;
            amount.scaled(rule.measure(measure)?.decimals)
        };
        match *vital {
            Vital::Spo2 { .. } => set(&mut self.spo2, number(Measure::Spo2)),
            Vital::Pulse { .. } => set(&mut self.pulse, number(Measure::Pulse)),
            Vital::HeartRate { .. } => set(&mut self.pulse, number(Measure::HeartRate)),
            Vital::BloodPressure { .. } => set(&mut self.systolic, number(Measure::Systolic)),
            Vital::Temperature { .. } => set(&mut self.temperature_tenths, number(Measure::Temperature)),
            Vital::RespiratoryRate { .. } => set(&mut self.respiration, number(Measure::RespiratoryRate)),
            Vital::Consciousness { level } => set(&mut self.consciousness, Some(level)),
            Vital::Oxygen { supply } => {
                set(&mut self.on_oxygen, Some(matches!(supply, Supply::Oxygen { .. })))
            }
            Vital::Weight { .. } | Vital::Glucose { .. } => false,
        }
    }

    fn number(&self, item: Item) -> Option<Decimal> {
        let (digits, scale) = match item {
            Item::Respiration => (self.respiration?, 0),
            Item::Spo2 => (self.spo2?, 0),
            Item::Systolic => (self.systolic?, 0),
            Item::Pulse => (self.pulse?, 0),
            Item::Temperature => (self.temperature_tenths?, 1),
            Item::Oxygen | Item::Consciousness => return None,
        };
        Decimal::new(digits, scale).ok()
    }
}

fn set<T>(slot: &mut Option<T>, value: Option<T>) -> bool {
    let found = value.is_some();
    *slot = value;
    found
}
