//! Turns, reads, and the store as a whole.

use std::future::{Future as _, poll_fn};
use std::task::Poll;

use serde_json::json;
use tokio::task::JoinSet;
use yoban_domain::id::{AssociationId, CaseId};
use yoban_domain::time::{Span, Timestamp};

use super::scene::{NIGHT, Scene, at, fresh};
use crate::encounter::NewEncounterVersion;
use crate::fact::NewFact;
use crate::idempotency::RequestKey;
use crate::outbox::NewDelivery;
use crate::reading::ReadingHead;
use crate::timer::Subject;
use crate::{Constraint, Error, Store};

pub async fn rollback_leaves_nothing(store: &Store) {
    let scene = Scene::set(store).await;
    let head = scene.case();
    let mut turn = store.begin().await.unwrap();
    turn.insert_case(&head, &json!({})).await.unwrap();
    let fact = NewFact { at: NIGHT, kind: "tap".into(), body: &json!({}) };
    turn.append_facts(head.id, scene.association, &[fact]).await.unwrap();
    turn.replace_timers(scene.association, Subject::Case(head.id), &[("ring_ends", at(60))]).await.unwrap();
    turn.rollback().await.unwrap();
    let mut read = store.read().await.unwrap();
    assert_eq!(read.load_case(head.id).await.unwrap(), None);
    assert_eq!(read.facts_after(head.id, 0, 10).await.unwrap(), []);
    assert_eq!(read.next_due().await.unwrap(), None);
}

pub async fn dropped_turn_leaves_nothing(store: &Store) {
    let scene = Scene::set(store).await;
    let head = scene.case();
    for _ in 0..20 {
        let mut turn = store.begin().await.unwrap();
        // Each round would collide with the one before it if that had stayed.
        turn.insert_case(&head, &json!({})).await.unwrap();
        drop(turn);
    }
    assert_eq!(store.read().await.unwrap().load_case(head.id).await.unwrap(), None);
}

pub async fn failed_statement_ends_the_turn(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    let mut turn = store.begin().await.unwrap();
    turn.put_setting_once("before", &1).await.unwrap();
    let mut second = scene.session(session.case);
    second.device = None;
    let refused = turn.insert_session(&second, &[], &json!({})).await;
    assert_eq!(refused, Err(Error::Constraint(Constraint::LivePatient)));
    assert_eq!(turn.put_setting_once("after", &1).await, Err(Error::TurnFailed));
    assert_eq!(turn.load_case(session.case).await, Err(Error::TurnFailed));
    assert_eq!(turn.commit().await, Err(Error::TurnFailed));
    let mut read = store.read().await.unwrap();
    assert_eq!(read.setting("before").await.unwrap(), None);
    assert_eq!(read.setting("after").await.unwrap(), None);
}

pub async fn refused_commit_leaves_nothing(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    let mut turn = store.begin().await.unwrap();
    turn.put_setting_once("before", &1).await.unwrap();
    let head = turn.load_case_for_update(case).await.unwrap().unwrap().head;
    // The store finds this conflict, not the database: the turn must be over all the same.
    assert_eq!(turn.save_case(&head, 77, &json!({})).await, Err(Error::Conflict));
    assert_eq!(turn.commit().await, Err(Error::TurnFailed));
    assert_eq!(store.read().await.unwrap().setting("before").await.unwrap(), None);
}

pub async fn reader_does_not_wait_for_the_writer(store: &Store) {
    let scene = Scene::set(store).await;
    let head = scene.case();
    let mut turn = store.begin().await.unwrap();
    turn.insert_case(&head, &json!({})).await.unwrap();
    // Were the reader to wait for the writer, this test would never come to its end.
    for _ in 0..20 {
        let mut read = store.read().await.unwrap();
        assert_eq!(read.cases_of_night(scene.association, NIGHT, at(60)).await.unwrap().len(), 0);
    }
    turn.commit().await.unwrap();
    assert_eq!(
        store.read().await.unwrap().cases_of_night(scene.association, NIGHT, at(60)).await.unwrap().len(),
        1
    );
}

pub async fn a_read_is_one_snapshot(store: &Store) {
    let scene = Scene::set(store).await;
    let mut before = store.read().await.unwrap();
    assert_eq!(before.cases_of_night(scene.association, NIGHT, at(60)).await.unwrap().len(), 0);
    scene.open_case(store).await;
    assert_eq!(before.cases_of_night(scene.association, NIGHT, at(60)).await.unwrap().len(), 0);
    drop(before);
    assert_eq!(
        store.read().await.unwrap().cases_of_night(scene.association, NIGHT, at(60)).await.unwrap().len(),
        1
    );
}

/// Fifty writers, two hundred turns each, as many as a bad night of a large district; every turn counts in
/// the end and nobody is told "busy".
pub async fn fifty_writers_queue_without_busy(store: &Store) {
    const WRITERS: i64 = 50;
    const TURNS: i64 = 200;
    let scene = Scene::set(store).await;
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        let case = scene.open_case(&store).await;
        writers.spawn(async move {
            for round in 0..TURNS {
                turn_of(&store, scene.association, case, round)
                    .await
                    .unwrap_or_else(|error| panic!("writer {writer}, round {round}: {error}"));
            }
            case
        });
    }
    let cases = writers.join_all().await;
    let mut read = store.read().await.unwrap();
    for case in cases {
        let row = read.load_case(case).await.unwrap().unwrap();
        assert_eq!((row.version, row.last_seq), (TURNS + 1, TURNS));
    }
}

/// The shape of the engine's turn: load, save, fact, timer, outbox, commit.
pub async fn turn_of(
    store: &Store,
    association: AssociationId,
    case: CaseId,
    round: i64,
) -> Result<(), Error> {
    let now = at(round);
    let mut turn = store.begin().await?;
    let row = turn.load_case_for_update(case).await?.ok_or(Error::Conflict)?;
    turn.save_case(&row.head, row.version, &json!({"round": round})).await?;
    let fact = NewFact { at: now, kind: "ring".into(), body: &json!({"round": round}) };
    let seq = turn.append_facts(case, association, &[fact]).await?;
    turn.replace_timers(association, Subject::Case(case), &[("ring_ends", at(round + 30))]).await?;
    let key = format!("{case}/{seq}");
    let kind = "ring".into();
    let new = NewDelivery {
        association: Some(association),
        kind,
        key: &key,
        put: now,
        not_before: now,
        body: &json!({}),
    };
    turn.put_outbox(&new).await?;
    turn.commit().await
}

/// Tasks are dropped at every possible await; the next turn must find a sound writer and whole turns only.
pub async fn cancelled_turns_leave_the_writer_usable(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    for patience in 0..60 {
        let mut turn = Box::pin(turn_of(store, scene.association, case, patience));
        // Dropped where it waits for the n-th time.
        let mut waits = 0;
        poll_fn(|context| match turn.as_mut().poll(context) {
            Poll::Ready(done) => {
                done.unwrap();
                Poll::Ready(())
            }
            Poll::Pending if waits == patience => Poll::Ready(()),
            Poll::Pending => {
                waits += 1;
                Poll::Pending
            }
        })
        .await;
    }
    turn_of(store, scene.association, case, 100).await.unwrap();
    let mut read = store.read().await.unwrap();
    let row = read.load_case(case).await.unwrap().unwrap();
    let facts = read.facts_after(case, 0, 1000).await.unwrap();
    let numbers: Vec<i64> = facts.iter().map(|fact| fact.seq).collect();
    assert_eq!(numbers, (1..=row.last_seq).collect::<Vec<_>>());
    assert_eq!(row.version, row.last_seq + 1);
}

pub async fn migrating_twice_is_harmless(store: &Store) {
    let scene = Scene::set(store).await;
    store.migrate().await.unwrap();
    assert!(store.read().await.unwrap().patient(scene.patient).await.unwrap().is_some());
}

pub async fn ready_when_migrated(store: &Store) {
    store.check().await.unwrap();
    // A schema from the future is not ours to write to.
    let mut turn = store.begin().await.unwrap();
    run!(&mut *turn, "UPDATE _sqlx_migrations SET version = version + 1000000").unwrap();
    turn.commit().await.unwrap();
    assert!(matches!(store.check().await, Err(Error::Unavailable { .. })));
    assert!(matches!(store.migrate().await, Err(Error::Unavailable { .. })));
}

pub async fn closed_store_refuses(store: &Store) {
    store.close().await;
    assert_eq!(store.begin().await.err(), Some(Error::Unavailable { code: "closed".to_owned() }));
    assert_eq!(store.read().await.err(), Some(Error::Unavailable { code: "closed".to_owned() }));
    assert!(store.check().await.is_err());
}

/// One night in 2040 and one in 1971, using every operation that stores an instant; then every instant in the
/// database must lie in one of the two nights. A default or a trigger that looks at a clock would leave
/// today's date.
pub async fn instants_come_from_arguments(store: &Store) {
    for night in [NIGHT, Timestamp(39_000_000_000)] {
        whole_night(store, night).await;
    }
    let mut read = store.read().await.unwrap();
    let columns = super::schema::instant_columns(&mut read).await;
    assert!(columns.len() >= 20, "found only {columns:?}");
    for (table, column) in columns {
        let values = super::schema::instants(store, &table, &column).await;
        assert!(!values.is_empty(), "{table}.{column} was never written: the night does not use it");
        for value in values {
            let inside =
                [NIGHT.0, 39_000_000_000].iter().any(|night| (0..86_400_000).contains(&(value - night)));
            assert!(inside, "{table}.{column} holds {value}, which nobody passed");
        }
    }
}

async fn whole_night(store: &Store, night: Timestamp) {
    let at = |seconds| night.plus(Span::seconds(seconds));
    let scene = Scene::set(store).await;
    let (first, second) = (CaseId(fresh()), CaseId(fresh()));
    let mut turn = store.begin().await.unwrap();
    for id in [first, second] {
        let mut head = crate::case::CaseHead { id, opened: at(0), deadline: Some(at(60)), ..scene.case() };
        turn.insert_case(&head, &json!({})).await.unwrap();
        let fact = NewFact { at: at(1), kind: "tap".into(), body: &json!({}) };
        turn.append_facts(id, scene.association, &[fact]).await.unwrap();
        let mut session = crate::session::SessionHead { started: at(1), ..scene.session(id) };
        turn.insert_session(&session, &[(scene.nurse, "rung".into())], &json!({})).await.unwrap();
        session.ended = Some(at(500));
        turn.save_session(&session, 1, &[], &json!({})).await.unwrap();
        head.closed = Some(at(600));
        turn.save_case(&head, 1, &json!({})).await.unwrap();
        let signed = NewEncounterVersion {
            session: session.id,
            association: scene.association,
            version: 1,
            text: "{}",
            digest: &[1],
            signed_by: scene.doctor,
            signed: at(700),
        };
        turn.insert_encounter_version(&signed).await.unwrap();
        turn.replace_timers(scene.association, Subject::Case(id), &[("review", at(800))]).await.unwrap();
        let key = id.to_string();
        let kind = "ring".into();
        let (put, not_before) = (at(1), at(2));
        let new = NewDelivery { association: None, kind, key: &key, put, not_before, body: &1 };
        turn.put_outbox(&new).await.unwrap();
        let request = RequestKey { actor: &key, route: "POST /x", key: "k" };
        turn.claim_request(request, &[1], at(1), Span::seconds(60)).await.unwrap();
        let hash = id.0.into_bytes();
        let expires = at(900);
        let purpose = "link".into();
        let code =
            crate::account::SignInCode { association: None, person: None, device: None, purpose, expires };
        turn.insert_sign_in_code(&hash, &code).await.unwrap();
        turn.redeem_sign_in_code(&hash, at(30)).await.unwrap().unwrap();
        let reading = ReadingHead {
            id: fresh(),
            association: scene.association,
            case: Some(id),
            session: None,
            patient: scene.patient,
            device: scene.tablet,
            taken: at(3),
            received: at(4),
            kind: "pulse".into(),
        };
        turn.insert_reading(&reading, &json!({})).await.unwrap();
        turn.insert_shift(&scene.shift(scene.nurse, 0, 3600)).await.unwrap();
    }
    turn.retire_person(scene.doctor, at(1000)).await.unwrap();
    turn.retire_device(scene.tablet, at(1000)).await.unwrap();
    turn.commit().await.unwrap();
    // One of each is left leased, the other is done, so that all columns are filled.
    assert!(!store.lease_due_timers(at(800), "node", Span::seconds(30), 1).await.unwrap().is_empty());
    let leased = store.lease_outbox(at(10), "node", Span::seconds(30), 2).await.unwrap();
    let aside = store.lease_due_timers(at(801), "aside", Span::seconds(30), 1).await.unwrap();
    let mut turn = store.begin().await.unwrap();
    turn.outbox_done(leased[0].id, "node", at(11)).await.unwrap();
    assert!(turn.timer_park(&aside[0], "aside", at(802)).await.unwrap());
    let (put, not_before) = (at(20), at(20));
    let kind = "ring".into();
    let new = NewDelivery { association: None, kind, key: &format!("{night:?}"), put, not_before, body: &1 };
    turn.put_outbox(&new).await.unwrap();
    turn.commit().await.unwrap();
    let leased = store.lease_outbox(at(20), "aside", Span::seconds(30), 1).await.unwrap();
    let mut turn = store.begin().await.unwrap();
    assert!(turn.outbox_park(leased[0].id, "aside", at(21)).await.unwrap());
    turn.commit().await.unwrap();
}
