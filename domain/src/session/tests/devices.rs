//! A camera at the bedside and a display on a wall.

use super::*;
use crate::equipment::{AtHand, Equipment, EquipmentCard, EquipmentKind, Home, Way};
use crate::id::{DeviceId, LegId};

pub(super) const CAMERA: u128 = 70;
pub(super) const OTHER_CAMERA: u128 = 71;
pub(super) const DISPLAY: u128 = 72;

fn device(n: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(n))
}

fn at_hand(night: &Night, n: u128, home: Home, kind: EquipmentKind) -> AtHand {
    let card = EquipmentCard { device: device(n), kind, name: "機器".into(), name_en: "device".into() };
    let (association, video) = (night.session.association, vec![VideoCodec::Vp8, VideoCodec::H264]);
    AtHand { equipment: Equipment { id: device(n), association, home, card, video }, busy: false }
}

/// The nurse talks; this patient's camera, another patient's, and the nurse's institution's display stand ready.
pub(super) fn night() -> Night {
    let mut night = Night::nurse_talks();
    let (patient, other) = (night.patient.id, Uuid::from_u128(101).into());
    let institution = night.institution.id;
    night.equipment = vec![
        at_hand(&night, CAMERA, Home::Patient { patient }, EquipmentKind::BedsideCamera),
        at_hand(&night, OTHER_CAMERA, Home::Patient { patient: other }, EquipmentKind::BedsideCamera),
        at_hand(&night, DISPLAY, Home::Institution { institution }, EquipmentKind::WallDisplay),
    ];
    night
}

pub(super) fn bring(night: &mut Night, n: u128) -> LegId {
    night.act(night.staff(NURSE), Input::BringEquipment(device(n)));
    night.session.leg_of_device(device(n)).unwrap().id
}

fn leg(night: &Night, id: LegId) -> &Leg {
    night.session.leg(id).unwrap()
}

fn open(night: &Night, id: LegId) -> bool {
    night.session.gate_open(leg(night, id))
}

#[test]
fn a_device_stays_behind_a_closed_gate_until_the_patient_agreed() {
    for n in [CAMERA, DISPLAY] {
        let mut night = night();
        let id = bring(&mut night, n);
        night.act(night.system(), Input::MediaUp(id));
        assert!(!open(&night, id), "connected, and nothing passes");
        night.act(night.tablet(), Input::AnswerJoin { leg: id, yes: true });
        assert!(open(&night, id));
        // Agreement can be taken back, and is asked for again when it is brought in again.
        night.act(night.tablet(), Input::AnswerJoin { leg: id, yes: false });
        assert!(!open(&night, id) && !leg(&night, id).in_call());
        assert_eq!(bring(&mut night, n), id, "one leg a device");
        assert!(matches!(leg(&night, id).consent, JoinConsent::Asked { .. }) && !open(&night, id));
    }
}

#[test]
fn only_what_belongs_here_comes_in_and_only_by_a_clinician_in_the_call() {
    let mut night = night();
    let refused = |night: &mut Night, by: Actor, n| night.try_act(by, Input::BringEquipment(device(n)));
    let (nurse, tablet, doctor) = (night.staff(NURSE), night.tablet(), night.staff(DOCTOR));
    assert_eq!(refused(&mut night, nurse, OTHER_CAMERA), Err(Refused::EquipmentElsewhere));
    assert_eq!(refused(&mut night, nurse, 99), Err(Refused::EquipmentElsewhere));
    assert_eq!(refused(&mut night, tablet, CAMERA), Err(Refused::ClinicianOnly));
    assert_eq!(refused(&mut night, doctor, CAMERA), Err(Refused::NotInCall));
    night.institution.id = InstitutionId(Uuid::from_u128(999));
    assert_eq!(
        refused(&mut night, nurse, DISPLAY),
        Err(Refused::EquipmentElsewhere),
        "another house's display"
    );
    night.equipment[0].busy = true;
    assert_eq!(refused(&mut night, nurse, CAMERA), Err(Refused::EquipmentBusy));
    night.equipment[0].busy = false;
    bring(&mut night, CAMERA);
    let before = night.session.clone();
    bring(&mut night, CAMERA);
    assert_eq!(night.session, before, "brought in twice is brought in once");
}

#[test]
fn a_call_of_five_takes_no_device() {
    let mut night = night();
    for n in 0..3 {
        let home = Home::Patient { patient: night.patient.id };
        let more = at_hand(&night, 80 + n, home, EquipmentKind::BedsideCamera);
        night.equipment.push(more);
        bring(&mut night, 80 + n);
    }
    assert_eq!(night.try_act(night.staff(NURSE), Input::BringEquipment(device(CAMERA))), Err(Refused::Full));
}

#[test]
fn a_device_that_is_gone_for_long_leaves_and_one_that_never_came_too() {
    let mut night = night();
    let (camera, display) = (bring(&mut night, CAMERA), bring(&mut night, DISPLAY));
    night.act(night.system(), Input::MediaUp(camera));
    night.act(night.system(), Input::MediaLost(camera));
    assert!(matches!(leg(&night, camera).state, LegState::Away { .. }));
    night.pass(Span(Timings::default().away.0 - 1));
    assert!(leg(&night, camera).in_call() && leg(&night, display).in_call());
    night.pass(Span(2));
    assert!(!leg(&night, camera).in_call() && !leg(&night, display).in_call());
    let patient = night.session.patient_leg().unwrap();
    assert!(patient.in_call(), "the call goes on");
}

#[test]
fn a_clinician_takes_a_device_out_again() {
    let mut night = night();
    let id = bring(&mut night, CAMERA);
    night.act(night.staff(NURSE), Input::WithdrawInvite(id));
    assert!(matches!(leg(&night, id).state, LegState::Left { .. }));
}

#[test]
fn a_device_is_not_asked_about_recording_and_a_camera_goes_by_the_patients_answer() {
    let mut night = night();
    let id = bring(&mut night, CAMERA);
    night.act(night.tablet(), Input::AnswerJoin { leg: id, yes: true });
    night.act(night.system(), Input::MediaUp(id));
    night.act(night.staff(NURSE), Input::AskRecording);
    assert!(!night.session.recorded(leg(&night, id)));
    night.act(night.tablet(), Input::AnswerRecording(true));
    assert_eq!(recording_phase(&night.session), RecordingPhase::On);
    assert!(night.session.recorded(leg(&night, id)));
    night.act(night.tablet(), Input::AnswerRecording(false));
    assert!(!night.session.recorded(leg(&night, id)));
}

#[test]
fn each_kind_has_one_direction() {
    let mut night = night();
    let (camera, display) = (bring(&mut night, CAMERA), bring(&mut night, DISPLAY));
    let may = |id, way| leg(&night, id).may_go(way);
    assert_eq!((may(camera, Way::Send), may(display, Way::Receive)), (Ok(()), Ok(())));
    assert_eq!(may(camera, Way::Receive), Err(Refused::EquipmentDirection));
    assert_eq!(may(display, Way::Send), Err(Refused::EquipmentDirection));
    assert_eq!(night.leg(NURSE).may_go(Way::Send), Ok(()));
}

#[test]
fn an_h264_camera_at_the_bedside_counts_before_it_is_brought_in() {
    let mut night = night();
    night.equipment[0].equipment.video = vec![VideoCodec::H264];
    let both = || Input::Pictures(vec![VideoCodec::Vp8, VideoCodec::H264]);
    night.act(night.tablet(), both());
    night.act(night.staff(NURSE), both());
    assert_eq!(night.session.picture.codec, VideoCodec::H264);
    let camera = bring(&mut night, CAMERA);
    assert_eq!(leg(&night, camera).audio_only(night.session.picture), None);

    let mut plain = self::night();
    plain.equipment[1].equipment.video = vec![VideoCodec::H264];
    plain.act(plain.tablet(), both());
    plain.act(plain.staff(NURSE), both());
    assert_eq!(plain.session.picture.codec, VideoCodec::Vp8, "somebody else's camera counts for nothing");
}
