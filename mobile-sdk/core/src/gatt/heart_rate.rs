//! Heart Rate Measurement (0x2A37).

use yoban_domain::vitals::{Decimal, Flag, RateUnit, Vital};

use super::{
    DecodeError, Frame,
    reader::{Reader, bit},
};

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Frame, DecodeError> {
    let mut frame = Frame::default();
    let flags = reader.u8()?;
    let rate = if bit(flags, 0) { reader.u16()? } else { u16::from(reader.u8()?) };
    frame.vitals.push(Vital::HeartRate { value: Decimal::whole(i32::from(rate)), unit: RateUnit::PerMinute });
    // Bits 1 and 2: 2 = the strap can feel skin and does not, 3 = it does, 0 and 1 = it cannot tell.
    frame.mark((flags >> 1) & 0b11 == 2, Flag::NoContact);
    if bit(flags, 3) {
        frame.extra.energy_kj = Some(reader.u16()?);
    }
    if bit(flags, 4) {
        while !reader.is_empty() {
            frame.extra.rr_intervals.push(reader.u16()?);
        }
    }
    Ok(frame)
}
