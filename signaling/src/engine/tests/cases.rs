//! A case and its calls: who owns it, when it is closed, who may see which call.

use super::*;

#[tokio::test]
async fn every_line_of_the_list_has_its_own_patients_name_and_its_own_owners() {
    let district = District::new().await;
    let engine = &district.engine;
    let home = AssociationId(id(1));
    let other = Name { kanji: "月岡 はな".to_owned().into(), ..name() };
    let mut tx = engine.store.begin().await.unwrap();
    let row = tx.patient(PatientId(id(101))).await.unwrap().unwrap();
    let first: Patient = row.body.read().unwrap();
    let patient = Patient { id: PatientId(id(103)), name: other.clone(), ..first };
    tx.insert_patient(patient.id, home, &patient).await.unwrap();
    let kind = Word::of("tablet").unwrap();
    tx.insert_device(DeviceId(id(203)), home, &kind, Bearer::Patient(patient.id), &()).await.unwrap();
    tx.commit().await.unwrap();
    let mut calls = Vec::new();
    for n in [1, 3, 2] {
        calls.push(engine.request(tablet(n)).await.unwrap().session);
        district.clock.turn(Span::seconds(1));
    }
    engine.act(nurse(2), calls[1], Input::Accept).await.unwrap();
    let list = engine.tonight(home).await.unwrap().seen_by(&nurse(1));
    let line = |session| list.iter().find(|item| item.session == session).unwrap();
    for (session, named) in calls.iter().zip([name(), other, name()]) {
        assert_eq!(line(*session).patient, named);
    }
    let owner = Owner::Person { person: PersonId(id(302)) };
    assert_eq!((line(calls[1]).owner, &line(calls[1]).owner_name), (Some(owner), &Some(name())));
    assert_eq!(list.iter().map(|item| item.may_open).collect::<Vec<_>>(), [true; 3]);
    assert_eq!(list.len(), 3);
}

#[tokio::test]
async fn a_consultation_cut_short_by_a_new_tap_is_still_due_for_its_decision() {
    let (district, over) = District::tapped().await;
    let engine = &district.engine;
    let decide = || {
        let advice = "お大事に".to_owned().into();
        Input::Dispose(Disposition { outcome: Outcome::Advice, advice, reason_online: None })
    };
    engine.act(nurse(1), over, Input::Accept).await.unwrap();
    engine.act(nurse(1), over, Input::End).await.unwrap();
    let again = engine.request(tablet(1)).await.unwrap().session;
    engine.act(nurse(2), again, Input::Accept).await.unwrap();
    engine.act(nurse(2), again, Input::End).await.unwrap();
    district.clock.turn(Span::seconds(10));
    engine.fire_due().await.unwrap();
    engine.act(nurse(2), again, decide()).await.unwrap();
    let standing = async || engine.facts(nurse(1), over).await.unwrap().0.case.standing;
    let listed = async || {
        let list = engine.tonight(AssociationId(id(1))).await.unwrap();
        list.seen_by(&nurse(2)).iter().map(|item| item.session).collect::<Vec<_>>()
    };
    let of_the_first = Owner::Person { person: PersonId(id(301)) };
    assert!(
        matches!(standing().await, Standing::Open { owner, .. } if owner == of_the_first),
        "one of two is undecided: the case has an owner"
    );
    assert_eq!(listed().await, [over], "and the list leads to the one that is undecided");
    for _ in 0..6 {
        district.clock.turn(Span::minutes(10));
        engine.fire_due().await.unwrap();
    }
    let desk = Owner::Line { line: Line::Desk };
    assert!(matches!(standing().await, Standing::Open { owner, deadline } if owner == desk
        && deadline > engine.clock.now()));
    let overdue = async || {
        let all = engine.facts(nurse(1), over).await.unwrap().1;
        let of =
            |f: &&yoban_domain::fact::Fact| f.session == Some(over) && f.kind == FactKind::DispositionOverdue;
        all.iter().filter(of).count()
    };
    assert_eq!(overdue().await, 1, "nobody has decided about the first, which is said once");
    // The colleague who was in the second call alone is at the desk now, and decides.
    engine.act(nurse(2), over, decide()).await.unwrap();
    assert!(matches!(standing().await, Standing::Closed { .. }));
    assert_eq!(listed().await, [over], "the oldest record that waits for its signature");
    district.clock.turn(Span::minutes(10));
    engine.fire_due().await.unwrap();
    assert_eq!(overdue().await, 1, "decided is decided");
    let timers = engine.store.read().await.unwrap().timers_of(Subject::Session(over)).await.unwrap();
    assert_eq!(timers, []);
}

#[tokio::test]
async fn a_signed_call_stands_beside_an_older_one_that_lacks_its_decision() {
    let (district, first) = District::tapped().await;
    let engine = &district.engine;
    let over = async || {
        district.clock.turn(Span::seconds(10));
        engine.fire_due().await.unwrap();
    };
    engine.act(nurse(1), first, Input::Accept).await.unwrap();
    engine.act(nurse(1), first, Input::End).await.unwrap();
    over().await;
    let again = engine.request(tablet(1)).await.unwrap().session;
    engine.act(nurse(2), again, Input::Accept).await.unwrap();
    let red = Finding::Urgency { urgency: Urgency::Red };
    engine.act(nurse(2), again, Input::Assess(red)).await.unwrap();
    engine.act(nurse(2), again, Input::End).await.unwrap();
    over().await;
    let advice = "すぐに救急車を呼びます".to_owned().into();
    let decision = Disposition { outcome: Outcome::Ambulance, advice, reason_online: None };
    engine.act(nurse(2), again, Input::Dispose(decision)).await.unwrap();
    let seen = engine.facts(nurse(2), again).await.unwrap().0.version;
    engine.sign(nurse(2), again, seen).await.unwrap();
    let list = engine.tonight(AssociationId(id(1))).await.unwrap();
    let visitor = |n: u128| {
        let who = Who::Staff { person: PersonId(id(300 + n)), role: Role::VisitingNurse };
        Actor { who, ..nurse(n) }
    };
    // Who was in which call may open that one, and the list says so of each.
    for (by, opens) in [(nurse(1), [true, true]), (visitor(1), [true, false]), (visitor(2), [false, true])] {
        let lines = list.seen_by(&by);
        let [line] = &lines[..] else { panic!("one line a case: {lines:?}") };
        assert_eq!((line.session, line.disposition), (first, None), "the line leads to what is undecided");
        let [other] = line.calls[..] else { panic!("and carries the other: {line:?}") };
        assert_eq!((other.session, other.signed, other.urgency), (again, true, Some(Urgency::Red)));
        assert_eq!(other.disposition, Some(Outcome::Ambulance));
        assert!(matches!(other.state, State::Ended { .. }) && other.requested_at > line.requested_at);
        assert_eq!([line.may_open, other.may_open], opens);
        for (session, may) in [(first, line.may_open), (again, other.may_open)] {
            assert_eq!(engine.record(by, session).await.is_ok(), may, "the list says what the route does");
        }
    }
    // On another night the list has forgotten the case; whoever opens one of its records finds the other.
    district.clock.turn(Span::minutes(3 * 24 * 60));
    for (by, of, beside, opens) in
        [(nurse(1), first, again, true), (nurse(1), again, first, true), (visitor(1), first, again, false)]
    {
        let (scene, ..) = engine.record(by, of).await.unwrap();
        let calls = engine.calls_beside(&by, &scene).await.unwrap();
        let [call] = calls[..] else { panic!("the other one alone: {calls:?}") };
        assert_eq!((call.session, call.may_open, call.signed), (beside, opens, beside == again));
    }
}

#[tokio::test]
async fn a_call_taken_back_and_made_again_is_one_problem_with_one_decision() {
    let (district, taken_back) = District::tapped().await;
    let engine = &district.engine;
    engine.act(tablet(1), taken_back, Input::Cancel).await.unwrap();
    let again = engine.request(tablet(1)).await.unwrap().session;
    assert_ne!(again, taken_back);
    let timers = async |of| engine.store.read().await.unwrap().timers_of(Subject::Session(of)).await.unwrap();
    assert_eq!(timers(taken_back).await, [], "the new call answers for it");
    let answered = FactKind::AnsweredByNext { session: again };
    let (_, record, _) = engine.record(nurse(1), taken_back).await.unwrap();
    assert_eq!(record.encounter.answered_by_next, Some(again), "and the record says which");
    engine.act(nurse(1), again, Input::Accept).await.unwrap();
    engine.act(nurse(1), again, Input::End).await.unwrap();
    district.clock.turn(Span::seconds(10));
    engine.fire_due().await.unwrap();
    let advice = "お大事に".to_owned().into();
    let decision = Disposition { outcome: Outcome::Advice, advice, reason_online: None };
    engine.act(nurse(1), again, Input::Dispose(decision)).await.unwrap();
    let told = async |of| engine.facts(nurse(1), of).await.unwrap().1.len();
    let before = (told(taken_back).await, told(again).await);
    let facts = engine.facts(nurse(1), taken_back).await.unwrap().1;
    assert_eq!(facts.iter().filter(|f| f.kind == answered).count(), 1);
    for _ in 0..144 {
        district.clock.turn(Span::minutes(10));
        engine.fire_due().await.unwrap();
    }
    assert!(!engine.facts(nurse(1), taken_back).await.unwrap().0.case.open());
    assert_eq!((told(taken_back).await, told(again).await), before, "a closed case stays as it is");
    // Nobody called again: somebody must ask how they are, and the desk owns it.
    let (district, taken_back) = District::tapped().await;
    district.engine.act(tablet(1), taken_back, Input::Cancel).await.unwrap();
    let case = district.engine.facts(nurse(1), taken_back).await.unwrap().0.case;
    assert!(matches!(case.standing, Standing::Open { owner: Owner::Line { line: Line::Desk }, .. }));
}

#[tokio::test]
async fn a_case_shows_each_reader_the_sessions_they_had_to_do_with() {
    let (district, first) = District::tapped().await;
    let engine = &district.engine;
    engine.act(nurse(1), first, Input::Accept).await.unwrap();
    engine.act(nurse(1), first, Input::End).await.unwrap();
    let again = engine.request(tablet(1)).await.unwrap();
    let visitor = |n: u128| {
        let who = Who::Staff { person: PersonId(id(300 + n)), role: Role::VisitingNurse };
        Actor { who, ..nurse(n) }
    };
    engine.act(nurse(2), again.session, Input::Accept).await.unwrap();
    let read = async |by| {
        engine.case(by, again.case).await.map(|read| {
            let theirs = read.facts.iter().all(|f| f.session.is_some_and(|s| read.sessions.contains(&s)));
            assert!(theirs && !read.facts.is_empty());
            read.sessions
        })
    };
    assert_eq!(read(nurse(1)).await.unwrap(), [first, again.session], "the desk answers for everybody");
    // As a visiting nurse each sees the calls they were in alone.
    assert_eq!(read(visitor(1)).await.unwrap(), [first]);
    assert_eq!(read(visitor(2)).await.unwrap(), [again.session]);
    assert!(matches!(read(visitor(9)).await, Err(CommandError::NotFound)));
    let list = engine.tonight(AssociationId(id(1))).await.unwrap();
    let may_open = |by| list.seen_by(&by).iter().map(|item| item.may_open).collect::<Vec<_>>();
    assert_eq!((may_open(nurse(1)), may_open(visitor(2))), (vec![true], vec![true]));
    assert_eq!(may_open(visitor(9)), [false]);
    for by in [nurse(1), visitor(2), visitor(9)] {
        let opens = engine.record(by, again.session).await.is_ok();
        assert_eq!(may_open(by), [opens], "the list says what the route does");
    }
}
