//! Between media plane and engine: whose connection is whose, and what its events mean for the call.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use uuid::Uuid;
use yoban_domain::id::{ConnectionId, DeviceId, LegId, SessionId};
use yoban_domain::session::Input;
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::wire::signal::ServerMessage;
use yoban_media::recording::{Manifest, RecordingEvent};
use yoban_media::{Media, MediaEvent};
use yoban_store::Error as StoreError;

use crate::engine::Engine;
use crate::error::CommandError;
use crate::hub::{Audience, Hub};

/// Offers that may wait for the task.
const QUEUE: usize = 256;
/// At which distance what a store did not take is offered to it again.
const BETWEEN: Span = Span(500);
/// For how long a session's news are offered again to a store that is there and cannot take them. One that is away comes
/// back, however long it takes, and is waited for.
const PATIENCE: Span = Span(120_000);

enum Ask {
    /// This connection belongs to this device; said before its offer is made, so that no event comes too early.
    Mine { connection: ConnectionId, owner: Ownership },
    /// This connection was never made.
    Forget { connection: ConnectionId },
    /// May this device answer for this connection?
    Whose { connection: ConnectionId, reply: oneshot::Sender<Option<Ownership>> },
    /// Say when nothing is on its way to the store.
    #[cfg(test)]
    Quiet { reply: oneshot::Sender<()> },
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
        let again_at = engine.clock().now();
        let (owners, up, waiting) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let task = Task { engine, hub, owners, up, waiting, telling: JoinSet::new(), again_at };
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

    /// Returns when what was heard so far is stored, or waits to be offered again.
    #[cfg(test)]
    pub(crate) async fn quiet(&self) {
        let (reply, answer) = oneshot::channel();
        let _stopped = self.asks.send(Ask::Quiet { reply }).await;
        let _stopped = answer.await;
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
    /// What is not stored yet, in its order. One session's trouble holds up no other.
    waiting: BTreeMap<SessionId, Waiting>,
    /// On their way to the store, one of each session: a store that hangs must not hold up the maps of the calls.
    telling: JoinSet<(SessionId, News, Result<(), CommandError>)>,
    /// When what the store did not take is offered to it again.
    again_at: Timestamp,
}

/// What one session has to be told.
struct Waiting {
    news: VecDeque<News>,
    state: Offered,
    /// It was logged that the store did not take something, and it has taken nothing since.
    logged: bool,
    /// Since when the store is there and does not take the first of them.
    since: Timestamp,
}

/// How it stands with the first of a session's news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offered {
    NotYet,
    /// It is on its way, and not in the queue.
    Now,
    /// The store did not take it.
    InVain,
}

impl Waiting {
    const fn new(since: Timestamp) -> Self {
        Self { news: VecDeque::new(), state: Offered::NotYet, logged: false, since }
    }

    /// What was offered in vain is the first again, unless there is a later word about the same.
    fn back(&mut self, news: News) {
        self.state = Offered::InVain;
        let later = if let News::Input(input) = &news
            && let Some(about) = about(input)
        {
            self.news.iter().any(|news| matches!(news, News::Input(news) if self::about(news) == Some(about)))
        } else {
            false
        };
        if !later {
            self.news.push_front(news);
        }
    }

    /// Of a leg that came and went while the store was away its last state counts, so that the queue stays as short as the
    /// call has people.
    fn push(&mut self, news: News) {
        if let News::Input(input) = &news
            && let Some(about) = about(input)
        {
            self.news.retain(|old| !matches!(old, News::Input(old) if self::about(old) == Some(about)));
        }
        self.news.push_back(news);
    }
}

/// Of which leg an input says whether its media is there (`true`), or what of it flows; the later word replaces the earlier.
const fn about(input: &Input) -> Option<(LegId, bool)> {
    if let Input::MediaUp(leg) | Input::MediaLost(leg) = input {
        Some((*leg, true))
    } else if let Input::MediaFlow { leg, .. } = input {
        Some((*leg, false))
    } else {
        None
    }
}

/// What the media plane said and the engine has to know: dropped, it would leave a leg joined for ever, REC lit over
/// nothing, or a recording that nobody finds.
#[derive(Debug, Clone)]
enum News {
    Input(Input),
    Recorded(Manifest),
}

impl Task {
    async fn run(mut self, mut events: mpsc::Receiver<MediaEvent>, mut asks: mpsc::Receiver<Ask>) {
        loop {
            tokio::select! {
                biased;
                // First, so that no stream of events puts it off.
                () = self.engine.clock().until(self.again_at), if self.in_vain() => self.again(),
                Some(Ok((session, news, done))) = self.telling.join_next(), if !self.telling.is_empty() => {
                    self.told(session, news, done);
                }
                ask = asks.recv() => match ask {
                    Some(Ask::Mine { connection, owner }) => _ = self.owners.insert(connection, owner),
                    Some(Ask::Forget { connection }) => _ = self.owners.remove(&connection),
                    Some(Ask::Whose { connection, reply }) => _ = reply.send(self.owners.get(&connection).copied()),
                    #[cfg(test)]
                    Some(Ask::Quiet { reply }) => {
                        self.all_told().await;
                        let _gone = reply.send(());
                    }
                    None => return self.all_told().await,
                },
                event = events.recv() => match event {
                    Some(event) => self.event(event).await,
                    None => return self.last_try().await,
                },
            }
        }
    }

    /// The media plane has ended: what waits is offered once more, then the files on disk tell it at the next start.
    async fn last_try(&mut self) {
        self.again();
        self.all_told().await;
        for (session, waiting) in &self.waiting {
            tracing::error!(?session, news = waiting.news.len(), "what media reported could not be stored");
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
                self.tell(session, News::Input(Input::MediaUp(leg)));
            }
            MediaEvent::Lost { session, leg, connection, .. } => self.lost(session, leg, connection),
            MediaEvent::Failed { session, leg, connection, .. } => {
                self.lost(session, leg, connection);
                if let Some(owner) = self.owners.remove(&connection) {
                    let retry = !self.up.contains_key(&leg);
                    let gone = ServerMessage::ConnectionGone { session, connection, retry };
                    self.hub.send(Audience::Device(owner.device), gone).await;
                }
            }
            MediaEvent::Gone { session, leg, connection } => {
                self.lost(session, leg, connection);
                if let Some(owner) = self.owners.remove(&connection) {
                    let gone = ServerMessage::ConnectionGone { session, connection, retry: false };
                    self.hub.send(Audience::Device(owner.device), gone).await;
                }
            }
            MediaEvent::Flow { session, leg, audio, video } => {
                self.tell(session, News::Input(Input::MediaFlow { leg, audio, video }));
            }
            MediaEvent::Recording(event) => self.recording(event),
        }
    }

    fn recording(&mut self, event: RecordingEvent) {
        match event {
            RecordingEvent::Finished { session, manifest } => {
                self.tell(session, News::Recorded(manifest));
            }
            RecordingEvent::Failed { session, reason, detail, held: _ } => {
                tracing::error!(?session, detail, "a recording broke off");
                self.tell(session, News::Input(Input::RecordingFailed(reason)));
            }
            // Not finished: the recorder tries again and `/readyz` counts it. A recording that runs meanwhile is another part
            // of the same call, and goes on.
            RecordingEvent::NotFinished { .. }
            | RecordingEvent::TrackStarted { .. }
            | RecordingEvent::NeedKeyFrame { .. }
            | RecordingEvent::Progress { .. }
            | RecordingEvent::Gap { .. } => {}
        }
    }

    fn lost(&mut self, session: SessionId, leg: LegId, connection: ConnectionId) {
        let Some(up) = self.up.get_mut(&leg) else { return };
        if up.remove(&connection) && up.is_empty() {
            self.up.remove(&leg);
            self.tell(session, News::Input(Input::MediaLost(leg)));
        }
    }

    /// Tells the engine; what it cannot store waits and is offered again.
    fn tell(&mut self, session: SessionId, news: News) {
        let now = self.engine.clock().now();
        let waiting = self.waiting.entry(session).or_insert_with(|| Waiting::new(now));
        waiting.push(news);
        if waiting.state == Offered::NotYet {
            self.offer(session);
        }
    }

    /// Sends the first of a session's news on its way, or forgets a session that has none.
    fn offer(&mut self, session: SessionId) {
        let Some(waiting) = self.waiting.get_mut(&session) else { return };
        let Some(news) = waiting.news.pop_front() else {
            self.waiting.remove(&session);
            return;
        };
        waiting.state = Offered::Now;
        let engine = self.engine.clone();
        self.telling.spawn(async move {
            let done = async {
                match &news {
                    News::Input(input) => engine.media(session, input.clone()).await,
                    News::Recorded(manifest) => engine.recorded(manifest).await,
                }
            };
            let done = AssertUnwindSafe(done).catch_unwind().await;
            let done = done.unwrap_or(Err(CommandError::Invalid("the engine panicked")));
            (session, news, done)
        });
    }

    /// What came of it.
    fn told(&mut self, session: SessionId, news: News, done: Result<(), CommandError>) {
        let now = self.engine.clock().now();
        let in_vain = self.in_vain();
        let Some(waiting) = self.waiting.get_mut(&session) else { return };
        let error = match done {
            Ok(()) => {
                (waiting.since, waiting.logged) = (now, false);
                return self.offer(session);
            }
            Err(error) => error,
        };
        let away = matches!(error, CommandError::Store(StoreError::Unavailable { .. }));
        if !away && now.since(waiting.since) >= PATIENCE {
            tracing::error!(%error, ?session, "what media reported could not be stored");
            waiting.since = now;
            return self.offer(session);
        }
        if away {
            waiting.since = now;
        }
        if !std::mem::replace(&mut waiting.logged, true) {
            tracing::warn!(%error, ?session, "what media reported waits for the store");
        }
        waiting.back(news);
        if !in_vain {
            self.again_at = now.plus(BETWEEN);
        }
    }

    /// Something is to be offered again.
    fn in_vain(&self) -> bool {
        self.waiting.values().any(|waiting| waiting.state == Offered::InVain)
    }

    /// Offers again what the store did not take.
    fn again(&mut self) {
        self.again_at = self.engine.clock().now().plus(BETWEEN);
        let refused = self.waiting.iter().filter(|(_, waiting)| waiting.state == Offered::InVain);
        let refused: Vec<_> = refused.map(|(session, _)| *session).collect();
        refused.into_iter().for_each(|session| self.offer(session));
    }

    /// Until nothing is on its way to the store.
    async fn all_told(&mut self) {
        while let Some(told) = self.telling.join_next().await {
            if let Ok((session, news, done)) = told {
                self.told(session, news, done);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use yoban_domain::session::RecordingFailure;

    use super::*;

    #[test]
    fn what_waits_is_the_last_word_about_each_leg_in_its_order() {
        let leg = |n| LegId(Uuid::from_u128(n));
        let flow = |n, audio| Input::MediaFlow { leg: leg(n), audio, video: false };
        let failed = || Input::RecordingFailed(RecordingFailure::NoRoom);
        let mut waiting = Waiting::new(Timestamp(0));
        waiting.push(News::Input(flow(1, true)));
        for _ in 0..1_000 {
            let news =
                [Input::MediaLost(leg(1)), flow(1, false), Input::MediaUp(leg(1)), flow(2, true), failed()];
            news.into_iter().for_each(|input| waiting.push(News::Input(input)));
        }
        waiting.news.retain(|news| !matches!(news, News::Input(Input::RecordingFailed(_))));
        waiting.push(News::Input(Input::MediaLost(leg(2))));
        let left: Vec<_> = waiting.news.into_iter().map(|news| format!("{news:?}")).collect();
        let expected = [flow(1, false), Input::MediaUp(leg(1)), flow(2, true), Input::MediaLost(leg(2))];
        assert_eq!(left, expected.map(|input| format!("{:?}", News::Input(input))));
    }
}
