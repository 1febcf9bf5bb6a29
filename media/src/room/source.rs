//! What one person sends, whichever connection carries it.

use std::time::{Duration, Instant};

use yoban_domain::id::ConnectionId;

use super::forward::{KeyFrames, Kind, Packet, Window};
use crate::quality::Flow;

/// A source whose stream fell silent this long may go on with another SSRC (a client that re-created its track).
const SSRC_TAKEOVER: Duration = Duration::from_millis(500);

/// One sender report so often of each track says all that a recording needs. One datagram may hold forty.
const REPORT_EVERY: Duration = Duration::from_secs(1);

pub(super) struct Track {
    ssrc: u32,
    window: Window,
    last: Instant,
}

/// What a leg sends, whichever of its connections carries it.
#[derive(Default)]
pub(super) struct Source {
    pub(super) connection: Option<ConnectionId>,
    tracks: [Option<Track>; 2],
    reported: [Option<Instant>; 2],
    pub(super) keys: KeyFrames,
    pub(super) flows: [Flow; 2],
    pub(super) told: [bool; 2],
}

impl Source {
    /// From now on this connection carries it: other streams, with another clock.
    pub(super) fn carried_by(&mut self, connection: Option<ConnectionId>) {
        self.connection = connection;
        self.tracks = [None, None];
        self.reported = [None, None];
    }

    /// Whether the recorder is told of a sender report that came now.
    pub(super) fn reports(&mut self, now: Instant, kind: Kind) -> bool {
        let [audio, video] = &mut self.reported;
        let last = if kind == Kind::Audio { audio } else { video };
        let due = last.is_none_or(|last| now.saturating_duration_since(last) >= REPORT_EVERY);
        if due {
            *last = Some(now);
        }
        due
    }

    /// Takes a packet of this source once; its extended sequence number, or `None` for repetitions and for a second
    /// stream beside the one in use.
    pub(super) fn take(&mut self, now: Instant, kind: Kind, packet: &Packet) -> Option<u64> {
        let [audio, video] = &mut self.tracks;
        let place = if kind == Kind::Audio { audio } else { video };
        let silent = |track: &Track| now.saturating_duration_since(track.last) >= SSRC_TAKEOVER;
        if place.as_ref().is_none_or(|track| track.ssrc != packet.ssrc && silent(track)) {
            *place = Some(Track { ssrc: packet.ssrc, window: Window::new(), last: now });
        }
        let track = place.as_mut().filter(|track| track.ssrc == packet.ssrc)?;
        let extended = track.window.accept(packet.sequence)?;
        track.last = now;
        let [audio, video] = &mut self.flows;
        let flow = if kind == Kind::Audio { audio } else { video };
        // Padding alone is no picture.
        if !packet.payload.is_empty() {
            flow.packet(now);
        }
        Some(extended)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn packet(ssrc: u32, sequence: u16) -> Packet {
        Packet { ssrc, sequence, timestamp: 1, marker: false, payload: Bytes::from_static(&[1]) }
    }

    #[test]
    fn a_packet_counts_once_per_kind() {
        let (mut source, now) = (Source::default(), Instant::now());
        let first = source.take(now, Kind::Video, &packet(1, 7)).unwrap();
        assert_eq!(source.take(now, Kind::Video, &packet(1, 7)), None);
        assert_eq!(source.take(now, Kind::Video, &packet(1, 9)), Some(first + 2));
        assert_eq!(source.take(now, Kind::Video, &packet(1, 8)), Some(first + 1));
        assert_eq!(source.take(now, Kind::Video, &packet(1, 8)), None);
        assert!(source.take(now, Kind::Audio, &packet(2, 7)).is_some());
    }

    #[test]
    fn a_second_stream_is_taken_only_when_the_first_is_silent() {
        let (mut source, now) = (Source::default(), Instant::now());
        source.take(now, Kind::Video, &packet(1, 7)).unwrap();
        let soon = now + SSRC_TAKEOVER - Duration::from_millis(1);
        assert_eq!(source.take(soon, Kind::Video, &packet(2, 7)), None);
        assert!(source.take(now + SSRC_TAKEOVER, Kind::Video, &packet(2, 7)).is_some());
        assert_eq!(source.take(now + SSRC_TAKEOVER, Kind::Video, &packet(1, 8)), None);
    }

    #[test]
    fn the_recorder_hears_one_report_a_second_of_each_track_and_at_once_of_a_new_connection() {
        let (mut source, now) = (Source::default(), Instant::now());
        let told = |source: &mut Source, kind| {
            (0..2_500).filter(|ms| source.reports(now + Duration::from_millis(*ms), kind)).count()
        };
        assert_eq!((told(&mut source, Kind::Audio), told(&mut source, Kind::Video)), (3, 3));
        let again = now + Duration::from_millis(2_500);
        assert!(!source.reports(again, Kind::Audio));
        source.carried_by(None);
        assert!(source.reports(again, Kind::Audio));
    }

    #[test]
    fn padding_is_no_picture() {
        let (mut source, now) = (Source::default(), Instant::now());
        let padding = Packet { payload: Bytes::new(), ..packet(1, 7) };
        assert!(source.take(now, Kind::Video, &padding).is_some());
        assert!(!source.flows.iter_mut().any(|flow| flow.at(now)));
    }
}
