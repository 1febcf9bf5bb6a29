//! Rows that outlive their use: what fails every time, what is done, what is told again, what another node holds.

use yoban_media::recording::Manifest;
use yoban_store::idempotency::{Claim, RequestKey};
use yoban_store::outbox::NewDelivery;
use yoban_store::timer::{Parked, Subject};

use super::*;
use crate::engine::KEPT;
use crate::hub::Hub;

/// Stores a deadline that nobody can act on, due before all others.
async fn poison(district: &District) -> i64 {
    let mut tx = district.engine.store.begin().await.unwrap();
    let nobody = Subject::Device(DeviceId(id(201)));
    let due = START.minus(Span::minutes(1));
    tx.replace_timers(AssociationId(id(1)), nobody, &[("nonsense", due)]).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = district.engine.store.read().await.unwrap();
    read.timers_of(nobody).await.unwrap()[0].id
}

#[tokio::test]
async fn a_deadline_that_fails_every_time_is_parked_in_the_end_and_no_other_waits_for_it() {
    let (district, session) = District::tapped().await;
    poison(&district).await;
    let parked = async || district.engine.store.read().await.unwrap().parked().await.unwrap();
    district.clock.turn(Span::seconds(25));
    let mut looks = vec![district.engine.fire_due().await.unwrap().since(district.engine.clock.now())];
    let (scene, _) = district.engine.facts(nurse(1), session).await.unwrap();
    assert_eq!(scene.session.desk.unwrap().round, 2, "the deadline behind it fired");
    while parked().await == Parked::default() {
        assert!(looks.len() < 20, "never parked: {looks:?}");
        district.clock.turn(looks[looks.len() - 1]);
        looks.push(district.engine.fire_due().await.unwrap().since(district.engine.clock.now()));
    }
    assert!(looks.starts_with(&[500, 1_000, 2_000, 4_000].map(Span)), "longer each time: {looks:?}");
    assert_eq!(parked().await, Parked { deadlines: 1, deliveries: 0 });
    // The next program tries it anew.
    district.engine.resume().await.unwrap();
    assert_eq!(parked().await, Parked::default());
    let again = district.engine.fire_due().await.unwrap();
    assert!(again.since(district.engine.clock.now()) <= Span(500), "from the first attempt on");
}

#[tokio::test]
async fn a_page_that_fails_every_time_is_parked_in_the_end_and_the_next_one_goes_out() {
    let district = District::new().await;
    let mut tx = district.engine.store.begin().await.unwrap();
    let new = NewDelivery {
        association: None,
        kind: Word::of("page").unwrap(),
        key: "nonsense",
        put: START,
        not_before: START,
        body: &"nonsense",
    };
    tx.put_outbox(&new).await.unwrap();
    tx.commit().await.unwrap();
    let session = district.engine.request(tablet(1)).await.unwrap().session;
    let hub = Hub::start(district.engine.clock.clone());
    let parked = async || district.engine.store.read().await.unwrap().parked().await.unwrap();
    let mut looks = 0;
    while parked().await == Parked::default() {
        looks += 1;
        assert!(looks < 20, "never parked");
        let next = district.engine.deliver_due(&hub).await.unwrap();
        let sent =
            district.facts(session).await.into_iter().filter(|f| matches!(f, FactKind::PageSent { .. }));
        assert_eq!(sent.count(), 2, "both nurses were rung at the first look, and once");
        district.clock.turn(next.since(district.engine.clock.now()).min(Span::minutes(1)));
    }
    assert_eq!(parked().await, Parked { deadlines: 0, deliveries: 1 });
}

#[tokio::test]
async fn what_is_done_is_forgotten_after_a_day() {
    let (district, _) = District::tapped().await;
    let engine = &district.engine;
    let hub = Hub::start(engine.clock.clone());
    engine.deliver_due(&hub).await.unwrap();
    let key = RequestKey { actor: "a", route: "r", key: "k" };
    let claim = async || {
        let mut tx = engine.store.begin().await.unwrap();
        let claim = tx.claim_request(key, &[1], engine.clock.now(), Span::minutes(99)).await.unwrap();
        tx.finish_request(key, 200, "{}").await.unwrap();
        tx.commit().await.unwrap();
        claim
    };
    assert_eq!(claim().await, Claim::Fresh);
    district.clock.turn(KEPT);
    engine.sweep().await.unwrap();
    assert!(matches!(claim().await, Claim::Replay { .. }), "a day is not over yet");
    district.clock.turn(Span(1));
    let mut tx = engine.store.begin().await.unwrap();
    assert_eq!(tx.prune_outbox(Timestamp(0)).await.unwrap(), 0);
    drop(tx);
    engine.sweep().await.unwrap();
    assert_eq!(claim().await, Claim::Fresh);
    let mut tx = engine.store.begin().await.unwrap();
    assert_eq!(tx.prune_outbox(Timestamp(i64::MAX)).await.unwrap(), 0, "the pages went as well");
}

#[tokio::test]
async fn a_recording_that_is_told_again_is_one_fact() {
    let (district, session) = District::tapped().await;
    let manifest =
        Manifest { session, folder: "a".to_owned(), tracks: Vec::new(), mix: None, interrupted: false };
    let finished = async || {
        let facts = district.facts(session).await;
        facts.into_iter().filter(|f| matches!(f, FactKind::RecordingFinished { .. })).count()
    };
    for _ in 0..3 {
        district.engine.recorded(&manifest).await.unwrap();
        assert_eq!(finished().await, 1);
    }
    let grown = Manifest { interrupted: true, ..manifest };
    district.engine.recorded(&grown).await.unwrap();
    assert_eq!(finished().await, 2, "one that grew is another");
}

#[tokio::test]
async fn only_the_media_of_its_own_node_is_gone_with_a_node() {
    let (district, session) = District::tapped().await;
    let engine = &district.engine;
    engine.act(nurse(1), session, Input::Accept).await.unwrap();
    let (scene, _) = engine.facts(nurse(1), session).await.unwrap();
    let legs = [scene.session.patient_leg().unwrap().id, scene.session.leg_of(PersonId(id(301))).unwrap().id];
    let other = Engine { node: "other".into(), ..engine.clone() };
    engine.media(session, Input::MediaUp(legs[0])).await.unwrap();
    other.media(session, Input::MediaUp(legs[1])).await.unwrap();
    let joined = async || {
        let (scene, _) = engine.facts(nurse(1), session).await.unwrap();
        legs.map(|leg| matches!(scene.session.leg(leg).unwrap().state, LegState::Joined { .. }))
    };
    assert_eq!(joined().await, [true, true]);
    engine.media(session, Input::MediaLost(legs[1])).await.unwrap();
    assert_eq!(joined().await, [true, true], "an old connection here, while she is connected there");
    other.resume().await.unwrap();
    assert_eq!(joined().await, [true, false]);
    engine.resume().await.unwrap();
    assert_eq!(joined().await, [false, false]);
}
