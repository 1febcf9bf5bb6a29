//! A session: one consultation, from the tap to the hang-up, and the legs of everybody in it.
//!
//! [`Session::step`] is the only way it changes. Deadlines, gates and the recording phase are not stored
//! twice: they are functions of the session, so that none can be forgotten.

mod bring;
mod care;
mod clinical;
mod input;
mod leg;
mod picture;
mod recheck;
mod recording;
mod refused;
mod ring;
mod room;
mod step;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use clinical::{
    Assessment, Decided, Disposition, Finding, Found, IdentityMethod, Outcome, RedFlag, Sbar, ScaleChoice,
    TakenBack, Urgency,
};
pub use input::{Candidate, Circumstances, Due, Input, LONGEST_TEXT, Outcomes, Page, Timings};
pub use leg::{
    ConsentManner, DeclineReason, JoinConsent, Leg, LegRole, LegState, Participant, RecordingAnswer,
    SourceState,
};
pub use picture::{AudioOnly, Picture, VideoCodec};
pub use recheck::{Recheck, Rechecked};
pub use recording::{
    MayRecord, Phase as RecordingPhase, Recording, RecordingFailure, phase as recording_phase,
};
pub use refused::Refused;
pub use step::Step;

use crate::id::{AssociationId, CaseId, DeviceId, LegId, PatientId, PersonId, SessionId};
use crate::mode::{Examination, Interval, MediaMode, ServiceKind};
use crate::time::Timestamp;

/// Most people a room carries.
pub const ROOM_SIZE: usize = 5;

/// One consultation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Row id; the encounter carries the same.
    pub id: SessionId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The tenant.
    pub association: AssociationId,
    /// Whose call.
    pub patient: PatientId,
    /// The lent tablet.
    pub tablet: DeviceId,
    /// When the patient tapped.
    pub requested_at: Timestamp,
    /// Where the call stands.
    pub state: State,
    /// Ringing of the desk, while nobody looks after the patient.
    pub desk: Option<DeskRing>,
    /// The one in charge is asked whether the call still goes on.
    #[serde(default)]
    pub check_in: Option<CheckIn>,
    /// Everybody who was ever asked in, one leg each.
    pub legs: Vec<Leg>,
    /// Codec of every picture.
    #[serde(default)]
    pub picture: Picture,
    /// What was asked about recording.
    pub recording: Recording,
    /// What the clinicians found.
    pub assessment: Assessment,
    /// Which oxygen scale of NEWS2 a doctor chose in this encounter; none leaves what is known of the patient.
    #[serde(default)]
    pub oxygen_scale: Option<ScaleChoice>,
    /// Kind of care a clinician named last.
    pub kind: ServiceKind,
    /// Whose act it is, where it is more than advice.
    #[serde(default)]
    pub kind_by: Option<PersonId>,
    /// Kind and media for every second.
    pub ledger: Vec<Interval>,
    /// The decision.
    pub disposition: Option<Disposition>,
    /// The patient took this call back and called again later: that call answers for both.
    #[serde(default)]
    pub followed: bool,
    /// Who decided.
    #[serde(default)]
    pub decided_by: Option<PersonId>,
    /// Why the last decision does not stand any more; none once there is a new one.
    #[serde(default)]
    pub taken_back: Option<TakenBack>,
    /// The decision that does not stand any more, as long as there is no new one: whoever decides begins with its words.
    #[serde(default)]
    pub former: Option<Disposition>,
    /// The second look the decision promises, where it promises one.
    #[serde(default)]
    pub recheck: Option<Recheck>,
    /// Whose each オンライン診療 of the ledger was, which holds no names.
    #[serde(default)]
    pub examinations: Vec<Examination>,
    /// Version of the signed record.
    pub signed: Option<u32>,
}

/// Where the call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "state")]
pub enum State {
    /// Nobody has answered yet.
    Waiting {
        /// Since the tap.
        since: Timestamp,
    },
    /// A clinician has answered.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    Active {
        /// Since when.
        since: Timestamp,
        /// When the owner is asked whether it goes on.
        check_at: Timestamp,
        /// When the desk is rung because no clinician is left with the patient.
        alone_until: Option<Timestamp>,
    },
    /// Ended for everybody, and not yet beyond taking back.
    Closing {
        /// Who ended it.
        by: PersonId,
        /// Since when the call had been running.
        since: Timestamp,
        /// When it becomes final.
        until: Timestamp,
    },
    /// Over.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    Ended {
        /// When.
        at: Timestamp,
        /// Why.
        reason: EndReason,
        /// When somebody is reminded that the decision is missing.
        remind_at: Timestamp,
        /// The one who should decide was reminded once already.
        overdue: bool,
    },
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum EndReason {
    /// A clinician ended it.
    Completed,
    /// The patient took it back before anybody answered.
    CancelledByPatient,
}

/// A question to whoever is in charge of the patient: does the call still go on? A tab left open must not stand as a
/// clinician for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CheckIn {
    /// Whose answer is asked; any clinician in the call may give it.
    pub leg: LegId,
    /// Since when.
    pub asked_at: Timestamp,
    /// Without an answer until then the next owner takes over.
    pub answer_by: Timestamp,
}

/// Ringing of the liaison desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeskRing {
    /// Which round, from 1.
    pub round: u8,
    /// When this round, or the pause before the next, is over.
    pub until: Timestamp,
    /// Somebody is being rung; otherwise this is the pause.
    pub ringing: bool,
    /// The tablet shows the desk's telephone and 119.
    pub fallback: bool,
}

impl Session {
    /// Whether the call can still carry anybody.
    pub const fn live(&self) -> bool {
        !matches!(self.state, State::Ended { .. })
    }

    /// A leg by id.
    pub fn leg(&self, id: LegId) -> Option<&Leg> {
        self.legs.iter().find(|l| l.id == id)
    }

    /// The leg of a member of staff.
    pub fn leg_of(&self, person: PersonId) -> Option<&Leg> {
        self.legs.iter().find(|l| l.person() == Some(person))
    }

    /// The patient's leg; every session has one.
    pub fn patient_leg(&self) -> Option<&Leg> {
        self.legs.iter().find(|l| l.role == LegRole::Patient)
    }

    /// Whether media may pass to and from this leg. Nothing passes before a clinician has answered, and nothing
    /// passes to a joiner before the patient agreed (invariants 17 and C1.9–C1.11).
    pub fn gate_open(&self, leg: &Leg) -> bool {
        let carried = matches!(self.state, State::Active { .. }) && leg.in_call() && leg.admitted();
        carried
            && (leg.role != LegRole::Patient
                || self.legs.iter().any(|l| l.role.is_clinician() && l.in_call() && l.admitted()))
    }

    /// The clinician who leads: a doctor with an open gate, else a nurse with one; of two, who was not lost.
    pub fn lead(&self) -> Option<&Leg> {
        [LegRole::DutyDoctor, LegRole::DeskNurse, LegRole::VisitingNurse].into_iter().find_map(|role| {
            let open = self.legs.iter().filter(|l| l.role == role && self.gate_open(l));
            open.min_by_key(|l| matches!(l.state, LegState::Away { .. }))
        })
    }

    /// Who has the patient now, lost for a moment or not: the doctor, else a nurse; whoever did not answer a check-in
    /// only where nobody else is left.
    pub(crate) fn in_charge(&self) -> Option<&Leg> {
        [false, true].into_iter().find_map(|silent| {
            [LegRole::DutyDoctor, LegRole::DeskNurse, LegRole::VisitingNurse].into_iter().find_map(|role| {
                self.legs.iter().find(|l| l.role == role && l.silent == silent && l.in_call() && l.admitted())
            })
        })
    }

    /// A clinician is with the patient right now: answered, not lost, and not silent when asked.
    pub(crate) fn attended(&self) -> bool {
        self.legs.iter().any(|l| {
            l.role.is_clinician()
                && l.admitted()
                && !l.silent
                && matches!(l.state, LegState::Accepted { .. } | LegState::Joined { .. })
        })
    }

    /// What flows between the patient and the leading clinician.
    pub fn media_mode(&self) -> MediaMode {
        let (Some(patient), Some(lead)) = (self.patient_leg().filter(|l| self.gate_open(l)), self.lead())
        else {
            return MediaMode::None;
        };
        let sees = |l: &Leg| l.video_flows && l.camera == SourceState::On;
        match (patient.audio_flows && lead.audio_flows, sees(patient) && sees(lead)) {
            (true, true) => MediaMode::VideoAudio,
            (true, false) => MediaMode::Audio,
            (false, _) => MediaMode::None,
        }
    }

    /// The doctor who carries out an online examination in this session now. One doctor has one at a time
    /// (C1.14); the store holds that as a constraint.
    pub fn examining_doctor(&self) -> Option<PersonId> {
        let examines = self.live() && self.kind == ServiceKind::OnlineExamination;
        self.lead().filter(|l| examines && l.role == LegRole::DutyDoctor).and_then(Leg::person)
    }

    /// Staff who are in this call and cannot be rung for another.
    pub fn engaged(&self) -> Vec<PersonId> {
        if !self.live() {
            return Vec::new();
        }
        self.legs.iter().filter(|l| l.in_call()).filter_map(Leg::person).collect()
    }

    /// Whether this member of staff has to do with the call: is asked in, is in it, or was. Somebody who declined, did
    /// not answer, came second or was refused by the patient does not, and sees nothing of the patient.
    pub fn involves(&self, person: PersonId) -> bool {
        self.leg_of(person).is_some_and(|l| l.attended || l.wanted() || l.in_call())
    }

    /// Who must decide once the call is over: the doctor who was let in, else the nurse.
    pub fn decider(&self) -> Option<PersonId> {
        [LegRole::DutyDoctor, LegRole::DeskNurse, LegRole::VisitingNurse].into_iter().find_map(|role| {
            let mut was_in =
                self.legs.iter().filter(|l| l.role == role && l.person().is_some_and(|p| self.was_in(p)));
            was_in.next_back().and_then(Leg::person)
        })
    }

    /// Nothing is left to decide about this call.
    pub const fn decided(&self) -> bool {
        self.disposition.is_some() || self.followed
    }

    /// Nothing is left to do about this call: it is over and decided, and no second look is owed.
    pub fn settled(&self) -> bool {
        matches!(self.state, State::Ended { .. }) && self.decided() && self.owed_recheck().is_none()
    }

    /// Every deadline of the session, with what falls due. The timer rows are made equal to this list in the
    /// same transaction as the session itself.
    pub fn deadlines(&self, timings: &Timings) -> Vec<(Due, Timestamp)> {
        let mut due = Vec::new();
        match self.state {
            State::Waiting { .. } => {}
            State::Active { check_at, alone_until, .. } => {
                due.push(match self.check_in {
                    Some(asked) => (Due::CheckInOver, asked.answer_by),
                    None => (Due::CheckIn, check_at),
                });
                due.extend(alone_until.map(|at| (Due::Alone, at)));
            }
            State::Closing { until, .. } => return vec![(Due::EndFinal, until)],
            State::Ended { remind_at, .. } => {
                let recheck = self.owed_recheck().map(|r| (Due::Recheck, r.remind_at));
                let decision = (Due::Disposition, remind_at);
                return if self.decided() { recheck.into_iter().collect() } else { vec![decision] };
            }
        }
        if let Some(desk) = self.desk {
            due.push((if desk.ringing { Due::DeskRing } else { Due::Reminder }, desk.until));
        }
        for leg in &self.legs {
            match leg.state {
                LegState::Invited { until, .. } | LegState::Ringing { until, .. } => {
                    if leg.role != LegRole::DeskNurse || self.desk.is_none() {
                        due.push((Due::LegRing { leg: leg.id }, until));
                    }
                }
                LegState::Accepted { at } if leg.role.is_clinician() => {
                    due.push((Due::LegAway { leg: leg.id }, at.plus(timings.alone)));
                }
                LegState::Accepted { at } if leg.role == LegRole::Device => {
                    due.push((Due::LegAway { leg: leg.id }, at.plus(timings.away)));
                }
                LegState::Away { until, .. } => due.push((Due::LegAway { leg: leg.id }, until)),
                LegState::Accepted { .. }
                | LegState::Joined { .. }
                | LegState::Left { .. }
                | LegState::Declined { .. }
                | LegState::TimedOut { .. }
                | LegState::Withdrawn { .. } => {}
            }
        }
        due
    }
}
