//! Readings, signed records, requests, codes, duty, settings.

use serde_json::{Value, json};
use tokio::task::JoinSet;
use yoban_domain::time::Span;

use super::scene::{NIGHT, Scene, at, fresh};
use crate::account::SignInCode;
use crate::device::Bearer;
use crate::encounter::NewEncounterVersion;
use crate::idempotency::{Claim, RequestKey};
use crate::people::Shift;
use crate::reading::{Insertion, ReadingHead};
use crate::session::SessionHead;
use crate::{Backend, Constraint, Error, Store};

fn reading(scene: &Scene, session: &SessionHead, seq: i64) -> ReadingHead {
    ReadingHead {
        id: fresh(),
        association: scene.association,
        case: Some(session.case),
        session: Some(session.id),
        patient: scene.patient,
        device: scene.tablet,
        source: "oximeter/1".to_owned(),
        device_seq: seq,
        taken: at(seq),
        received: at(seq + 1),
        kind: "spo2".into(),
    }
}

async fn insert(store: &Store, head: &ReadingHead, value: i64) -> Insertion {
    let mut turn = store.begin().await.unwrap();
    let insertion = turn.insert_reading(head, &json!({"value": value})).await.unwrap();
    turn.commit().await.unwrap();
    insertion
}

pub async fn a_reading_sent_again_is_stored_once(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    let first = reading(&scene, &session, 1);
    assert_eq!(insert(store, &first, 97).await, Insertion::Stored);
    // Sent again after a reconnect: another id and arrival, the same reading.
    let again = ReadingHead {
        id: fresh(),
        received: at(50),
        ..first.clone()
    };
    assert_eq!(insert(store, &again, 97).await, Insertion::Duplicate(first.id));
    // Another source may use the same number.
    let other = ReadingHead {
        id: fresh(),
        source: "manual".to_owned(),
        ..first.clone()
    };
    assert_eq!(insert(store, &other, 36).await, Insertion::Stored);
    let rows = store
        .read()
        .await
        .unwrap()
        .readings_of_case(session.case)
        .await
        .unwrap();
    assert_eq!(
        rows.iter().map(|row| row.head.clone()).collect::<Vec<_>>(),
        [first, other]
    );
    assert_eq!(rows[0].body.read::<Value>().unwrap(), json!({"value": 97}));
}

pub async fn a_reading_that_clashes_is_told(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    let first = reading(&scene, &session, 1);
    insert(store, &first, 97).await;
    // The tablet lost its counter and starts at 1 again: this is another reading and must not vanish.
    let later = ReadingHead {
        id: fresh(),
        taken: at(900),
        ..first.clone()
    };
    assert_eq!(insert(store, &later, 97).await, Insertion::Clash(first.id));
    let changed = ReadingHead {
        id: fresh(),
        ..first.clone()
    };
    assert_eq!(insert(store, &changed, 80).await, Insertion::Clash(first.id));
}

pub async fn racing_readings_are_stored_once(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    let mut contenders = JoinSet::new();
    for _ in 0..6 {
        let (store, session) = (store.clone(), session.clone());
        contenders.spawn(async move {
            let mut new = 0;
            for seq in 0..20 {
                let head = ReadingHead {
                    received: NIGHT,
                    ..reading(&scene, &session, seq)
                };
                new += usize::from(insert(&store, &head, seq).await == Insertion::Stored);
            }
            new
        });
    }
    assert_eq!(contenders.join_all().await.into_iter().sum::<usize>(), 20);
    assert_eq!(
        store
            .read()
            .await
            .unwrap()
            .readings_of_case(session.case)
            .await
            .unwrap()
            .len(),
        20
    );
}

pub async fn readings_come_in_the_order_taken(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    // They arrive out of order, one of them long before this night's case.
    for seq in [3, 1, 4, 2] {
        insert(store, &reading(&scene, &session, seq), seq).await;
    }
    let routine = ReadingHead {
        case: None,
        session: None,
        ..reading(&scene, &session, -5000)
    };
    insert(store, &routine, 5).await;
    let mut read = store.read().await.unwrap();
    let seqs = |rows: Vec<crate::reading::ReadingRow>| {
        rows.iter().map(|row| row.head.device_seq).collect::<Vec<_>>()
    };
    assert_eq!(
        seqs(read.readings_of_case(session.case).await.unwrap()),
        [1, 2, 3, 4]
    );
    assert_eq!(
        seqs(
            read.readings_of_patient(scene.patient, at(-9000), 100)
                .await
                .unwrap()
        ),
        [-5000, 1, 2, 3, 4]
    );
    assert_eq!(
        seqs(read.readings_of_patient(scene.patient, at(2), 2).await.unwrap()),
        [3, 4]
    );
    assert_eq!(read.readings_of_patient(fresh(), at(0), 2).await.unwrap(), []);
}

fn version<'a>(scene: &Scene, session: &SessionHead, version: i64, text: &'a str) -> NewEncounterVersion<'a> {
    NewEncounterVersion {
        session: session.id,
        association: scene.association,
        version,
        text,
        digest: &[0, 1, 2, 255],
        signed_by: scene.doctor,
        signed: at(version),
    }
}

async fn sign(store: &Store, new: &NewEncounterVersion<'_>) -> Result<(), Error> {
    let mut turn = store.begin().await.unwrap();
    turn.insert_encounter_version(new).await?;
    turn.commit().await
}

pub async fn signed_versions_keep_their_bytes(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    // Order of keys, spaces, doubled keys and escapes are part of what was signed.
    let text = "{ \"b\": 1.50,\n\t\"a\": \"\\u0041\", \"b\": 2 }";
    assert_eq!(
        store
            .read()
            .await
            .unwrap()
            .latest_encounter_version(session.id)
            .await
            .unwrap(),
        None
    );
    sign(store, &version(&scene, &session, 1, text)).await.unwrap();
    sign(store, &version(&scene, &session, 2, "{}")).await.unwrap();
    let mut read = store.read().await.unwrap();
    let rows = read.encounter_versions(session.id).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| row.body.as_str()).collect::<Vec<_>>(),
        [text, "{}"]
    );
    assert_eq!(
        (rows[0].digest.as_slice(), rows[0].signed_by, rows[0].signed),
        (&[0, 1, 2, 255][..], scene.doctor, at(1))
    );
    assert_eq!(
        read.latest_encounter_version(session.id).await.unwrap(),
        rows.last().cloned()
    );
    drop(read);
    let torn = sign(store, &version(&scene, &session, 3, "{")).await;
    assert_eq!(torn, Err(Error::Constraint(Constraint::Value)));
}

pub async fn signed_versions_never_change(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    sign(store, &version(&scene, &session, 1, "{}")).await.unwrap();
    assert_eq!(
        sign(store, &version(&scene, &session, 1, "[]")).await,
        Err(Error::Conflict)
    );
    assert_eq!(
        sign(store, &version(&scene, &session, 3, "[]")).await,
        Err(Error::Conflict),
        "skips one"
    );
    let refused = Err(Error::Constraint(Constraint::AppendOnly));
    let mut turn = store.begin().await.unwrap();
    assert_eq!(
        run!(&mut *turn, "UPDATE encounter_versions SET body = '[]'"),
        refused
    );
    let mut turn = {
        drop(turn);
        store.begin().await.unwrap()
    };
    assert_eq!(run!(&mut *turn, "DELETE FROM encounter_versions"), refused);
    let mut turn = {
        drop(turn);
        store.begin().await.unwrap()
    };
    let whole = match store.backend() {
        Backend::Sqlite => run!(
            &mut *turn,
            "INSERT OR REPLACE INTO encounter_versions
             (session_id, version, association_id, body, digest, signed_by, signed_ms)
             SELECT session_id, version, association_id, '[]', digest, signed_by, signed_ms FROM encounter_versions"
        ),
        Backend::Postgres => run!(&mut *turn, "TRUNCATE encounter_versions"),
    };
    assert_eq!(whole, refused);
    drop(turn);
    let rows = store
        .read()
        .await
        .unwrap()
        .encounter_versions(session.id)
        .await
        .unwrap();
    assert_eq!(
        rows.iter().map(|row| row.body.as_str()).collect::<Vec<_>>(),
        ["{}"]
    );
}

pub async fn two_signatures_make_one_version(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    let mut contenders = JoinSet::new();
    for _ in 0..6 {
        let (store, session) = (store.clone(), session.clone());
        contenders.spawn(async move { sign(&store, &version(&scene, &session, 1, "{}")).await });
    }
    let outcomes = contenders.join_all().await;
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        1,
        "{outcomes:?}"
    );
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == Err(Error::Conflict))
            .count(),
        5,
        "{outcomes:?}"
    );
}

const ABANDONED: Span = Span::seconds(60);
const REQUEST: RequestKey<'static> = RequestKey {
    actor: "device/1",
    route: "POST /sessions",
    key: "k1",
};

async fn claim(store: &Store, request: RequestKey<'_>, hash: &[u8], seconds: i64) -> Claim {
    let mut turn = store.begin().await.unwrap();
    let claim = turn
        .claim_request(request, hash, at(seconds), ABANDONED)
        .await
        .unwrap();
    turn.commit().await.unwrap();
    claim
}

async fn finish(store: &Store, request: RequestKey<'_>, response: &str) -> bool {
    let mut turn = store.begin().await.unwrap();
    let finished = turn.finish_request(request, 201, response).await.unwrap();
    turn.commit().await.unwrap();
    finished
}

pub async fn a_request_is_answered_once(store: &Store) {
    assert_eq!(claim(store, REQUEST, b"body", 0).await, Claim::Fresh);
    assert_eq!(claim(store, REQUEST, b"body", 1).await, Claim::InProgress);
    assert!(finish(store, REQUEST, "{\"id\":1}").await);
    assert!(!finish(store, REQUEST, "{\"id\":2}").await);
    let replay = Claim::Replay {
        status: 201,
        response: "{\"id\":1}".to_owned(),
    };
    assert_eq!(claim(store, REQUEST, b"body", 2).await, replay);
    assert_eq!(
        claim(store, REQUEST, b"body", 9999).await,
        replay,
        "an answer does not grow old by itself"
    );
    let mut turn = store.begin().await.unwrap();
    assert_eq!(turn.prune_requests(at(0)).await.unwrap(), 0);
    assert_eq!(turn.prune_requests(at(1)).await.unwrap(), 1);
    turn.commit().await.unwrap();
    assert_eq!(claim(store, REQUEST, b"body", 10_000).await, Claim::Fresh);
}

pub async fn a_request_key_belongs_to_its_body_and_actor(store: &Store) {
    assert_eq!(claim(store, REQUEST, b"body", 0).await, Claim::Fresh);
    assert!(finish(store, REQUEST, "secret").await);
    assert_eq!(claim(store, REQUEST, b"another body", 1).await, Claim::Mismatch);
    assert_eq!(
        claim(
            store,
            RequestKey {
                actor: "device/2",
                ..REQUEST
            },
            b"body",
            1
        )
        .await,
        Claim::Fresh
    );
    assert_eq!(
        claim(
            store,
            RequestKey {
                route: "POST /readings",
                ..REQUEST
            },
            b"body",
            1
        )
        .await,
        Claim::Fresh
    );
    let mut turn = store.begin().await.unwrap();
    let nul = turn
        .claim_request(
            RequestKey {
                key: "a\0",
                ..REQUEST
            },
            b"body",
            at(1),
            ABANDONED,
        )
        .await;
    assert_eq!(nul, Err(Error::Constraint(Constraint::Value)));
}

pub async fn an_abandoned_request_is_taken_over(store: &Store) {
    assert_eq!(claim(store, REQUEST, b"body", 0).await, Claim::Fresh);
    assert_eq!(claim(store, REQUEST, b"body", 59).await, Claim::InProgress);
    assert_eq!(claim(store, REQUEST, b"body", 60).await, Claim::Fresh);
    assert_eq!(
        claim(store, REQUEST, b"body", 61).await,
        Claim::InProgress,
        "taken over once"
    );
    let mut turn = store.begin().await.unwrap();
    assert!(turn.abandon_request(REQUEST).await.unwrap());
    turn.commit().await.unwrap();
    assert_eq!(claim(store, REQUEST, b"body", 62).await, Claim::Fresh);
}

/// Claim, work and answer in one turn: however many send it at once, the work is done once and all hear the same.
pub async fn racing_requests_run_once(store: &Store) {
    let mut contenders = JoinSet::new();
    for contender in 0..8 {
        let store = store.clone();
        contenders.spawn(async move {
            let mut turn = store.begin().await.unwrap();
            match turn
                .claim_request(REQUEST, b"body", NIGHT, ABANDONED)
                .await
                .unwrap()
            {
                Claim::Fresh => {
                    let response = format!("done by {contender}");
                    turn.put_setting(&response, &true).await.unwrap();
                    assert!(turn.finish_request(REQUEST, 200, &response).await.unwrap());
                    turn.commit().await.unwrap();
                    response
                }
                Claim::Replay { response, .. } => response,
                other => panic!("{other:?}"),
            }
        });
    }
    let mut heard = contenders.join_all().await;
    heard.sort_unstable();
    heard.dedup();
    assert_eq!(heard.len(), 1, "{heard:?}");
}

pub async fn a_code_signs_in_once(store: &Store) {
    let scene = Scene::set(store).await;
    let (association, person) = (Some(scene.association), Some(scene.nurse));
    let code = SignInCode {
        association,
        person,
        device: None,
        purpose: "link".into(),
        expires: at(600),
    };
    let mut turn = store.begin().await.unwrap();
    turn.insert_sign_in_code(b"hash 1", &code).await.unwrap();
    turn.insert_sign_in_code(b"hash 2", &code).await.unwrap();
    turn.commit().await.unwrap();
    assert_eq!(
        store
            .read()
            .await
            .unwrap()
            .sign_in_code(b"hash 1", at(599))
            .await
            .unwrap(),
        Some(code.clone())
    );
    let mut contenders = JoinSet::new();
    for _ in 0..6 {
        let store = store.clone();
        contenders.spawn(async move {
            let mut turn = store.begin().await.unwrap();
            let found = turn.redeem_sign_in_code(b"hash 1", at(1)).await.unwrap();
            turn.commit().await.unwrap();
            found
        });
    }
    assert_eq!(
        contenders
            .join_all()
            .await
            .into_iter()
            .flatten()
            .collect::<Vec<_>>(),
        [code]
    );
    let mut turn = store.begin().await.unwrap();
    assert_eq!(turn.sign_in_code(b"hash 1", at(1)).await.unwrap(), None);
    assert_eq!(
        turn.redeem_sign_in_code(b"hash 2", at(600)).await.unwrap(),
        None,
        "expired"
    );
    assert_eq!(
        turn.redeem_sign_in_code(b"hash 3", at(1)).await.unwrap(),
        None,
        "unknown"
    );
    assert_eq!(turn.prune_sign_in_codes(at(2)).await.unwrap(), 1);
}

pub async fn duty_is_half_open(store: &Store) {
    let scene = Scene::set(store).await;
    let shift = |person, from, until| Shift {
        id: fresh(),
        association: scene.association,
        line: "desk".into(),
        person,
        from: at(from),
        until: at(until),
    };
    let (early, late) = (shift(scene.nurse, 0, 100), shift(scene.doctor, 100, 200));
    let mut turn = store.begin().await.unwrap();
    turn.insert_shift(&late).await.unwrap();
    turn.insert_shift(&early).await.unwrap();
    for (seconds, expected) in [
        (-1, vec![]),
        (0, vec![&early]),
        (99, vec![&early]),
        (100, vec![&late]),
        (200, vec![]),
    ] {
        let found = turn
            .on_duty(scene.association, &"desk".into(), at(seconds))
            .await
            .unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "at {seconds}");
    }
    assert_eq!(
        turn.on_duty(scene.association, &"doctor".into(), at(0))
            .await
            .unwrap(),
        []
    );
    assert_eq!(
        turn.shifts(scene.association, at(50), at(100)).await.unwrap(),
        [early.clone()]
    );
    assert_eq!(
        turn.shifts(scene.association, at(50), at(101)).await.unwrap(),
        [early.clone(), late]
    );
    assert!(turn.remove_shift(early.id).await.unwrap());
    assert!(!turn.remove_shift(early.id).await.unwrap());
    let backwards = turn.insert_shift(&shift(scene.nurse, 5, 5)).await;
    assert_eq!(backwards, Err(Error::Constraint(Constraint::ShiftSpan)));
}

pub async fn people_devices_and_places_come_back(store: &Store) {
    let scene = Scene::set(store).await;
    let (clinic, person, phone) = (fresh(), fresh(), fresh());
    let mut turn = store.begin().await.unwrap();
    turn.insert_institution(
        clinic,
        scene.association,
        "1312345678",
        &json!({"name": "見本医院"}),
    )
    .await
    .unwrap();
    turn.insert_person(
        person,
        scene.association,
        Some(clinic),
        &"doctor".into(),
        &json!({"y": 1999}),
    )
    .await
    .unwrap();
    turn.insert_device(
        phone,
        scene.association,
        &"phone".into(),
        Bearer::Person(person),
        &json!({}),
    )
    .await
    .unwrap();
    turn.commit().await.unwrap();
    let mut turn = store.begin().await.unwrap();
    let found = turn.person(person).await.unwrap().unwrap();
    assert_eq!(
        (found.institution, found.role.as_str(), found.retired),
        (Some(clinic), "doctor", None)
    );
    assert_eq!(found.body.read::<Value>().unwrap(), json!({"y": 1999}));
    let codes: Vec<_> = turn
        .institutions(scene.association)
        .await
        .unwrap()
        .into_iter()
        .map(|i| i.code)
        .collect();
    assert_eq!(codes, ["1312345678"]);
    assert_eq!(turn.devices_of_person(person).await.unwrap()[0].id, phone);
    assert_eq!(
        turn.devices_of_patient(scene.patient).await.unwrap()[0].id,
        scene.tablet
    );
    // The phone is handed to the desk and then retired.
    assert!(
        turn.save_device(phone, Bearer::Nobody, &json!({"desk": 1}))
            .await
            .unwrap()
    );
    let device = turn.device(phone).await.unwrap().unwrap();
    assert_eq!(
        (device.person, device.patient, device.retired),
        (None, None, None)
    );
    assert!(turn.retire_device(phone, at(5)).await.unwrap());
    assert!(!turn.retire_device(phone, at(6)).await.unwrap());
    assert_eq!(turn.device(phone).await.unwrap().unwrap().retired, Some(at(5)));
    assert!(turn.retire_person(person, at(7)).await.unwrap());
    assert_eq!(turn.person(person).await.unwrap().unwrap().retired, Some(at(7)));
    assert_eq!(turn.associations().await.unwrap()[0].0, scene.association);
    assert_eq!(
        turn.patient(scene.patient).await.unwrap().unwrap().association,
        scene.association
    );
    let twice = turn
        .insert_institution(fresh(), scene.association, "1312345678", &json!({}))
        .await;
    assert_eq!(
        twice,
        Err(Error::Constraint(Constraint::Duplicate("institutions")))
    );
    assert_eq!(store.read().await.unwrap().person(fresh()).await.unwrap(), None);
    let mut turn = {
        drop(turn);
        store.begin().await.unwrap()
    };
    let twice = turn
        .insert_patient(scene.patient, scene.association, &json!({}))
        .await;
    assert_eq!(twice, Err(Error::Constraint(Constraint::Duplicate("patients"))));
}

pub async fn a_setting_is_made_once(store: &Store) {
    let mut contenders = JoinSet::new();
    for contender in 0..6 {
        let store = store.clone();
        contenders.spawn(async move {
            let mut turn = store.begin().await.unwrap();
            let kept = turn
                .put_setting_once("signing key", &contender)
                .await
                .unwrap()
                .read::<i64>()
                .unwrap();
            turn.commit().await.unwrap();
            kept
        });
    }
    let mut kept = contenders.join_all().await;
    kept.dedup();
    assert_eq!(kept.len(), 1, "two nodes made two keys: {kept:?}");
    let mut turn = store.begin().await.unwrap();
    turn.put_setting("signing key", &99).await.unwrap();
    assert_eq!(turn.setting("signing key").await.unwrap().unwrap().read(), Ok(99));
    assert!(turn.remove_setting("signing key").await.unwrap());
    assert!(!turn.remove_setting("signing key").await.unwrap());
    assert_eq!(turn.setting("signing key").await.unwrap(), None);
}
