//! Facts: the append-only log of everything that happened to a case. Encounter, hand-over, figures and audit
//! are folds over it; nothing else keeps books.

use serde::{Deserialize, Serialize};

use crate::case::Owner;
use crate::duty::Line;
use crate::id::{CaseId, LegId, PersonId, SessionId};
use crate::mode::{MediaMode, ServiceKind};
use crate::people::Actor;
use crate::private::Private;
use crate::session::{
    ConsentManner, DeclineReason, Disposition, IdentityMethod, LegRole, Participant, RecordingFailure,
    RedFlag, Sbar, SourceState, TakenBack, Urgency,
};
use crate::time::Timestamp;
use crate::vitals::Reading;

/// One fact, as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// The case it belongs to.
    pub case: CaseId,
    /// Position in the case's log, from 1 without holes.
    pub seq: i64,
    /// When the server knew it.
    pub at: Timestamp,
    /// Who did it.
    pub by: Actor,
    /// The session it belongs to, when it belongs to one.
    pub session: Option<SessionId>,
    /// What happened.
    pub kind: FactKind,
}

/// Everything that can happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "fact")]
pub enum FactKind {
    /// A case was opened.
    CaseOpened,
    /// The patient tapped 呼ぶ; the tap is consent to the answering desk nurse.
    SessionRequested {
        /// The patient's own leg.
        leg: LegId,
    },
    /// Somebody is rung.
    RingStarted {
        /// The leg.
        leg: LegId,
        /// Whom.
        person: PersonId,
        /// What for.
        role: LegRole,
        /// Which round of the desk, from 1; 0 for a single invitation.
        round: u8,
    },
    /// A page was handed to a channel.
    PageSent {
        /// The leg.
        leg: LegId,
        /// Whom.
        person: PersonId,
        /// Which attempt.
        attempt: u32,
        /// How many of the person's devices it was shown on.
        devices: u32,
    },
    /// A ring ended without an answer.
    RingTimedOut {
        /// The leg.
        leg: LegId,
    },
    /// A ring was turned down.
    Declined {
        /// The leg.
        leg: LegId,
        /// Why.
        reason: DeclineReason,
    },
    /// A ring was taken back.
    Withdrawn {
        /// The leg.
        leg: LegId,
        /// Who took it instead.
        taken_by: Option<PersonId>,
    },
    /// Nobody was on duty on a line when somebody was needed.
    NobodyOnDuty {
        /// The line.
        line: Line,
    },
    /// Everybody on duty on a line was with another patient when somebody was needed.
    EverybodyBusy {
        /// The line.
        line: Line,
    },
    /// The tablet shows the desk's telephone and 119.
    FallbackShown,
    /// Somebody accepted.
    Accepted {
        /// The leg.
        leg: LegId,
        /// Who stands behind it.
        who: Participant,
        /// What for.
        role: LegRole,
    },
    /// The patient is asked about a joiner.
    JoinConsentAsked {
        /// The joiner.
        leg: LegId,
    },
    /// The patient agreed to a joiner.
    JoinConsentGiven {
        /// The joiner.
        leg: LegId,
        /// How.
        how: ConsentManner,
    },
    /// The patient did not agree.
    JoinConsentRefused {
        /// The joiner.
        leg: LegId,
    },
    /// Media may pass to and from this leg.
    GateOpened {
        /// The leg.
        leg: LegId,
    },
    /// Media no longer passes.
    GateClosed {
        /// The leg.
        leg: LegId,
    },
    /// Media is up.
    Joined {
        /// The leg.
        leg: LegId,
    },
    /// Media was lost.
    Away {
        /// The leg.
        leg: LegId,
    },
    /// Left, or was away too long.
    Left {
        /// The leg.
        leg: LegId,
        /// It was the server that stopped waiting.
        gave_up: bool,
    },
    /// A left leg came back.
    CameBack {
        /// The leg.
        leg: LegId,
    },
    /// Goes on with the call on another of their devices; was never gone.
    DeviceChanged {
        /// The leg.
        leg: LegId,
    },
    /// The patient was in the call with no clinician; the desk is rung again.
    PatientAlone,
    /// A device changed its microphone or camera.
    Declared {
        /// The leg.
        leg: LegId,
        /// Microphone.
        microphone: SourceState,
        /// Camera.
        camera: SourceState,
    },
    /// The ledger moved on.
    ModeChanged {
        /// Kind of care from now on.
        kind: ServiceKind,
        /// What is on from now on.
        mode: MediaMode,
        /// A nurse is at the bedside.
        nurse_present: bool,
    },
    /// A doctor wanted a kind of care that is not lawful now.
    KindRefused {
        /// What was wanted.
        wanted: ServiceKind,
        /// The refusal's code.
        code: String,
    },
    /// Everybody was asked about recording.
    RecordingAsked,
    /// Somebody answered.
    RecordingAnswered {
        /// The leg.
        leg: LegId,
        /// Agreed.
        yes: bool,
        /// It takes back an earlier yes.
        withdrawal: bool,
    },
    /// Recording runs from here.
    RecordingStarted,
    /// Recording stands still from here.
    RecordingPaused,
    /// Recording is over.
    RecordingStopped,
    /// The recorder could not go on.
    RecordingFailed {
        /// Why.
        reason: RecordingFailure,
    },
    /// The recorder closed its files.
    RecordingFinished {
        /// Tracks written.
        tracks: u32,
        /// SHA-256 of the manifest, hex.
        digest: String,
    },
    /// How the patient was recognised.
    IdentityChecked {
        /// The method.
        method: IdentityMethod,
    },
    /// The red-flag screen.
    RedFlagsScreened {
        /// What was found.
        found: Vec<RedFlag>,
    },
    /// The triage colour.
    UrgencySet {
        /// The colour.
        urgency: Urgency,
    },
    /// The oxygen scale of NEWS2 was chosen for this encounter.
    OxygenScaleSet {
        /// Scale 2; otherwise scale 1.
        scale2: bool,
        /// Why.
        reason: Private<String>,
    },
    /// The write-up for the doctor.
    SbarWritten {
        /// All four parts.
        sbar: Private<Sbar>,
    },
    /// The closing note, as a whole.
    NoteWritten {
        /// Free text.
        text: Private<String>,
    },
    /// A reading was stored.
    ReadingStored {
        /// The reading.
        reading: Private<Reading>,
    },
    /// The decision.
    Disposed {
        /// The decision.
        disposition: Private<Disposition>,
    },
    /// The decision does not stand any more, and another is needed.
    DecisionTakenBack {
        /// Why.
        why: TakenBack,
    },
    /// The time of a promised second look has come, and nobody has looked.
    RecheckDue,
    /// Somebody took the second look: the desk, or a doctor who was in the call.
    Rechecked {
        /// What was found.
        note: Private<String>,
    },
    /// The patient called again before the second look; the new call takes its place.
    RecheckByNewCall,
    /// Somebody wanted to prescribe where that is not lawful.
    PrescriptionRefused {
        /// The refusal's code.
        code: String,
    },
    /// The patient took the call back.
    Cancelled,
    /// The patient, who had taken this call back, called again: the next call answers for it.
    AnsweredByNext {
        /// That call.
        session: SessionId,
    },
    /// The call was ended for everybody; it can be taken back for a moment.
    EndAsked,
    /// The end was taken back.
    EndUndone,
    /// The call is over.
    Ended,
    /// The owner was asked whether the call goes on.
    CheckInDue,
    /// It goes on.
    CheckInAnswered {
        /// Who said so.
        leg: LegId,
    },
    /// No answer came in time.
    CheckInMissed {
        /// Who was asked.
        leg: LegId,
    },
    /// The call ended and the decision is overdue.
    DispositionOverdue,
    /// The case has a new owner or deadline holder.
    OwnerChanged {
        /// Who must act.
        owner: Owner,
    },
    /// The record was signed.
    Signed {
        /// Version, from 1.
        version: u32,
        /// SHA-256 of the signed content, hex.
        digest: String,
    },
    /// The case is closed.
    CaseClosed,
}
