//! The program on PostgreSQL: the same story, on a server of its own that the test starts and removes.

use serde_json::json;
use yoban_domain::session::State;
use yoban_domain::wire::rest::CaseView;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_store::throwaway_postgres::{Cluster, Durability};
use yoban_tests::person::reading;
use yoban_tests::{Night, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_lives_in_postgresql_and_outlives_the_program() {
    let cluster = Cluster::start(Durability::Processes).unwrap_or_else(|why| panic!("{why}"));
    let url = cluster.new_database().unwrap_or_else(|why| panic!("{why}"));
    let mut night = Night::with(Server::start(&["--database", &url])).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let (session, case) = (call.requested.session, call.requested.case);
    nurse.hears_and_sees(call.patient, &patient.clip).await;
    patient.hears_and_sees(call.nurse, &nurse.clip).await;
    let new = reading(json!({"kind": "spo2", "value": "93", "unit": "%"}));
    let id = new.id;
    patient.say(Say::Readings { session: Some(session), readings: vec![new] }).await;
    nurse
        .until("the reading", |seen| {
            let points = &seen.vitals.get(&session)?.0.trends.first()?.points;
            points.iter().any(|p| p.id == id).then_some(())
        })
        .await;
    assert!(!night.server.data().join("yoban.db").exists(), "nothing is embedded");
    let before: CaseView = nurse.get(&format!("/api/v1/cases/{case}")).await;

    night.server.kill();
    for person in [&patient, &nurse] {
        person.until("the socket is gone", |seen| seen.closed).await;
    }
    night.server.restart();
    for person in [&mut patient, &mut nurse] {
        assert!(!person.connect(None).await);
    }
    let after: CaseView = nurse.get(&format!("/api/v1/cases/{case}")).await;
    assert_eq!(after.timeline.get(..before.timeline.len()), Some(&before.timeline[..]));
    patient.connect_media(session).await;
    nurse.connect_media(session).await;
    nurse.hears_and_sees(call.patient, &patient.clip).await;
    nurse.say(Say::End { session }).await;
    nurse
        .until_call(session, "the end", |call| matches!(call.state, State::Ended { .. }).then_some(()))
        .await;
    assert!(night.server.stop().success());
}

/// Two turns of one person run at the same time here, where the embedded database has one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nurse_who_takes_two_calls_on_two_devices_at_once_has_one_and_is_told_so() {
    let cluster = Cluster::start(Durability::Processes).unwrap_or_else(|why| panic!("{why}"));
    let url = cluster.new_database().unwrap_or_else(|why| panic!("{why}"));
    let night = Night::with(Server::start(&["--database", &url])).await;
    let patients = [night.patient(0).await, night.patient(1).await];
    let devices = [night.nurse(0).await, night.nurse(0).await];
    for _ in 0..3 {
        let mut sessions = Vec::new();
        for (patient, nurse) in patients.iter().zip(&devices) {
            let session = patient.tap().await.session;
            nurse.rung(session).await;
            sessions.push(session);
        }
        let (a, b) = tokio::join!(
            devices[0].try_say(Say::Accept { session: sessions[0] }),
            devices[1].try_say(Say::Accept { session: sessions[1] }),
        );
        let (taken, refused) = match (a, b) {
            (Ok(()), Err(problem)) => (0, problem),
            (Err(problem), Ok(())) => (1, problem),
            other => panic!("not exactly one: {other:?}"),
        };
        assert_eq!((refused.code.as_str(), refused.status), ("you-are-busy", 409));
        devices[taken].say(Say::End { session: sessions[taken] }).await;
        // Calling again makes the end final; then both patients take their calls back.
        let again = patients[taken].tap().await.session;
        patients[taken].say(Say::Cancel { session: again }).await;
        patients[1 - taken].say(Say::Cancel { session: sessions[1 - taken] }).await;
    }
}
