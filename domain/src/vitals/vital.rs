//! One measured vital sign, in the digits and the unit it came in.

use serde::{Deserialize, Serialize};

use super::{
    Decimal,
    unit::{
        Conversion, FlowUnit, GlucoseUnit, MassUnit, PercentUnit, PressureUnit, RateUnit, TemperatureUnit,
    },
};

/// What kind of vital sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum VitalKind {
    /// Oxygen saturation by pulse oximetry.
    Spo2,
    /// Beats felt or seen at the periphery: oximeter, cuff, fingers.
    Pulse,
    /// Beats of the heart: ECG strap, stethoscope. Kept apart from the pulse; with a deficit they differ.
    HeartRate,
    /// Non-invasive blood pressure.
    BloodPressure,
    /// Body temperature.
    Temperature,
    /// Breaths counted by a clinician.
    RespiratoryRate,
    /// Body weight.
    Weight,
    /// Blood glucose.
    Glucose,
    /// Level of consciousness, ACVPU.
    Consciousness,
    /// Whether the patient breathes air or extra oxygen.
    Oxygen,
}

impl VitalKind {
    /// Every kind, in the order screens show them.
    pub const ALL: [Self; 10] = [
        Self::Spo2,
        Self::Pulse,
        Self::HeartRate,
        Self::BloodPressure,
        Self::Temperature,
        Self::RespiratoryRate,
        Self::Consciousness,
        Self::Oxygen,
        Self::Weight,
        Self::Glucose,
    ];
}

/// One number inside a vital sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Measure {
    /// Oxygen saturation, %.
    Spo2,
    /// Pulse, /min.
    Pulse,
    /// Heart rate, /min.
    HeartRate,
    /// Systolic pressure, mmHg.
    Systolic,
    /// Diastolic pressure, mmHg.
    Diastolic,
    /// Mean arterial pressure, mmHg.
    Mean,
    /// Body temperature, °C.
    Temperature,
    /// Breathing rate, /min.
    RespiratoryRate,
    /// Body weight, kg.
    Weight,
    /// Blood glucose, mg/dL.
    Glucose,
    /// Oxygen flow, L/min.
    OxygenFlow,
}

/// A vital sign as it was given. Raw digits and unit stay; conversion is [`Vital::amounts`]' business.
///
/// `Debug` names the kind and hides the numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Vital {
    /// Oxygen saturation.
    Spo2 {
        /// The number as given.
        value: Decimal,
        /// Its unit.
        unit: PercentUnit,
    },
    /// Pulse.
    Pulse {
        /// The number as given.
        value: Decimal,
        /// Its unit.
        unit: RateUnit,
    },
    /// Heart rate.
    HeartRate {
        /// The number as given.
        value: Decimal,
        /// Its unit.
        unit: RateUnit,
    },
    /// Blood pressure.
    BloodPressure {
        /// Systolic pressure as given.
        systolic: Decimal,
        /// Diastolic pressure; absent when only felt at the wrist (触診) or when the cuff could not tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        diastolic: Option<Decimal>,
        /// Mean arterial pressure, where the cuff gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mean: Option<Decimal>,
        /// The unit of all three.
        unit: PressureUnit,
    },
    /// Body temperature.
    Temperature {
        /// The number as given.
        value: Decimal,
        /// Its unit.
        unit: TemperatureUnit,
        /// Where it was taken, when known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        site: Option<Site>,
    },
    /// Breathing rate.
    RespiratoryRate {
        /// The number as given.
        value: Decimal,
        /// Its unit.
        unit: RateUnit,
    },
    /// Body weight.
    Weight {
        /// The number as given.
        value: Decimal,
        /// Its unit.
        unit: MassUnit,
    },
    /// Blood glucose.
    Glucose {
        /// The number as given.
        value: Decimal,
        /// Its unit.
        unit: GlucoseUnit,
    },
    /// Level of consciousness.
    Consciousness {
        /// ACVPU.
        level: Consciousness,
    },
    /// Air or oxygen.
    Oxygen {
        /// What the patient breathes.
        supply: Supply,
    },
}

/// ACVPU (NEWS2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Consciousness {
    /// Awake and as usual.
    Alert,
    /// *New* confusion. A patient who is always confused and no worse tonight is `Alert`.
    Confusion,
    /// Answers to voice.
    Voice,
    /// Answers to pain.
    Pain,
    /// Does not answer.
    Unresponsive,
}

/// What the patient breathes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Supply {
    /// Room air.
    Air,
    /// Extra oxygen, by any device.
    Oxygen {
        /// The flow, when known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow: Option<OxygenFlow>,
    },
}

/// Oxygen flow with its unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct OxygenFlow {
    /// The number as given.
    pub value: Decimal,
    /// Its unit.
    pub unit: FlowUnit,
}

/// Where a thermometer was held (0x2A1D values 1 to 9, in this order).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Site {
    /// Armpit, the Japanese habit.
    Axilla,
    /// Body, unspecified.
    Body,
    /// Ear lobe.
    Ear,
    /// Finger.
    Finger,
    /// Gastro-intestinal tract.
    GastroIntestinal,
    /// Mouth.
    Mouth,
    /// Rectum.
    Rectum,
    /// Toe.
    Toe,
    /// Ear drum.
    Tympanum,
}

/// One number of a vital sign, with the way to its table unit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Which number.
    pub measure: Measure,
    /// The number as given.
    pub raw: Decimal,
    /// UCUM code of the unit it was given in.
    pub ucum: &'static str,
    conversion: Conversion,
}

impl Amount {
    /// The amount in the table's unit, in units of `10^-decimals`, rounded once (half away from zero).
    /// `None` when it does not fit: such a reading is implausible anyway.
    pub fn scaled(&self, decimals: u8) -> Option<i64> {
        let Conversion { minus, num, den } = self.conversion;
        self.raw.affine(minus, num, den, decimals)
    }

    /// The amount in the table's unit: the digits as given where no conversion is needed, else with `decimals`.
    pub fn canonical(&self, decimals: u8) -> Option<Decimal> {
        if self.conversion == Conversion::NONE {
            return Some(self.raw);
        }
        Decimal::new(self.scaled(decimals)?, decimals).ok()
    }

    /// Whether the amount lies in `low..=high` of the table's unit; exact, no rounding.
    pub fn within(&self, low: i64, high: i64) -> bool {
        let Conversion { minus, num, den } = self.conversion;
        self.raw.cmp_affine(minus, num, den, low).is_ge()
            && self.raw.cmp_affine(minus, num, den, high).is_le()
    }
}

impl Vital {
    /// Its kind.
    pub const fn kind(&self) -> VitalKind {
        match self {
            Self::Spo2 { .. } => VitalKind::Spo2,
            Self::Pulse { .. } => VitalKind::Pulse,
            Self::HeartRate { .. } => VitalKind::HeartRate,
            Self::BloodPressure { .. } => VitalKind::BloodPressure,
            Self::Temperature { .. } => VitalKind::Temperature,
            Self::RespiratoryRate { .. } => VitalKind::RespiratoryRate,
            Self::Weight { .. } => VitalKind::Weight,
            Self::Glucose { .. } => VitalKind::Glucose,
            Self::Consciousness { .. } => VitalKind::Consciousness,
            Self::Oxygen { .. } => VitalKind::Oxygen,
        }
    }

    /// Its numbers, in the order they are read aloud. Consciousness and air have none.
    pub fn amounts(&self) -> Vec<Amount> {
        let one = |measure, raw, ucum, conversion| vec![Amount { measure, raw, ucum, conversion }];
        match *self {
            Self::Spo2 { value, unit } => one(Measure::Spo2, value, unit.ucum(), unit.conversion()),
            Self::Pulse { value, unit } => one(Measure::Pulse, value, unit.ucum(), unit.conversion()),
            Self::HeartRate { value, unit } => one(Measure::HeartRate, value, unit.ucum(), unit.conversion()),
            Self::BloodPressure { systolic, diastolic, mean, unit } => {
                let parts = [
                    (Measure::Systolic, Some(systolic)),
                    (Measure::Diastolic, diastolic),
                    (Measure::Mean, mean),
                ];
                let amount = |(measure, raw): (Measure, Option<Decimal>)| {
                    raw.map(|raw| Amount { measure, raw, ucum: unit.ucum(), conversion: unit.conversion() })
                };
                parts.into_iter().filter_map(amount).collect()
            }
            Self::Temperature { value, unit, .. } => {
                one(Measure::Temperature, value, unit.ucum(), unit.conversion())
            }
            Self::RespiratoryRate { value, unit } => {
                one(Measure::RespiratoryRate, value, unit.ucum(), unit.conversion())
            }
            Self::Weight { value, unit } => one(Measure::Weight, value, unit.ucum(), unit.conversion()),
            Self::Glucose { value, unit } => one(Measure::Glucose, value, unit.ucum(), unit.conversion()),
            Self::Oxygen { supply: Supply::Oxygen { flow: Some(flow) } } => {
                one(Measure::OxygenFlow, flow.value, flow.unit.ucum(), flow.unit.conversion())
            }
            Self::Oxygen { .. } | Self::Consciousness { .. } => Vec::new(),
        }
    }
}

impl std::fmt::Debug for Vital {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Vital({:?} ***)", self.kind())
    }
}

macro_rules! hidden {
    ($($name:ident),+) => {$(
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("***")
            }
        }
    )+};
}
hidden!(Consciousness, Supply, OxygenFlow, Amount);
