//! Blood Pressure Measurement (0x2A35).

use yoban_domain::vitals::{Flag, Measure, PressureUnit, RateUnit, Vital};

use super::{
    DecodeError, Frame, date_time,
    reader::{Reader, bit},
};

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Frame, DecodeError> {
    let mut frame = Frame::default();
    let flags = reader.u8()?;
    let unit = if bit(flags, 0) { PressureUnit::KPa } else { PressureUnit::MmHg };
    let systolic = frame.number(Measure::Systolic, reader.sfloat()?);
    let diastolic = frame.number(Measure::Diastolic, reader.sfloat()?);
    let mean = frame.number(Measure::Mean, reader.sfloat()?);
    // Without a systolic value there is no reading; a lone diastolic or mean is of no use to anyone.
    if let Some(systolic) = systolic {
        frame.vitals.push(Vital::BloodPressure { systolic, diastolic, mean, unit });
    }
    if bit(flags, 1) {
        frame.clock(date_time::read(reader)?);
    }
    if bit(flags, 2)
        && let Some(value) = frame.number(Measure::Pulse, reader.sfloat()?)
    {
        frame.vitals.push(Vital::Pulse { value, unit: RateUnit::PerMinute });
    }
    if bit(flags, 3) {
        frame.extra.user = Some(reader.u8()?).filter(|user| *user != 0xFF);
    }
    if bit(flags, 4) {
        let status = reader.u16()?;
        frame.mark(bit(status, 0), Flag::Movement);
        frame.mark(bit(status, 1), Flag::CuffLoose);
        frame.mark(bit(status, 2), Flag::IrregularPulse);
        // Bits 3 and 4 are one number: 1 above, 2 below the range the cuff can count.
        frame.mark(matches!((status >> 3) & 0b11, 1 | 2), Flag::PulseOutOfRange);
        frame.mark(bit(status, 5), Flag::WrongPosition);
    }
    Ok(frame)
}
