//! What may happen to a session, and what the shell looked up beforehand.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::clinical::{Decided, Disposition, Finding, Found};
use super::leg::{DeclineReason, LegRole, SourceState};
use super::picture::VideoCodec;
use super::recording::{MayRecord, RecordingFailure};
use crate::equipment::AtHand;
use crate::fact::FactKind;
use crate::grant::Action;
use crate::id::{DeviceId, LegId, PersonId, SessionId};
use crate::mode::ServiceKind;
use crate::org::Institution;
use crate::people::Patient;
use crate::private::Private;
use crate::time::Span;

/// Characters of one free text, about three printed pages. Longer: screens and records nobody reads, and messages the
/// socket cuts; shorter: a nurse who writes at length is stopped in the middle of the night.
pub const LONGEST_TEXT: usize = 4_000;

/// One thing that happened or was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The patient takes the call back before anybody answered.
    Cancel,
    /// A person rung (or seeing the case in the queue) takes it.
    Accept,
    /// A person rung says no.
    Decline(DeclineReason),
    /// Hang up for oneself; the others stay.
    Leave,
    /// Return after leaving, or after being away.
    ComeBack,
    /// End the call for everybody.
    End,
    /// Take a mistaken end back.
    UndoEnd,
    /// The patient taps 呼ぶ again. What was being ended is over then; a call that goes on is that call. Otherwise there is
    /// this new one.
    CallAgain(SessionId),
    /// Somebody answered the patient's next call in this case, and sees them now.
    NextAnswered,
    /// Ask somebody else in; a person, or whoever is on duty.
    Invite {
        /// What for.
        role: LegRole,
        /// Whom; none rings everybody on duty on that line who is free.
        person: Option<PersonId>,
    },
    /// Bring a camera or display into the call.
    BringEquipment(DeviceId),
    /// Stop ringing somebody, or take a device out again.
    WithdrawInvite(LegId),
    /// The patient's はい or いいえ to a joiner.
    AnswerJoin {
        /// The joiner.
        leg: LegId,
        /// Agreed.
        yes: bool,
    },
    /// A clinician in the call heard the patient agree to the joiner.
    SpokenConsent(LegId),
    /// A clinician asks everybody whether the call may be recorded.
    AskRecording,
    /// One's own answer about recording; a later no withdraws.
    AnswerRecording(bool),
    /// A clinician stops recording.
    StopRecording,
    /// The recorder reports that it cannot go on.
    RecordingFailed(RecordingFailure),
    /// What one's own microphone and camera do.
    Declare {
        /// Microphone.
        microphone: SourceState,
        /// Camera.
        camera: SourceState,
    },
    /// Which pictures one's own device can send and show.
    Pictures(Vec<VideoCodec>),
    /// A device of the person shows the ring.
    Rang(LegId),
    /// The media plane saw a leg connect.
    MediaUp(LegId),
    /// The media plane lost a leg.
    MediaLost(LegId),
    /// What flows from a leg.
    MediaFlow {
        /// The leg.
        leg: LegId,
        /// Sound.
        audio: bool,
        /// Picture.
        video: bool,
    },
    /// A finding.
    Assess(Finding),
    /// A finding in place of what its writer saw there.
    AssessOver {
        /// The finding.
        finding: Finding,
        /// What stood there as it was written.
        seen: Found,
    },
    /// The doctor names the kind of care.
    SetKind(ServiceKind),
    /// The decision.
    Dispose(Disposition),
    /// A decision in place of what whoever takes it saw there.
    DisposeOver {
        /// The decision.
        disposition: Disposition,
        /// What stood there as it was taken.
        seen: Decided,
    },
    /// The promised second look was taken: what was found.
    Rechecked(Private<String>),
    /// A clinician answers that the call still goes on.
    StillHere,
    /// The doctor chooses the oxygen scale of NEWS2 for this patient in this encounter.
    SetOxygenScale {
        /// Scale 2 (confirmed hypercapnic failure, target 88–92 %); otherwise scale 1.
        scale2: bool,
        /// Why, in the doctor's words.
        reason: Private<String>,
    },
    /// A person came out of another call.
    Freed(PersonId),
    /// A deadline of [`super::Session::deadlines`] fell due.
    Deadline(Due),
}

impl Input {
    /// Whose hands may try this.
    pub const fn action(&self) -> Action {
        match self {
            Self::Cancel => Action::CancelCall,
            Self::CallAgain(_) => Action::RequestCall,
            Self::Accept | Self::Decline(_) | Self::NextAnswered => Action::AnswerRing,
            Self::Leave | Self::ComeBack | Self::Declare { .. } => Action::ComeAndGo,
            Self::Pictures(_) => Action::UseMedia,
            Self::End | Self::UndoEnd => Action::EndCall,
            Self::Invite { .. } | Self::WithdrawInvite(_) => Action::InviteToCall,
            Self::BringEquipment(_) => Action::BringEquipment,
            Self::AnswerJoin { .. } => Action::AnswerJoin,
            Self::SpokenConsent(_) => Action::WitnessConsent,
            Self::AskRecording | Self::StopRecording => Action::RunRecording,
            Self::AnswerRecording(_) => Action::AnswerRecording,
            Self::Assess(_) | Self::AssessOver { .. } => Action::Assess,
            Self::SetKind(_) => Action::NameKind,
            Self::Dispose(_) | Self::DisposeOver { .. } => Action::Decide,
            Self::Rechecked(_) => Action::Recheck,
            Self::StillHere => Action::AnswerCheckIn,
            Self::SetOxygenScale { .. } => Action::SetOxygenScale,
            Self::RecordingFailed(_)
            | Self::Freed(_)
            | Self::Rang(_)
            | Self::MediaUp(_)
            | Self::MediaLost(_)
            | Self::MediaFlow { .. }
            | Self::Deadline(_) => Action::ServeCall,
        }
    }

    /// Whether a free text is longer than 4,000 characters.
    pub fn too_long(&self) -> bool {
        let long = |text: &Private<String>| text.reveal().chars().count() > LONGEST_TEXT;
        if let Self::Assess(Finding::Sbar { sbar })
        | Self::AssessOver { finding: Finding::Sbar { sbar }, .. } = self
        {
            [&sbar.situation, &sbar.background, &sbar.assessment, &sbar.recommendation].into_iter().any(long)
        } else if let Self::Assess(Finding::Note { text })
        | Self::AssessOver { finding: Finding::Note { text }, .. }
        | Self::SetOxygenScale { reason: text, .. }
        | Self::Rechecked(text) = self
        {
            long(text)
        } else if let Self::Dispose(disposition) | Self::DisposeOver { disposition, .. } = self {
            long(&disposition.advice) || disposition.reason_online.as_ref().is_some_and(long)
        } else {
            false
        }
    }

    /// Whether the step may seat the acting person in this call, so that another call must not do it at the same instant.
    pub const fn takes_a_seat(&self) -> bool {
        matches!(self, Self::Accept | Self::ComeBack)
    }

    /// Whether the step looks at the association's equipment; the shell spares the look otherwise.
    pub const fn looks_at_equipment(&self) -> bool {
        matches!(self, Self::BringEquipment(_) | Self::Pictures(_))
    }
}

/// Which deadline. Kept as text in the timer row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "due")]
pub enum Due {
    /// This round of ringing the desk is over.
    DeskRing,
    /// Nobody has answered for a while: ring again.
    Reminder,
    /// One leg has been rung long enough.
    LegRing {
        /// The leg.
        leg: LegId,
    },
    /// One leg has been away long enough.
    LegAway {
        /// The leg.
        leg: LegId,
    },
    /// The patient is in the call with no clinician left.
    Alone,
    /// Ask whether the call still goes on.
    CheckIn,
    /// Nobody answered that it does.
    CheckInOver,
    /// The end can no longer be taken back.
    EndFinal,
    /// The call ended and nobody wrote what follows.
    Disposition,
    /// The time of a promised second look has come.
    Recheck,
}

/// How long things may take. One table, marked as product choice; a later policy may replace it per association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    /// One round of ringing the desk. Longer: a patient waits at a dead phone; shorter: a nurse on her way is cut off.
    pub desk_ring: Span,
    /// Rounds before the tablet shows the desk's telephone and 119.
    pub desk_rounds: u8,
    /// How often the desk is rung again after that.
    pub reminder: Span,
    /// Ringing one doctor or visiting nurse.
    pub staff_ring: Span,
    /// A lost clinician may come back alone this long before the desk is rung for the patient.
    pub alone: Span,
    /// How long a way back is kept for anyone who was lost.
    pub away: Span,
    /// How long a mistaken end can be taken back.
    pub undo: Span,
    /// How often a running call's owner is asked whether it still goes on.
    pub check_in: Span,
    /// How long the owner has to answer. Longer: a tab left open stands as a clinician for longer; shorter: a nurse who
    /// looks at the patient and not at the screen is taken for gone.
    pub check_in_answer: Span,
    /// How long after the end the decision may be missing; and how often the desk is reminded of what is overdue.
    pub disposition: Span,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            desk_ring: Span::seconds(25),
            desk_rounds: 2,
            reminder: Span::minutes(2),
            staff_ring: Span::seconds(30),
            alone: Span::seconds(20),
            away: Span::minutes(15),
            undo: Span::seconds(10),
            check_in: Span::minutes(30),
            check_in_answer: Span::minutes(2),
            disposition: Span::minutes(10),
        }
    }
}

/// Somebody who could be rung.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// In another call now: a server fact.
    pub busy: bool,
}

/// Everything a step may look at beside the session itself; the shell loads it in the same transaction.
pub struct Circumstances<'a> {
    /// On duty at the desk now.
    pub desk: &'a [Candidate],
    /// On duty as doctors now.
    pub doctors: &'a [Candidate],
    /// Visiting nurses on call now.
    pub visiting: &'a [Candidate],
    /// The patient.
    pub patient: &'a Patient,
    /// The acting doctor's institution.
    pub institution: Option<&'a Institution>,
    /// Devices without a person, for the inputs that look at them ([`Input::looks_at_equipment`]).
    pub equipment: &'a [AtHand],
    /// The acting person is in a call of another session.
    pub actor_busy: bool,
    /// Whether a recording may be asked for here and now.
    pub may_record: MayRecord,
    /// The table of times.
    pub timings: Timings,
    /// Fresh random ids from the shell.
    pub fresh: &'a mut dyn FnMut() -> Uuid,
}

/// What a step wants beside the new session: facts for the log and people to page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcomes {
    /// For the append-only log, in order.
    pub facts: Vec<FactKind>,
    /// Whom to page now, beyond showing them the call on an open socket.
    pub pages: Vec<Page>,
}

/// One attempt to reach one person about one leg. Its key makes the attempt idempotent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The leg that rings.
    pub leg: LegId,
    /// Whom.
    pub person: PersonId,
    /// Which attempt for this leg, from 1.
    pub attempt: u32,
}
