//! Glucose Measurement (0x2A18).

use jiff::civil::DateTime;
use yoban_domain::vitals::{Decimal, Flag, GlucoseUnit, Measure, Vital};

use super::{
    AbsentReason, DecodeError, Frame, date_time,
    reader::{Reader, bit},
};

/// Time offsets that say "more than I can count", up and down.
const OFFSET_OVERRUN: i16 = i16::MAX;
const OFFSET_UNDERRUN: i16 = i16::MIN;

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Frame, DecodeError> {
    let mut frame = Frame::default();
    let flags = reader.u8()?;
    frame.extra.sequence = Some(reader.u16()?);
    let base = date_time::read(reader)?;
    let offset = if bit(flags, 0) { reader.i16()? } else { 0 };
    frame.clock(base.and_then(|base| moved(base, offset)));
    if bit(flags, 1) {
        // kg/L and mol/L are 10^5 mg/dL and 10^3 mmol/L: the digits stay, the point moves.
        let (unit, shift) =
            if bit(flags, 2) { (GlucoseUnit::MmolPerL, 3) } else { (GlucoseUnit::MgPerDl, 5) };
        let value = reader
            .sfloat()?
            .and_then(|value| Decimal::shifted(value, shift).map_err(|_| AbsentReason::Error));
        if let Some(value) = frame.number(Measure::Glucose, value) {
            frame.vitals.push(Vital::Glucose { value, unit });
        }
        let kind = reader.u8()?;
        // Sample type 10 or sample location 4: control solution, nobody's blood.
        frame.mark(kind & 0x0F == 0x0A || kind >> 4 == 4, Flag::Test);
    }
    if bit(flags, 3) {
        let status = reader.u16()?;
        // Bit 0 is a low battery, which says nothing about this value.
        for (n, flag) in [
            (1, Flag::SensorFault),
            (2, Flag::Questionable),
            (3, Flag::Questionable),
            (4, Flag::Questionable),
            (5, Flag::OutOfDeviceRange),
            (6, Flag::OutOfDeviceRange),
            (7, Flag::Questionable),
            (8, Flag::Questionable),
            (9, Flag::Questionable),
            (10, Flag::SensorFault),
        ] {
            frame.mark(bit(status, n), flag);
        }
        if bit(status, 11) {
            // Time fault: whatever the clock says.
            frame.clock(None);
        }
    }
    Ok(frame)
}

fn moved(base: DateTime, offset: i16) -> Option<DateTime> {
    match offset {
        OFFSET_OVERRUN | OFFSET_UNDERRUN => None,
        minutes => date_time::shift(base, minutes),
    }
}
