//! The keeper makes the world equal to the store: after each change it gives the room its plan and tells everybody
//! what the call looks like now. One task, so that an older state never overtakes a newer one.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use yoban_domain::grant::{Action, Subject, may};
use yoban_domain::id::{AssociationId, DeviceId, SessionId};
use yoban_domain::people::{Actor, Who};
use yoban_domain::session::{Leg, LegState, RecordingPhase, Session, State, recording_phase};
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::vitals::feed::next_stale;
use yoban_domain::wire::signal::ServerMessage;
use yoban_domain::wire::view::CallView;
use yoban_domain::wire::vitals::VitalsView;
use yoban_media::{Media, Member, RoomPlan};

use crate::engine::{Engine, Scene};
use crate::error::CommandError;
use crate::hint::Hint;
use crate::hub::{Audience, Hub};

/// How far back tonight reaches for lists and for calls a device still has to do with.
pub const TONIGHT: Span = Span(14 * 3_600_000);

/// What can be asked of the keeper.
enum Ask {
    /// Bring the room up to date, then say so.
    Room(SessionId, oneshot::Sender<()>),
    /// Tell one device everything.
    Everything(Actor, oneshot::Sender<()>),
}

/// Handle to the keeper. Cheap to clone.
#[derive(Clone)]
pub struct Keeper(mpsc::Sender<Ask>);

impl Keeper {
    /// The keeper and its task, which ends with `stop`. Rooms of calls that were running before a restart are made anew
    /// at once.
    pub fn start(
        engine: Engine,
        hub: Hub,
        media: Media,
        stop: CancellationToken,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (sender, asks) = mpsc::channel(256);
        let hints = engine.bus.subscribe();
        let task = Task {
            engine,
            hub,
            media,
            waiting: BTreeMap::new(),
            rooms: BTreeSet::new(),
            stale_at: BTreeMap::new(),
            untold: BTreeMap::new(),
            behind: None,
        };
        (Self(sender), task.run(hints, asks, stop))
    }

    /// Returns once the room of a session is what the store says now.
    pub async fn room(&self, session: SessionId) {
        let (reply, done) = oneshot::channel();
        if self.0.send(Ask::Room(session, reply)).await.is_ok() {
            let _stopped = done.await;
        }
    }

    /// Tells a device that starts anew everything it has to do with.
    pub async fn everything(&self, actor: Actor) {
        let (reply, done) = oneshot::channel();
        if self.0.send(Ask::Everything(actor, reply)).await.is_ok() {
            let _stopped = done.await;
        }
    }
}

struct Task {
    engine: Engine,
    hub: Hub,
    media: Media,
    /// Which sessions wait at the desk, as nurses in a call were told last.
    waiting: BTreeMap<AssociationId, BTreeSet<SessionId>>,
    /// Rooms that were given a plan: each is closed once its call is over, also when the news of that were missed.
    rooms: BTreeSet<SessionId>,
    /// When the next shown or scored value of a running call goes stale. Follows from the stored readings; after a start it
    /// is worked out again.
    stale_at: BTreeMap<SessionId, Timestamp>,
    /// Devices that began anew and could not be told everything: they wait with an empty screen.
    untold: BTreeMap<DeviceId, Actor>,
    behind: Option<Behind>,
}

/// Something could not be brought up to date: everything is looked at again. Nobody else would, and a gate that should be
/// closed stays open until then.
#[derive(Debug, Clone, Copy)]
struct Behind {
    again_at: Timestamp,
    pause: Span,
}

impl Behind {
    const FIRST: Span = Span(1_000);
    /// One call that can never be read must not keep the others waiting for a busy keeper.
    const LONGEST: Span = Span(30_000);

    fn next(before: Option<Self>, now: Timestamp) -> Self {
        let pause = before.map_or(Self::FIRST, |b| Span(b.pause.0.saturating_mul(2).min(Self::LONGEST.0)));
        Self { again_at: now.plus(pause), pause }
    }
}

impl Task {
    async fn run(
        mut self,
        mut hints: tokio::sync::broadcast::Receiver<Hint>,
        mut asks: mpsc::Receiver<Ask>,
        stop: CancellationToken,
    ) {
        self.everything().await;
        let clock = self.engine.clock().clone();
        loop {
            let again_at = self.behind.map_or(Timestamp(i64::MAX), |behind| behind.again_at);
            let stale_at = self.stale_at.values().min().copied().unwrap_or(Timestamp(i64::MAX));
            tokio::select! {
                () = stop.cancelled() => return,
                () = clock.until(again_at), if self.behind.is_some() => self.everything().await,
                () = clock.until(stale_at) => self.tell_stale().await,
                ask = asks.recv() => match ask {
                    Some(Ask::Room(session, reply)) => {
                        let done = self.session(session, false).await.map(|_| ());
                        self.check(done);
                        let _gone = reply.send(());
                    }
                    Some(Ask::Everything(actor, reply)) => {
                        self.tell(actor).await;
                        let _gone = reply.send(());
                    }
                    None => return,
                },
                hint = hints.recv() => {
                    let mut pending = vec![hint];
                    // Whatever waits already is looked at once, however often it was hinted.
                    while let Ok(more) = hints.try_recv() {
                        pending.push(Ok(more));
                    }
                    self.catch_up(pending).await;
                }
            }
        }
    }

    /// Values went stale: whoever watches sees it now, and the score without them.
    async fn tell_stale(&mut self) {
        let now = self.engine.clock().now();
        let due: Vec<SessionId> =
            self.stale_at.iter().filter(|(_, at)| **at <= now).map(|(id, _)| *id).collect();
        for id in due {
            // Noted anew by the view itself.
            self.stale_at.remove(&id);
            let done = self.vitals(id).await;
            self.check(done);
        }
    }

    async fn catch_up(&mut self, hints: Vec<Result<Hint, tokio::sync::broadcast::error::RecvError>>) {
        let (mut sessions, mut vitals, mut lists) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for hint in hints {
            match hint {
                Ok(Hint::Session(id)) => _ = sessions.insert(id),
                Ok(Hint::Vitals(id)) => _ = vitals.insert(id),
                Ok(Hint::Duty(association)) => _ = lists.insert(association),
                Ok(Hint::Outbox | Hint::Timers | Hint::Freed(..)) => {}
                // What was said is lost: all of it is looked at.
                Err(_lagged) => return self.everything().await,
            }
        }
        for id in &sessions {
            match self.session(*id, true).await {
                Ok(Some(association)) => _ = lists.insert(association),
                Ok(None) => {}
                Err(error) => self.check(Err(error)),
            }
        }
        for association in &lists {
            let done = self.count_waiting(*association, &sessions).await;
            self.check(done);
        }
        for id in vitals {
            let done = self.vitals(id).await;
            self.check(done);
        }
        for association in lists {
            let done = self.list(association).await;
            self.check(done);
        }
    }

    /// What failed is tried again soon.
    fn check(&mut self, done: Result<(), CommandError>) {
        if done.is_err() && self.behind.is_none() {
            self.behind = Some(Behind::next(None, self.engine.clock().now()));
        }
        log(done);
    }

    /// Every call, room and list.
    async fn everything(&mut self) {
        let before = self.behind.take();
        match self.all().await {
            Ok((associations, sessions)) => {
                for id in &sessions {
                    let done = self.session(*id, true).await.map(|_| ());
                    self.check(done);
                    // Also finds out when what was measured goes stale.
                    let done = self.vitals(*id).await;
                    self.check(done);
                }
                for association in associations {
                    let done = self.count_waiting(association, &sessions).await;
                    self.check(done);
                    let done = self.list(association).await;
                    self.check(done);
                }
            }
            Err(error) => self.check(Err(error)),
        }
        for actor in std::mem::take(&mut self.untold).into_values() {
            self.tell(actor).await;
        }
        if self.behind.is_some() {
            self.behind = Some(Behind::next(before, self.engine.clock().now()));
        }
    }

    /// All associations; all calls that run and all rooms that were made.
    async fn all(&self) -> Result<(Vec<AssociationId>, BTreeSet<SessionId>), CommandError> {
        let mut read = self.engine.store().read().await?;
        let associations: Vec<_> = read.associations().await?.into_iter().map(|(id, _)| id).collect();
        let mut sessions = self.rooms.clone();
        for association in &associations {
            sessions.extend(read.live_sessions(*association).await?.into_iter().map(|row| row.head.id));
        }
        Ok((associations, sessions))
    }

    /// Whoever is in a call sees how many others wait: when that changes, calls that did not change themselves are told
    /// as well.
    async fn count_waiting(
        &mut self,
        association: AssociationId,
        told: &BTreeSet<SessionId>,
    ) -> Result<(), CommandError> {
        let mut read = self.engine.store().read().await?;
        let (mut waiting, mut live) = (BTreeSet::new(), Vec::new());
        for row in read.live_sessions(association).await? {
            live.push(row.head.id);
            // A row that cannot be read must not keep the others from being counted.
            if row.body.read::<Session>().is_ok_and(|s| s.desk.is_some()) {
                waiting.insert(row.head.id);
            }
        }
        drop(read);
        if self.waiting.get(&association) == Some(&waiting) {
            return Ok(());
        }
        self.waiting.insert(association, waiting);
        for id in live.into_iter().filter(|id| !told.contains(id)) {
            let done = self.session(id, true).await.map(|_| ());
            self.check(done);
        }
        Ok(())
    }

    /// Gives the room its plan and, if asked, tells everybody in the call what it looks like.
    async fn session(&mut self, id: SessionId, tell: bool) -> Result<Option<AssociationId>, CommandError> {
        let Some(scene) = self.scene(id).await? else {
            return Ok(None);
        };
        let media = match plan(&scene.session) {
            Some(plan) => {
                self.rooms.insert(id);
                self.media.apply(plan)
            }
            None => self.media.close(id).inspect(|()| _ = self.rooms.remove(&id)),
        };
        if tell {
            for (to, actor) in audience(&scene.session) {
                let call = Box::new(self.view(&scene, &actor).await?);
                self.hub.send(to, ServerMessage::Call { call }).await;
            }
            // Whoever is being asked in has not seen what was measured before; the next reading may be minutes away.
            let coming = |l: &Leg| l.wanted() || matches!(l.state, LegState::Accepted { .. });
            if scene.session.legs.iter().any(coming) {
                log(self.vitals_to_all(&scene).await);
            }
        }
        // Screens first: whatever media does, people must see where the call stands.
        media?;
        Ok(Some(scene.session.association))
    }

    async fn view(&self, scene: &Scene, viewer: &Actor) -> Result<CallView, CommandError> {
        let now = self.engine.clock().now();
        let mut besides = 0;
        if viewer.person().is_some() {
            let mut read = self.engine.store().read().await?;
            for row in read.live_sessions(scene.session.association).await? {
                // A row that cannot be read must not blind those who talk to another patient.
                let Ok(other) = row.body.read::<Session>() else { continue };
                besides += u32::from(other.id != scene.session.id && other.desk.is_some());
            }
        }
        Ok(scene.directory.call(&scene.session, scene.version, viewer, besides, now))
    }

    async fn vitals(&mut self, id: SessionId) -> Result<(), CommandError> {
        let Some(scene) = self.scene(id).await? else {
            return Ok(());
        };
        self.vitals_to_all(&scene).await
    }

    async fn vitals_to_all(&mut self, scene: &Scene) -> Result<(), CommandError> {
        let vitals = self.vitals_of(scene).await?;
        if vitals.latest.is_empty() {
            return Ok(());
        }
        for (to, actor) in audience(&scene.session) {
            if actor.person().is_some_and(|p| !scene.session.involves(p)) {
                continue;
            }
            self.hub.send(to, ServerMessage::Vitals { vitals: Box::new(vitals.clone()) }).await;
        }
        Ok(())
    }

    /// What was measured as it counts now. When the next value goes stale follows from the readings: it is noted, and the
    /// view is put together anew at that instant.
    async fn vitals_of(&mut self, scene: &Scene) -> Result<VitalsView, CommandError> {
        let mut read = self.engine.store().read().await?;
        let readings = crate::engine::readings_of(&mut read, scene.session.case, scene.session.id).await?;
        let now = self.engine.clock().now();
        match next_stale(&readings, now).filter(|_| scene.session.live()) {
            Some(at) => _ = self.stale_at.insert(scene.session.id, at),
            None => _ = self.stale_at.remove(&scene.session.id),
        }
        let subject = scene.directory.subject(&scene.session, now);
        Ok(VitalsView::of(scene.session.id, scene.session.patient, &subject, &readings, now))
    }

    /// Tonight's list, to every member of staff who is connected.
    async fn list(&self, association: AssociationId) -> Result<(), CommandError> {
        let mut people = BTreeMap::new();
        for connected in self.hub.connected(association).await {
            if may_list(&connected.actor) {
                people.extend(connected.actor.person().map(|person| (person, connected.actor)));
            }
        }
        if people.is_empty() {
            return Ok(());
        }
        let tonight = self.engine.tonight(association).await?;
        for (person, actor) in people {
            let items = tonight.seen_by(&actor);
            self.hub.send(Audience::Person(person), ServerMessage::Queue { items }).await;
        }
        Ok(())
    }

    async fn tell(&mut self, actor: Actor) {
        // Whoever used this device before is not told any more.
        self.untold.retain(|device, _| Some(*device) != actor.device);
        let done = self.tell_everything(actor).await;
        if done.is_err() {
            self.untold.extend(actor.device.map(|device| (device, actor)));
        }
        self.check(done);
    }

    async fn tell_everything(&mut self, actor: Actor) -> Result<(), CommandError> {
        let Some(device) = actor.device else { return Ok(()) };
        let to = Audience::Device(device);
        let mut calls = Vec::new();
        let mut vitals = Vec::new();
        for scene in self.engine.calls_of(&actor).await? {
            calls.push(self.view(&scene, &actor).await?);
            vitals.push(self.vitals_of(&scene).await?);
            if let Who::Staff { person, .. } = actor.who
                && let Some(leg) = scene.session.leg_of(person)
                && matches!(leg.state, LegState::Invited { .. })
                && self.hub.ready_devices(person).await > 0
            {
                self.engine.rang(scene.session.id, leg.id).await?;
            }
        }
        self.hub.send(to, ServerMessage::Calls { calls }).await;
        for vitals in vitals.into_iter().filter(|v| !v.latest.is_empty()) {
            self.hub.send(to, ServerMessage::Vitals { vitals: Box::new(vitals) }).await;
        }
        if may_list(&actor) {
            let items = self.engine.tonight(actor.association).await?.seen_by(&actor);
            self.hub.send(to, ServerMessage::Queue { items }).await;
        }
        Ok(())
    }

    async fn scene(&self, id: SessionId) -> Result<Option<Scene>, CommandError> {
        let mut read = self.engine.store().read().await?;
        Ok(crate::engine::scene_of(&mut read, id).await?)
    }
}

/// What the room must be; none once the call is over. While an end can still be taken back the room stays, with
/// every gate closed.
fn plan(session: &Session) -> Option<RoomPlan> {
    if matches!(session.state, State::Ended { .. }) {
        return None;
    }
    let recording =
        matches!(session.state, State::Active { .. }) && recording_phase(session) == RecordingPhase::On;
    let members = session
        .legs
        .iter()
        .filter(|leg| leg.in_call())
        .map(|leg| Member { leg: leg.id, open: session.gate_open(leg), record: session.recorded(leg) })
        .collect();
    Some(RoomPlan { session: session.id, members, recording, codec: session.picture.codec })
}

/// Everybody who has to know what a call looks like: the tablet, and staff with a leg.
fn audience(session: &Session) -> Vec<(Audience, Actor)> {
    let association = session.association;
    let tablet =
        Actor { who: Who::Tablet { patient: session.patient }, association, device: Some(session.tablet) };
    let mut audience = vec![(Audience::Patient(session.patient), tablet)];
    for leg in &session.legs {
        if let Some(person) = leg.person() {
            let actor =
                Actor { who: Who::Staff { person, role: role_of(leg.role) }, association, device: None };
            audience.push((Audience::Person(person), actor));
        }
    }
    audience
}

const fn role_of(role: yoban_domain::session::LegRole) -> yoban_domain::people::Role {
    use yoban_domain::people::Role;
    use yoban_domain::session::LegRole;
    match role {
        LegRole::DutyDoctor => Role::Doctor,
        LegRole::VisitingNurse => Role::VisitingNurse,
        LegRole::DeskNurse | LegRole::Patient | LegRole::Device => Role::DeskNurse,
    }
}

/// Whether tonight's list is for this device's bearer.
fn may_list(actor: &Actor) -> bool {
    may(actor, Action::SeeQueue, &Subject::Association(actor.association)).is_ok()
}

fn log(result: Result<(), CommandError>) {
    if let Err(error) = result {
        tracing::error!(%error, "devices were not brought up to date; they will be at the next change");
    }
}

/// The first instant of tonight as seen from `now`.
pub(crate) const fn tonight_from(now: Timestamp) -> Timestamp {
    now.minus(TONIGHT)
}
