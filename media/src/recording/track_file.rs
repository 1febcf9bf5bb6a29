//! The open file of a track: units in, whole pages and clusters out, sync points on the way.

use std::io;

use yoban_domain::id::LegId;

use super::matroska::{Cluster, MAX_CLUSTER_MS, Picture, raw_head, tracks};
use super::ogg_page::Pages;
use super::sidecar::Line;
use super::sink::{DiskWait, Segment};
use super::timeline::Timeline;
use super::track::{Counts, Env};
use super::{Codec, Kind, RecordingEvent, opus_packet};

/// Distance of sync points.
const SYNC_POINT_MS: i64 = 1_000;
/// A unit that comes this much later than its neighbours say begins a new sync point, so that a stall keeps its place.
const SYNC_STEP_MS: i64 = 150;
/// Files one track may open because its parameter sets change; beyond it changes stay inside the file.
const MAX_FILES: u32 = 64;
/// An Opus packet of 120 ms has at most 6 x 1,275 bytes and its head.
const MAX_OPUS: usize = 8 << 10;

/// An Opus packet or a whole picture.
#[derive(Debug)]
pub(crate) struct Unit<'a> {
    pub(crate) timestamp: u32,
    pub(crate) arrival_ms: i64,
    /// Length, where known.
    pub(crate) ticks: i64,
    /// Picture size of a key frame.
    pub(crate) key: Option<(u32, u32)>,
    pub(crate) data: &'a [u8],
}

pub(crate) struct TrackWriter {
    leg: LegId,
    codec: Codec,
    open: Option<Open>,
    files: u32,
    avcc: Option<Vec<u8>>,
    bytes: u64,
    last_end_ms: Option<i64>,
}

struct Open {
    number: u32,
    segment: Box<dyn Segment>,
    timeline: Timeline,
    body: Body,
    /// Arrival and file time of the oldest unit that is not written yet.
    waiting: Option<(i64, i64)>,
    /// File time and smallest delay since.
    point: Option<(i64, i64)>,
    last_delay: i64,
    size: Option<(u32, u32)>,
    told: bool,
    unsynced: bool,
}

enum Body {
    Sound { pages: Pages, ready: Vec<u8>, end: i64 },
    Pixels { cluster: Option<Cluster>, last_ms: i64 },
}

impl TrackWriter {
    pub(crate) fn new(leg: LegId, codec: Codec) -> Self {
        Self { leg, codec, open: None, files: 0, avcc: None, bytes: 0, last_end_ms: None }
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Wall time at which the last unit ended.
    pub(crate) fn last_end_ms(&self) -> Option<i64> {
        self.last_end_ms
    }

    pub(crate) fn number(&self) -> Option<u32> {
        self.open.as_ref().map(|open| open.number)
    }

    /// Whether a packet of this size can be written.
    pub(crate) fn takes(&self, size: usize) -> bool {
        size <= MAX_OPUS
    }

    /// Sets the `avcC` of the pictures to come; a different one begins a new file.
    pub(crate) fn describe(
        &mut self,
        avcc: Vec<u8>,
        counts: Counts,
        late: u64,
        env: &mut Env<'_>,
    ) -> io::Result<()> {
        if self.avcc.as_ref() != Some(&avcc) {
            if self.open.is_some() {
                if self.files >= MAX_FILES {
                    return Ok(());
                }
                self.finish(counts, late, env)?;
            }
            self.avcc = Some(avcc);
        }
        Ok(())
    }

    /// Takes a unit, in sending order.
    pub(crate) fn write(&mut self, unit: &Unit<'_>, env: &mut Env<'_>) -> io::Result<()> {
        if self.open.is_none() {
            self.begin(unit, env)?;
        }
        let clock = self.codec.clock();
        let Some(open) = &mut self.open else { return Ok(()) };
        let placed = open.timeline.place(unit.timestamp, unit.arrival_ms);
        let mut ticks = placed.ticks;
        match &mut open.body {
            Body::Sound { pages, ready, end } => {
                // Two packets cannot overlap; a gap ends the page, because a page only says where its last packet ends.
                ticks = ticks.max(*end);
                if !pages.is_empty() && (ticks > *end || !pages.fits(unit.data.len())) {
                    ready.extend(pages.take(false));
                }
                *end = ticks + unit.ticks;
                pages.add(unit.data, *end);
            }
            Body::Pixels { cluster, last_ms } => {
                let mut at_ms = ticks * 1_000 / clock;
                if at_ms <= *last_ms {
                    at_ms = *last_ms + 1;
                }
                *last_ms = at_ms;
                if cluster.as_ref().is_some_and(|cluster| at_ms - cluster.start_ms() >= MAX_CLUSTER_MS)
                    && let Some(full) = cluster.take()
                {
                    let full = full.raw();
                    self.bytes += full.len() as u64;
                    open.segment.append(&full)?;
                    open.unsynced = true;
                }
                cluster.get_or_insert_with(|| Cluster::new(at_ms)).add(at_ms, unit.key.is_some(), unit.data);
                ticks = at_ms * clock / 1_000;
                if unit.key.is_some() && open.size != unit.key {
                    open.size = unit.key;
                    if let Some((width, height)) = unit.key {
                        env.lines.push(Line::Size { file: open.number, at: at_ms, width, height });
                    }
                }
            }
        }
        let at_ms = ticks * 1_000 / clock;
        open.note_delay(at_ms, unit.arrival_ms, placed.jumped, env.lines);
        self.last_end_ms = Some(unit.arrival_ms + unit.ticks * 1_000 / clock);
        let waiting = *open.waiting.get_or_insert((unit.arrival_ms, at_ms));
        if at_ms - waiting.1 >= env.config.flush_ms { self.flush(env) } else { self.flush_if_due(env) }
    }

    /// Writes when the oldest unit has waited long enough.
    pub(crate) fn flush_if_due(&mut self, env: &mut Env<'_>) -> io::Result<()> {
        let due =
            |open: &Open| open.waiting.is_some_and(|(since, _)| env.now_ms - since >= env.config.flush_ms);
        if self.open.as_ref().is_some_and(due) { self.flush(env) } else { Ok(()) }
    }

    /// Writes everything that has come.
    pub(crate) fn flush(&mut self, env: &mut Env<'_>) -> io::Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.waiting = None;
        let bytes = match &mut open.body {
            Body::Sound { pages, ready, .. } => {
                let mut bytes = std::mem::take(ready);
                if !pages.is_empty() {
                    bytes.extend(pages.take(false));
                }
                bytes
            }
            Body::Pixels { cluster, .. } => cluster.take().map(Cluster::raw).unwrap_or_default(),
        };
        if bytes.is_empty() {
            return Ok(());
        }
        self.bytes += bytes.len() as u64;
        open.segment.append(&bytes)?;
        open.unsynced = true;
        if !open.told {
            open.told = true;
            let (session, leg, kind) = (env.session, self.leg, self.codec.kind());
            env.events.push(RecordingEvent::TrackStarted { session, leg, kind });
        }
        Ok(())
    }

    /// The wait for the disk, where anything was written since the last one.
    pub(crate) fn sync(&mut self) -> Option<DiskWait> {
        let open = self.open.as_mut()?;
        std::mem::take(&mut open.unsynced).then(|| open.segment.sync())
    }

    /// Writes what is left and closes the file.
    pub(crate) fn finish(&mut self, counts: Counts, late: u64, env: &mut Env<'_>) -> io::Result<()> {
        self.flush(env)?;
        env.closed.extend(self.sync());
        if let Some(open) = self.open.take() {
            let file = open.number;
            if let Some((at, delay)) = open.point {
                env.lines.push(Line::Sync { file, at, delay });
            }
            let Counts { lost, unusable, dropped } = counts;
            env.lines.push(Line::End { file, lost, late, unusable, dropped });
        }
        Ok(())
    }

    /// Where a sender report's timestamp lies: file number and ms.
    pub(crate) fn look_up(&self, timestamp: u32) -> Option<(u32, i64)> {
        let open = self.open.as_ref()?;
        Some((open.number, open.timeline.look_up(timestamp)? * 1_000 / self.codec.clock()))
    }

    /// Lets go of the file as it is.
    pub(crate) fn abandon(&mut self) {
        self.open = None;
    }

    fn begin(&mut self, unit: &Unit<'_>, env: &mut Env<'_>) -> io::Result<()> {
        let number = *env.next_file;
        *env.next_file += 1;
        let (kind, ext) = (self.codec.kind(), self.codec.extension());
        let name = format!("raw-{number:04}-{}-{}.{ext}", self.leg.0.simple(), kind.name());
        let mut segment = env.sink.create(env.session, &name)?;
        let (width, height) = unit.key.unwrap_or((1, 1));
        let (head, body) = match self.codec {
            Codec::Opus => {
                let mut pages = Pages::new(number);
                let head = pages.header(if opus_packet::stereo(unit.data) { 2 } else { 1 });
                (head, Body::Sound { pages, ready: Vec::new(), end: 0 })
            }
            Codec::Vp8 => {
                let list = tracks(&Picture { codec_id: "V_VP8", private: None, width, height });
                (raw_head("webm", &list), Body::Pixels { cluster: None, last_ms: -1 })
            }
            Codec::H264 => {
                let private = self.avcc.as_deref();
                let list = tracks(&Picture { codec_id: "V_MPEG4/ISO/AVC", private, width, height });
                (raw_head("matroska", &list), Body::Pixels { cluster: None, last_ms: -1 })
            }
        };
        segment.append(&head)?;
        self.bytes += head.len() as u64;
        self.files += 1;
        let (leg, codec, started_at) = (self.leg, self.codec, unit.arrival_ms);
        env.lines.push(Line::Begin { file: number, leg, kind, codec, started_at });
        self.open = Some(Open {
            number,
            segment,
            timeline: Timeline::new(codec.clock()),
            body,
            waiting: None,
            point: None,
            last_delay: started_at,
            size: None,
            told: false,
            unsynced: true,
        });
        debug_assert!(kind == Kind::Audio || unit.key.is_some(), "picture files begin at a key frame");
        Ok(())
    }
}

impl Open {
    fn note_delay(&mut self, at_ms: i64, arrival_ms: i64, jumped: bool, lines: &mut Vec<Line>) {
        let delay = arrival_ms - at_ms;
        let step = jumped || delay - self.last_delay > SYNC_STEP_MS;
        self.last_delay = delay;
        match &mut self.point {
            Some((begun, least)) if !step && at_ms - *begun < SYNC_POINT_MS => *least = delay.min(*least),
            point => {
                if let Some((at, delay)) = point.replace((at_ms, delay)) {
                    lines.push(Line::Sync { file: self.number, at, delay });
                }
            }
        }
    }
}
