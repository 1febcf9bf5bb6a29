//! Taps and answers that come twice, or at the same time.

use reqwest::Method;
use serde_json::Value;
use yoban_domain::session::{LegRole, State};
use yoban_domain::wire::rest::Requested;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_domain::wire::view::QueueItem;
use yoban_tests::{Night, Person, random};

/// A tap with this key. While another one with the same key is being answered it is refused, and asked again.
async fn tap_with(person: &Person, key: &str) -> (u16, Requested) {
    loop {
        let request = person.request(Method::POST, "/api/v1/sessions");
        let answer = request.header("idempotency-key", key).send().await.unwrap();
        if answer.status() != 409 {
            return (answer.status().as_u16(), answer.json().await.unwrap());
        }
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "request-in-flight");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_taps_make_one_case_and_a_cancelled_one_can_be_followed_by_another() {
    let night = Night::begin(&[]).await;
    let (patient, nurse) = (night.patient(0).await, night.nurse(0).await);
    let key = random();
    // An impatient finger: eight taps at once.
    let (first, replayed, second, third) = tokio::join!(
        tap_with(&patient, &key),
        // The same request again, as after a lost answer: whichever comes first.
        tap_with(&patient, &key),
        patient.tap(),
        patient.tap(),
    );
    let sessions = [&first.1, &replayed.1, &second, &third].map(|r| (r.case, r.session));
    assert!(sessions.iter().all(|s| *s == sessions[0]), "{sessions:?}");
    assert_eq!(first, replayed, "the same key gives the same answer");
    assert_eq!(tap_with(&patient, &key).await, first, "also later");
    let fresh = [first.1.existing, second.existing, third.existing];
    assert_eq!(fresh.iter().filter(|existing| !**existing).count(), 1, "{fresh:?}");

    let session = first.1.session;
    nurse.rung(session).await;
    let list: Vec<QueueItem> = nurse.get("/api/v1/cases").await;
    assert_eq!(list.len(), 1);
    patient.say(Say::Cancel { session }).await;
    patient.say(Say::Cancel { session }).await;
    nurse
        .until_call(session, "the ring is taken back", |call| {
            matches!(call.state, State::Ended { .. }).then_some(())
        })
        .await;
    assert_eq!(nurse.refused(Say::Accept { session }).await, "call-ended");
    let again = patient.tap().await;
    assert!(!again.existing && again.session != session);
    nurse.rung(again.session).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_patient_is_seen_and_counted_while_the_nurse_talks_and_a_busy_doctor_is_not_rung() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let (second, mut doctor) = (night.patient(1).await, night.doctor(0).await);
    let mut other = night.nurse(1).await;
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    let waiting = second.tap().await.session;
    nurse.until_call(session, "one more waits", |call| (call.waiting_besides == 1).then_some(())).await;
    nurse
        .until("the second patient in the list, first", |seen| {
            let first = seen.queue.first()?;
            (first.session == waiting && first.unattended && seen.queue.len() == 2).then_some(())
        })
        .await;
    assert_eq!(nurse.refused(Say::Accept { session: waiting }).await, "you-are-busy");
    // The other nurse is free, and is rung.
    other.rung(waiting).await;
    other.say(Say::Accept { session: waiting }).await;
    nurse
        .until_call(session, "nobody waits any more", |call| (call.waiting_besides == 0).then_some(()))
        .await;
    other.connect_media(waiting).await;

    let leg = night.invited(session, &nurse, &mut doctor).await;
    patient.say(Say::AnswerJoin { session, leg, yes: true }).await;
    let invite = Say::Invite { session: waiting, role: LegRole::DutyDoctor, person: Some(doctor.person()) };
    assert_eq!(other.refused(invite).await, "person-busy");
    assert!(doctor.seen.look(|seen| !seen.calls.contains_key(&waiting)), "a doctor in a call was rung");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_nurses_who_answer_at_once_one_has_the_call_and_the_other_learns_who() {
    let night = Night::begin(&[]).await;
    let (one, two) = (night.nurse(0).await, night.nurse(1).await);
    for n in 0..3 {
        let patient = night.patient(n).await;
        let session = patient.tap().await.session;
        one.rung(session).await;
        two.rung(session).await;
        let (first, second) =
            tokio::join!(one.try_say(Say::Accept { session }), two.try_say(Say::Accept { session }));
        let (winner, loser, problem) = match (first, second) {
            (Ok(()), Err(problem)) => (&one, &two, problem),
            (Err(problem), Ok(())) => (&two, &one, problem),
            other => panic!("not exactly one: {other:?}"),
        };
        assert_eq!(problem.code, "taken-by-other");
        assert_eq!(problem.taken_by, Some(winner.person()));
        assert_eq!(problem.status, 409);
        // The same tap of the winner again changes nothing.
        winner.say(Say::Accept { session }).await;
        assert_eq!(loser.refused(Say::End { session }).await, "not-in-call");
        winner.say(Say::End { session }).await;
        patient
            .until_call(session, "the end", |call| matches!(call.state, State::Closing { .. }).then_some(()))
            .await;
        patient
            .until_call(session, "it is final", |call| {
                matches!(call.state, State::Ended { .. }).then_some(())
            })
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_taps_while_the_call_is_being_ended_has_a_fresh_call_and_not_the_dying_one() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let first = night.answered(&mut patient, &mut nurse).await.requested;
    nurse.say(Say::End { session: first.session }).await;
    let again = patient.tap().await;
    assert!(!again.existing && again.session != first.session && again.case == first.case, "{again:?}");
    nurse.rung(again.session).await;
    assert_eq!(nurse.refused(Say::UndoEnd { session: first.session }).await, "too-late-to-undo");
    nurse.say(Say::Accept { session: again.session }).await;
    for person in [&mut patient, &mut nurse] {
        person.media = None;
        person.connect_media(again.session).await;
    }
    let leg = nurse.call(again.session).people.iter().find(|p| p.role == LegRole::Patient).unwrap().leg;
    nurse.hears_and_sees(leg, &patient.clip).await;
}
