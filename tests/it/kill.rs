//! The server is killed in the middle of a call and started again.

use std::path::PathBuf;

use serde_json::json;
use yoban_domain::session::{RecordingPhase, State};
use yoban_domain::vitals::NewReading;
use yoban_domain::wire::rest::CaseView;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_media::recording::Kind;
use yoban_tests::person::reading;
use yoban_tests::story::{finished_as, play_file};
use yoban_tests::{Night, Person, now_ms};

async fn again(person: &mut Person) {
    person.media = None;
    let stood = person.seen.look(|seen| seen.position.clone());
    // The server knows nothing of streams of its former life.
    assert!(!person.connect(stood).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_a_call_it_goes_on_with_the_same_case_and_nothing_acknowledged_is_lost() {
    let mut night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let (session, case) = (call.requested.session, call.requested.case);
    nurse.say(Say::AskRecording { session }).await;
    patient.say(Say::AnswerRecording { session, yes: true }).await;
    nurse.until_call(session, "REC", |call| (call.recording == RecordingPhase::On).then_some(())).await;
    let began = now_ms();
    let readings: Vec<NewReading> = (0..20)
        .map(|n| reading(json!({"kind": "pulse", "value": (80 + n).to_string(), "unit": "/min"})))
        .collect();
    for one in &readings {
        patient.say(Say::Readings { session: Some(session), readings: vec![one.clone()] }).await;
    }
    // Four seconds by what was really sent.
    patient.peer().sends(200).await;
    let before: CaseView = nurse.get(&format!("/api/v1/cases/{case}")).await;
    let killed = now_ms();
    night.server.kill();
    for person in [&patient, &nurse] {
        person.until("the socket is gone", |seen| seen.closed).await;
    }
    night.server.restart();

    again(&mut patient).await;
    again(&mut nurse).await;
    let state = nurse.until_call(session, "the same call", |call| Some((call.case, call.state))).await;
    assert!(state.0 == case && matches!(state.1, State::Active { .. }), "{state:?}");
    let after: CaseView = nurse.get(&format!("/api/v1/cases/{case}")).await;
    let kept = &after.timeline[..before.timeline.len()];
    assert_eq!(kept, before.timeline, "every fact is there, in its place");
    let tapped = patient.tap().await;
    assert!(tapped.existing && tapped.session == session, "a tap finds the running call");
    nurse
        .until("every acknowledged reading", |seen| {
            let points = &seen.vitals.get(&session)?.0.trends.first()?.points;
            readings.iter().all(|r| points.iter().any(|p| p.id == r.id)).then_some(())
        })
        .await;

    patient.connect_media(session).await;
    nurse.connect_media(session).await;
    nurse.hears_and_sees(call.patient, &patient.clip).await;
    patient.hears_and_sees(call.nurse, &nurse.clip).await;
    nurse.say(Say::End { session }).await;
    nurse
        .until_call(session, "the end", |call| matches!(call.state, State::Ended { .. }).then_some(()))
        .await;

    let manifest = finished_as(&nurse, session, |m| m.tracks.iter().any(|t| !t.interrupted)).await;
    assert!(manifest.interrupted, "{manifest:#?}");
    let folder = night.server.data().join("recordings").join(&manifest.folder);
    for track in &manifest.tracks {
        play_file(&folder.join(&track.file));
    }
    let [sound, picture] = [Kind::Audio, Kind::Video];
    for (leg, kind) in [call.patient, call.nurse].into_iter().flat_map(|leg| [(leg, sound), (leg, picture)]) {
        let of_leg = manifest.tracks.iter().filter(|t| t.leg == leg && t.kind == kind);
        let cut = of_leg.clone().find(|t| t.started_at < killed).unwrap();
        let end = cut.started_at + cut.duration;
        assert!(cut.started_at < began + 1_500, "{cut:?} began {began}");
        // Flushed at least every second; 300 ms for what was on its way.
        assert!(end > killed - 1_300, "{} ms were lost: {cut:?}", killed - end);
        let reaches_after = of_leg.clone().any(|t| t.started_at + t.duration > killed + 1_000);
        assert!(reaches_after, "recording goes on after the restart: {manifest:#?}");
    }
}

/// Killed between the last file and its row: the files are there, and nobody had written down that they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_that_was_finished_but_not_stored_is_found_at_the_next_start() {
    let mut night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let session = night.answered(&mut patient, &mut nurse).await.requested.session;
    nurse.say(Say::AskRecording { session }).await;
    patient.say(Say::AnswerRecording { session, yes: true }).await;
    nurse.until_call(session, "REC", |call| (call.recording == RecordingPhase::On).then_some(())).await;
    patient.peer().sends(100).await;
    night.server.kill();
    let data = night.server.data().to_owned();
    let database: Vec<(PathBuf, Vec<u8>)> = std::fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    night.server.restart();
    let first = finished_as(&nurse, session, |manifest| !manifest.tracks.is_empty()).await;

    night.server.kill();
    for (path, content) in database {
        std::fs::write(path, content).unwrap();
    }
    night.server.restart();
    assert_eq!(finished_as(&nurse, session, |_| true).await, first);
}
