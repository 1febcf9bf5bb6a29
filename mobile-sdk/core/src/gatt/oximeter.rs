//! PLX Spot-Check (0x2A5E) and Continuous (0x2A5F) Measurement.

use yoban_domain::vitals::{Flag, Measure, PercentUnit, RateUnit, Vital};

use super::{
    DecodeError, Frame, date_time,
    reader::{Reader, bit},
};

/// One finger, one press: the frame carries the device's time, and may come from its memory.
pub(super) fn read_spot(reader: &mut Reader<'_>) -> Result<Frame, DecodeError> {
    let mut frame = Frame::default();
    let flags = reader.u8()?;
    values(&mut frame, reader)?;
    if bit(flags, 0) {
        let time = date_time::read(reader)?;
        // Bit 4: the clock was never set, so the time is not worth having.
        frame.clock(time.filter(|_| !bit(flags, 4)));
    }
    frame.mark(bit(flags, 4), Flag::ClockUnset);
    status(&mut frame, reader, bit(flags, 1), bit(flags, 2), bit(flags, 3))?;
    Ok(frame)
}

/// A worn sensor, every 1 to 4 s. No time in it: the time of arrival counts.
pub(super) fn read_continuous(reader: &mut Reader<'_>) -> Result<Frame, DecodeError> {
    let mut frame = Frame::default();
    let flags = reader.u8()?;
    values(&mut frame, reader)?;
    // Fast and slow averages of the same two numbers; only the normal ones are kept.
    for pair in [0, 1] {
        if bit(flags, pair) {
            reader.bytes::<4>()?;
        }
    }
    status(&mut frame, reader, bit(flags, 2), bit(flags, 3), bit(flags, 4))?;
    Ok(frame)
}

fn values(frame: &mut Frame, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
    if let Some(value) = frame.number(Measure::Spo2, reader.sfloat()?) {
        frame.vitals.push(Vital::Spo2 { value, unit: PercentUnit::Percent });
    }
    if let Some(value) = frame.number(Measure::Pulse, reader.sfloat()?) {
        frame.vitals.push(Vital::Pulse { value, unit: RateUnit::PerMinute });
    }
    Ok(())
}

fn status(
    frame: &mut Frame,
    reader: &mut Reader<'_>,
    measurement: bool,
    device: bool,
    perfusion: bool,
) -> Result<(), DecodeError> {
    if measurement {
        let status = reader.u16()?;
        // 7 validated and 8 fully qualified are no marks.
        for (n, flag) in [
            (5, Flag::Ongoing),
            (6, Flag::EarlyEstimate),
            (9, Flag::FromMemory),
            (10, Flag::Demo),
            (11, Flag::Test),
            (12, Flag::EarlyEstimate),
            (13, Flag::Invalid),
            (14, Flag::Questionable),
            (15, Flag::Invalid),
        ] {
            frame.mark(bit(status, n), flag);
        }
    }
    if device {
        let status = reader.u24()?;
        for (n, flag) in [
            (0, Flag::Ongoing),
            (1, Flag::SensorFault),
            (2, Flag::PoorSignal),
            (3, Flag::PoorSignal),
            (4, Flag::PoorSignal),
            (5, Flag::LowPerfusion),
            (6, Flag::PoorSignal),
            (7, Flag::PoorSignal),
            (8, Flag::Questionable),
            (9, Flag::Ongoing),
            (10, Flag::PoorSignal),
            (11, Flag::NotOnUser),
            (12, Flag::Questionable),
            (13, Flag::NotOnUser),
            (14, Flag::SensorFault),
            (15, Flag::SensorFault),
        ] {
            frame.mark(bit(status, n), flag);
        }
    }
    if perfusion {
        frame.extra.perfusion_index = reader.sfloat()?.ok();
    }
    Ok(())
}
