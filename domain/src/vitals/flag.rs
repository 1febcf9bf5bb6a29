//! What is known against a reading.

use serde::{Deserialize, Serialize};

use super::VitalKind;

/// A mark on a reading. Marked readings are kept and shown; [`Flag::excludes`] says which leave the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Flag {
    /// Stamped more than two minutes after it arrived. Set by the server.
    FutureStamped,
    /// Outside what a living adult or this sensor can show. Set by the server.
    Implausible,
    /// The device has no usable clock; the time of arrival stands in.
    ClockUnset,
    /// The device itself doubts the value.
    Questionable,
    /// The device says the value is wrong or could not be measured.
    Invalid,
    /// Shown before the measurement had settled, or while the sensor calibrated.
    EarlyEstimate,
    /// The measurement was still going on. Usual for a worn oximeter.
    Ongoing,
    /// Sent later from the device's memory.
    FromMemory,
    /// The sensor was not on the patient.
    NotOnUser,
    /// A chest strap without skin contact.
    NoContact,
    /// Poor blood flow under the sensor: cold fingers.
    LowPerfusion,
    /// Weak, noisy or irregular signal.
    PoorSignal,
    /// The sensor is broken, unplugged or faulty.
    SensorFault,
    /// The cuff was too loose.
    CuffLoose,
    /// The patient moved during the measurement.
    Movement,
    /// The cuff was not at the height of the heart.
    WrongPosition,
    /// The cuff felt an irregular pulse: a finding, not a fault.
    IrregularPulse,
    /// The pulse was beyond what the cuff can count.
    PulseOutOfRange,
    /// The value was beyond what the device can measure.
    OutOfDeviceRange,
    /// A demonstration value.
    Demo,
    /// A test value: test mode, control solution.
    Test,
}

impl Flag {
    /// Every flag.
    pub const ALL: [Self; 21] = [
        Self::FutureStamped,
        Self::Implausible,
        Self::ClockUnset,
        Self::Questionable,
        Self::Invalid,
        Self::EarlyEstimate,
        Self::Ongoing,
        Self::FromMemory,
        Self::NotOnUser,
        Self::NoContact,
        Self::LowPerfusion,
        Self::PoorSignal,
        Self::SensorFault,
        Self::CuffLoose,
        Self::Movement,
        Self::WrongPosition,
        Self::IrregularPulse,
        Self::PulseOutOfRange,
        Self::OutOfDeviceRange,
        Self::Demo,
        Self::Test,
    ];

    /// Whether a `kind` reading with this flag stays out of the score (product rule). The four that do not:
    /// an irregular pulse is a finding about the patient; a missing clock is made good by the arrival time; an
    /// ongoing measurement is what a worn oximeter always gives; a pulse the cuff cannot count says nothing
    /// against its pressure.
    pub const fn excludes(self, kind: VitalKind) -> bool {
        match self {
            Self::IrregularPulse | Self::ClockUnset | Self::Ongoing => false,
            Self::PulseOutOfRange => matches!(kind, VitalKind::Pulse),
            Self::FutureStamped
            | Self::Implausible
            | Self::Questionable
            | Self::Invalid
            | Self::EarlyEstimate
            | Self::FromMemory
            | Self::NotOnUser
            | Self::NoContact
            | Self::LowPerfusion
            | Self::PoorSignal
            | Self::SensorFault
            | Self::CuffLoose
            | Self::Movement
            | Self::WrongPosition
            | Self::OutOfDeviceRange
            | Self::Demo
            | Self::Test => true,
        }
    }

    /// What a person reads beside the value: Japanese, English.
    pub const fn label(self) -> (&'static str, &'static str) {
        match self {
            Self::FutureStamped => ("機器の時計が進んでいます", "Device clock runs ahead"),
            Self::Implausible => ("ありえない値", "Impossible value"),
            Self::ClockUnset => ("機器の時計が未設定", "Device clock not set"),
            Self::Questionable => ("要確認", "Questionable"),
            Self::Invalid => ("無効な測定", "Invalid measurement"),
            Self::EarlyEstimate => ("測定途中の値", "Early estimate"),
            Self::Ongoing => ("測定中", "Measuring"),
            Self::FromMemory => ("機器に保存されていた値", "From device memory"),
            Self::NotOnUser => ("センサーが外れています", "Sensor not on patient"),
            Self::NoContact => ("肌に触れていません", "No skin contact"),
            Self::LowPerfusion => ("血流が弱い（手が冷たい等）", "Low perfusion"),
            Self::PoorSignal => ("信号が弱い", "Poor signal"),
            Self::SensorFault => ("センサーの故障", "Sensor fault"),
            Self::CuffLoose => ("腕帯のゆるみ", "Cuff too loose"),
            Self::Movement => ("測定中の体動", "Movement"),
            Self::WrongPosition => ("腕帯の高さが不適切", "Cuff position"),
            Self::IrregularPulse => ("脈の乱れあり", "Irregular pulse"),
            Self::PulseOutOfRange => ("脈拍が測定範囲外", "Pulse beyond cuff's range"),
            Self::OutOfDeviceRange => ("測定範囲外", "Beyond device range"),
            Self::Demo => ("デモ値", "Demo value"),
            Self::Test => ("テスト値", "Test value"),
        }
    }
}
