//! Puts packets back into sending order, waits a bounded time for missing ones, drops duplicates, counts losses.

use std::collections::BTreeMap;

/// Packets held at most while waiting for one that is missing: 500 ms of 8 Mb/s video.
const MAX_HELD: usize = 512;
/// A packet this far behind the newest is not late but foreign; two such in a row mean that the sender started anew
/// (RFC 3550 appendix A.1 has the same rule and the same number ahead).
const MAX_LATE: i64 = 256;
/// The same ahead: no loss of so many packets leaves the rest in order.
const MAX_AHEAD: i64 = 3_000;

/// What leaves the buffer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ordered<T> {
    /// The next packet in sending order.
    Packet(T),
    /// So many packets before the next one are gone for good.
    Lost(u64),
    /// The sender's numbering began anew: nothing is known about what lies between.
    Restart,
}

/// Reorder buffer of one RTP stream.
#[derive(Debug)]
pub(crate) struct Reorder<T> {
    hold_ms: i64,
    next: Option<i64>,
    held: BTreeMap<i64, (i64, T)>,
    foreign: Option<u16>,
    late: u64,
}

impl<T> Reorder<T> {
    pub(crate) fn new(hold_ms: i64) -> Self {
        Self { hold_ms, next: None, held: BTreeMap::new(), foreign: None, late: 0 }
    }

    /// Duplicates and packets that came after they had been given up.
    pub(crate) fn late(&self) -> u64 {
        self.late
    }

    /// Takes a packet; `out` receives what can leave now.
    pub(crate) fn push(&mut self, sequence: u16, arrival_ms: i64, item: T, out: &mut Vec<Ordered<T>>) {
        let Some(next) = self.next else {
            // The first packet sets the origin; 2^32 leaves room for what was sent before it.
            self.next = Some((1 << 32) + i64::from(sequence) + 1);
            out.push(Ordered::Packet(item));
            return;
        };
        let newest = self.held.last_key_value().map_or(next - 1, |(key, _)| *key);
        let step = i64::from(sequence.wrapping_sub(newest as u16) as i16);
        let number = newest + step;
        if step > MAX_AHEAD || (number < next && step < -MAX_LATE) {
            if self.foreign == Some(sequence) {
                self.flush(out);
                out.push(Ordered::Restart);
                self.next = Some((1 << 32) + i64::from(sequence) + 1);
                self.foreign = None;
                out.push(Ordered::Packet(item));
            } else {
                self.foreign = Some(sequence.wrapping_add(1));
                self.late += 1;
            }
            return;
        }
        self.foreign = None;
        if number < next || self.held.contains_key(&number) {
            self.late += 1;
            return;
        }
        self.held.insert(number, (arrival_ms, item));
        self.release(out);
        self.tick(arrival_ms, out);
        if self.held.len() > MAX_HELD {
            self.give_up(out);
        }
    }

    /// Gives up on packets that have been waited for long enough.
    pub(crate) fn tick(&mut self, now_ms: i64, out: &mut Vec<Ordered<T>>) {
        while self
            .held
            .values()
            .map(|(arrival, _)| *arrival)
            .min()
            .is_some_and(|oldest| oldest + self.hold_ms <= now_ms)
        {
            self.give_up(out);
        }
    }

    /// Lets everything out, at a stop or a pause.
    pub(crate) fn flush(&mut self, out: &mut Vec<Ordered<T>>) {
        while !self.held.is_empty() {
            self.give_up(out);
        }
    }

    /// Forgets the stream position: the next packet sets it anew.
    pub(crate) fn reset(&mut self) {
        self.held.clear();
        self.next = None;
        self.foreign = None;
    }

    fn give_up(&mut self, out: &mut Vec<Ordered<T>>) {
        if let (Some(next), Some((first, _))) = (self.next, self.held.first_key_value()) {
            if let Ok(missing) = u64::try_from(first - next)
                && missing > 0
            {
                out.push(Ordered::Lost(missing));
            }
            self.next = Some(*first);
            self.release(out);
        }
    }

    fn release(&mut self, out: &mut Vec<Ordered<T>>) {
        while let (Some(next), Some(entry)) = (self.next, self.held.first_entry()) {
            if *entry.key() != next {
                break;
            }
            out.push(Ordered::Packet(entry.remove().1));
            self.next = Some(next + 1);
        }
    }
}
