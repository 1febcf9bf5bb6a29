//! The engine over a real database and a clock turned by hand.

mod away;
mod broken;
mod cases;
mod deciding;
mod late;
mod recheck;
mod rows;

use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use yoban_domain::case::{Owner, Standing};
use yoban_domain::duty::{Line, Shift};
use yoban_domain::fact::FactKind;
use yoban_domain::id::{AssociationId, DeviceId, InstitutionId, PatientId, PersonId, SessionId, ShiftId};
use yoban_domain::org::{Association, Institution, InstitutionKind};
use yoban_domain::people::{Actor, Name, Patient, Person, Role, Sex, Summary, Who};
use yoban_domain::private::Private;
use yoban_domain::session::{
    Disposition, Due, Finding, Input, LegState, MayRecord, Outcome, Refused, State, Timings, Urgency,
};
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::vitals::NewReading;
use yoban_store::Store;
use yoban_store::device::Bearer;
use yoban_store::timer::Subject;
use yoban_store::value::Word;

use super::Engine;
use crate::clock::{Clock, VirtualClock};
use crate::error::CommandError;
use crate::hint::Bus;

const START: Timestamp = Timestamp(2_000_000_000_000);

struct District {
    engine: Engine,
    clock: VirtualClock,
    folder: tempfile::TempDir,
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn name() -> Name {
    Name { kanji: "夜野 星".to_owned().into(), kana: String::new().into(), latin: String::new().into() }
}

fn tablet(n: u128) -> Actor {
    let who = Who::Tablet { patient: PatientId(id(100 + n)) };
    Actor { who, association: AssociationId(id(1)), device: Some(DeviceId(id(200 + n))) }
}

fn nurse(n: u128) -> Actor {
    let who = Who::Staff { person: PersonId(id(300 + n)), role: Role::DeskNurse };
    Actor { who, association: AssociationId(id(1)), device: Some(DeviceId(id(400 + n))) }
}

impl District {
    /// Two patients with tablets, two nurses on duty.
    async fn new() -> Self {
        Self::with_shifts(&[Some(Span::minutes(600)); 2]).await
    }

    /// As many patients with tablets, and nurses, each with how long they are still on duty, if they are.
    async fn with_shifts(shifts: &[Option<Span>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&format!("sqlite:{}", folder.path().join("yoban.db").display())).await.unwrap();
        store.migrate().await.unwrap();
        let home = AssociationId(id(1));
        let desk = InstitutionId(id(2));
        let mut tx = store.begin().await.unwrap();
        let association = Association {
            id: home,
            name: "星見区医師会".into(),
            name_en: "Hoshimi".into(),
            zone: "Asia/Tokyo".into(),
            desk_phone: "03-0000-0199".into(),
        };
        tx.insert_association(home, &association).await.unwrap();
        let institution = Institution {
            id: desk,
            association: home,
            kind: InstitutionKind::Desk,
            code: "9910000001".into(),
            name: String::new(),
            name_en: String::new(),
            phone: String::new(),
            notice: None,
        };
        tx.insert_institution(desk, home, "9910000001", &institution).await.unwrap();
        for (n, shift) in (1..).zip(shifts) {
            let patient = Patient {
                id: PatientId(id(100 + n)),
                association: home,
                institution: desk,
                number: Private::default(),
                name: name(),
                birth_date: "1940-01-01".to_owned().into(),
                sex: Sex::Female,
                address: Private::default(),
                phone: Private::default(),
                summary: Private::new(Summary::default()),
                primary_doctor: None,
                care_plan: None,
                pregnant: false,
                oxygen_scale2: None,
            };
            tx.insert_patient(patient.id, home, &patient).await.unwrap();
            let kind = Word::of("tablet").unwrap();
            tx.insert_device(DeviceId(id(200 + n)), home, &kind, Bearer::Patient(patient.id), &())
                .await
                .unwrap();
            let role = Role::DeskNurse;
            let person = PersonId(id(300 + n));
            let body = Person {
                id: person,
                association: home,
                institution: desk,
                role,
                name: name(),
                registration: None,
            };
            tx.insert_person(person, home, Some(desk), &Word::of(&role).unwrap(), &body).await.unwrap();
            tx.insert_device(DeviceId(id(400 + n)), home, &kind, Bearer::Person(person), &()).await.unwrap();
            let Some(left) = *shift else { continue };
            let (from, until) = (START.minus(Span::minutes(60)), START.plus(left));
            tx.insert_shift(&Shift {
                id: ShiftId(id(500 + n)),
                association: home,
                line: Line::Desk,
                person,
                from,
                until,
            })
            .await
            .unwrap();
        }
        tx.commit().await.unwrap();
        let clock = VirtualClock::at(START);
        let engine = Engine::new(
            store,
            Clock::Virtual(clock.clone()),
            Bus::default(),
            Timings::default(),
            Arc::new(|| MayRecord::Yes),
            "test",
        );
        Self { engine, clock, folder }
    }

    async fn tapped() -> (Self, SessionId) {
        let district = Self::new().await;
        let requested = district.engine.request(tablet(1)).await.unwrap();
        (district, requested.session)
    }

    async fn facts(&self, session: SessionId) -> Vec<FactKind> {
        let (_, facts) = self.engine.facts(nurse(1), session).await.unwrap();
        assert!(facts.iter().zip(1..).all(|(f, n)| f.seq == n), "the log has no holes");
        facts.into_iter().map(|f| f.kind).collect()
    }
}

#[tokio::test]
async fn a_tap_opens_one_case_however_often_it_is_made() {
    let district = District::new().await;
    let first = district.engine.request(tablet(1)).await.unwrap();
    assert!(!first.existing);
    for _ in 0..3 {
        let again = district.engine.request(tablet(1)).await.unwrap();
        assert_eq!((again.case, again.session, again.existing), (first.case, first.session, true));
    }
    let other = district.engine.request(tablet(2)).await.unwrap();
    assert_ne!(other.case, first.case);
    let list = district.engine.tonight(AssociationId(id(1))).await.unwrap();
    assert_eq!(list.seen_by(&nurse(1)).len(), 2);
    assert!(matches!(district.engine.request(nurse(1)).await, Err(CommandError::NotFound)));
}

#[tokio::test]
async fn a_tap_while_the_call_is_being_ended_opens_a_fresh_one_that_rings_the_nurse_who_ended_it() {
    let (district, over) = District::tapped().await;
    let engine = &district.engine;
    engine.act(nurse(1), over, Input::Accept).await.unwrap();
    engine.act(nurse(1), over, Input::End).await.unwrap();
    district.clock.turn(Span::seconds(3));
    let mut hints = engine.bus.subscribe();
    let again = engine.request(tablet(1)).await.unwrap();
    assert!(!again.existing && again.session != over);
    let (scene, _) = engine.facts(nurse(1), again.session).await.unwrap();
    assert_eq!(scene.case.sessions, [over, again.session], "one night problem");
    assert!(scene.session.leg_of(PersonId(id(301))).unwrap().wanted(), "she is free, and rung");
    let (scene, _) = engine.facts(nurse(1), over).await.unwrap();
    assert!(!scene.session.live());
    let undone = engine.act(nurse(1), over, Input::UndoEnd).await;
    assert!(matches!(undone, Err(CommandError::Refused(Refused::TooLateToUndo))));
    let timers = engine.store.read().await.unwrap().timers_of(Subject::Session(over)).await.unwrap();
    let due: Vec<Due> = timers.iter().map(|timer| timer.reason().unwrap()).collect();
    assert_eq!(due, [Due::Disposition], "the new call has the others");
    let mut told = Vec::new();
    while let Ok(hint) = hints.try_recv() {
        told.push(hint);
    }
    assert!(
        told.contains(&crate::hint::Hint::Session(over)),
        "its screens and its room learn of it: {told:?}"
    );
    assert_eq!(engine.request(tablet(1)).await.unwrap().session, again.session);
}

#[tokio::test]
async fn of_many_who_accept_at_once_exactly_one_wins_and_the_others_learn_who() {
    let (district, session) = District::tapped().await;
    let mut racing = tokio::task::JoinSet::new();
    for n in [1, 2, 1, 2, 1, 2] {
        let engine = district.engine.clone();
        racing.spawn(async move { (n, engine.act(nurse(n), session, Input::Accept).await) });
    }
    let (mut won, mut lost) = (Vec::new(), Vec::new());
    while let Some(done) = racing.join_next().await {
        match done.unwrap() {
            (n, Ok(())) => won.push(n),
            (n, Err(CommandError::Refused(Refused::TakenBy(by)))) => lost.push((n, by)),
            (n, Err(other)) => panic!("nurse {n}: {other}"),
        }
    }
    assert_eq!(
        (won.len(), lost.len()),
        (3, 3),
        "three taps of the winner are one answer, three of the other lose"
    );
    assert!(won.iter().all(|n| *n == won[0]));
    assert!(lost.iter().all(|(n, by)| *n != won[0] && *by == PersonId(id(300 + won[0]))));
    let accepted =
        district.facts(session).await.into_iter().filter(|f| matches!(f, FactKind::Accepted { .. })).count();
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn deadlines_fire_when_the_clock_is_turned_and_not_before_and_the_case_never_stands_alone() {
    let (district, session) = District::tapped().await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(district.engine.clone().run_timers(stop.clone()));
    let mut hints = district.engine.bus.subscribe();
    for round in [2, 3] {
        // The clock holds while the database works: nothing falls due by itself.
        district.engine.fire_due().await.unwrap();
        let (scene, _) = district.engine.facts(nurse(1), session).await.unwrap();
        let Standing::Open { owner, deadline } = scene.case.standing else { panic!("closed") };
        assert_eq!(owner, Owner::Line { line: Line::Desk });
        assert_eq!(deadline, scene.session.desk.unwrap().until);
        district.clock.turn(Span::seconds(25));
        while !matches!(hints.recv().await.unwrap(), crate::hint::Hint::Session(s) if s == session) {}
        let (scene, _) = district.engine.facts(nurse(1), session).await.unwrap();
        let desk = scene.session.desk.unwrap();
        assert_eq!((desk.round, desk.fallback), (round.min(2), round == 3));
    }
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn who_is_rung_is_read_from_the_shifts_at_every_ring() {
    // The first goes home before the reminder, the second before the second round, the third has no shift at all.
    let district = District::with_shifts(&[Some(Span::seconds(60)), Some(Span::seconds(20)), None]).await;
    let engine = &district.engine;
    let session = engine.request(tablet(1)).await.unwrap().session;
    let rung = async || {
        let (scene, _) = engine.facts(nurse(1), session).await.unwrap();
        let s = scene.session;
        let wanted = s.legs.iter().filter(|l| l.wanted()).filter_map(|l| l.person()).collect::<Vec<_>>();
        (wanted, s.desk.unwrap().ringing)
    };
    let person = |n: u128| PersonId(id(300 + n));
    assert_eq!(rung().await, (vec![person(1), person(2)], true));
    let refused = engine.act(nurse(3), session, Input::Accept).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refused::NotOnDuty))), "{refused:?}");
    district.clock.turn(Span::seconds(25));
    engine.fire_due().await.unwrap();
    assert_eq!(rung().await, (vec![person(1)], true), "who went home is not rung again");
    let refused = engine.act(nurse(2), session, Input::Accept).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refused::NotOnDuty))), "{refused:?}");
    district.clock.turn(Span::seconds(25));
    engine.fire_due().await.unwrap();
    assert_eq!(rung().await, (vec![], false), "two rounds, then the telephone number");
    let nobody = |facts: &[FactKind]| facts.iter().any(|f| matches!(f, FactKind::NobodyOnDuty { .. }));
    assert!(!nobody(&district.facts(session).await));
    district.clock.turn(Span::minutes(2));
    engine.fire_due().await.unwrap();
    assert_eq!(rung().await, (vec![], false));
    assert!(nobody(&district.facts(session).await), "the reminder finds nobody, and says so");
    let (scene, _) = engine.facts(nurse(1), session).await.unwrap();
    let Standing::Open { owner, deadline } = scene.case.standing else { panic!("closed") };
    assert_eq!(owner, Owner::Line { line: Line::Desk });
    assert!(deadline > engine.clock.now(), "and it will be tried again");
}

#[tokio::test]
async fn a_deadline_that_fires_late_or_twice_changes_nothing() {
    let (district, session) = District::tapped().await;
    district.clock.turn(Span::seconds(25));
    let timers = district
        .engine
        .store
        .lease_due_timers(district.engine.clock.now(), "another node", Span::seconds(5), 10)
        .await
        .unwrap();
    assert_eq!(timers.len(), 1);
    district.engine.act(nurse(1), session, Input::Accept).await.unwrap();
    let before = district.facts(session).await;
    district.engine.fire_due().await.unwrap();
    let reason = timers[0].reason().unwrap();
    let fence = Some((timers[0].id, timers[0].epoch));
    let system = Actor::system(AssociationId(id(1)));
    district.engine.try_act(system, session, Input::Deadline(reason), fence).await.unwrap();
    assert_eq!(district.facts(session).await, before);
}

#[tokio::test]
async fn a_refused_command_leaves_nothing_behind_and_strangers_see_nothing() {
    let (district, session) = District::tapped().await;
    let before = district.facts(session).await;
    let refused = district.engine.act(nurse(1), session, Input::End).await;
    assert!(matches!(refused, Err(CommandError::Refused(Refused::NotInCall))));
    assert!(matches!(
        district.engine.act(tablet(2), session, Input::Cancel).await,
        Err(CommandError::NotFound)
    ));
    let mut abroad = nurse(1);
    abroad.association = AssociationId(id(9));
    assert!(matches!(district.engine.act(abroad, session, Input::Accept).await, Err(CommandError::NotFound)));
    assert_eq!(district.facts(session).await, before);
}

#[tokio::test]
async fn after_a_restart_on_the_same_file_the_night_goes_on() {
    let (district, session) = District::tapped().await;
    district.engine.act(nurse(1), session, Input::Accept).await.unwrap();
    let (scene, _) = district.engine.facts(nurse(1), session).await.unwrap();
    let joined = Input::MediaUp(scene.session.leg_of(PersonId(id(301))).unwrap().id);
    district.engine.media(session, joined).await.unwrap();
    let before = district.facts(session).await;
    let path = district.folder.path().join("yoban.db");
    district.engine.store.close().await;
    let store = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
    store.migrate().await.unwrap();
    let clock = Clock::Virtual(district.clock.clone());
    let engine =
        Engine::new(store, clock, Bus::default(), Timings::default(), Arc::new(|| MayRecord::Yes), "test");
    let again = District { engine, clock: district.clock.clone(), folder: district.folder };
    assert_eq!(again.facts(session).await, before);
    let leg = || async {
        let (scene, _) = again.engine.facts(nurse(1), session).await.unwrap();
        let leg = scene.session.leg_of(PersonId(id(301))).unwrap();
        (leg.state, scene.session.desk.is_some())
    };
    assert!(matches!(leg().await, (LegState::Joined { .. }, false)));
    again.engine.resume().await.unwrap();
    assert!(matches!(leg().await, (LegState::Away { .. }, false)), "her media died with the server");
    again.clock.turn(Span::seconds(20));
    again.engine.fire_due().await.unwrap();
    assert!(matches!(leg().await, (LegState::Away { .. }, true)), "she did not come back: the desk is rung");
}

#[tokio::test]
async fn a_signed_record_is_frozen_and_says_who_signed() {
    let (district, session) = District::tapped().await;
    let engine = &district.engine;
    engine.act(nurse(1), session, Input::Accept).await.unwrap();
    assert!(matches!(
        engine.sign(nurse(1), session, 1).await,
        Err(CommandError::Refused(Refused::StillRunning))
    ));
    engine.act(nurse(1), session, Input::End).await.unwrap();
    district.clock.turn(Span::seconds(10));
    engine.fire_due().await.unwrap();
    let decide = |outcome| {
        Input::Dispose(Disposition { outcome, advice: "お大事に".to_owned().into(), reason_online: None })
    };
    engine.act(nurse(1), session, decide(Outcome::Advice)).await.unwrap();
    let seen = async || engine.record(nurse(1), session).await.unwrap().0.version;
    let looked_at = seen().await;
    assert!(matches!(
        engine.sign(nurse(2), session, looked_at).await,
        Err(CommandError::Refused(Refused::NotYoursToSign))
    ));
    // Between the look and the signature somebody writes: what nobody has seen is not signed.
    let note = Finding::Note { text: "あとからの追記".to_owned().into() };
    engine.act(nurse(1), session, Input::Assess(note)).await.unwrap();
    assert!(matches!(
        engine.sign(nurse(1), session, looked_at).await,
        Err(CommandError::Refused(Refused::ChangedMeanwhile))
    ));
    let late = |seq| -> NewReading {
        let vital = serde_json::json!({"kind": "spo2", "value": "91", "unit": "%"});
        let origin = serde_json::json!({"kind": "manual"});
        serde_json::from_value(serde_json::json!({ "id": id(seq), "vital": vital, "origin": origin }))
            .unwrap()
    };
    let looked_again = seen().await;
    assert_eq!(engine.sign(nurse(1), session, looked_again).await.unwrap(), 1);
    assert_eq!(engine.sign(nurse(1), session, looked_at).await.unwrap(), 1, "signing twice is one signature");
    for by in [nurse(1), tablet(1)] {
        assert!(matches!(
            engine.readings(by, Some(session), vec![late(900)]).await,
            Err(CommandError::Refused(Refused::Signed))
        ));
    }
    let alone = engine.readings(tablet(1), None, vec![late(900)]).await.unwrap();
    assert_eq!(alone.stored, 1, "the patient's own value is kept");
    let changed = engine.act(nurse(1), session, decide(Outcome::Hospital)).await;
    assert!(matches!(changed, Err(CommandError::Refused(Refused::Signed))));
    let (scene, record, signed) = engine.record(nurse(2), session).await.unwrap();
    let signed = signed.unwrap();
    assert_eq!((signed.version, signed.by), (1, PersonId(id(301))));
    assert_eq!(signed.record, record);
    assert!(!scene.case.open());
    let last = district.facts(session).await;
    assert!(matches!(last.last(), Some(FactKind::Signed { version: 1, digest }) if *digest == signed.digest));
}
