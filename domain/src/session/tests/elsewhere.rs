//! One person with two devices: the call is open on one of them.

use super::*;
use crate::encounter::{Encounter, JoinAnswer};
use crate::fact::Fact;
use crate::id::DeviceId;

fn on(actor: Actor, device: u128) -> Actor {
    Actor { device: Some(DeviceId(Uuid::from_u128(device))), ..actor }
}

fn open_on(night: &Night, n: u128) -> Option<DeviceId> {
    night.leg(n).device
}

const FIRST: u128 = 81;
const SECOND: u128 = 82;

fn device(n: u128) -> Option<DeviceId> {
    Some(DeviceId(Uuid::from_u128(n)))
}

#[test]
fn the_device_that_answers_has_the_call_until_another_goes_on_with_it() {
    let mut night = Night::begins();
    let (first, second) = (on(night.staff(NURSE), FIRST), on(night.staff(NURSE), SECOND));
    night.act(first, Input::Accept);
    night.act(second, Input::Accept);
    assert_eq!(open_on(&night, NURSE), device(FIRST), "both rang; the first answer counts");
    night.media_runs(Some(NURSE));
    let off = Input::Declare { microphone: SourceState::Off, camera: SourceState::Off };
    assert_eq!(night.try_act(second, off.clone()), Err(Refused::OtherDevice), "it has no microphone open");
    night.act(second, Input::ComeBack);
    assert_eq!(open_on(&night, NURSE), device(SECOND));
    assert!(matches!(night.leg(NURSE).state, LegState::Joined { .. }), "she was never gone");
    assert_eq!(night.try_act(first, off.clone()), Err(Refused::OtherDevice));
    night.act(second, off);
    night.act(second, Input::ComeBack);
    assert_eq!(
        night.count(|f| matches!(f, FactKind::DeviceChanged { .. })),
        1,
        "said twice it is one change"
    );
    assert_eq!(
        night.count(|f| matches!(f, FactKind::CameBack { .. })),
        0,
        "nobody came back who was never gone"
    );
    assert!(!night.leg(NURSE).elsewhere(device(SECOND)) && night.leg(NURSE).elsewhere(device(FIRST)));
}

#[test]
fn whoever_answers_again_has_it_where_they_are_and_a_row_from_before_anywhere() {
    let mut night = Night::begins();
    let (first, second) = (on(night.staff(NURSE), FIRST), on(night.staff(NURSE), SECOND));
    night.act(first, Input::Accept);
    night.act(first, Input::Leave);
    assert!(!night.leg(NURSE).elsewhere(device(SECOND)), "nobody has it, and the desk is rung");
    night.act(second, Input::Accept);
    assert_eq!(open_on(&night, NURSE), device(SECOND));
    night.session.legs.iter_mut().for_each(|leg| leg.device = None);
    assert!(!night.leg(NURSE).elsewhere(device(FIRST)) && !night.leg(NURSE).elsewhere(device(SECOND)));
    let tablet = on(night.tablet(), 90);
    night.act(tablet, Input::Declare { microphone: SourceState::Off, camera: SourceState::On });
}

#[test]
fn the_patients_yes_goes_on_over_a_change_of_device_and_an_end_that_is_taken_back() {
    let mut night = Night::nurse_talks();
    let first = on(night.staff(OTHER_NURSE), FIRST);
    let second = on(first, SECOND);
    let invite = Input::Invite { role: LegRole::DeskNurse, person: Some(person(OTHER_NURSE)) };
    night.act(night.staff(NURSE), invite);
    night.act(first, Input::Accept);
    let leg = night.leg(OTHER_NURSE).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: true });
    night.act(second, Input::ComeBack);
    night.act(night.staff(NURSE), Input::End);
    night.act(night.staff(NURSE), Input::UndoEnd);
    assert!(night.session.gate_open(night.leg(OTHER_NURSE)));
    let logged = night.facts.iter().zip(&night.bys).zip(&night.times).zip(1..);
    let facts: Vec<Fact> = logged
        .map(|(((kind, by), at), seq)| Fact {
            case: night.session.case,
            seq,
            at: *at,
            by: *by,
            session: Some(night.session.id),
            kind: kind.clone(),
        })
        .collect();
    let folded = Encounter::fold(night.session.id, night.session.patient, &facts).unwrap();
    let answers = &folded.attendees.iter().find(|a| a.leg == leg).unwrap().answers;
    let given = JoinAnswer::Given { how: ConsentManner::OnTablet };
    assert_eq!(answers.iter().map(|a| a.answer).collect::<Vec<_>>(), [given], "the tap was for another");
}

#[test]
fn a_second_tablet_of_the_patient_may_go_on_with_the_call() {
    let mut night = Night::nurse_talks();
    let (own, other) = (night.session.tablet, on(night.tablet(), 91));
    let patient = |night: &Night| night.session.patient_leg().unwrap().clone();
    assert_eq!(patient(&night).device, Some(own), "where it was tapped");
    assert!(patient(&night).elsewhere(other.device));
    night.act(other, Input::ComeBack);
    assert_eq!(patient(&night).device, other.device);
}
