//! The edge of HTTP: what the framework refuses by itself, and requests that are sent twice.

use std::time::Instant;

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use yoban_domain::id::SessionId;
use yoban_domain::wire::rest::MeWho;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_native::{Manner, Native, Picture};
use yoban_tests::person::reading;
use yoban_tests::{Night, Person, Voice, id, random, repository};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_refuses_it_a_request_is_refused_in_one_form_with_a_code_of_its_own() {
    let night = Night::begin(&[]).await;
    let nurse = night.signed_in("desk", 0, Voice::Nurse).await;
    let sdp = |request: RequestBuilder| request.header("content-type", "application/sdp");
    let call = id::<SessionId>();
    let whip = || nurse.request(Method::POST, &format!("/api/v1/whip/{call}"));
    let bare = |method, path: &str| nurse.http.request(method, format!("{}{path}", nurse.base));
    for (what, request, status, code, allow) in [
        ("an id that is none", nurse.request(Method::GET, "/api/v1/cases/x"), 400, "invalid-request", None),
        ("a body that is no text", sdp(whip()).body(vec![0xff_u8, 0xfe]), 400, "invalid-request", None),
        ("a text that is too long", sdp(whip()).body(vec![b' '; 300 * 1024]), 413, "too-large", None),
        ("another kind of content", whip().body("{}"), 415, "sdp-needed", None),
        (
            "another method",
            nurse.request(Method::DELETE, "/api/v1/cases"),
            405,
            "method-not-allowed",
            Some("GET,HEAD"),
        ),
        ("a method of no route", bare(Method::POST, "/desk/"), 405, "method-not-allowed", Some("GET,HEAD")),
        ("no route", nurse.request(Method::GET, "/api/v1/nothing"), 404, "not-found", None),
        ("no route, and no token", bare(Method::POST, "/api/v1/nothing"), 404, "not-found", None),
        (
            "a key that is too long",
            nurse.request(Method::POST, "/api/v1/readings").header("idempotency-key", "k".repeat(201)),
            400,
            "invalid-request",
            None,
        ),
    ] {
        let answer = request.send().await.unwrap();
        let header = |name| answer.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
        assert_eq!(answer.status(), status, "{what}");
        assert_eq!(header("content-type").as_deref(), Some("application/problem+json"), "{what}");
        assert_eq!(header("allow").as_deref(), allow, "{what}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)), "{what}");
        assert!(
            ["title", "titleEn", "next", "nextEn"].iter().all(|t| problem[t].as_str() != Some("")),
            "{what}"
        );
    }
}

/// What a route needs to do its work: who sends it, where to, and two bodies that both would do.
struct Recipe<'a> {
    path: String,
    kind: &'static str,
    token: Option<&'a Person>,
    bodies: [String; 2],
}

/// A call that runs, with a camera and a display in it, and a patient who is in none.
struct Stage {
    night: Night,
    session: SessionId,
    patient: Person,
    neighbour: Person,
    camera: Person,
    display: Person,
    // Kept: her socket holds the call.
    _nurse: Person,
}

impl Stage {
    async fn set() -> Self {
        let night = Night::begin(&[]).await;
        let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
        let session = night.answered(&mut patient, &mut nurse).await.requested.session;
        let (camera, display) = (
            night.signed_in("equipment", 0, Voice::Stranger).await,
            night.signed_in("equipment", 2, Voice::Stranger).await,
        );
        for equipment in [&camera, &display] {
            let MeWho::Equipment { card } = &equipment.signed_in.me.who else { panic!("equipment") };
            nurse.say(Say::BringEquipment { session, device: card.device }).await;
        }
        let neighbour = night.patient(1).await;
        Self { night, session, patient, neighbour, camera, display, _nurse: nurse }
    }

    async fn recipe(&self, path: &str) -> Recipe<'_> {
        let with = |token, kind, bodies| Recipe {
            path: path.replace("{session}", &self.session.to_string()),
            kind,
            token,
            bodies,
        };
        let (json, sdp) = ("application/json", "application/sdp");
        let now = Instant::now();
        let send = || offers(now, |native| native.offer_to_send(now).1);
        let receive = || offers(now, |native| native.offer_to_receive(now, 2));
        match path {
            "/api/v1/sessions" => with(Some(&self.neighbour), json, [String::new(), "{}".to_owned()]),
            "/api/v1/readings" => {
                let pulse = || reading(json!({"kind": "pulse", "value": "70", "unit": "/min"}));
                let bodies = [pulse(), pulse()].map(|one| json!({"readings": [one]}).to_string());
                with(Some(&self.neighbour), json, bodies)
            }
            "/api/v1/sign-in" => {
                let codes: Vec<_> = self.night.people.iter().filter(|p| p.app == "desk").collect();
                let body = |n: usize| json!({"code": codes[n].code, "device": random()}).to_string();
                with(None, json, [body(0), body(1)])
            }
            "/api/v1/token" => {
                let body = |who: &Person| json!({"refreshToken": who.signed_in.refresh_token}).to_string();
                with(None, json, [body(&self.patient), body(&self.neighbour)])
            }
            "/api/v1/whip/{session}" => with(Some(&self.patient), sdp, send()),
            "/api/v1/whep/{session}" => with(Some(&self.patient), sdp, receive()),
            "/api/v1/whip" => with(Some(&self.camera), sdp, send()),
            "/api/v1/whep" => with(Some(&self.display), sdp, receive()),
            other => panic!("a POST route this test does not know: {other}"),
        }
    }

    async fn post(&self, recipe: &Recipe<'_>, key: &str, body: usize) -> Answer {
        let base = &self.patient.base;
        let request = match recipe.token {
            Some(who) => who.request(Method::POST, &recipe.path),
            None => self.patient.http.post(format!("{base}{}", recipe.path)),
        };
        let request = request.header("content-type", recipe.kind).header("idempotency-key", key);
        Answer::of(request.body(recipe.bodies[body].clone()).send().await.unwrap()).await
    }
}

fn offers(now: Instant, make: impl Fn(&mut Native) -> String) -> [String; 2] {
    [1, 2].map(|n| {
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], 40_000 + n));
        make(&mut Native::new(now, address, Picture::Vp8, Manner::Browser))
    })
}

#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    headers: Vec<Option<String>>,
    body: String,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let header = |name| response.headers().get(name).map(|v| v.to_str().unwrap().to_owned());
        let headers = ["content-type", "location", "etag"].map(header).to_vec();
        Self { status: response.status().as_u16(), headers, body: response.text().await.unwrap() }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_post_of_the_contract_is_done_once_a_key_and_says_the_same_again() {
    let text = std::fs::read_to_string(repository().join("api/openapi.json")).unwrap();
    let contract: Value = serde_json::from_str(&text).unwrap();
    let stage = Stage::set().await;
    let mut tried = 0;
    for (path, item) in contract["paths"].as_object().unwrap() {
        let Some(operation) = item.get("post") else { continue };
        let parameters = operation["parameters"].as_array().unwrap();
        assert!(parameters.iter().any(|p| p["name"] == "Idempotency-Key" && p["in"] == "header"), "{path}");
        assert!(operation["responses"].get("422").is_some(), "{path}");
        let recipe = stage.recipe(path).await;
        let key = random();
        let first = stage.post(&recipe, &key, 0).await;
        assert!((200..300).contains(&first.status), "{path}: {first:?}");
        assert_eq!(stage.post(&recipe, &key, 0).await, first, "{path}: the same again");
        let other = stage.post(&recipe, &key, 1).await;
        let problem: Value = serde_json::from_str(&other.body).unwrap();
        assert_eq!((other.status, &problem["code"]), (422, &json!("idempotency-key-reused")), "{path}");
        let fresh = stage.post(&recipe, &random(), 1).await;
        assert!((200..300).contains(&fresh.status), "{path}, a key of its own: {fresh:?}");
        tried += 1;
    }
    assert!(tried >= 8, "{tried}");
    // What was refused may be sent again with its key: nothing was done.
    let recipe = Recipe { bodies: ["{".to_owned(), String::new()], ..stage.recipe("/api/v1/readings").await };
    let key = random();
    for _ in 0..2 {
        assert_eq!(stage.post(&recipe, &key, 0).await.status, 400);
    }
}
