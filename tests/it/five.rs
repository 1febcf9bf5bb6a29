//! A call holds five people, each with sound and picture to everybody. Whoever asks a sixth in is told why not, and what to do.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use yoban_domain::id::{LegId, SessionId};
use yoban_domain::session::LegRole;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_tests::{Night, Person, Voice};

async fn on_duty(night: &Night, n: usize, voice: Voice) -> Person {
    let mut person = night.signed_in("phone", n, voice).await;
    person.connect(None).await;
    person.say(Say::Duty { ready: true }).await;
    person
}

/// The nurse asks for somebody, who is rung.
async fn rings(session: SessionId, nurse: &Person, role: LegRole, who: &Person) {
    nurse.say(Say::Invite { session, role, person: Some(who.person()) }).await;
    who.rung(session).await;
}

/// Somebody who rings joins, and the patient has said yes to the nurse.
async fn joins(session: SessionId, nurse: &Person, who: &mut Person) -> LegId {
    who.say(Say::Accept { session }).await;
    who.connect_media(session).await;
    let leg = who.call(session).you.unwrap();
    nurse.say(Say::SpokenConsent { session, leg }).await;
    leg
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_people_hear_and_see_one_another_and_the_sixth_is_not_woken_for_a_full_call() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let mut doctor = night.doctor(0).await;
    let mut second = on_duty(&night, 1, Voice::Stranger).await;
    let mut visitor = on_duty(&night, 2, Voice::Visitor).await;
    let mut sixth = on_duty(&night, 3, Voice::Stranger).await;
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    let mut legs = BTreeMap::from([(0, call.patient), (1, call.nurse)]);
    for (n, role, who) in [
        (2, LegRole::DutyDoctor, &mut doctor),
        (3, LegRole::DutyDoctor, &mut second),
        (4, LegRole::VisitingNurse, &mut visitor),
    ] {
        rings(session, &nurse, role, who).await;
        legs.insert(n, joins(session, &nurse, who).await);
    }

    let everybody = [&patient, &nurse, &doctor, &second, &visitor];
    let pairs = everybody.iter().enumerate().flat_map(|(at, who)| {
        let others = everybody.iter().enumerate().filter(move |(other, _)| *other != at);
        others.map(|(other, whom)| who.hears_and_sees(legs[&other], &whom.clip))
    });
    let looked = join_all(pairs).await;
    assert_eq!(looked.len(), 20, "each of five has sound and picture of four");

    // Nobody is woken for a room without a place.
    let invite = Say::Invite { session, role: LegRole::VisitingNurse, person: Some(sixth.person()) };
    let problem = nurse.try_say(invite).await.unwrap_err();
    let unasked = sixth.try_say(Say::Accept { session }).await.unwrap_err();
    assert_eq!(unasked.code, "not-found", "whoever comes unasked does not even learn that there is a call");
    assert_eq!((problem.code.as_str(), problem.status), ("call-full", 409));
    assert!(problem.title.contains("五人まで") && problem.next.contains("退出してから"), "{problem:?}");
    assert!(problem.title_en.contains("five people") && problem.next_en.contains("left"), "{problem:?}");
    assert_eq!(patient.peer().slots().len(), 4, "and nothing came of the sixth");

    // What it says to do is possible: one goes, and there is room.
    second.say(Say::Leave { session }).await;
    rings(session, &nurse, LegRole::VisitingNurse, &sixth).await;
    let leg = joins(session, &nurse, &mut sixth).await;
    patient.hears_and_sees(leg, &sixth.clip).await;
    sixth.hears_and_sees(call.patient, &patient.clip).await;
    // Six came and one went: everybody was told by the map, on the connection of the one offer.
    for who in [&patient, &nurse, &doctor, &second, &visitor, &sixth] {
        assert_eq!(who.seen.look(|seen| seen.offered), 1, "{}", who.name);
    }
}
