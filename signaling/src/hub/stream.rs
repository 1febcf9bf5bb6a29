//! One device's stream of numbered messages, kept for a while so that a broken socket costs nothing.

use std::collections::VecDeque;

use yoban_domain::wire::signal::{ServerFrame, ServerMessage, StreamPosition};

/// Messages kept for a device that comes back. More costs memory per tablet; fewer makes a device that was away a
/// little longer load everything anew, which is a few messages itself.
const KEPT: usize = 64;

/// A device's stream.
#[derive(Debug)]
pub(super) struct Stream {
    name: String,
    last: u64,
    kept: VecDeque<ServerFrame>,
}

impl Stream {
    pub(super) const fn new(name: String) -> Self {
        Self { name, last: 0, kept: VecDeque::new() }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Numbers a message and keeps it.
    pub(super) fn push(&mut self, message: ServerMessage) -> ServerFrame {
        self.last += 1;
        let frame = ServerFrame { seq: Some(self.last), message };
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(frame.clone());
        frame
    }

    /// What was missed after `position`; `None` when that is not known any more.
    pub(super) fn after(&self, position: &StreamPosition) -> Option<Vec<ServerFrame>> {
        if position.stream != self.name || position.seq > self.last {
            return None;
        }
        let oldest_kept = self.kept.front().and_then(|f| f.seq).unwrap_or(self.last + 1);
        if position.seq + 1 < oldest_kept {
            return None;
        }
        Some(self.kept.iter().filter(|f| f.seq > Some(position.seq)).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yoban_domain::time::Timestamp;

    fn message(n: u32) -> ServerMessage {
        ServerMessage::Pong { id: n, now: Timestamp(0) }
    }

    fn at(stream: &str, seq: u64) -> StreamPosition {
        StreamPosition { stream: stream.into(), seq }
    }

    #[test]
    fn a_device_gets_exactly_what_it_missed_or_is_told_to_start_anew() {
        let mut stream = Stream::new("a".into());
        for n in 1..=70 {
            stream.push(message(n));
        }
        let missed =
            |p: &StreamPosition| stream.after(p).map(|f| f.iter().filter_map(|f| f.seq).collect::<Vec<_>>());
        assert_eq!(missed(&at("a", 70)), Some(vec![]));
        assert_eq!(missed(&at("a", 68)), Some(vec![69, 70]));
        assert_eq!(missed(&at("a", 6)).map(|m| m.len()), Some(64), "the oldest kept is 7");
        assert_eq!(missed(&at("a", 5)), None, "message 6 is gone");
        assert_eq!(missed(&at("a", 71)), None, "a number that was never given");
        assert_eq!(missed(&at("b", 70)), None, "a stream of another life");
    }
}
