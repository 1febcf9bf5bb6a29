//! Five places in the room, and who has one.

use super::devices::{self, CAMERA, DISPLAY, OTHER_CAMERA};
use super::*;
use crate::equipment::Home;

fn inside(night: &Night) -> usize {
    night.session.legs.iter().filter(|l| l.in_call()).count()
}

#[test]
fn nobody_comes_or_comes_back_into_a_full_room() {
    let mut night = Night::doctor_talks();
    night.act(night.staff(DOCTOR), Input::Leave);
    for n in [OTHER_DOCTOR, VISITOR] {
        let role = if n == VISITOR { LegRole::VisitingNurse } else { LegRole::DutyDoctor };
        night.act(night.staff(NURSE), Input::Invite { role, person: Some(person(n)) });
        night.act(night.staff(n), Input::Accept);
    }
    night.act(
        night.staff(NURSE),
        Input::Invite { role: LegRole::DeskNurse, person: Some(person(OTHER_NURSE)) },
    );
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert_eq!(inside(&night), ROOM_SIZE);
    assert_eq!(night.try_act(night.staff(DOCTOR), Input::ComeBack), Err(Refused::Full));
    // Nobody is woken for a room without a place, and a ring from before opens none.
    let invite = || Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) };
    assert_eq!(night.try_act(night.staff(NURSE), invite()), Err(Refused::Full));
    assert!(!night.leg(DOCTOR).wanted());
    night.act(night.staff(VISITOR), Input::Leave);
    night.act(night.staff(NURSE), invite());
    night.act(night.staff(VISITOR), Input::ComeBack);
    assert_eq!(night.try_act(night.staff(DOCTOR), Input::Accept), Err(Refused::Full));
    night.act(night.staff(NURSE), invite());
    // Somebody is lost: their place is the doctor's.
    let lost = night.leg(VISITOR).id;
    night.act(night.system(), Input::MediaUp(lost));
    night.act(night.system(), Input::MediaLost(lost));
    night.act(night.staff(DOCTOR), Input::Accept);
    assert!(night.leg(DOCTOR).in_call() && !night.leg(VISITOR).in_call());
    assert_eq!(inside(&night), ROOM_SIZE);
}

#[test]
fn a_rung_nurse_is_never_kept_out_by_those_who_are_not_there() {
    for silent in [false, true] {
        let mut night = devices::night();
        for n in [CAMERA, DISPLAY] {
            let device = devices::bring(&mut night, n);
            night.act(night.system(), Input::MediaUp(device));
        }
        night.act(
            night.staff(NURSE),
            Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) },
        );
        night.act(night.staff(DOCTOR), Input::Accept);
        let (nurse, doctor) = (night.leg(NURSE).id, night.leg(DOCTOR).id);
        night.act(night.tablet(), Input::AnswerJoin { leg: doctor, yes: true });
        night.media_runs(Some(DOCTOR));
        assert_eq!(inside(&night), ROOM_SIZE);
        if silent {
            night.pass(Span::minutes(40));
            assert!(night.leg(NURSE).silent && night.leg(DOCTOR).silent, "tabs that were left open");
        } else {
            night.act(night.system(), Input::MediaLost(doctor));
            night.pass(Span::seconds(1));
            night.act(night.system(), Input::MediaLost(nurse));
            night.pass(Timings::default().alone);
        }
        assert!(night.session.desk.is_some(), "nobody is with the patient");
        night.act(night.staff(OTHER_NURSE), Input::Accept);
        assert!(night.session.gate_open(night.leg(OTHER_NURSE)) && night.session.desk.is_none());
        assert_eq!(inside(&night), ROOM_SIZE, "the room has five places");
        let gone = FactKind::Left { leg: if silent { nurse } else { doctor }, gave_up: true };
        assert_eq!(night.count(|f| *f == gone), 1, "of those who are away, the longest away");
        assert!(night.session.patient_leg().unwrap().in_call());
        assert_eq!(night.session.legs.iter().filter(|l| l.role == LegRole::Device && l.in_call()).count(), 2);
    }
}

/// A nurse talks beside three devices, and a doctor is invited.
fn crowded_with_devices() -> Night {
    let mut night = devices::night();
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    let patient = night.patient.id;
    night.equipment[1].equipment.home = Home::Patient { patient };
    for n in [CAMERA, OTHER_CAMERA, DISPLAY] {
        devices::bring(&mut night, n);
    }
    night
}

#[test]
fn neither_who_waits_for_a_yes_nor_devices_keep_the_only_nurse_out() {
    let mut night = crowded_with_devices();
    night.busy = vec![NURSE];
    night.act(night.staff(NURSE), Input::Leave);
    night.act(night.staff(DOCTOR), Input::Accept);
    assert!(night.session.desk.is_some(), "the patient has not agreed to the doctor");
    assert_eq!(inside(&night), ROOM_SIZE);
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert!(night.session.gate_open(night.leg(OTHER_NURSE)) && !night.leg(DOCTOR).in_call());
}

#[test]
fn whoever_comes_back_or_is_brought_in_gets_the_place_of_somebody_who_is_lost() {
    let mut night = devices::night();
    let invite = |n: u128, role| Input::Invite { role, person: Some(person(n)) };
    for (n, role) in [
        (DOCTOR, LegRole::DutyDoctor),
        (VISITOR, LegRole::VisitingNurse),
        (OTHER_NURSE, LegRole::DeskNurse),
        (OTHER_DOCTOR, LegRole::DutyDoctor),
    ] {
        night.act(night.staff(NURSE), invite(n, role));
        night.act(night.staff(n), Input::Accept);
        let leg = night.leg(n).id;
        night.act(night.system(), Input::MediaUp(leg));
        if n == DOCTOR {
            night.act(night.staff(DOCTOR), Input::Leave);
        }
    }
    let bring = Input::BringEquipment(crate::id::DeviceId(Uuid::from_u128(CAMERA)));
    assert_eq!(night.try_act(night.staff(NURSE), bring.clone()), Err(Refused::Full));
    for (lost, comes) in [(VISITOR, None), (OTHER_NURSE, Some(DOCTOR))] {
        assert_eq!(inside(&night), ROOM_SIZE);
        let leg = night.leg(lost).id;
        night.act(night.system(), Input::MediaLost(leg));
        match comes {
            None => night.act(night.staff(NURSE), bring.clone()),
            Some(n) => night.act(night.staff(n), Input::ComeBack),
        }
        assert_eq!(night.count(|f| *f == FactKind::Left { leg, gave_up: true }), 1);
        assert_eq!(inside(&night), ROOM_SIZE);
    }
    assert!(night.leg(DOCTOR).in_call() && !night.session.gate_open(night.leg(DOCTOR)), "asked for again");
    assert_eq!(night.try_act(night.staff(VISITOR), Input::ComeBack), Err(Refused::Full));
}

#[test]
fn the_nurse_who_comes_back_to_a_patient_who_is_alone_finds_a_place() {
    let mut night = crowded_with_devices();
    night.act(night.staff(NURSE), Input::Leave);
    night.act(night.staff(DOCTOR), Input::Accept);
    assert_eq!(inside(&night), ROOM_SIZE);
    night.act(night.staff(NURSE), Input::Decline(DeclineReason::Other));
    night.act(night.staff(NURSE), Input::ComeBack);
    assert!(night.session.gate_open(night.leg(NURSE)) && night.session.desk.is_none());
    assert_eq!(inside(&night), ROOM_SIZE);
}
