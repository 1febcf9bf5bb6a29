//! Deadlines of many things in one heap. A thing has at most one valid deadline; older ones are skipped when met.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::Hash;
use std::time::Instant;

/// Deadlines by key.
#[derive(Debug)]
pub(crate) struct Timers<K> {
    heap: BinaryHeap<Reverse<(Instant, K)>>,
    valid: HashMap<K, Instant>,
}

impl<K: Copy + Ord + Hash> Timers<K> {
    pub(crate) fn new() -> Self {
        Self { heap: BinaryHeap::new(), valid: HashMap::new() }
    }

    /// Sets, moves or (with `None`) removes the deadline of `key`.
    pub(crate) fn set(&mut self, key: K, at: Option<Instant>) {
        let Some(at) = at else {
            self.valid.remove(&key);
            return;
        };
        if self.valid.insert(key, at) != Some(at) {
            self.heap.push(Reverse((at, key)));
        }
        // Deadlines that moved leave stale entries; a heap far larger than the keys is rebuilt.
        if self.heap.len() > 64 + 8 * self.valid.len() {
            self.heap = self.valid.iter().map(|(key, at)| Reverse((*at, *key))).collect();
        }
    }

    /// The next valid deadline.
    pub(crate) fn next(&mut self) -> Option<Instant> {
        while let Some(Reverse((at, key))) = self.heap.peek().copied() {
            if self.valid.get(&key) == Some(&at) {
                return Some(at);
            }
            self.heap.pop();
        }
        None
    }

    /// Takes one key whose deadline has passed.
    pub(crate) fn due(&mut self, now: Instant) -> Option<K> {
        if self.next()? > now {
            return None;
        }
        let Reverse((_, key)) = self.heap.pop()?;
        self.valid.remove(&key);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn moved_and_removed_deadlines_do_not_fire() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut timers = Timers::new();
        timers.set(1, Some(at(10)));
        timers.set(2, Some(at(20)));
        timers.set(1, Some(at(30)));
        timers.set(3, Some(at(5)));
        timers.set(3, None);
        assert_eq!(timers.next(), Some(at(20)));
        assert_eq!(timers.due(at(19)), None);
        assert_eq!(timers.due(at(40)), Some(2));
        assert_eq!(timers.due(at(40)), Some(1));
        assert_eq!(timers.due(at(40)), None);
    }

    #[test]
    fn a_deadline_that_moves_all_the_time_does_not_grow_the_heap() {
        let start = Instant::now();
        let mut timers = Timers::new();
        for step in 0..100_000 {
            timers.set(1, Some(start + Duration::from_micros(step)));
        }
        assert!(timers.heap.len() <= 80, "{}", timers.heap.len());
        assert_eq!(timers.due(start + Duration::from_secs(1)), Some(1));
    }
}
