//! What no honest client sends: each has a stable code, and the server goes on.

use futures_util::SinkExt;
use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use yoban_domain::id::SessionId;
use yoban_domain::session::{Disposition, LONGEST_TEXT, Outcome, VideoCodec};
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::vitals::{Flag, Origin};
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_domain::wire::{MAX_READ, close};
use yoban_tests::person::reading;
use yoban_tests::{Night, Person, Voice, id};

use super::raw::{Raw, hello};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_opens_for_our_protocol_our_pages_and_a_token_that_holds() {
    let night = Night::begin(&[]).await;
    let base = night.server.base();
    let nurse = night.signed_in("desk", 0, Voice::Nurse).await;
    let refused = Raw::open(&base, &[]).await.err().unwrap();
    assert_eq!((refused.0, refused.1["code"].as_str()), (400, Some("invalid-request")));
    let foreign = [("sec-websocket-protocol", "yoban.v1"), ("origin", "https://evil.test")];
    let refused = Raw::open(&base, &foreign).await.err().unwrap();
    assert_eq!((refused.0, refused.1["code"].as_str()), (403, Some("foreign-origin")));

    let token = nurse.signed_in.access_token.reveal();
    let refresh = nurse.signed_in.refresh_token.reveal();
    let (head, signature) = token.rsplit_once('.').unwrap();
    let turned: String = signature.chars().rev().collect();
    let payload = token.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"yoban-access+jwt"}
    let unsigned = format!("eyJhbGciOiJub25lIiwidHlwIjoieW9iYW4tYWNjZXNzK2p3dCJ9.{payload}.");
    for (first, code) in [
        ("{".to_owned(), close::PROTOCOL),
        ("{\"id\":1,\"message\":{\"type\":\"ping\"}}".to_owned(), close::PROTOCOL),
        (hello(token, 99), close::PROTOCOL),
        (hello("nonsense", 1), close::AUTHENTICATION),
        (hello(refresh, 1), close::AUTHENTICATION),
        (hello(&format!("{head}.{turned}"), 1), close::AUTHENTICATION),
        (hello(&unsigned, 1), close::AUTHENTICATION),
    ] {
        let mut raw = Raw::plain(&base).await;
        raw.text(&first).await;
        assert_eq!(raw.closed().await, code, "{first:.40}");
    }
    Raw::welcomed(&nurse).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unreadable_messages_are_answered_a_few_times_and_then_end_the_socket() {
    let night = Night::begin(&[]).await;
    let nurse = night.signed_in("desk", 0, Voice::Nurse).await;
    let mut raw = Raw::welcomed(&nurse).await;
    raw.text("{\"id\": 7, \"message\": {\"type\": \"fromTheFuture\"}}").await;
    let problem = raw.problem().await;
    assert_eq!((&problem["id"], &problem["problem"]["code"]), (&json!(7), &json!("invalid-request")));
    raw.text("ごみ月岡").await;
    let problem = raw.problem().await;
    assert!(problem["id"].is_null() && !problem.to_string().contains("月岡"));
    raw.text(&hello(nurse.signed_in.access_token.reveal(), 1)).await;
    assert_eq!(raw.problem().await["problem"]["code"], "invalid-request", "hello twice");
    for _ in 0..6 {
        raw.text("[]").await;
    }
    assert_eq!(raw.closed().await, close::PROTOCOL);

    let mut raw = Raw::welcomed(&nurse).await;
    raw.0.send(Message::Binary(vec![0; 10].into())).await.unwrap();
    assert_eq!(raw.closed().await, close::PROTOCOL);

    let mut raw = Raw::welcomed(&nurse).await;
    raw.announce(MAX_READ + 1).await;
    assert_eq!(raw.closed().await, close::PROTOCOL, "too large");
    Raw::welcomed(&nurse).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_longest_words_of_a_nurse_pass_and_what_is_larger_is_answered() {
    let night = Night::begin(&[]).await;
    let nurse = night.signed_in("desk", 0, Voice::Nurse).await;
    let mut raw = Raw::welcomed(&nurse).await;
    let assess = |longest: &str, characters: usize| {
        let text = longest.repeat(characters);
        let sbar = json!({"situation": text, "background": text, "assessment": text, "recommendation": text});
        let (session, finding): (SessionId, _) = (id(), json!({"part": "sbar", "sbar": sbar}));
        let seen = json!({"stands": "finding", "finding": finding});
        let message = json!({"type": "assess", "session": session, "finding": finding, "seen": seen});
        json!({"id": 8, "message": message}).to_string()
    };
    for character in ["𠮷", "\u{1}"] {
        raw.text(&assess(character, LONGEST_TEXT)).await;
        assert_eq!(raw.problem().await["problem"]["code"], "not-found", "read, and there is no such call");
    }
    raw.text(&assess("\u{1}", LONGEST_TEXT * 3 / 2)).await;
    let problem = raw.problem().await;
    assert_eq!((&problem["id"], &problem["problem"]["code"]), (&json!(8), &json!("too-large")));
    raw.text(&assess("心", 10)).await;
    assert_eq!(raw.problem().await["problem"]["code"], "not-found", "and the socket goes on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rest_refuses_in_one_form() {
    let night = Night::begin(&[]).await;
    let patient = night.signed_in("tablet", 0, Voice::Patient).await;
    let nurse = night.signed_in("desk", 0, Voice::Nurse).await;
    let post = |who: &Person, path: &str| who.request(Method::POST, path);
    let large = vec![b' '; 300 * 1024];
    let many: Vec<_> =
        (0..51).map(|_| reading(json!({"kind": "pulse", "value": "70", "unit": "/min"}))).collect();
    let bare = |path: &str| nurse.http.get(format!("{}{path}", nurse.base));
    let unknown: yoban_domain::id::SessionId = id();
    for (request, status, code) in [
        (bare("/api/v1/cases"), 401, "sign-in-needed"),
        (bare("/api/v1/cases").header("authorization", "Bearer x.y.z"), 401, "sign-in-needed"),
        (post(&nurse, "/api/v1/sessions"), 404, "not-found"),
        (patient.request(Method::GET, "/api/v1/cases"), 404, "not-found"),
        (post(&patient, "/api/v1/readings").body("{"), 400, "invalid-request"),
        (post(&patient, "/api/v1/readings").body("{\"readings\": 3}"), 400, "invalid-request"),
        (post(&patient, "/api/v1/readings").body(large), 413, "too-large"),
        (post(&patient, "/api/v1/readings").json(&json!({"readings": many})), 400, "invalid-request"),
        (
            post(&nurse, "/api/v1/sign-in").json(&json!({"code": "x", "device": nurse.device})),
            401,
            "sign-in-refused",
        ),
        (nurse.request(Method::GET, &format!("/api/v1/encounters/{unknown}")), 404, "not-found"),
        (post(&nurse, &format!("/api/v1/whip/{unknown}")).body("v=0"), 415, "sdp-needed"),
        (
            post(&nurse, &format!("/api/v1/whip/{unknown}"))
                .header("content-type", "application/sdp")
                .body("v=0"),
            404,
            "not-found",
        ),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{code}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{code}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["code"], code);
        assert_eq!(body["type"], format!("urn:yoban:problem:{code}"));
        for text in ["title", "titleEn", "next", "nextEn"] {
            assert!(!body[text].as_str().unwrap().is_empty(), "{code} has no {text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_descriptions_are_refused_and_the_call_goes_on() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    nurse.seen.change(|seen| seen.offers.clear());
    nurse.say(Say::Connect { session, video: VideoCodec::assumed() }).await;
    let (connection, offer) =
        nurse.until("an offer", |seen| seen.offers.first().map(|o| (o.1, o.2.clone()))).await;
    let answer = |sdp: &str| Say::Answer { connection, sdp: sdp.to_owned() };
    let long = format!("v=0\r\n{}", "a=xxxxxxxxxxxxxxxxxxxxxxxx\r\n".repeat(1_850));
    for sdp in ["", "v=0", "ごみ", &offer[..offer.len() / 2], long.as_str()] {
        assert_eq!(nurse.refused(answer(sdp)).await, "sdp-refused", "{sdp:.20}");
    }
    // Somebody else's connection is not there for anybody but its owner.
    assert_eq!(patient.refused(answer(&offer)).await, "not-found");
    let unknown = Say::Answer { connection: id(), sdp: offer };
    assert_eq!(nurse.refused(unknown).await, "not-found");
    assert_eq!(
        nurse.refused(Say::Connect { session: id(), video: VideoCodec::assumed() }).await,
        "not-found"
    );
    nurse.hears_and_sees(call.patient, &patient.clip).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readings_that_cannot_be_are_flagged_and_kept_and_repeated_ones_are_stored_once() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    let good = reading(json!({"kind": "spo2", "value": "96", "unit": "%"}));
    let impossible = reading(json!({"kind": "spo2", "value": "140", "unit": "%"}));
    let mut early = reading(json!({"kind": "spo2", "value": "95", "unit": "%"}));
    early.taken_at = Some(Timestamp(yoban_tests::now_ms() + 600_000));
    // Nanoseconds for milliseconds: no screen can write such a time.
    let mut nowhere = reading(json!({"kind": "spo2", "value": "97", "unit": "%"}));
    nowhere.taken_at = Some(Timestamp(yoban_tests::now_ms() * 1_000_000));
    let all = vec![good.clone(), impossible.clone(), early.clone(), nowhere.clone()];
    let send = || Say::Readings { session: Some(session), readings: all.clone() };
    patient.say(send()).await;
    patient.say(send()).await;
    let path = "/api/v1/readings";
    let body = json!({"session": session, "readings": all});
    let stored: Value =
        patient.request(Method::POST, path).json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(stored, json!({"stored": 0, "duplicates": 4, "conflicts": []}));
    let points = nurse
        .until("all four, once", |seen| {
            let points = &seen.vitals.get(&session)?.0.trends.first()?.points;
            (points.len() == 4).then(|| points.clone())
        })
        .await;
    let of = |id| points.iter().find(|p| p.id == id).unwrap();
    assert!(of(good.id).flags.is_empty() && !of(good.id).doubtful);
    assert!(of(impossible.id).flags.contains(&Flag::Implausible) && of(impossible.id).doubtful);
    assert!(of(early.id).flags.contains(&Flag::FutureStamped) && of(early.id).doubtful);
    assert_eq!(of(nowhere.id).flags, [Flag::ClockUnset].into(), "the time of its arrival stands in");
    assert!(of(nowhere.id).at.since(of(good.id).at) < Span::minutes(10));
    let latest = nurse.seen.look(|seen| seen.vitals[&session].0.latest.clone());
    let counted: Vec<_> = latest.iter().filter(|l| l.counts).map(|l| l.reading.id).collect();
    assert!(!counted.contains(&impossible.id) && !counted.contains(&early.id));

    // An id that another reading has is told, item by item, whoever sends it; what came with it is stored.
    let mut taken = reading(json!({"kind": "spo2", "value": "80", "unit": "%"}));
    taken.id = good.id;
    let fresh = reading(json!({"kind": "spo2", "value": "94", "unit": "%"}));
    let mixed = Say::Readings { session: Some(session), readings: vec![fresh.clone(), taken.clone()] };
    let problem = patient.try_say(mixed).await.unwrap_err();
    assert_eq!((problem.code.as_str(), problem.errors.len()), ("reading-id-taken", 1));
    assert_eq!(problem.errors[0].pointer, "/readings/1");
    let body = json!({"session": session, "readings": [good.clone(), taken.clone(), fresh.clone()]});
    let stored: Value =
        nurse.request(Method::POST, path).json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(stored, json!({"stored": 0, "duplicates": 2, "conflicts": [good.id]}));

    let twins = Say::Readings {
        session: Some(session),
        readings: (0..51).map(|_| reading(json!({"kind": "pulse", "value": "70", "unit": "/min"}))).collect(),
    };
    assert_eq!(patient.refused(twins).await, "invalid-request");
    let named = |letters: usize| {
        let mut new = reading(json!({"kind": "pulse", "value": "70", "unit": "/min"}));
        new.origin = Origin::Device { model: Some("計".repeat(letters)) };
        Say::Readings { session: Some(session), readings: vec![new] }
    };
    assert_eq!(patient.refused(named(249)).await, "invalid-request");
    patient.say(named(248)).await;

    for (at, code) in [(i64::MIN, "recheck-in-past"), (i64::MAX, "recheck-too-far")] {
        let outcome = Outcome::RecheckAt { at: Timestamp(at) };
        let disposition =
            Disposition { outcome, advice: "またあとで".to_owned().into(), reason_online: None };
        assert_eq!(nurse.refused(Say::Dispose { session, disposition, seen: None }).await, code);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_signs_in_as_a_tablet_a_camera_or_a_display() {
    let night = Night::begin(&[]).await;
    let nurse = night.signed_in("desk", 0, Voice::Nurse).await;
    let code = |app: &str| night.people.iter().find(|p| p.app == app).unwrap().code.clone();
    for app in ["tablet", "equipment"] {
        let owner = night.signed_in(app, 0, Voice::Stranger).await;
        let body = json!({"code": code("desk"), "device": owner.device});
        let answer = nurse.request(Method::POST, "/api/v1/sign-in").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 409, "{app}");
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "device-taken", "{app}");
        let me: Value = owner.get("/api/v1/me").await;
        assert_eq!(me, serde_json::to_value(&owner.signed_in.me).unwrap(), "{app}: the row is as it was");
    }
}
