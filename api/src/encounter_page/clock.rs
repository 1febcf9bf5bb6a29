//! Instants as the association's people read their clocks.

use jiff::Zoned;
use jiff::tz::TimeZone;
use yoban_domain::time::{Span, Timestamp};

use super::Lang;

/// A zone, and the day the call began.
pub(super) struct Clock {
    zone: TimeZone,
    name: String,
    first: Timestamp,
    lang: Lang,
}

impl Clock {
    /// An unknown zone reads as UTC, and [`Clock::zone`] says so on the page.
    pub(super) fn new(zone: &str, first: Timestamp, lang: Lang) -> Self {
        let (zone, name) = TimeZone::get(zone)
            .map_or_else(|_| (TimeZone::UTC, "UTC".to_owned()), |found| (found, zone.to_owned()));
        Self { zone, name, first, lang }
    }

    /// The zone as people call it; the name of one that has no other word here.
    pub(super) fn zone_name(&self) -> &str {
        match self.name.as_str() {
            "Asia/Tokyo" => self.lang.pick("日本時間", "Japan time"),
            other => other,
        }
    }

    fn at(&self, at: Timestamp) -> Zoned {
        jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(self.zone.clone())
    }

    /// The day in full.
    pub(super) fn day(&self, at: Timestamp) -> String {
        let z = self.at(at);
        let weekday = usize::try_from(z.weekday().to_monday_zero_offset()).unwrap_or_default();
        match self.lang {
            Lang::Ja => {
                let name = ["月", "火", "水", "木", "金", "土", "日"].get(weekday).unwrap_or(&"");
                format!("{}年{}月{}日（{name}）", z.year(), z.month(), z.day())
            }
            Lang::En => {
                let name = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].get(weekday).unwrap_or(&"");
                format!("{name} {}", z.date())
            }
        }
    }

    /// Hours and minutes; the day is named when it is not the first one.
    pub(super) fn minutes(&self, at: Timestamp) -> String {
        let z = self.at(at);
        self.dated(&z, format!("{}:{:02}", z.hour(), z.minute()))
    }

    /// Hours, minutes and seconds, alike.
    pub(super) fn seconds(&self, at: Timestamp) -> String {
        let z = self.at(at);
        self.dated(&z, format!("{}:{:02}:{:02}", z.hour(), z.minute(), z.second()))
    }

    /// Hours, minutes and seconds without a day, where the order tells it.
    pub(super) fn plain(&self, at: Timestamp) -> String {
        let z = self.at(at);
        format!("{}:{:02}:{:02}", z.hour(), z.minute(), z.second())
    }

    /// Hours and minutes without a day, for the ticks of a plot.
    pub(super) fn tick(&self, at: Timestamp) -> String {
        let z = self.at(at);
        format!("{}:{:02}", z.hour(), z.minute())
    }

    fn dated(&self, z: &Zoned, time: String) -> String {
        let first = self.at(self.first).date();
        if z.date() == first {
            return time;
        }
        if first.tomorrow().is_ok_and(|next| next == z.date()) {
            return match self.lang {
                Lang::Ja => format!("翌{time}"),
                Lang::En => format!("{time} (+1)"),
            };
        }
        format!("{}/{} {time}", z.month(), z.day())
    }

    /// A length of time.
    pub(super) fn length(&self, span: Span) -> String {
        let seconds = span.0.max(0) / 1000;
        let (minutes, rest) = (seconds / 60, seconds % 60);
        match (self.lang, minutes) {
            (Lang::Ja, 0) => format!("{rest}秒"),
            (Lang::Ja, m) => format!("{m}分{rest:02}秒"),
            (Lang::En, 0) => format!("{rest} s"),
            (Lang::En, m) => format!("{m} min {rest:02} s"),
        }
    }
}
