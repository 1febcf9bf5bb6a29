//! Messages at the wrong time: each has a stable code, and socket and call go on.

use serde_json::json;
use yoban_domain::session::{LegRole, RecordingPhase, State, VideoCodec};
use yoban_domain::wire::close;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_domain::wire::view::{CallView, Participant};
use yoban_tests::{Night, Person, Voice, id};

use super::raw::{Raw, hello};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn before_hello_nothing_is_heard() {
    let night = Night::begin(&[]).await;
    let nurse = night.signed_in("desk", 0, Voice::Nurse).await;
    let session = yoban_tests::random();
    for message in [
        json!({"type": "ping"}),
        json!({"type": "duty", "ready": true}),
        json!({"type": "accept", "session": session}),
        json!({"type": "renew", "token": nurse.signed_in.access_token}),
        json!({"type": "answer", "connection": session, "sdp": "v=0"}),
    ] {
        let mut raw = Raw::plain(&nurse.base).await;
        raw.text(&json!({"id": 1, "message": message}).to_string()).await;
        assert_eq!(raw.closed().await, close::PROTOCOL, "{message}");
    }
    // Twice is once too often, and no reason to hang up.
    let mut raw = Raw::welcomed(&nurse).await;
    for id in [2, 3] {
        let again =
            hello(nurse.signed_in.access_token.reveal(), 1).replace("\"id\":1", &format!("\"id\":{id}"));
        raw.text(&again).await;
        let problem = raw.problem().await;
        assert_eq!((&problem["id"], &problem["problem"]["code"]), (&json!(id), &json!("invalid-request")));
    }
    raw.text(&json!({"id": 9, "message": {"type": "ping"}}).to_string()).await;
    while raw.next().await["type"] != "pong" {}
}

/// Each is refused with its code, and with words in both languages; all are said before anything is judged.
async fn refused(said: &[(&Person, Say, &str)]) {
    let mut wrong = Vec::new();
    for (who, message, code) in said {
        match who.try_say(message.clone()).await {
            Err(p)
                if p.code == *code
                    && ![&p.title, &p.title_en, &p.next, &p.next_en].iter().any(|t| t.is_empty()) => {}
            other => {
                wrong.push(format!("{}: {message:?} → {:?}, not {code}", who.name, other.map_err(|p| p.code)))
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_wrong_time_everything_has_a_code_and_the_call_goes_on() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse, doctor) =
        (night.patient(0).await, night.nurse(0).await, night.doctor(0).await);
    let stranger = night.nurse(1).await;
    let nowhere = || id();

    // Before there is a call.
    refused(&[
        (&nurse, Say::Accept { session: nowhere() }, "not-found"),
        (&nurse, Say::Answer { connection: id(), sdp: "v=0".into() }, "not-found"),
        (&nurse, Say::Connect { session: nowhere(), video: VideoCodec::assumed() }, "not-found"),
        (&patient, Say::AnswerJoin { session: nowhere(), leg: id(), yes: true }, "not-found"),
        (&nurse, Say::UndoEnd { session: nowhere() }, "not-found"),
        (&nurse, Say::Sign { session: nowhere(), seen: 1 }, "not-found"),
    ])
    .await;

    // While it rings: nobody has accepted.
    let session = patient.tap().await.session;
    nurse.rung(session).await;
    refused(&[
        (&nurse, Say::Connect { session, video: VideoCodec::assumed() }, "not-in-call"),
        (&nurse, Say::End { session }, "not-in-call"),
        (&nurse, Say::Leave { session }, "not-in-call"),
        (&nurse, Say::ComeBack { session }, "ring-over"),
        (&nurse, Say::Invite { session, role: LegRole::DutyDoctor, person: None }, "not-in-call"),
        (&nurse, Say::SpokenConsent { session, leg: id() }, "not-in-call"),
        (&nurse, Say::AskRecording { session }, "not-in-call"),
        // The doctor was not asked.
        (&doctor, Say::Accept { session }, "not-found"),
        (&patient, Say::AnswerJoin { session, leg: id(), yes: true }, "no-such-leg"),
    ])
    .await;

    let call = {
        patient.connect_media(session).await;
        nurse.say(Say::Accept { session }).await;
        nurse.connect_media(session).await;
        nurse
            .until_call(session, "both in the call", |call| {
                (call.people.iter().filter(|p| p.gate_open).count() == 2).then(|| call.clone())
            })
            .await
    };
    let patient_leg = call.people.iter().find(|p| p.role == LegRole::Patient).unwrap().leg;
    // Who is in it, behind which gate, and what each agreed to.
    let people = |call: &CallView| {
        let of = |p: &Participant| (p.leg, p.role, p.join, p.gate_open, p.recording);
        call.people.iter().map(of).collect::<Vec<_>>()
    };
    let before = people(&call);

    // In the call.
    refused(&[
        (&patient, Say::Cancel { session }, "already-answered"),
        (&patient, Say::AnswerJoin { session, leg: id(), yes: true }, "no-such-leg"),
        (&patient, Say::Accept { session }, "not-found"),
        (&patient, Say::AnswerRecording { session, yes: true }, "recording-not-possible"),
        (&nurse, Say::AnswerJoin { session, leg: id(), yes: true }, "patient-only"),
        (&nurse, Say::Cancel { session }, "not-found"),
        (&nurse, Say::SpokenConsent { session, leg: id() }, "no-such-leg"),
        (&nurse, Say::WithdrawInvite { session, leg: id() }, "no-such-leg"),
        (&nurse, Say::WithdrawInvite { session, leg: patient_leg }, "already-answered"),
        (&nurse, Say::Sign { session, seen: 1 }, "still-running"),
        (&nurse, Say::Answer { connection: id(), sdp: "v=0".into() }, "not-found"),
        (&nurse, Say::Renew { token: stranger.signed_in.access_token.clone() }, "sign-in-needed"),
        (&stranger, Say::Accept { session }, "taken-by-other"),
        (
            &stranger,
            Say::Decline { session, reason: yoban_domain::session::DeclineReason::Other },
            "ring-over",
        ),
        (&stranger, Say::Connect { session, video: VideoCodec::assumed() }, "not-in-call"),
        (&stranger, Say::End { session }, "not-in-call"),
        (&doctor, Say::End { session }, "not-found"),
    ])
    .await;
    // What is so already is no mistake: a repeated message changes nothing and is answered as done.
    for (who, message) in [
        (&nurse, Say::UndoEnd { session }),
        (&nurse, Say::ComeBack { session }),
        (&nurse, Say::Accept { session }),
        (&nurse, Say::StopRecording { session }),
        (&patient, Say::AnswerJoin { session, leg: patient_leg, yes: true }),
    ] {
        who.say(message).await;
    }
    let now = nurse.call(session);
    assert!(matches!(now.state, State::Active { .. }) && now.recording == RecordingPhase::Off, "{now:?}");
    assert_eq!(people(&now), before, "nothing moved");
    nurse.hears_and_sees(patient_leg, &patient.clip).await;
    for person in [&patient, &nurse, &stranger, &doctor] {
        assert_eq!(person.seen.look(|seen| seen.closed), None);
    }

    // Over.
    nurse.say(Say::End { session }).await;
    nurse
        .until_call(session, "the end", |call| matches!(call.state, State::Ended { .. }).then_some(()))
        .await;
    refused(&[
        (&nurse, Say::Accept { session }, "call-ended"),
        (&nurse, Say::Connect { session, video: VideoCodec::assumed() }, "not-in-call"),
        (&nurse, Say::AskRecording { session }, "not-in-call"),
        (&stranger, Say::Accept { session }, "call-ended"),
    ])
    .await;
}
