//! Which codec the pictures of a call have.

use super::*;
use VideoCodec::{H264, Vp8};

fn says(codecs: &[VideoCodec]) -> Input {
    Input::Pictures(codecs.to_vec())
}

fn codec(tablet: &[VideoCodec], nurse: &[VideoCodec]) -> VideoCodec {
    let mut night = Night::nurse_talks();
    night.act(night.tablet(), says(tablet));
    night.act(night.staff(NURSE), says(nurse));
    assert!(night.session.picture.settled);
    night.session.picture.codec
}

#[test]
fn vp8_unless_somebody_cannot_and_everybody_can_h264() {
    assert_eq!(codec(&[Vp8], &[Vp8]), Vp8);
    assert_eq!(codec(&[Vp8, H264], &[H264, Vp8]), Vp8, "VP8 where everybody can");
    assert_eq!(codec(&[H264], &[Vp8, H264]), H264);
    assert_eq!(codec(&[Vp8, H264], &[H264]), H264);
    assert_eq!(codec(&[H264], &[Vp8]), Vp8, "without a common codec, the one that most have");
    let silent = Night::nurse_talks().session;
    assert_eq!((silent.picture.codec, silent.picture.settled), (Vp8, false), "who never spoke can VP8");
}

#[test]
fn a_tablet_that_connects_while_it_rings_settles_nothing() {
    let mut night = Night::begins();
    night.act(night.tablet(), says(&[H264]));
    assert_eq!(night.session.picture, Picture { codec: H264, settled: false });
    night.act(night.staff(NURSE), Input::Accept);
    night.act(night.staff(NURSE), says(&[Vp8]));
    assert_eq!(night.session.picture, Picture { codec: Vp8, settled: true });
}

#[test]
fn a_settled_codec_stays_and_who_cannot_is_shown_as_sound_alone() {
    let mut night = Night::nurse_talks();
    night.act(night.tablet(), says(&[H264]));
    night.act(night.staff(NURSE), says(&[H264, Vp8]));
    night.act(night.staff(NURSE), Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) });
    assert_eq!(
        night.try_act(night.staff(DOCTOR), Input::Pictures(vec![Vp8])),
        Err(Refused::NotInCall),
        "who only rings has no connection"
    );
    night.act(night.staff(DOCTOR), Input::Accept);
    night.act(night.staff(DOCTOR), says(&[Vp8]));
    let picture = night.session.picture;
    assert_eq!(picture, Picture { codec: H264, settled: true });
    assert_eq!(night.leg(DOCTOR).audio_only(picture), Some(AudioOnly::Codec));
    assert_eq!(night.leg(NURSE).audio_only(picture), None);
    // Another device of the same doctor can.
    night.act(night.staff(DOCTOR), says(&[Vp8, H264]));
    assert_eq!(night.leg(DOCTOR).audio_only(picture), None);
    night.act(night.staff(DOCTOR), Input::Leave);
    assert_eq!(night.leg(DOCTOR).audio_only(picture), None, "who left has neither sound nor picture");
}

#[test]
fn a_session_stored_before_codecs_were_planned_is_read() {
    let night = Night::nurse_talks();
    let mut old = serde_json::to_value(&night.session).unwrap();
    old.as_object_mut().unwrap().remove("picture").unwrap();
    for leg in old["legs"].as_array_mut().unwrap() {
        leg.as_object_mut().unwrap().remove("pictures").unwrap();
    }
    assert_eq!(serde_json::from_value::<Session>(old).unwrap(), night.session);
}
