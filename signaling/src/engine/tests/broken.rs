//! A row that cannot be read is one row: the night goes on around it.

use serde_json::json;
use yoban_domain::id::CaseId;
use yoban_domain::session::VideoCodec;

use super::*;

/// A call in which this nurse has answered and is connected.
async fn talks(district: &District, n: u128) -> (CaseId, SessionId) {
    let requested = district.engine.request(tablet(n)).await.unwrap();
    district.engine.act(nurse(n), requested.session, Input::Accept).await.unwrap();
    let (scene, _) = district.engine.facts(nurse(n), requested.session).await.unwrap();
    let joined = Input::MediaUp(scene.session.leg_of(PersonId(id(300 + n))).unwrap().id);
    district.engine.media(requested.session, joined).await.unwrap();
    (requested.case, requested.session)
}

#[tokio::test]
async fn one_case_that_cannot_be_read_keeps_no_other_from_being_told_that_media_is_gone() {
    let district = District::new().await;
    let (broken, _) = talks(&district, 1).await;
    let (_, whole) = talks(&district, 2).await;
    let mut tx = district.engine.store.begin().await.unwrap();
    let row = tx.load_case_for_update(broken).await.unwrap().unwrap();
    tx.save_case(&row.head, row.version, &json!("from another program")).await.unwrap();
    tx.commit().await.unwrap();
    district.engine.resume().await.unwrap();
    let (scene, _) = district.engine.facts(nurse(2), whole).await.unwrap();
    assert!(matches!(scene.session.leg_of(PersonId(id(302))).unwrap().state, LegState::Away { .. }));
}

#[tokio::test]
async fn one_device_that_cannot_be_read_keeps_nobody_from_media() {
    let district = District::new().await;
    let (_, session) = talks(&district, 1).await;
    let mut tx = district.engine.store.begin().await.unwrap();
    let kind = Word::of(crate::engine::EQUIPMENT).unwrap();
    let home = AssociationId(id(1));
    tx.insert_device(DeviceId(id(700)), home, &kind, Bearer::Nobody, &json!({})).await.unwrap();
    tx.commit().await.unwrap();
    let pictures = Input::Pictures(vec![VideoCodec::Vp8]);
    district.engine.act(nurse(1), session, pictures).await.unwrap();
    assert!(district.engine.equipment_for(nurse(1), session).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_earlier_call_that_cannot_be_read_keeps_nobody_from_calling_again() {
    let district = District::new().await;
    let engine = &district.engine;
    let over = engine.request(tablet(1)).await.unwrap();
    engine.act(tablet(1), over.session, Input::Cancel).await.unwrap();
    let mut tx = engine.store.begin().await.unwrap();
    tx.load_case_for_update(over.case).await.unwrap().unwrap();
    let row = tx.load_session_for_update(over.session).await.unwrap().unwrap();
    tx.save_session(&row.head, row.version, &[], &json!("from another program")).await.unwrap();
    tx.commit().await.unwrap();
    let again = engine.request(tablet(1)).await.unwrap();
    assert_eq!((again.case, again.existing), (over.case, false));
    engine.act(nurse(1), again.session, Input::Accept).await.unwrap();
    let (scene, _) = engine.facts(nurse(1), again.session).await.unwrap();
    assert!(scene.case.open());
}

#[tokio::test]
async fn a_colleague_or_an_institution_that_cannot_be_read_keeps_nobody_from_calling() {
    let district = District::new().await;
    let home = AssociationId(id(1));
    let mut tx = district.engine.store.begin().await.unwrap();
    tx.insert_institution(InstitutionId(id(701)), home, "9999999999", &json!("from another program"))
        .await
        .unwrap();
    let role = Word::of("deskNurse").unwrap();
    tx.insert_person(PersonId(id(702)), home, None, &role, &json!("from another program")).await.unwrap();
    tx.commit().await.unwrap();
    let (case, _) = talks(&district, 1).await;
    let tonight = district.engine.tonight(home).await.unwrap().seen_by(&nurse(1));
    assert_eq!(tonight.iter().map(|item| item.case).collect::<Vec<_>>(), [case]);
    let hub = crate::hub::Hub::start(Clock::Virtual(district.clock.clone()));
    assert!(!district.engine.duty(&hub, home).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_running_call_that_cannot_be_read_keeps_no_camera_out_of_another() {
    let district = District::new().await;
    let (broken, session) = talks(&district, 1).await;
    let camera = DeviceId(id(703));
    let home = AssociationId(id(1));
    let asked = async || district.engine.session_of_device(home, camera).await.unwrap();
    assert_eq!(asked().await, None);
    let mut tx = district.engine.store.begin().await.unwrap();
    tx.load_case_for_update(broken).await.unwrap().unwrap();
    let row = tx.load_session_for_update(session).await.unwrap().unwrap();
    tx.save_session(&row.head, row.version, &[], &json!("from another program")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(asked().await, None, "an answer, where there was a refusal");
}
