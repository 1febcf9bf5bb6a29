//! A person's media: one native WebRTC connection that sends real sound and picture and keeps what it hears and sees.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Instant;

use bytes::Bytes;

use crate::engine::Engine;
use crate::shared::Shared;
use crate::vp8::{self, Frame, Packet};
use crate::{Clip, sound};

/// What goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// The clip, round and round.
    Both,
    /// The picture, and silence instead of the voice.
    Silence,
    /// Nothing.
    Nothing,
}

/// What came in and went out.
#[derive(Default)]
pub struct Log {
    /// DTLS stands.
    pub connected: bool,
    /// Sound per slot, in order of arrival.
    pub sound: BTreeMap<usize, Vec<Packet>>,
    /// Picture per slot, in order of arrival.
    pub picture: BTreeMap<usize, Vec<Packet>>,
    /// Datagrams that are RTP by their first bytes, whether or not anything could be made of them.
    pub rtp_datagrams: u64,
    /// Sound packets sent.
    pub sound_sent: u64,
    /// Picture packets sent.
    pub picture_sent: u64,
    /// Key frames asked of us.
    pub key_requests: u64,
}

impl Log {
    fn summary(&self) -> String {
        let count = |all: &BTreeMap<usize, Vec<Packet>>| {
            all.iter().map(|(slot, p)| (*slot, p.len())).collect::<Vec<_>>()
        };
        format!(
            "connected {}, sent {}/{}, asked {}, datagrams {}, sound {:?}, picture {:?}",
            self.connected,
            self.sound_sent,
            self.picture_sent,
            self.key_requests,
            self.rtp_datagrams,
            count(&self.sound),
            count(&self.picture)
        )
    }
}

pub(crate) enum Order {
    Send(Sending),
    Close,
}

/// Handle of the connection's thread.
pub struct Peer {
    /// What came in and went out.
    pub log: Shared<Log>,
    /// Where it sends from.
    pub address: std::net::SocketAddr,
    orders: Sender<Order>,
    thread: Option<JoinHandle<()>>,
}

/// Place in what a slot heard and saw: what comes after it counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    sound: usize,
    picture: usize,
}

impl Peer {
    /// Answers the server's offer: sends in the first two sections, receives in the others. Gives the SDP answer.
    pub fn answering(clip: Arc<Clip>, offer: &str) -> (Self, String) {
        let log = Shared::default();
        let (engine, answer) = Engine::answering(clip, log.clone(), offer);
        let address = engine.address();
        let (orders, inbox) = channel();
        let thread = std::thread::spawn(move || engine.run(&inbox));
        let peer = Self { log, address, orders, thread: Some(thread) };
        (peer, answer)
    }

    /// Waits for a condition of the log.
    pub async fn until<R>(&self, what: &str, look: impl FnMut(&Log) -> Option<R>) -> R {
        self.log.until(what, look, Log::summary).await
    }

    /// From now on.
    pub fn mark(&self, slot: usize) -> Mark {
        self.log.look(|log| Mark {
            sound: log.sound.get(&slot).map_or(0, Vec::len),
            picture: log.picture.get(&slot).map_or(0, Vec::len),
        })
    }

    /// Slots in which anything ever came.
    pub fn slots(&self) -> Vec<usize> {
        self.log.look(|log| {
            let both = log.sound.iter().chain(&log.picture);
            let mut slots: Vec<_> = both.filter(|(_, p)| !p.is_empty()).map(|(s, _)| *s).collect();
            slots.sort_unstable();
            slots.dedup();
            slots
        })
    }

    /// Two seconds of sound of a slot after `mark`, as decoded samples at 8 kHz.
    pub async fn listen(&self, slot: usize, mark: Mark) -> Vec<f32> {
        let packets = self
            .until(&format!("two seconds of sound in slot {slot}"), |log| {
                let new = log.sound.get(&slot)?.get(mark.sound..)?;
                (new.len() >= 100).then(|| new[..100].to_vec())
            })
            .await;
        let mut ordered: BTreeMap<i16, &Bytes> = BTreeMap::new();
        let first = packets[0].sequence;
        for packet in &packets {
            ordered.insert(packet.sequence.wrapping_sub(first).cast_signed(), &packet.payload);
        }
        let (from, to) = (*ordered.first_key_value().unwrap().0, *ordered.last_key_value().unwrap().0);
        assert!(to - from < 150, "too much is missing: {from}..{to}");
        sound::decode((from..=to).map(|n| ordered.get(&n).copied()))
    }

    /// At least `count` whole frames of a slot after `mark`, the first of them a key frame.
    pub async fn watch(&self, slot: usize, mark: Mark, count: usize) -> Vec<Frame> {
        let (mut looked, what) = (0, format!("{count} frames in slot {slot} from a key frame on"));
        self.until(&what, |log| {
            let new = log.picture.get(&slot)?.get(mark.picture..)?;
            let ended = new.iter().filter(|p| p.marker).count();
            if ended < count || ended == looked {
                return None;
            }
            looked = ended;
            let whole = vp8::frames(new);
            let key = whole.iter().position(Frame::key)?;
            (whole.len() - key >= count).then(|| whole[key..].to_vec())
        })
        .await
    }

    /// When the first complete key frame came in a slot.
    pub fn first_key(&self, slot: usize) -> Option<Instant> {
        let packets = self.log.look(|log| log.picture.get(&slot).cloned())?;
        vp8::frames(&packets).into_iter().find(Frame::key).map(|f| f.at)
    }

    /// Waits until this person sent so many more sound packets: time by what was really sent.
    pub async fn sends(&self, count: u64) {
        let before = self.log.look(|log| log.sound_sent);
        self.until("sending", |log| (log.sound_sent >= before + count).then_some(())).await;
    }

    /// Changes what goes out.
    pub fn send(&self, what: Sending) {
        let _ended = self.orders.send(Order::Send(what));
    }

    /// Says good-bye by DTLS and ends.
    pub fn close(self) {
        drop(self);
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ended = self.orders.send(Order::Close);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}
