//! The thread that finishes: one session after the other, again later what failed, and not for long once the recorder stops.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use yoban_domain::id::SessionId;
use yoban_domain::session::RecordingFailure;

use super::finish::{self, Job};
use super::output::is_manifest;
use super::sink::{DiskWait, Segment, Sink};
use super::{RecordingConfig, RecordingEvent, failure};

/// The longest wait between two tries. Smaller: more work and log lines for a disk that stays as it is; larger: a recording
/// stands unfinished longer after the disk is well again.
const LONGEST: Duration = Duration::from_secs(3_600);

/// What media leave over for the manifest, bytes: a file that was made and cannot be listed would be made again at each try. A
/// manifest has some 300 bytes for a track and 60 for a gap.
const FOR_MANIFEST: u64 = 1 << 20;

pub(crate) struct Finisher {
    pub(crate) jobs: Receiver<Job>,
    pub(crate) sink: Arc<dyn Sink>,
    pub(crate) config: RecordingConfig,
    pub(crate) events: Sender<RecordingEvent>,
    /// How many sessions wait to be tried again, for whoever asks.
    pub(crate) unfinished: Arc<AtomicUsize>,
    pub(crate) end: Arc<End>,
}

/// What failed and is tried again.
struct Again {
    job: Job,
    at: Instant,
    wait: Duration,
    reason: RecordingFailure,
}

impl Finisher {
    /// Works until the recorder has ended and what it left is finished, or the time for that is over.
    pub(crate) fn run(self) {
        let mut failed = BTreeMap::new();
        while let Some(job) = self.next(&failed) {
            let event = self.work(job, &mut failed);
            self.unfinished.store(failed.len(), Ordering::Relaxed);
            if let Some(event) = event {
                // Nobody listens any more: the next start tells it again.
                let _ = self.events.send(event);
            }
        }
    }

    /// What came new, or what failed and is due.
    fn next(&self, failed: &BTreeMap<SessionId, Again>) -> Option<Job> {
        let Some(again) = failed.values().min_by_key(|again| again.at) else {
            return self.jobs.recv().ok();
        };
        match self.jobs.recv_timeout(again.at.saturating_duration_since(Instant::now())) {
            Ok(job) => Some(job),
            Err(RecvTimeoutError::Timeout) => Some(again.job),
            Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    /// Does a job, and says what there is to tell of it.
    fn work(&self, job: Job, failed: &mut BTreeMap<SessionId, Again>) -> Option<RecordingEvent> {
        let session = job.session();
        // A newer part of the session has the higher numbers: finishing it finishes what failed before, too.
        let before = failed.remove(&session);
        let leave = self.config.keep_free / 2;
        let sink = Bounded { inner: Arc::clone(&self.sink), end: Arc::clone(&self.end), leave };
        let try_it = || finish::work(&sink, job, self.config.mix_bitrate);
        let (error, reason) = match catch_unwind(AssertUnwindSafe(try_it)) {
            Ok(Ok(manifest)) => {
                return manifest.map(|manifest| RecordingEvent::Finished { session, manifest });
            }
            Ok(Err(_)) if self.end.is_over() => {
                tracing::info!(?session, "the next start finishes this recording");
                return None;
            }
            Ok(Err(error)) => {
                let reason = failure(&error);
                (error, reason)
            }
            Err(_) => (io::Error::other("the finishing panicked"), RecordingFailure::RecorderDied),
        };
        let wait = before.as_ref().map_or(self.config.retry, |before| LONGEST.min(before.wait * 2));
        failed.insert(session, Again { job, at: Instant::now() + wait, wait, reason });
        if before.is_some_and(|before| before.reason == reason) {
            return None;
        }
        tracing::error!(?session, %error, "recording not finished; its raw files stay and it is tried again");
        Some(RecordingEvent::NotFinished { session, reason })
    }
}

/// When finishing has to end, once that is known.
#[derive(Debug, Default)]
pub(crate) struct End(OnceLock<Instant>);

impl End {
    pub(crate) fn set(&self, at: Instant) {
        // Whoever said it first was right.
        let _ = self.0.set(at);
    }

    fn is_over(&self) -> bool {
        self.0.get().is_some_and(|at| Instant::now() >= *at)
    }

    fn check(&self) -> io::Result<()> {
        if self.is_over() { Err(io::Error::other("the time for finishing is over")) } else { Ok(()) }
    }
}

/// The sink for as long as finishing may go on, and for as much as it may write. Once the time is over every use fails, and
/// what was being made stays as a kill would leave it.
struct Bounded {
    inner: Arc<dyn Sink>,
    end: Arc<End>,
    /// So many bytes stay free, whatever is written.
    leave: u64,
}

impl Sink for Bounded {
    fn sessions(&self) -> io::Result<Vec<SessionId>> {
        self.end.check().and_then(|()| self.inner.sessions())
    }

    fn list(&self, session: SessionId) -> io::Result<Vec<String>> {
        self.end.check().and_then(|()| self.inner.list(session))
    }

    fn create(&self, session: SessionId, name: &str) -> io::Result<Box<dyn Segment>> {
        self.end.check()?;
        let inner = self.inner.create(session, name)?;
        let (sink, end) = (Arc::clone(&self.inner), Arc::clone(&self.end));
        let leave = if is_manifest(name) { self.leave } else { self.leave + FOR_MANIFEST.min(self.leave) };
        Ok(Box::new(BoundedSegment { inner, sink, end, leave }))
    }

    fn read(&self, session: SessionId, name: &str) -> io::Result<Box<dyn Read + Send>> {
        self.end.check()?;
        let inner = self.inner.read(session, name)?;
        Ok(Box::new(BoundedRead { inner, end: Arc::clone(&self.end) }))
    }

    fn remove(&self, session: SessionId, name: &str) -> io::Result<()> {
        self.end.check().and_then(|()| self.inner.remove(session, name))
    }

    fn free(&self) -> io::Result<u64> {
        self.inner.free()
    }
}

struct BoundedSegment {
    inner: Box<dyn Segment>,
    sink: Arc<dyn Sink>,
    end: Arc<End>,
    leave: u64,
}

impl Segment for BoundedSegment {
    /// Looks before each append, for the calls that go on write, too. A disk that does not say is written to until it refuses.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.end.check()?;
        let wanted = self.leave.saturating_add(bytes.len() as u64);
        if self.sink.free().is_ok_and(|free| free < wanted) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.inner.append(bytes)
    }

    fn sync(&mut self) -> DiskWait {
        self.inner.sync()
    }

    fn finish(self: Box<Self>, name: &str) -> io::Result<()> {
        self.end.check().and_then(|()| self.inner.finish(name))
    }
}

struct BoundedRead {
    inner: Box<dyn Read + Send>,
    end: Arc<End>,
}

impl Read for BoundedRead {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.end.check().and_then(|()| self.inner.read(into))
    }
}
