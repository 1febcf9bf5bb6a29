//! The codec of every picture in a call. One for all, since nothing is transcoded (docs/adr/0010).

use serde::{Deserialize, Serialize};

use super::step::Turn;
use super::{Leg, Refused};
use crate::equipment::Home;

/// A codec a device can send and show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum VideoCodec {
    /// RFC 7741. Every client that says nothing can do it.
    #[default]
    Vp8,
    /// RFC 6184, constrained baseline, packetization mode 1. All that many cameras with an encoder in hardware have.
    H264,
}

impl VideoCodec {
    /// What a client can do that says nothing about it.
    pub fn assumed() -> Vec<Self> {
        vec![Self::Vp8]
    }
}

/// What the room carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Picture {
    /// The codec of connections made from now on.
    pub codec: VideoCodec,
    /// A clinician's device has spoken: the codec stays for the rest of the call.
    pub settled: bool,
}

/// Why somebody in the call has sound without picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum AudioOnly {
    /// Their device does not have the call's codec.
    Codec,
}

/// VP8 unless somebody cannot and everybody can H.264. Devices that have not spoken yet do not count; a camera of this
/// bedside does before it is brought in, for the codec cannot follow it later.
fn choose<'a>(spoke: impl Iterator<Item = &'a [VideoCodec]> + Clone) -> VideoCodec {
    let all = |codec| spoke.clone().filter(|l| !l.is_empty()).all(|l| l.contains(&codec));
    if !all(VideoCodec::Vp8) && all(VideoCodec::H264) { VideoCodec::H264 } else { VideoCodec::Vp8 }
}

impl Leg {
    /// Why this leg has no picture in a call of `picture`, if so.
    pub fn audio_only(&self, picture: Picture) -> Option<AudioOnly> {
        let without = !self.pictures.is_empty() && !self.pictures.contains(&picture.codec);
        (self.in_call() && without).then_some(AudioOnly::Codec)
    }
}

impl Turn<'_, '_> {
    /// The actor's device says what pictures it can send and show, before it gets a connection.
    pub(super) fn pictures(&mut self, mut codecs: Vec<VideoCodec>) -> Result<(), Refused> {
        self.still_live()?;
        codecs.sort_unstable();
        codecs.dedup();
        let leg = self.own_leg()?.id;
        let own = self.leg_mut(leg)?;
        if !own.in_call() {
            return Err(Refused::NotInCall);
        }
        own.pictures = codecs;
        let clinician = own.role.is_clinician();
        if !self.next.picture.settled {
            let (patient, around) = (self.next.patient, self.around.equipment);
            let bedside = around.iter().filter(|e| e.equipment.home == Home::Patient { patient });
            let legs = self.next.legs.iter().filter(|l| l.in_call()).map(|l| l.pictures.as_slice());
            let codec = choose(legs.chain(bedside.map(|e| e.equipment.video.as_slice())));
            self.next.picture = super::Picture { codec, settled: clinician };
        }
        Ok(())
    }
}
