//! Whose decision it is, when it does not stand any more, and who signs.

use super::*;
use crate::case::{Owner, Standing, counting, standing};

fn decide(outcome: Outcome) -> Input {
    Input::Dispose(Disposition { outcome, advice: "お大事に".to_owned().into(), reason_online: None })
}

fn reasoned(outcome: Outcome, reason: &str) -> Input {
    let reason_online = Some(reason.to_owned().into());
    Input::Dispose(Disposition { outcome, advice: Private::default(), reason_online })
}

fn open(night: &Night) -> Option<(Owner, Timestamp)> {
    match standing(&night.session, &Timings::default(), night.now) {
        Standing::Open { owner, deadline } => Some((owner, deadline)),
        Standing::Closed { .. } => None,
    }
}

fn taken_back(night: &Night, why: TakenBack) -> usize {
    night.count(|f| *f == FactKind::DecisionTakenBack { why })
}

/// The end is asked for and can no longer be taken back.
fn ends(night: &mut Night, by: u128) {
    night.act(night.staff(by), Input::End);
    night.pass(Timings::default().undo);
}

fn owned_by(n: u128) -> Owner {
    Owner::Person { person: person(n) }
}

#[test]
fn what_turns_out_to_be_sudden_illness_is_not_ended_online_by_an_earlier_decision() {
    let chest = || Finding::RedFlags { found: vec![RedFlag::ChestPain] };
    let orange = || Finding::Urgency { urgency: Urgency::Orange };
    for finding in [chest, orange] {
        let mut night = Night::nurse_talks();
        // A reason that is no doctor's is none.
        night.act(night.staff(NURSE), reasoned(Outcome::NextDay, "家族の希望"));
        night.act(night.staff(NURSE), Input::Assess(finding()));
        assert_eq!(night.session.disposition, None);
        assert_eq!(
            night.session.taken_back,
            Some(TakenBack::SuddenIllness),
            "the form asks again, and says why"
        );
        assert_eq!(taken_back(&night, TakenBack::SuddenIllness), 1);
        ends(&mut night, NURSE);
        let deadline = night.now.plus(Timings::default().disposition);
        assert_eq!(open(&night), Some((owned_by(NURSE), deadline)));
        assert_eq!(night.session.may_sign(&night.staff(NURSE)), Err(Refused::StillRunning));
        night.act(night.staff(NURSE), decide(Outcome::Hospital));
        assert_eq!((night.session.taken_back, open(&night)), (None, None));
    }
}

#[test]
fn a_decision_that_may_stand_is_not_asked_for_again() {
    let red = || Input::Assess(Finding::Urgency { urgency: Urgency::Red });
    let mut night = Night::doctor_talks();
    night.act(night.staff(DOCTOR), reasoned(Outcome::Advice, "看取りの方針に沿う"));
    night.act(night.staff(NURSE), red());
    assert!(night.session.disposition.is_some(), "the doctor gave the reason");
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), decide(Outcome::Ambulance));
    night.act(night.staff(NURSE), red());
    assert!(night.session.disposition.is_some(), "somebody will see the patient");
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), decide(Outcome::Advice));
    night.act(night.staff(NURSE), Input::Assess(Finding::Urgency { urgency: Urgency::Yellow }));
    night.act(night.staff(NURSE), Input::Assess(Finding::RedFlags { found: vec![] }));
    assert!(night.session.disposition.is_some(), "nothing sudden");
}

#[test]
fn what_is_found_after_the_end_gives_the_whole_time_for_a_new_decision() {
    let mut night = Night::nurse_talks();
    ends(&mut night, NURSE);
    night.pass(Span::minutes(10));
    night.act(night.staff(NURSE), decide(Outcome::Advice));
    assert_eq!(open(&night), None);
    night.pass(Span::minutes(60));
    night.act(night.staff(NURSE), Input::Assess(Finding::RedFlags { found: vec![RedFlag::Seizure] }));
    let deadline = night.now.plus(Timings::default().disposition);
    assert_eq!(open(&night), Some((owned_by(NURSE), deadline)));
}

/// The nurse has written what follows; then she calls the doctor, who is let in.
fn doctor_after_the_decision() -> Night {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), decide(Outcome::Advice));
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    night.act(night.staff(DOCTOR), Input::Accept);
    assert!(night.session.disposition.is_some(), "the patient has not agreed yet, and may say no");
    let leg = night.leg(DOCTOR).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: true });
    night.media_runs(Some(DOCTOR));
    night
}

#[test]
fn a_nurses_decision_from_before_the_doctor_came_is_not_the_doctors() {
    let mut night = doctor_after_the_decision();
    assert_eq!(night.session.disposition, None);
    assert_eq!(night.session.taken_back, Some(TakenBack::DoctorJoined));
    assert_eq!(taken_back(&night, TakenBack::DoctorJoined), 1);
    ends(&mut night, NURSE);
    let deadline = night.now.plus(Timings::default().disposition);
    assert_eq!(open(&night), Some((owned_by(DOCTOR), deadline)), "the doctor is asked, and reminded");
    night.act(night.staff(DOCTOR), decide(Outcome::HouseCall));
    assert_eq!(open(&night), None);
    assert_eq!(night.session.may_sign(&night.staff(NURSE)), Err(Refused::NotYoursToSign));
    assert_eq!(night.session.may_sign(&night.staff(DOCTOR)), Ok(person(DOCTOR)));
}

#[test]
fn what_is_decided_with_the_doctor_stands_whoever_writes_it_down() {
    let mut night = doctor_after_the_decision();
    night.act(night.staff(NURSE), decide(Outcome::HouseCall));
    // Ended by mistake: every gate opens anew, and nobody was let in.
    night.act(night.staff(NURSE), Input::End);
    night.act(night.staff(NURSE), Input::UndoEnd);
    assert!(night.session.disposition.is_some());
    let lost = night.leg(DOCTOR).id;
    night.act(night.system(), Input::MediaLost(lost));
    night.act(night.system(), Input::MediaUp(lost));
    assert!(night.session.disposition.is_some(), "lost for a moment is not gone");
    // A second doctor is let in after the first decided.
    night.act(night.staff(DOCTOR), decide(Outcome::HouseCall));
    assert_eq!(night.session.decided_by, Some(person(DOCTOR)), "the same words, and the doctor's own");
    let other = Input::Invite { role: LegRole::DutyDoctor, person: Some(person(OTHER_DOCTOR)) };
    night.act(night.staff(NURSE), other);
    night.act(night.staff(OTHER_DOCTOR), Input::Accept);
    let leg = night.leg(OTHER_DOCTOR).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: true });
    assert!(night.session.disposition.is_some(), "a doctor decided");
}

#[test]
fn whoever_takes_an_overdue_decision_over_signs_it() {
    let mut night = Night::nurse_talks();
    ends(&mut night, NURSE);
    assert_eq!(night.try_act(night.staff(OTHER_NURSE), decide(Outcome::Advice)), Err(Refused::NotInCall));
    night.pass(Timings::default().disposition);
    night.act(night.staff(OTHER_NURSE), decide(Outcome::Advice));
    let sign = |night: &Night, n: u128| night.session.may_sign(&night.staff(n));
    assert_eq!(sign(&night, OTHER_NURSE), Ok(person(OTHER_NURSE)));
    for n in [NURSE, DOCTOR, VISITOR] {
        assert_eq!(sign(&night, n), Err(Refused::NotYoursToSign), "{n}");
    }
    // The nurse of the call decides after all: it is hers.
    night.act(night.staff(NURSE), decide(Outcome::Advice));
    assert_eq!(sign(&night, NURSE), Ok(person(NURSE)));
    assert_eq!(sign(&night, OTHER_NURSE), Err(Refused::NotYoursToSign));
}

#[test]
fn what_the_desk_had_to_decide_after_a_doctors_call_is_signed_by_a_doctor_who_was_there() {
    let mut night = Night::doctor_talks();
    ends(&mut night, DOCTOR);
    night.pass(Timings::default().disposition);
    night.act(night.staff(OTHER_NURSE), decide(Outcome::Hospital));
    assert!(open(&night).is_none(), "the case is closed");
    for nurse in [NURSE, OTHER_NURSE] {
        assert_eq!(night.session.may_sign(&night.staff(nurse)), Err(Refused::NotYoursToSign));
    }
    // The doctor's own note and decision are not shut out.
    let note = Finding::Note { text: "診察の所見".to_owned().into() };
    night.act(night.staff(DOCTOR), Input::Assess(note));
    night.act(night.staff(DOCTOR), decide(Outcome::HouseCall));
    assert_eq!(night.session.may_sign(&night.staff(DOCTOR)), Ok(person(DOCTOR)));
}

#[test]
fn whoever_asked_after_a_call_that_was_taken_back_signs_it() {
    let mut night = Night::begins();
    night.act(night.tablet(), Input::Cancel);
    night.act(night.staff(OTHER_NURSE), decide(Outcome::CancelledAndChecked));
    assert_eq!(night.session.may_sign(&night.staff(OTHER_NURSE)), Ok(person(OTHER_NURSE)));
    assert_eq!(night.session.may_sign(&night.staff(NURSE)), Err(Refused::NotYoursToSign));
}

#[test]
fn a_prescription_follows_from_an_online_examination_by_the_doctor_who_prescribes() {
    let examine = Input::SetKind(ServiceKind::OnlineExamination);
    let prescribe =
        |night: &mut Night, by: u128| night.try_act(night.staff(by), decide(Outcome::Prescription));
    let needs = Err(Refused::PrescriptionNeedsExamination);

    let mut night = Night::doctor_talks();
    night.patient.care_plan = None;
    assert!(night.try_act(night.staff(DOCTOR), examine.clone()).is_err());
    night.pass(Span::minutes(5));
    assert_eq!(prescribe(&mut night, DOCTOR), needs, "advice it was, and advice is no examination");

    let mut night = super::ending::with_another_doctor();
    night.act(night.staff(DOCTOR), examine);
    assert_eq!(prescribe(&mut night, DOCTOR), needs, "named, and not looked at yet");
    night.pass(Span::seconds(60));
    assert_eq!(prescribe(&mut night, OTHER_DOCTOR), needs, "another doctor's");
    assert_eq!(prescribe(&mut night, NURSE), Err(Refused::DoctorOnly));
    // The picture is lost, and the call goes on as advice: it was examined.
    let leg = night.session.patient_leg().unwrap().id;
    night.act(night.system(), Input::MediaFlow { leg, audio: true, video: false });
    assert_eq!(night.session.kind, ServiceKind::DoctorAdvice);
    assert_eq!(prescribe(&mut night, DOCTOR), Ok(()));
    ends(&mut night, DOCTOR);
    assert_eq!(prescribe(&mut night, DOCTOR), Ok(()), "after the call as well");
}

#[test]
fn a_colleagues_examination_is_not_the_prescribing_doctors() {
    let examine = Input::SetKind(ServiceKind::OnlineExamination);
    let mut night = super::ending::with_another_doctor();
    night.patient.care_plan.as_mut().unwrap().named_doctors.push(person(OTHER_DOCTOR));
    night.act(night.staff(DOCTOR), examine.clone());
    night.pass(Span::seconds(60));
    night.act(night.staff(DOCTOR), Input::Leave);
    night.act(night.staff(OTHER_DOCTOR), examine);
    let prescribe =
        |night: &mut Night| night.try_act(night.staff(OTHER_DOCTOR), decide(Outcome::Prescription));
    night.pass(Span(999));
    assert_eq!(prescribe(&mut night), Err(Refused::PrescriptionNeedsExamination), "a minute of another's");
    night.pass(Span(1));
    assert_eq!(prescribe(&mut night), Ok(()));
    assert_eq!(night.try_act(night.staff(DOCTOR), decide(Outcome::Prescription)), Ok(()));
}

#[test]
fn what_was_taken_back_is_where_the_new_decision_begins() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), decide(Outcome::Advice));
    ends(&mut night, NURSE);
    assert_eq!(night.session.former, None);
    let stood = night.session.disposition.clone();
    night.act(night.staff(NURSE), Input::Assess(Finding::Urgency { urgency: Urgency::Red }));
    assert_eq!((night.session.former.clone(), &night.session.disposition), (stood, &None));
    night.act(night.staff(NURSE), decide(Outcome::Ambulance));
    assert_eq!((&night.session.former, night.session.taken_back), (&None, None), "what stands now is enough");
}

#[test]
fn once_nothing_is_undecided_the_list_leads_to_the_oldest_record_that_is_not_signed() {
    let decided = || {
        let mut night = Night::nurse_talks();
        night.act(night.staff(NURSE), decide(Outcome::Advice));
        ends(&mut night, NURSE);
        night.session
    };
    let mut taken_back = Night::begins();
    taken_back.act(taken_back.tablet(), Input::Cancel);
    taken_back.act(taken_back.tablet(), Input::CallAgain(next_call()));
    let mut calls = vec![taken_back.session, decided(), decided(), decided()];
    for (n, call) in calls.iter_mut().enumerate() {
        call.id = crate::id::SessionId(Uuid::from_u128(n as u128));
    }
    let leads = |calls: &[Session]| {
        let counts = counting(calls).map(|s| s.id);
        calls.iter().position(|s| Some(s.id) == counts)
    };
    assert_eq!(leads(&calls), Some(1), "what the next call answered is nobody's to sign");
    let mut later = calls.clone();
    later[2].disposition = None;
    assert_eq!(leads(&later), Some(2), "what is undecided comes first");
    later[3] = Night::nurse_talks().session;
    assert_eq!(leads(&later), Some(3), "and a call that runs before that");
    for (signed, next) in [(1, 2), (3, 2), (2, 3)] {
        calls[signed].signed = Some(1);
        assert_eq!(leads(&calls), Some(next), "{signed} is signed");
    }
}

#[test]
fn of_two_who_write_at_once_the_second_looks_at_what_the_first_saved() {
    let note = |text: &str| Finding::Note { text: text.to_owned().into() };
    let sbar =
        |text: &str| Finding::Sbar { sbar: Sbar { situation: text.to_owned().into(), ..Sbar::default() } };
    for write in [note as fn(&str) -> Finding, sbar as fn(&str) -> Finding] {
        let mut night = Night::doctor_talks();
        let saw = |seen: &str| Found::Finding { finding: write(seen) };
        let over = |mine: &str, seen: &str| Input::AssessOver { finding: write(mine), seen: saw(seen) };
        night.act(night.staff(NURSE), over("看護師", ""));
        let before = night.session.clone();
        let second = night.try_act(night.staff(DOCTOR), over("医師", ""));
        assert_eq!((second, &night.session), (Err(Refused::ChangedMeanwhile), &before));
        let colour = Found::Finding { finding: Finding::Urgency { urgency: Urgency::Red } };
        let other = Input::AssessOver { finding: write("医師"), seen: colour };
        assert_eq!(night.try_act(night.staff(DOCTOR), other), Err(Refused::ChangedMeanwhile));
        night.act(night.staff(NURSE), over("看護師", ""));
        assert_eq!(night.session, before, "said again, as after a broken socket");
        let whose = |night: &Night| {
            let a = &night.session.assessment;
            a.sbar_by.or(a.note_by)
        };
        assert_eq!(whose(&night), Some(person(NURSE)));
        night.act(night.staff(DOCTOR), Input::Assess(write("看護師")));
        assert_eq!(whose(&night), Some(person(NURSE)), "the same words stay whose they were");
        night.act(night.staff(DOCTOR), over("看護師と医師", "看護師"));
        assert!(night.session.assessment.reads(&write("看護師と医師")));
        assert_eq!(whose(&night), Some(person(DOCTOR)));
        night.act(night.staff(NURSE), Input::Assess(write("最後の人")));
        assert!(
            night.session.assessment.reads(&write("最後の人")),
            "who does not say what they saw overwrites"
        );
        let stranger = night.try_act(night.staff(VISITOR), over("よそ", "最後の人"));
        assert_eq!(stranger, Err(Refused::NotInCall));
        let long = over(&"痛".repeat(4_001), "最後の人");
        assert_eq!(night.try_act(night.staff(NURSE), long), Err(Refused::TextTooLong));
    }
}

#[test]
fn a_record_keeps_each_decision_that_was_changed_and_says_when() {
    let mut night = Night::doctor_talks();
    let doctor = night.staff(DOCTOR);
    let folded = |night: &Night| {
        crate::encounter::Encounter::fold(night.session.id, night.session.patient, &night.log()).unwrap()
    };
    night.act(doctor, decide(Outcome::NurseVisit));
    let first = night.now;
    assert_eq!(folded(&night).replaced, []);
    night.pass(Span::minutes(1));
    night.act(doctor, decide(Outcome::Advice));
    let second = night.now;
    night.act(doctor, decide(Outcome::Advice));
    night.pass(Span::minutes(1));
    night.act(night.staff(NURSE), Input::Assess(Finding::Urgency { urgency: Urgency::Red }));
    let third = night.now;
    let encounter = folded(&night);
    assert_eq!(encounter.disposition, None, "it fell");
    let were: Vec<_> = encounter
        .replaced
        .iter()
        .map(|r| (r.decided.disposition.reveal().outcome, r.decided.at, r.until, r.taken_back))
        .collect();
    let sudden = Some(TakenBack::SuddenIllness);
    assert_eq!(were, [(Outcome::NurseVisit, first, second, None), (Outcome::Advice, second, third, sudden),]);
    assert!(encounter.replaced.iter().all(|r| r.decided.by == Some(person(DOCTOR))));
}

#[test]
fn of_two_who_choose_at_once_the_second_looks_at_what_the_first_chose() {
    let identity = |method| Finding::Identity { method };
    let urgency = |urgency| Finding::Urgency { urgency };
    let flags = |found: &[RedFlag]| Finding::RedFlags { found: found.to_vec() };
    for (first, second, third) in [
        (
            identity(IdentityMethod::NotYet),
            identity(IdentityMethod::Known),
            identity(IdentityMethod::ByProxy),
        ),
        (urgency(Urgency::Red), urgency(Urgency::Green), urgency(Urgency::Yellow)),
        (flags(&[RedFlag::Bleeding]), flags(&[]), flags(&[RedFlag::Seizure])),
        // Flags have no order, and are kept in one.
        (
            flags(&[RedFlag::Seizure, RedFlag::Bleeding]),
            flags(&[RedFlag::Seizure, RedFlag::Breathing, RedFlag::Seizure]),
            flags(&[]),
        ),
    ] {
        let mut night = Night::doctor_talks();
        let (nurse, doctor) = (night.staff(NURSE), night.staff(DOCTOR));
        let over = |mine: &Finding, seen: Found| Input::AssessOver { finding: mine.clone(), seen };
        let saw = |finding: &Finding| Found::Finding { finding: finding.clone() };
        let whose = |night: &Night| {
            let a = &night.session.assessment;
            a.identity.map(|(_, by)| by).or(a.urgency_by).or(a.red_flags_by)
        };
        let early = night.try_act(doctor, over(&first, saw(&second)));
        assert_eq!(early, Err(Refused::ChangedMeanwhile), "nothing stands there");
        night.act(nurse, over(&first, Found::Nothing));
        let before = night.session.clone();
        let refused = night.try_act(doctor, over(&second, Found::Nothing));
        assert_eq!((refused, &night.session), (Err(Refused::ChangedMeanwhile), &before), "not overwritten");
        night.act(nurse, over(&first, Found::Nothing));
        assert_eq!(night.session, before, "said again, as after a broken socket");
        night.act(doctor, Input::Assess(first.clone()));
        assert_eq!(whose(&night), Some(person(NURSE)), "the same again stays whose it was");
        night.act(doctor, over(&second, saw(&first)));
        assert!(night.session.assessment.reads(&second));
        assert_eq!(whose(&night), Some(person(DOCTOR)));
        let late = night.try_act(nurse, over(&third, saw(&first)));
        assert_eq!(late, Err(Refused::ChangedMeanwhile));
    }
}

#[test]
fn of_two_who_decide_at_once_the_second_looks_at_what_the_first_decided() {
    let decision = |outcome| {
        let Input::Dispose(disposition) = decide(outcome) else { unreachable!() };
        disposition
    };
    let over = |outcome, seen: Decided| Input::DisposeOver { disposition: decision(outcome), seen };
    let stood = |outcome| Decided::Decision { disposition: decision(outcome) };
    let mut night = Night::doctor_talks();
    let doctor = night.staff(DOCTOR);
    night.act(doctor, over(Outcome::Ambulance, Decided::Nothing));
    let before = night.session.clone();
    let refused = night.try_act(doctor, over(Outcome::Advice, Decided::Nothing));
    assert_eq!((refused, &night.session), (Err(Refused::ChangedMeanwhile), &before));
    let refused = night.try_act(doctor, over(Outcome::Advice, stood(Outcome::HouseCall)));
    assert_eq!(refused, Err(Refused::ChangedMeanwhile));
    night.act(doctor, over(Outcome::Ambulance, Decided::Nothing));
    assert_eq!(night.session, before, "said again, as after a broken socket");
    night.act(doctor, over(Outcome::Advice, stood(Outcome::Ambulance)));
    assert_eq!(night.session.disposition, Some(decision(Outcome::Advice)));
    let stranger = night.try_act(night.staff(VISITOR), over(Outcome::Hospital, stood(Outcome::Advice)));
    assert!(stranger.is_err_and(|refused| refused != Refused::ChangedMeanwhile));
    let long = Disposition { advice: "痛".repeat(4_001).into(), ..decision(Outcome::Advice) };
    let long = Input::DisposeOver { disposition: long, seen: stood(Outcome::Advice) };
    assert_eq!(night.try_act(doctor, long), Err(Refused::TextTooLong));
}
