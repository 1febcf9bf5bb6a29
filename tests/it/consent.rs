//! Who may join, and what is recorded, is the patient's to say.

use yoban_domain::id::LegId;
use yoban_domain::session::{ConsentManner, JoinConsent, LegRole, LegState, RecordingPhase, VideoCodec};
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_domain::wire::view::CallView;
use yoban_tests::person::participant;
use yoban_tests::{Night, Person};

fn join(call: &CallView, leg: LegId) -> JoinConsent {
    participant(call, leg).join
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_doctor_stays_outside_and_a_spoken_yes_lets_them_in_later() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let mut doctor = night.doctor(0).await;
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    let leg = night.invited(session, &nurse, &mut doctor).await;
    doctor.peer().sends(50).await;
    patient.say(Say::AnswerJoin { session, leg, yes: false }).await;
    for person in [&nurse, &doctor] {
        person
            .until_call(session, "the refusal", |call| {
                let out = matches!(participant(call, leg).leg_state, LegState::Left { .. });
                (out && matches!(join(call, leg), JoinConsent::Refused { .. })).then_some(())
            })
            .await;
    }
    // Whoever was refused has nothing more to do with this patient.
    assert_eq!(doctor.refused(Say::Connect { session, video: VideoCodec::assumed() }).await, "not-found");
    assert_eq!(doctor.refused(Say::ComeBack { session }).await, "consent-refused");
    assert_eq!(doctor.peer().log.look(|log| log.rtp_datagrams), 0, "RTP reached the refused doctor");
    for person in [&patient, &nurse] {
        assert_eq!(person.peer().slots().len(), 1, "something of the refused doctor's left");
    }
    // The call goes on.
    nurse.hears_and_sees(call.patient, &patient.clip).await;

    // Explained once more, and agreed to by word of mouth.
    let leg = night.invited(session, &nurse, &mut doctor).await;
    doctor.peer().sends(50).await;
    assert_eq!(doctor.peer().log.look(|log| log.rtp_datagrams), 0, "an old yes or no does not count");
    assert_eq!(doctor.refused(Say::SpokenConsent { session, leg }).await, "own-consent");
    nurse.say(Say::SpokenConsent { session, leg }).await;
    doctor.hears_and_sees(call.patient, &patient.clip).await;
    patient.hears_and_sees(leg, &doctor.clip).await;
    let heard_by = nurse.person();
    assert!(matches!(
        join(&patient.call(session), leg),
        JoinConsent::Given { how: ConsentManner::Spoken { heard_by: who }, .. } if who == heard_by
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_no_to_recording_leaves_the_call_unrecorded() {
    let mut night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    assert_eq!(patient.refused(Say::AnswerRecording { session, yes: true }).await, "recording-not-possible");
    assert_eq!(patient.refused(Say::AskRecording { session }).await, "clinician-only");
    nurse.say(Say::AskRecording { session }).await;
    patient.say(Say::AnswerRecording { session, yes: false }).await;
    for person in [&patient, &nurse] {
        person
            .until_call(session, "the no", |call| (call.recording == RecordingPhase::Refused).then_some(()))
            .await;
    }
    let yes = Say::AnswerRecording { session, yes: true };
    assert_eq!(patient.refused(yes).await, "recording-not-possible", "it is asked for anew");
    nurse.hears_and_sees(call.patient, &patient.clip).await;
    nurse.say(Say::End { session }).await;
    let kept: serde_json::Value = nurse.get(&format!("/api/v1/encounters/{session}/recordings")).await;
    assert_eq!(kept, serde_json::json!([]));
    // Whatever a recorder had begun would be finished once the server is down in order.
    assert!(night.server.stop().success());
    let folder = night.server.data().join("recordings");
    let mut files = vec![folder.clone()];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            assert_eq!(name, "recorder.lock");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_nurse_stops_the_recording_and_a_ring_under_way() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let doctor = night.doctor(0).await;
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    let recording = async |who: &Person, phase: RecordingPhase| {
        who.until_call(session, "the recording", |call| (call.recording == phase).then_some(())).await;
    };
    nurse.say(Say::AskRecording { session }).await;
    patient.say(Say::AnswerRecording { session, yes: true }).await;
    recording(&nurse, RecordingPhase::On).await;
    assert_eq!(patient.refused(Say::StopRecording { session }).await, "clinician-only");
    nurse.say(Say::StopRecording { session }).await;
    for person in [&patient, &nurse] {
        recording(person, RecordingPhase::Stopped).await;
    }

    let leg = |call: &CallView| call.people.iter().find(|p| p.role == LegRole::DutyDoctor).map(|p| p.leg);
    let invite = Say::Invite { session, role: LegRole::DutyDoctor, person: Some(doctor.person()) };
    nurse.say(invite).await;
    doctor.rung(session).await;
    let leg = nurse.until_call(session, "the doctor's leg", leg).await;
    assert_eq!(patient.refused(Say::WithdrawInvite { session, leg }).await, "clinician-only");
    nurse.say(Say::WithdrawInvite { session, leg }).await;
    for person in [&nurse, &doctor] {
        person
            .until_call(session, "the ring is taken back", |call| {
                matches!(participant(call, leg).leg_state, LegState::Withdrawn { taken_by: None, .. })
                    .then_some(())
            })
            .await;
    }
    assert_eq!(doctor.refused(Say::Accept { session }).await, "ring-over");
    nurse.hears_and_sees(call.patient, &patient.clip).await;
}
