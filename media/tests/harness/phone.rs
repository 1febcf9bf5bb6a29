//! One native participant: a thread with a socket and an engine of its own.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Instant;

use yoban_native::Kind;

use super::PATIENCE;
use super::engine::Engine;

/// What a phone sends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// Sound each 20 ms, a picture each 50 ms, a key frame at the start and when asked.
    Both,
    /// The same, but deaf to key-frame requests for this many of them.
    Stubborn(u64),
    /// Nothing but what [`Phone::send`] says.
    Nothing,
}

/// One packet that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// The number of the phone that made it.
    pub who: u8,
    /// Its running number at that phone.
    pub number: u32,
    pub key: bool,
    pub sequence: u16,
    pub timestamp: u32,
    pub extensions: usize,
    pub payload_type: u8,
}

#[derive(Debug, Default)]
pub struct Log {
    pub connected: bool,
    /// By stream name (`s0` …) and kind.
    pub heard: BTreeMap<(String, Kind), Vec<Heard>>,
    /// Key-frame requests that came.
    pub requests: u64,
    /// The SRTP profile that was agreed.
    pub cipher: String,
    /// Pictures of ours that the server asked for again: sequence numbers.
    pub missed: Vec<u16>,
    /// Pictures that [`Phone::lose_in`] took away: sequence numbers.
    pub lost: Vec<u16>,
    /// Running number of the last packet sent, by kind.
    pub sent: HashMap<Kind, u32>,
}

impl Log {
    pub fn stream(&self, name: &str, kind: Kind) -> &[Heard] {
        self.heard.get(&(name.to_owned(), kind)).map_or(&[], Vec::as_slice)
    }

    pub fn from(&self, who: u8, kind: Kind) -> usize {
        let of_kind = self.heard.iter().filter(|((_, k), _)| *k == kind);
        of_kind.flat_map(|(_, all)| all).filter(|heard| heard.who == who).count()
    }

    pub fn all(&self) -> usize {
        self.heard.values().map(Vec::len).sum()
    }
}

pub(super) enum Order {
    Sending(Sending),
    /// A packet as it is: sequence number and whether it begins a key frame.
    Packet {
        kind: Kind,
        sequence: u16,
        key: bool,
    },
    Pli,
    Deaf(bool),
    LoseOut(Vec<u16>),
    LoseIn(usize),
    Close,
}

/// Handle of the thread.
pub struct Phone {
    pub who: u8,
    log: Arc<(Mutex<Log>, Condvar)>,
    orders: Sender<Order>,
    thread: Option<JoinHandle<()>>,
}

impl Phone {
    /// Answers the server's offer: sends in the first two sections, receives in the others.
    pub fn answering(who: u8, sending: Sending, offer: &str) -> (Self, String) {
        let mut engine = Engine::new(who, offer.contains("H264/90000"));
        let (ups, answer) = engine.native.answer(Instant::now(), offer);
        engine.ups = Some(ups);
        (Self::spawn(who, engine, sending), answer)
    }

    /// Offers to send (WHIP). The answer goes to [`Offering::answered`].
    pub fn publishing(who: u8) -> Offering {
        let mut engine = Engine::new(who, false);
        let (ups, sdp) = engine.native.offer_to_send(Instant::now());
        engine.ups = Some(ups);
        Offering { who, engine, sdp }
    }

    /// Offers to receive `pairs` people (WHEP).
    pub fn watching(who: u8, pairs: usize) -> Offering {
        let mut engine = Engine::new(who, false);
        let sdp = engine.native.offer_to_receive(Instant::now(), pairs);
        Offering { who, engine, sdp }
    }

    fn spawn(who: u8, engine: Engine, sending: Sending) -> Self {
        let log = Arc::clone(&engine.log);
        let (orders, inbox) = channel();
        let thread = std::thread::spawn(move || engine.run(sending, &inbox));
        Self { who, log, orders, thread: Some(thread) }
    }

    /// Waits until the log fits and gives what `look` finds.
    pub fn until<T>(&self, what: &str, mut look: impl FnMut(&Log) -> Option<T>) -> T {
        let (log, changed) = &*self.log;
        let mut log = log.lock().unwrap();
        let give_up = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(&log) {
                return found;
            }
            let left = give_up.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "phone {}: {what} never happened: {}", self.who, summary(&log));
            log = changed.wait_timeout(log, left).unwrap().0;
        }
    }

    pub fn look<T>(&self, look: impl FnOnce(&Log) -> T) -> T {
        look(&self.log.0.lock().unwrap())
    }

    /// Waits for `count` more packets of a phone.
    pub fn hears(&self, who: u8, kind: Kind, count: usize) {
        let before = self.look(|log| log.from(who, kind));
        let what = format!("{count} more {kind:?} of {who}");
        self.until(&what, |log| (log.from(who, kind) >= before + count).then_some(()));
    }

    /// Waits until this phone itself has sent `count` more packets.
    pub fn sends(&self, kind: Kind, count: u32) {
        let before = self.look(|log| log.sent.get(&kind).copied().unwrap_or_default());
        self.until("sending", |log| {
            (log.sent.get(&kind).copied().unwrap_or_default() >= before + count).then_some(())
        });
    }

    pub fn sending(&self, sending: Sending) {
        self.orders.send(Order::Sending(sending)).unwrap();
    }

    pub fn packet(&self, kind: Kind, sequence: u16, key: bool) {
        self.orders.send(Order::Packet { kind, sequence, key }).unwrap();
    }

    /// Asks for a key frame in every slot, again and again: one request per call.
    pub fn ask(&self) {
        self.orders.send(Order::Pli).unwrap();
    }

    /// Stops reading and answering, as a phone in a lift does.
    pub fn deaf(&self, deaf: bool) {
        self.orders.send(Order::Deaf(deaf)).unwrap();
    }

    /// Each of these pictures is lost the first time it goes out.
    pub fn lose_out(&self, sequences: &[u16]) {
        self.orders.send(Order::LoseOut(sequences.to_vec())).unwrap();
    }

    /// So many of the next pictures never come in.
    pub fn lose_in(&self, count: usize) {
        self.orders.send(Order::LoseIn(count)).unwrap();
    }

    /// Says good-bye by DTLS and ends.
    pub fn close(mut self) {
        self.orders.send(Order::Close).unwrap();
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        let _ = self.orders.send(Order::Close);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A phone that has offered and waits for the answer.
pub struct Offering {
    who: u8,
    engine: Engine,
    pub sdp: String,
}

impl Offering {
    pub fn answered(mut self, answer: String, sending: Sending) -> Phone {
        self.engine.native.answered(Instant::now(), answer);
        Phone::spawn(self.who, self.engine, sending)
    }
}

fn summary(log: &Log) -> String {
    let heard: Vec<_> =
        log.heard.iter().map(|((name, kind), all)| (name, kind, all.len(), all.last())).collect();
    format!("connected {}, requests {}, sent {:?}, heard {heard:?}", log.connected, log.requests, log.sent)
}
