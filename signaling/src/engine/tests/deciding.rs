//! What becomes of a case when its decision does not stand, and what the log keeps of what was tried.

use super::*;
use yoban_domain::session::{Finding, RedFlag, TakenBack};

fn decide(outcome: Outcome) -> Input {
    let advice = "お大事に".to_owned().into();
    Input::Dispose(Disposition { outcome, advice, reason_online: None })
}

#[tokio::test]
async fn a_red_flag_found_after_the_end_opens_the_case_again() {
    let (district, session) = District::tapped().await;
    let engine = &district.engine;
    engine.act(nurse(1), session, Input::Accept).await.unwrap();
    engine.act(nurse(1), session, decide(Outcome::Advice)).await.unwrap();
    engine.act(nurse(1), session, Input::End).await.unwrap();
    district.clock.turn(Span::seconds(10));
    engine.fire_due().await.unwrap();
    let standing = async || engine.facts(nurse(1), session).await.unwrap().0.case.standing;
    let closed = standing().await;
    assert!(matches!(closed, Standing::Closed { .. }));
    district.clock.turn(Span::minutes(1));
    let note = Input::Assess(Finding::Note { text: "経過良好".to_owned().into() });
    engine.act(nurse(1), session, note).await.unwrap();
    assert_eq!(standing().await, closed, "a note opens nothing");
    let chest = Input::Assess(Finding::RedFlags { found: vec![RedFlag::ChestPain] });
    engine.act(nurse(1), session, chest).await.unwrap();
    let taken = FactKind::DecisionTakenBack { why: TakenBack::SuddenIllness };
    assert!(district.facts(session).await.contains(&taken));
    let owner = Owner::Person { person: PersonId(id(301)) };
    let deadline = engine.clock.now().plus(Timings::default().disposition);
    assert_eq!(standing().await, Standing::Open { owner, deadline });
    // She does not: the desk is told, as of every decision that is overdue.
    district.clock.turn(Timings::default().disposition);
    engine.fire_due().await.unwrap();
    assert!(district.facts(session).await.contains(&FactKind::DispositionOverdue));
    engine.act(nurse(2), session, decide(Outcome::Ambulance)).await.unwrap();
    assert!(matches!(standing().await, Standing::Closed { .. }));
    let seen = engine.facts(nurse(1), session).await.unwrap().0.version;
    assert!(matches!(
        engine.sign(nurse(1), session, seen).await,
        Err(CommandError::Refused(Refused::NotYoursToSign))
    ));
    assert_eq!(engine.sign(nurse(2), session, seen).await.unwrap(), 1, "she decided, and signs");
}

#[tokio::test]
async fn who_tries_to_prescribe_and_may_not_stands_in_the_log() {
    let (district, session) = District::tapped().await;
    let engine = &district.engine;
    engine.act(nurse(1), session, Input::Accept).await.unwrap();
    let refused = engine.act(nurse(1), session, decide(Outcome::Prescription)).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refused::DoctorOnly))), "{refused:?}");
    let code = "doctor-only".to_owned();
    assert_eq!(district.facts(session).await.last(), Some(&FactKind::PrescriptionRefused { code }));
    let facts = district.facts(session).await.len();
    let refused = engine.act(nurse(1), session, decide(Outcome::CancelledAndChecked)).await;
    assert!(refused.is_err());
    assert_eq!(district.facts(session).await.len(), facts, "other decisions are no attempt at anything");
}
