//! Live control: who is told what, and when. The engine is the only way a case changes; the hub knows which devices
//! are connected; the keeper makes rooms and screens equal to the store; sockets carry it all.

pub mod clock;
pub mod engine;
pub mod error;
pub mod hint;
pub mod hub;
pub mod keeper;
pub mod rooms;
pub mod socket;

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use yoban_domain::equipment::Way;
use yoban_domain::id::{LegId, SessionId};
use yoban_domain::people::Actor;
use yoban_domain::session::{Input, Leg, Refused, Timings, VideoCodec};
use yoban_domain::wire::close;
use yoban_media::{Media, MediaEvent};
use yoban_store::Store;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::error::CommandError;
use crate::hint::Bus;
use crate::hub::Hub;
use crate::keeper::Keeper;
use crate::rooms::Rooms;

/// Everything that runs, by handle. Cheap to clone.
#[derive(Clone)]
pub struct Signaling {
    /// The single write path.
    pub engine: Engine,
    /// Connected devices.
    pub hub: Hub,
    /// Rooms and screens.
    pub keeper: Keeper,
    /// Media connections.
    pub rooms: Rooms,
}

impl Signaling {
    /// The actor's own leg, ready for a media connection: what its device can send and show is stored, for the codec
    /// follows from it, and the room is brought up to date, so that a connection asked for right after `accept` finds
    /// its place. With an empty `pictures` nothing is said about them; an
    /// offer that says nothing to be believed is refused after whoever has no place. `ways` are the directions the connection has.
    ///
    /// # Errors
    /// Not in the call, open on another device of the actor's, or it cannot be stored.
    pub async fn place(
        &self,
        actor: Actor,
        session: SessionId,
        pictures: Result<Vec<VideoCodec>, CommandError>,
        ways: &[Way],
    ) -> Result<LegId, CommandError> {
        let leg = self.engine.own_leg(actor, session).await?.filter(Leg::in_call);
        let leg = leg.ok_or(CommandError::Refused(Refused::NotInCall))?;
        if leg.elsewhere(actor.device) {
            return Err(CommandError::Refused(Refused::OtherDevice));
        }
        for way in ways {
            leg.may_go(*way).map_err(CommandError::Refused)?;
        }
        let mut pictures = pictures?;
        pictures.sort_unstable();
        pictures.dedup();
        if !pictures.is_empty() && pictures != leg.pictures {
            self.engine.act(actor, session, Input::Pictures(pictures)).await?;
        }
        self.keeper.room(session).await;
        Ok(leg.id)
    }
}

/// The tasks that fire deadlines and deliver pages; they end when `stop` is cancelled.
pub struct Running {
    stop: CancellationToken,
    tasks: JoinSet<()>,
    last_words: JoinHandle<()>,
}

/// Starts everything over an open, migrated store and a running media plane, which says whether calls
/// may be recorded; `node` names this process in leases.
pub fn start(
    store: Store,
    clock: Clock,
    timings: Timings,
    media: Media,
    events: mpsc::Receiver<MediaEvent>,
    node: &str,
) -> (Signaling, Running) {
    let stop = CancellationToken::new();
    let hub = Hub::start(clock.clone());
    let recorder = media.clone();
    let recording = Arc::new(move || recorder.may_record());
    let engine = Engine::new(store, clock, Bus::default(), timings, recording, node);
    let (keeper, keeping) = Keeper::start(engine.clone(), hub.clone(), media.clone(), stop.clone());
    let (rooms, last_words) = Rooms::start(engine.clone(), hub.clone(), media, events);
    let mut tasks = JoinSet::new();
    // Waited for at the stop: it reads the store, which is closed last.
    tasks.spawn(keeping);
    tasks.spawn(engine.clone().run_timers(stop.clone()));
    tasks.spawn(engine.clone().run_pages(hub.clone(), stop.clone()));
    (Signaling { engine, hub, keeper, rooms }, Running { stop, tasks, last_words })
}

impl Running {
    /// Stops in order: sockets are told to come back, running turns finish, leases are given back. The media plane is
    /// stopped by the caller in between; [`Stopping::finish`] then waits until what it said last is stored.
    pub async fn stop(mut self, signaling: &Signaling) -> Stopping {
        signaling.hub.close_all(close::GOING_AWAY).await;
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
        Stopping(self.last_words)
    }
}

/// A server whose media plane may be stopped now.
pub struct Stopping(JoinHandle<()>);

impl Stopping {
    /// Waits until the media plane's last events, finished recordings among them, are stored.
    pub async fn finish(self) {
        let _panicked = self.0.await;
    }
}
