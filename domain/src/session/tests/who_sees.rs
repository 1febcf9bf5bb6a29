//! Who has to do with a call, and who stays able to act when things go wrong.

use super::*;
use crate::directory::Directory;
use crate::org::Association;
use crate::wire::view::CallView;

fn directory(night: &Night) -> Directory {
    Directory {
        association: Association {
            id: night.session.association,
            name: "夜野医師会".into(),
            name_en: String::new(),
            zone: "Asia/Tokyo".into(),
            desk_phone: String::new(),
        },
        patient: night.patient.clone(),
        people: Vec::new(),
        institutions: vec![night.institution.clone()],
    }
}

fn seen_by(night: &Night, viewer: &Actor) -> CallView {
    directory(night).call(&night.session, 1, viewer, 0, night.now)
}

#[test]
fn of_a_patient_who_is_pregnant_there_is_no_score() {
    let mut night = Night::nurse_talks();
    let score = |night: &Night| {
        let now = Timestamp(1_770_000_000_000);
        crate::vitals::score::news2([], &directory(night).subject(&night.session, now), now).map(|_| ())
    };
    assert_eq!(score(&night), Ok(()));
    night.patient.pregnant = true;
    assert_eq!(score(&night), Err(crate::vitals::score::NotScored::Pregnant));
}

#[test]
fn whoever_missed_the_check_in_is_told_and_nobody_else() {
    let mut night = Night::doctor_talks();
    let told = |night: &Night| {
        let viewers = [night.tablet(), night.staff(NURSE), night.staff(DOCTOR), night.staff(OTHER_NURSE)];
        viewers.map(|viewer| seen_by(night, &viewer).missed_check_in)
    };
    night.pass(Span::minutes(30));
    assert_eq!(told(&night), [false; 4], "asked, and not missed yet");
    night.pass(Span::minutes(2));
    assert_eq!(told(&night), [false, false, true, false]);
    night.act(night.staff(DOCTOR), Input::StillHere);
    assert_eq!(told(&night), [false; 4]);
    night.pass(Span::minutes(32));
    night.act(night.staff(DOCTOR), Input::Leave);
    assert_eq!(told(&night), [false; 4], "who left is asked nothing");
}

#[test]
fn a_nurse_who_answers_for_a_lost_one_can_look_after_a_patient_who_cannot_press() {
    let mut night = Night::nurse_talks();
    let lost = night.leg(NURSE).id;
    night.act(night.system(), Input::MediaLost(lost));
    night.pass(Span::seconds(20));
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    night.media_runs(Some(OTHER_NURSE));
    assert!(night.session.gate_open(night.leg(OTHER_NURSE)), "nobody is left to explain or to tick");
    night.act(night.staff(OTHER_NURSE), Input::Invite { role: LegRole::DutyDoctor, person: None });
    night.act(night.staff(OTHER_NURSE), Input::End);
}

/// A second nurse was asked in by the first, and the patient said no to her; then the first goes.
pub(super) fn turned_away() -> Night {
    let mut night = Night::nurse_talks();
    let invite = Input::Invite { role: LegRole::DeskNurse, person: Some(person(OTHER_NURSE)) };
    night.act(night.staff(NURSE), invite);
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    let leg = night.leg(OTHER_NURSE).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: false });
    night
}

#[test]
fn whom_the_patient_turned_away_is_not_let_in_by_the_ring() {
    let mut night = turned_away();
    night.busy = vec![NURSE];
    night.act(night.staff(NURSE), Input::Leave);
    assert!(night.leg(OTHER_NURSE).wanted(), "nobody else is free");
    assert!(night.session.involves(person(OTHER_NURSE)), "rung: she must know for whom");
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert!(matches!(night.leg(OTHER_NURSE).consent, JoinConsent::Asked { .. }));
    assert!(!night.session.gate_open(night.leg(OTHER_NURSE)));
    assert!(night.session.desk.is_some(), "the patient still has nobody");
    // Pressing accept again is no yes of the patient's.
    assert_eq!(night.try_act(night.staff(OTHER_NURSE), Input::Accept), Err(Refused::ConsentRefused));
    assert!(!night.session.gate_open(night.leg(OTHER_NURSE)));
    // The desk goes on being rung; another is covered.
    night.busy.clear();
    night.act(night.system(), Input::Freed(person(NURSE)));
    assert!(night.leg(NURSE).wanted());
    let leg = night.leg(OTHER_NURSE).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: true });
    assert!(night.session.gate_open(night.leg(OTHER_NURSE)));
    assert!(night.session.desk.is_none() && !night.leg(NURSE).wanted(), "she has the patient now");
}

#[test]
fn whom_the_patient_turned_away_is_left_out_while_another_is_free() {
    let mut night = turned_away();
    night.desk.push(VISITOR);
    night.busy = vec![NURSE];
    night.act(night.staff(NURSE), Input::Leave);
    assert!(night.leg(VISITOR).wanted() && !night.leg(OTHER_NURSE).wanted());
    // Out of the queue she may still take it, and the patient is asked.
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert!(matches!(night.leg(OTHER_NURSE).consent, JoinConsent::Asked { .. }));
    assert!(night.leg(VISITOR).wanted(), "the round goes on");
}

#[test]
fn a_nurse_who_waits_for_the_patients_yes_takes_over_when_the_first_is_lost() {
    let mut night = Night::nurse_talks();
    let invite = Input::Invite { role: LegRole::DeskNurse, person: Some(person(OTHER_NURSE)) };
    night.act(night.staff(NURSE), invite);
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert!(!night.session.gate_open(night.leg(OTHER_NURSE)), "the first is there: the patient decides");
    let lost = night.leg(NURSE).id;
    night.act(night.system(), Input::MediaLost(lost));
    night.busy = vec![NURSE];
    night.pass(Timings::default().alone);
    assert!(night.session.desk.is_some());
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert_eq!(night.leg(OTHER_NURSE).consent, JoinConsent::ByTap);
    assert!(night.session.gate_open(night.leg(OTHER_NURSE)) && night.session.desk.is_none());
    night.act(night.staff(OTHER_NURSE), Input::End);
}

#[test]
fn who_came_second_before_may_take_the_patient_when_nobody_is_left() {
    let mut night = Night::nurse_talks();
    night.busy = vec![OTHER_NURSE];
    night.act(night.staff(NURSE), Input::Leave);
    assert!(!night.leg(OTHER_NURSE).wanted(), "busy: not rung");
    night.busy.clear();
    night.act(night.staff(OTHER_NURSE), Input::Accept);
    assert!(night.leg(OTHER_NURSE).in_call());
}

#[test]
fn a_missed_later_ring_takes_nobodys_part_in_the_record_away() {
    let mut night = Night::doctor_talks();
    night.act(night.staff(DOCTOR), Input::Leave);
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    night.pass(Span::seconds(30));
    assert!(matches!(night.leg(DOCTOR).state, LegState::TimedOut { .. }));
    assert_eq!(night.session.decider(), Some(person(DOCTOR)));
    let note = Input::Assess(Finding::Note { text: "経過良好".to_owned().into() });
    night.act(night.staff(DOCTOR), note.clone());
    let facts = night.facts.len();
    night.act(night.staff(DOCTOR), note);
    assert_eq!(night.facts.len(), facts, "the same note again is no new fact");
    night.act(night.staff(DOCTOR), Input::ComeBack);
}

#[test]
fn whoever_declined_came_second_or_was_refused_has_nothing_to_do_with_the_patient() {
    let mut night = Night::begins();
    assert!(night.session.involves(person(OTHER_NURSE)), "asked in");
    night.act(night.staff(NURSE), Input::Accept);
    assert!(!night.session.involves(person(OTHER_NURSE)), "came second");
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: None });
    night.act(night.staff(OTHER_DOCTOR), Input::Decline(DeclineReason::Other));
    assert!(!night.session.involves(person(OTHER_DOCTOR)), "declined");
    night.act(night.staff(DOCTOR), Input::Accept);
    let leg = night.leg(DOCTOR).id;
    night.act(night.tablet(), Input::AnswerJoin { leg, yes: false });
    assert!(!night.session.involves(person(DOCTOR)), "the patient said no");
    assert!(night.session.involves(person(NURSE)));
}

#[test]
fn what_was_decided_is_for_the_tablet_and_for_whom_it_concerns() {
    let mut night = Night::doctor_talks();
    let outcome = Outcome::HouseCall;
    let advice = || Private::new("痛み止めは半分に".to_owned());
    let reason_online = Some(Private::new("家族の希望".to_owned()));
    night.act(night.staff(DOCTOR), Input::Dispose(Disposition { outcome, advice: advice(), reason_online }));
    let named = |view: &CallView| view.people.iter().any(|p| p.name.is_some());
    for (who, sees, reason) in [
        (night.staff(NURSE), true, true),
        (night.tablet(), true, false),
        (night.staff(OTHER_NURSE), false, false),
    ] {
        let view = seen_by(&night, &who);
        assert_eq!(view.disposition.is_some(), sees, "{who:?}");
        assert_eq!(view.disposition.clone().is_some_and(|d| d.advice == advice()), sees, "{who:?}");
        assert_eq!(view.disposition.as_ref().is_some_and(|d| d.reason_online.is_some()), reason, "{who:?}");
        assert_eq!(named(&view), sees, "{who:?}");
        assert!(view.people.len() > 2, "who took it is seen by all: {who:?}");
    }
    assert!(!night.session.involves(person(OTHER_NURSE)), "came second");
}

#[test]
fn a_record_keeps_the_names_it_was_put_together_with() {
    let night = Night::nurse_talks();
    let named = |who: u128, kanji: &str| crate::people::Person {
        id: person(who),
        association: night.session.association,
        institution: night.institution.id,
        role: Role::DeskNurse,
        name: crate::people::Name { kanji: kanji.to_owned().into(), ..night.patient.name.clone() },
        registration: None,
    };
    let facts: Vec<crate::fact::Fact> = (1..)
        .zip(&night.facts)
        .map(|(seq, kind)| crate::fact::Fact {
            case: night.session.case,
            seq,
            at: night.now,
            by: night.staff(NURSE),
            session: Some(night.session.id),
            kind: kind.clone(),
        })
        .collect();
    let folded = crate::encounter::Encounter::fold(night.session.id, night.session.patient, &facts).unwrap();
    let then = Directory { people: vec![named(NURSE, "前の姓")], ..directory(&night) };
    let record = then.record(folded);
    let mut today =
        Directory { people: vec![named(NURSE, "今の姓"), named(OTHER_NURSE, "同僚")], ..then };
    today.patient.name.kanji = "今の名".to_owned().into();
    today.institutions[0].name = "今の院名".into();
    let names = record.names(&today);
    let kanji = |id: u128| names.person(person(id)).unwrap().name.kanji.reveal().clone();
    assert_eq!((kanji(NURSE), kanji(OTHER_NURSE)), ("前の姓".to_owned(), "同僚".to_owned()));
    assert_eq!(names.patient, night.patient);
    assert_eq!(names.institutions, std::slice::from_ref(&night.institution));
    assert_eq!(names.people.len(), 2);
}
