//! Nobody answers: the desk, then the doctor. The patient is never left without words, the case never without owner.

use yoban_domain::case::Owner;
use yoban_domain::duty::Line;
use yoban_domain::id::CaseId;
use yoban_domain::session::{JoinConsent, LegRole, LegState, State};
use yoban_domain::wire::rest::CaseView;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_tests::{Night, Person};

/// The case as it is stored is `owner`'s to act on, by a deadline that lay ahead when the last thing happened.
async fn owned(who: &Person, case: CaseId, owner: Owner) {
    let stored: CaseView = who.get(&format!("/api/v1/cases/{case}")).await;
    assert_eq!(stored.owner, Some(owner));
    // How late a page goes out is the delivery's affair: it moves no deadline.
    let last = stored.timeline.iter().rfind(|e| e.fact != "pageSent").unwrap();
    assert!(stored.deadline.unwrap() > last.at, "{:?} after {last:?}", stored.deadline);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_answers_and_the_tablet_says_how_to_go_on_until_somebody_does() {
    // Rings of 2.5 s, reminder after 12 s, doctors' rings of 3 s.
    let night = Night::begin(&["--demo-hurry", "10"]).await;
    let mut patient = night.patient(0).await;
    let mut nurse = night.nurse(0).await;
    let doctor = night.doctor(0).await;
    let requested = patient.tap().await;
    let session = requested.session;
    nurse.rung(session).await;
    let desk = Owner::Line { line: Line::Desk };
    owned(&nurse, requested.case, desk).await;
    patient
        .until_call(session, "the desk's telephone and 119", |call| {
            assert!(matches!(call.state, State::Waiting { .. }));
            let desk = call.desk?;
            (desk.fallback && !desk.ringing && desk.round == 2).then_some(())
        })
        .await;
    owned(&nurse, requested.case, desk).await;
    // It is not given up: the desk is rung again by itself, and the words stay on the tablet meanwhile.
    patient
        .until_call(session, "the desk is rung again", |call| {
            let desk = call.desk?;
            (desk.round == 3 && desk.ringing && desk.fallback).then_some(())
        })
        .await;
    patient.connect_media(session).await;
    nurse.say(Say::Accept { session }).await;
    nurse.connect_media(session).await;
    let patient_leg = patient
        .until_call(session, "the nurse", |call| {
            let active = matches!(call.state, State::Active { .. }) && call.desk.is_none();
            active.then_some(call.you?)
        })
        .await;
    nurse.hears_and_sees(patient_leg, &patient.clip).await;

    // The doctor does not answer either: the nurse is told, and may ring again.
    let invite = || Say::Invite { session, role: LegRole::DutyDoctor, person: Some(doctor.person()) };
    for _ in 0..2 {
        nurse.say(invite()).await;
        nurse
            .until_call(session, "the doctor is rung", |call| {
                let leg = call.people.iter().find(|p| p.role == LegRole::DutyDoctor)?;
                matches!(leg.leg_state, LegState::Invited { .. } | LegState::Ringing { .. }).then_some(())
            })
            .await;
        doctor.rung(session).await;
        nurse
            .until_call(session, "the doctor did not answer", |call| {
                let leg = call.people.iter().find(|p| p.role == LegRole::DutyDoctor)?;
                matches!(leg.leg_state, LegState::TimedOut { .. }).then_some(())
            })
            .await;
        owned(&nurse, requested.case, Owner::Person { person: nurse.person() }).await;
    }
    doctor
        .until_call(session, "the ring is over", |call| {
            let own = call.people.iter().find(|p| Some(p.leg) == call.you)?;
            matches!(own.leg_state, LegState::TimedOut { .. }).then_some(())
        })
        .await;
    assert_eq!(doctor.refused(Say::Accept { session }).await, "ring-over");
    let case: CaseView = nurse.get(&format!("/api/v1/cases/{}", requested.case)).await;
    let timed_out = |from: &str, until: &str| {
        let place = |fact: &str| case.timeline.iter().position(|e| e.fact == fact);
        let (from, until) = (place(from).unwrap_or(0), place(until).unwrap_or(case.timeline.len()));
        case.timeline[from..until].iter().filter(|e| e.fact == "ringTimedOut").count()
    };
    // Two nurses on duty, two rounds before the telephone shows; then the doctor twice. How often the desk was rung
    // between the two depends on when the nurse answered.
    assert_eq!(timed_out("caseOpened", "fallbackShown"), 2 * 2);
    assert_eq!(timed_out("accepted", "never"), 2);
    assert_eq!(case.timeline.iter().filter(|e| e.fact == "fallbackShown").count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_patient_who_is_left_alone_is_rung_for_again() {
    let night = Night::begin(&["--demo-hurry", "10"]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let mut other = night.nurse(1).await;
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    // The desk's computer dies.
    nurse.drop_socket();
    nurse.media = None;
    other
        .until("the case is in the list as unattended", |seen| {
            seen.queue.iter().find(|i| i.session == session && i.unattended).map(|_| ())
        })
        .await;
    other.say(Say::Accept { session }).await;
    // The tap covers her as it did the first (docs/adr/0009): the patient is asked nothing and presses nothing.
    let other_leg = other
        .until_call(session, "she is let in", |call| {
            let own = call.people.iter().find(|p| Some(p.leg) == call.you)?;
            (own.join == JoinConsent::ByTap && own.gate_open).then_some(own.leg)
        })
        .await;
    other.connect_media(session).await;
    other.hears_and_sees(call.patient, &patient.clip).await;
    patient.hears_and_sees(other_leg, &other.clip).await;
    let case: CaseView = other.get(&format!("/api/v1/cases/{}", call.requested.case)).await;
    assert!(case.timeline.iter().all(|e| !e.fact.starts_with("joinConsent")), "{:?}", case.timeline);
}
