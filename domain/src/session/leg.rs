//! A leg: one person (or device) in a session, from the first ring to the last goodbye.

use serde::{Deserialize, Serialize};

use super::VideoCodec;
use crate::equipment::EquipmentCard;
use crate::id::{DeviceId, LegId, PersonId};
use crate::time::Timestamp;

/// What the leg is in the call for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum LegRole {
    /// The patient's tablet.
    Patient,
    /// A nurse of the liaison desk.
    DeskNurse,
    /// A doctor on duty.
    DutyDoctor,
    /// A nurse at the bedside.
    VisitingNurse,
    /// A camera or echo box that joined by WHIP, a wall display by WHEP.
    Device,
}

impl LegRole {
    /// Nurses and doctors.
    pub const fn is_clinician(self) -> bool {
        matches!(self, Self::DeskNurse | Self::DutyDoctor | Self::VisitingNurse)
    }
}

/// Who stands behind a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Participant {
    /// The lent tablet and whoever sits before it.
    Tablet {
        /// The tablet.
        device: DeviceId,
    },
    /// A member of staff, on whichever device they hold.
    Staff {
        /// The person.
        person: PersonId,
    },
    /// A media device without a person, brought in by a member of staff.
    Equipment {
        /// The device.
        device: DeviceId,
        /// Who brought it.
        by: PersonId,
    },
}

/// Where the leg stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "state")]
pub enum LegState {
    /// Asked for, but no device of theirs shows it yet.
    Invited {
        /// Since when.
        since: Timestamp,
        /// When the invitation lapses.
        until: Timestamp,
    },
    /// A device of theirs rings.
    Ringing {
        /// Since when.
        since: Timestamp,
        /// When ringing stops.
        until: Timestamp,
    },
    /// Said yes; media is being set up.
    Accepted {
        /// When.
        at: Timestamp,
    },
    /// Media is up.
    Joined {
        /// Since when.
        since: Timestamp,
    },
    /// Media was lost; the way back stays open.
    Away {
        /// Since when.
        since: Timestamp,
        /// When the server stops waiting.
        until: Timestamp,
    },
    /// Left on purpose, or was away too long. May come back while the case is open.
    Left {
        /// When.
        at: Timestamp,
    },
    /// Said no.
    Declined {
        /// When.
        at: Timestamp,
        /// Why.
        reason: DeclineReason,
    },
    /// Did not answer in time.
    TimedOut {
        /// When.
        at: Timestamp,
    },
    /// No longer needed: somebody else took it, or the call was cancelled.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    Withdrawn {
        /// When.
        at: Timestamp,
        /// Who took it, if anybody.
        taken_by: Option<PersonId>,
    },
}

/// Why a ring was turned down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum DeclineReason {
    /// With another patient.
    WithPatient,
    /// On the road.
    Travelling,
    /// Cannot talk now.
    Unavailable,
    /// Gave no reason.
    Other,
}

/// The patient's agreement to one joiner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", tag = "consent")]
pub enum JoinConsent {
    /// The tap itself is the consent: the patient, and the desk nurse who answered it.
    ByTap,
    /// Not asked yet, since nobody accepted yet.
    NotAsked,
    /// The tablet shows the question.
    Asked {
        /// Since when.
        at: Timestamp,
    },
    /// Agreed.
    Given {
        /// When.
        at: Timestamp,
        /// How the agreement was given.
        how: ConsentManner,
    },
    /// Said no: the joiner stays outside.
    Refused {
        /// When.
        at: Timestamp,
    },
}

/// How an agreement was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "how")]
pub enum ConsentManner {
    /// はい on the tablet.
    OnTablet,
    /// Spoken, and ticked by a clinician who was in the call.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    Spoken {
        /// Who heard it.
        heard_by: PersonId,
    },
}

/// One person's answer about being recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum RecordingAnswer {
    /// Not asked or not answered.
    #[default]
    None,
    /// Agreed.
    Yes,
    /// Said no.
    No,
    /// Agreed first, then withdrew.
    Withdrawn,
}

/// What a device says about its own microphone or camera.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum SourceState {
    /// In use.
    #[default]
    On,
    /// Switched off by its owner.
    Off,
    /// Permission was refused.
    Denied,
    /// Another program holds it.
    InUse,
    /// There is none.
    Absent,
    /// A telephone call took it.
    Held,
}

/// One person in a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Leg {
    /// Row id.
    pub id: LegId,
    /// What for.
    pub role: LegRole,
    /// Who.
    pub who: Participant,
    /// Where it stands.
    pub state: LegState,
    /// The patient's agreement to this joiner.
    pub consent: JoinConsent,
    /// The patient said no to this person and has not said yes since: the tap covers them no more.
    #[serde(default)]
    pub turned_away: bool,
    /// This person's own answer about recording.
    pub recording: RecordingAnswer,
    /// What the device says of its microphone.
    pub microphone: SourceState,
    /// What the device says of its camera.
    pub camera: SourceState,
    /// Sound was seen flowing from this leg.
    pub audio_flows: bool,
    /// Picture was seen flowing from this leg.
    pub video_flows: bool,
    /// Was let into the call once: keeps a hand in its record, whatever rings later.
    #[serde(default)]
    pub attended: bool,
    /// Did not answer the last check-in: is in the call, and counts as nobody until heard of.
    #[serde(default)]
    pub silent: bool,
    /// How often this person was rung.
    #[serde(default)]
    pub rings: u32,
    /// The device the call is open on, of all those of this person: the one that answered, or came back last. It alone
    /// carries the leg's media. None for equipment, which is one device, and in rows from before this was kept.
    #[serde(default)]
    pub device: Option<DeviceId>,
    /// Pictures the device can send and show, in order; empty until it spoke.
    #[serde(default)]
    pub pictures: Vec<VideoCodec>,
    /// How people call the device; equipment alone.
    #[serde(default)]
    pub equipment: Option<EquipmentCard>,
}

impl Leg {
    /// A leg in its first state.
    pub const fn new(
        id: LegId,
        role: LegRole,
        who: Participant,
        state: LegState,
        consent: JoinConsent,
    ) -> Self {
        Self {
            id,
            role,
            who,
            state,
            consent,
            turned_away: false,
            recording: RecordingAnswer::None,
            microphone: SourceState::On,
            camera: SourceState::On,
            audio_flows: false,
            video_flows: false,
            attended: false,
            silent: false,
            rings: 0,
            device: None,
            pictures: Vec::new(),
            equipment: None,
        }
    }

    /// The member of staff behind the leg.
    pub const fn person(&self) -> Option<PersonId> {
        match self.who {
            Participant::Staff { person } => Some(person),
            Participant::Tablet { .. } | Participant::Equipment { .. } => None,
        }
    }

    /// Accepted, joined, or away for a moment: in the call as people see it.
    pub const fn in_call(&self) -> bool {
        matches!(self.state, LegState::Accepted { .. } | LegState::Joined { .. } | LegState::Away { .. })
    }

    /// Rung or about to be rung.
    pub const fn wanted(&self) -> bool {
        matches!(self.state, LegState::Ringing { .. } | LegState::Invited { .. })
    }

    /// Comes into the call, for the first time or anew. An earlier yes to a recording does not hold any more, for a
    /// recording pauses for whoever comes until they agree (C1.12); an earlier no does.
    pub(super) fn enter(&mut self, at: Timestamp, device: Option<DeviceId>) {
        self.state = LegState::Accepted { at };
        self.device = device;
        self.silent = false;
        if self.recording == RecordingAnswer::Yes {
            self.recording = RecordingAnswer::None;
        }
    }

    /// Whether the call is open on another device of this person.
    pub fn elsewhere(&self, device: Option<DeviceId>) -> bool {
        self.in_call() && self.device.zip(device).is_some_and(|(open, asks)| open != asks)
    }

    /// Media may pass as far as the patient's agreement goes.
    pub const fn admitted(&self) -> bool {
        matches!(self.consent, JoinConsent::ByTap | JoinConsent::Given { .. })
    }
}
