//! The recorder's handle and its three threads: one records, one syncs, one finishes.

use std::collections::{HashMap, VecDeque};
use std::fs::{File, TryLockError};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use yoban_domain::id::{LegId, SessionId};
use yoban_domain::session::RecordingFailure;

use super::finish::{self, Job};
use super::finisher::{End, Finisher};
use super::inbox::{Drops, Inbox, Message, Refused};
use super::session::{Session, World};
use super::sink::{FileSink, Sink, private_file};
use super::syncer::{self, Batch};
use super::{Codec, Kind, RecordingConfig, RecordingEvent, RtpIn, SenderReport, failure};

/// How often waiting media is looked at when no packet comes.
const TICK: Duration = Duration::from_millis(50);
/// How often the room on the disk is looked at. Five calls of three people write about a megabyte in that time.
const LOOK: Duration = Duration::from_secs(1);
/// What the threads beside may take, at a stop, on top of the time for finishing: for one answer of the disk.
const GRACE: Duration = Duration::from_secs(1);

/// Handle of the recorder. Cheap to clone; every method returns at once.
#[derive(Clone)]
pub struct Recorder {
    inbox: Arc<Inbox>,
    unfinished: Arc<AtomicUsize>,
    room: Arc<AtomicBool>,
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
        let (unfinished, end) = (Arc::new(AtomicUsize::new(0)), Arc::new(End::default()));
        let finisher = Finisher {
            jobs: job_list,
            sink: Arc::clone(&sink),
            config: config.clone(),
            events: events.clone(),
            unfinished: Arc::clone(&unfinished),
            end: Arc::clone(&end),
        };
        // Nobody else may write here before the last of these threads has ended.
        let lock = Arc::new(lock);
        let finisher = Beside::start("recording-finish", &lock, move || finisher.run())?;
        let room = Arc::new(AtomicBool::new(has_room(&config, &*sink)));
        let (syncs, batches) = channel();
        let syncer = Beside::start("recording-sync", &lock, move || syncer::run(&batches))?;
        let finish_at_stop = config.finish_at_stop;
        let worker = Worker {
            config,
            sink,
            inbox: Arc::clone(&inbox),
            events,
            jobs,
            syncs,
            room: Arc::clone(&room),
            sessions: HashMap::new(),
            clock: Clock { base_ms: 0, since: Instant::now() },
        };
        let thread = thread::Builder::new().name("recording".into()).spawn(move || {
            let _ended = EndsInbox(Arc::clone(&worker.inbox));
            worker.run();
            let at = Instant::now() + finish_at_stop;
            end.set(at);
            syncer.wait(at + GRACE);
            finisher.wait(at + GRACE);
            drop(lock);
        })?;
        Ok((Self { inbox, unfinished, room, thread: Arc::new(Mutex::new(Some(thread))) }, receiver))
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

    /// How many recordings could not be finished and are being tried again.
    pub fn unfinished(&self) -> usize {
        self.unfinished.load(Ordering::Relaxed)
    }

    /// Whether the disk has room for recordings, as of the last look, which is at most about a second old. Shared, so that it
    /// can be asked where nobody may wait.
    pub fn room(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.room)
    }

    /// Closes all sessions, has them synced, and gives finishing as long as the configuration says; what is left then is
    /// as a kill would leave it, and the next start finishes it. Blocks for that long at most, and for one answer of the
    /// disk.
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

/// A thread beside the recorder's, for whatever may have to wait for the disk.
struct Beside {
    name: &'static str,
    thread: JoinHandle<()>,
    /// Closed with the thread.
    running: Receiver<()>,
}

impl Beside {
    fn start(
        name: &'static str,
        lock: &Arc<Option<File>>,
        run: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let lock = Arc::clone(lock);
        let (alive, running) = channel();
        let thread = thread::Builder::new().name(name.into()).spawn(move || {
            let _alive = (alive, lock);
            run();
        })?;
        Ok(Self { name, thread, running })
    }

    /// Waits until the thread has ended, or until then: a disk that does not answer must not hold up the stop of a server.
    fn wait(self, until: Instant) {
        let left = until.saturating_duration_since(Instant::now());
        if matches!(self.running.recv_timeout(left), Err(RecvTimeoutError::Timeout)) {
            tracing::warn!(
                thread = self.name,
                "the disk does not answer; the next start goes on with the recordings"
            );
        } else if self.thread.join().is_err() {
            tracing::error!(thread = self.name, "a thread of the recorder panicked");
        }
    }
}

struct Worker {
    config: RecordingConfig,
    sink: Arc<dyn Sink>,
    inbox: Arc<Inbox>,
    events: Sender<RecordingEvent>,
    jobs: Sender<Job>,
    syncs: Sender<Batch>,
    room: Arc<AtomicBool>,
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
                let Self { config, sink, sessions, clock, syncs, .. } = &mut self;
                let now_ms = clock.now();
                let mut world = World { config, sink: &**sink, now_ms, events: &mut events, syncs };
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

    /// Stops every recording while the rest of the server still has room.
    fn keep_free(&mut self, events: &mut Vec<RecordingEvent>) {
        let Self { config, sink, sessions, clock, syncs, room, .. } = self;
        let enough = has_room(config, &**sink);
        room.store(enough, Ordering::Relaxed);
        if !enough {
            let mut world = World { config, sink: &**sink, now_ms: clock.now(), events, syncs };
            sessions.values_mut().for_each(|session| session.no_room(&mut world));
        }
    }

    /// `false` ends the recorder.
    fn handle(&mut self, message: Message, events: &mut Vec<RecordingEvent>) -> bool {
        if let Message::Packet(packet) = &message {
            self.clock.observe(packet.arrival_ms);
        }
        let Self { config, sink, sessions, clock, jobs, syncs, .. } = self;
        let mut world = World { config, sink: &**sink, now_ms: clock.now(), events, syncs };
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
                    let (reason, detail) = (failure(&error), error.to_string());
                    world.events.push(RecordingEvent::Failed { session: id, reason, detail, held: false });
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
        let reason = RecordingFailure::RecorderDied;
        events.push(RecordingEvent::Failed { session, reason, detail, held: false });
        // The files there are now: recording may begin again before they are finished.
        match guard(|| self.sink.list(session)) {
            Some(Ok(names)) => finish::job_of(session, &names).into_iter().for_each(|job| {
                let _ = self.jobs.send(job);
            }),
            _ => tracing::error!(?session, "its files cannot be looked into; the next start finishes them"),
        }
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

/// Whether as much is free as is kept free. A disk that does not say is written to until it refuses.
fn has_room(config: &RecordingConfig, sink: &dyn Sink) -> bool {
    !sink.free().is_ok_and(|free| free < config.keep_free)
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
