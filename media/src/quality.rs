//! Is somebody there, and what do they really send? Pure hysteresis over instants.

use std::time::{Duration, Instant};

/// Nothing heard for this long counts as lost. Shorter: a lost burst flaps the banner; longer: people talk into nothing.
pub(crate) const LOST_AFTER: Duration = Duration::from_secs(2);
/// Media must have been absent this long before it counts as off, and present this long before it counts as on again.
const FLOW_OFF_AFTER: Duration = Duration::from_secs(2);
/// A gap shorter than this does not end a run of media; Opus DTX sends each 400 ms.
const FLOW_GAP: Duration = Duration::from_millis(900);

/// A change of [`Presence`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Lost,
    Back,
}

/// Watches one connected peer for silence.
#[derive(Debug)]
pub(crate) struct Presence {
    heard: Instant,
    lost: bool,
}

impl Presence {
    pub(crate) fn new(now: Instant) -> Self {
        Self { heard: now, lost: false }
    }

    /// Something authentic, or at least from a checked address, came in.
    pub(crate) fn heard(&mut self, now: Instant) -> Option<Turn> {
        self.heard = now;
        std::mem::take(&mut self.lost).then_some(Turn::Back)
    }

    /// Time passed.
    pub(crate) fn tick(&mut self, now: Instant) -> Option<Turn> {
        if !self.lost && self.silence(now) >= LOST_AFTER {
            self.lost = true;
            return Some(Turn::Lost);
        }
        None
    }

    pub(crate) fn silence(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.heard)
    }
}

/// Whether one kind of media flows. First media switches on at once (the ledger must not miss the beginning of a
/// consultation); later changes need about two seconds.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    on: bool,
    ever: bool,
    run_from: Option<Instant>,
    last: Option<Instant>,
}

impl Flow {
    pub(crate) fn packet(&mut self, now: Instant) {
        let broken = self.last.is_none_or(|last| now.saturating_duration_since(last) > FLOW_GAP);
        if broken {
            self.run_from = Some(now);
        }
        self.last = Some(now);
    }

    /// Forget everything: the gate closed, or the leg is gone. What comes after the gate opened again is first media
    /// once more.
    pub(crate) fn cut(&mut self) {
        *self = Self::default();
    }

    /// Whether media flows, as of `now`.
    pub(crate) fn at(&mut self, now: Instant) -> bool {
        let quiet = self.last.map(|last| now.saturating_duration_since(last));
        if self.on {
            self.on = quiet.is_some_and(|quiet| quiet < FLOW_OFF_AFTER);
        } else if quiet.is_some_and(|quiet| quiet <= FLOW_GAP) {
            let run = self.run_from.map(|from| now.saturating_duration_since(from)).unwrap_or_default();
            self.on = !self.ever || run >= FLOW_OFF_AFTER;
            self.ever |= self.on;
        }
        self.on
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn silence_is_told_once_and_so_is_the_return() {
        let start = Instant::now();
        let mut presence = Presence::new(start);
        assert_eq!(presence.tick(start + ms(1_999)), None);
        assert_eq!(presence.tick(start + ms(2_000)), Some(Turn::Lost));
        assert_eq!(presence.tick(start + ms(2_500)), None);
        assert_eq!(presence.heard(start + ms(2_600)), Some(Turn::Back));
        assert_eq!(presence.heard(start + ms(2_601)), None);
        assert_eq!(presence.tick(start + ms(4_600)), None);
        assert_eq!(presence.tick(start + ms(4_601)), Some(Turn::Lost));
    }

    #[test]
    fn media_is_on_at_once_and_off_after_two_seconds() {
        let start = Instant::now();
        let mut flow = Flow::default();
        assert!(!flow.at(start));
        flow.packet(start);
        assert!(flow.at(start));
        assert!(flow.at(start + ms(1_999)));
        assert!(!flow.at(start + ms(2_000)));
    }

    #[test]
    fn it_comes_back_only_after_two_seconds_of_media() {
        let start = Instant::now();
        let mut flow = Flow::default();
        flow.packet(start);
        assert!(flow.at(start));
        assert!(!flow.at(start + ms(5_000)));
        for step in 0..20 {
            flow.packet(start + ms(6_000 + step * 100));
            assert!(!flow.at(start + ms(6_000 + step * 100)), "step {step}");
        }
        flow.packet(start + ms(8_000));
        assert!(flow.at(start + ms(8_000)));
    }

    #[test]
    fn a_single_packet_now_and_then_is_not_media() {
        let start = Instant::now();
        let mut flow = Flow::default();
        flow.packet(start);
        assert!(flow.at(start));
        assert!(!flow.at(start + ms(3_000)));
        for step in 1..10 {
            flow.packet(start + ms(3_000 + step * 1_500));
            assert!(!flow.at(start + ms(3_000 + step * 1_500)));
        }
    }

    #[test]
    fn after_the_gate_opened_again_media_counts_from_its_first_packet() {
        let start = Instant::now();
        let mut flow = Flow::default();
        flow.packet(start);
        assert!(flow.at(start));
        flow.cut();
        assert!(!flow.at(start + ms(10)));
        flow.packet(start + ms(500));
        assert!(flow.at(start + ms(500)));
    }
}
