//! The handle other crates hold. Commands go to the shard by value over a bounded channel; answers come back through
//! one-shot channels, everything else as [`MediaEvent`]s.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot, watch};
use yoban_domain::id::{ConnectionId, LegId, SessionId};
use yoban_domain::session::MayRecord;
use yoban_domain::time::Timestamp;

use crate::error::{FailReason, MediaError, StartError};
use crate::peer::Local;
use crate::recording::{Recorder, RecordingConfig, RecordingEvent};
use crate::room::{ConnectionStats, Role, RoomPlan};
use crate::shard::socket::{SocketBuffers, Sockets};
use crate::shard::taping::Taping;
use crate::shard::{Command, Shard, ShardStats};

/// Commands that may wait for the shard. It takes 64 per round; more waiting than this means it is not keeping up.
const COMMANDS: usize = 1_024;
/// Events that may wait for the reader. Beyond it the shard keeps its own bounded backlog.
const EVENTS: usize = 1_024;

/// What the server's clock says; an argument because the clock lives elsewhere.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How to run the media plane.
pub struct Config {
    /// Our addresses, the one to prefer first: each gets a UDP socket and is a host candidate, so browsers must reach
    /// this node by them. At least one, no wildcard.
    pub addresses: Vec<IpAddr>,
    /// The UDP port, the same on every address. Port 0 takes a free one.
    pub port: u16,
    /// Wall clock for arrival times in recordings.
    pub clock: Clock,
    /// Where and how to record; `None` records nothing, whatever the plans say. The folder is ours from then on.
    pub recordings: Option<RecordingConfig>,
}

/// What happened in the rooms.
#[derive(Debug, Clone)]
pub enum MediaEvent {
    /// Who is in which slot of a connection. Said after connecting and at each change.
    Map {
        /// Whose session.
        session: SessionId,
        /// Who sees this.
        leg: LegId,
        /// On which connection.
        connection: ConnectionId,
        /// Slot by slot (streams `s0`, `s1`, …) the leg whose sound and picture come there.
        slots: Vec<Option<LegId>>,
    },
    /// ICE and DTLS are done. Older connections of the leg for the same purpose are closed now.
    Connected {
        /// Whose session.
        session: SessionId,
        /// Whose connection.
        leg: LegId,
        /// Which connection.
        connection: ConnectionId,
    },
    /// Nothing was heard for two seconds, or the peer said good-bye.
    Lost {
        /// Whose session.
        session: SessionId,
        /// Whose connection.
        leg: LegId,
        /// Which connection.
        connection: ConnectionId,
        /// How it was noticed. After `Closed` the connection is gone ([`MediaEvent::Failed`] follows).
        reason: LostReason,
    },
    /// A silent peer is heard again on the same connection.
    Back {
        /// Whose session.
        session: SessionId,
        /// Whose connection.
        leg: LegId,
        /// Which connection.
        connection: ConnectionId,
    },
    /// What this leg really sends to the others. On with the first packet, later changes after about two seconds; off
    /// at once when the gate closes.
    Flow {
        /// Whose session.
        session: SessionId,
        /// Who sends.
        leg: LegId,
        /// Sound flows.
        audio: bool,
        /// A picture flows.
        video: bool,
    },
    /// The connection is gone and nobody had asked for it.
    Failed {
        /// Whose session.
        session: SessionId,
        /// Whose connection.
        leg: LegId,
        /// Which connection.
        connection: ConnectionId,
        /// Why.
        reason: FailReason,
    },
    /// The connection is gone, whatever the cause; the last that is heard of it.
    Gone {
        /// Whose session.
        session: SessionId,
        /// Whose connection.
        leg: LegId,
        /// Which connection.
        connection: ConnectionId,
    },
    /// What the recorder says, except its wishes for key frames. Sessions that a crash left unfinished are finished by
    /// [`start`] and come as [`RecordingEvent::Finished`] first.
    Recording(RecordingEvent),
}

/// How a loss was noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostReason {
    /// Neither media nor answers to consent checks.
    Silence,
    /// DTLS close.
    Closed,
}

/// A snapshot of all counters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// One row per connection, rooms in order of their session ids.
    pub connections: Vec<ConnectionStats>,
    /// The loop and its socket.
    pub shard: ShardStats,
}

/// Handle to the running media plane. Cheap to clone; the plane runs until [`Media::shutdown`] or until every handle is
/// gone.
#[derive(Clone)]
pub struct Media {
    inner: Arc<Inner>,
}

struct Inner {
    commands: SyncSender<Command>,
    waker: Arc<mio::Waker>,
    udp: Vec<SocketAddr>,
    buffers: SocketBuffers,
    /// What the recorder saw last of its disk, where there is one.
    room: Option<Arc<AtomicBool>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// Closed with the thread, however it ends.
    running: watch::Receiver<()>,
}

/// Binds the sockets and starts the loop on a thread of its own.
///
/// # Errors
/// Nothing can be announced, or the system refused the socket, the poll or the thread.
pub fn start(config: Config) -> Result<(Media, mpsc::Receiver<MediaEvent>), StartError> {
    let system = |what| move |source| StartError::System { what, source };
    if config.addresses.is_empty() {
        return Err(StartError::NothingToAnnounce);
    }
    if let Some(bad) = config.addresses.iter().find(|ip| ip.is_unspecified()) {
        return Err(StartError::Unreachable(*bad));
    }
    let (sockets, udp, buffers) =
        Sockets::bind(&config.addresses, config.port).map_err(system("UDP socket"))?;
    let local = Arc::new(Local { candidates: udp.clone() });
    let (commands, inbox) = sync_channel(COMMANDS);
    let (events, reader) = mpsc::channel(EVENTS);
    let (taping, room) = match config.recordings {
        Some(recordings) => {
            let dir = recordings.dir.clone();
            let (recorder, events) =
                Recorder::start(recordings).map_err(|source| StartError::Recordings { dir, source })?;
            let room = recorder.room();
            (Some(Taping::new(recorder, events)), Some(room))
        }
        None => (None, None),
    };
    let (shard, waker) =
        Shard::new(sockets, local, inbox, events, config.clock, taping).map_err(system("event poll"))?;
    let (alive, running) = watch::channel(());
    let thread = std::thread::Builder::new()
        .name("yoban-media".to_owned())
        .spawn(move || {
            // Dropped also by a panic.
            let _alive = alive;
            shard.run();
        })
        .map_err(system("media thread"))?;
    let inner = Inner { commands, waker, udp, buffers, room, thread: Mutex::new(Some(thread)), running };
    Ok((Media { inner: Arc::new(inner) }, reader))
}

impl Media {
    /// Where media listens, in the order of [`Config::addresses`].
    pub fn udp_addresses(&self) -> &[SocketAddr] {
        &self.inner.udp
    }

    /// What the kernel granted for the buffers of each socket.
    pub fn socket_buffers(&self) -> SocketBuffers {
        self.inner.buffers
    }

    /// Makes a room what the plan says: makes it if need be, closes connections of legs that are not in it, moves gates.
    ///
    /// # Errors
    /// Too many members, one twice, or the queue is full; the room is then as before.
    pub fn apply(&self, plan: RoomPlan) -> Result<(), MediaError> {
        if plan.members.len() > crate::MAX_MEMBERS {
            return Err(MediaError::TooManyMembers);
        }
        for (index, member) in plan.members.iter().enumerate() {
            if plan.members.iter().take(index).any(|earlier| earlier.leg == member.leg) {
                return Err(MediaError::DuplicateLeg(member.leg));
            }
        }
        self.send(Command::Apply(plan))
    }

    /// Ends a room and everything in it. Unknown rooms are no error.
    ///
    /// # Errors
    /// The queue is full or the plane has stopped.
    pub fn close(&self, session: SessionId) -> Result<(), MediaError> {
        self.send(Command::Close(session))
    }

    /// A new connection for this leg, offered by us: section 0 audio up, 1 video up, then four pairs down. An older
    /// connection of the leg stays until this one is connected.
    ///
    /// # Errors
    /// The room or leg is unknown, the id is taken, or the plane is busy or stopped.
    pub async fn offer(
        &self,
        session: SessionId,
        leg: LegId,
        connection: ConnectionId,
    ) -> Result<String, MediaError> {
        self.ask(|reply| Command::Offer { session, leg, connection, reply }).await?
    }

    /// The client's answer to [`Media::offer`]. A refused one may be followed by another, a taken one by itself alone: whoever
    /// never heard that it was taken gives it again.
    ///
    /// # Errors
    /// The connection is unknown or answered, the SDP is refused, or the plane is busy or stopped.
    pub async fn answer(&self, connection: ConnectionId, sdp: String) -> Result<(), MediaError> {
        self.ask(|reply| Command::Answer { connection, sdp, reply }).await?
    }

    /// Ends one connection. Unknown ones are no error.
    ///
    /// # Errors
    /// The queue is full or the plane has stopped.
    pub fn hang_up(&self, connection: ConnectionId) -> Result<(), MediaError> {
        self.send(Command::HangUp(connection))
    }

    /// WHIP (RFC 9725): the client offers what it sends; the answer comes back.
    ///
    /// # Errors
    /// As [`Media::offer`], or the SDP is refused.
    pub async fn whip(
        &self,
        session: SessionId,
        leg: LegId,
        connection: ConnectionId,
        offer: String,
    ) -> Result<String, MediaError> {
        let role = Role::Publish;
        self.ask(|reply| Command::Accept { session, leg, connection, role, offer, reply }).await?
    }

    /// WHEP: the client offers as many audio and video sections as it wants to receive people in, at most four each. It stands
    /// beside the leg's other connections and takes the place of an older one of its kind.
    ///
    /// # Errors
    /// As [`Media::offer`], or the SDP is refused.
    pub async fn whep(
        &self,
        session: SessionId,
        leg: LegId,
        connection: ConnectionId,
        offer: String,
    ) -> Result<String, MediaError> {
        let role = Role::Receive;
        self.ask(|reply| Command::Accept { session, leg, connection, role, offer, reply }).await?
    }

    /// All counters, as of now.
    ///
    /// # Errors
    /// The plane is busy or stopped.
    pub async fn stats(&self) -> Result<Stats, MediaError> {
        self.ask(Command::Stats).await
    }

    /// Whether a recording that begins now finds room on the disk. Answers at once, from the recorder's last look.
    pub fn may_record(&self) -> MayRecord {
        match &self.inner.room {
            None => MayRecord::Never,
            Some(room) if room.load(Ordering::Relaxed) => MayRecord::Yes,
            Some(_) => MayRecord::NoRoom,
        }
    }

    /// Returns once the loop has ended, whatever the cause: [`Media::shutdown`], a poll that failed, a panic. Nothing
    /// restarts it; whoever waits for this outside a shutdown should end the process.
    pub async fn ended(&self) {
        let mut running = self.inner.running.clone();
        while running.changed().await.is_ok() {}
    }

    /// Says good-bye to every peer, stops the loop and waits for its thread. Later commands give
    /// [`MediaError::Stopped`]. Blocks for some milliseconds; where recordings wait to be finished, for as long as
    /// [`RecordingConfig::finish_at_stop`] and one answer of the disk.
    pub fn shutdown(&self) {
        // The one command that waits for room in the queue.
        let _ = self.inner.commands.send(Command::Stop);
        let _ = self.inner.waker.wake();
        let thread = self.inner.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the media thread had panicked");
        }
    }

    fn send(&self, command: Command) -> Result<(), MediaError> {
        self.inner.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => MediaError::Busy,
            TrySendError::Disconnected(_) => MediaError::Stopped,
        })?;
        // A waker that fails costs latency only: the loop also wakes by its tick.
        let _ = self.inner.waker.wake();
        Ok(())
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Result<T, MediaError> {
        let (reply, answer) = oneshot::channel();
        self.send(command(reply))?;
        answer.await.map_err(|_| MediaError::Stopped)
    }
}
