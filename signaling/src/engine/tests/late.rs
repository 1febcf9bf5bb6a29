//! Readings that come when the call is over: what is in its record, and what whoever signs has looked at.

use super::*;

fn spo2(n: u128, taken: Option<Timestamp>) -> NewReading {
    serde_json::from_value(serde_json::json!({
        "id": id(n),
        "vital": { "kind": "spo2", "value": "91", "unit": "%" },
        "takenAt": taken,
        "origin": { "kind": "manual" },
    }))
    .unwrap()
}

#[tokio::test]
async fn what_is_measured_after_the_end_is_kept_and_is_not_in_the_record_that_is_signed() {
    let (district, session) = District::tapped().await;
    let engine = &district.engine;
    engine.act(nurse(1), session, Input::Accept).await.unwrap();
    engine.act(nurse(1), session, Input::End).await.unwrap();
    district.clock.turn(Span::seconds(10));
    engine.fire_due().await.unwrap();
    let end = engine.clock.now();
    let advice = "お大事に".to_owned().into();
    let decision = Disposition { outcome: Outcome::Advice, advice, reason_online: None };
    engine.act(nurse(1), session, Input::Dispose(decision)).await.unwrap();
    district.clock.turn(Span::minutes(1));
    let seen = async || engine.record(nurse(1), session).await.unwrap().0.version;
    let recorded = async || {
        let record = engine.record(nurse(1), session).await.unwrap().1;
        let ids = record.encounter.readings.iter().map(|r| r.reveal().id.0.as_u128());
        ids.collect::<Vec<_>>()
    };
    // A sensor that goes on sending is stored, and keeps nobody from signing.
    let looked_at = seen().await;
    let after = [spo2(900, None), spo2(901, Some(end.plus(Span(1))))];
    let stored = engine.readings(tablet(1), Some(session), after.to_vec()).await.unwrap();
    assert_eq!((stored.stored, stored.duplicates), (2, 0));
    assert_eq!((recorded().await, seen().await), (vec![], looked_at));
    let case = engine.facts(nurse(1), session).await.unwrap().0.case.id;
    let kept = engine.store.read().await.unwrap().readings_of_case(case).await.unwrap();
    assert_eq!(
        kept.iter().map(|r| r.head.session).collect::<Vec<_>>(),
        [None, None],
        "accepted is never lost"
    );
    let again = engine.readings(tablet(1), Some(session), after.to_vec()).await.unwrap();
    assert_eq!((again.stored, again.duplicates), (0, 2));
    // What was measured in the call and comes late belongs to it, and so does what a clinician writes down: then what
    // was looked at is not what would be signed.
    let mut hints = engine.bus.subscribe();
    let late = vec![spo2(902, Some(end)), spo2(903, None)];
    assert_eq!(engine.readings(tablet(1), Some(session), late).await.unwrap().stored, 2);
    assert_eq!(recorded().await, [902]);
    let told = std::iter::from_fn(|| hints.try_recv().ok()).collect::<Vec<_>>();
    assert!(told.contains(&crate::hint::Hint::Session(session)), "screens look again: {told:?}");
    for by_nurse in [false, true] {
        let looked_at = if by_nurse { seen().await } else { looked_at };
        if by_nurse {
            engine.readings(nurse(1), Some(session), vec![spo2(904, None)]).await.unwrap();
            assert_eq!(recorded().await, [902, 904]);
        }
        let signed = engine.sign(nurse(1), session, looked_at).await;
        assert!(matches!(signed, Err(CommandError::Refused(Refused::ChangedMeanwhile))), "{signed:?}");
    }
    let looked_at = seen().await;
    engine.readings(tablet(1), Some(session), vec![spo2(905, None)]).await.unwrap();
    assert_eq!(engine.sign(nurse(1), session, looked_at).await.unwrap(), 1);
    assert_eq!(recorded().await, [902, 904]);
}
