//! Every fact there is has its sentence; the stories of `tests/fhir` hold how they read.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::*;
use crate::case::Owner;
use crate::duty::Line;
use crate::id::{LegId, PersonId};
use crate::mode::{MediaMode, ServiceKind};
use crate::people::Actor;
use crate::session::{
    DeclineReason, Disposition, IdentityMethod, LegRole, Outcome, Participant, RecordingFailure, Sbar,
    SourceState, TakenBack, Urgency,
};
use crate::time::Timestamp;
use crate::vitals::{
    Decimal, EnteredBy, NewReading, Origin, PercentUnit, PressureUnit, TemperatureUnit, Vital,
};

fn every_kind() -> Vec<FactKind> {
    use FactKind as K;
    let leg = LegId(Uuid::from_u128(1));
    let person = PersonId(Uuid::from_u128(2));
    let digest = || "ab".repeat(32);
    let reading = NewReading {
        id: Uuid::from_u128(3).into(),
        vital: Vital::Spo2 { value: Decimal::whole(97), unit: PercentUnit::Percent },
        taken_at: None,
        origin: Origin::Manual,
        flags: BTreeSet::new(),
    };
    let reading = reading.accept(Timestamp(0), EnteredBy::Household).into();
    let (mode, kind) = (MediaMode::Audio, ServiceKind::DoctorAdvice);
    let disposition =
        Disposition { outcome: Outcome::Advice, advice: String::new().into(), reason_online: None };
    vec![
        K::CaseOpened,
        K::SessionRequested { leg },
        K::RingStarted { leg, person, role: LegRole::DutyDoctor, round: 2 },
        K::PageSent { leg, person, attempt: 1, devices: 0 },
        K::RingTimedOut { leg },
        K::Declined { leg, reason: DeclineReason::Travelling },
        K::Withdrawn { leg, taken_by: Some(person) },
        K::NobodyOnDuty { line: Line::Desk },
        K::FallbackShown,
        K::Accepted { leg, who: Participant::Staff { person }, role: LegRole::DutyDoctor },
        K::JoinConsentAsked { leg },
        K::JoinConsentGiven { leg, how: ConsentManner::Spoken { heard_by: person } },
        K::JoinConsentRefused { leg },
        K::GateOpened { leg },
        K::GateClosed { leg },
        K::Joined { leg },
        K::Away { leg },
        K::Left { leg, gave_up: true },
        K::CameBack { leg },
        K::DeviceChanged { leg },
        K::PatientAlone,
        K::Declared { leg, microphone: SourceState::Held, camera: SourceState::Off },
        K::ModeChanged { kind, mode, nurse_present: true },
        K::KindRefused { wanted: kind, code: "doctor-only".to_owned() },
        K::RecordingAsked,
        K::RecordingAnswered { leg, yes: false, withdrawal: false },
        K::RecordingStarted,
        K::RecordingPaused,
        K::RecordingStopped,
        K::RecordingFailed { reason: RecordingFailure::NoRoom },
        K::RecordingFinished { tracks: 3, digest: digest() },
        K::IdentityChecked { method: IdentityMethod::ByProxy },
        K::RedFlagsScreened { found: vec![] },
        K::UrgencySet { urgency: Urgency::Red },
        K::SbarWritten { sbar: Sbar::default().into() },
        K::NoteWritten { text: "秘密".to_owned().into() },
        K::ReadingStored { reading },
        K::Disposed { disposition: disposition.into() },
        K::DecisionTakenBack { why: TakenBack::SuddenIllness },
        K::PrescriptionRefused { code: "doctor-only".to_owned() },
        K::Cancelled,
        K::AnsweredByNext { session: Uuid::from_u128(4).into() },
        K::EndAsked,
        K::EndUndone,
        K::Ended,
        K::CheckInDue,
        K::CheckInAnswered { leg },
        K::CheckInMissed { leg },
        K::EverybodyBusy { line: Line::Desk },
        K::OxygenScaleSet { scale2: true, reason: "秘密".to_owned().into() },
        K::DispositionOverdue,
        K::RecheckDue,
        K::Rechecked { note: "よく眠っている".to_owned().into() },
        K::RecheckByNewCall,
        K::OwnerChanged { owner: Owner::Line { line: Line::Desk } },
        K::Signed { version: 1, digest: digest() },
        K::CaseClosed,
    ]
}

#[test]
fn every_fact_has_its_wire_name_and_one_sentence_in_each_language() {
    let facts: Vec<Fact> = every_kind()
        .into_iter()
        .zip(1..)
        .map(|(kind, seq)| Fact {
            case: Uuid::from_u128(5).into(),
            seq,
            at: Timestamp(seq),
            by: Actor::system(Uuid::from_u128(6).into()),
            session: None,
            kind,
        })
        .collect();
    let entries = timeline(&facts, &[]);
    let mut seen = (BTreeSet::new(), BTreeSet::new());
    for (fact, entry) in facts.iter().zip(&entries) {
        assert_eq!(serde_json::to_value(&fact.kind).unwrap()["fact"], entry.fact);
        assert_eq!((entry.seq, entry.at), (fact.seq, fact.at));
        let (ja, en) = (entry.text.reveal(), entry.text_en.reveal());
        assert!(ja.ends_with('。') && en.ends_with('.'), "{ja} {en}");
        assert!(en.chars().next().is_some_and(|c| !c.is_lowercase()), "a sentence: {en}");
        assert!(!ja.contains("doctor-only") && !en.contains("doctor-only"), "a code is no word: {ja} {en}");
        assert!(!ja.contains("disk full") && !en.contains("disk full"), "nor is the recorder's: {ja} {en}");
        assert!(!ja.contains("秘密") && !en.contains("秘密"), "the note's text is not in the log's words");
        seen.0.insert(ja);
        seen.1.insert(en);
    }
    assert_eq!((seen.0.len(), seen.1.len()), (57, 57), "no two facts read alike");
}

#[test]
fn media_that_only_passed_is_in_the_log_and_not_on_the_page() {
    let (here, there) = (Uuid::from_u128(7).into(), Uuid::from_u128(8).into());
    let moved = |mode| FactKind::ModeChanged { kind: ServiceKind::NurseAdvice, mode, nurse_present: false };
    let facts: Vec<Fact> = [
        (0, here, moved(MediaMode::Audio)),
        (400, here, FactKind::PatientAlone),
        (999, here, moved(MediaMode::VideoAudio)),
        (1_999, here, moved(MediaMode::Audio)),
        (2_400, there, moved(MediaMode::Audio)),
    ]
    .into_iter()
    .zip(1..)
    .map(|((at, session, kind), seq)| Fact {
        case: Uuid::from_u128(5).into(),
        seq,
        at: Timestamp(at),
        by: Actor::system(Uuid::from_u128(6).into()),
        session: Some(session),
        kind,
    })
    .collect();
    let of: Vec<_> = timeline(&facts, &[]).iter().map(|entry| entry.session).collect();
    assert_eq!(of, facts.iter().map(|fact| fact.session).collect::<Vec<_>>(), "each line says of which call");
    let numbers = |entries: Vec<TimelineEntry>| entries.iter().map(|e| e.seq).collect::<Vec<_>>();
    assert_eq!(numbers(timeline(&facts, &[])), [1, 2, 3, 4, 5]);
    assert_eq!(
        numbers(for_reading(&facts, &[])),
        [2, 3, 4, 5],
        "a second is a second; another call is another"
    );
}

#[test]
fn a_number_is_read_without_zeros_that_say_nothing() {
    let dec = |text: &str| text.parse::<Decimal>().unwrap();
    let celsius = |text| Vital::Temperature { value: dec(text), unit: TemperatureUnit::Celsius, site: None };
    let ja = |vital: &Vital| shown(vital).0;
    assert_eq!(ja(&celsius("36.80")), "36.8 ℃");
    assert_eq!(ja(&celsius("37.00")), "37.0 ℃");
    assert_eq!(ja(&celsius("36.85")), "36.85 ℃", "what was measured stays");
    assert_eq!(ja(&celsius("37")), "37 ℃", "no digit is made up");
    assert_eq!(ja(&Vital::Spo2 { value: dec("97.0"), unit: PercentUnit::Percent }), "97 %");
    let hot = Vital::Temperature { value: dec("98.60"), unit: TemperatureUnit::Fahrenheit, site: None };
    assert_eq!(shown(&hot).1, "98.6 °F");
    let cuff = Vital::BloodPressure {
        systolic: dec("132.00"),
        diastolic: None,
        mean: None,
        unit: PressureUnit::MmHg,
    };
    assert_eq!(ja(&cuff), "132/— mmHg");
}

#[test]
fn a_reading_that_waited_says_how_long_and_which_it_is() {
    let id = Uuid::from_u128(3).into();
    let came = Timestamp(1_800_000_000_000);
    let told = |waited: i64| {
        let reading = NewReading {
            id,
            vital: Vital::Spo2 { value: Decimal::whole(97), unit: PercentUnit::Percent },
            taken_at: Some(Timestamp(came.0 - waited)),
            origin: Origin::Manual,
            flags: BTreeSet::new(),
        };
        let fact = Fact {
            case: Uuid::from_u128(5).into(),
            seq: 1,
            at: came,
            by: Actor::system(Uuid::from_u128(6).into()),
            session: None,
            kind: FactKind::ReadingStored { reading: reading.accept(came, EnteredBy::Household).into() },
        };
        timeline(&[fact], &[]).remove(0)
    };
    assert_eq!(told(0).reading, Some(id));
    assert_eq!(told(59_999).text.reveal(), "SpO2 97 %（患者・家族が入力）。");
    assert_eq!(told(180_000).text.reveal(), "SpO2 97 %（患者・家族が入力、3分前の測定）。");
    let english = "SpO2: 97 % (entered by the household, measured 3 min before).";
    assert_eq!(told(180_000).text_en.reveal(), english);
    assert_eq!(told(-60_000).text_en.reveal().matches("measured").count(), 0, "not from the future");
}

#[test]
fn what_a_second_look_showed_stands_in_its_line() {
    let found = FactKind::Rechecked { note: "よく眠っている".to_owned().into() };
    let by = Actor::system(Uuid::from_u128(6).into());
    let fact =
        Fact { case: Uuid::from_u128(5).into(), seq: 1, at: Timestamp(0), by, session: None, kind: found };
    let line = timeline(&[fact], &[]).remove(0);
    for text in [line.text, line.text_en] {
        assert!(text.reveal().contains("よく眠っている"), "a signed record has no other place: {text:?}");
    }
}
