//! The 7-byte Date Time field: local time of the device, no zone.

use jiff::civil::DateTime;
use yoban_domain::time::Timestamp;

use super::{DecodeError, reader::Reader};

/// Years the field may carry (GSS). Jiff's own range is wider.
const YEARS: std::ops::RangeInclusive<i16> = 1582..=9999;

/// Reads the field. `None`: a zero in year, month or day (unknown), or a date or time that does not exist.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Option<DateTime>, DecodeError> {
    let year = reader.u16()?;
    let rest: [u8; 5] = reader.bytes()?;
    let [month, day, hour, minute, second] = rest.map(|part| i8::try_from(part).unwrap_or(-1));
    let Ok(year) = i16::try_from(year) else {
        return Ok(None);
    };
    let valid = YEARS.contains(&year);
    Ok(DateTime::new(year, month, day, hour, minute, second, 0).ok().filter(|_| valid))
}

/// Moves a time by whole minutes; `None` when it leaves the calendar.
pub(super) fn shift(time: DateTime, minutes: i16) -> Option<DateTime> {
    let span = jiff::Span::new().try_minutes(i64::from(minutes)).ok()?;
    time.checked_add(span).ok().filter(|moved| YEARS.contains(&moved.year()))
}

/// The instant a local time means at a UTC offset; `None` for offsets that do not exist.
pub(super) fn instant(local: DateTime, utc_offset_minutes: i32) -> Option<Timestamp> {
    let offset = jiff::tz::Offset::from_seconds(utc_offset_minutes.checked_mul(60)?).ok()?;
    offset.to_timestamp(local).ok().map(|instant| Timestamp(instant.as_millisecond()))
}
