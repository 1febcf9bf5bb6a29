//! Temperature Measurement (0x2A1C).

use yoban_domain::vitals::{Measure, Site, TemperatureUnit, Vital};

use super::{
    DecodeError, Frame, date_time,
    reader::{Reader, bit},
};

pub(super) fn read(reader: &mut Reader<'_>) -> Result<Frame, DecodeError> {
    let mut frame = Frame::default();
    let flags = reader.u8()?;
    let unit = if bit(flags, 0) { TemperatureUnit::Fahrenheit } else { TemperatureUnit::Celsius };
    let value = frame.number(Measure::Temperature, reader.float()?);
    if bit(flags, 1) {
        frame.clock(date_time::read(reader)?);
    }
    let site = if bit(flags, 2) { site(reader.u8()?) } else { None };
    if let Some(value) = value {
        frame.vitals.push(Vital::Temperature { value, unit, site });
    }
    Ok(frame)
}

const fn site(kind: u8) -> Option<Site> {
    match kind {
        1 => Some(Site::Axilla),
        2 => Some(Site::Body),
        3 => Some(Site::Ear),
        4 => Some(Site::Finger),
        5 => Some(Site::GastroIntestinal),
        6 => Some(Site::Mouth),
        7 => Some(Site::Rectum),
        8 => Some(Site::Toe),
        9 => Some(Site::Tympanum),
        _ => None,
    }
}
