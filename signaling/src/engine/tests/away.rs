//! The store is away for a while: what could not be brought up to date, or stored, is made good once it is back.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use yoban_domain::id::{ConnectionId, LegId};
use yoban_domain::session::RecordingFailure;
use yoban_domain::wire::signal::ServerMessage;
use yoban_media::recording::{Manifest, RecordingEvent};
use yoban_media::{LostReason, Media, MediaError, MediaEvent};
use yoban_store::conformance::away::{bring_back, take_away};

use super::*;
use crate::hint::Hint;
use crate::hub::{Hub, Out};
use crate::keeper::Keeper;
use crate::rooms::{Ownership, Rooms, fresh};

/// Nothing here waits for the machine; whoever waits longer than this waits for what never comes.
const NEVER: Duration = Duration::from_secs(60);

fn media_plane() -> Media {
    let config = yoban_media::Config {
        addresses: vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
        port: 0,
        clock: Arc::new(|| START),
        recordings: None,
    };
    yoban_media::start(config).unwrap().0
}

async fn leg_of(district: &District, session: SessionId, n: u128) -> LegId {
    let (scene, _) = district.engine.facts(nurse(n), session).await.unwrap();
    scene.session.leg_of(PersonId(id(300 + n))).unwrap().id
}

/// The keeper at work, a nurse in a call, and another server on the same data, whose hints the keeper does not hear.
struct Kept {
    district: District,
    session: SessionId,
    other: Engine,
    keeper: Keeper,
    media: Media,
    tablet: mpsc::Receiver<Out>,
    stop: CancellationToken,
}

impl Kept {
    async fn new() -> Self {
        let (district, session) = District::tapped().await;
        district.engine.act(nurse(1), session, Input::Accept).await.unwrap();
        let clock = Clock::Virtual(district.clock.clone());
        let bus = Bus::default();
        let other = Engine::new(
            district.engine.store.clone(),
            clock.clone(),
            bus,
            Timings::default(),
            Arc::new(|| MayRecord::Yes),
            "other",
        );
        let (hub, media, stop) = (Hub::start(clock), media_plane(), CancellationToken::new());
        let (out, screen) = mpsc::channel(64);
        hub.open(tablet(1), DeviceId(id(201)), None, out).await.unwrap();
        let (keeper, keeping) = Keeper::start(district.engine.clone(), hub, media.clone(), stop.clone());
        tokio::spawn(keeping);
        keeper.room(session).await;
        let mut kept = Self { district, session, other, keeper, media, tablet: screen, stop };
        kept.told().await;
        kept
    }

    /// Until the tablet was told of the call and the keeper has done all that came with it. To be told everything once
    /// more touches no room.
    async fn told(&mut self) {
        let call = async {
            loop {
                if let Out::Frame(frame) = self.tablet.recv().await.unwrap()
                    && matches!(frame.message, ServerMessage::Call { .. })
                {
                    return;
                }
            }
        };
        tokio::time::timeout(NEVER, call).await.expect("nobody looked again");
        self.keeper.everything(tablet(1)).await;
        while self.tablet.try_recv().is_ok() {}
    }

    /// The keeper looks while the store is away.
    async fn looks_in_vain(&self) {
        take_away(&self.district.engine.store).await;
        self.keeper.room(self.session).await;
        bring_back(&self.district.engine.store).await;
    }

    /// Whether the room has a place for this leg.
    async fn place(&self, leg: LegId) -> Result<(), MediaError> {
        self.media.offer(self.session, leg, fresh()).await.map(|_| ())
    }
}

#[tokio::test]
async fn a_room_that_could_not_be_brought_up_to_date_is_looked_at_again() {
    let mut kept = Kept::new().await;
    let leg = leg_of(&kept.district, kept.session, 1).await;
    kept.other.act(nurse(1), kept.session, Input::Leave).await.unwrap();
    kept.looks_in_vain().await;
    assert_eq!(kept.place(leg).await, Ok(()), "she still has her place: nobody could say that she left");
    kept.district.clock.turn(Span::seconds(1));
    kept.told().await;
    assert_eq!(kept.place(leg).await, Err(MediaError::UnknownLeg(leg)));
    kept.stop.cancel();
}

#[tokio::test]
async fn a_device_that_came_back_while_nothing_could_be_read_is_told_as_soon_as_it_can() {
    let mut kept = Kept::new().await;
    take_away(&kept.district.engine.store).await;
    kept.keeper.everything(tablet(1)).await;
    bring_back(&kept.district.engine.store).await;
    assert!(kept.tablet.try_recv().is_err(), "there was nothing to tell");
    kept.district.clock.turn(Span::seconds(1));
    let calls = async {
        loop {
            if let Out::Frame(frame) = kept.tablet.recv().await.unwrap()
                && let ServerMessage::Calls { calls } = frame.message
            {
                return calls;
            }
        }
    };
    let calls = tokio::time::timeout(NEVER, calls).await.expect("its screen stays empty");
    assert_eq!(calls.iter().map(|call| call.session).collect::<Vec<_>>(), [kept.session]);
    kept.stop.cancel();
}

#[tokio::test]
async fn the_room_of_a_call_that_ended_while_nobody_could_say_so_is_closed() {
    let mut kept = Kept::new().await;
    kept.other.act(nurse(1), kept.session, Input::End).await.unwrap();
    kept.district.clock.turn(Span::seconds(10));
    kept.other.fire_due().await.unwrap();
    kept.looks_in_vain().await;
    assert_eq!(kept.media.stats().await.unwrap().shard.rooms, 1);
    kept.district.clock.turn(Span::seconds(1));
    kept.told().await;
    assert_eq!(kept.media.stats().await.unwrap().shard.rooms, 0);
    kept.stop.cancel();
}

#[tokio::test]
async fn hints_that_were_lost_cost_nothing() {
    let mut kept = Kept::new().await;
    kept.other.act(nurse(1), kept.session, Input::End).await.unwrap();
    kept.district.clock.turn(Span::seconds(10));
    kept.other.fire_due().await.unwrap();
    // The hint of the end is among those that nobody kept: more came than wait.
    for _ in 0..5_000 {
        kept.district.engine.bus.publish(Hint::Timers);
    }
    kept.told().await;
    assert_eq!(kept.media.stats().await.unwrap().shard.rooms, 0);
    kept.stop.cancel();
}

/// Two nurses in two calls, each connected and recorded, and the task that hears the media plane.
struct Heard {
    district: District,
    sessions: [SessionId; 2],
    legs: [LegId; 2],
    rooms: Rooms,
    events: mpsc::Sender<MediaEvent>,
}

impl Heard {
    async fn new() -> Self {
        let district = District::new().await;
        let (events, heard) = mpsc::channel(64);
        let hub = Hub::start(Clock::Virtual(district.clock.clone()));
        let (rooms, _) = Rooms::start(district.engine.clone(), hub, media_plane(), heard);
        let mut talking = Vec::new();
        for n in [1, 2] {
            let session = district.engine.request(tablet(n)).await.unwrap().session;
            district.engine.act(nurse(n), session, Input::Accept).await.unwrap();
            for input in [Input::AskRecording, Input::AnswerRecording(true)] {
                district.engine.act(nurse(n), session, input).await.unwrap();
            }
            district.engine.act(tablet(n), session, Input::AnswerRecording(true)).await.unwrap();
            talking.push((session, leg_of(&district, session, n).await));
        }
        let [(first, one), (second, two)] = talking.try_into().unwrap();
        let heard = Self { district, sessions: [first, second], legs: [one, two], rooms, events };
        for n in [0, 1] {
            let (session, leg, connection) = (heard.sessions[n], heard.legs[n], heard.connection(n));
            heard.says(MediaEvent::Connected { session, leg, connection }).await;
            assert!(heard.facts(n).await.contains(&FactKind::Joined { leg }));
        }
        heard
    }

    fn connection(&self, n: usize) -> ConnectionId {
        ConnectionId(self.legs[n].0)
    }

    async fn facts(&self, n: usize) -> Vec<FactKind> {
        self.district.facts(self.sessions[n]).await
    }

    /// The media plane says this, and the task has done with it what it can do now.
    async fn says(&self, event: MediaEvent) {
        self.events.send(event).await.unwrap();
        let taken = async {
            while self.events.capacity() < self.events.max_capacity() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(NEVER, taken).await.expect("nobody hears the media plane");
        self.rooms.quiet().await;
    }

    /// A call's last words: the nurse is lost, the recorder fails, its files are complete.
    async fn last_words(&self, n: usize) {
        let (session, leg, connection) = (self.sessions[n], self.legs[n], self.connection(n));
        self.says(MediaEvent::Lost { session, leg, connection, reason: LostReason::Silence }).await;
        let (reason, detail) = (RecordingFailure::NoRoom, String::new());
        let failed = RecordingEvent::Failed { session, reason, detail, held: true };
        self.says(MediaEvent::Recording(failed)).await;
        let (folder, tracks) = (session.0.simple().to_string(), vec![]);
        let manifest = Manifest { session, folder, tracks, mix: None, interrupted: true };
        self.says(MediaEvent::Recording(RecordingEvent::Finished { session, manifest })).await;
    }

    /// What of the last words is stored, in its order.
    async fn stored(&self, n: usize) -> Vec<&'static str> {
        let mut words = Vec::new();
        for fact in self.facts(n).await {
            if fact == (FactKind::Away { leg: self.legs[n] }) {
                words.push("away");
            } else if matches!(fact, FactKind::RecordingFailed { .. }) {
                words.push("failed");
            } else if matches!(fact, FactKind::RecordingFinished { .. }) {
                words.push("finished");
            }
        }
        words
    }

    /// Until all of them are.
    async fn all_stored(&self, n: usize, hints: &mut tokio::sync::broadcast::Receiver<Hint>) {
        let stored = async {
            while self.stored(n).await.last() != Some(&"finished") {
                hints.recv().await.unwrap();
            }
        };
        tokio::time::timeout(NEVER, stored).await.expect("nobody told it again");
        assert_eq!(self.stored(n).await, ["away", "failed", "finished"]);
    }
}

#[tokio::test]
async fn what_media_reports_while_the_store_is_away_is_told_until_it_is_stored_and_in_its_order() {
    let heard = Heard::new().await;
    let store = heard.district.engine.store.clone();
    take_away(&store).await;
    heard.last_words(0).await;
    // Offered again in vain, and again.
    for _ in 0..2 {
        heard.district.clock.turn(Span(500));
        heard.rooms.quiet().await;
    }
    bring_back(&store).await;
    let mut hints = heard.district.engine.bus.subscribe();
    heard.district.clock.turn(Span(500));
    heard.all_stored(0, &mut hints).await;
}

#[tokio::test]
async fn however_long_the_store_is_away_who_was_lost_meanwhile_is_found_lost_and_the_desk_is_rung() {
    let heard = Heard::new().await;
    let store = heard.district.engine.store.clone();
    take_away(&store).await;
    heard.last_words(0).await;
    for _ in 0..6 {
        heard.district.clock.turn(Span::seconds(30));
        heard.rooms.quiet().await;
    }
    bring_back(&store).await;
    let mut hints = heard.district.engine.bus.subscribe();
    heard.district.clock.turn(Span(500));
    heard.all_stored(0, &mut hints).await;
    heard.district.clock.turn(Span::seconds(60));
    heard.district.engine.fire_due().await.unwrap();
    assert!(heard.facts(0).await.contains(&FactKind::PatientAlone));
}

#[tokio::test]
async fn one_call_that_cannot_be_stored_holds_up_no_other() {
    let heard = Heard::new().await;
    let store = heard.district.engine.store.clone();
    let write = async |body: serde_json::Value| {
        let mut tx = store.begin().await.unwrap();
        let case = tx.load_session(heard.sessions[0]).await.unwrap().unwrap().head.case;
        let row = tx.load_case_for_update(case).await.unwrap().unwrap();
        let before = serde_json::from_str::<serde_json::Value>(row.body.as_str()).unwrap();
        tx.save_case(&row.head, row.version, &body).await.unwrap();
        tx.commit().await.unwrap();
        before
    };
    let whole = write(json!("from another program")).await;
    heard.last_words(0).await;
    heard.last_words(1).await;
    assert_eq!(heard.stored(1).await, ["away", "failed", "finished"], "at once, behind the one that waits");
    write(whole).await;
    assert_eq!(heard.stored(0).await, [""; 0]);
    let mut hints = heard.district.engine.bus.subscribe();
    heard.district.clock.turn(Span(500));
    heard.all_stored(0, &mut hints).await;
}

#[tokio::test]
async fn while_the_store_hangs_whose_a_connection_is_can_be_asked() {
    let heard = Heard::new().await;
    let (session, leg, connection) = (heard.sessions[0], heard.legs[0], heard.connection(0));
    let owner = Ownership { device: DeviceId(id(401)), session, leg };
    heard.rooms.claim(connection, owner).await;
    // Somebody writes, and does not come to the end.
    let writer = heard.district.engine.store.begin().await.unwrap();
    let reason = LostReason::Silence;
    heard.events.send(MediaEvent::Lost { session, leg, connection, reason }).await.unwrap();
    while heard.events.capacity() < heard.events.max_capacity() {
        tokio::task::yield_now().await;
    }
    // Well before the store itself gives up, which takes half a minute.
    let asked = tokio::time::timeout(Duration::from_secs(15), heard.rooms.whose(connection));
    assert_eq!(asked.await.expect("it waits for the store"), Some(owner));
    assert_eq!(heard.stored(0).await, [""; 0]);
    drop(writer);
    heard.rooms.quiet().await;
    assert_eq!(heard.stored(0).await, ["away"]);
}
