//! Decoders for Bluetooth health characteristics: bytes in, vital signs out.
//!
//! Pure and total: any bytes give a [`Frame`] or a [`DecodeError`], never a panic. The browser SDK has the same
//! decoders in TypeScript; `mobile-sdk/conformance/gatt` holds both to the same answers.

mod blood_pressure;
mod date_time;
mod glucose;
mod heart_rate;
mod medfloat;
mod oximeter;
mod reader;
mod thermometer;
mod weight;

use std::collections::BTreeSet;

use jiff::civil::DateTime;
use serde::Serialize;
use yoban_domain::{
    id::ReadingId,
    vitals::{Decimal, Flag, Measure, NewReading, Origin, Vital},
};

pub use medfloat::{AbsentReason, float, sfloat};
use reader::Reader;

/// The characteristics understood here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Characteristic {
    /// Blood Pressure Measurement, service 0x1810, indicated.
    BloodPressure,
    /// Temperature Measurement, service 0x1809, indicated.
    Thermometer,
    /// PLX Spot-Check Measurement, service 0x1822, indicated.
    OximeterSpot,
    /// PLX Continuous Measurement, service 0x1822, notified every 1 to 4 s.
    OximeterContinuous,
    /// Heart Rate Measurement, service 0x180D, notified.
    HeartRate,
    /// Weight Measurement, service 0x181D, indicated.
    Weight,
    /// Glucose Measurement, service 0x1808, notified.
    Glucose,
}

impl Characteristic {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::BloodPressure,
        Self::Thermometer,
        Self::OximeterSpot,
        Self::OximeterContinuous,
        Self::HeartRate,
        Self::Weight,
        Self::Glucose,
    ];

    /// Its assigned 16-bit number.
    pub const fn uuid16(self) -> u16 {
        match self {
            Self::BloodPressure => 0x2A35,
            Self::Thermometer => 0x2A1C,
            Self::OximeterSpot => 0x2A5E,
            Self::OximeterContinuous => 0x2A5F,
            Self::HeartRate => 0x2A37,
            Self::Weight => 0x2A9D,
            Self::Glucose => 0x2A18,
        }
    }

    /// The one with this number, if understood.
    pub fn from_uuid16(uuid: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.uuid16() == uuid)
    }

    /// Reads one notification or indication.
    ///
    /// # Errors
    /// The frame is shorter or longer than its own flags say.
    pub fn decode(self, bytes: &[u8]) -> Result<Frame, DecodeError> {
        let mut reader = Reader::new(bytes);
        let frame = match self {
            Self::BloodPressure => blood_pressure::read(&mut reader),
            Self::Thermometer => thermometer::read(&mut reader),
            Self::OximeterSpot => oximeter::read_spot(&mut reader),
            Self::OximeterContinuous => oximeter::read_continuous(&mut reader),
            Self::HeartRate => heart_rate::read(&mut reader),
            Self::Weight => weight::read(&mut reader),
            Self::Glucose => glucose::read(&mut reader),
        }?;
        reader.finish()?;
        Ok(frame)
    }
}

/// Why a frame is not understood. Reserved flag bits are no error; they are ignored as the profiles ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub enum DecodeError {
    /// It ends before a field its flags announce.
    #[error("frame ends early")]
    Truncated,
    /// Bytes are left after the last announced field.
    #[error("frame has bytes left over")]
    Trailing,
}

/// What one frame says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Frame {
    /// The vital signs in it, in the device's digits and unit.
    pub vitals: Vec<Vital>,
    /// What the device says against them.
    pub flags: BTreeSet<Flag>,
    /// When it was measured by the device's own clock: local time, no zone. Absent when the device gives none or
    /// its clock cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_time: Option<DateTime>,
    /// Numbers the device could not give.
    pub absent: Vec<Absent>,
    /// The rest.
    pub extra: Extra,
}

/// A number the device could not give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Absent {
    /// Which number.
    pub measure: Measure,
    /// Why; the text is FHIR's data-absent-reason code.
    pub reason: AbsentReason,
}

/// What is in a frame besides vital signs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Extra {
    /// The device's user slot; absent when it says "unknown".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<u8>,
    /// Sequence number of a stored record; the same number is the same record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u16>,
    /// Pulse amplitude (perfusion) index, %.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perfusion_index: Option<Decimal>,
    /// Energy expended, kJ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy_kj: Option<u16>,
    /// Times between beats, in 1/1024 s.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rr_intervals: Vec<u16>,
}

impl Frame {
    /// The frame as readings to send: one per vital sign, all with the frame's marks.
    ///
    /// `utc_offset_minutes` is that of the place the device stands in; a device time is local. Without a usable
    /// device time the reading carries none and counts from its arrival. `new_id` gives each its id.
    pub fn readings(
        &self,
        origin: &Origin,
        utc_offset_minutes: i32,
        mut new_id: impl FnMut() -> ReadingId,
    ) -> Vec<NewReading> {
        let taken_at = self.device_time.and_then(|local| date_time::instant(local, utc_offset_minutes));
        let reading = |vital: &Vital| NewReading {
            id: new_id(),
            vital: *vital,
            taken_at,
            origin: origin.clone(),
            flags: self.flags.clone(),
        };
        self.vitals.iter().map(reading).collect()
    }

    fn mark(&mut self, set: bool, flag: Flag) {
        if set {
            self.flags.insert(flag);
        }
    }

    /// The number, or a note that it is absent.
    fn number(&mut self, measure: Measure, value: Result<Decimal, AbsentReason>) -> Option<Decimal> {
        value.map_err(|reason| self.absent.push(Absent { measure, reason })).ok()
    }

    /// Takes a date and time field; one that cannot be used marks the clock.
    fn clock(&mut self, time: Option<DateTime>) {
        self.device_time = time;
        self.mark(time.is_none(), Flag::ClockUnset);
    }
}
