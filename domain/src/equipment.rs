//! Devices without a person: the camera at a bedside, the display on a wall. They come into a call by WHIP and WHEP.

use serde::{Deserialize, Serialize};

use crate::id::{AssociationId, DeviceId, InstitutionId, PatientId};
use crate::session::VideoCodec;

/// What a device is for; each has one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum EquipmentKind {
    /// Shows the patient; sends by WHIP.
    BedsideCamera,
    /// Shows the call to a room; receives by WHEP.
    WallDisplay,
}

/// Which way media goes between a device and the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Into the call (WHIP).
    Send,
    /// Out of the call (WHEP).
    Receive,
}

impl EquipmentKind {
    /// The one way this kind is for.
    pub const fn way(self) -> Way {
        match self {
            Self::BedsideCamera => Way::Send,
            Self::WallDisplay => Way::Receive,
        }
    }
}

/// Where a device belongs, and with that who may bring it into a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "home")]
pub enum Home {
    /// At this patient's bedside: into this patient's calls alone, by any clinician in them.
    Patient {
        /// Whose bedside.
        patient: PatientId,
    },
    /// At an institution: into the calls its own staff are in, by them.
    Institution {
        /// Which.
        institution: InstitutionId,
    },
}

/// A device as stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Equipment {
    /// Row id.
    pub id: DeviceId,
    /// The tenant.
    pub association: AssociationId,
    /// Where it belongs.
    pub home: Home,
    /// What it is and how people call it.
    pub card: EquipmentCard,
    /// Codecs it has.
    pub video: Vec<VideoCodec>,
}

/// A device as people in the call see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EquipmentCard {
    /// The device, to bring it in by.
    pub device: DeviceId,
    /// What it is for.
    pub kind: EquipmentKind,
    /// Name in Japanese, such as ベッドサイドカメラ.
    pub name: String,
    /// Name in English.
    pub name_en: String,
}

/// A device somebody could bring in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtHand {
    /// The device.
    pub equipment: Equipment,
    /// In another call now.
    pub busy: bool,
}

impl Equipment {
    /// Whether it may come into a call of `patient`, brought by somebody of `institution`.
    pub fn fits(&self, patient: PatientId, institution: Option<InstitutionId>) -> bool {
        match self.home {
            Home::Patient { patient: own } => own == patient,
            Home::Institution { institution: own } => institution == Some(own),
        }
    }
}
