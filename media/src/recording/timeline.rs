//! From RTP timestamps to a file's own ticks: unwrapped, never backwards, and kept near the arrival times.

/// A step ahead of the arrival times by more than this is the sender's clock jumping, not time passing.
const JUMP_MS: i64 = 3_000;
/// Longest silence taken at its word; more is our own clock being set.
const MAX_SILENCE_MS: i64 = 24 * 3_600_000;
/// A step back by more than this is a new origin; less is the sender's jitter and is flattened.
const BACK_MS: i64 = 500;

/// Time line of one file. Ticks are the codec's RTP clock, 0 at the first packet.
#[derive(Debug)]
pub(crate) struct Timeline {
    clock: i64,
    last: Option<Last>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    timestamp: u32,
    ticks: i64,
    arrival_ms: i64,
}

/// Where a packet lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placed {
    /// Ticks since the first packet.
    pub(crate) ticks: i64,
    /// The sender's clock jumped here; `ticks` follows the arrival time instead.
    pub(crate) jumped: bool,
}

impl Timeline {
    pub(crate) fn new(clock: i64) -> Self {
        Self { clock, last: None }
    }

    /// Places the next packet in sending order.
    pub(crate) fn place(&mut self, timestamp: u32, arrival_ms: i64) -> Placed {
        let placed = match self.last {
            None => Placed { ticks: 0, jumped: false },
            Some(last) => {
                let passed =
                    arrival_ms.saturating_sub(last.arrival_ms).clamp(0, MAX_SILENCE_MS) * self.clock / 1_000;
                let step = unwrap_step(timestamp.wrapping_sub(last.timestamp), passed);
                if step > passed + JUMP_MS * self.clock / 1_000 || step < -(BACK_MS * self.clock / 1_000) {
                    Placed { ticks: last.ticks + passed, jumped: true }
                } else {
                    Placed { ticks: last.ticks + step.max(0), jumped: false }
                }
            }
        };
        // A flattened step back keeps the older origin, so that the next regular step lands where it should.
        let keep =
            self.last.filter(|last| !placed.jumped && timestamp.wrapping_sub(last.timestamp) > 1 << 31);
        self.last = Some(match keep {
            Some(last) => last,
            None => Last { timestamp, ticks: placed.ticks, arrival_ms },
        });
        placed
    }

    /// Ticks of a timestamp near the newest packet, for sender reports. `None` before the first packet, or when it is
    /// more than a minute away from it.
    pub(crate) fn look_up(&self, timestamp: u32) -> Option<i64> {
        let last = self.last?;
        let step = i64::from(timestamp.wrapping_sub(last.timestamp) as i32);
        (step.abs() < 60 * self.clock).then_some(last.ticks + step)
    }
}

/// The signed step, with as many whole turns of the 32-bit counter as bring it nearest to `passed`.
fn unwrap_step(step: u32, passed: i64) -> i64 {
    const TURN: i64 = 1 << 32;
    let short = i64::from(step as i32);
    let turns = (passed - short + TURN / 2).div_euclid(TURN);
    short + turns.max(0) * TURN
}
