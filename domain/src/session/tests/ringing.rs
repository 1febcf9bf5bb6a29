//! Ringing and answering, one test a story.

use super::*;
use crate::case::{Owner, Standing, standing};
use crate::duty::Line;

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
    assert_eq!(night.try_act(night.staff(OTHER_NURSE), Input::Accept), Err(Refused::TakenBy(person(NURSE))));
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
    assert_eq!(night.session.desk.map(|d| (d.round, d.ringing, d.fallback)), Some((2, true, false)));
    let attempts: Vec<u32> = night.pages.iter().map(|p| p.attempt).collect();
    assert_eq!(attempts, [1, 1, 2, 2], "a page says how often its leg was rung");
    night.pass(Span::seconds(25));
    assert_eq!(night.session.desk.map(|d| (d.ringing, d.fallback)), Some((false, true)));
    night.pass(Span::minutes(2));
    assert_eq!(night.session.desk.map(|d| (d.ringing, d.fallback)), Some((true, true)));
    assert_eq!(night.count(|f| *f == FactKind::FallbackShown), 1);
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert!(night.leg(OTHER_NURSE).in_call());
}

#[test]
fn with_nobody_on_duty_the_number_shows_at_once_and_with_all_declining_without_waiting() {
    let night = Night::with_desk(vec![]);
    assert!(night.session.desk.is_some_and(|d| d.fallback && !d.ringing));
    assert_eq!(night.count(|f| matches!(f, FactKind::NobodyOnDuty { line: Line::Desk })), 1);
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
    assert_eq!(night.try_act(night.staff(NURSE), Input::Accept), Err(Refused::YouAreBusy));
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
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: None });
    night.act(night.staff(DOCTOR), Input::Accept);
    assert_eq!(open(&night), 2, "the doctor accepted, the patient has not");
    let leg = night.leg(DOCTOR).id;
    assert_eq!(night.try_act(night.staff(DOCTOR), Input::SpokenConsent(leg)), Err(Refused::OwnConsent));
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
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    night.act(night.staff(DOCTOR), Input::Accept);
    let leg = night.leg(DOCTOR).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: false });
    assert!(!night.leg(DOCTOR).in_call());
    assert_eq!(night.try_act(night.staff(DOCTOR), Input::ComeBack), Err(Refused::ConsentRefused));
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    night.act(night.staff(DOCTOR), Input::Accept);
    assert!(matches!(night.leg(DOCTOR).consent, JoinConsent::Asked { .. }));
}

#[test]
fn an_unanswered_doctor_times_out_and_the_nurse_may_ring_another_while_keeping_the_patient() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    night.pass(Span::seconds(30));
    assert!(matches!(night.leg(DOCTOR).state, LegState::TimedOut { .. }));
    let Standing::Open { owner, .. } = standing(&night.session, &Timings::default(), night.now) else {
        panic!("closed")
    };
    assert_eq!(owner, Owner::Person { person: person(NURSE) });
    night.act(
        night.staff(NURSE),
        Input::Invite { role: LegRole::DutyDoctor, person: Some(person(OTHER_DOCTOR)) },
    );
    night.act(night.staff(OTHER_DOCTOR), Input::Accept);
    night.busy = vec![DOCTOR];
    let again = Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) };
    assert_eq!(night.try_act(night.staff(NURSE), again), Err(Refused::PersonBusy));
}

#[test]
fn ringing_all_doctors_rings_those_who_are_free() {
    let mut night = Night::nurse_talks();
    let pages = night.pages.len();
    night.busy = vec![DOCTOR];
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: None });
    assert!(night.leg(OTHER_DOCTOR).wanted());
    assert!(night.session.leg_of(person(DOCTOR)).is_none(), "a doctor in a call is not rung");
    let paged: Vec<PersonId> = night.pages[pages..].iter().map(|page| page.person).collect();
    assert_eq!(paged, [person(OTHER_DOCTOR)]);
    // Out of it again, and the other has said no: both are rung.
    night.act(night.staff(OTHER_DOCTOR), Input::Decline(DeclineReason::Other));
    night.busy.clear();
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: None });
    assert!(night.leg(DOCTOR).wanted() && night.leg(OTHER_DOCTOR).wanted());
}

#[test]
fn who_cannot_be_rung_or_may_not_is_told_why() {
    let invite = |role, n: Option<u128>| Input::Invite { role, person: n.map(person) };
    let (nurse, doctor) = (LegRole::DeskNurse, LegRole::DutyDoctor);
    let advice = Input::SetKind(ServiceKind::NurseAdvice);
    for (by, input, desk, busy, refused, code) in [
        (NURSE, invite(nurse, None), vec![NURSE], vec![], Refused::NobodyOnDuty, "nobody-on-duty"),
        (
            NURSE,
            invite(doctor, None),
            vec![NURSE],
            vec![DOCTOR, OTHER_DOCTOR],
            Refused::EverybodyBusy,
            "everybody-busy",
        ),
        (NURSE, invite(doctor, Some(VISITOR)), vec![NURSE], vec![], Refused::NotOnDuty, "not-on-duty"),
        (NURSE, invite(nurse, Some(NURSE)), vec![NURSE], vec![], Refused::NotOnDuty, "not-on-duty"),
        (NURSE, invite(doctor, Some(DOCTOR)), vec![NURSE], vec![DOCTOR], Refused::PersonBusy, "person-busy"),
        (NURSE, invite(LegRole::Patient, None), vec![NURSE], vec![], Refused::NoSuchLeg, "no-such-leg"),
        (OTHER_NURSE, invite(doctor, None), vec![NURSE], vec![], Refused::NotInCall, "not-in-call"),
        (DOCTOR, advice, vec![NURSE], vec![], Refused::KindNotYours, "kind-not-yours"),
    ] {
        let mut night = if by == DOCTOR { Night::doctor_talks() } else { Night::nurse_talks() };
        (night.desk, night.busy) = (desk, busy);
        assert_eq!(night.try_act(night.staff(by), input), Err(refused), "{code}");
        assert_eq!(refused.code(), code);
    }
    // Not on duty, and it takes a case out of the queue.
    let mut night = Night::with_desk(vec![NURSE]);
    assert_eq!(night.try_act(night.staff(OTHER_NURSE), Input::Accept), Err(Refused::NotOnDuty));
}

#[test]
fn a_group_ring_ends_with_one_doctor() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: None });
    night.act(night.staff(OTHER_DOCTOR), Input::Accept);
    assert_eq!(
        night.try_act(night.staff(DOCTOR), Input::Accept),
        Err(Refused::TakenBy(person(OTHER_DOCTOR)))
    );
}

#[test]
fn a_ring_that_is_taken_back_stops_and_the_answer_comes_too_late() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    let leg = night.leg(DOCTOR).id;
    assert!(night.leg(DOCTOR).wanted());
    assert!(night.try_act(night.tablet(), Input::WithdrawInvite(leg)).is_err());
    assert!(night.leg(DOCTOR).wanted(), "not the patient's to stop");
    night.act(night.staff(NURSE), Input::WithdrawInvite(leg));
    assert!(matches!(night.leg(DOCTOR).state, LegState::Withdrawn { taken_by: None, .. }));
    assert_eq!(night.count(|f| matches!(f, FactKind::Withdrawn { taken_by: None, .. })), 1);
    assert_eq!(night.try_act(night.staff(DOCTOR), Input::Accept), Err(Refused::RingOver));
    night.pass(Span::minutes(1));
    assert_eq!(night.count(|f| matches!(f, FactKind::RingTimedOut { .. })), 0, "its deadline went with it");
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    assert!(night.leg(DOCTOR).wanted(), "and may be rung again");
}
