//! Vital signs: what was measured, by what, when, whether it can be true, and what it scores.
//!
//! A number enters once and is never changed: [`Vital`] holds the digits and the unit the device (or the person)
//! gave. Everything else is computed from it: [`rules`] says what is plausible and how long it counts, [`feed`]
//! what is current at `now`, [`score`] what NEWS2 makes of it.

mod decimal;
pub mod feed;
mod flag;
mod reading;
pub mod rules;
pub mod score;
pub mod thin;
mod unit;
mod vital;

pub use decimal::{Decimal, DecimalError};
pub use flag::Flag;
pub use reading::{EARLIEST, EnteredBy, FUTURE_TOLERANCE, LATEST, NewReading, Origin, Reading, Source};
pub use unit::{
    Conversion, FlowUnit, GlucoseUnit, MassUnit, PercentUnit, PressureUnit, RateUnit, TemperatureUnit,
};
pub use vital::{Amount, Consciousness, Measure, OxygenFlow, Site, Supply, Vital, VitalKind};

#[cfg(test)]
mod tests;
