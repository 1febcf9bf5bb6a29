//! Cases, and the walls between associations.

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::scene::{NIGHT, Scene, at, fresh};
use crate::case::Owner;
use crate::{Constraint, Error, Store};

pub async fn a_case_comes_back_as_stored(store: &Store) {
    let scene = Scene::set(store).await;
    let mut head = scene.case();
    let body = json!({"text": "息が苦しい \"quoted\" 🌙", "big": 9_007_199_254_740_993_i64});
    let mut turn = store.begin().await.unwrap();
    turn.insert_case(&head, &body).await.unwrap();
    turn.commit().await.unwrap();
    let row = store.read().await.unwrap().load_case(head.id).await.unwrap().unwrap();
    assert_eq!((&row.head, row.version, row.last_seq), (&head, 1, 0));
    assert_eq!(row.body.read::<Value>().unwrap(), body);
    // The other shape: owned by a person, then closed without owner and deadline; a caller nobody knows yet.
    let mut turn = store.begin().await.unwrap();
    head.owner = Some(Owner::Person(scene.nurse));
    head.patient = None;
    assert_eq!(turn.save_case(&head, 1, &json!({})).await.unwrap(), 2);
    assert_eq!(turn.load_case(head.id).await.unwrap().unwrap().head, head);
    (head.owner, head.deadline, head.closed, head.state) = (None, None, Some(at(600)), "closed".into());
    assert_eq!(turn.save_case(&head, 2, &json!({})).await.unwrap(), 3);
    turn.commit().await.unwrap();
    let mut read = store.read().await.unwrap();
    assert_eq!(read.load_case(head.id).await.unwrap().unwrap().head, head);
    assert_eq!(read.load_case(fresh()).await.unwrap(), None);
}

pub async fn stale_case_version_is_a_conflict(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    let seen = store.read().await.unwrap().load_case(case).await.unwrap().unwrap();
    let mut turn = store.begin().await.unwrap();
    turn.save_case(&seen.head, seen.version, &json!({"by": "first"})).await.unwrap();
    turn.commit().await.unwrap();
    let mut turn = store.begin().await.unwrap();
    assert_eq!(
        turn.save_case(&seen.head, seen.version, &json!({"by": "second"})).await,
        Err(Error::Conflict)
    );
    drop(turn);
    let row = store.read().await.unwrap().load_case(case).await.unwrap().unwrap();
    assert_eq!((row.version, row.body.read::<Value>().unwrap()), (2, json!({"by": "first"})));
}

pub async fn an_open_case_needs_owner_and_deadline(store: &Store) {
    let scene = Scene::set(store).await;
    for (expected, spoil) in [(Constraint::CaseOwned, true), (Constraint::CaseDeadline, false)] {
        let mut head = scene.case();
        let whole = head.clone();
        if spoil {
            head.owner = None;
        } else {
            head.deadline = None;
        }
        let mut turn = store.begin().await.unwrap();
        assert_eq!(turn.insert_case(&head, &json!({})).await, Err(Error::Constraint(expected)));
        let mut turn = {
            drop(turn);
            store.begin().await.unwrap()
        };
        turn.insert_case(&whole, &json!({})).await.unwrap();
        assert_eq!(turn.save_case(&head, 1, &json!({})).await, Err(Error::Constraint(expected)));
    }
    // Two owners at once cannot be said in Rust, but the database refuses them as well.
    let case = scene.open_case(store).await;
    let mut turn = store.begin().await.unwrap();
    let both = run!(&mut *turn, "UPDATE cases SET owner_person_id = $2 WHERE id = $1", case.0, scene.nurse.0);
    assert_eq!(both, Err(Error::Constraint(Constraint::CaseOwned)));
}

pub async fn the_newest_open_case_of_a_patient_counts(store: &Store) {
    let scene = Scene::set(store).await;
    let mut turn = store.begin().await.unwrap();
    let mut heads = Vec::new();
    // Of two that were opened one after the other the later, whatever was stored first; what is closed is over.
    for (opened, closed) in [(20, None), (10, None), (30, Some(31))] {
        let mut head = scene.case();
        (head.opened, head.closed) = (at(opened), closed.map(at));
        turn.insert_case(&head, &json!({})).await.unwrap();
        heads.push(head);
    }
    turn.commit().await.unwrap();
    let mut read = store.read().await.unwrap();
    let found = read.open_case_of_patient(scene.association, scene.patient).await.unwrap().unwrap();
    assert_eq!(found.head.id, heads[0].id);
    assert_eq!(read.open_case_of_patient(scene.association, fresh()).await.unwrap(), None);
}

pub async fn a_night_lists_what_was_open_in_it(store: &Store) {
    let scene = Scene::set(store).await;
    let (from, until) = (at(1000), at(2000));
    let mut turn = store.begin().await.unwrap();
    let mut expected = Vec::new();
    for (opened, closed, listed) in [
        (0, Some(999), false),    // over before the night
        (1, Some(1000), true),    // closed in its first instant
        (2, None, true),          // still open from the day
        (1500, Some(1600), true), // inside
        (1999, Some(5000), true), // reaches into the morning
        (2000, None, false),      // begins after it
    ] {
        let mut head = scene.case();
        (head.opened, head.closed) = (at(opened), closed.map(at));
        turn.insert_case(&head, &json!({})).await.unwrap();
        if listed {
            expected.push(head.id);
        }
    }
    turn.commit().await.unwrap();
    let rows = store.read().await.unwrap().cases_of_night(scene.association, from, until).await.unwrap();
    assert_eq!(rows.into_iter().map(|row| row.head.id).collect::<Vec<_>>(), expected);
}

/// Eight contenders add to one counter in the body. With the lock none is refused and none overwrites
/// another.
pub async fn turns_on_one_case_lose_no_update(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    let mut contenders = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        contenders.spawn(async move {
            for _ in 0..25 {
                let mut turn = store.begin().await.unwrap();
                let row = turn.load_case_for_update(case).await.unwrap().unwrap();
                let count = row.body.read::<Value>().unwrap()["count"].as_i64().unwrap();
                turn.save_case(&row.head, row.version, &json!({"count": count + 1})).await.unwrap();
                turn.commit().await.unwrap();
            }
        });
    }
    contenders.join_all().await;
    let row = store.read().await.unwrap().load_case(case).await.unwrap().unwrap();
    assert_eq!((row.version, row.body.read::<Value>().unwrap()), (201, json!({"count": 200})));
}

/// Two associations live the same night; no list of one shows anything of the other.
pub async fn tenants_never_mix(store: &Store) {
    let scenes = [Scene::set(store).await, Scene::set(store).await];
    let mut sessions = Vec::new();
    for scene in &scenes {
        let session = scene.start_session(store).await;
        let mut turn = store.begin().await.unwrap();
        turn.save_session(&session, 1, &[(scene.nurse, "joined".into())], &json!({})).await.unwrap();
        turn.insert_institution(fresh(), scene.association, "1310000000", &json!({})).await.unwrap();
        turn.insert_shift(&scene.shift(scene.nurse, 0, 3600)).await.unwrap();
        turn.commit().await.unwrap();
        sessions.push(session);
    }
    for (scene, session) in scenes.iter().zip(&sessions) {
        let mut read = store.read().await.unwrap();
        let of = scene.association;
        let night: Vec<_> = read
            .cases_of_night(of, NIGHT, at(60))
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.head.id)
            .collect();
        assert_eq!(night, [session.case]);
        let live: Vec<_> = read.live_sessions(of).await.unwrap().into_iter().map(|row| row.head.id).collect();
        assert_eq!(live, [session.id]);
        let engaged: Vec<_> =
            read.engaged_people(of).await.unwrap().into_iter().map(|row| row.person).collect();
        assert_eq!(engaged, [scene.nurse]);
        let people: Vec<_> = read.people(of).await.unwrap().into_iter().map(|row| row.id).collect();
        assert_eq!(people, [scene.nurse, scene.doctor]);
        let patients: Vec<_> = read.patients(of).await.unwrap().into_iter().map(|row| row.id).collect();
        assert_eq!(patients, [scene.patient]);
        let devices: Vec<_> = read.devices(of).await.unwrap().into_iter().map(|row| row.id).collect();
        assert_eq!(devices, [scene.tablet]);
        assert_eq!(read.institutions(of).await.unwrap().len(), 1);
        let shifts = read.shifts(of, NIGHT, at(10)).await.unwrap();
        assert_eq!(shifts.iter().map(|shift| shift.person).collect::<Vec<_>>(), [scene.nurse]);
        let other = scenes.iter().find(|other| other.association != of).unwrap();
        assert_eq!(read.open_case_of_patient(of, other.patient).await.unwrap(), None);
    }
}

pub async fn references_stay_inside_the_tenant(store: &Store) {
    let (ours, theirs) = (Scene::set(store).await, Scene::set(store).await);
    let case = ours.open_case(store).await;
    let refused = Err(Error::Constraint(Constraint::Reference));
    let mut head = ours.case();
    head.patient = Some(theirs.patient);
    assert_eq!(store.begin().await.unwrap().insert_case(&head, &json!({})).await, refused);
    let mut head = ours.case();
    head.owner = Some(Owner::Person(theirs.nurse));
    assert_eq!(store.begin().await.unwrap().insert_case(&head, &json!({})).await, refused);
    for spoil in 0..4 {
        let mut head = ours.session(case);
        match spoil {
            0 => head.patient = theirs.patient,
            1 => head.device = Some(theirs.tablet),
            2 => head.exam_doctor = Some(theirs.doctor),
            _ => head.association = theirs.association,
        }
        let mut turn = store.begin().await.unwrap();
        assert_eq!(turn.insert_session(&head, &[], &json!({})).await, refused, "spoilt {spoil}");
    }
    let head = ours.session(case);
    let mut turn = store.begin().await.unwrap();
    assert_eq!(turn.insert_session(&head, &[(theirs.doctor, "rung".into())], &json!({})).await, refused);
    let mut turn = {
        drop(turn);
        store.begin().await.unwrap()
    };
    turn.insert_session(&head, &[(ours.doctor, "rung".into())], &json!({})).await.unwrap();
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum State {
    Open,
    Closed,
}

pub async fn corrupt_state_is_told(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    let row = store.read().await.unwrap().load_case(case).await.unwrap().unwrap();
    assert_eq!(row.head.state.read::<State>(), Ok(State::Open));
    let mut turn = store.begin().await.unwrap();
    run!(&mut *turn, "UPDATE cases SET state = 'opne' WHERE id = $1", case.0).unwrap();
    turn.commit().await.unwrap();
    let row = store.read().await.unwrap().load_case(case).await.unwrap().unwrap();
    let corrupt = Error::Corrupt { table: "cases", column: "state", id: case.to_string() };
    assert_eq!(row.head.state.read::<State>(), Err(corrupt.clone()));
    // The message names the place, not the content.
    assert!(!corrupt.to_string().contains("opne"));
}

pub async fn corrupt_body_is_told(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    let mut turn = store.begin().await.unwrap();
    run!(&mut *turn, "UPDATE cases SET body = '{\"count\": \"secret\"}' WHERE id = $1", case.0).unwrap();
    turn.commit().await.unwrap();
    let row = store.read().await.unwrap().load_case(case).await.unwrap().unwrap();
    let told = row.body.read::<std::collections::BTreeMap<String, i64>>().unwrap_err();
    assert_eq!(told, Error::Corrupt { table: "cases", column: "body", id: case.to_string() });
    assert!(!format!("{told} {told:?} {row:?}").contains("secret"));
    // What is no JSON at all does not even get in.
    let mut turn = store.begin().await.unwrap();
    let torn = run!(&mut *turn, "UPDATE cases SET body = '{\"count\"' WHERE id = $1", case.0);
    assert_eq!(torn, Err(Error::Constraint(Constraint::Value)));
}
