//! Vital signs: numbers, marks, what is current, and the score against the chart.

mod decimal;
mod feed;
mod rules;
mod score;
mod thin;
mod wire;

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    Decimal, EnteredBy, Flag, NewReading, Origin, PercentUnit, PressureUnit, RateUnit, Reading,
    TemperatureUnit, Vital,
};
use crate::{
    id::{PersonId, ReadingId},
    time::{Span, Timestamp},
};

const NOW: Timestamp = Timestamp(1_770_000_000_000);

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn id(n: u128) -> ReadingId {
    ReadingId(Uuid::from_u128(n))
}

fn nurse() -> EnteredBy {
    EnteredBy::Clinician { person: PersonId(Uuid::from_u128(7)) }
}

fn ago(span: Span) -> Timestamp {
    NOW.minus(span)
}

fn spo2(text: &str) -> Vital {
    Vital::Spo2 { value: dec(text), unit: PercentUnit::Percent }
}

fn pulse(text: &str) -> Vital {
    Vital::Pulse { value: dec(text), unit: RateUnit::PerMinute }
}

fn respiration(text: &str) -> Vital {
    Vital::RespiratoryRate { value: dec(text), unit: RateUnit::PerMinute }
}

fn celsius(text: &str) -> Vital {
    Vital::Temperature { value: dec(text), unit: TemperatureUnit::Celsius, site: None }
}

fn pressure(systolic: &str, diastolic: &str) -> Vital {
    let diastolic = Some(dec(diastolic));
    Vital::BloodPressure { systolic: dec(systolic), diastolic, mean: None, unit: PressureUnit::MmHg }
}

fn sent(n: u128, vital: Vital, taken_at: Timestamp) -> NewReading {
    let origin = Origin::Device { model: Some("UA-651BLE".into()) };
    NewReading { id: id(n), vital, taken_at: Some(taken_at), origin, flags: BTreeSet::new() }
}

/// A device reading taken and received at `at`.
fn device(n: u128, vital: Vital, at: Timestamp) -> Reading {
    sent(n, vital, at).accept(at, EnteredBy::Household)
}

/// A value a nurse entered at `at`.
fn assessed(n: u128, vital: Vital, at: Timestamp) -> Reading {
    NewReading { origin: Origin::Manual, ..sent(n, vital, at) }.accept(at, nurse())
}

fn flagged(n: u128, vital: Vital, at: Timestamp, flag: Flag) -> Reading {
    NewReading { flags: BTreeSet::from([flag]), ..sent(n, vital, at) }.accept(at, EnteredBy::Household)
}
