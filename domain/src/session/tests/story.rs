//! What people live through, one test a story.

use super::*;
use crate::case::{Owner, Standing, standing};
use crate::duty::Line;
use crate::mode::{MediaMode, NotExamination, examined_for};

fn phase(night: &Night) -> RecordingPhase {
    recording_phase(&night.session)
}

fn advice(outcome: Outcome) -> Input {
    Input::Dispose(Disposition {
        outcome,
        advice: "お大事に".to_owned().into(),
        reason_online: None,
    })
}

#[test]
fn the_tap_rings_everybody_on_duty_at_the_desk_and_the_first_answer_stops_the_others() {
    let mut night = Night::begins();
    assert_eq!(night.pages.len(), 2);
    night.act(night.staff(NURSE), Input::Accept);
    assert!(night.leg(NURSE).in_call());
    assert_eq!(night.leg(NURSE).consent, JoinConsent::ByTap);
    assert!(
        matches!(night.leg(OTHER_NURSE).state, LegState::Withdrawn { taken_by: Some(p), .. } if p == person(NURSE))
    );
    assert_eq!(
        night.try_act(night.staff(OTHER_NURSE), Input::Accept),
        Err(Refused::TakenBy(person(NURSE)))
    );
    night.act(night.staff(NURSE), Input::Accept);
    assert_eq!(
        night.count(|f| matches!(f, FactKind::Accepted { .. })),
        1,
        "a second tap on accept is one answer"
    );
}

#[test]
fn two_unanswered_rounds_bring_the_telephone_number_and_the_desk_goes_on_being_rung() {
    let mut night = Night::begins();
    night.pass(Span::seconds(25));
    assert_eq!(
        night.session.desk.map(|d| (d.round, d.ringing, d.fallback)),
        Some((2, true, false))
    );
    assert_eq!(night.pages.len(), 4);
    night.pass(Span::seconds(25));
    assert_eq!(
        night.session.desk.map(|d| (d.ringing, d.fallback)),
        Some((false, true))
    );
    night.pass(Span::minutes(2));
    assert_eq!(
        night.session.desk.map(|d| (d.ringing, d.fallback)),
        Some((true, true))
    );
    assert_eq!(night.count(|f| *f == FactKind::FallbackShown), 1);
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert!(night.leg(OTHER_NURSE).in_call());
}

#[test]
fn with_nobody_on_duty_the_number_shows_at_once_and_with_all_declining_without_waiting() {
    let night = Night::with_desk(vec![]);
    assert!(night.session.desk.is_some_and(|d| d.fallback && !d.ringing));
    assert_eq!(
        night.count(|f| matches!(f, FactKind::NobodyOnDuty { line: Line::Desk })),
        1
    );
    let mut night = Night::with_desk(vec![NURSE]);
    night.act(night.staff(NURSE), Input::Decline(DeclineReason::WithPatient));
    assert_eq!(night.session.desk.map(|d| d.round), Some(2));
    night.act(night.staff(NURSE), Input::Decline(DeclineReason::WithPatient));
    assert!(night.session.desk.is_some_and(|d| d.fallback));
}

#[test]
fn a_busy_nurse_is_not_rung_but_may_claim_once_she_is_free() {
    let mut night = Night::begins();
    night.busy = vec![NURSE];
    night.pass(Span::seconds(25));
    assert!(!night.leg(NURSE).wanted());
    assert_eq!(
        night.try_act(night.staff(NURSE), Input::Accept),
        Err(Refused::YouAreBusy)
    );
    night.busy.clear();
    night.act(night.staff(NURSE), Input::Accept);
    assert!(night.leg(NURSE).in_call());
}

#[test]
fn nothing_passes_before_an_answer_and_nothing_to_a_joiner_before_the_patient_agreed() {
    let mut night = Night::begins();
    let open = |n: &Night| n.session.legs.iter().filter(|l| n.session.gate_open(l)).count();
    assert_eq!(open(&night), 0);
    night.act(night.staff(NURSE), Input::Accept);
    assert_eq!(open(&night), 2);
    night.act(
        night.staff(NURSE),
        Input::Invite {
            role: LegRole::DutyDoctor,
            person: None,
        },
    );
    night.act(night.staff(DOCTOR), Input::Accept);
    assert_eq!(open(&night), 2, "the doctor accepted, the patient has not");
    let leg = night.leg(DOCTOR).id;
    assert_eq!(
        night.try_act(night.staff(DOCTOR), Input::SpokenConsent(leg)),
        Err(Refused::OwnConsent)
    );
    assert_eq!(
        night.try_act(night.staff(NURSE), Input::AnswerJoin { leg, yes: true }),
        Err(Refused::PatientOnly)
    );
    night.act(night.staff(NURSE), Input::SpokenConsent(leg));
    assert_eq!(open(&night), 3);
    assert_eq!(night.session.kind, ServiceKind::DoctorAdvice);
}

#[test]
fn a_refused_joiner_stays_outside_and_can_be_invited_again() {
    let mut night = Night::nurse_talks();
    night.act(
        night.staff(NURSE),
        Input::Invite {
            role: LegRole::DutyDoctor,
            person: Some(person(DOCTOR)),
        },
    );
    night.act(night.staff(DOCTOR), Input::Accept);
    let leg = night.leg(DOCTOR).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: false });
    assert!(!night.leg(DOCTOR).in_call());
    assert_eq!(
        night.try_act(night.staff(DOCTOR), Input::ComeBack),
        Err(Refused::ConsentRefused)
    );
    night.act(
        night.staff(NURSE),
        Input::Invite {
            role: LegRole::DutyDoctor,
            person: Some(person(DOCTOR)),
        },
    );
    night.act(night.staff(DOCTOR), Input::Accept);
    assert!(matches!(night.leg(DOCTOR).consent, JoinConsent::Asked { .. }));
}

#[test]
fn an_unanswered_doctor_times_out_and_the_nurse_may_ring_another_while_keeping_the_patient() {
    let mut night = Night::nurse_talks();
    night.act(
        night.staff(NURSE),
        Input::Invite {
            role: LegRole::DutyDoctor,
            person: Some(person(DOCTOR)),
        },
    );
    night.pass(Span::seconds(30));
    assert!(matches!(night.leg(DOCTOR).state, LegState::TimedOut { .. }));
    let Standing::Open { owner, .. } = standing(&night.session, &Timings::default(), night.now) else {
        panic!("closed")
    };
    assert_eq!(
        owner,
        Owner::Person {
            person: person(NURSE)
        }
    );
    night.act(
        night.staff(NURSE),
        Input::Invite {
            role: LegRole::DutyDoctor,
            person: Some(person(OTHER_DOCTOR)),
        },
    );
    night.act(night.staff(OTHER_DOCTOR), Input::Accept);
    night.busy = vec![DOCTOR];
    let again = Input::Invite {
        role: LegRole::DutyDoctor,
        person: Some(person(DOCTOR)),
    };
    assert_eq!(night.try_act(night.staff(NURSE), again), Err(Refused::PersonBusy));
}

#[test]
fn a_group_ring_ends_with_one_doctor() {
    let mut night = Night::nurse_talks();
    night.act(
        night.staff(NURSE),
        Input::Invite {
            role: LegRole::DutyDoctor,
            person: None,
        },
    );
    night.act(night.staff(OTHER_DOCTOR), Input::Accept);
    assert_eq!(
        night.try_act(night.staff(DOCTOR), Input::Accept),
        Err(Refused::TakenBy(person(OTHER_DOCTOR)))
    );
}

#[test]
fn recording_needs_everybody_pauses_for_a_joiner_and_stops_on_withdrawal() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    assert!(matches!(phase(&night), RecordingPhase::Asking { .. }));
    night.act(night.tablet(), Input::AnswerRecording(true));
    assert_eq!(phase(&night), RecordingPhase::On);
    night.act(
        night.staff(NURSE),
        Input::Invite {
            role: LegRole::DutyDoctor,
            person: Some(person(DOCTOR)),
        },
    );
    night.act(night.staff(DOCTOR), Input::Accept);
    assert_eq!(
        phase(&night),
        RecordingPhase::On,
        "nothing of a gated joiner is forwarded"
    );
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
            matches!(
                f,
                FactKind::RecordingStarted | FactKind::RecordingPaused | FactKind::RecordingStopped
            )
        })
        .collect();
    use FactKind::{RecordingPaused as P, RecordingStarted as S, RecordingStopped as E};
    assert_eq!(order, [&S, &P, &S, &E]);
}

#[test]
fn a_no_to_recording_lets_the_call_go_on_and_the_last_one_out_closes_the_file() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::AskRecording);
    night.act(night.tablet(), Input::AnswerRecording(false));
    assert_eq!(phase(&night), RecordingPhase::Refused);
    assert_eq!(night.session.media_mode(), MediaMode::VideoAudio);
    assert_eq!(night.count(|f| *f == FactKind::RecordingStarted), 0);
}

#[test]
fn leaving_is_not_ending_and_a_patient_left_alone_is_rung_for_again() {
    let mut night = Night::doctor_talks();
    night.act(night.staff(NURSE), Input::Leave);
    assert!(night.session.desk.is_none(), "the doctor is there");
    night.act(night.staff(DOCTOR), Input::Leave);
    assert!(night.session.desk.is_some_and(|d| d.ringing), "nobody is there");
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert!(
        matches!(night.leg(OTHER_NURSE).consent, JoinConsent::Asked { .. }),
        "the tap covered the first nurse only"
    );
    let mut night = Night::nurse_talks();
    night.act(night.tablet(), Input::Leave);
    night.pass(Span::minutes(14));
    assert!(night.session.live());
    night.act(night.tablet(), Input::ComeBack);
    night.media_runs(None);
    assert_eq!(night.session.media_mode(), MediaMode::VideoAudio);
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
fn an_end_can_be_taken_back_for_ten_seconds_and_then_the_decision_is_due() {
    let mut night = Night::nurse_talks();
    assert_eq!(
        night.try_act(night.tablet(), Input::End),
        Err(Refused::ClinicianOnly)
    );
    night.act(night.staff(NURSE), Input::End);
    assert_eq!(
        night
            .session
            .legs
            .iter()
            .filter(|l| night.session.gate_open(l))
            .count(),
        0
    );
    night.pass(Span::seconds(9));
    night.act(night.staff(NURSE), Input::UndoEnd);
    assert_eq!(night.session.media_mode(), MediaMode::VideoAudio);
    night.act(night.staff(NURSE), Input::End);
    night.pass(Span::seconds(10));
    assert!(matches!(
        night.session.state,
        State::Ended {
            reason: EndReason::Completed,
            ..
        }
    ));
    assert_eq!(
        night.try_act(night.staff(NURSE), Input::UndoEnd),
        Err(Refused::TooLateToUndo)
    );
    let owner = |n: &Night| match standing(&n.session, &Timings::default(), n.now) {
        Standing::Open { owner, .. } => Some(owner),
        Standing::Closed { .. } => None,
    };
    assert_eq!(
        owner(&night),
        Some(Owner::Person {
            person: person(NURSE)
        })
    );
    assert_eq!(
        night.session.may_sign(&night.staff(NURSE)),
        Err(Refused::StillRunning)
    );
    night.pass(Span::minutes(10));
    assert_eq!(owner(&night), Some(Owner::Line { line: Line::Desk }));
    night.act(night.staff(NURSE), advice(Outcome::Advice));
    assert_eq!(owner(&night), None);
    assert_eq!(night.session.may_sign(&night.staff(NURSE)), Ok(person(NURSE)));
}

#[test]
fn a_cancelled_call_stays_with_the_desk_until_somebody_has_made_sure() {
    let mut night = Night::begins();
    night.act(night.tablet(), Input::Cancel);
    night.act(night.tablet(), Input::Cancel);
    assert_eq!(night.count(|f| *f == FactKind::Cancelled), 1);
    assert_eq!(
        night.try_act(night.staff(NURSE), Input::Accept),
        Err(Refused::Ended)
    );
    assert_eq!(
        night.try_act(night.staff(DOCTOR), advice(Outcome::CancelledAndChecked)),
        Err(Refused::NotInCall)
    );
    night.act(night.staff(OTHER_NURSE), advice(Outcome::CancelledAndChecked));
    assert!(matches!(
        standing(&night.session, &Timings::default(), night.now),
        Standing::Closed { .. }
    ));
    let mut night = Night::nurse_talks();
    assert_eq!(
        night.try_act(night.tablet(), Input::Cancel),
        Err(Refused::AlreadyAnswered)
    );
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
    night.patient.care_plan.as_mut().unwrap().named_doctors = vec![person(OTHER_DOCTOR)];
    assert_eq!(refusal(&mut night), why(NotExamination::NotNamed));

    let mut night = Night::doctor_talks();
    night.institution.notice = None;
    assert_eq!(refusal(&mut night), why(NotExamination::NoNotice));

    let mut night = Night::doctor_talks();
    let off = Input::Declare {
        microphone: SourceState::On,
        camera: SourceState::Off,
    };
    night.act(night.tablet(), off);
    assert_eq!(refusal(&mut night), why(NotExamination::NotTwoWay));

    let mut night = Night::doctor_talks();
    night.act(
        night.staff(NURSE),
        Input::Assess(Finding::Urgency {
            urgency: Urgency::Orange,
        }),
    );
    assert_eq!(refusal(&mut night), why(NotExamination::SuddenIllness));

    let mut night = Night::doctor_talks();
    assert_eq!(
        night.try_act(night.staff(NURSE), examine.clone()),
        Err(Refused::DoctorOnly)
    );
    assert_eq!(refusal(&mut night), Ok(()));
    assert_eq!(night.session.examining_doctor(), Some(person(DOCTOR)));
}

#[test]
fn losing_the_picture_ends_the_examination_in_the_ledger_from_that_very_millisecond() {
    let mut night = Night::doctor_talks();
    night.act(
        night.staff(DOCTOR),
        Input::SetKind(ServiceKind::OnlineExamination),
    );
    night.pass(Span::seconds(60));
    let leg = night.session.patient_leg().unwrap().id;
    night.act(
        night.system(),
        Input::MediaFlow {
            leg,
            audio: true,
            video: false,
        },
    );
    night.pass(Span::seconds(60));
    assert_eq!(examined_for(&night.session.ledger, night.now), Span::seconds(60));
    let last = night.session.ledger.last().unwrap();
    assert_eq!(
        (last.kind, last.mode),
        (ServiceKind::DoctorAdvice, MediaMode::Audio)
    );
    let joined_up = night
        .session
        .ledger
        .windows(2)
        .all(|w| w[0].until == Some(w[1].from));
    assert!(joined_up, "the ledger has no holes");
}

#[test]
fn a_red_case_ends_online_only_with_the_doctors_reason() {
    let mut night = Night::doctor_talks();
    night.act(
        night.staff(NURSE),
        Input::Assess(Finding::Urgency {
            urgency: Urgency::Red,
        }),
    );
    assert_eq!(
        night.try_act(night.staff(NURSE), advice(Outcome::Advice)),
        Err(Refused::ReasonNeeded)
    );
    let with_reason = |reason: &str| {
        Input::Dispose(Disposition {
            outcome: Outcome::Advice,
            advice: Private::default(),
            reason_online: Some(reason.to_owned().into()),
        })
    };
    assert_eq!(
        night.try_act(night.staff(DOCTOR), with_reason("  ")),
        Err(Refused::ReasonNeeded)
    );
    assert_eq!(
        night.try_act(night.staff(NURSE), with_reason("家族の希望")),
        Err(Refused::ReasonNeeded)
    );
    night.act(night.staff(DOCTOR), with_reason("看取りの方針に沿う"));
    night.act(night.staff(NURSE), advice(Outcome::Ambulance));
    assert_eq!(
        night.try_act(night.staff(NURSE), advice(Outcome::Prescription)),
        Err(Refused::DoctorOnly)
    );
}

#[test]
fn a_device_that_accepts_and_vanishes_before_media_leaves_nobody_waiting() {
    let mut night = Night::begins();
    night.act(night.staff(NURSE), Input::Accept);
    night.pass(Span::seconds(40));
    assert!(matches!(night.leg(NURSE).state, LegState::Away { .. }));
    assert!(
        night.session.desk.is_some_and(|d| d.ringing),
        "the desk is rung for the patient"
    );
}
