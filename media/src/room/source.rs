//! What one person sends, whichever connection carries it.

use std::time::{Duration, Instant};

use yoban_domain::id::ConnectionId;

use super::forward::{KeyFrames, Kind, Packet, Window};
use crate::quality::Flow;

/// A source whose stream fell silent this long may go on with another SSRC (a client that re-created its track).
const SSRC_TAKEOVER: Duration = Duration::from_millis(500);

pub(super) struct Track {
    ssrc: u32,
    window: Window,
    last: Instant,
}

/// What a leg sends, whichever of its connections carries it.
#[derive(Default)]
pub(super) struct Source {
    pub(super) connection: Option<ConnectionId>,
    pub(super) tracks: [Option<Track>; 2],
    pub(super) keys: KeyFrames,
    pub(super) flows: [Flow; 2],
    pub(super) told: [bool; 2],
}

impl Source {
    /// Takes a packet of this source once; its extended sequence number, or `None` for repetitions and for a second
    /// stream beside the one in use.
    pub(super) fn take(&mut self, now: Instant, kind: Kind, packet: &Packet) -> Option<u64> {
        let [audio, video] = &mut self.tracks;
        let place = if kind == Kind::Audio { audio } else { video };
        let silent = |track: &Track| now.saturating_duration_since(track.last) >= SSRC_TAKEOVER;
        if place
            .as_ref()
            .is_none_or(|track| track.ssrc != packet.ssrc && silent(track))
        {
            *place = Some(Track {
                ssrc: packet.ssrc,
                window: Window::new(),
                last: now,
            });
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
