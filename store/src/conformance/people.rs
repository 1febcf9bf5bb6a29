//! Who asks: requests, codes, duty, people, and what the installation keeps.

use serde_json::{Value, json};
use tokio::task::JoinSet;
use yoban_domain::duty::{Line, on_duty};
use yoban_domain::time::Span;

use super::scene::{NIGHT, Scene, at, fresh};
use crate::account::SignInCode;
use crate::device::Bearer;
use crate::idempotency::{Claim, RequestKey};
use crate::{Constraint, Error, Store};

const ABANDONED: Span = Span::seconds(60);

const REQUEST: RequestKey<'static> = RequestKey { actor: "device/1", route: "POST /sessions", key: "k1" };

async fn claim(store: &Store, request: RequestKey<'_>, hash: &[u8], seconds: i64) -> Claim {
    let mut turn = store.begin().await.unwrap();
    let claim = turn.claim_request(request, hash, at(seconds), ABANDONED).await.unwrap();
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
    let replay = Claim::Replay { status: 201, response: "{\"id\":1}".to_owned() };
    assert_eq!(claim(store, REQUEST, b"body", 2).await, replay);
    assert_eq!(claim(store, REQUEST, b"body", 9999).await, replay, "an answer does not grow old by itself");
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
    assert_eq!(claim(store, RequestKey { actor: "device/2", ..REQUEST }, b"body", 1).await, Claim::Fresh);
    assert_eq!(
        claim(store, RequestKey { route: "POST /readings", ..REQUEST }, b"body", 1).await,
        Claim::Fresh
    );
    let mut turn = store.begin().await.unwrap();
    let nul = turn.claim_request(RequestKey { key: "a\0", ..REQUEST }, b"body", at(1), ABANDONED).await;
    assert_eq!(nul, Err(Error::Constraint(Constraint::Value)));
}

pub async fn an_abandoned_request_is_taken_over(store: &Store) {
    let claimed = async || store.read().await.unwrap().request_claimed(REQUEST).await.unwrap();
    assert!(!claimed().await);
    assert_eq!(claim(store, REQUEST, b"body", 0).await, Claim::Fresh);
    assert!(claimed().await);
    assert_eq!(claim(store, REQUEST, b"body", 59).await, Claim::InProgress);
    assert_eq!(claim(store, REQUEST, b"body", 60).await, Claim::Fresh);
    assert_eq!(claim(store, REQUEST, b"body", 61).await, Claim::InProgress, "taken over once");
    let mut turn = store.begin().await.unwrap();
    assert!(turn.abandon_request(REQUEST).await.unwrap());
    turn.commit().await.unwrap();
    assert!(!claimed().await);
    assert_eq!(claim(store, REQUEST, b"body", 62).await, Claim::Fresh);
}

/// Claim, work and answer in one turn: however many send it at once, the work is done once and all hear the
/// same.
pub async fn racing_requests_run_once(store: &Store) {
    let mut contenders = JoinSet::new();
    for contender in 0..8 {
        let store = store.clone();
        contenders.spawn(async move {
            let mut turn = store.begin().await.unwrap();
            match turn.claim_request(REQUEST, b"body", NIGHT, ABANDONED).await.unwrap() {
                Claim::Fresh => {
                    let response = format!("done by {contender}");
                    turn.put_setting_once(&response, &true).await.unwrap();
                    assert!(turn.finish_request(REQUEST, 200, &response).await.unwrap());
                    turn.commit().await.unwrap();
                    response
                }
                Claim::Replay { response, .. } => response,
                other @ (Claim::InProgress | Claim::Mismatch) => panic!("{other:?}"),
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
    let code = SignInCode { association, person, device: None, purpose: "link".into(), expires: at(600) };
    let mut turn = store.begin().await.unwrap();
    turn.insert_sign_in_code(b"hash 1", &code).await.unwrap();
    turn.insert_sign_in_code(b"hash 2", &code).await.unwrap();
    turn.commit().await.unwrap();
    assert_eq!(
        store.read().await.unwrap().sign_in_code(b"hash 1", at(599)).await.unwrap(),
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
    assert_eq!(contenders.join_all().await.into_iter().flatten().collect::<Vec<_>>(), [code]);
    let mut turn = store.begin().await.unwrap();
    assert_eq!(turn.sign_in_code(b"hash 1", at(1)).await.unwrap(), None);
    assert_eq!(turn.redeem_sign_in_code(b"hash 2", at(600)).await.unwrap(), None, "expired");
    assert_eq!(turn.redeem_sign_in_code(b"hash 3", at(1)).await.unwrap(), None, "unknown");
    assert_eq!(turn.prune_sign_in_codes(at(2)).await.unwrap(), 1);
}

pub async fn duty_is_half_open(store: &Store) {
    let scene = Scene::set(store).await;
    let (early, late) = (scene.shift(scene.nurse, 0, 100), scene.shift(scene.doctor, 100, 200));
    let mut turn = store.begin().await.unwrap();
    turn.insert_shift(&late).await.unwrap();
    turn.insert_shift(&early).await.unwrap();
    for (seconds, expected) in [
        (-1, vec![]),
        (0, vec![scene.nurse]),
        (99, vec![scene.nurse]),
        (100, vec![scene.doctor]),
        (200, vec![]),
    ] {
        let now = at(seconds);
        let shifts = turn.shifts(scene.association, now, now.plus(Span(1))).await.unwrap();
        assert_eq!(on_duty(&shifts, Line::Desk, now), expected, "at {seconds}");
    }
    assert_eq!(turn.shifts(scene.association, at(50), at(100)).await.unwrap(), std::slice::from_ref(&early));
    // A line of a newer program is left out, and stands in nobody's way.
    let newer = scene.shift(scene.nurse, 0, 200);
    turn.insert_shift(&newer).await.unwrap();
    run!(&mut *turn, "UPDATE shifts SET line = 'pharmacist' WHERE id = $1", newer.id.0).unwrap();
    assert_eq!(turn.shifts(scene.association, at(50), at(101)).await.unwrap(), [early, late]);
    let backwards = turn.insert_shift(&scene.shift(scene.nurse, 5, 5)).await;
    assert_eq!(backwards, Err(Error::Constraint(Constraint::ShiftSpan)));
}

pub async fn people_devices_and_places_come_back(store: &Store) {
    let scene = Scene::set(store).await;
    let (clinic, person, phone) = (fresh(), fresh(), fresh());
    let mut turn = store.begin().await.unwrap();
    turn.insert_institution(clinic, scene.association, "1312345678", &json!({"name": "見本医院"}))
        .await
        .unwrap();
    turn.insert_person(person, scene.association, Some(clinic), &"doctor".into(), &json!({"y": 1999}))
        .await
        .unwrap();
    turn.insert_device(phone, scene.association, &"phone".into(), Bearer::Person(person), &json!({}))
        .await
        .unwrap();
    turn.commit().await.unwrap();
    let mut turn = store.begin().await.unwrap();
    let found = turn.person(person).await.unwrap().unwrap();
    assert_eq!((found.institution, found.role.as_str(), found.retired), (Some(clinic), "doctor", None));
    assert_eq!(found.body.read::<Value>().unwrap(), json!({"y": 1999}));
    let codes: Vec<_> =
        turn.institutions(scene.association).await.unwrap().into_iter().map(|i| i.code).collect();
    assert_eq!(codes, ["1312345678"]);
    assert_eq!(turn.device(phone).await.unwrap().unwrap().person, Some(person));
    assert_eq!(turn.device(scene.tablet).await.unwrap().unwrap().patient, Some(scene.patient));
    // The phone is handed to the desk and then retired.
    assert!(turn.save_device(phone, Bearer::Nobody, &json!({"desk": 1})).await.unwrap());
    let device = turn.device(phone).await.unwrap().unwrap();
    assert_eq!((device.person, device.patient, device.retired), (None, None, None));
    assert!(turn.retire_device(phone, at(5)).await.unwrap());
    assert!(!turn.retire_device(phone, at(6)).await.unwrap());
    assert_eq!(turn.device(phone).await.unwrap().unwrap().retired, Some(at(5)));
    assert!(turn.retire_person(person, at(7)).await.unwrap());
    assert_eq!(turn.person(person).await.unwrap().unwrap().retired, Some(at(7)));
    assert_eq!(turn.associations().await.unwrap()[0].0, scene.association);
    assert_eq!(turn.patient(scene.patient).await.unwrap().unwrap().association, scene.association);
    let twice = turn.insert_institution(fresh(), scene.association, "1312345678", &json!({})).await;
    assert_eq!(twice, Err(Error::Constraint(Constraint::Duplicate("institutions"))));
    assert_eq!(store.read().await.unwrap().person(fresh()).await.unwrap(), None);
    let mut turn = {
        drop(turn);
        store.begin().await.unwrap()
    };
    let twice = turn.insert_patient(scene.patient, scene.association, &json!({})).await;
    assert_eq!(twice, Err(Error::Constraint(Constraint::Duplicate("patients"))));
}

/// What a call may bring in is looked up by kind: in use, of that kind, of that association.
pub async fn devices_of_a_kind_are_those_in_use_of_one_tenant(store: &Store) {
    let (scene, other) = (Scene::set(store).await, Scene::set(store).await);
    let (kept, retired, foreign, desk) = (fresh(), fresh(), fresh(), fresh());
    let mut turn = store.begin().await.unwrap();
    for (id, of, kind) in [
        (kept, scene.association, "equipment"),
        (retired, scene.association, "equipment"),
        (foreign, other.association, "equipment"),
        (desk, scene.association, "desk"),
    ] {
        turn.insert_device(id, of, &kind.into(), Bearer::Nobody, &json!({"kind": kind})).await.unwrap();
    }
    assert!(turn.retire_device(retired, at(5)).await.unwrap());
    turn.commit().await.unwrap();
    let mut read = store.read().await.unwrap();
    for (of, kind, wanted) in [
        (scene.association, "equipment", vec![kept]),
        (other.association, "equipment", vec![foreign]),
        (scene.association, "desk", vec![desk]),
        (scene.association, "tablet", vec![scene.tablet]),
        (scene.association, "phone", vec![]),
    ] {
        let found = read.devices_of_kind(of, &kind.into()).await.unwrap();
        assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), wanted, "{kind}");
        assert!(found.iter().all(|row| row.kind.as_str() == kind && row.retired.is_none()));
    }
}

pub async fn a_setting_is_made_once(store: &Store) {
    let mut contenders = JoinSet::new();
    for contender in 0..6 {
        let store = store.clone();
        contenders.spawn(async move {
            let mut turn = store.begin().await.unwrap();
            let kept = turn.put_setting_once("signing key", &contender).await.unwrap().read::<i64>().unwrap();
            turn.commit().await.unwrap();
            kept
        });
    }
    let mut kept = contenders.join_all().await;
    kept.dedup();
    assert_eq!(kept.len(), 1, "two nodes made two keys: {kept:?}");
    let mut read = store.read().await.unwrap();
    assert_eq!(read.setting("signing key").await.unwrap().unwrap().read(), Ok(kept[0]));
    assert_eq!(read.setting("another").await.unwrap(), None);
}
