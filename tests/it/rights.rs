//! Who may: every route of the contract and every message of the socket, tried by people whom the matrix denies it.

use reqwest::Method;
use serde_json::{Value, json};
use yoban_domain::grant::{Action, Asks, Subject, instead, may};
use yoban_domain::id::{AssociationId, PatientId, SessionId};
use yoban_domain::people::{Actor, Who};
use yoban_domain::wire::rest::{MeWho, Requested};
use yoban_domain::wire::signal::{ClientFrame, ClientMessage as Say};
use yoban_tests::{Night, Person, Voice, id, repository};

/// The person as the matrix sees them.
fn actor(person: &Person) -> Actor {
    let who = match &person.signed_in.me.who {
        MeWho::Tablet { patient, .. } => Who::Tablet { patient: *patient },
        MeWho::Staff { card, .. } => Who::Staff { person: card.person, role: card.role },
        MeWho::Equipment { card } => Who::Equipment { device: card.device },
    };
    Actor { who, association: home(), device: None }
}

fn home() -> AssociationId {
    "00000000-0000-7000-8000-000000000001".parse().unwrap()
}

/// A call that runs between one patient and one nurse, and people who have nothing to do with it.
struct Stage {
    // Kept: the server ends with it.
    _night: Night,
    patient: PatientId,
    call: Requested,
    strangers: Vec<Person>,
    /// A device of this patient's bedside, in no call.
    camera: Person,
}

impl Stage {
    async fn set() -> Self {
        let night = Night::begin(&[]).await;
        let (mut tablet, mut nurse) = (night.patient(0).await, night.nurse(0).await);
        let call = night.answered(&mut tablet, &mut nurse).await.requested;
        let MeWho::Tablet { patient, .. } = tablet.signed_in.me.who else { panic!("a tablet") };
        let mut strangers = Vec::new();
        for (app, n) in [("tablet", 1), ("phone", 0), ("phone", 2)] {
            let mut person = night.signed_in(app, n, Voice::Stranger).await;
            person.connect(None).await;
            strangers.push(person);
        }
        let camera = night.signed_in("equipment", 0, Voice::Stranger).await;
        Self { _night: night, patient, call, strangers, camera }
    }

    fn subject(&self, about_a_call: bool) -> Subject<'static> {
        let association = home();
        if about_a_call {
            Subject::Case { association, patient: self.patient, involved: &[] }
        } else {
            Subject::Association(association)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_refuses_whoever_the_matrix_denies_it() {
    let stage = Stage::set().await;
    let text = std::fs::read_to_string(repository().join("api/openapi.json")).unwrap();
    let contract: Value = serde_json::from_str(&text).unwrap();
    let connection: SessionId = id();
    let mut tried = std::collections::BTreeSet::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let open = operation.get("x-yoban-open");
            let Some(action) = operation.get("x-yoban-action") else {
                assert!(open.is_some(), "{method} {path} says neither an action nor why it needs none");
                continue;
            };
            assert!(open.is_none());
            let action: Action = serde_json::from_value(action.clone()).unwrap();
            let method: Method = method.to_uppercase().parse().unwrap();
            let place = path
                .replace("{session}", &stage.call.session.to_string())
                .replace("{case}", &stage.call.case.to_string())
                .replace("{connection}", &connection.to_string())
                .replace("{file}", "mix.ogg");
            assert!(!place.contains('{'), "{place}: a name this test does not know");
            let about_a_call =
                path.contains('{') || matches!(action, Action::SendReadings | Action::UseMedia);
            let body = json!({"session": stage.call.session, "readings": []}).to_string();
            let ask = |who: &Person, token: bool| {
                let bare = who.http.request(method.clone(), format!("{}{place}", who.base));
                let request = if token { who.request(method.clone(), &place) } else { bare };
                let kind = if path.contains("whip") || path.contains("whep") {
                    "application/sdp"
                } else {
                    "application/json"
                };
                let request = request.header("content-type", kind);
                if method == Method::POST { request.body(body.clone()) } else { request }
            };
            let answer = ask(&stage.strangers[0], false).send().await.unwrap();
            assert_eq!(answer.status(), 401, "{method} {path} without a token");
            for stranger in stage.strangers.iter().chain([&stage.camera]) {
                if may(&actor(stranger), action, &stage.subject(about_a_call)).is_ok() {
                    continue;
                }
                let answer = ask(stranger, true).send().await.unwrap();
                assert_eq!(answer.status(), 404, "{method} {path} by {}", stranger.name);
                tried.insert(format!("{method} {path}"));
            }
        }
    }
    // Everybody may read about themselves; everything else was refused to somebody.
    let named = contract["paths"].as_object().unwrap().values().flat_map(|i| i.as_object().unwrap().values());
    let asked = named.filter(|o| o.get("x-yoban-action").is_some()).count();
    assert_eq!(tried.len(), asked - 1, "{tried:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_message_is_refused_to_whoever_the_matrix_denies_it() {
    let stage = Stage::set().await;
    let folder = repository().join("mobile-sdk/conformance/messages/client");
    let mut tried = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        let frames: Vec<Value> = serde_json::from_str(&text).unwrap();
        let mut denied = 0;
        let mut asks = None;
        for mut frame in frames {
            // The call that runs; and never without one, for a tablet may send readings of its own.
            frame["message"]["session"] = json!(stage.call.session);
            let Ok(frame) = serde_json::from_value::<ClientFrame>(frame) else { continue };
            let Asks::Of(action) = frame.message.asks() else { continue };
            asks = Some(action);
            for stranger in &stage.strangers {
                let actor = actor(stranger);
                let about_a_call = action != Action::GoOnDuty;
                if may(&actor, action, &stage.subject(about_a_call)).is_ok() {
                    continue;
                }
                let expected = instead(&actor, action).map_or("not-found", |refused| refused.code());
                let code = stranger.refused(frame.message.clone()).await;
                assert_eq!(code, expected, "{:?} by {}", frame.message, stranger.name);
                denied += 1;
            }
        }
        assert_eq!(denied > 0, asks.is_some(), "{text:.80}");
        tried += denied;
    }
    assert!(tried > 100, "{tried}");
    // The call they all tried their hands at runs as before.
    let nurse = &stage.strangers[1];
    assert_eq!(nurse.refused(Say::Accept { session: stage.call.session }).await, "not-found");
}
