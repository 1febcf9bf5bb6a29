//! How sockets end: the server that goes down, the device that says nothing, the device that does not read.

use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use yoban_domain::session::{RecordingPhase, SourceState, State};
use yoban_domain::wire::close;
use yoban_domain::wire::rest::{CaseView, OnDuty};
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_tests::story::{finished_as, play_file};
use yoban_tests::{Night, PATIENCE, Person, Server, Voice};

use super::raw::{Raw, hello};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_down_in_order_says_when_to_come_back_and_the_call_goes_on() {
    let mut night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let (session, case) = (call.requested.session, call.requested.case);
    let before: CaseView = nurse.get(&format!("/api/v1/cases/{case}")).await;
    assert!(night.server.stop().success(), "{}", night.server.log());
    // Whoever goes down in order has nothing to complain of.
    assert!(!night.server.log().contains("ERROR"), "{}", night.server.log());
    for person in [&patient, &nurse] {
        let closed = person.until("the close", |seen| seen.closed).await;
        let asked = person.seen.look(|seen| seen.going_away);
        assert!(closed == close::GOING_AWAY && asked.is_some_and(|ms| ms > 0), "{closed} {asked:?}");
    }
    night.server.restart();
    for person in [&mut patient, &mut nurse] {
        person.media = None;
        let stood = person.seen.look(|seen| seen.position.clone());
        assert!(!person.connect(stood).await, "a new life knows no streams");
    }
    let state = nurse.until_call(session, "the same call", |call| Some((call.case, call.state))).await;
    assert!(state.0 == case && matches!(state.1, State::Active { .. }), "{state:?}");
    let after: CaseView = nurse.get(&format!("/api/v1/cases/{case}")).await;
    assert_eq!(after.timeline.get(..before.timeline.len()), Some(&before.timeline[..]));
    patient.connect_media(session).await;
    nurse.connect_media(session).await;
    nurse.hears_and_sees(call.patient, &patient.clip).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_that_runs_while_the_server_goes_down_in_order_is_whole_and_goes_on() {
    let mut night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let session = night.answered(&mut patient, &mut nurse).await.requested.session;
    nurse.say(Say::AskRecording { session }).await;
    patient.say(Say::AnswerRecording { session, yes: true }).await;
    nurse.until_call(session, "REC", |call| (call.recording == RecordingPhase::On).then_some(())).await;
    patient.peer().sends(100).await;
    assert!(night.server.stop().success(), "{}", night.server.log());
    assert!(!night.server.log().contains("ERROR"), "{}", night.server.log());
    night.server.restart();
    let manifest = finished_as(&nurse, session, |manifest| manifest.tracks.len() >= 4).await;
    assert!(!manifest.interrupted && manifest.mix.is_some(), "closed in order: {manifest:?}");
    let folder = night.server.data().join("recordings").join(&manifest.folder);
    for track in &manifest.tracks {
        play_file(&folder.join(&track.file));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_a_second_time_does_not_wait() {
    let mut server = Server::start(&[]);
    // Half a request, which an orderly stop gives some seconds.
    let mut half = TcpStream::connect(("127.0.0.1", server.ports.http)).await.unwrap();
    let head = "POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Idempotency-Key: 7d1b4e5e-0000-4000-8000-000000000001\r\nContent-Length: 50\r\n\r\n{";
    half.write_all(head.as_bytes()).await.unwrap();
    server.signal("TERM");
    server.says("Stopping").await;
    let status = server.stop_by("INT");
    assert_eq!(status.code(), Some(1), "{}", server.log());
    assert!(server.log().contains("a second time"), "{}", server.log());
    // And nothing is the worse for it.
    server.restart();
    assert!(server.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_is_cut_and_who_says_little_is_not() {
    let night = Night::begin(&[]).await;
    let (nurse, other) = (night.signed_in("desk", 0, Voice::Nurse).await, night.nurse(1).await);
    let mut mute = Raw::plain(&nurse.base).await;
    let mut silent = Raw::welcomed(&nurse).await;
    silent.text(&json!({"id": 2, "message": {"type": "duty", "ready": true}}).to_string()).await;
    let reachable = async || {
        let duty = on_duty(&other).await;
        duty.iter().any(|d| d.card.person == nurse.person() && d.reachable)
    };
    while silent.next().await["type"] != "ack" {}
    assert!(reachable().await);
    // Both wait at once; each code comes by itself, and the nurse who pings stays.
    let (never, no_longer) = tokio::join!(mute.closed(), silent.closed());
    assert_eq!((never, no_longer), (close::SILENT, close::SILENT));
    assert!(!reachable().await, "a dead device is not rung");
    assert_eq!(other.seen.look(|seen| seen.closed), None);
    other.say(Say::Duty { ready: true }).await;
}

/// A line that holds little: small segments and a small window keep the buffers of both ends small.
async fn narrow(port: u16) -> TcpStream {
    let line = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    line.set_tcp_mss(536).unwrap();
    line.set_recv_buffer_size(4_096).unwrap();
    line.connect(&std::net::SocketAddr::from(([127, 0, 0, 1], port)).into()).unwrap();
    line.set_nonblocking(true).unwrap();
    TcpStream::from_std(line.into()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_read_is_cut_off_alone_and_comes_back() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;

    // A second device of the nurse, the only one of hers that may ring, which stops reading.
    nurse.say(Say::Duty { ready: false }).await;
    let mut slow = night.signed_in("desk", 0, Voice::Nurse).await;
    let mut request = "ws://localhost/api/v1/signal".into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "yoban.v1".parse().unwrap());
    let line = narrow(night.server.ports.http).await;
    let (mut socket, _) = tokio_tungstenite::client_async(request, line).await.unwrap();
    for text in [
        hello(slow.signed_in.access_token.reveal(), 1),
        json!({"id": 2, "message": {"type": "duty", "ready": true}}).to_string(),
    ] {
        socket.send(Message::Text(text.into())).await.unwrap();
    }
    let reachable = async || {
        let duty = on_duty(&nurse).await;
        duty.iter().any(|d| d.card.person == nurse.person() && d.reachable)
    };
    let give_up = Instant::now() + PATIENCE;
    while !reachable().await {
        assert!(Instant::now() < give_up, "never on duty");
    }
    // Much happens in the call: every change is told to this device as well.
    let mut told = 0_u32;
    while reachable().await {
        assert!(Instant::now() < give_up, "never cut off, after {told} changes");
        for _ in 0..20 {
            told += 1;
            let microphone = if told.is_multiple_of(2) { SourceState::On } else { SourceState::Off };
            patient.say(Say::Declare { session, microphone, camera: SourceState::On }).await;
        }
    }
    let code = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(frame))) => return frame.map_or(0, |f| f.code.into()),
                Some(Ok(_)) => {}
                other => panic!("no close: {other:?}"),
            }
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, code).await.unwrap(), close::TOO_SLOW);
    // The others did not notice, and the slow one comes back to the same call.
    assert_eq!(nurse.seen.look(|seen| seen.closed), None);
    nurse.hears_and_sees(call.patient, &patient.clip).await;
    slow.connect(None).await;
    slow.until_call(session, "the call", |call| call.you).await;
}

async fn on_duty(nurse: &Person) -> Vec<OnDuty> {
    nurse.get("/api/v1/duty").await
}
