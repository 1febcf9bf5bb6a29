//! Where a file's moments lie on the session's clock, decided afterwards from the sync map.
//!
//! Each sync point knows how late its quickest packet came. A network that holds packets back for a while recovers; a
//! sender whose clock stood still (a phone call) stays late for good. So the delay at a point is the smallest delay
//! within the next seconds: a burst leaves no trace, a stall becomes a step at exactly its place.

/// How long a held-back network may take to catch up. Larger: slow clock drift is seen later; smaller: a long hold is
/// taken for a stall.
const LOOK_AHEAD_MS: i64 = 10_000;
/// Steps below this are jitter and left alone; lips and words may be apart by 40 ms.
const SETTLE_MS: i64 = 40;
/// A correction by sender reports above this is not believed.
const MAX_SHIFT_MS: i64 = 1_000;

/// Time map of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    /// `(file ms, wall ms - file ms)` from there on.
    steps: Vec<(i64, i64)>,
    first: i64,
}

impl Placement {
    /// From sync points `(file ms, delay)`; `started_at` where there are none.
    pub(crate) fn new(points: &[(i64, i64)], started_at: i64) -> Self {
        let mut steps: Vec<(i64, i64)> = Vec::new();
        let mut points = points.to_vec();
        points.sort_unstable_by_key(|(at, _)| *at);
        let mut ahead = std::collections::VecDeque::<(i64, i64)>::new();
        let mut next = 0;
        for (at, _) in &points {
            while let Some(point) = points.get(next).filter(|(later, _)| *later <= at + LOOK_AHEAD_MS) {
                while ahead.back().is_some_and(|(_, delay)| *delay >= point.1) {
                    ahead.pop_back();
                }
                ahead.push_back(*point);
                next += 1;
            }
            while ahead.front().is_some_and(|(begun, _)| begun < at) {
                ahead.pop_front();
            }
            let delay = ahead.front().map_or(started_at, |(_, delay)| *delay);
            if steps.last().is_none_or(|(_, settled)| (delay - settled).abs() >= SETTLE_MS) {
                steps.push((*at, delay));
            }
        }
        let first = steps.first().map_or(started_at, |(_, delay)| *delay);
        Self { steps, first }
    }

    /// Wall time minus file time at a moment of the file.
    pub(crate) fn offset(&self, at_ms: i64) -> i64 {
        let after = self.steps.partition_point(|(begun, _)| *begun <= at_ms);
        after.checked_sub(1).and_then(|index| self.steps.get(index)).map_or(self.first, |(_, offset)| *offset)
    }

    /// Moves everything by so many ms.
    pub(crate) fn shift(&mut self, by_ms: i64) {
        self.first += by_ms;
        self.steps.iter_mut().for_each(|(_, offset)| *offset += by_ms);
    }

    /// Median of wall time minus the sender's clock over its reports `(file ms, ntp ms)`.
    pub(crate) fn sender_offset(&self, reports: &[(i64, i64)]) -> Option<i64> {
        let mut offsets: Vec<i64> =
            reports.iter().map(|(at, ntp)| (at + self.offset(*at)).saturating_sub(*ntp)).collect();
        offsets.sort_unstable();
        offsets.get(offsets.len() / 2).copied()
    }
}

/// How far a picture must move so that lips meet words: sound sets the person's clock, because its packets are small and
/// quick. 0 without reports.
pub(crate) fn lip_shift(sound: Option<i64>, picture: Option<i64>) -> i64 {
    match (sound, picture) {
        (Some(sound), Some(picture)) => {
            let shift = sound.saturating_sub(picture);
            if shift.abs() <= MAX_SHIFT_MS { shift } else { 0 }
        }
        _ => 0,
    }
}
