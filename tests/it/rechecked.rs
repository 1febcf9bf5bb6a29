//! A recheck promised in a call: the server is killed meanwhile, and the desk is told all the same.

use std::time::{Duration, Instant};

use yoban_domain::case::Owner;
use yoban_domain::duty::Line;
use yoban_domain::session::{Disposition, Outcome, State};
use yoban_domain::time::Timestamp;
use yoban_domain::wire::rest::{CaseView, EncounterView};
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_tests::{Night, PATIENCE, now_ms};

const FOUND: &str = "よく眠っている。呼吸も落ち着いた";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promised_recheck_outlives_the_server_until_somebody_says_what_they_found() {
    let mut night = Night::begin(&["--demo-hurry", "10"]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let (session, case) = (call.requested.session, call.requested.case);
    let (case, record) = (format!("/api/v1/cases/{case}"), format!("/api/v1/encounters/{session}"));
    let outcome = Outcome::RecheckAt { at: Timestamp(now_ms() + 20_000) };
    let disposition =
        Disposition { outcome, advice: "また見ます".to_owned().into(), reason_online: None };
    nurse.say(Say::Dispose { session, disposition, seen: None }).await;
    nurse.say(Say::End { session }).await;
    nurse
        .until_call(session, "the end", |call| matches!(call.state, State::Ended { .. }).then_some(()))
        .await;
    let told = |case: &CaseView| case.timeline.iter().filter(|line| line.fact == "recheckDue").count();
    assert_eq!(told(&nurse.get(&case).await), 0, "the promise is older than the next life of the server");
    night.server.kill();
    let killed = Timestamp(now_ms());
    nurse.until("the socket is gone", |seen| seen.closed).await;
    night.server.restart();
    nurse.media = None;
    nurse.connect(None).await;
    let give_up = Instant::now() + PATIENCE;
    let due = loop {
        let seen: CaseView = nurse.get(&case).await;
        if told(&seen) > 0 {
            break seen;
        }
        assert!(Instant::now() < give_up, "nobody was told: {seen:?}");
        assert_eq!(seen.owner, Some(Owner::Line { line: Line::Desk }));
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!((told(&due), due.owner), (1, Some(Owner::Line { line: Line::Desk })));
    let line = due.timeline.iter().find(|line| line.fact == "recheckDue").unwrap();
    assert!(line.at > killed, "not one word of it by the server that took the promise");
    let view: EncounterView = nurse.get(&record).await;
    assert!(view.may_recheck && view.rechecked.is_none());
    nurse.say(Say::Rechecked { session, note: FOUND.to_owned().into() }).await;
    let view: EncounterView = nurse.get(&record).await;
    let looked = view.rechecked.unwrap();
    assert!(!view.may_recheck && looked.by.unwrap().person == nurse.person());
    assert_eq!(looked.note.reveal(), FOUND);
    let page = String::from_utf8(nurse.bytes(&format!("{record}/page")).await).unwrap();
    assert_eq!(page.matches(FOUND).count(), 2, "the page has it with the decision, and in its time line");
    let fhir: serde_json::Value = nurse.get(&format!("/fhir/R4/Encounter/{session}/$everything")).await;
    assert!(fhir.to_string().contains(FOUND), "not signed yet: it is a part of the record");
    let closed: CaseView = nurse.get(&case).await;
    assert_eq!(closed.owner, None);
    assert_eq!(closed.timeline.last().map(|line| line.fact.as_str()), Some("caseClosed"));
}
