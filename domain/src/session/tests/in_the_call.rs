//! What people live through inside the call: recording, leaving and coming back.

use super::*;
use crate::encounter::JoinAnswer;
use crate::mode::MediaMode;

fn phase(night: &Night) -> RecordingPhase {
    recording_phase(&night.session)
}

#[test]
fn recording_needs_everybody_pauses_for_a_joiner_and_stops_on_withdrawal() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    assert!(matches!(phase(&night), RecordingPhase::Asking { .. }));
    night.act(night.tablet(), Input::AnswerRecording(true));
    assert_eq!(phase(&night), RecordingPhase::On);
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    night.act(night.staff(DOCTOR), Input::Accept);
    assert_eq!(phase(&night), RecordingPhase::On, "nothing of a gated joiner is forwarded");
    let leg = night.leg(DOCTOR).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: true });
    assert!(matches!(phase(&night), RecordingPhase::Paused { .. }));
    night.act(night.staff(DOCTOR), Input::AnswerRecording(true));
    assert_eq!(phase(&night), RecordingPhase::On);
    night.act(night.tablet(), Input::AnswerRecording(false));
    assert_eq!(phase(&night), RecordingPhase::Withdrawn);
    let order: Vec<&FactKind> = night
        .facts
        .iter()
        .filter(|f| {
            matches!(f, FactKind::RecordingStarted | FactKind::RecordingPaused | FactKind::RecordingStopped)
        })
        .collect();
    use FactKind::{RecordingPaused as P, RecordingStarted as S, RecordingStopped as E};
    assert_eq!(order, [&S, &P, &S, &E]);
}

#[test]
fn a_clinician_stops_the_recording_for_all_and_may_ask_anew() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    night.act(night.tablet(), Input::AnswerRecording(true));
    assert_eq!(phase(&night), RecordingPhase::On);
    assert!(night.try_act(night.tablet(), Input::StopRecording).is_err(), "the patient's way is to withdraw");
    assert_eq!(phase(&night), RecordingPhase::On);
    night.act(night.staff(NURSE), Input::StopRecording);
    assert_eq!(phase(&night), RecordingPhase::Stopped);
    assert_eq!(night.count(|f| *f == FactKind::RecordingStopped), 1);
    night.act(night.staff(NURSE), Input::StopRecording);
    assert_eq!(night.count(|f| *f == FactKind::RecordingStopped), 1, "said twice, stopped once");
    night.act(night.staff(NURSE), Input::AskRecording);
    assert!(matches!(phase(&night), RecordingPhase::Asking { .. }), "an old yes is none to a new recording");
}

#[test]
fn where_recordings_cannot_be_kept_nobody_is_even_asked() {
    let mut night = Night::nurse_talks();
    night.may_record = MayRecord::Never;
    assert_eq!(night.try_act(night.staff(NURSE), Input::AskRecording), Err(Refused::RecordingNotPossible));
    assert_eq!(phase(&night), RecordingPhase::Off);
}

#[test]
fn without_room_nobody_is_asked_and_what_runs_goes_on() {
    let mut night = Night::nurse_talks();
    night.may_record = MayRecord::NoRoom;
    assert_eq!(night.try_act(night.staff(NURSE), Input::AskRecording), Err(Refused::RecordingNoRoom));
    assert_eq!((phase(&night), night.count(|f| *f == FactKind::RecordingAsked)), (RecordingPhase::Off, 0));
    night.may_record = MayRecord::Yes;
    night.act(night.staff(NURSE), Input::AskRecording);
    night.act(night.tablet(), Input::AnswerRecording(true));
    night.may_record = MayRecord::NoRoom;
    night.act(night.staff(NURSE), Input::AskRecording);
    assert_eq!(phase(&night), RecordingPhase::On, "the recorder says itself when it cannot go on");
    night.act(night.staff(NURSE), Input::StopRecording);
    assert_eq!(night.try_act(night.staff(NURSE), Input::AskRecording), Err(Refused::RecordingNoRoom));
}

#[test]
fn a_recording_that_failed_may_be_asked_for_again_and_asks_everybody_anew() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    night.act(night.tablet(), Input::AnswerRecording(true));
    night.act(night.system(), Input::RecordingFailed(RecordingFailure::NoRoom));
    assert_eq!(phase(&night), RecordingPhase::Failed { reason: RecordingFailure::NoRoom });
    night.act(night.staff(NURSE), Input::AskRecording);
    let patient = night.session.patient_leg().unwrap().id;
    assert_eq!(phase(&night), RecordingPhase::Asking { waiting_for: vec![patient] });
    night.act(night.tablet(), Input::AnswerRecording(true));
    assert_eq!(phase(&night), RecordingPhase::On);
}

#[test]
fn a_no_to_recording_lets_the_call_go_on() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    night.act(night.tablet(), Input::AnswerRecording(false));
    assert_eq!(phase(&night), RecordingPhase::Refused);
    assert_eq!(night.session.media_mode(), MediaMode::VideoAudio);
    assert_eq!(night.count(|f| *f == FactKind::RecordingStarted), 0);
}

#[test]
fn recording_never_runs_while_the_patient_has_not_answered() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    let patient = night.session.patient_leg().unwrap().id;
    night.act(night.tablet(), Input::Leave);
    assert_eq!(phase(&night), RecordingPhase::Asking { waiting_for: vec![patient] }, "the nurse alone");
    night.act(night.tablet(), Input::ComeBack);
    night.act(night.staff(NURSE), Input::Leave);
    assert_eq!(phase(&night), RecordingPhase::Asking { waiting_for: vec![patient] }, "the patient alone");
    night.act(night.tablet(), Input::AnswerRecording(true));
    assert_eq!(phase(&night), RecordingPhase::Asking { waiting_for: vec![] }, "nobody to talk to");
    assert_eq!(night.count(|f| *f == FactKind::RecordingStarted), 0);
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    night.act(night.staff(OTHER_NURSE), Input::AnswerRecording(true));
    assert_eq!(phase(&night), RecordingPhase::On);
}

#[test]
fn a_patients_no_to_recording_holds_when_they_go() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    night.act(night.tablet(), Input::AnswerRecording(false));
    night.act(night.tablet(), Input::Leave);
    assert_eq!(phase(&night), RecordingPhase::Refused);
    night.act(night.tablet(), Input::ComeBack);
    assert_eq!(phase(&night), RecordingPhase::Refused, "coming back is no yes");
    night.act(night.staff(NURSE), Input::Leave);
    assert_eq!(phase(&night), RecordingPhase::Refused);
    assert_eq!(night.count(|f| *f == FactKind::RecordingStarted), 0);
}

#[test]
fn who_comes_back_is_asked_about_the_recording_again_and_the_end_stops_it() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    night.act(night.tablet(), Input::AnswerRecording(true));
    let patient = night.session.patient_leg().unwrap().id;
    night.act(night.system(), Input::MediaLost(patient));
    night.act(night.system(), Input::MediaUp(patient));
    assert_eq!(phase(&night), RecordingPhase::On, "a page that is loaded anew was never gone");
    night.act(night.tablet(), Input::Leave);
    assert_eq!(phase(&night), RecordingPhase::Paused { waiting_for: vec![] });
    night.act(night.tablet(), Input::ComeBack);
    assert_eq!(phase(&night), RecordingPhase::Paused { waiting_for: vec![patient] });
    night.act(night.tablet(), Input::AnswerRecording(true));
    assert_eq!(phase(&night), RecordingPhase::On);
    night.act(night.staff(NURSE), Input::End);
    assert_eq!(phase(&night), RecordingPhase::Paused { waiting_for: vec![] }, "it may be taken back");
    night.pass(Timings::default().undo);
    assert_eq!(phase(&night), RecordingPhase::Stopped);
    assert_eq!(night.facts.last(), Some(&FactKind::RecordingStopped));
}

#[test]
fn a_yes_answers_a_question_and_what_a_no_ended_is_asked_anew() {
    for ended in [RecordingPhase::Refused, RecordingPhase::Withdrawn] {
        let mut night = Night::nurse_talks();
        night.act(night.staff(NURSE), Input::AskRecording);
        if ended == RecordingPhase::Withdrawn {
            night.act(night.tablet(), Input::AnswerRecording(true));
        }
        night.act(night.tablet(), Input::AnswerRecording(false));
        assert_eq!(phase(&night), ended);
        let yes = night.try_act(night.tablet(), Input::AnswerRecording(true));
        assert_eq!(yes, Err(Refused::RecordingNotPossible), "everybody read that it is over");
        assert_eq!(phase(&night), ended);
        night.act(night.staff(NURSE), Input::AnswerRecording(true));
        assert_eq!(phase(&night), ended, "said again, as after a broken socket");
        night.act(night.staff(NURSE), Input::AskRecording);
        night.act(night.tablet(), Input::AnswerRecording(true));
        assert_eq!(phase(&night), RecordingPhase::On);
    }
    // Who waits before the gate is not asked yet.
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    night.act(night.staff(DOCTOR), Input::Accept);
    let early = night.try_act(night.staff(DOCTOR), Input::AnswerRecording(true));
    assert_eq!(early, Err(Refused::RecordingNotPossible));
}

/// A yes to a joiner is for this coming, a joiner's yes to the recording too; the patient's own yes to it stands.
#[test]
fn an_old_yes_lets_nobody_in_again_and_records_nobody_again() {
    let mut night = Night::nurse_talks();
    let invite = || Input::Invite { role: LegRole::DeskNurse, person: Some(person(OTHER_NURSE)) };
    let (other, yes) = (OTHER_NURSE, Input::AnswerRecording(true));
    for coming in 1..=2 {
        night.act(night.staff(NURSE), invite());
        night.act(night.staff(other), Input::Accept);
        let leg = night.leg(other).id;
        assert!(!night.session.gate_open(night.leg(other)), "asked for each time: {coming}");
        if coming == 1 {
            night.act(night.staff(NURSE), Input::AskRecording);
            night.act(night.tablet(), yes.clone());
        }
        assert_eq!(
            phase(&night),
            RecordingPhase::On,
            "whoever waits outside is not recorded, and holds up nothing"
        );
        night.act(night.tablet(), Input::AnswerJoin { leg, yes: true });
        assert_eq!(phase(&night), RecordingPhase::Paused { waiting_for: vec![leg] });
        night.act(night.staff(other), yes.clone());
        assert_eq!(phase(&night), RecordingPhase::On);
        night.act(night.staff(other), Input::Leave);
    }
    // The patient is left alone: whoever answers that ring is covered by the tap, and not by what was said before.
    night.act(night.staff(NURSE), Input::Leave);
    night.act(night.staff(other), Input::Accept);
    let leg = night.leg(other).id;
    assert!(night.session.gate_open(night.leg(other)));
    assert_eq!(night.leg(other).consent, JoinConsent::ByTap);
    assert_eq!(
        phase(&night),
        RecordingPhase::Paused { waiting_for: vec![leg] },
        "the patient agreed already"
    );
    let folded =
        crate::encounter::Encounter::fold(night.session.id, night.session.patient, &night.log()).unwrap();
    let attendee = folded.attendees.iter().find(|a| a.leg == leg).unwrap();
    let answers: Vec<_> = attendee.answers.iter().map(|a| a.answer).collect();
    let given = JoinAnswer::Given { how: ConsentManner::OnTablet };
    assert_eq!(answers, [given, given, JoinAnswer::ByTap], "the record says what let her in");
}

#[test]
fn what_one_no_stopped_does_not_go_on_when_they_leave() {
    let recorded = || {
        let mut night = Night::doctor_talks();
        night.act(night.staff(NURSE), Input::AskRecording);
        night.act(night.tablet(), Input::AnswerRecording(true));
        night
    };
    for (agreed, stopped) in [(true, RecordingPhase::Withdrawn), (false, RecordingPhase::Refused)] {
        let mut night = recorded();
        if agreed {
            night.act(night.staff(DOCTOR), Input::AnswerRecording(true));
            assert_eq!(phase(&night), RecordingPhase::On);
        }
        night.act(night.staff(DOCTOR), Input::AnswerRecording(false));
        night.act(night.staff(DOCTOR), Input::Leave);
        assert_eq!(phase(&night), stopped, "everybody read that it is over");
        let running = night.count(|f| *f == FactKind::RecordingStarted);
        assert_eq!(running, usize::from(agreed));
        night.act(night.staff(NURSE), Input::AskRecording);
        let patient = night.session.patient_leg().unwrap().id;
        assert_eq!(phase(&night), RecordingPhase::Asking { waiting_for: vec![patient] }, "asked anew");
        night.act(night.tablet(), Input::AnswerRecording(true));
        assert_eq!(phase(&night), RecordingPhase::On);
    }
    // Who was never let in was not asked: nothing of theirs is recorded.
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    night.act(night.tablet(), Input::AnswerRecording(true));
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    night.act(night.staff(DOCTOR), Input::Accept);
    night.act(night.staff(DOCTOR), Input::AnswerRecording(false));
    assert_eq!(phase(&night), RecordingPhase::On);
    let leg = night.leg(DOCTOR).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: true });
    assert_eq!(phase(&night), RecordingPhase::Refused);
    night.act(night.staff(NURSE), Input::End);
    night.pass(Timings::default().undo);
    assert_eq!(night.count(|f| *f == FactKind::RecordingStopped), 1, "it stops once");
}

#[test]
fn leaving_is_not_ending_and_a_patient_left_alone_is_rung_for_again() {
    let mut night = Night::doctor_talks();
    night.act(night.staff(NURSE), Input::Leave);
    assert!(night.session.desk.is_none(), "the doctor is there");
    night.act(night.staff(DOCTOR), Input::Leave);
    assert!(night.session.desk.is_some_and(|d| d.ringing), "nobody is there");
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert_eq!(
        night.leg(OTHER_NURSE).consent,
        JoinConsent::ByTap,
        "the tap asks for the desk, whoever answers"
    );
    assert!(night.session.was_in(person(DOCTOR)) && night.session.was_in(person(NURSE)));
    let mut night = Night::nurse_talks();
    night.act(night.tablet(), Input::Leave);
    night.pass(Span::minutes(14));
    assert!(night.session.live());
    night.act(night.tablet(), Input::ComeBack);
    night.media_runs(None);
    assert_eq!(night.session.media_mode(), MediaMode::VideoAudio);
}

#[test]
fn of_microphone_and_camera_speaks_who_is_in_the_call_or_rung() {
    let off = || Input::Declare { microphone: SourceState::Off, camera: SourceState::Off };
    let declared = |night: &Night| night.count(|f| matches!(f, FactKind::Declared { .. }));
    let mut night = Night::begins();
    night.act(night.staff(NURSE), off());
    night.act(night.staff(NURSE), off());
    assert_eq!(declared(&night), 1, "saying it twice is one fact");
    night.act(night.staff(NURSE), Input::Accept);
    assert_eq!(night.try_act(night.staff(OTHER_NURSE), off()), Err(Refused::NotInCall), "came second");
    night.act(night.tablet(), Input::Leave);
    assert_eq!(night.try_act(night.tablet(), off()), Err(Refused::NotInCall), "left");
    assert_eq!(declared(&night), 1);
}

#[test]
fn a_late_word_of_media_is_not_believed_when_somebody_comes_back() {
    let mut night = Night::nurse_talks();
    let leg = night.session.patient_leg().unwrap().id;
    night.act(night.tablet(), Input::Leave);
    night.act(night.system(), Input::MediaFlow { leg, audio: true, video: true });
    night.act(night.tablet(), Input::ComeBack);
    assert_eq!(night.session.media_mode(), MediaMode::None, "no packet has come yet");
}

#[test]
fn a_lost_nurse_may_come_back_and_if_she_does_not_the_desk_is_rung() {
    let mut night = Night::nurse_talks();
    let leg = night.leg(NURSE).id;
    night.act(night.system(), Input::MediaLost(leg));
    night.pass(Span::seconds(19));
    assert!(night.session.desk.is_none());
    night.act(night.system(), Input::MediaUp(leg));
    night.pass(Span::seconds(30));
    assert!(night.session.desk.is_none(), "she is back");
    night.act(night.system(), Input::MediaLost(leg));
    night.pass(Span::seconds(20));
    assert!(night.session.desk.is_some_and(|d| d.ringing));
    night.act(night.system(), Input::MediaUp(leg));
    assert!(night.session.desk.is_none(), "ringing stops when she returns");
    assert!(!night.leg(OTHER_NURSE).wanted());
}

#[test]
fn whoever_was_lost_heard_no_yes() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    night.act(night.staff(DOCTOR), Input::Accept);
    let (lost, joiner) = (night.leg(NURSE).id, night.leg(DOCTOR).id);
    night.act(night.system(), Input::MediaLost(lost));
    let spoken = Input::SpokenConsent(joiner);
    assert_eq!(night.try_act(night.staff(NURSE), spoken.clone()), Err(Refused::ConnectionLost));
    assert!(!night.session.gate_open(night.leg(DOCTOR)));
    night.act(night.system(), Input::MediaUp(lost));
    night.act(night.staff(NURSE), spoken);
}
