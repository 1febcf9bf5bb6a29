//! A promised second look as the engine keeps it: a row that fires, a case that stays open, a call that takes its place.

use super::*;

fn promise(at: Timestamp) -> Input {
    let advice = "3時にまた見ます".to_owned().into();
    Input::Dispose(Disposition { outcome: Outcome::RecheckAt { at }, advice, reason_online: None })
}

fn looked() -> Input {
    Input::Rechecked("よく眠っている".to_owned().into())
}

/// A nurse promised to look again in an hour, and the call is over.
async fn promised() -> (District, SessionId, Timestamp) {
    let (district, session) = District::tapped().await;
    let engine = &district.engine;
    let at = engine.clock.now().plus(Span::minutes(60));
    engine.act(nurse(1), session, Input::Accept).await.unwrap();
    engine.act(nurse(1), session, promise(at)).await.unwrap();
    engine.act(nurse(1), session, Input::End).await.unwrap();
    district.clock.turn(Span::seconds(10));
    engine.fire_due().await.unwrap();
    (district, session, at)
}

async fn rows(engine: &Engine, session: SessionId) -> Vec<(Due, Timestamp)> {
    let timers = engine.store.read().await.unwrap().timers_of(Subject::Session(session)).await.unwrap();
    timers.iter().map(|timer| (timer.reason().unwrap(), timer.due)).collect()
}

#[tokio::test]
async fn at_the_promised_time_the_desk_is_told_once_and_somebody_closes_the_case() {
    let (district, session, at) = promised().await;
    let engine = &district.engine;
    let standing = async || engine.facts(nurse(1), session).await.unwrap().0.case.standing;
    let listed = async || {
        let list = engine.tonight(AssociationId(id(1))).await.unwrap().seen_by(&nurse(2));
        list[0].recheck.map(|owed| (owed.at, owed.due))
    };
    let told =
        async || district.facts(session).await.into_iter().filter(|f| *f == FactKind::RecheckDue).count();
    let owner = Owner::Line { line: Line::Desk };
    assert_eq!(standing().await, Standing::Open { owner, deadline: at });
    assert_eq!(rows(engine, session).await, [(Due::Recheck, at)], "a row: it outlives the server");
    // The record is signed, which ends nothing of it.
    let seen = engine.record(nurse(1), session).await.unwrap().0.version;
    engine.sign(nurse(1), session, seen).await.unwrap();
    assert_eq!((listed().await, told().await), (Some((at, false)), 0));
    district.clock.turn(Span(at.since(engine.clock.now()).0 - 1));
    engine.fire_due().await.unwrap();
    assert_eq!(told().await, 0, "not before its time");
    let mut hints = engine.bus.subscribe();
    district.clock.turn(Span(1));
    engine.fire_due().await.unwrap();
    assert_eq!((listed().await, told().await), (Some((at, true)), 1));
    assert!(
        matches!(hints.try_recv(), Ok(crate::hint::Hint::Session(s)) if s == session),
        "screens learn of it"
    );
    let again = Timings::default().disposition;
    for n in 1..=3 {
        assert_eq!(rows(engine, session).await, [(Due::Recheck, engine.clock.now().plus(again))]);
        district.clock.turn(again);
        engine.fire_due().await.unwrap();
        assert_eq!(told().await, 1, "reminder {n} is no fact");
    }
    assert!(!district.facts(session).await.contains(&FactKind::CaseClosed));
    engine.act(nurse(2), session, looked()).await.unwrap();
    assert!(matches!(standing().await, Standing::Closed { .. }));
    assert_eq!((rows(engine, session).await, listed().await), (vec![], None));
    let facts = district.facts(session).await;
    let note = FactKind::Rechecked { note: "よく眠っている".to_owned().into() };
    assert_eq!(facts[facts.len() - 2..], [note, FactKind::CaseClosed]);
}

#[tokio::test]
async fn a_new_call_in_the_case_takes_the_place_of_the_promised_second_look() {
    let (district, before, at) = promised().await;
    let engine = &district.engine;
    let case = engine.facts(nurse(1), before).await.unwrap().0.case;
    let again = engine.request(tablet(1)).await.unwrap();
    assert_eq!((again.case, again.existing), (case.id, false), "one night problem");
    assert_eq!(
        rows(engine, before).await,
        [(Due::Recheck, at)],
        "a tap that nobody has answered keeps no promise"
    );
    let mut hints = engine.bus.subscribe();
    engine.act(nurse(2), again.session, Input::Accept).await.unwrap();
    let told = std::iter::from_fn(|| hints.try_recv().ok());
    assert!(
        told.into_iter().any(|hint| matches!(hint, crate::hint::Hint::Session(s) if s == before)),
        "whoever has the earlier call open learns that it changed: they could not sign it otherwise"
    );
    let facts = district.engine.case(nurse(1), case.id).await.unwrap().facts;
    let replaced = |f: &&yoban_domain::fact::Fact| f.kind == FactKind::RecheckByNewCall;
    let of: Vec<_> = facts.iter().filter(replaced).map(|f| f.session).collect();
    assert_eq!(of, [Some(before)]);
    assert_eq!(rows(engine, before).await, []);
    let refused = engine.act(nurse(1), before, looked()).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refused::NoRecheck))), "{refused:?}");
    // The new call's own decision counts.
    engine.act(nurse(2), again.session, Input::End).await.unwrap();
    let advice = "お大事に".to_owned().into();
    let decision = Disposition { outcome: Outcome::Advice, advice, reason_online: None };
    engine.act(nurse(2), again.session, Input::Dispose(decision)).await.unwrap();
    district.clock.turn(Span::seconds(10));
    engine.fire_due().await.unwrap();
    assert!(!engine.facts(nurse(1), before).await.unwrap().0.case.open());
    district.clock.turn(at.since(engine.clock.now()));
    engine.fire_due().await.unwrap();
    let facts = district.engine.case(nurse(1), case.id).await.unwrap().facts;
    assert!(facts.iter().all(|f| f.kind != FactKind::RecheckDue), "nobody waits for it any more");
}

#[tokio::test]
async fn a_call_that_was_taken_back_keeps_no_promise() {
    let (district, before, at) = promised().await;
    let engine = &district.engine;
    let again = engine.request(tablet(1)).await.unwrap();
    engine.act(tablet(1), again.session, Input::Cancel).await.unwrap();
    let decision = Disposition {
        outcome: Outcome::CancelledAndChecked,
        advice: "お電話で伺いました".to_owned().into(),
        reason_online: None,
    };
    engine.act(nurse(2), again.session, Input::Dispose(decision)).await.unwrap();
    let owner = Owner::Line { line: Line::Desk };
    let standing = engine.facts(nurse(1), before).await.unwrap().0.case.standing;
    assert_eq!(standing, Standing::Open { owner, deadline: at });
    let list = engine.tonight(AssociationId(id(1))).await.unwrap().seen_by(&nurse(2));
    assert_eq!(list[0].recheck.map(|owed| (list[0].session, owed.due)), Some((before, false)));
    district.clock.turn(at.since(engine.clock.now()));
    engine.fire_due().await.unwrap();
    let all = engine.case(nurse(1), again.case).await.unwrap().facts;
    let due: Vec<_> = all.iter().filter(|f| f.kind == FactKind::RecheckDue).map(|f| f.session).collect();
    assert_eq!(due, [Some(before)]);
}

#[tokio::test]
async fn a_tap_while_the_end_can_be_taken_back_keeps_the_case_and_the_promise() {
    let (district, before) = District::tapped().await;
    let engine = &district.engine;
    engine.act(nurse(1), before, Input::Accept).await.unwrap();
    engine.act(nurse(1), before, promise(engine.clock.now().plus(Span::minutes(60)))).await.unwrap();
    engine.act(nurse(1), before, Input::End).await.unwrap();
    let again = engine.request(tablet(1)).await.unwrap();
    let scene = engine.facts(nurse(1), before).await.unwrap().0;
    assert_eq!(scene.case.sessions, [before, again.session], "one night problem");
    assert!(scene.session.owed_recheck().is_some() && scene.case.open());
    engine.act(nurse(1), again.session, Input::Accept).await.unwrap();
    let scene = engine.facts(nurse(1), before).await.unwrap().0;
    assert!(scene.session.owed_recheck().is_none() && scene.case.open());
    let all = district.engine.case(nurse(1), again.case).await.unwrap().facts;
    assert!(all.iter().all(|f| f.kind != FactKind::CaseClosed));
}
