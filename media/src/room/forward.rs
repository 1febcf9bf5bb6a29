//! Pure packet rules: duplicates out, key frames found and asked for, one continuous stream per slot however often the
//! person in it changes.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
pub(crate) use yoban_domain::session::VideoCodec;

/// Sound or picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Audio,
    Video,
}

impl Kind {
    pub(crate) const BOTH: [Self; 2] = [Self::Audio, Self::Video];

    /// RTP clock in ticks per second: Opus 48 kHz (RFC 7587), video 90 kHz.
    fn clock(self) -> u64 {
        match self {
            Self::Audio => 48_000,
            Self::Video => 90_000,
        }
    }
}

/// The parts of an RTP packet that are forwarded. Header extensions and CSRCs stay behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) ssrc: u32,
    pub(crate) sequence: u16,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) payload: Bytes,
}

/// Sequence numbers seen lately, and their extension to 64 bits.
#[derive(Debug)]
pub(crate) struct Window {
    highest: Option<u64>,
    seen: [u64; Self::WORDS],
}

impl Window {
    const WORDS: usize = 16;
    const SIZE: u64 = 64 * Self::WORDS as u64;
    /// Extended numbers start here, so that packets older than the first one have room below.
    const START: u64 = 1 << 20;

    pub(crate) fn new() -> Self {
        Self { highest: None, seen: [0; Self::WORDS] }
    }

    /// The extended number of a packet seen for the first time; `None` for duplicates and for packets so late that it
    /// cannot be told.
    pub(crate) fn accept(&mut self, sequence: u16) -> Option<u64> {
        let Some(highest) = self.highest else {
            let first = Self::START + u64::from(sequence);
            self.highest = Some(first);
            self.mark(first);
            return Some(first);
        };
        let ahead = sequence.wrapping_sub(highest as u16).cast_signed();
        let extended = highest.wrapping_add_signed(i64::from(ahead));
        if extended > highest {
            // A jump over the whole window must not scan it 32,768 times.
            for skipped in (highest + 1..=extended).rev().take(Self::SIZE as usize) {
                self.clear(skipped);
            }
            self.highest = Some(extended);
        } else if highest - extended >= Self::SIZE || self.is_marked(extended) {
            return None;
        }
        self.mark(extended);
        Some(extended)
    }

    fn word(&mut self, extended: u64) -> (Option<&mut u64>, u64) {
        let at = extended % Self::SIZE;
        (self.seen.get_mut((at / 64) as usize), 1 << (at % 64))
    }

    fn mark(&mut self, extended: u64) {
        if let (Some(word), bit) = self.word(extended) {
            *word |= bit;
        }
    }

    fn clear(&mut self, extended: u64) {
        if let (Some(word), bit) = self.word(extended) {
            *word &= !bit;
        }
    }

    fn is_marked(&mut self, extended: u64) -> bool {
        matches!(self.word(extended), (Some(word), bit) if *word & bit != 0)
    }
}

/// Where the parts of a VP8 payload descriptor stand (RFC 7741 §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Vp8 {
    picture: Option<Picture>,
    /// Offset of TL0PICIDX.
    layer_index: Option<usize>,
    key_start: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Picture {
    at: usize,
    wide: bool,
    id: u16,
}

fn vp8(payload: &[u8]) -> Option<Vp8> {
    let first = *payload.first()?;
    let mut at = 1;
    let (mut picture, mut layer_index) = (None, None);
    if first & 0x80 != 0 {
        let flags = *payload.get(at)?;
        at += 1;
        if flags & 0x80 != 0 {
            let high = *payload.get(at)?;
            let wide = high & 0x80 != 0;
            let low = if wide { *payload.get(at + 1)? } else { 0 };
            let id = if wide { u16::from_be_bytes([high & 0x7F, low]) } else { u16::from(high) };
            picture = Some(Picture { at, wide, id });
            at += if wide { 2 } else { 1 };
        }
        if flags & 0x40 != 0 {
            layer_index = Some(at);
            at += 1;
        }
        if flags & 0x30 != 0 {
            at += 1;
        }
    }
    let head = *payload.get(at)?;
    // Start of partition 0 of a frame whose P bit (inverse key frame) is 0.
    let key_start = first & 0x10 != 0 && first & 0x07 == 0 && head & 0x01 == 0;
    Some(Vp8 { picture, layer_index, key_start })
}

/// Whether an H.264 payload begins a picture that can be decoded alone: SPS or IDR (RFC 6184).
fn h264_key_start(payload: &[u8]) -> bool {
    let kind = |byte: &u8| byte & 0x1F;
    match payload.first().map(kind) {
        Some(5 | 7) => true,
        // STAP-A: two bytes of size before each unit.
        Some(24) => {
            let mut rest = payload.get(1..).unwrap_or_default();
            while let Some((size, units)) = rest.split_at_checked(2) {
                if matches!(units.first().map(kind), Some(5 | 7)) {
                    return true;
                }
                let size = size.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
                rest = units.get(size..).unwrap_or_default();
            }
            false
        }
        // FU-A: start bit and the type of the fragmented unit.
        Some(28) => payload.get(1).is_some_and(|fu| fu & 0x80 != 0 && matches!(kind(fu), 5 | 7)),
        _ => false,
    }
}

/// Whether this packet is the beginning of a key frame.
pub(crate) fn key_start(codec: VideoCodec, payload: &[u8]) -> bool {
    match codec {
        VideoCodec::Vp8 => vp8(payload).is_some_and(|descriptor| descriptor.key_start),
        VideoCodec::H264 => h264_key_start(payload),
    }
}

/// When to ask a source for a key frame: at once, then not again before [`KeyFrames::PERIOD`], and again until it comes.
#[derive(Debug, Default)]
pub(crate) struct KeyFrames {
    wanted: bool,
    asked: Option<Instant>,
    unanswered: u32,
}

impl KeyFrames {
    /// Chromium's encoder ignores a request within 300 ms of the last. Longer: late joiners wait; shorter: requests that
    /// are thrown away.
    const PERIOD: Duration = Duration::from_millis(400);
    /// After this many unanswered requests (a camera that is off) the period grows to [`KeyFrames::SLOW`].
    const PATIENCE: u32 = 12;
    const SLOW: Duration = Duration::from_secs(2);

    pub(crate) fn want(&mut self) {
        self.wanted = true;
    }

    pub(crate) fn arrived(&mut self) {
        self.wanted = false;
        self.unanswered = 0;
    }

    pub(crate) fn wanted(&self) -> bool {
        self.wanted
    }

    /// Whether to ask now; counts as asked when `true`.
    pub(crate) fn ask(&mut self, now: Instant) -> bool {
        self.wanted && self.ask_ahead(now)
    }

    /// Whether to ask now although nobody waits yet; counts as asked when `true`. It is not repeated: who sends no
    /// picture has none to begin with.
    pub(crate) fn ask_ahead(&mut self, now: Instant) -> bool {
        let period = if self.unanswered > Self::PATIENCE { Self::SLOW } else { Self::PERIOD };
        if self.asked.is_some_and(|asked| now.saturating_duration_since(asked) < period) {
            return false;
        }
        self.asked = Some(now);
        self.unanswered = self.unanswered.saturating_add(1);
        true
    }
}

/// One outgoing stream: a slot of a receiver, sound or picture. Whoever is in the slot, the receiver sees one stream
/// with continuous sequence numbers, rising timestamps and, for VP8, continuous picture ids.
#[derive(Debug)]
pub(crate) struct Line<S> {
    kind: Kind,
    source: Option<S>,
    /// Waits for a key frame of the present source: deltas without it would show garbage.
    waiting: bool,
    base_in: u64,
    base_out: u64,
    time_shift: u32,
    picture_shift: u16,
    layer_shift: u8,
    last: Option<Last>,
}

#[derive(Debug, Clone, Copy)]
struct Last {
    sequence: u64,
    timestamp: u32,
    at: Instant,
    picture: u16,
    layer: u8,
}

impl<S: Copy + PartialEq> Line<S> {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            source: None,
            waiting: false,
            base_in: 0,
            base_out: 0,
            time_shift: 0,
            picture_shift: 0,
            layer_shift: 0,
            last: None,
        }
    }

    /// Nobody is in the slot: whoever comes next begins with a key frame, also the same person.
    pub(crate) fn vacate(&mut self) {
        self.source = None;
    }

    /// Whether nothing of whoever is in the slot has come yet.
    pub(crate) fn vacant(&self) -> bool {
        self.source.is_none()
    }

    /// Whether this line can show nothing until `source` sends a key frame.
    pub(crate) fn needs_key(&self, source: S) -> bool {
        self.kind == Kind::Video && (self.waiting || self.source != Some(source))
    }

    /// The packet as the receiver shall get it, without its SSRC; `None` when it must not get it.
    pub(crate) fn pass(
        &mut self,
        source: S,
        extended: u64,
        packet: &Packet,
        codec: VideoCodec,
        now: Instant,
    ) -> Option<Packet> {
        let descriptor = match (self.kind, codec) {
            (Kind::Video, VideoCodec::Vp8) => vp8(&packet.payload),
            _ => None,
        };
        if self.source != Some(source) {
            self.source = Some(source);
            self.waiting = self.kind == Kind::Video;
            if !self.waiting {
                self.begin(extended, packet, descriptor, now);
            }
        }
        if self.waiting {
            if !key_start(codec, &packet.payload) {
                return None;
            }
            self.waiting = false;
            self.begin(extended, packet, descriptor, now);
        }
        // Packets from before the switch belong to frames the receiver never had the beginning of.
        let sequence = self.base_out + extended.checked_sub(self.base_in)?;
        let timestamp = packet.timestamp.wrapping_add(self.time_shift);
        let payload = self.renumber(packet, descriptor);
        self.remember(sequence, timestamp, &payload, descriptor, now);
        Some(Packet { ssrc: 0, sequence: sequence as u16, timestamp, marker: packet.marker, payload })
    }

    /// Chooses the shifts so that this packet continues what was sent last.
    fn begin(&mut self, extended: u64, packet: &Packet, descriptor: Option<Vp8>, now: Instant) {
        self.base_in = extended;
        let Some(last) = self.last else {
            self.base_out = extended;
            return;
        };
        self.base_out = last.sequence + 1;
        let gone = now.saturating_duration_since(last.at).as_micros() as u64;
        // At least one tick: two frames with one timestamp are one frame to a decoder.
        let ticks = (gone * self.kind.clock() / 1_000_000).max(1);
        self.time_shift = last.timestamp.wrapping_add(ticks as u32).wrapping_sub(packet.timestamp);
        if let Some(picture) = descriptor.and_then(|d| d.picture) {
            self.picture_shift = last.picture.wrapping_add(1).wrapping_sub(picture.id);
        }
        let index = descriptor.and_then(|d| d.layer_index).and_then(|at| packet.payload.get(at));
        if let Some(index) = index {
            self.layer_shift = last.layer.wrapping_add(1).wrapping_sub(*index);
        }
    }

    /// The payload with picture id and layer index moved; untouched (and uncopied) while nothing has to move.
    fn renumber(&self, packet: &Packet, descriptor: Option<Vp8>) -> Bytes {
        let Some(descriptor) = descriptor else {
            return packet.payload.clone();
        };
        if self.picture_shift == 0 && self.layer_shift == 0 {
            return packet.payload.clone();
        }
        let mut payload = BytesMut::from(packet.payload.as_ref());
        if let Some(picture) = descriptor.picture {
            let id = picture.id.wrapping_add(self.picture_shift);
            let bytes = if picture.wide { (id | 0x8000).to_be_bytes() } else { [(id & 0x7F) as u8, 0] };
            let width = if picture.wide { 2 } else { 1 };
            if let (Some(to), Some(from)) =
                (payload.get_mut(picture.at..picture.at + width), bytes.get(..width))
            {
                to.copy_from_slice(from);
            }
        }
        if let Some(index) = descriptor.layer_index.and_then(|at| payload.get_mut(at)) {
            *index = index.wrapping_add(self.layer_shift);
        }
        payload.freeze()
    }

    fn remember(
        &mut self,
        sequence: u64,
        timestamp: u32,
        payload: &Bytes,
        descriptor: Option<Vp8>,
        now: Instant,
    ) {
        let before = self.last;
        if before.is_some_and(|last| last.sequence >= sequence) {
            return;
        }
        let picture =
            descriptor.and_then(|d| d.picture).map(|p| p.id.wrapping_add(self.picture_shift) & 0x7FFF);
        let layer = descriptor.and_then(|d| d.layer_index).and_then(|at| payload.get(at)).copied();
        self.last = Some(Last {
            sequence,
            timestamp,
            at: now,
            picture: picture.or(before.map(|last| last.picture)).unwrap_or_default(),
            layer: layer.or(before.map(|last| last.layer)).unwrap_or_default(),
        });
    }
}

/// Who sits in which slot: people keep their slot as long as they are there, newcomers take the first free one.
pub(crate) fn seat<L: Copy + PartialEq>(slots: &[Option<L>], present: &[L]) -> Vec<Option<L>> {
    let mut seated: Vec<Option<L>> =
        slots.iter().map(|slot| slot.filter(|leg| present.contains(leg))).collect();
    for leg in present {
        if !seated.contains(&Some(*leg))
            && let Some(free) = seated.iter_mut().find(|slot| slot.is_none())
        {
            *free = Some(*leg);
        }
    }
    seated
}

#[cfg(test)]
#[path = "forward_tests.rs"]
mod tests;
