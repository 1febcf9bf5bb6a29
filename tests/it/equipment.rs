//! Cameras and displays: whose they are, and until when. That they send and receive is told by the stories in
//! tests/interop.

use reqwest::Method;
use serde_json::Value;
use yoban_domain::equipment::{Equipment, EquipmentCard};
use yoban_domain::id::{DeviceId, SessionId};
use yoban_domain::org::Association;
use yoban_domain::session::JoinConsent;
use yoban_domain::time::Timestamp;
use yoban_domain::wire::rest::MeWho;
use yoban_domain::wire::signal::ClientMessage as Say;
use yoban_store::Store;
use yoban_store::device::Bearer;
use yoban_tests::{Night, Person, Voice, id, now_ms};

/// Status and code of an offer by WHIP.
async fn whip(who: &Person, place: &str) -> (u16, String) {
    let request = who.request(Method::POST, &format!("/api/v1/whip{place}"));
    let answer = request.header("content-type", "application/sdp").body("v=0").send().await.unwrap();
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, body["code"].as_str().unwrap().to_owned())
}

async fn offered(nurse: &Person, session: SessionId) -> Vec<DeviceId> {
    let all: Vec<EquipmentCard> = nurse.get(&format!("/api/v1/sessions/{session}/equipment")).await;
    all.into_iter().map(|card| card.device).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_of_another_association_or_one_that_was_retired_finds_no_way_in() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    let session = call.requested.session;
    let camera = night.signed_in("equipment", 0, Voice::Stranger).await;
    let MeWho::Equipment { card } = &camera.signed_in.me.who else { panic!("a camera") };
    let own = card.device;

    // The same camera on the same bedside, but of another association.
    let url = format!("sqlite:{}", night.server.data().join("yoban.db").display());
    let store = Store::open(&url).await.unwrap();
    let foreign: DeviceId = id();
    let mut turn = store.begin().await.unwrap();
    let row = turn.device(own).await.unwrap().unwrap();
    let (_, home) = turn.associations().await.unwrap().remove(0);
    let mut association: Association = home.read().unwrap();
    association.id = id();
    let mut copy: Equipment = row.body.read().unwrap();
    (copy.id, copy.association, copy.card.device) = (foreign, association.id, foreign);
    turn.insert_association(association.id, &association).await.unwrap();
    turn.insert_device(foreign, association.id, &row.kind, Bearer::Nobody, &copy).await.unwrap();
    turn.commit().await.unwrap();
    let here = offered(&nurse, session).await;
    assert!(here.contains(&own) && !here.contains(&foreign), "{here:?}");
    for nobody in [foreign, id()] {
        let code = nurse.refused(Say::BringEquipment { session, device: nobody }).await;
        assert_eq!(code, "equipment-elsewhere", "the same answer, whether there is one or not");
    }

    // Brought in, and then taken out of use while the patient is still being asked.
    assert_eq!(whip(&camera, "").await, (403, "not-in-call".to_owned()));
    nurse.say(Say::BringEquipment { session, device: own }).await;
    nurse
        .until_call(session, "the question about the camera", |call| {
            let leg = call.people.iter().find(|p| p.equipment.as_ref().is_some_and(|e| e.device == own))?;
            (matches!(leg.join, JoinConsent::Asked { .. }) && !leg.gate_open).then_some(())
        })
        .await;
    assert_eq!(whip(&camera, "").await, (409, "sdp-refused".to_owned()), "its place is found by its token");
    let mut turn = store.begin().await.unwrap();
    assert!(turn.retire_device(own, Timestamp(now_ms())).await.unwrap());
    turn.commit().await.unwrap();
    for place in [String::new(), format!("/{session}")] {
        assert_eq!(whip(&camera, &place).await, (404, "not-found".to_owned()), "{place}");
    }
    assert!(!offered(&nurse, session).await.contains(&own));
}
