//! A second look that was promised: who owes it until when, who takes it, and what takes its place.

use super::*;
use crate::case::{Owner, Standing, counting, standing};
use crate::duty::Line;

const DESK: Owner = Owner::Line { line: Line::Desk };

fn promise(at: Timestamp) -> Input {
    decide(Outcome::RecheckAt { at })
}

fn decide(outcome: Outcome) -> Input {
    Input::Dispose(Disposition { outcome, advice: "また見ます".to_owned().into(), reason_online: None })
}

/// The promise in other words.
fn mended(at: Timestamp) -> Input {
    let advice = "必ずまた見ます".to_owned().into();
    Input::Dispose(Disposition { outcome: Outcome::RecheckAt { at }, advice, reason_online: None })
}

fn looked(note: &str) -> Input {
    Input::Rechecked(note.to_owned().into())
}

fn open(night: &Night) -> Option<(Owner, Timestamp)> {
    match standing(&night.session, &Timings::default(), night.now) {
        Standing::Open { owner, deadline } => Some((owner, deadline)),
        Standing::Closed { .. } => None,
    }
}

/// The doctor promised a second look in an hour, and the call is over.
pub(super) fn promised() -> (Night, Timestamp) {
    let mut night = Night::doctor_talks();
    let at = night.now.plus(Span::minutes(60));
    night.act(night.staff(DOCTOR), promise(at));
    night.act(night.staff(DOCTOR), Input::End);
    night.pass(Timings::default().undo);
    (night, at)
}

#[test]
fn a_promised_second_look_keeps_the_case_open_with_the_desk_until_somebody_has_looked() {
    let (mut night, at) = promised();
    assert_eq!(open(&night), Some((DESK, at)));
    let told = |night: &Night| night.count(|f| *f == FactKind::RecheckDue);
    night.pass(Span(at.since(night.now).0 - 1));
    assert_eq!((told(&night), night.session.owed_recheck().map(|r| r.due)), (0, Some(false)), "not yet");
    night.pass(Span(1));
    assert_eq!((told(&night), night.session.owed_recheck().map(|r| r.due)), (1, Some(true)));
    let again = Timings::default().disposition;
    assert_eq!(open(&night), Some((DESK, at.plus(again))), "the desk is reminded");
    night.pass(Span::minutes(60));
    assert_eq!(told(&night), 1, "it became due once");
    assert!(open(&night).is_some_and(|(owner, deadline)| owner == DESK && deadline > night.now));
    assert_eq!(night.try_act(night.staff(NURSE), looked(" ")), Err(Refused::RecheckNoteNeeded));
    night.act(night.staff(NURSE), looked("よく眠っている"));
    assert_eq!(open(&night), None);
    assert_eq!(night.session.deadlines(&Timings::default()), []);
    let fact = FactKind::Rechecked { note: "よく眠っている".to_owned().into() };
    night.act(night.staff(NURSE), looked("よく眠っている"));
    assert_eq!(night.count(|f| *f == fact), 1, "said twice is said once");
    assert_eq!(night.try_act(night.staff(NURSE), looked("別の話")), Err(Refused::NoRecheck));
}

#[test]
fn the_desk_looks_again_or_a_doctor_who_was_there_also_after_the_signature() {
    let theirs = |night: &Night, n: u128| night.session.may_recheck(&night.staff(n));
    for n in [NURSE, OTHER_NURSE, DOCTOR] {
        let (mut night, _) = promised();
        night.session.signed = Some(1);
        assert_eq!(theirs(&night, n), Ok(person(n)));
        night.act(night.staff(n), looked("落ち着いている"));
        assert_eq!(open(&night), None, "{n}");
        assert_eq!(theirs(&night, n), Err(Refused::NoRecheck));
    }
    let (mut night, _) = promised();
    for n in [OTHER_DOCTOR, VISITOR] {
        assert_eq!(theirs(&night, n), Err(Refused::NotYoursToRecheck), "{n}");
        assert_eq!(night.try_act(night.staff(n), looked("x")), Err(Refused::NotYoursToRecheck), "{n}");
    }
    assert_eq!(night.try_act(night.tablet(), looked("x")), Err(Refused::ClinicianOnly));
    // While they talk nothing is owed, and without a promise nothing ever is.
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), promise(night.now.plus(Span::minutes(5))));
    assert_eq!(theirs(&night, NURSE), Err(Refused::NoRecheck));
    night.act(night.staff(NURSE), decide(Outcome::Advice));
    night.act(night.staff(NURSE), Input::End);
    night.pass(Timings::default().undo);
    assert_eq!((theirs(&night, NURSE), open(&night)), (Err(Refused::NoRecheck), None));
}

#[test]
fn a_promise_whose_time_came_while_they_talked_is_due_at_once() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), promise(night.now.plus(Span::minutes(5))));
    night.pass(Span::minutes(6));
    night.act(night.staff(NURSE), Input::End);
    assert_eq!(night.count(|f| *f == FactKind::RecheckDue), 0, "they see each other");
    night.pass(Timings::default().undo);
    assert_eq!(night.count(|f| *f == FactKind::RecheckDue), 1);
    assert!(open(&night).is_some_and(|(owner, deadline)| owner == DESK && deadline > night.now));
}

#[test]
fn a_promise_that_a_new_tap_finds_overdue_is_due_now_and_not_in_the_past() {
    let mut night = Night::nurse_talks();
    night.act(night.staff(NURSE), promise(night.now.plus(Span::minutes(5))));
    night.pass(Span::minutes(6));
    night.act(night.staff(NURSE), Input::End);
    night.act(night.tablet(), Input::CallAgain(next_call()));
    assert_eq!(open(&night), Some((DESK, night.now)));
}

#[test]
fn the_words_of_a_promise_can_be_mended_after_its_time_and_the_time_cannot() {
    let (mut night, at) = promised();
    night.pass(Span::minutes(100));
    let due = night.session.recheck.clone();
    assert!(due.as_ref().is_some_and(|promised| promised.due));
    night.act(night.staff(DOCTOR), mended(at));
    assert_eq!(night.session.recheck, due, "the same promise, still due");
    let past = promise(at.plus(Span::minutes(1)));
    assert_eq!(night.try_act(night.staff(DOCTOR), past), Err(Refused::RecheckInPast));
}

#[test]
fn a_changed_decision_takes_the_place_of_the_promise() {
    let (mut night, at) = promised();
    let later = at.plus(Span::minutes(30));
    night.act(night.staff(DOCTOR), promise(later));
    assert_eq!(open(&night), Some((DESK, later)));
    night.pass(Span::minutes(100));
    assert_eq!(night.count(|f| *f == FactKind::RecheckDue), 1);
    let latest = night.now.plus(Span::minutes(5));
    night.act(night.staff(DOCTOR), promise(latest));
    assert_eq!(night.session.owed_recheck().map(|r| (r.at, r.due)), Some((latest, false)), "a promise anew");
    night.act(night.staff(DOCTOR), decide(Outcome::HouseCall));
    assert_eq!(open(&night), None, "nobody needs to look again before the house call");
    // Sudden illness found afterwards: the decision is missing, and the promise is gone with it.
    let (mut night, _) = promised();
    night.act(night.staff(DOCTOR), Input::Assess(Finding::Urgency { urgency: Urgency::Red }));
    assert!(night.session.recheck.is_none());
    assert!(open(&night).is_some_and(|(owner, _)| owner == Owner::Person { person: person(DOCTOR) }));
}

#[test]
fn a_new_call_that_is_answered_takes_the_place_of_the_second_look() {
    let (mut night, at) = promised();
    let before = night.session.clone();
    assert!(!before.settled());
    night.act(night.tablet(), Input::CallAgain(next_call()));
    assert_eq!(night.session, before, "a tap alone keeps no promise");
    night.act(night.staff(NURSE), Input::NextAnswered);
    assert_eq!(night.count(|f| *f == FactKind::RecheckByNewCall), 1);
    assert_eq!((open(&night), night.session.settled()), (None, true));
    night.pass(Span::minutes(120));
    assert_eq!(night.count(|f| *f == FactKind::RecheckDue), 0, "nobody is told of a promise that is gone");
    night.act(night.staff(NURSE), Input::NextAnswered);
    assert_eq!(night.count(|f| *f == FactKind::RecheckByNewCall), 1);
    // Other words of the old decision promise nothing anew, also once its time is past; another time does.
    for past in [false, true] {
        let mut night = night.clone();
        night.now = if past { night.now } else { at.plus(Span::minutes(-30)) };
        night.act(night.staff(DOCTOR), mended(at));
        assert_eq!((open(&night), night.session.settled()), (None, true), "past: {past}");
        let later = night.now.plus(Span::minutes(20));
        night.act(night.staff(DOCTOR), promise(later));
        assert_eq!(open(&night), Some((DESK, later)));
    }
    // Of two calls the one that still owes something counts.
    assert_eq!(counting(&[before, night.session.clone()]).map(Session::settled), Some(false));
}
