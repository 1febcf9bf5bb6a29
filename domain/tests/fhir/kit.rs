//! Sensors and values.

use yoban_domain::vitals::{
    Decimal, Origin, PercentUnit, PressureUnit, RateUnit, Site, TemperatureUnit, Vital,
};

pub fn number(text: &str) -> Decimal {
    text.parse().unwrap_or(Decimal::whole(0))
}

pub fn device(model: &str) -> Origin {
    Origin::Device { model: Some(model.to_owned()) }
}

pub fn simulated(model: &str) -> Origin {
    Origin::Simulated { model: Some(model.to_owned()) }
}

pub fn spo2(text: &str) -> Vital {
    Vital::Spo2 { value: number(text), unit: PercentUnit::Percent }
}

pub fn pulse(text: &str) -> Vital {
    Vital::Pulse { value: number(text), unit: RateUnit::PerMinute }
}

pub fn temperature(text: &str, unit: TemperatureUnit) -> Vital {
    Vital::Temperature { value: number(text), unit, site: Some(Site::Axilla) }
}

pub fn pressure(systolic: &str, diastolic: Option<&str>, unit: PressureUnit) -> Vital {
    Vital::BloodPressure { systolic: number(systolic), diastolic: diastolic.map(number), mean: None, unit }
}

pub fn respiration(text: &str) -> Vital {
    Vital::RespiratoryRate { value: number(text), unit: RateUnit::PerMinute }
}
