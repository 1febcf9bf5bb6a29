//! Whoever is in charge is asked whether the call goes on; and patients for whom everybody is busy.

use super::*;
use crate::case::{Owner, Standing, standing};
use crate::duty::Line;

fn owner(night: &Night) -> Owner {
    match standing(&night.session, &Timings::default(), night.now) {
        Standing::Open { owner, .. } => owner,
        Standing::Closed { .. } => panic!("closed"),
    }
}

const DESK: Owner = Owner::Line { line: Line::Desk };

fn of(n: u128) -> Owner {
    Owner::Person { person: person(n) }
}

#[test]
fn the_one_in_charge_is_asked_and_an_answer_of_anybody_who_cares_is_enough() {
    let mut night = Night::doctor_talks();
    night.pass(Span::minutes(30));
    let asked = night.session.check_in.expect("asked after half an hour");
    assert_eq!(asked.leg, night.leg(DOCTOR).id);
    assert_eq!(asked.answer_by, asked.asked_at.plus(Span::minutes(2)));
    assert_eq!(night.try_act(night.tablet(), Input::StillHere), Err(Refused::ClinicianOnly));
    night.act(night.staff(NURSE), Input::StillHere);
    assert!(night.session.check_in.is_none());
    night.act(night.staff(NURSE), Input::StillHere);
    assert_eq!(
        night.count(|f| matches!(f, FactKind::CheckInAnswered { .. })),
        1,
        "said twice, once in the log"
    );
    night.pass(Span::minutes(29));
    assert!(night.session.check_in.is_none() && night.session.desk.is_none());
    night.pass(Span::minutes(1));
    assert!(night.session.check_in.is_some(), "and again half an hour later");
}

#[test]
fn without_an_answer_the_next_in_the_call_takes_over_and_after_them_the_desk() {
    let mut night = Night::doctor_talks();
    assert_eq!(owner(&night), of(DOCTOR));
    night.pass(Span::minutes(32));
    assert_eq!(owner(&night), of(NURSE), "the doctor did not answer");
    assert_eq!(night.session.check_in.map(|c| c.leg), Some(night.leg(NURSE).id), "she is asked at once");
    assert!(night.session.desk.is_none());
    night.pass(Span::minutes(2));
    assert_eq!(owner(&night), DESK);
    assert!(night.session.desk.is_some_and(|d| d.ringing));
    assert!(night.session.leg_of(person(OTHER_NURSE)).is_some_and(Leg::wanted));
    assert!(night.leg(NURSE).in_call() && night.leg(DOCTOR).in_call(), "nobody is thrown out");
    assert_eq!(night.count(|f| matches!(f, FactKind::CheckInMissed { .. })), 2);
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert_eq!(owner(&night), of(OTHER_NURSE));
    assert!(night.session.desk.is_none());
    assert_eq!(night.leg(OTHER_NURSE).consent, JoinConsent::ByTap, "who takes over is let in");
}

#[test]
fn a_late_answer_stops_the_ring() {
    let mut night = Night::nurse_talks();
    night.pass(Span::seconds(32 * 60 + 5));
    assert_eq!(owner(&night), DESK);
    night.act(night.staff(NURSE), Input::StillHere);
    assert_eq!(owner(&night), of(NURSE));
    assert!(night.session.desk.is_none() && !night.leg(OTHER_NURSE).wanted());
}

#[test]
fn answering_the_ring_for_ones_own_patient_or_going_on_elsewhere_is_an_answer_too() {
    for (does, device) in [
        (Input::Accept, None),
        (Input::ComeBack, None),
        (Input::ComeBack, Some(82)),
        (Input::Accept, Some(82)),
    ] {
        let mut night = Night::begins();
        let on =
            |n: u128, night: &Night| Actor { device: Some(Uuid::from_u128(n).into()), ..night.staff(NURSE) };
        night.act(on(81, &night), Input::Accept);
        night.media_runs(Some(NURSE));
        night.pass(Span::seconds(32 * 60 + 5));
        assert!(night.leg(NURSE).silent && night.leg(OTHER_NURSE).wanted());
        let device = device.unwrap_or(81);
        night.act(on(device, &night), does.clone());
        assert_eq!(owner(&night), of(NURSE), "{does:?} on {device}");
        assert!(night.session.desk.is_none() && !night.leg(OTHER_NURSE).wanted());
        assert_eq!(night.count(|f| matches!(f, FactKind::CheckInAnswered { .. })), 1);
        assert_eq!(night.leg(NURSE).device, Some(Uuid::from_u128(device).into()));
        let moved = night.count(|f| matches!(f, FactKind::DeviceChanged { .. }));
        assert_eq!(moved, usize::from(device == 82));
        night.pass(Span::minutes(29));
        assert!(night.session.check_in.is_none(), "asked again half an hour after she was heard of");
        night.pass(Span::minutes(1));
        assert_eq!(night.session.check_in.map(|c| c.leg), Some(night.leg(NURSE).id));
    }
}

#[test]
fn going_on_elsewhere_answers_for_oneself_and_not_for_the_one_who_is_asked() {
    let mut night = Night::doctor_talks();
    night.pass(Span::minutes(32));
    let asked = night.session.check_in;
    assert_eq!(asked.map(|c| c.leg), Some(night.leg(NURSE).id), "the doctor was silent");
    night.act(night.staff(DOCTOR), Input::ComeBack);
    assert!(!night.leg(DOCTOR).silent);
    assert_eq!((owner(&night), night.session.check_in), (of(DOCTOR), asked));
}

#[test]
fn of_somebody_who_has_gone_the_next_is_asked_instead() {
    let mut night = Night::doctor_talks();
    night.pass(Span::minutes(30));
    night.act(night.staff(DOCTOR), Input::Leave);
    night.pass(Span::seconds(1));
    assert_eq!(night.session.check_in.map(|c| c.leg), Some(night.leg(NURSE).id));
    night.act(night.staff(NURSE), Input::End);
    assert!(night.session.check_in.is_none());
}

#[test]
fn with_everybody_busy_the_number_shows_at_once_and_the_first_one_free_is_rung() {
    let mut night = Night::with_desk(Vec::new());
    night.desk = vec![NURSE, OTHER_NURSE];
    night.busy = vec![NURSE, OTHER_NURSE];
    night.session.desk = None;
    night.act(night.system(), Input::Freed(person(NURSE)));
    assert!(night.session.desk.is_none(), "nobody is rung for a call that does not wait");
    let mut night = Night::with_desk(Vec::new());
    night.desk = vec![NURSE, OTHER_NURSE];
    night.busy = vec![NURSE, OTHER_NURSE];
    let pages = night.pages.len();
    night.pass(Span::minutes(2));
    let desk = night.session.desk.expect("waits");
    assert!(desk.fallback && !desk.ringing, "nobody is rung, so nothing says so");
    assert_eq!(night.count(|f| *f == FactKind::EverybodyBusy { line: Line::Desk }), 1);
    night.act(night.system(), Input::Freed(person(DOCTOR)));
    night.act(night.system(), Input::Freed(person(OTHER_NURSE)));
    assert_eq!(night.pages.len(), pages, "she has gone into another call again");
    night.busy = vec![NURSE];
    night.act(night.system(), Input::Freed(person(OTHER_NURSE)));
    assert!(night.session.desk.is_some_and(|d| d.ringing && d.fallback));
    assert!(night.leg(OTHER_NURSE).wanted() && night.session.leg_of(person(NURSE)).is_none());
    assert_eq!(night.pages.len(), pages + 1);
}

#[test]
fn the_oxygen_scale_is_the_doctors_with_a_reason_in_both_directions() {
    let mut night = Night::doctor_talks();
    let set = |scale2, reason: &str| Input::SetOxygenScale { scale2, reason: reason.to_owned().into() };
    assert_eq!(night.try_act(night.staff(NURSE), set(true, "COPD")), Err(Refused::DoctorOnly));
    assert_eq!(night.try_act(night.tablet(), set(true, "COPD")), Err(Refused::ClinicianOnly));
    assert_eq!(night.try_act(night.staff(DOCTOR), set(true, " ")), Err(Refused::ScaleReasonNeeded));
    night.act(night.staff(DOCTOR), set(true, "COPD"));
    night.act(night.staff(DOCTOR), set(true, "COPD"));
    let set_now = |n: &Night| n.count(|f| matches!(f, FactKind::OxygenScaleSet { .. }));
    assert_eq!(set_now(&night), 1);
    let chosen = night.session.oxygen_scale.unwrap();
    assert_eq!((chosen.scale2, chosen.by), (true, person(DOCTOR)));
    night.act(night.staff(DOCTOR), set(false, "思い違い"));
    assert_eq!((night.session.oxygen_scale.map(|c| c.scale2), set_now(&night)), (Some(false), 2));
}

#[test]
fn of_somebody_who_left_while_asked_the_next_one_is_asked_at_once() {
    let mut night = Night::doctor_talks();
    night.pass(Span::minutes(30));
    assert_eq!(night.session.check_in.map(|c| c.leg), Some(night.leg(DOCTOR).id));
    night.pass(Span::minutes(1));
    night.act(night.staff(DOCTOR), Input::Leave);
    let now = night.now;
    assert!(
        night.session.deadlines(&Timings::default()).contains(&(Due::CheckIn, now)),
        "due now, and not before"
    );
    night.pass(Span(0));
    assert_eq!(night.session.check_in.map(|c| c.leg), Some(night.leg(NURSE).id));
}
