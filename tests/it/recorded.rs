//! What lies beside a recording: each reading of the call at its second, or said to be outside.

use serde_json::json;
use yoban_domain::id::{ReadingId, SessionId};
use yoban_domain::session::RecordingPhase;
use yoban_domain::wire::rest::PlacedReading;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_tests::person::reading;
use yoban_tests::story::finished;
use yoban_tests::{Night, Person};

/// A pulse, sent now by the tablet and stored.
async fn measured(tablet: &Person, session: SessionId, value: u32) -> ReadingId {
    let new = reading(json!({"kind": "pulse", "value": value.to_string(), "unit": "/min"}));
    let id = new.id;
    tablet.say(Say::Readings { session: Some(session), readings: vec![new] }).await;
    id
}

async fn until_recording(who: &Person, session: SessionId) {
    let on = RecordingPhase::On;
    who.until_call(session, "recording", |call| (call.recording == on).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readings_lie_on_the_recordings_time_line_except_those_of_a_pause() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let mut doctor = night.doctor(0).await;
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    let path = format!("/api/v1/encounters/{session}/recordings/readings");
    let before = measured(&patient, session, 61).await;
    let listed: Vec<PlacedReading> = nurse.get(&path).await;
    assert!(listed.len() == 1 && listed[0].reading == before && listed[0].recorded.is_none(), "{listed:?}");

    nurse.say(Say::AskRecording { session }).await;
    for person in [&nurse, &patient] {
        person.say(Say::AnswerRecording { session, yes: true }).await;
    }
    until_recording(&nurse, session).await;
    // The first second may be waiting for a key frame; what is sent in it is nobody's loss.
    nurse.peer().sends(100).await;
    let first = measured(&patient, session, 62).await;
    nurse.peer().sends(50).await;
    // Somebody who has not answered yet pauses it.
    let leg = night.invited(session, &nurse, &mut doctor).await;
    patient.say(Say::AnswerJoin { session, leg, yes: true }).await;
    let is_paused = |phase: &RecordingPhase| matches!(phase, RecordingPhase::Paused { .. });
    nurse.until_call(session, "a pause", |call| is_paused(&call.recording).then_some(())).await;
    nurse.peer().sends(50).await;
    let paused = measured(&patient, session, 63).await;
    nurse.peer().sends(50).await;
    doctor.say(Say::AnswerRecording { session, yes: true }).await;
    until_recording(&nurse, session).await;
    nurse.peer().sends(100).await;
    let second = measured(&patient, session, 64).await;
    nurse.peer().sends(50).await;
    nurse.say(Say::End { session }).await;

    let manifest = finished(&nurse, session).await;
    let mix = manifest.mix.unwrap();
    let placed: Vec<PlacedReading> = nurse.get(&path).await;
    let ids: Vec<_> = placed.iter().map(|line| line.reading).collect();
    assert_eq!(ids, [before, first, paused, second], "in the order of their time");
    for outside in [0, 2] {
        assert_eq!(placed[outside].recorded, None, "{:?}", placed[outside]);
    }
    for inside in [1, 3] {
        let found = placed[inside].recorded.as_ref().unwrap();
        let into = |from: i64| (placed[inside].at.0 - from) as f64 / 1_000.0;
        let in_mix = found.mix.as_ref().unwrap();
        assert_eq!((&in_mix.file, in_mix.seconds), (&mix.file, into(mix.started_at)));
        // The patient and the nurse, each with sound and picture, ran at both moments.
        assert!(found.tracks.len() >= 4, "{found:?}");
        for moment in &found.tracks {
            let track = manifest.tracks.iter().find(|track| track.file == moment.file).unwrap();
            assert!(moment.seconds == into(track.started_at) && into(track.started_at) >= 0.0, "{moment:?}");
            assert!(moment.seconds <= track.duration as f64 / 1_000.0, "{moment:?} of {track:?}");
        }
    }
    let refused = patient.request(reqwest::Method::GET, &path).send().await.unwrap();
    assert_eq!(refused.status(), 404, "a tablet reads no record");
}
