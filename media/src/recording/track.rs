//! One person's sound or picture on its way into files.

use std::io;

use bytes::{Bytes, BytesMut};
use yoban_domain::id::{LegId, SessionId};

use super::h264::{Nals, ParameterSets};
use super::reorder::{Ordered, Reorder};
use super::sidecar::Line;
use super::sink::{DiskWait, Sink};
use super::track_file::{TrackWriter, Unit};
use super::{Codec, Gap, GapReason, Kind, RecordingConfig, RecordingEvent, RtpIn, vp8};

/// Largest picture put together.
const MAX_FRAME: usize = 8 << 20;
/// Encoders ignore requests closer together than some 300 ms; a lost request must be repeated.
const ASK_AGAIN_MS: i64 = 450;

/// What a track needs from the session around it.
pub(crate) struct Env<'a> {
    pub(crate) session: SessionId,
    pub(crate) config: &'a RecordingConfig,
    pub(crate) sink: &'a dyn Sink,
    pub(crate) lines: &'a mut Vec<Line>,
    /// Of files that were closed and are not synced yet.
    pub(crate) closed: &'a mut Vec<DiskWait>,
    pub(crate) events: &'a mut Vec<RecordingEvent>,
    /// Number of the next file of this session.
    pub(crate) next_file: &'a mut u32,
    pub(crate) now_ms: i64,
}

#[derive(Debug)]
struct Packet {
    timestamp: u32,
    marker: bool,
    payload: Bytes,
    arrival_ms: i64,
}

/// A picture that is being put together.
#[derive(Debug)]
struct Picture {
    timestamp: u32,
    arrival_ms: i64,
    data: BytesMut,
    /// Size of a key frame.
    key: Option<(u32, u32)>,
    broken: bool,
}

pub(crate) struct Track {
    pub(crate) leg: LegId,
    pub(crate) codec: Codec,
    reorder: Reorder<Packet>,
    ordered: Vec<Ordered<Packet>>,
    writer: TrackWriter,
    picture: Option<Picture>,
    nals: Nals,
    nal_list: Vec<Bytes>,
    sets: ParameterSets,
    /// Nothing can be decoded before the next key frame.
    need_key: bool,
    asked_ms: Option<i64>,
    /// Since when something is missing, and why.
    missing: Option<(i64, GapReason)>,
    /// The next hole in the numbering is our own doing.
    dropped_now: bool,
    counts: Counts,
}

/// Packets that did not make it, by cause.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) lost: u64,
    pub(crate) unusable: u64,
    pub(crate) dropped: u64,
}

impl Track {
    pub(crate) fn new(leg: LegId, codec: Codec, config: &RecordingConfig) -> Self {
        Self {
            leg,
            codec,
            reorder: Reorder::new(config.reorder_ms),
            ordered: Vec::new(),
            writer: TrackWriter::new(leg, codec),
            picture: None,
            nals: Nals::default(),
            nal_list: Vec::new(),
            sets: ParameterSets::default(),
            need_key: codec.kind() == Kind::Video,
            asked_ms: None,
            missing: None,
            dropped_now: false,
            counts: Counts::default(),
        }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.writer.bytes()
    }

    pub(crate) fn writer(&mut self) -> &mut TrackWriter {
        &mut self.writer
    }

    /// Takes a packet.
    pub(crate) fn push(&mut self, packet: RtpIn, env: &mut Env<'_>) -> io::Result<()> {
        if packet.codec != self.codec {
            self.counts.unusable += 1;
            return Ok(());
        }
        let RtpIn { sequence, timestamp, marker, payload, arrival_ms, .. } = packet;
        let mut ordered = std::mem::take(&mut self.ordered);
        self.reorder.push(
            sequence,
            arrival_ms,
            Packet { timestamp, marker, payload, arrival_ms },
            &mut ordered,
        );
        self.ordered = ordered;
        self.work(env)
    }

    /// Packets of this track were thrown away before they came here.
    pub(crate) fn dropped(&mut self, count: u64) {
        self.counts.dropped += count;
        self.dropped_now = true;
    }

    /// Time passed: gives up on missing packets, writes what has waited long enough, asks again for a key frame.
    pub(crate) fn tick(&mut self, env: &mut Env<'_>) -> io::Result<()> {
        let mut ordered = std::mem::take(&mut self.ordered);
        self.reorder.tick(env.now_ms, &mut ordered);
        self.ordered = ordered;
        self.work(env)?;
        if self.need_key {
            self.ask(env);
        }
        self.writer.flush_if_due(env)
    }

    /// Nothing more is written until packets come again after [`Track::resume`].
    pub(crate) fn pause(&mut self, env: &mut Env<'_>) -> io::Result<()> {
        self.drain(env)?;
        self.missing = self.writer.last_end_ms().map(|from| (from, GapReason::Consent));
        self.writer.flush(env)
    }

    /// Starts afresh: what lies between is not known, a picture needs a key frame.
    pub(crate) fn resume(&mut self, env: &mut Env<'_>) {
        self.reorder.reset();
        self.picture = None;
        self.nals.reset();
        self.asked_ms = None;
        self.dropped_now = false;
        if self.codec.kind() == Kind::Video {
            self.need_key = true;
            self.ask(env);
        }
    }

    /// Writes what is left and closes the file.
    pub(crate) fn stop(&mut self, env: &mut Env<'_>) -> io::Result<()> {
        self.drain(env)?;
        if let Some((from, reason @ (GapReason::Loss | GapReason::Drop))) = self.missing.take() {
            self.tell_gap(Gap { from, to: env.now_ms.max(from), reason }, env);
        }
        self.writer.finish(self.counts, self.reorder.late(), env)
    }

    /// The disk failed: lets go of the file as it is.
    pub(crate) fn abandon(&mut self) {
        self.writer.abandon();
        self.missing = None;
    }

    fn drain(&mut self, env: &mut Env<'_>) -> io::Result<()> {
        let mut ordered = std::mem::take(&mut self.ordered);
        self.reorder.flush(&mut ordered);
        self.ordered = ordered;
        self.work(env)
    }

    fn work(&mut self, env: &mut Env<'_>) -> io::Result<()> {
        let mut ordered = std::mem::take(&mut self.ordered);
        let result = ordered.drain(..).try_for_each(|item| match item {
            Ordered::Packet(packet) if self.codec == Codec::Opus => self.sound(packet, env),
            Ordered::Packet(packet) => self.pixels(packet, env),
            Ordered::Lost(count) => {
                if !self.dropped_now {
                    self.counts.lost += count;
                }
                self.hole(env);
                Ok(())
            }
            Ordered::Restart => {
                self.hole(env);
                Ok(())
            }
        });
        ordered.clear();
        self.ordered = ordered;
        result
    }

    /// Something before the next packet is missing.
    fn hole(&mut self, env: &mut Env<'_>) {
        let reason = if std::mem::take(&mut self.dropped_now) { GapReason::Drop } else { GapReason::Loss };
        if self.missing.is_none() {
            self.missing = self.writer.last_end_ms().map(|from| (from, reason));
        }
        if self.codec.kind() == Kind::Video {
            if let Some(picture) = &mut self.picture {
                picture.broken = true;
            }
            self.nals.reset();
            self.need_key = true;
            self.ask(env);
        }
    }

    fn ask(&mut self, env: &mut Env<'_>) {
        if self.asked_ms.is_none_or(|asked| !(asked..asked + ASK_AGAIN_MS).contains(&env.now_ms)) {
            self.asked_ms = Some(env.now_ms);
            env.events.push(RecordingEvent::NeedKeyFrame { session: env.session, leg: self.leg });
        }
    }

    fn sound(&mut self, packet: Packet, env: &mut Env<'_>) -> io::Result<()> {
        if packet.payload.is_empty() {
            return Ok(());
        }
        match super::opus_packet::duration(&packet.payload) {
            Some(samples) if self.writer.takes(packet.payload.len()) => self.write(
                Unit {
                    timestamp: packet.timestamp,
                    arrival_ms: packet.arrival_ms,
                    ticks: samples,
                    key: None,
                    data: &packet.payload,
                },
                env,
            ),
            _ => {
                self.counts.unusable += 1;
                Ok(())
            }
        }
    }

    fn pixels(&mut self, packet: Packet, env: &mut Env<'_>) -> io::Result<()> {
        // Padding-only packets probe the bandwidth; they carry no picture.
        if packet.payload.is_empty() {
            return Ok(());
        }
        if self.picture.as_ref().is_some_and(|picture| picture.timestamp != packet.timestamp) {
            self.picture_done(env)?;
        }
        let fresh = self.picture.is_none();
        let mut picture = self.picture.take().unwrap_or_else(|| Picture {
            timestamp: packet.timestamp,
            arrival_ms: packet.arrival_ms,
            data: BytesMut::new(),
            key: None,
            broken: false,
        });
        let usable = match self.codec {
            Codec::Vp8 => add_vp8(&mut picture, &packet.payload, fresh),
            Codec::H264 => self.add_h264(&mut picture, &packet.payload),
            Codec::Opus => false,
        };
        if !usable {
            self.counts.unusable += 1;
            picture.broken = true;
        }
        if picture.data.len() > MAX_FRAME {
            picture.data.clear();
            picture.broken = true;
        }
        self.picture = Some(picture);
        if packet.marker { self.picture_done(env) } else { Ok(()) }
    }

    fn add_h264(&mut self, picture: &mut Picture, payload: &Bytes) -> bool {
        let mut list = std::mem::take(&mut self.nal_list);
        let usable = self.nals.push(payload, &mut list);
        for nal in list.drain(..) {
            // Parameter sets stay in the stream too: a change in mid-file is then still decodable.
            self.sets.learn(&nal);
            match nal.first().map_or(0, |header| header & 0x1F) {
                9 => continue,
                5 => picture.key = self.sets.size().or(picture.key),
                _ => {}
            }
            picture.data.extend_from_slice(&(nal.len() as u32).to_be_bytes());
            picture.data.extend_from_slice(&nal);
        }
        self.nal_list = list;
        usable
    }

    fn picture_done(&mut self, env: &mut Env<'_>) -> io::Result<()> {
        let Some(mut picture) = self.picture.take() else {
            return Ok(());
        };
        if self.nals.open() {
            self.nals.reset();
            picture.broken = true;
        }
        if picture.broken || picture.data.is_empty() {
            if picture.broken && !self.need_key {
                self.hole(env);
            }
            return Ok(());
        }
        if self.need_key && picture.key.is_none() {
            self.ask(env);
            return Ok(());
        }
        if picture.key.is_some() {
            self.need_key = false;
            self.asked_ms = None;
            if self.codec == Codec::H264 {
                match self.sets.avcc() {
                    Some(avcc) => self.writer.describe(avcc, self.counts, self.reorder.late(), env)?,
                    None => {
                        self.need_key = true;
                        return Ok(());
                    }
                }
            }
        }
        let Picture { timestamp, arrival_ms, data, key, .. } = picture;
        self.write(Unit { timestamp, arrival_ms, ticks: 0, key, data: &data }, env)
    }

    fn write(&mut self, unit: Unit<'_>, env: &mut Env<'_>) -> io::Result<()> {
        let arrival_ms = unit.arrival_ms;
        self.writer.write(&unit, env)?;
        if let Some((from, reason)) = self.missing.take()
            && arrival_ms > from
        {
            self.tell_gap(Gap { from, to: arrival_ms, reason }, env);
        }
        Ok(())
    }

    fn tell_gap(&mut self, gap: Gap, env: &mut Env<'_>) {
        if let Some(file) = self.writer.number() {
            env.lines.push(Line::Gap { file, gap });
            let (session, leg, kind) = (env.session, self.leg, self.codec.kind());
            env.events.push(RecordingEvent::Gap { session, leg, kind, gap });
        }
    }
}

fn add_vp8(picture: &mut Picture, payload: &Bytes, fresh: bool) -> bool {
    let Some(part) = vp8::part(payload) else {
        return false;
    };
    if fresh {
        if !part.starts {
            return false;
        }
        picture.key = vp8::key_frame(&part.data).map(|(width, height)| (width.into(), height.into()));
    }
    picture.data.extend_from_slice(&part.data);
    true
}
