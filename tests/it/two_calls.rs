//! After the call: two calls of one case, each with its own decision and signature, and a decision that does not stand.

use yoban_domain::id::SessionId;
use yoban_domain::session::{Disposition, Finding, Outcome, RedFlag, State, TakenBack};
use yoban_domain::wire::rest::{CaseView, EncounterView};
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_domain::wire::view::QueueItem;
use yoban_tests::{Night, Person};

async fn decide(nurse: &Person, session: SessionId) {
    let advice = "温かくしてお休みください".to_owned().into();
    let disposition = Disposition { outcome: Outcome::Advice, advice, reason_online: None };
    nurse.say(Say::Dispose { session, disposition, seen: None }).await;
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
    let [other] = record.calls[..] else { panic!("and its other call: {:?}", record.calls) };
    assert_eq!((other.session, other.may_open, other.signed), (second.session, true, false));
    assert_eq!(other.disposition, Some(Outcome::Advice));
    sign(&nurse, second.session).await;
    listed(&nurse, "both signed", |i| i.session == second.session && i.signed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_red_flag_found_after_the_end_brings_the_call_back_with_its_old_words() {
    let night = Night::begin(&["--demo-hurry", "10"]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let session = night.answered(&mut patient, &mut nurse).await.requested.session;
    decide(&nurse, session).await;
    nurse.say(Say::End { session }).await;
    let closed = |i: &QueueItem| matches!(i.state, State::Ended { .. }) && i.owner.is_none();
    listed(&nurse, "the case is closed", closed).await;
    let record = format!("/api/v1/encounters/{session}");
    let may_decide = nurse.get::<EncounterView>(&record).await.may_decide.unwrap();
    assert_eq!((may_decide.taken_back, may_decide.former), (None, None));
    let finding = Finding::RedFlags { found: vec![RedFlag::ChestPain] };
    nurse.say(Say::Assess { session, finding, seen: None }).await;
    let why = Some(TakenBack::SuddenIllness);
    let back = nurse
        .until_call(session, "the call", |call| (call.taken_back == why).then(|| call.former.clone()))
        .await
        .unwrap();
    assert!(back.outcome == Outcome::Advice && back.advice.reveal().contains("温かく"), "{back:?}");
    listed(&nurse, "somebody must decide", |i| i.owner.is_some() && i.deadline.is_some()).await;
    let view: EncounterView = nurse.get(&record).await;
    let deciding = view.may_decide.unwrap();
    assert_eq!((deciding.sudden, deciding.taken_back, deciding.former), (true, why, Some(back)));
    assert!(view.owner.is_some() && view.disposition.is_none());
    let told =
        patient.until_call(session, "nothing stands", |c| c.disposition.is_none().then(|| c.clone())).await;
    assert_eq!((told.taken_back, told.former), (None, None), "what is asked anew is for staff");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_taken_back_says_which_one_answers_for_it() {
    let night = Night::begin(&[]).await;
    let (patient, nurse) = (night.patient(0).await, night.nurse(0).await);
    let first = patient.tap().await;
    nurse.rung(first.session).await;
    patient.say(Say::Cancel { session: first.session }).await;
    let record = format!("/api/v1/encounters/{}", first.session);
    assert_eq!(nurse.get::<EncounterView>(&record).await.answered_by_next, None);
    let second = patient.tap().await;
    assert_eq!(second.case, first.case);
    assert_eq!(nurse.get::<EncounterView>(&record).await.answered_by_next, Some(second.session));
    let case: CaseView = nurse.get(&format!("/api/v1/cases/{}", first.case)).await;
    let told = case.timeline.iter().filter(|line| line.fact == "answeredByNext").collect::<Vec<_>>();
    assert!(matches!(told[..], [line] if line.text.reveal().contains("次の通話")), "{told:?}");
    let page = String::from_utf8(nurse.bytes(&format!("{record}/page")).await).unwrap();
    assert!(page.contains("次の通話で対応"), "instead of a decision");
}
