//! The run loop of one thread: commands, datagrams, timers, in rounds. Rooms live here and nowhere else, so the packet
//! path has no lock and no channel.

pub(crate) mod demux;
pub(crate) mod socket;
pub(crate) mod taping;
pub(crate) mod timers;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token, Waker};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use yoban_domain::id::{ConnectionId, LegId, SessionId};

use crate::error::{FailReason, MediaError};
use crate::handle::{Clock, MediaEvent, Stats};
use crate::peer::Local;
use crate::recording::RecordingEvent;
use crate::room::{Output, Record, Role, Room, RoomPlan};
use demux::{Demux, Found};
use socket::Sockets;
use taping::Taping;
use timers::Timers;

/// How often rooms are looked over. Longer: key-frame requests repeat late; shorter: idle rooms cost CPU.
pub(crate) const TICK: Duration = Duration::from_millis(50);
/// Commands per round, so that a burst of them does not hold up media.
const COMMANDS: usize = 64;
/// Datagrams per round. More: better batches; fewer: commands and timers wait less.
const DATAGRAMS: usize = 256;
/// Events kept while the reader is not keeping up. Beyond it the oldest are lost, which is logged as an error.
const BACKLOG: usize = 16_384;

const UDP: Token = Token(0);
const WAKE: Token = Token(1);

/// A command, one variant per thing the handle can ask.
pub(crate) enum Command {
    Apply(RoomPlan),
    Close(SessionId),
    Offer {
        session: SessionId,
        leg: LegId,
        connection: ConnectionId,
        reply: oneshot::Sender<Result<String, MediaError>>,
    },
    Accept {
        session: SessionId,
        leg: LegId,
        connection: ConnectionId,
        role: Role,
        offer: String,
        reply: oneshot::Sender<Result<String, MediaError>>,
    },
    Answer {
        connection: ConnectionId,
        sdp: String,
        reply: oneshot::Sender<Result<(), MediaError>>,
    },
    HangUp(ConnectionId),
    Stats(oneshot::Sender<Stats>),
    Stop,
}

/// Counters of the loop.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShardStats {
    /// Rooms that exist.
    pub rooms: usize,
    /// Datagrams taken from the sockets.
    pub received: u64,
    /// Datagrams given to the kernel.
    pub sent: u64,
    /// Datagrams the kernel did not take.
    pub unsent: u64,
    /// Datagrams of unknown sources, dropped unread.
    pub strangers: u64,
    /// Checks for a known ufrag with bad integrity.
    pub forged: u64,
    /// Rounds that took longer than 100 ms.
    pub slow_rounds: u64,
    /// Rooms whose engine failed and that were emptied.
    pub broken_rooms: u64,
    /// Events lost because nobody read them.
    pub lost_events: u64,
    /// Recordings that could not be finished and are being tried again.
    pub unfinished_recordings: usize,
}

/// The loop and everything it owns.
pub(crate) struct Shard {
    poll: Poll,
    sockets: Sockets,
    local: Arc<Local>,
    inbox: Receiver<Command>,
    events: mpsc::Sender<MediaEvent>,
    backlog: VecDeque<MediaEvent>,
    clock: Clock,
    taping: Option<Taping>,
    rooms: BTreeMap<SessionId, Room>,
    homes: HashMap<ConnectionId, SessionId>,
    demux: Demux<ConnectionId>,
    timers: Timers<ConnectionId>,
    next_tick: Instant,
    stats: ShardStats,
}

impl Shard {
    pub(crate) fn new(
        mut sockets: Sockets,
        local: Arc<Local>,
        inbox: Receiver<Command>,
        events: mpsc::Sender<MediaEvent>,
        clock: Clock,
        taping: Option<Taping>,
    ) -> io::Result<(Self, Arc<Waker>)> {
        let poll = Poll::new()?;
        sockets.register(poll.registry(), UDP)?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let shard = Self {
            poll,
            sockets,
            local,
            inbox,
            events,
            backlog: VecDeque::new(),
            clock,
            taping,
            rooms: BTreeMap::new(),
            homes: HashMap::new(),
            demux: Demux::new(),
            timers: Timers::new(),
            next_tick: Instant::now(),
            stats: ShardStats::default(),
        };
        Ok((shard, waker))
    }

    /// Runs until told to stop, or until nobody can tell it anything any more.
    pub(crate) fn run(mut self) {
        let mut events = Events::with_capacity(16);
        let mut more = false;
        loop {
            let wait = if more { Duration::ZERO } else { self.wait(Instant::now()) };
            if let Err(error) = self.poll.poll(&mut events, Some(wait))
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "the media poll failed");
                break;
            }
            let now = Instant::now();
            let Some(busy) = self.commands(now) else { break };
            // mio is edge triggered: the sockets are read each round until they are empty, whatever woke us.
            more = self.datagrams(now) || busy;
            self.deadlines(now);
            self.deliver();
            if now.elapsed() > Duration::from_millis(100) {
                self.stats.slow_rounds += 1;
            }
        }
        let sessions: Vec<_> = self.rooms.keys().copied().collect();
        for session in sessions {
            self.close(session);
        }
        if let Some(taping) = &self.taping {
            taping.shutdown();
        }
        self.recorder_said(Instant::now());
        self.deliver();
    }

    fn wait(&mut self, now: Instant) -> Duration {
        // Without rooms nothing has a deadline.
        if self.rooms.is_empty() {
            return Duration::from_secs(1);
        }
        let next = self.timers.next().map_or(self.next_tick, |timer| timer.min(self.next_tick));
        // The engine sometimes gives a deadline in the past; one millisecond keeps that from becoming a spin.
        next.saturating_duration_since(now).max(Duration::from_millis(1))
    }

    /// `None`: stop. `Some(true)`: there may be more.
    fn commands(&mut self, now: Instant) -> Option<bool> {
        for _ in 0..COMMANDS {
            match self.inbox.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => return None,
                Ok(command) => self.command(now, command),
                Err(TryRecvError::Empty) => return Some(false),
            }
        }
        Some(true)
    }

    fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::Apply(plan) => {
                let session = plan.session;
                self.rooms.entry(session).or_insert_with(|| Room::new(plan.clone()));
                if let Some(taping) = &mut self.taping {
                    taping.apply(&plan);
                }
                self.with_room(session, |room, out| room.apply(now, plan, out));
            }
            Command::Close(session) => self.close(session),
            Command::Offer { session, leg, connection, reply } => {
                let local = Arc::clone(&self.local);
                let made = self
                    .connect(session, connection, |room, out| room.offer(now, local, leg, connection, out));
                let _ = reply.send(made);
            }
            Command::Accept { session, leg, connection, role, offer, reply } => {
                let local = Arc::clone(&self.local);
                let made = self.connect(session, connection, |room, out| {
                    room.accept(now, local, leg, connection, role, &offer, out)
                });
                let _ = reply.send(made);
            }
            Command::Answer { connection, sdp, reply } => {
                let home = self.homes.get(&connection).copied();
                let unknown = MediaError::UnknownConnection(connection);
                let done = home.and_then(|session| {
                    self.with_room(session, |room, _| room.answer(now, connection, &sdp))
                });
                let _ = reply.send(done.unwrap_or(Err(unknown)));
            }
            Command::HangUp(connection) => {
                if let Some(session) = self.homes.get(&connection).copied() {
                    self.with_room(session, |room, out| room.hang_up(connection, out));
                }
            }
            Command::Stats(reply) => {
                let _ = reply.send(self.snapshot());
            }
            Command::Stop => {}
        }
    }

    /// Makes a connection in a room and enters it into the demux.
    fn connect(
        &mut self,
        session: SessionId,
        connection: ConnectionId,
        make: impl FnOnce(&mut Room, &mut Output) -> Result<(String, [String; 2]), MediaError>,
    ) -> Result<String, MediaError> {
        if self.homes.contains_key(&connection) {
            return Err(MediaError::ConnectionExists(connection));
        }
        if !self.rooms.contains_key(&session) {
            return Err(MediaError::UnknownRoom(session));
        }
        let broken = || Err(MediaError::Engine("the engine failed".to_owned()));
        let (sdp, [ufrag, password]) = self.with_room(session, make).unwrap_or_else(broken)?;
        self.homes.insert(connection, session);
        if !self.demux.add(connection, &ufrag, &password) {
            self.with_room(session, |room, out| room.hang_up(connection, out));
            return Err(MediaError::Engine("the ufrag is taken".to_owned()));
        }
        Ok(sdp)
    }

    fn close(&mut self, session: SessionId) {
        self.with_room(session, |room, out| room.close(out));
        self.rooms.remove(&session);
        if let Some(taping) = &mut self.taping {
            taping.close(session);
        }
    }

    /// Takes what is there, hands it to the peers, then works each touched room off once. `true`: there may be more.
    fn datagrams(&mut self, now: Instant) -> bool {
        let mut touched: BTreeMap<SessionId, (BTreeSet<ConnectionId>, Output)> = BTreeMap::new();
        let mut taken = 0;
        while taken < DATAGRAMS {
            let Some((way, datagram)) = self.sockets.receive() else {
                break;
            };
            taken += 1;
            let connection = match self.demux.find(now, way.theirs, &datagram) {
                Found::Peer(connection) | Found::NewAddress(connection) => connection,
                Found::Nobody => continue,
            };
            let Some(session) = self.homes.get(&connection).copied() else {
                continue;
            };
            let Some(room) = self.rooms.get_mut(&session) else {
                continue;
            };
            let (connections, out) = touched.entry(session).or_default();
            connections.insert(connection);
            let given = guard(|| room.receive(now, connection, way, datagram, out));
            if given.is_none() {
                self.broken(session);
            }
        }
        for (session, (connections, before)) in touched {
            self.with_room(session, |room, out| {
                out.events.extend(before.events);
                for connection in connections {
                    room.work(now, connection, out);
                    if let Some(address) = room.address(connection) {
                        out.addresses.push((connection, address));
                    }
                }
            });
        }
        taken == DATAGRAMS
    }

    fn deadlines(&mut self, now: Instant) {
        // Bounded: a deadline that is due again at once waits for the next round.
        for _ in 0..self.homes.len() {
            let Some(connection) = self.timers.due(now) else {
                break;
            };
            if let Some(session) = self.homes.get(&connection).copied() {
                self.with_room(session, |room, out| room.time_passed(now, connection, out));
            }
        }
        if now >= self.next_tick {
            self.next_tick = now + TICK;
            self.recorder_said(now);
            let sessions: Vec<_> = self.rooms.keys().copied().collect();
            for session in sessions {
                self.with_room(session, |room, out| room.tick(now, out));
            }
        }
    }

    /// Runs something in a room, sends what it made, and does outside what it asked for. A room whose engine panics is
    /// emptied; the others do not notice.
    fn with_room<T>(
        &mut self,
        session: SessionId,
        run: impl FnOnce(&mut Room, &mut Output) -> T,
    ) -> Option<T> {
        let room = self.rooms.get_mut(&session)?;
        let sockets = &mut self.sockets;
        let ran = guard(|| {
            let mut out = Output::default();
            let value = run(room, &mut out);
            room.flush(|way, datagram| sockets.send(way, datagram), &mut out);
            (value, out)
        });
        let Some((value, out)) = ran else {
            self.broken(session);
            return None;
        };
        self.settle(session, out);
        Some(value)
    }

    fn settle(&mut self, session: SessionId, out: Output) {
        for (way, datagram) in &out.farewells {
            self.sockets.send(*way, datagram);
        }
        for (connection, deadline) in out.deadlines {
            self.timers.set(connection, deadline);
        }
        for (connection, address) in out.addresses {
            self.demux.in_use(connection, address);
        }
        for connection in out.gone {
            self.forget(connection);
        }
        self.record(session, out.records);
        self.backlog.extend(out.events);
    }

    fn record(&self, session: SessionId, records: Vec<Record>) {
        if let Some(taping) = self.taping.as_ref().filter(|_| !records.is_empty()) {
            taping.record(session, records, (self.clock)());
        }
    }

    /// What the recorder has said: its wish for a key frame is ours to fulfil, the rest goes to the reader.
    fn recorder_said(&mut self, now: Instant) {
        let said: Vec<_> = self.taping.iter_mut().flat_map(Taping::said).collect();
        for event in said {
            if let RecordingEvent::NeedKeyFrame { session, leg } = event {
                self.with_room(session, |room, _| room.want_key_frame(now, leg));
            } else {
                self.backlog.push_back(MediaEvent::Recording(event));
            }
        }
    }

    fn forget(&mut self, connection: ConnectionId) {
        self.homes.remove(&connection);
        self.demux.remove(connection);
        self.timers.set(connection, None);
    }

    /// The engine panicked on this room's input: its state cannot be trusted, so it starts again, empty, with its plan.
    fn broken(&mut self, session: SessionId) {
        let Some(room) = self.rooms.get_mut(&session) else {
            return;
        };
        tracing::error!(?session, "the media engine failed; the room starts again");
        self.stats.broken_rooms += 1;
        let lost: Vec<_> = room.connections().collect();
        *room = Room::new(room.plan().clone());
        for (connection, leg) in lost {
            self.forget(connection);
            self.backlog.push_back(MediaEvent::Failed {
                session,
                leg,
                connection,
                reason: FailReason::Engine,
            });
            self.backlog.push_back(MediaEvent::Gone { session, leg, connection });
        }
    }

    fn deliver(&mut self) {
        while let Some(event) = self.backlog.pop_front() {
            match self.events.try_send(event) {
                Ok(()) => {}
                Err(TrySendError::Full(event)) => {
                    self.backlog.push_front(event);
                    break;
                }
                Err(TrySendError::Closed(_)) => self.backlog.clear(),
            }
        }
        while self.backlog.len() > BACKLOG {
            self.backlog.pop_front();
            self.stats.lost_events += 1;
            tracing::error!("a media event was lost: nobody reads them");
        }
    }

    fn snapshot(&self) -> Stats {
        let shard = ShardStats {
            rooms: self.rooms.len(),
            received: self.sockets.received,
            sent: self.sockets.sent,
            unsent: self.sockets.unsent,
            strangers: self.demux.strangers,
            forged: self.demux.forged,
            unfinished_recordings: self.taping.as_ref().map_or(0, Taping::unfinished),
            ..self.stats.clone()
        };
        Stats { connections: self.rooms.values().flat_map(Room::stats).collect(), shard }
    }
}

#[cfg(test)]
mod tests;

fn guard<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}
