//! Whatever people press and whenever: an owner and a deadline, no media without agreement, no recording
//! without everybody's yes.

use proptest::prelude::*;

use super::*;
use crate::case::{Standing, standing};

#[derive(Clone, Debug)]
enum Move {
    Act(u8, u8),
    Wait(u32),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        4 => (0_u8..7, any::<u8>()).prop_map(|(who, what)| Move::Act(who, what)),
        1 => (0_u32..200_000).prop_map(Move::Wait),
    ];
    proptest::collection::vec(one, 1..60)
}

fn input(night: &Night, what: u8) -> Input {
    let legs: Vec<LegId> = night.session.legs.iter().map(|l| l.id).collect();
    let leg = legs[usize::from(what) % legs.len()];
    let disposition =
        |outcome| Input::Dispose(Disposition { outcome, advice: Private::default(), reason_online: None });
    match what % 32 {
        0 => Input::Cancel,
        1 | 2 => Input::Accept,
        3 => Input::Decline(DeclineReason::Other),
        4 => Input::Leave,
        5 => Input::ComeBack,
        6 => Input::End,
        7 => Input::UndoEnd,
        8 => Input::Invite { role: LegRole::DutyDoctor, person: None },
        9 => Input::Invite { role: LegRole::VisitingNurse, person: Some(person(VISITOR)) },
        10 => Input::WithdrawInvite(leg),
        11 | 12 => Input::AnswerJoin { leg, yes: what > 60 },
        13 => Input::SpokenConsent(leg),
        14 => Input::AskRecording,
        15 | 16 => Input::AnswerRecording(what > 60),
        17 => Input::StopRecording,
        18 => Input::Declare { microphone: SourceState::On, camera: SourceState::Off },
        19 => Input::MediaUp(leg),
        20 => Input::MediaLost(leg),
        21 => Input::MediaFlow { leg, audio: true, video: what > 60 },
        22 => Input::SetKind(ServiceKind::OnlineExamination),
        23 => Input::Assess(match what / 32 {
            0 | 1 => Finding::Urgency { urgency: Urgency::Yellow },
            2 | 3 => Finding::Urgency { urgency: Urgency::Red },
            4 => Finding::RedFlags { found: vec![RedFlag::Breathing] },
            5 => Finding::RedFlags { found: vec![] },
            _ => Finding::Identity { method: IdentityMethod::Known },
        }),
        25 => Input::StillHere,
        26 => Input::SetOxygenScale { scale2: what > 60, reason: "理由".to_owned().into() },
        27 => Input::Freed(person(NURSE)),
        28 if what > 127 => Input::NextAnswered,
        28 => Input::CallAgain(next_call()),
        29 => Input::Invite { role: LegRole::DeskNurse, person: Some(person(OTHER_NURSE)) },
        30 => Input::Invite { role: LegRole::DutyDoctor, person: Some(person(OTHER_DOCTOR)) },
        24 => {
            if what > 127 {
                disposition(Outcome::Advice)
            } else {
                disposition(Outcome::Prescription)
            }
        }
        _ => match what / 32 {
            0..=2 => disposition(Outcome::CancelledAndChecked),
            3 | 4 => disposition(Outcome::RecheckAt { at: night.now.plus(Span::minutes(2)) }),
            _ => Input::Rechecked("よく眠っている".to_owned().into()),
        },
    }
}

/// Where the night stands before anybody presses anything: the rarer a place, the less often chance finds it.
fn begun(n: u8) -> Night {
    match n {
        0 => Night::begins(),
        1 => Night::nurse_talks(),
        2 => Night::doctor_talks(),
        3 => {
            let mut night = Night::nurse_talks();
            night.act(night.staff(NURSE), Input::AskRecording);
            night
        }
        4 => super::who_sees::turned_away(),
        5 => super::recheck::promised().0,
        _ => {
            let mut night = super::ending::with_another_doctor();
            night.act(night.staff(DOCTOR), Input::SetKind(ServiceKind::OnlineExamination));
            night
        }
    }
}

fn holds(night: &Night) -> Result<(), TestCaseError> {
    let s = &night.session;
    let deadlines = s.deadlines(&Timings::default());
    match standing(s, &Timings::default(), night.now) {
        Standing::Open { deadline, .. } => {
            prop_assert!(!deadlines.is_empty(), "an open case without a deadline: {s:?}");
            // Nothing that fell due is still due once it was carried out: it would come due again at once, for ever.
            let next = deadlines.iter().map(|(_, at)| *at).min();
            prop_assert!(next.is_some_and(|at| at >= night.now), "due and not carried out: {s:?}");
            prop_assert!(deadline >= night.now, "the owner's time has passed: {s:?}");
        }
        Standing::Closed { .. } => {
            // What the patient took back and called about again is answered by that call.
            prop_assert!(
                s.disposition.is_some() || s.followed && s.cancelled(),
                "closed without a decision: {s:?}"
            );
            let decision = s.disposition.as_ref();
            if decision.is_some_and(|d| matches!(d.outcome, Outcome::RecheckAt { .. })) {
                let called = night.facts.contains(&FactKind::RecheckByNewCall);
                let looked = s.recheck.as_ref().is_some_and(|r| r.done.is_some());
                prop_assert!(called || looked, "closed with a promise that nobody kept: {s:?}");
            }
            let reasoned = decision.is_none_or(|d| d.reason_online.is_some());
            let online = s.assessment.sudden() && decision.is_some_and(|d| d.outcome.ends_online());
            prop_assert!(
                !online || reasoned,
                "sudden illness ended online without the doctor's reason: {:?}",
                s
            );
        }
    }
    for leg in s.legs.iter().filter(|l| s.gate_open(l)) {
        prop_assert!(leg.in_call() && leg.admitted(), "open without agreement: {leg:?}");
        prop_assert!(leg.role != LegRole::Patient || s.attended() || s.lead().is_some());
    }
    if recording_phase(s) == RecordingPhase::On {
        let patient = s.patient_leg().unwrap();
        prop_assert!(s.gate_open(patient) && s.lead().is_some(), "recorded without patient and clinician");
        prop_assert_eq!(patient.recording, RecordingAnswer::Yes, "recorded without the patient's own yes");
        let others = |l: &&Leg| l.in_call() && l.admitted() && l.role != LegRole::Device;
        let all_agreed = s.legs.iter().filter(others).all(|l| l.recording == RecordingAnswer::Yes);
        prop_assert!(all_agreed, "recorded without everybody's yes");
    }
    if s.kind == ServiceKind::OnlineExamination && matches!(s.state, State::Active { .. }) {
        prop_assert_eq!(s.media_mode(), MediaMode::VideoAudio);
        prop_assert_eq!(s.examining_doctor(), Some(person(DOCTOR)), "only one doctor is named in the plan");
    }
    if s.kind.is_doctors_act() && matches!(s.state, State::Active { .. }) {
        prop_assert_eq!(s.lead().and_then(Leg::person), s.kind_by, "somebody else's act");
    }
    prop_assert!(s.legs.iter().filter(|l| l.in_call()).count() <= ROOM_SIZE, "more than the room holds");
    if s.disposition.as_ref().is_some_and(|d| d.outcome == Outcome::Prescription) {
        prop_assert_eq!(s.decided_by, Some(person(DOCTOR)), "the only one who can examine online");
        let own = s.examinations.iter().filter(|e| e.doctor == person(DOCTOR));
        let theirs: i64 = own.map(|e| e.until.unwrap_or(night.now).since(e.from).0).sum();
        prop_assert!(theirs >= 1_000, "prescribed on advice");
    }
    let each: i64 = s.examinations.iter().map(|e| e.until.unwrap_or(night.now).since(e.from).0).sum();
    let all = crate::mode::examined_for(&s.ledger, night.now);
    prop_assert_eq!(Span(each), all, "every second of the ledger is one doctor's");
    for leg in s.legs.iter().filter(|l| !l.in_call()) {
        prop_assert!(!leg.audio_flows && !leg.video_flows, "something flows from nobody: {:?}", leg);
    }
    if let Some(asked) = s.check_in {
        prop_assert!(s.leg(asked.leg).is_some_and(Leg::in_call), "somebody who is not there is asked");
    }
    if let Some(desk) = s.desk.filter(|d| d.ringing) {
        let rung = s.legs.iter().any(|l| l.role == LegRole::DeskNurse && l.wanted());
        prop_assert!(rung, "said to ring, and nobody is rung: {:?}", desk);
    }
    let mut turned_away = std::collections::BTreeSet::new();
    for fact in &night.facts {
        if let FactKind::JoinConsentRefused { leg } = fact {
            turned_away.insert(*leg);
        } else if let FactKind::JoinConsentGiven { leg, .. } = fact {
            turned_away.remove(leg);
        } else if let FactKind::GateOpened { leg } = fact {
            prop_assert!(!turned_away.contains(leg), "let in after a no");
        }
    }
    for pair in s.ledger.windows(2) {
        prop_assert!(pair[0].until.is_some_and(|u| u <= pair[1].from));
    }
    let mut people: Vec<_> = s.legs.iter().filter_map(Leg::person).collect();
    people.sort_unstable();
    people.dedup();
    prop_assert_eq!(people.len(), s.legs.iter().filter(|l| l.person().is_some()).count(), "one leg a person");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_people_press_the_night_stays_lawful(start in 0_u8..7, moves in moves()) {
        let mut night = begun(start);
        for m in moves {
            match m {
                Move::Wait(ms) => night.pass(Span(i64::from(ms))),
                Move::Act(who, what) => {
                    let by = match who {
                        0 => night.tablet(),
                        1 => night.staff(NURSE),
                        2 => night.staff(OTHER_NURSE),
                        3 => night.staff(DOCTOR),
                        4 => night.staff(VISITOR),
                        5 => night.staff(OTHER_DOCTOR),
                        _ => night.system(),
                    };
                    let input = input(&night, what);
                    let before = night.session.clone();
                    let facts = night.facts.len();
                    if night.try_act(by, input.clone()).is_err() {
                        prop_assert_eq!(&before, &night.session, "a refusal changes nothing");
                        prop_assert_eq!(facts, night.facts.len());
                    }
                }
            }
            holds(&night)?;
        }
        // The record folded from the facts agrees with the session.
        let facts = night.log();
        let folded = crate::encounter::Encounter::fold(night.session.id, night.session.patient, &facts).unwrap();
        prop_assert_eq!(folded.urgency, night.session.assessment.urgency);
        let decided = folded.disposition.as_ref().map(|d| (d.by, d.disposition.reveal().clone()));
        let kept = night.session.disposition.clone().map(|d| (night.session.decided_by, d));
        prop_assert_eq!(decided, kept, "what was decided, and by whom");
        let identity = night.session.assessment.identity.map(|(how, who)| (how, Some(who)));
        prop_assert_eq!(folded.identity, identity);
        let scale = night.session.oxygen_scale.map(|s| (s.scale2, s.by));
        prop_assert_eq!(folded.oxygen_scale.as_ref().map(|s| (s.scale2, s.by)), scale);
        let kinds = |l: &[crate::mode::Interval]| l.iter().map(|i| (i.kind, i.mode)).collect::<Vec<_>>();
        prop_assert_eq!(kinds(&folded.ledger), kinds(&crate::mode::settled(&night.session.ledger)));
    }
}
