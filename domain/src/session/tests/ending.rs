//! How a call ends, what was decided, and what kind of care it was.

use super::*;
use crate::case::{Owner, Standing, standing};
use crate::duty::Line;
use crate::mode::{MediaMode, NotExamination, examined_for};

fn advice(outcome: Outcome) -> Input {
    Input::Dispose(Disposition { outcome, advice: "お大事に".to_owned().into(), reason_online: None })
}

#[test]
fn an_end_can_be_taken_back_for_ten_seconds_and_then_the_decision_is_due() {
    let mut night = Night::nurse_talks();
    assert_eq!(night.try_act(night.tablet(), Input::End), Err(Refused::ClinicianOnly));
    night.act(night.staff(NURSE), Input::End);
    assert_eq!(night.session.legs.iter().filter(|l| night.session.gate_open(l)).count(), 0);
    night.pass(Span::seconds(9));
    night.act(night.staff(NURSE), Input::UndoEnd);
    assert_eq!(night.session.media_mode(), MediaMode::VideoAudio);
    night.act(night.staff(NURSE), Input::End);
    night.pass(Span::seconds(10));
    assert!(matches!(night.session.state, State::Ended { reason: EndReason::Completed, .. }));
    assert_eq!(night.try_act(night.staff(NURSE), Input::UndoEnd), Err(Refused::TooLateToUndo));
    let owner = |n: &Night| match standing(&n.session, &Timings::default(), n.now) {
        Standing::Open { owner, .. } => Some(owner),
        Standing::Closed { .. } => None,
    };
    assert_eq!(owner(&night), Some(Owner::Person { person: person(NURSE) }));
    assert_eq!(night.session.may_sign(&night.staff(NURSE)), Err(Refused::StillRunning));
    night.pass(Span::minutes(10));
    assert_eq!(owner(&night), Some(Owner::Line { line: Line::Desk }));
    night.act(night.staff(NURSE), advice(Outcome::Advice));
    assert_eq!(owner(&night), None);
    assert_eq!(night.session.may_sign(&night.staff(NURSE)), Ok(person(NURSE)));
}

#[test]
fn a_tap_during_the_end_makes_it_final_and_a_tap_before_it_changes_nothing() {
    let mut night = Night::nurse_talks();
    let before = night.session.clone();
    night.act(night.tablet(), Input::CallAgain(next_call()));
    assert_eq!(night.session, before, "the call that goes on is the call");
    night.act(night.staff(NURSE), Input::End);
    assert_eq!(night.try_act(night.staff(NURSE), Input::CallAgain(next_call())), Err(Refused::PatientOnly));
    night.pass(Span::seconds(1));
    night.act(night.tablet(), Input::CallAgain(next_call()));
    assert!(matches!(night.session.state, State::Ended { reason: EndReason::Completed, .. }));
    assert!(night.session.engaged().is_empty(), "the nurse is free for the new call");
    assert_eq!(night.try_act(night.staff(NURSE), Input::UndoEnd), Err(Refused::TooLateToUndo));
    assert!(!night.session.live());
    night.act(night.tablet(), Input::CallAgain(next_call()));
    assert_eq!(night.count(|f| *f == FactKind::Ended), 1);
}

#[test]
fn a_cancelled_call_stays_with_the_desk_until_somebody_has_made_sure() {
    let mut night = Night::begins();
    night.act(night.tablet(), Input::Cancel);
    night.act(night.tablet(), Input::Cancel);
    assert_eq!(night.count(|f| *f == FactKind::Cancelled), 1);
    assert_eq!(night.try_act(night.staff(NURSE), Input::Accept), Err(Refused::Ended));
    assert_eq!(
        night.try_act(night.staff(DOCTOR), advice(Outcome::CancelledAndChecked)),
        Err(Refused::NotInCall)
    );
    night.act(night.staff(OTHER_NURSE), advice(Outcome::CancelledAndChecked));
    assert!(matches!(standing(&night.session, &Timings::default(), night.now), Standing::Closed { .. }));
    let mut night = Night::nurse_talks();
    assert_eq!(night.try_act(night.tablet(), Input::Cancel), Err(Refused::AlreadyAnswered));
}

#[test]
fn an_online_examination_needs_plan_name_notice_two_way_media_and_no_sudden_illness() {
    let examine = Input::SetKind(ServiceKind::OnlineExamination);
    let refusal = |night: &mut Night| night.try_act(night.staff(DOCTOR), examine.clone());
    let why = |n: NotExamination| Err(Refused::NotExamination(n));

    let mut night = Night::doctor_talks();
    night.patient.care_plan = None;
    assert_eq!(refusal(&mut night), why(NotExamination::NoPlan));

    let mut night = Night::doctor_talks();
    night.patient.care_plan.as_mut().unwrap().emergency_institution = " ".to_owned().into();
    assert_eq!(refusal(&mut night), why(NotExamination::NoPlan), "nowhere to go when it turns bad");

    let mut night = Night::doctor_talks();
    night.patient.care_plan.as_mut().unwrap().named_doctors = vec![person(OTHER_DOCTOR)];
    assert_eq!(refusal(&mut night), why(NotExamination::NotNamed));

    let mut night = Night::doctor_talks();
    night.institution.notice = None;
    assert_eq!(refusal(&mut night), why(NotExamination::NoNotice));

    let mut night = Night::doctor_talks();
    let off = Input::Declare { microphone: SourceState::On, camera: SourceState::Off };
    night.act(night.tablet(), off);
    assert_eq!(refusal(&mut night), why(NotExamination::NotTwoWay));

    let mut night = Night::doctor_talks();
    night.act(night.staff(NURSE), Input::Assess(Finding::Urgency { urgency: Urgency::Orange }));
    assert_eq!(refusal(&mut night), why(NotExamination::SuddenIllness));

    let mut night = Night::doctor_talks();
    assert_eq!(night.try_act(night.staff(NURSE), examine.clone()), Err(Refused::DoctorOnly));
    assert_eq!(refusal(&mut night), Ok(()));
    assert_eq!(night.session.examining_doctor(), Some(person(DOCTOR)));
}

#[test]
fn a_red_flag_is_sudden_illness_whatever_colour_stands_beside_it() {
    let examine = Input::SetKind(ServiceKind::OnlineExamination);
    let screened = |found: &[RedFlag]| Input::Assess(Finding::RedFlags { found: found.to_vec() });
    for urgency in [None, Some(Urgency::Green)] {
        let mut night = Night::doctor_talks();
        if let Some(urgency) = urgency {
            night.act(night.staff(NURSE), Input::Assess(Finding::Urgency { urgency }));
        }
        night.act(night.staff(NURSE), screened(&[]));
        night.act(night.staff(DOCTOR), examine.clone());
        night.act(night.staff(NURSE), screened(&[RedFlag::ChestPain]));
        assert_eq!((night.session.kind, night.session.kind_by), (ServiceKind::DoctorAdvice, None));
        let refused = night.try_act(night.staff(DOCTOR), examine.clone());
        assert_eq!(refused, Err(Refused::NotExamination(NotExamination::SuddenIllness)));
        let online = |night: &Night| advice_from(night, Outcome::Advice);
        assert_eq!(online(&night), Err(Refused::ReasonNeeded));
        assert_eq!(advice_from(&night, Outcome::Ambulance), Ok(()));
        // Looked at again, and it was none.
        night.act(night.staff(NURSE), screened(&[]));
        assert_eq!(online(&night), Ok(()));
        night.act(night.staff(DOCTOR), examine.clone());
    }
}

/// What the doctor's decision would be answered, without taking it.
fn advice_from(night: &Night, outcome: Outcome) -> Result<(), Refused> {
    let mut then = Night::doctor_talks();
    (then.session, then.now) = (night.session.clone(), night.now);
    then.try_act(then.staff(DOCTOR), advice(outcome))
}

/// A second doctor is in the call, whom the plan does not name.
pub(super) fn with_another_doctor() -> Night {
    let mut night = Night::doctor_talks();
    night.act(
        night.staff(NURSE),
        Input::Invite { role: LegRole::DutyDoctor, person: Some(person(OTHER_DOCTOR)) },
    );
    night.act(night.staff(OTHER_DOCTOR), Input::Accept);
    let leg = night.leg(OTHER_DOCTOR).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: true });
    night.media_runs(Some(OTHER_DOCTOR));
    night
}

#[test]
fn an_online_examination_is_the_act_of_the_doctor_who_named_it() {
    let examine = Input::SetKind(ServiceKind::OnlineExamination);
    let mut night = with_another_doctor();
    night.act(night.staff(DOCTOR), examine.clone());
    night.pass(Span::seconds(60));
    night.act(night.staff(DOCTOR), Input::Leave);
    assert_eq!(night.session.lead().and_then(Leg::person), Some(person(OTHER_DOCTOR)));
    assert_eq!((night.session.kind, night.session.kind_by), (ServiceKind::DoctorAdvice, None));
    assert_eq!(night.session.examining_doctor(), None);
    night.pass(Span::seconds(60));
    assert_eq!(
        examined_for(&night.session.ledger, night.now),
        Span::seconds(60),
        "not a second of the other"
    );
    let refused = night.try_act(night.staff(OTHER_DOCTOR), examine.clone());
    assert_eq!(refused, Err(Refused::NotExamination(NotExamination::NotNamed)));
    // The first comes back and leads again: it is theirs to name again, and not so by itself.
    night.act(night.staff(DOCTOR), Input::ComeBack);
    let leg = night.leg(DOCTOR).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: true });
    night.media_runs(Some(DOCTOR));
    assert_eq!(night.session.kind, ServiceKind::DoctorAdvice);
    night.act(night.staff(DOCTOR), examine);
    assert_eq!(night.session.examining_doctor(), Some(person(DOCTOR)));
}

#[test]
fn only_whoever_leads_names_the_kind_of_care() {
    let examine = Input::SetKind(ServiceKind::OnlineExamination);
    let mut night = with_another_doctor();
    night.patient.care_plan.as_mut().unwrap().named_doctors = vec![person(OTHER_DOCTOR)];
    assert_eq!(night.try_act(night.staff(OTHER_DOCTOR), examine.clone()), Err(Refused::NotLeading));
    let nurses = Input::SetKind(ServiceKind::NurseAdvice);
    assert_eq!(night.try_act(night.staff(NURSE), nurses), Err(Refused::NotLeading));
    // The first is lost, and the second talks to the patient alone.
    let lost = night.leg(DOCTOR).id;
    night.act(night.system(), Input::MediaLost(lost));
    night.act(night.staff(OTHER_DOCTOR), examine);
    assert_eq!(night.session.examining_doctor(), Some(person(OTHER_DOCTOR)));
    night.act(night.system(), Input::MediaUp(lost));
    assert_eq!(night.session.lead().and_then(Leg::person), Some(person(DOCTOR)));
    assert_eq!(night.session.examining_doctor(), None, "it does not pass on to whoever leads now");
}

#[test]
fn losing_the_picture_ends_the_examination_in_the_ledger_from_that_very_millisecond() {
    let mut night = Night::doctor_talks();
    night.act(night.staff(DOCTOR), Input::SetKind(ServiceKind::OnlineExamination));
    night.pass(Span::seconds(60));
    let leg = night.session.patient_leg().unwrap().id;
    night.act(night.system(), Input::MediaFlow { leg, audio: true, video: false });
    night.pass(Span::seconds(60));
    assert_eq!(examined_for(&night.session.ledger, night.now), Span::seconds(60));
    let last = night.session.ledger.last().unwrap();
    assert_eq!((last.kind, last.mode), (ServiceKind::DoctorAdvice, MediaMode::Audio));
    let joined_up = night.session.ledger.windows(2).all(|w| w[0].until == Some(w[1].from));
    assert!(joined_up, "the ledger has no holes");
}

#[test]
fn a_recheck_is_for_this_night_or_the_next() {
    let mut night = Night::nurse_talks();
    let far = Span::minutes(48 * 60);
    for (at, answer) in [
        (Timestamp(i64::MIN), Err(Refused::RecheckInPast)),
        (night.now, Err(Refused::RecheckInPast)),
        (night.now.plus(Span(1)), Ok(())),
        (night.now.plus(far), Ok(())),
        (night.now.plus(far).plus(Span(1)), Err(Refused::RecheckTooFar)),
        (Timestamp(i64::MAX), Err(Refused::RecheckTooFar)),
    ] {
        assert_eq!(night.try_act(night.staff(NURSE), advice(Outcome::RecheckAt { at })), answer, "{at:?}");
    }
}

#[test]
fn a_red_case_ends_online_only_with_the_doctors_reason() {
    let mut night = Night::doctor_talks();
    night.act(night.staff(NURSE), Input::Assess(Finding::Urgency { urgency: Urgency::Red }));
    assert_eq!(night.try_act(night.staff(NURSE), advice(Outcome::Advice)), Err(Refused::ReasonNeeded));
    let with_reason = |reason: &str| {
        Input::Dispose(Disposition {
            outcome: Outcome::Advice,
            advice: Private::default(),
            reason_online: Some(reason.to_owned().into()),
        })
    };
    assert_eq!(night.try_act(night.staff(DOCTOR), with_reason("  ")), Err(Refused::ReasonNeeded));
    assert_eq!(night.try_act(night.staff(NURSE), with_reason("家族の希望")), Err(Refused::ReasonNeeded));
    night.act(night.staff(DOCTOR), with_reason("看取りの方針に沿う"));
    night.act(night.staff(NURSE), advice(Outcome::Ambulance));
    assert_eq!(night.try_act(night.staff(NURSE), advice(Outcome::Prescription)), Err(Refused::DoctorOnly));
}

#[test]
fn a_device_that_accepts_and_vanishes_before_media_leaves_nobody_waiting() {
    let mut night = Night::begins();
    night.act(night.staff(NURSE), Input::Accept);
    night.pass(Span::seconds(40));
    assert!(matches!(night.leg(NURSE).state, LegState::Away { .. }));
    assert!(night.session.desk.is_some_and(|d| d.ringing), "the desk is rung for the patient");
}

#[test]
fn a_free_text_has_an_end_and_what_is_refused_changes_nothing() {
    let mut night = Night::doctor_talks();
    let text = |n: usize| Private::new("痛".repeat(n));
    let sbar = |n| Input::Assess(Finding::Sbar { sbar: Sbar { recommendation: text(n), ..Sbar::default() } });
    let note = |n| Input::Assess(Finding::Note { text: text(n) });
    let scale = |n| Input::SetOxygenScale { scale2: true, reason: text(n) };
    let decide = |advice, reason| {
        let reason_online = Some(text(reason));
        Input::Dispose(Disposition { outcome: Outcome::Advice, advice: text(advice), reason_online })
    };
    for (long, most) in [
        (sbar(4_001), sbar(4_000)),
        (note(4_001), note(4_000)),
        (scale(4_001), scale(4_000)),
        (decide(4_001, 1), decide(4_000, 1)),
        (decide(1, 4_001), decide(1, 4_000)),
    ] {
        let before = night.session.clone();
        assert_eq!(night.try_act(night.staff(DOCTOR), long), Err(Refused::TextTooLong));
        assert_eq!(night.session, before);
        night.act(night.staff(DOCTOR), most);
    }
}
