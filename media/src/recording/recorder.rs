//! The recorder's handle and its two threads: one records, one finishes.

use std::collections::{HashMap, VecDeque};
use std::fs::{File, TryLockError};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use yoban_domain::id::{LegId, SessionId};

use super::finish::{self, Job};
use super::inbox::{Drops, Inbox, Message, Refused};
use super::session::{Session, World};
use super::sink::{FileSink, Sink, private_file};
use super::{Codec, FailReason, Kind, RecordingConfig, RecordingEvent, RtpIn, SenderReport};

/// How often waiting media is looked at when no packet comes.
const TICK: Duration = Duration::from_millis(50);
/// How often the room on the disk is looked at. Five calls of three people write about a megabyte in that time.
const LOOK: Duration = Duration::from_secs(1);

/// Handle of the recorder. Cheap to clone; every method returns at once.
#[derive(Clone)]
pub struct Recorder {
    inbox: Arc<Inbox>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Recorder {
    /// Starts recording into plain files under `config.dir`, which this process then owns. What recorders before it left is
    /// finished and told as [`RecordingEvent::Finished`] meanwhile, and so is every session that is complete.
    ///
    /// # Errors
    /// When the folder cannot be used or another process records into it.
    pub fn start(config: RecordingConfig) -> io::Result<(Self, Receiver<RecordingEvent>)> {
        let sink = FileSink::new(&config.dir)?;
        let lock = lock_folder(&config.dir)?;
        Self::run(config, Arc::new(sink), Some(lock))
    }

    /// Starts recording into a sink. The caller sees to it that nobody else uses the sink.
    ///
    /// # Errors
    /// When the sink cannot be listed or no thread can be started.
    pub fn start_with(
        config: RecordingConfig,
        sink: Arc<dyn Sink>,
    ) -> io::Result<(Self, Receiver<RecordingEvent>)> {
        Self::run(config, sink, None)
    }

    fn run(
        config: RecordingConfig,
        sink: Arc<dyn Sink>,
        lock: Option<File>,
    ) -> io::Result<(Self, Receiver<RecordingEvent>)> {
        let inbox = Arc::new(Inbox::new(config.audio_queue, config.video_queue));
        let (events, receiver) = channel();
        let (jobs, job_list) = channel();
        // Before anything new is written, so that the numbers are those of the dead.
        for job in finish::left_behind(&*sink)? {
            let _ = jobs.send(job);
        }
        let finisher = {
            let (sink, events, config) = (Arc::clone(&sink), events.clone(), config.clone());
            thread::Builder::new()
                .name("recording-finish".into())
                .spawn(move || finish_all(&job_list, &*sink, &config, &events))?
        };
        let worker = Worker {
            config,
            sink,
            inbox: Arc::clone(&inbox),
            events,
            jobs,
            sessions: HashMap::new(),
            clock: Clock { base_ms: 0, since: Instant::now() },
        };
        let thread = thread::Builder::new().name("recording".into()).spawn(move || {
            let _ended = EndsInbox(Arc::clone(&worker.inbox));
            worker.run();
            if finisher.join().is_err() {
                tracing::error!("the finishing thread of the recorder panicked");
            }
            drop(lock);
        })?;
        Ok((Self { inbox, thread: Arc::new(Mutex::new(Some(thread))) }, receiver))
    }

    /// Begins a session's recording. Opening an open session changes nothing; opening one that was closed or that a
    /// crash ended adds segments to it.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn open_session(&self, session: SessionId) -> Result<(), Refused> {
        self.inbox.command(Message::Open(session))
    }

    /// Records this person's sound or picture from now on. A running track of the same person and kind is stopped.
    /// For a picture a key frame is asked for at once.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn track_start(&self, session: SessionId, leg: LegId, codec: Codec) -> Result<(), Refused> {
        self.inbox.command(Message::Start(session, leg, codec))
    }

    /// Ends a track and its file.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn track_stop(&self, session: SessionId, leg: LegId, kind: Kind) -> Result<(), Refused> {
        self.inbox.command(Message::Stop(session, leg, kind))
    }

    /// Takes a packet. `false`: the queue is full, the packet is dropped, counted, and will be a declared gap. Packets of
    /// tracks that were not started, and of paused sessions, are taken and forgotten.
    pub fn push(&self, packet: RtpIn) -> bool {
        self.inbox.push(packet)
    }

    /// Takes what a sender says about its clock.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn sender_report(&self, report: SenderReport) -> Result<(), Refused> {
        self.inbox.command(Message::Report(report))
    }

    /// Records nothing of this session from now on, until [`Recorder::resume`]. Tracks may start and stop meanwhile.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn pause(&self, session: SessionId) -> Result<(), Refused> {
        self.inbox.command(Message::Pause(session))
    }

    /// Records again after a pause, or tries again after [`RecordingEvent::Failed`].
    ///
    /// # Errors
    /// [`Refused`].
    pub fn resume(&self, session: SessionId) -> Result<(), Refused> {
        self.inbox.command(Message::Resume(session))
    }

    /// Ends a session's recording; [`RecordingEvent::Finished`] follows when everything is on disk.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn close_session(&self, session: SessionId) -> Result<(), Refused> {
        self.inbox.command(Message::Close(session))
    }

    /// Closes all sessions and waits until they are finished. Blocks: not for the media thread.
    pub fn shutdown(&self) {
        // Refused means that it has ended already.
        let _ = self.inbox.command(Message::Shutdown);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the recorder thread panicked");
        }
    }
}

/// However the recorder's thread ends: afterwards nobody is told that a command was taken.
struct EndsInbox(Arc<Inbox>);

impl Drop for EndsInbox {
    fn drop(&mut self) {
        self.0.end();
    }
}

struct Worker {
    config: RecordingConfig,
    sink: Arc<dyn Sink>,
    inbox: Arc<Inbox>,
    events: Sender<RecordingEvent>,
    jobs: Sender<Job>,
    sessions: HashMap<SessionId, Session>,
    clock: Clock,
}

impl Worker {
    fn run(mut self) {
        let mut batch = VecDeque::with_capacity(4_096);
        let mut events = Vec::new();
        let (mut ticked, mut looked) = (Instant::now(), Instant::now());
        loop {
            let drops = self.inbox.take(&mut batch, TICK);
            let mut go_on = true;
            for message in batch.drain(..) {
                let session = message.session();
                match guard(|| self.handle(message, &mut events)) {
                    Some(more) => go_on &= more,
                    None => session.into_iter().for_each(|session| self.give_up(session, &mut events)),
                }
            }
            self.note_drops(drops);
            if ticked.elapsed() >= TICK || !go_on {
                ticked = Instant::now();
                let Self { config, sink, sessions, clock, .. } = &mut self;
                let now_ms = clock.now();
                let mut world = World { config, sink: &**sink, now_ms, events: &mut events };
                let ticks =
                    sessions.iter_mut().map(|(id, session)| (*id, guard(|| session.tick(&mut world))));
                let broken: Vec<_> = ticks.filter(|(_, done)| done.is_none()).map(|(id, _)| id).collect();
                broken.into_iter().for_each(|session| self.give_up(session, &mut events));
            }
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                self.keep_free(&mut events);
            }
            if !go_on {
                self.inbox.end();
                let open: Vec<_> = self.sessions.keys().copied().collect();
                for session in open {
                    self.handle(Message::Close(session), &mut events);
                }
            }
            for event in events.drain(..) {
                // Nobody listens any more: recording goes on all the same.
                let _ = self.events.send(event);
            }
            if !go_on {
                return;
            }
        }
    }

    /// Stops every recording while the rest of the server still has room. A disk that does not say is written to until it
    /// refuses.
    fn keep_free(&mut self, events: &mut Vec<RecordingEvent>) {
        let Self { config, sink, sessions, clock, .. } = self;
        if sink.free().is_ok_and(|free| free < config.keep_free) {
            let mut world = World { config, sink: &**sink, now_ms: clock.now(), events };
            sessions.values_mut().for_each(|session| session.no_room(&mut world));
        }
    }

    /// `false` ends the recorder.
    fn handle(&mut self, message: Message, events: &mut Vec<RecordingEvent>) -> bool {
        if let Message::Packet(packet) = &message {
            self.clock.observe(packet.arrival_ms);
        }
        let Self { config, sink, sessions, clock, jobs, .. } = self;
        let mut world = World { config, sink: &**sink, now_ms: clock.now(), events };
        match message {
            Message::Packet(packet) => {
                if let Some(session) = sessions.get_mut(&packet.session) {
                    session.push(packet, &mut world);
                }
            }
            Message::Open(id) if sessions.contains_key(&id) => {}
            Message::Open(id) => match Session::open(id, &world) {
                Ok(session) => {
                    sessions.insert(id, session);
                }
                Err(error) => {
                    let (reason, detail) = (FailReason::of(&error), error.to_string());
                    world.events.push(RecordingEvent::Failed { session: id, reason, detail });
                }
            },
            Message::Start(id, leg, codec) => {
                if let Some(session) = sessions.get_mut(&id) {
                    session.track_start(leg, codec, &mut world);
                }
            }
            Message::Stop(id, leg, kind) => {
                if let Some(session) = sessions.get_mut(&id) {
                    session.track_stop(leg, kind, &mut world);
                }
            }
            Message::Report(report) => {
                if let Some(session) = sessions.get_mut(&report.session) {
                    session.report(&report);
                }
            }
            Message::Pause(id) => {
                if let Some(session) = sessions.get_mut(&id) {
                    session.pause(&mut world);
                }
            }
            Message::Resume(id) => {
                if let Some(session) = sessions.get_mut(&id) {
                    session.resume(&mut world);
                }
            }
            Message::Close(id) => {
                if let Some(session) = sessions.remove(&id) {
                    let below = session.close(&mut world);
                    if jobs.send(Job::Finish(id, below)).is_err() {
                        tracing::error!(session = ?id, "nobody finishes recordings; the next start will");
                    }
                }
            }
            Message::Shutdown => return false,
        }
        true
    }

    /// After a panic in what belongs to one session: it is recorded no more, everybody is told, and what is on disk is
    /// made into files.
    fn give_up(&mut self, session: SessionId, events: &mut Vec<RecordingEvent>) {
        self.sessions.remove(&session);
        let detail = "the recorder failed in this session".to_owned();
        events.push(RecordingEvent::Failed { session, reason: FailReason::Defect, detail });
        let _ = self.jobs.send(Job::Finish(session, u32::MAX));
    }

    fn note_drops(&mut self, drops: Drops) {
        for ((id, leg, kind), count) in drops {
            tracing::warn!(session = ?id, ?leg, ?kind, count, "recorder too slow, packets dropped");
            if let Some(session) = self.sessions.get_mut(&id) {
                session.dropped(leg, kind, count);
            }
        }
    }
}

/// The caller's wall clock, carried on between packets by the monotonic one.
struct Clock {
    base_ms: i64,
    since: Instant,
}

impl Clock {
    fn now(&self) -> i64 {
        self.base_ms.saturating_add(self.since.elapsed().as_millis() as i64)
    }

    /// Follows the newest arrival; packets a little out of order do not turn it back, a clock that was set does.
    fn observe(&mut self, arrival_ms: i64) {
        let now = self.now();
        if arrival_ms > now || now.saturating_sub(arrival_ms) > 2_000 {
            self.base_ms = arrival_ms;
            self.since = Instant::now();
        }
    }
}

fn finish_all(
    jobs: &Receiver<Job>,
    sink: &dyn Sink,
    config: &RecordingConfig,
    events: &Sender<RecordingEvent>,
) {
    for job in jobs {
        let session = job.session();
        // A final file is a copy of the raw one, which goes only when the copy stands.
        let room = || match sink.free() {
            Ok(free) if free < config.keep_free / 2 => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        };
        let done = guard(|| room().and_then(|()| finish::work(sink, job, config.mix_bitrate)));
        let event = match done.unwrap_or_else(|| Err(io::Error::other("the finishing panicked"))) {
            Ok(Some(manifest)) => RecordingEvent::Finished { session, manifest },
            Ok(None) => continue,
            Err(error) => {
                tracing::error!(?session, %error, "recording not finished; its raw files stay");
                RecordingEvent::NotFinished { session, reason: FailReason::of(&error) }
            }
        };
        let _ = events.send(event);
    }
}

/// A mistake in one session must not end the recording of all.
fn guard<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}

/// Makes this process the only one that writes in the folder.
pub(crate) fn lock_folder(dir: &Path) -> io::Result<File> {
    let file = private_file(&dir.join("recorder.lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(io::Error::new(io::ErrorKind::ResourceBusy, "another recorder uses this folder"))
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}
