//! How a session may refuse.

use crate::id::PersonId;
use crate::mode::NotExamination;

/// Why the session will not do it. The code is stable and goes to the client as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The call is over.
    #[error("the call has ended")]
    Ended,
    /// Somebody else took it.
    #[error("somebody else took the call")]
    TakenBy(PersonId),
    /// The actor is not in this call.
    #[error("not in this call")]
    NotInCall,
    /// Only the patient's tablet may do this.
    #[error("only the patient may do this")]
    PatientOnly,
    /// Only a clinician in the call may do this.
    #[error("only a clinician in the call may do this")]
    ClinicianOnly,
    /// Only the doctor in the call may do this.
    #[error("only the doctor in the call may do this")]
    DoctorOnly,
    /// It cannot be cancelled any more, since somebody answered.
    #[error("already answered")]
    AlreadyAnswered,
    /// Nobody on that line is on duty.
    #[error("nobody is on duty")]
    NobodyOnDuty,
    /// Everybody on that line is with another patient.
    #[error("everybody on duty is in a call")]
    EverybodyBusy,
    /// The person asked for is with another patient.
    #[error("the person is in another call")]
    PersonBusy,
    /// The person asked for is not on duty on that line.
    #[error("the person is not on duty")]
    NotOnDuty,
    /// The actor is already in a call with another patient.
    #[error("already in a call with another patient")]
    YouAreBusy,
    /// The call already holds five.
    #[error("the call is full")]
    Full,
    /// No such leg, or it is not in a state for this.
    #[error("no such person in this call")]
    NoSuchLeg,
    /// The ring is over.
    #[error("the ring is over")]
    RingOver,
    /// The patient refused this joiner.
    #[error("the patient did not agree")]
    ConsentRefused,
    /// A joiner cannot vouch for their own admission.
    #[error("another clinician must confirm this consent")]
    OwnConsent,
    /// Somebody who was lost heard nothing.
    #[error("the connection to the call was lost")]
    ConnectionLost,
    /// The call is open on another device of this person.
    #[error("the call is open on another device of yours")]
    OtherDevice,
    /// It can no longer be taken back.
    #[error("too late to undo")]
    TooLateToUndo,
    /// The kind of care is not lawful now.
    #[error("not an online examination now")]
    NotExamination(NotExamination),
    /// This role cannot give that kind of care.
    #[error("this role cannot give that kind of care")]
    KindNotYours,
    /// Somebody else leads the call and names the kind of care.
    #[error("somebody else leads this call")]
    NotLeading,
    /// Sudden illness may end online only with the doctor's written reason.
    #[error("sudden illness needs the doctor's reason to end online")]
    ReasonNeeded,
    /// A prescription follows from an online examination by the doctor who prescribes, and from nothing less.
    #[error("a prescription needs an online examination by this doctor")]
    PrescriptionNeedsExamination,
    /// The oxygen scale is changed only with a written reason.
    #[error("the oxygen scale needs the doctor's reason")]
    ScaleReasonNeeded,
    /// The outcome needs what is missing: for instance a time in the future.
    #[error("the recheck must lie in the future")]
    RecheckInPast,
    /// A recheck is the night's own work, not an appointment weeks ahead.
    #[error("the recheck lies too far ahead")]
    RecheckTooFar,
    /// No second look is owed.
    #[error("no recheck is owed")]
    NoRecheck,
    /// The desk takes the second look, or a doctor who was in the call.
    #[error("the recheck is somebody else's")]
    NotYoursToRecheck,
    /// A second look without a word of what was found.
    #[error("the recheck needs a note")]
    RecheckNoteNeeded,
    /// A free text is longer than 4,000 characters.
    #[error("a text is too long")]
    TextTooLong,
    /// The call is still going on, or the decision is missing.
    #[error("the call is not finished yet")]
    StillRunning,
    /// Only desk nurse and doctor may end the call for everybody.
    #[error("only the desk nurse or the doctor may end the call for everybody")]
    NotYoursToEnd,
    /// Somebody else decided, and signs.
    #[error("the record is signed by whoever decided")]
    NotYoursToSign,
    /// What stands in the record changed after the signer, or whoever wrote a text in its place, looked at it.
    #[error("the record changed meanwhile")]
    ChangedMeanwhile,
    /// The recording cannot be asked for in this state, or nobody asked this person.
    #[error("recording cannot be asked for now")]
    RecordingNotPossible,
    /// The disk has too little room to begin a recording.
    #[error("no room for a recording")]
    RecordingNoRoom,
    /// The device belongs to another bedside or institution, or does not exist.
    #[error("that device does not belong here")]
    EquipmentElsewhere,
    /// The device is in another call.
    #[error("that device is in another call")]
    EquipmentBusy,
    /// A camera cannot receive, a display cannot send.
    #[error("that device is for the other direction")]
    EquipmentDirection,
    /// The record was signed, and a signed record does not change.
    #[error("the record is signed")]
    Signed,
}

impl Refused {
    /// The stable code, as clients branch on it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ended => "call-ended",
            Self::TakenBy(_) => "taken-by-other",
            Self::NotInCall => "not-in-call",
            Self::PatientOnly => "patient-only",
            Self::ClinicianOnly => "clinician-only",
            Self::DoctorOnly => "doctor-only",
            Self::AlreadyAnswered => "already-answered",
            Self::NobodyOnDuty => "nobody-on-duty",
            Self::EverybodyBusy => "everybody-busy",
            Self::PersonBusy => "person-busy",
            Self::NotOnDuty => "not-on-duty",
            Self::YouAreBusy => "you-are-busy",
            Self::Full => "call-full",
            Self::NoSuchLeg => "no-such-leg",
            Self::RingOver => "ring-over",
            Self::ConsentRefused => "consent-refused",
            Self::OwnConsent => "own-consent",
            Self::ConnectionLost => "connection-lost",
            Self::OtherDevice => "other-device",
            Self::TooLateToUndo => "too-late-to-undo",
            Self::NotExamination(NotExamination::NoPlan) => "examination-no-plan",
            Self::NotExamination(NotExamination::NotNamed) => "examination-not-named",
            Self::NotExamination(NotExamination::NoNotice) => "examination-no-notice",
            Self::NotExamination(NotExamination::NotTwoWay) => "examination-not-two-way",
            Self::NotExamination(NotExamination::SuddenIllness) => "examination-sudden-illness",
            Self::KindNotYours => "kind-not-yours",
            Self::NotLeading => "not-leading",
            Self::ReasonNeeded => "reason-needed",
            Self::PrescriptionNeedsExamination => "prescription-needs-examination",
            Self::ScaleReasonNeeded => "scale-reason-needed",
            Self::RecheckInPast => "recheck-in-past",
            Self::RecheckTooFar => "recheck-too-far",
            Self::NoRecheck => "no-recheck",
            Self::NotYoursToRecheck => "not-yours-to-recheck",
            Self::RecheckNoteNeeded => "recheck-note-needed",
            Self::TextTooLong => "text-too-long",
            Self::StillRunning => "still-running",
            Self::NotYoursToEnd => "not-yours-to-end",
            Self::NotYoursToSign => "not-yours-to-sign",
            Self::ChangedMeanwhile => "changed-meanwhile",
            Self::RecordingNotPossible => "recording-not-possible",
            Self::RecordingNoRoom => "recording-no-room",
            Self::EquipmentElsewhere => "equipment-elsewhere",
            Self::EquipmentBusy => "equipment-busy",
            Self::EquipmentDirection => "equipment-direction",
            Self::Signed => "record-signed",
        }
    }
}
