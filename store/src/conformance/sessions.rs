//! Sessions, engagements and recordings.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use yoban_domain::id::PersonId;

use super::scene::{Scene, at, fresh};
use crate::{Backend, Constraint, Error, Store};

pub async fn a_session_comes_back_as_stored(store: &Store) {
    let scene = Scene::set(store).await;
    let mut head = scene.start_session(store).await;
    let mut read = store.read().await.unwrap();
    let row = read.load_session(head.id).await.unwrap().unwrap();
    assert_eq!((&row.head, row.version), (&head, 1));
    assert_eq!(read.live_session_of_patient(scene.patient).await.unwrap().as_ref(), Some(&row));
    drop(read);
    (head.exam_doctor, head.state, head.device) = (Some(scene.doctor), "active".into(), None);
    let mut turn = store.begin().await.unwrap();
    assert_eq!(turn.save_session(&head, 1, &[], &json!({"n": 2})).await.unwrap(), 2);
    turn.commit().await.unwrap();
    let mut turn = store.begin().await.unwrap();
    let row = turn.load_session_for_update(head.id).await.unwrap().unwrap();
    assert_eq!((&row.head, row.version, row.body.read::<Value>().unwrap()), (&head, 2, json!({"n": 2})));
    assert_eq!(turn.load_session_for_update(Scene::nothing()).await.unwrap(), None);
    assert_eq!(turn.sessions_of_case(head.case).await.unwrap(), [row]);
}

pub async fn stale_session_version_is_a_conflict(store: &Store) {
    let scene = Scene::set(store).await;
    let head = scene.start_session(store).await;
    let mut turn = store.begin().await.unwrap();
    turn.save_session(&head, 1, &[], &json!({"by": "first"})).await.unwrap();
    turn.commit().await.unwrap();
    let mut turn = store.begin().await.unwrap();
    let engaged = [(scene.nurse, "joined".into())];
    assert_eq!(turn.save_session(&head, 1, &engaged, &json!({"by": "second"})).await, Err(Error::Conflict));
    drop(turn);
    let mut read = store.read().await.unwrap();
    let row = read.load_session(head.id).await.unwrap().unwrap();
    assert_eq!((row.version, row.body.read::<Value>().unwrap()), (2, json!({"by": "first"})));
    assert_eq!(read.engaged_people(scene.association).await.unwrap(), []);
}

pub async fn one_live_session_per_patient(store: &Store) {
    let scene = Scene::set(store).await;
    let mut first = scene.start_session(store).await;
    let mut second = scene.session(first.case);
    second.device = None;
    let refused = Err(Error::Constraint(Constraint::LivePatient));
    assert_eq!(store.begin().await.unwrap().insert_session(&second, &[], &json!({})).await, refused);
    first.ended = Some(at(60));
    let mut turn = store.begin().await.unwrap();
    turn.save_session(&first, 1, &[], &json!({})).await.unwrap();
    turn.insert_session(&second, &[], &json!({})).await.unwrap();
    turn.commit().await.unwrap();
    // Nor can the ended one come back to life beside it.
    first.ended = None;
    assert_eq!(
        store.begin().await.unwrap().save_session(&first, 2, &[], &json!({})).await,
        refused.map(|()| 0)
    );
    let live = store.read().await.unwrap().live_sessions(scene.association).await.unwrap();
    assert_eq!(live.iter().map(|row| row.head.id).collect::<Vec<_>>(), [second.id]);
}

pub async fn one_live_session_per_device(store: &Store) {
    let scene = Scene::set(store).await;
    let first = scene.start_session(store).await;
    let mut turn = store.begin().await.unwrap();
    let (patient, tablet) = scene.neighbour(&mut turn).await;
    turn.commit().await.unwrap();
    let mut second = scene.session(first.case);
    second.patient = patient;
    let refused = Err(Error::Constraint(Constraint::LiveDevice));
    assert_eq!(store.begin().await.unwrap().insert_session(&second, &[], &json!({})).await, refused);
    second.device = Some(tablet);
    let mut turn = store.begin().await.unwrap();
    turn.insert_session(&second, &[], &json!({})).await.unwrap();
    turn.commit().await.unwrap();
    // Two telephone calls have no device, and that is no collision.
    let mut third = scene.session(first.case);
    let mut turn = store.begin().await.unwrap();
    (third.patient, third.device) = (scene.neighbour(&mut turn).await.0, None);
    turn.insert_session(&third, &[], &json!({})).await.unwrap();
    let mut fourth = scene.session(first.case);
    (fourth.patient, fourth.device) = (scene.neighbour(&mut turn).await.0, None);
    turn.insert_session(&fourth, &[], &json!({})).await.unwrap();
    turn.commit().await.unwrap();
}

pub async fn one_online_examination_per_doctor(store: &Store) {
    let scene = Scene::set(store).await;
    let mut first = scene.start_session(store).await;
    first.exam_doctor = Some(scene.doctor);
    let mut turn = store.begin().await.unwrap();
    turn.save_session(&first, 1, &[], &json!({})).await.unwrap();
    let mut second = scene.session(first.case);
    let (patient, tablet) = scene.neighbour(&mut turn).await;
    (second.patient, second.device) = (patient, Some(tablet));
    turn.insert_session(&second, &[], &json!({})).await.unwrap();
    turn.commit().await.unwrap();
    second.exam_doctor = Some(scene.doctor);
    let refused = Err(Error::Constraint(Constraint::ExamDoctor));
    assert_eq!(
        store.begin().await.unwrap().save_session(&second, 1, &[], &json!({})).await,
        refused.map(|()| 0)
    );
    // The first ends, keeping its doctor in the record: now the doctor is free.
    first.ended = Some(at(300));
    let mut turn = store.begin().await.unwrap();
    turn.save_session(&first, 2, &[], &json!({})).await.unwrap();
    turn.save_session(&second, 1, &[], &json!({})).await.unwrap();
    turn.commit().await.unwrap();
}

/// The patient taps again and again, and ten turns run at once: one session.
pub async fn one_tap_wins_the_race(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    let mut contenders = JoinSet::new();
    for _ in 0..10 {
        let store = store.clone();
        contenders.spawn(async move {
            let mut turn = store.begin().await.unwrap();
            turn.insert_session(&scene.session(case), &[], &json!({})).await?;
            turn.commit().await
        });
    }
    let outcomes = contenders.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    for refused in outcomes.into_iter().filter_map(Result::err) {
        let known = [Constraint::LivePatient, Constraint::LiveDevice].map(Error::Constraint);
        assert!(known.contains(&refused), "{refused}");
    }
    assert_eq!(store.read().await.unwrap().live_sessions(scene.association).await.unwrap().len(), 1);
}

pub async fn engagements_follow_the_session(store: &Store) {
    let scene = Scene::set(store).await;
    let mut head = scene.session(scene.open_case(store).await);
    let steps: [&[(_, &str)]; 4] = [
        &[(scene.nurse, "rung")],
        &[(scene.nurse, "joined"), (scene.doctor, "rung")],
        &[(scene.doctor, "joined")],
        &[],
    ];
    for (version, step) in (0_i64..).zip(steps) {
        let engaged: Vec<_> = step.iter().map(|(person, state)| (*person, (*state).into())).collect();
        let mut turn = store.begin().await.unwrap();
        if version == 0 {
            turn.insert_session(&head, &engaged, &json!({})).await.unwrap();
        } else {
            head.state = format!("step {version}").into();
            turn.save_session(&head, version, &engaged, &json!({})).await.unwrap();
        }
        turn.commit().await.unwrap();
        let mut read = store.read().await.unwrap();
        let rows = read.engaged_people(scene.association).await.unwrap();
        let found: Vec<_> = rows.iter().map(|row| (row.person, row.state.as_str())).collect();
        assert_eq!(found, step);
        let nurse = read.engagements_of(scene.nurse).await.unwrap();
        assert_eq!(nurse.len(), step.iter().filter(|(person, _)| *person == scene.nurse).count());
    }
}

/// A nurse answers two calls at the same instant, on two devices: each turn looks whether she is free and engages her. On
/// PostgreSQL both turns are under way before either looks.
pub async fn one_person_takes_one_of_two_calls(store: &Store) {
    let scene = Scene::set(store).await;
    let first = scene.start_session(store).await;
    let mut turn = store.begin().await.unwrap();
    let (patient, tablet) = scene.neighbour(&mut turn).await;
    let mut second = scene.session(first.case);
    (second.patient, second.device) = (patient, Some(tablet));
    turn.insert_session(&second, &[], &json!({})).await.unwrap();
    turn.commit().await.unwrap();
    for round in 0..20 {
        let together = Arc::new(Barrier::new(2));
        let mut racing = JoinSet::new();
        for head in [first.clone(), second.clone()] {
            let (store, together) = (store.clone(), together.clone());
            racing.spawn(async move {
                let mut turn = store.begin().await.unwrap();
                let version = turn.load_session_for_update(head.id).await.unwrap().unwrap().version;
                if store.backend() == Backend::Postgres {
                    together.wait().await;
                }
                assert!(turn.lock_person(scene.nurse).await.unwrap());
                let busy = turn.engagements_of(scene.nurse).await.unwrap();
                if !busy.is_empty() {
                    return false;
                }
                turn.save_session(&head, version, &[(scene.nurse, "inCall".into())], &json!({}))
                    .await
                    .unwrap();
                turn.commit().await.unwrap();
                true
            });
        }
        let took = racing.join_all().await;
        assert_eq!(took.iter().filter(|took| **took).count(), 1, "round {round}");
        let engaged = store.read().await.unwrap().engagements_of(scene.nurse).await.unwrap();
        assert_eq!(engaged.len(), 1, "round {round}");
        let mut turn = store.begin().await.unwrap();
        for head in [&first, &second] {
            let version = turn.load_session_for_update(head.id).await.unwrap().unwrap().version;
            turn.save_session(head, version, &[], &json!({})).await.unwrap();
        }
        turn.commit().await.unwrap();
    }
    assert!(!store.begin().await.unwrap().lock_person(fresh::<PersonId>()).await.unwrap(), "a stranger");
}

pub async fn an_ended_session_engages_nobody(store: &Store) {
    let scene = Scene::set(store).await;
    let mut head = scene.session(scene.open_case(store).await);
    let engaged = [(scene.nurse, "joined".into()), (scene.doctor, "rung".into())];
    let mut turn = store.begin().await.unwrap();
    turn.insert_session(&head, &engaged, &json!({})).await.unwrap();
    head.ended = Some(at(60));
    // Even when the caller forgets to say that they left.
    turn.save_session(&head, 1, &engaged, &json!({})).await.unwrap();
    turn.commit().await.unwrap();
    assert_eq!(store.read().await.unwrap().engaged_people(scene.association).await.unwrap(), []);
}

pub async fn a_leg_is_carried_by_one_node(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    let (one, two) = (fresh(), fresh());
    let mut turn = store.begin().await.unwrap();
    for (leg, node) in [(one, "a"), (two, "a"), (one, "b")] {
        turn.carry_leg(scene.association, session.id, leg, node).await.unwrap();
    }
    turn.commit().await.unwrap();
    let carried = async || store.read().await.unwrap().carried_legs(scene.association).await.unwrap();
    assert_eq!(carried().await, [(one, "b".to_owned()), (two, "a".to_owned())]);
    let mut turn = store.begin().await.unwrap();
    turn.drop_leg(one).await.unwrap();
    turn.drop_leg(one).await.unwrap();
    turn.commit().await.unwrap();
    assert_eq!(carried().await, [(two, "a".to_owned())]);
    let stranger = Scene::set(store).await;
    let mut turn = store.begin().await.unwrap();
    let refused = turn.carry_leg(stranger.association, session.id, one, "a").await;
    assert_eq!(refused, Err(Error::Constraint(Constraint::Reference)));
}

pub async fn recordings_keep_versions(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    let id = fresh();
    let mut turn = store.begin().await.unwrap();
    turn.insert_recording(id, scene.association, session.id, &json!({"state": "running"})).await.unwrap();
    assert_eq!(turn.save_recording(id, 1, &json!({"state": "done"})).await.unwrap(), 2);
    turn.commit().await.unwrap();
    let mut turn = store.begin().await.unwrap();
    assert_eq!(turn.save_recording(id, 1, &json!({"state": "lost"})).await, Err(Error::Conflict));
    drop(turn);
    let mut read = store.read().await.unwrap();
    let row = read.recording(id).await.unwrap().unwrap();
    assert_eq!((row.version, row.body.read::<Value>().unwrap()), (2, json!({"state": "done"})));
    assert_eq!(read.recordings_of_session(session.id).await.unwrap(), [row]);
    let stranger = Scene::set(store).await;
    let mut turn = store.begin().await.unwrap();
    let refused = turn.insert_recording(fresh(), stranger.association, session.id, &json!({})).await;
    assert_eq!(refused, Err(Error::Constraint(Constraint::Reference)));
}
