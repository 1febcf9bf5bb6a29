//! One doctor with two devices: both ring, one has the call, and the other can go on with it.

use std::time::Instant;

use yoban_domain::id::LegId;
use yoban_domain::session::{LegRole, LegState, VideoCodec};
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_tests::{Night, PATIENCE, Person, Voice};

/// Waits until a device knows on which one the call is open.
async fn open_on(person: &Person, session: yoban_domain::id::SessionId, device: &Person) {
    let what = "the call open on a device";
    person.until_call(session, what, |call| (call.your_device == Some(device.device)).then_some(())).await;
}

/// The picture goes on in the same place of the patient's map: first what the one device sent, then the other's.
async fn sees(patient: &Person, doctor: LegId, device: &Person) {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let heard = patient.hears(doctor, &device.clip).await;
        let frames = patient.sees(doctor).await;
        let latest = frames.iter().rev().take(10).all(|frame| device.clip.shows(&frame.data));
        if heard > 0.8 && latest {
            return;
        }
        assert!(Instant::now() < give_up, "{} is not seen and heard: {heard} {latest}", device.name);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_device_that_answers_has_the_call_and_the_other_goes_on_with_it_when_asked_to() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let session = night.answered(&mut patient, &mut nurse).await.requested.session;
    let mut first = night.doctor(0).await;
    // The same doctor, who looks and sounds different here, so that it is seen which device has the call.
    let mut second = night.signed_in("phone", 0, Voice::Visitor).await;
    second.connect(None).await;
    second.say(Say::Duty { ready: true }).await;
    assert_eq!(first.person(), second.person());

    nurse.say(Say::Invite { session, role: LegRole::DutyDoctor, person: Some(first.person()) }).await;
    first.rung(session).await;
    second.rung(session).await;
    first.say(Say::Accept { session }).await;
    open_on(&second, session, &first).await;
    let leg = second.call(session).you.unwrap();
    let answered = |call: &yoban_domain::wire::view::CallView| {
        let own = call.people.iter().find(|p| p.leg == leg)?;
        matches!(own.leg_state, LegState::Accepted { .. }).then_some(())
    };
    second.until_call(session, "the ring over here too", answered).await;
    // A finger that was on its way.
    second.say(Say::Accept { session }).await;
    open_on(&second, session, &first).await;
    let connect = || Say::Connect { session, video: VideoCodec::assumed() };
    assert_eq!(second.refused(connect()).await, "other-device");
    first.connect_media(session).await;
    patient.say(Say::AnswerJoin { session, leg, yes: true }).await;
    sees(&patient, leg, &first).await;

    // Here: the call moves, and the first one is let go of.
    let before = first.media.as_ref().unwrap().0;
    second.say(Say::ComeBack { session }).await;
    open_on(&first, session, &second).await;
    assert_eq!(first.refused(connect()).await, "other-device");
    second.connect_media(session).await;
    sees(&patient, leg, &second).await;
    first.until("its connection gone", |seen| seen.gone.iter().find(|(c, _)| *c == before).copied()).await;
    assert_eq!(patient.map().iter().filter(|l| **l == leg).count(), 1, "one doctor, one place");

    // And back, also while the second one is lost.
    second.media = None;
    first.say(Say::ComeBack { session }).await;
    open_on(&second, session, &first).await;
    first.connect_media(session).await;
    sees(&patient, leg, &first).await;
}
