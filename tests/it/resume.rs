//! A socket that breaks.

use serde_json::json;
use yoban_domain::mode::MediaMode;
use yoban_domain::session::LegState;
use yoban_domain::wire::close;
use yoban_domain::wire::signal::{ClientMessage as Say, StreamPosition};
use yoban_tests::person::reading;
use yoban_tests::{Clip, Night, Person, Voice};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_socket_gets_exactly_what_it_missed_and_media_does_not_notice() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    let send = async |patient: &Person, value: &str| {
        let new = reading(json!({"kind": "spo2", "value": value, "unit": "%"}));
        let id = new.id;
        patient.say(Say::Readings { session: Some(session), readings: vec![new] }).await;
        id
    };
    let shown = async |nurse: &Person, id| {
        nurse
            .until("a reading", |seen| {
                let points = seen.vitals.get(&session)?.0.trends.first()?.points.clone();
                points.iter().any(|p| p.id == id).then_some(points.len())
            })
            .await
    };
    let first = send(&patient, "97").await;
    assert_eq!(shown(&nurse, first).await, 1);

    nurse.drop_socket();
    let stood = nurse.seen.look(|seen| seen.position.clone()).unwrap();
    for value in ["96", "95"] {
        let id = send(&patient, value).await;
        // The tablet sees each before the next is sent, so that none is merged with another.
        shown(&patient, id).await;
    }
    let last = send(&patient, "94").await;
    shown(&patient, last).await;

    assert!(nurse.connect(Some(stood.clone())).await, "resumed");
    assert_eq!(shown(&nurse, last).await, 4);
    let came = nurse.seen.look(|seen| seen.numbered.clone());
    let numbers: Vec<u64> = came.iter().map(|(seq, _)| *seq).collect();
    let expected: Vec<u64> = (stood.seq + 1..).take(numbers.len()).collect();
    assert_eq!(numbers, expected, "each number once, in order, from the first missed");
    let vitals = came.iter().filter(|(_, kind)| *kind == "vitals").count();
    assert_eq!(vitals, 3, "{came:?}");
    assert!(came.iter().all(|(_, kind)| *kind != "calls"), "nothing is told anew: {came:?}");
    nurse.hears_and_sees(call.patient, &patient.clip).await;

    // A stream nobody knows: everything is told anew.
    nurse.drop_socket();
    let unknown = StreamPosition { stream: "of another life".into(), seq: 3 };
    assert!(!nurse.connect(Some(unknown)).await);
    nurse.until_call(session, "the call, told anew", |call| call.you).await;
    let came = nurse.seen.look(|seen| seen.numbered.clone());
    // Tonight's list may change in between and come first; the numbers begin anew and all calls are told.
    assert!(came[0].0 == 1 && came.iter().any(|(_, kind)| *kind == "calls"), "{came:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_socket_of_the_same_device_replaces_the_older_and_another_device_does_not() {
    let night = Night::begin(&[]).await;
    let mut nurse = night.nurse(0).await;
    let second_device = night.nurse(0).await;
    let old = nurse.link.take().unwrap();
    // What the old socket saw is looked at apart.
    let old_seen = std::mem::take(&mut nurse.seen);
    nurse.connect(None).await;
    let closed = old_seen.until("the close", |seen| seen.closed, |_| "still open".into()).await;
    assert_eq!(closed, close::REPLACED);
    drop(old);
    nurse.say(Say::Duty { ready: true }).await;
    second_device.say(Say::Duty { ready: true }).await;
    let _patient = Clip::of(Voice::Patient);
    let patient = night.patient(0).await;
    let session = patient.tap().await.session;
    nurse.rung(session).await;
    second_device.rung(session).await;
}

/// A page that is loaded anew, or a second tab that takes over: the old connection says good-bye and the new one is there
/// before its media counts as gone. The ledger of the law must see two-way picture and sound again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_loads_the_page_anew_is_soon_both_ways_on_again() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    let mode = async |nurse: &Person, wanted: MediaMode| {
        nurse.until_call(session, "a mode", |call| (call.mode == wanted).then_some(())).await;
    };
    mode(&nurse, MediaMode::VideoAudio).await;
    patient.media = None;
    nurse
        .until_call(session, "the patient away", |view| {
            let patient = view.people.iter().find(|p| p.leg == call.patient)?;
            matches!(patient.leg_state, LegState::Away { .. }).then_some(())
        })
        .await;
    patient.connect_media(session).await;
    mode(&nurse, MediaMode::VideoAudio).await;
}
