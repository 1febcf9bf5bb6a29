//! Two calls of one case: each has its own decision and its own signature, and the list leads to what is missing.

use yoban_domain::id::SessionId;
use yoban_domain::session::{Disposition, Outcome, State};
use yoban_domain::wire::rest::EncounterView;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_domain::wire::view::QueueItem;
use yoban_tests::{Night, Person};

async fn decide(nurse: &Person, session: SessionId) {
    let advice = "温かくしてお休みください".to_owned().into();
    let disposition = Disposition { outcome: Outcome::Advice, advice, reason_online: None };
    nurse.say(Say::Dispose { session, disposition }).await;
}

/// The one line of tonight's list, once it is as `wanted`.
async fn listed(nurse: &Person, what: &str, wanted: impl Fn(&QueueItem) -> bool) {
    nurse.until(what, |seen| seen.queue.iter().any(&wanted).then_some(())).await;
    assert_eq!(nurse.seen.look(|seen| seen.queue.len()), 1, "one night problem");
}

async fn sign(nurse: &Person, session: SessionId) -> EncounterView {
    let record: EncounterView = nurse.get(&format!("/api/v1/encounters/{session}")).await;
    assert!(record.may_sign);
    nurse.say(Say::Sign { session, seen: record.seen }).await;
    record
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_earlier_call_that_is_decided_and_not_signed_stays_on_the_list_until_it_is() {
    let night = Night::begin(&["--demo-hurry", "10"]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let first = night.answered(&mut patient, &mut nurse).await.requested;
    nurse.say(Say::End { session: first.session }).await;
    // The patient presses again: another call about the same thing.
    let second = patient.tap().await;
    assert_eq!((second.case, second.existing), (first.case, false));
    nurse.rung(second.session).await;
    nurse.say(Say::Accept { session: second.session }).await;
    for session in [first.session, second.session] {
        decide(&nurse, session).await;
    }
    nurse.say(Say::End { session: second.session }).await;
    let over = |item: &QueueItem| matches!(item.state, State::Ended { .. }) && item.owner.is_none();
    listed(&nurse, "the first one", |i| i.session == first.session && over(i) && !i.signed).await;
    let record = sign(&nurse, first.session).await;
    assert_eq!((record.case, record.owner, record.deadline), (first.case, None, None), "it names its case");
    listed(&nurse, "the second one", |i| i.session == second.session && !i.signed).await;
    // A record that the list does not lead to names its case as well.
    let record: EncounterView = nurse.get(&format!("/api/v1/encounters/{}", first.session)).await;
    assert_eq!((record.case, record.version), (first.case, Some(1)));
    sign(&nurse, second.session).await;
    listed(&nurse, "both signed", |i| i.session == second.session && i.signed).await;
}
