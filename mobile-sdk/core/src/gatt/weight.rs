//! Weight Measurement (0x2A9D).

use yoban_domain::vitals::{Decimal, MassUnit, Measure, Vital};

use super::{
    AbsentReason, DecodeError, Frame, date_time,
    reader::{Reader, bit},
};

/// "Measurement unsuccessful".
const FAILED: u16 = 0xFFFF;

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Frame, DecodeError> {
    let mut frame = Frame::default();
    let flags = reader.u8()?;
    let raw = reader.u16()?;
    // Steps of 0.005 kg or 0.01 lb.
    let (digits, exponent, unit) = if bit(flags, 0) {
        (i64::from(raw), -2, MassUnit::Pound)
    } else {
        (i64::from(raw) * 5, -3, MassUnit::Kilogram)
    };
    let value = Decimal::from_parts(digits, exponent).ok().filter(|_| raw != FAILED);
    if let Some(value) = frame.number(Measure::Weight, value.ok_or(AbsentReason::Error)) {
        frame.vitals.push(Vital::Weight { value, unit });
    }
    if bit(flags, 1) {
        frame.clock(date_time::read(reader)?);
    }
    if bit(flags, 2) {
        frame.extra.user = Some(reader.u8()?).filter(|user| *user != 0xFF);
    }
    if bit(flags, 3) {
        // BMI and height: both follow from the weight and a height entered once at the scale.
        reader.bytes::<4>()?;
    }
    Ok(frame)
}
