//! Recording: asked for apart from the call, and on only while everybody who can be heard agreed.

use serde::{Deserialize, Serialize};

use super::Session;
use super::leg::{Leg, LegRole, RecordingAnswer};
use crate::id::LegId;
use crate::time::Timestamp;

/// What was asked and what became of it; whether it runs is derived by [`phase`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "recording")]
pub enum Recording {
    /// Nobody asked. The default.
    #[default]
    NotAsked,
    /// Asked for; runs while everybody with an open gate agreed.
    Wanted {
        /// When it was asked.
        at: Timestamp,
        /// It ran at least once.
        started: bool,
    },
    /// Stopped by a clinician; may be asked for again.
    Stopped {
        /// When.
        at: Timestamp,
    },
    /// The recorder could not go on. The call does.
    Failed {
        /// When.
        at: Timestamp,
        /// Why.
        #[serde(default)]
        reason: RecordingFailure,
    },
}

/// Why a recording broke off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RecordingFailure {
    /// The disk is full, or what is left of it is kept for the store.
    #[serde(alias = "disk-full")]
    NoRoom,
    /// Any other answer of the disk.
    #[serde(alias = "io")]
    WriteFailed,
    /// The recorder itself failed.
    #[serde(alias = "defect")]
    RecorderDied,
    /// Not on record, or told by another version.
    #[default]
    #[serde(other)]
    Unknown,
}

/// Whether a recording may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayRecord {
    /// It may.
    Yes,
    /// Not now: the disk has no room for it.
    NoRoom,
    /// Never here: this installation cannot keep recordings as the rules for them ask.
    Never,
}

/// What recording does at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "phase")]
pub enum Phase {
    /// Not asked for, or the call ended before it ran.
    Off,
    /// Asked; these have not answered. Nobody is named while patient and clinician are not both there.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    Asking {
        /// Whose answer is missing.
        waiting_for: Vec<LegId>,
    },
    /// Running: REC on every screen.
    On,
    /// It ran, and waits until these agree, or until patient and clinician are both there.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    Paused {
        /// Whose answer is missing.
        waiting_for: Vec<LegId>,
    },
    /// Somebody said no; the call goes on unrecorded.
    Refused,
    /// Somebody who had agreed withdrew.
    Withdrawn,
    /// A clinician stopped it, or the call is over.
    Stopped,
    /// It broke; what was written so far is kept.
    Failed {
        /// Why.
        reason: RecordingFailure,
    },
}

impl Session {
    /// Whether this person is asked about recording now.
    pub(super) fn waits_for_yes(&self, leg: LegId) -> bool {
        match phase(self) {
            Phase::Asking { waiting_for } | Phase::Paused { waiting_for } => waiting_for.contains(&leg),
            Phase::Off
            | Phase::On
            | Phase::Refused
            | Phase::Withdrawn
            | Phase::Stopped
            | Phase::Failed { .. } => false,
        }
    }
}

/// What recording does now. Whoever was in the call and said no, or withdrew, stops it for all, also when they go: everybody
/// read that it is over, and to record them again they are asked again ([`super::Input::AskRecording`]). It runs only while patient and clinician are together, and never without the patient's own
/// yes, whether the patient is there or not. Devices are not asked: nobody stands behind them ([`Session::recorded`]). A
/// gated joiner is not asked before the gate opens, for nothing of them is forwarded; at the instant it opens, recording
/// pauses until they answer.
pub fn phase(session: &Session) -> Phase {
    let started = match session.recording {
        Recording::NotAsked => return Phase::Off,
        Recording::Stopped { .. } => return Phase::Stopped,
        Recording::Failed { reason, .. } => return Phase::Failed { reason },
        Recording::Wanted { started, .. } => started,
    };
    // Before the gate opened the first time nobody was asked, and there was nothing of theirs to record.
    let counts = |l: &&Leg| l.role == LegRole::Patient || l.attended || l.in_call() && l.admitted();
    for leg in session.legs.iter().filter(counts) {
        match leg.recording {
            RecordingAnswer::Yes | RecordingAnswer::None => {}
            RecordingAnswer::No => return Phase::Refused,
            RecordingAnswer::Withdrawn => return Phase::Withdrawn,
        }
    }
    let asked = |l: &&Leg| match l.role {
        LegRole::Patient => true,
        LegRole::DeskNurse | LegRole::DutyDoctor | LegRole::VisitingNurse => l.in_call() && l.admitted(),
        LegRole::Device => false,
    };
    let unanswered = |l: &&Leg| asked(l) && l.recording != RecordingAnswer::Yes;
    let waiting_for: Vec<LegId> = session.legs.iter().filter(unanswered).map(|l| l.id).collect();
    // The patient's gate is open only while an admitted clinician is in the call.
    let together = session.patient_leg().is_some_and(|l| session.gate_open(l));
    match (waiting_for.is_empty() && together, started) {
        (true, _) => Phase::On,
        (false, false) if session.live() => Phase::Asking { waiting_for },
        (false, true) if session.live() => Phase::Paused { waiting_for },
        (false, false) => Phase::Off,
        (false, true) => Phase::Stopped,
    }
}
