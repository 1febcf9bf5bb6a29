//! What is current: the newest value of each kind at `now`, and the stretch behind it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Decimal, Flag, Measure, Reading, VitalKind, rules};
use crate::{
    id::ReadingId,
    time::{Span, Timestamp},
};

/// The newest reading of one kind, as a screen shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Latest {
    /// Its kind.
    pub kind: VitalKind,
    /// The reading, untouched.
    pub reading: Reading,
    /// Its numbers in the table's unit; empty for consciousness and air.
    pub values: Vec<MeasuredValue>,
    /// How old it is; never negative.
    pub age: Span,
    /// Too old to count. Shown as such.
    pub stale: bool,
    /// The first instant at which it is too old to count: a screen whose network is away says so by its own clock.
    pub stale_at: Timestamp,
    /// Counts in the score.
    pub counts: bool,
}

/// One number in the unit of the rules table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MeasuredValue {
    /// Which number.
    pub measure: Measure,
    /// The number; as given where the device spoke the table's unit. The unit is in the rules table.
    pub value: Decimal,
}

/// One point of a trend line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TrendPoint {
    /// Which reading.
    pub id: ReadingId,
    /// Where on the time line.
    pub at: Timestamp,
    /// Its numbers in the table's unit.
    pub values: Vec<MeasuredValue>,
    /// What is known against it.
    pub flags: BTreeSet<Flag>,
    /// Draw it apart from the line: it carries a flag that keeps it out of the score.
    pub doubtful: bool,
    /// The line breaks before this point: nothing came for longer than a value counts.
    pub gap_before: bool,
}

/// The numbers of a reading in the table's unit. A number too large to convert is left out; its reading is
/// marked implausible.
pub fn values(reading: &Reading) -> Vec<MeasuredValue> {
    let rule = rules::rule(reading.vital.kind());
    let value = |amount: &super::Amount| {
        let decimals = rule.measure(amount.measure)?.decimals;
        Some(MeasuredValue { measure: amount.measure, value: amount.canonical(decimals)?.trimmed(decimals) })
    };
    reading.vital.amounts().iter().filter_map(value).collect()
}

/// The newest reading of each kind, flagged or not, in the order screens show kinds. A late reading takes its
/// place in time; of two at the same instant the one that arrived later wins, then the larger id, so that the
/// answer does not depend on the order of `readings`.
pub fn latest<'a>(readings: impl IntoIterator<Item = &'a Reading>, now: Timestamp) -> Vec<Latest> {
    let newest = newest(readings, |_| true);
    VitalKind::ALL
        .into_iter()
        .filter_map(|kind| newest.get(&kind))
        .map(|reading| Latest {
            kind: reading.vital.kind(),
            reading: (*reading).clone(),
            values: values(reading),
            age: reading.age(now),
            stale: reading.is_stale(now),
            stale_at: reading.stale_at(),
            counts: reading.counts(now),
        })
        .collect()
}

/// The newest reading of each kind that counts in the score at `now`. An older clean value stands where a newer
/// one is marked, as long as it is fresh itself.
pub fn counting<'a>(
    readings: impl IntoIterator<Item = &'a Reading>,
    now: Timestamp,
) -> BTreeMap<VitalKind, &'a Reading> {
    newest(readings, |reading| reading.counts(now))
}

/// When the next reading that is shown or counts at `now` goes stale: at that instant the view and the score are others,
/// though nothing was measured. None when everything is stale, or there is nothing.
pub fn next_stale<'a>(
    readings: impl IntoIterator<Item = &'a Reading, IntoIter: Clone>,
    now: Timestamp,
) -> Option<Timestamp> {
    let readings = readings.into_iter();
    let shown = newest(readings.clone(), |_| true);
    let counted = counting(readings, now);
    let current = shown.values().chain(counted.values()).filter(|reading| !reading.is_stale(now));
    current.map(|reading| reading.stale_at()).min()
}

/// The readings of one kind with `from <= at <= to`, oldest first, each once.
pub fn trend<'a>(
    readings: impl IntoIterator<Item = &'a Reading>,
    kind: VitalKind,
    from: Timestamp,
    to: Timestamp,
) -> Vec<TrendPoint> {
    let inside = |r: &&Reading| r.vital.kind() == kind && (from..=to).contains(&r.at());
    let ordered: BTreeMap<_, &Reading> = readings.into_iter().filter(inside).map(|r| (place(r), r)).collect();
    let longest = rules::rule(kind).stale_after;
    let mut seen = BTreeSet::new();
    let mut last: Option<Timestamp> = None;
    let mut points = Vec::with_capacity(ordered.len());
    for reading in ordered.into_values().filter(|reading| seen.insert(reading.id)) {
        points.push(TrendPoint {
            id: reading.id,
            at: reading.at(),
            values: values(reading),
            flags: reading.flags.clone(),
            doubtful: reading.flags.iter().any(|flag| flag.excludes(kind)),
            gap_before: last.is_some_and(|last| reading.at().since(last) > longest),
        });
        last = Some(reading.at());
    }
    points
}

fn place(reading: &Reading) -> (Timestamp, Timestamp, ReadingId) {
    (reading.at(), reading.received_at, reading.id)
}

fn newest<'a>(
    readings: impl IntoIterator<Item = &'a Reading>,
    keep: impl Fn(&Reading) -> bool,
) -> BTreeMap<VitalKind, &'a Reading> {
    let mut newest: BTreeMap<VitalKind, &Reading> = BTreeMap::new();
    for reading in readings.into_iter().filter(|reading| keep(reading)) {
        let held = newest.entry(reading.vital.kind()).or_insert(reading);
        if place(reading) > place(held) {
            *held = reading;
        }
    }
    newest
}
