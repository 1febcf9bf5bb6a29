//! Between media plane and engine: whose connection is whose, and what its events mean for the call.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;
use yoban_domain::id::{ConnectionId, DeviceId, LegId, SessionId};
use yoban_domain::session::Input;
use yoban_domain::time::Span;
use yoban_domain::wire::signal::ServerMessage;
use yoban_media::recording::RecordingEvent;
use yoban_media::{Media, MediaEvent};

use crate::engine::Engine;
use crate::error::CommandError;
use crate::hub::{Audience, Hub};

/// Offers that may wait for the task.
const QUEUE: usize = 256;
/// How often and at which distance an event is offered to a store that is away: half a minute in all.
const TRIES: u32 = 60;
const BETWEEN: Span = Span(500);

enum Ask {
    /// This connection belongs to this device; said before its offer is made, so that no event comes too early.
    Mine { connection: ConnectionId, owner: Ownership },
    /// This connection was never made.
    Forget { connection: ConnectionId },
    /// May this device answer for this connection?
    Whose { connection: ConnectionId, reply: oneshot::Sender<Option<Ownership>> },
}

/// Whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// The device that asked for it.
    pub device: DeviceId,
    /// The call.
    pub session: SessionId,
    /// The leg.
    pub leg: LegId,
}

/// Handle to the task that reads the media plane's events. Cheap to clone.
#[derive(Clone)]
pub struct Rooms {
    asks: mpsc::Sender<Ask>,
    media: Media,
}

impl Rooms {
    /// Starts the task; it ends when the media plane does and everything it said was stored.
    pub fn start(
        engine: Engine,
        hub: Hub,
        media: Media,
        events: mpsc::Receiver<MediaEvent>,
    ) -> (Self, JoinHandle<()>) {
        let (sender, asks) = mpsc::channel(QUEUE);
        let task = Task { engine, hub, owners: BTreeMap::new(), up: BTreeMap::new() };
        let running = tokio::spawn(task.run(events, asks));
        (Self { asks: sender, media }, running)
    }

    /// A new connection for a leg: its id and the SDP offer.
    ///
    /// # Errors
    /// The room does not hold the leg, or the media plane is busy.
    pub async fn offer(&self, owner: Ownership) -> Result<(ConnectionId, String), CommandError> {
        let connection = fresh();
        self.claim(connection, owner).await;
        match self.media.offer(owner.session, owner.leg, connection).await {
            Ok(sdp) => Ok((connection, sdp)),
            Err(error) => {
                self.forget(connection).await;
                Err(error.into())
            }
        }
    }

    /// The answer to an offer; only the device that asked for it may give it.
    ///
    /// # Errors
    /// Not its connection, or the SDP is refused.
    pub async fn answer(
        &self,
        device: DeviceId,
        connection: ConnectionId,
        sdp: String,
    ) -> Result<(), CommandError> {
        match self.whose(connection).await {
            Some(owner) if owner.device == device => Ok(self.media.answer(connection, sdp).await?),
            Some(_) | None => Err(CommandError::NotFound),
        }
    }

    /// The media plane itself, for WHIP, WHEP and figures.
    pub const fn media(&self) -> &Media {
        &self.media
    }

    /// Says whose a connection is before it is made.
    pub async fn claim(&self, connection: ConnectionId, owner: Ownership) {
        let _stopped = self.asks.send(Ask::Mine { connection, owner }).await;
    }

    /// Takes a claim back when its connection could not be made: no event will ever come for it.
    pub async fn forget(&self, connection: ConnectionId) {
        let _stopped = self.asks.send(Ask::Forget { connection }).await;
    }

    /// Whose a connection is.
    pub async fn whose(&self, connection: ConnectionId) -> Option<Ownership> {
        let (reply, answer) = oneshot::channel();
        self.asks.send(Ask::Whose { connection, reply }).await.ok()?;
        answer.await.ok().flatten()
    }
}

/// Connections are named at random: a name cannot be guessed.
#[expect(clippy::disallowed_methods, reason = "connections live in memory only")]
pub fn fresh() -> ConnectionId {
    ConnectionId(Uuid::new_v4())
}

struct Task {
    engine: Engine,
    hub: Hub,
    owners: BTreeMap<ConnectionId, Ownership>,
    /// Connections that carry a leg now. A leg is lost when its last one is.
    up: BTreeMap<LegId, BTreeSet<ConnectionId>>,
}

impl Task {
    async fn run(mut self, mut events: mpsc::Receiver<MediaEvent>, mut asks: mpsc::Receiver<Ask>) {
        loop {
            tokio::select! {
                biased;
                ask = asks.recv() => match ask {
                    Some(Ask::Mine { connection, owner }) => _ = self.owners.insert(connection, owner),
                    Some(Ask::Forget { connection }) => _ = self.owners.remove(&connection),
                    Some(Ask::Whose { connection, reply }) => _ = reply.send(self.owners.get(&connection).copied()),
                    None => return,
                },
                event = events.recv() => match event {
                    Some(event) => self.event(event).await,
                    None => return,
                },
            }
        }
    }

    async fn event(&mut self, event: MediaEvent) {
        match event {
            MediaEvent::Map { connection, slots, .. } => {
                if let Some(owner) = self.owners.get(&connection) {
                    self.hub
                        .send(Audience::Device(owner.device), ServerMessage::Map { connection, slots })
                        .await;
                }
            }
            MediaEvent::Connected { session, leg, connection }
            | MediaEvent::Back { session, leg, connection } => {
                self.up.entry(leg).or_default().insert(connection);
                self.tell(session, Input::MediaUp(leg)).await;
            }
            MediaEvent::Lost { session, leg, connection, .. } => self.lost(session, leg, connection).await,
            MediaEvent::Failed { session, leg, connection, .. } => {
                self.lost(session, leg, connection).await;
                if let Some(owner) = self.owners.remove(&connection) {
                    let retry = !self.up.contains_key(&leg);
                    let gone = ServerMessage::ConnectionGone { session, connection, retry };
                    self.hub.send(Audience::Device(owner.device), gone).await;
                }
            }
            MediaEvent::Gone { session, leg, connection } => {
                self.lost(session, leg, connection).await;
                if let Some(owner) = self.owners.remove(&connection) {
                    let gone = ServerMessage::ConnectionGone { session, connection, retry: false };
                    self.hub.send(Audience::Device(owner.device), gone).await;
                }
            }
            MediaEvent::Flow { session, leg, audio, video } => {
                self.tell(session, Input::MediaFlow { leg, audio, video }).await;
            }
            MediaEvent::Recording(event) => self.recording(event).await,
        }
    }

    async fn recording(&self, event: RecordingEvent) {
        let done = match event {
            RecordingEvent::Finished { manifest, .. } => self.engine.recorded(&manifest).await,
            RecordingEvent::Failed { session, reason, detail } => {
                tracing::error!(session = ?session, detail, "a recording broke off");
                self.engine.recording_failed(session, reason.code().to_owned()).await
            }
            RecordingEvent::TrackStarted { .. }
            | RecordingEvent::NeedKeyFrame { .. }
            | RecordingEvent::Progress { .. }
            | RecordingEvent::Gap { .. } => Ok(()),
        };
        if let Err(error) = done {
            tracing::error!(%error, "what the recorder reported could not be stored");
        }
    }

    async fn lost(&mut self, session: SessionId, leg: LegId, connection: ConnectionId) {
        let Some(up) = self.up.get_mut(&leg) else { return };
        if up.remove(&connection) && up.is_empty() {
            self.up.remove(&leg);
            self.tell(session, Input::MediaLost(leg)).await;
        }
    }

    /// Tells the engine, again and again while the store is away: an event that is dropped would leave a leg joined
    /// for ever, or close one that works.
    async fn tell(&self, session: SessionId, input: Input) {
        for _ in 0..TRIES {
            match self.engine.media(session, input.clone()).await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, ?session, "what media reported waits for the store"),
            }
            let clock = self.engine.clock();
            clock.until(clock.now().plus(BETWEEN)).await;
        }
        tracing::error!(?session, "what media reported could not be stored");
    }
}
