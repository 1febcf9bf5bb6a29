//! One session's open tracks, its sync map, and what happens when the disk says no.

use std::collections::BTreeMap;
use std::io;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};

use yoban_domain::id::{LegId, SessionId};

use super::sidecar::{self, Line};
use super::sink::{DiskWait, Segment, Sink};
use super::syncer::Batch;
use super::track::{Env, Track};
use super::{Codec, Kind, RecordingConfig, RecordingEvent, RtpIn, SenderReport, failure};

/// Seconds between 1900 and 1970.
const NTP_TO_UNIX_S: i64 = 2_208_988_800;
const PROGRESS_MS: i64 = 1_000;

/// Everything the session's methods need from outside.
pub(crate) struct World<'a> {
    pub(crate) config: &'a RecordingConfig,
    pub(crate) sink: &'a dyn Sink,
    pub(crate) now_ms: i64,
    pub(crate) events: &'a mut Vec<RecordingEvent>,
    pub(crate) syncs: &'a Sender<Batch>,
}

pub(crate) struct Session {
    id: SessionId,
    tracks: BTreeMap<(LegId, Kind), Track>,
    paused: bool,
    failed: bool,
    next_file: u32,
    sidecar: Option<Box<dyn Segment>>,
    lines: Vec<Line>,
    /// Lines were written since the last sync.
    lines_unsynced: bool,
    closed: Vec<DiskWait>,
    /// Where the sync that is under way will be told of.
    syncing: Option<Receiver<io::Result<()>>>,
    synced_ms: i64,
    progress_ms: i64,
    past_bytes: u64,
    dropped: u64,
}

impl Session {
    /// Opens a session; a second time in its life it goes on numbering where it stopped.
    ///
    /// # Errors
    /// When the sink cannot be read.
    pub(crate) fn open(id: SessionId, world: &World<'_>) -> io::Result<Self> {
        let next_file = next_number(&world.sink.list(id)?);
        Ok(Self {
            id,
            tracks: BTreeMap::new(),
            paused: false,
            failed: false,
            next_file,
            sidecar: None,
            lines: Vec::new(),
            lines_unsynced: false,
            closed: Vec::new(),
            syncing: None,
            synced_ms: world.now_ms,
            progress_ms: world.now_ms,
            past_bytes: 0,
            dropped: 0,
        })
    }

    pub(crate) fn track_start(&mut self, leg: LegId, codec: Codec, world: &mut World<'_>) {
        self.track_stop(leg, codec.kind(), world);
        let mut track = Track::new(leg, codec, world.config);
        if !self.paused && !self.failed {
            track.resume(&mut env(self.id, &mut self.lines, &mut self.closed, &mut self.next_file, world));
        }
        self.tracks.insert((leg, codec.kind()), track);
    }

    pub(crate) fn track_stop(&mut self, leg: LegId, kind: Kind, world: &mut World<'_>) {
        if let Some(mut track) = self.tracks.remove(&(leg, kind)) {
            let result =
                track.stop(&mut env(self.id, &mut self.lines, &mut self.closed, &mut self.next_file, world));
            self.past_bytes += track.bytes();
            let result = result.and_then(|()| self.write_lines(world));
            self.check(result, world);
        }
    }

    pub(crate) fn push(&mut self, packet: RtpIn, world: &mut World<'_>) {
        if self.paused || self.failed {
            return;
        }
        let Some(track) = self.tracks.get_mut(&(packet.leg, packet.kind)) else {
            return;
        };
        let result = track
            .push(packet, &mut env(self.id, &mut self.lines, &mut self.closed, &mut self.next_file, world));
        self.check(result, world);
    }

    pub(crate) fn report(&mut self, report: &SenderReport) {
        let Some(track) = self.tracks.get_mut(&(report.leg, report.kind)) else {
            return;
        };
        if let Some((file, at)) = track.writer().look_up(report.timestamp) {
            let seconds = (report.ntp >> 32) as i64 - NTP_TO_UNIX_S;
            let ntp = seconds * 1_000 + (((report.ntp & 0xFFFF_FFFF) * 1_000) >> 32) as i64;
            self.lines.push(Line::Report { file, at, ntp, came: report.arrival_ms });
        }
    }

    /// Packets were dropped before they came here.
    pub(crate) fn dropped(&mut self, leg: LegId, kind: Kind, count: u64) {
        self.dropped += count;
        if let Some(track) = self.tracks.get_mut(&(leg, kind)) {
            track.dropped(count);
        }
    }

    pub(crate) fn pause(&mut self, world: &mut World<'_>) {
        if std::mem::replace(&mut self.paused, true) || self.failed {
            return;
        }
        let result = self.each(world, |track, env| track.pause(env));
        self.check(result, world);
    }

    /// Goes on after a pause, and tries again after a failure.
    pub(crate) fn resume(&mut self, world: &mut World<'_>) {
        let was_held = std::mem::take(&mut self.paused) | std::mem::take(&mut self.failed);
        if was_held {
            let result = self.each(world, |track, env| {
                track.resume(env);
                Ok(())
            });
            self.check(result, world);
        }
    }

    /// The disk is as good as full: what is left of it is not for recordings.
    pub(crate) fn no_room(&mut self, world: &mut World<'_>) {
        if !self.failed && !self.tracks.is_empty() {
            self.check(
                Err(io::Error::new(io::ErrorKind::StorageFull, "less is free than is kept free")),
                world,
            );
        }
    }

    /// Time passed.
    pub(crate) fn tick(&mut self, world: &mut World<'_>) {
        if self.failed {
            return;
        }
        if !self.paused {
            let result = self.each(world, Track::tick);
            self.check(result, world);
        }
        let result = self.write_lines(world);
        self.check(result, world);
        if world.now_ms - self.synced_ms >= world.config.sync_ms {
            self.synced_ms = world.now_ms;
            self.sync(world);
        }
        let result = self.synced();
        self.check(result, world);
        if world.now_ms - self.progress_ms >= PROGRESS_MS && !self.tracks.is_empty() {
            self.progress_ms = world.now_ms;
            let bytes = self.past_bytes + self.tracks.values().map(Track::bytes).sum::<u64>();
            world.events.push(RecordingEvent::Progress { session: self.id, bytes, dropped: self.dropped });
        }
    }

    /// Closes all files. Gives the number below which every file is complete.
    pub(crate) fn close(mut self, world: &mut World<'_>) -> u32 {
        let keys: Vec<_> = self.tracks.keys().copied().collect();
        for (leg, kind) in keys {
            self.track_stop(leg, kind, world);
        }
        self.syncing = None;
        self.sync(world);
        self.next_file
    }

    fn each(
        &mut self,
        world: &mut World<'_>,
        mut work: impl FnMut(&mut Track, &mut Env<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut env = env(self.id, &mut self.lines, &mut self.closed, &mut self.next_file, world);
        self.tracks.values_mut().try_for_each(|track| work(track, &mut env))
    }

    /// Has everything synced that was written, unless the disk is still at it since the last time.
    fn sync(&mut self, world: &mut World<'_>) {
        if self.syncing.is_some() {
            return;
        }
        let mut files = std::mem::take(&mut self.closed);
        files.extend(self.tracks.values_mut().filter_map(|track| track.writer().sync()));
        if std::mem::take(&mut self.lines_unsynced) {
            files.extend(self.sidecar.as_mut().map(|sidecar| sidecar.sync()));
        }
        if !files.is_empty() {
            let (done, told) = channel();
            // A thread that is gone is seen by what it does not tell.
            let _ = world.syncs.send(Batch { session: self.id, files, done });
            self.syncing = Some(told);
        }
    }

    /// What came of the last sync, as soon as it is known.
    fn synced(&mut self) -> io::Result<()> {
        let Some(told) = &self.syncing else { return Ok(()) };
        let result = match told.try_recv() {
            Err(TryRecvError::Empty) => return Ok(()),
            Err(TryRecvError::Disconnected) => Err(io::Error::other("nobody syncs any more")),
            Ok(result) => result,
        };
        self.syncing = None;
        result
    }

    fn write_lines(&mut self, world: &World<'_>) -> io::Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        if self.sidecar.is_none() {
            let name = format!("sync-{:04}.jsonl", self.next_file);
            self.next_file += 1;
            self.sidecar = Some(world.sink.create(self.id, &name)?);
        }
        if let Some(sidecar) = &mut self.sidecar {
            sidecar.append(&sidecar::text(&self.lines))?;
            self.lines_unsynced = true;
        }
        self.lines.clear();
        Ok(())
    }

    /// Recording stops first; the call goes on. Files stay as they are until the session is finished.
    fn check(&mut self, result: io::Result<()>, world: &mut World<'_>) {
        let Err(error) = result else { return };
        self.tracks.values_mut().for_each(Track::abandon);
        self.sidecar = None;
        self.lines.clear();
        self.closed.clear();
        self.syncing = None;
        if !std::mem::replace(&mut self.failed, true) {
            let (session, reason, detail) = (self.id, failure(&error), error.to_string());
            tracing::error!(?session, ?reason, %error, "recording stopped");
            world.events.push(RecordingEvent::Failed { session, reason, detail, held: true });
        }
    }
}

fn env<'a>(
    session: SessionId,
    lines: &'a mut Vec<Line>,
    closed: &'a mut Vec<DiskWait>,
    next_file: &'a mut u32,
    world: &'a mut World<'_>,
) -> Env<'a> {
    let World { config, sink, now_ms, events, .. } = world;
    Env { session, config, sink: *sink, lines, closed, events, next_file, now_ms: *now_ms }
}

/// The first number above all that names carry, whatever stage their file is in.
fn next_number(names: &[String]) -> u32 {
    let number = |name: &String| name.split('-').find_map(|part| part.get(..4)?.parse::<u32>().ok());
    names.iter().filter_map(number).max().map_or(1, |last| last + 1)
}
