//! A call as one participant sees it. Put together from the session and a directory of names; each audience
//! gets what it needs and no more.

use serde::{Deserialize, Serialize};

use crate::case::Owner;
use crate::equipment::EquipmentCard;
use crate::id::{CaseId, DeviceId, LegId, PatientId, PersonId, SessionId};
use crate::mode::{Interval, MediaMode, ServiceKind};
use crate::people::{Name, Person, Role, Sex, Summary};
use crate::private::Private;
use crate::session::{
    AudioOnly, CheckIn, DeskRing, Disposition, IdentityMethod, JoinConsent, LegRole, LegState,
    RecordingAnswer, RecordingPhase, RedFlag, Sbar, Session, SourceState, State, TakenBack, Urgency,
};
use crate::time::Timestamp;

/// A call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CallView {
    /// The session.
    pub session: SessionId,
    /// The case.
    pub case: CaseId,
    /// Rises with every change; an older view never replaces a newer one.
    pub version: i64,
    /// The server's clock.
    pub now: Timestamp,
    /// When the patient tapped.
    pub requested_at: Timestamp,
    /// Where the call stands.
    pub state: State,
    /// Ringing of the desk; `fallback` tells the tablet to show the telephone number and 119.
    pub desk: Option<DeskRing>,
    /// The one in charge is asked whether the call still goes on; any clinician in the call answers with `stillHere`.
    /// For staff.
    pub check_in: Option<CheckIn>,
    /// The viewer, who is in the call, did not answer the last check-in and counts as nobody: others are asked or rung for
    /// the patient until the viewer says `stillHere`, or answers that ring.
    pub missed_check_in: bool,
    /// The viewer's own leg.
    pub you: Option<LegId>,
    /// On which of the viewer's devices the call is open, while they are in it: that one alone has camera, microphone and
    /// media. Another goes on with the call by `comeBack`.
    pub your_device: Option<DeviceId>,
    /// Everybody, patient first.
    pub people: Vec<Participant>,
    /// What recording does.
    pub recording: RecordingPhase,
    /// The kind of care now.
    pub kind: ServiceKind,
    /// What is on now.
    pub mode: MediaMode,
    /// The patient; for staff.
    pub patient: Option<PatientCard>,
    /// What the clinicians found; for staff.
    pub findings: Option<Findings>,
    /// The decision; the tablet shows its advice.
    pub disposition: Option<Disposition>,
    /// Whose decision it is; for staff.
    pub decided_by: Option<PersonCard>,
    /// The last decision does not stand any more, and another is needed; for staff.
    pub taken_back: Option<TakenBack>,
    /// That decision: the form begins with its words. For staff.
    pub former: Option<Disposition>,
    /// Version of the signed record.
    pub signed: Option<u32>,
    /// Other calls waiting at the desk; for desk nurses.
    pub waiting_besides: u32,
}

/// One person in a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    /// The leg.
    pub leg: LegId,
    /// What for.
    pub role: LegRole,
    /// Who, with name, institution and year of registration; none for equipment.
    pub card: Option<PersonCard>,
    /// The device's name and kind; on equipment alone.
    pub equipment: Option<EquipmentCard>,
    /// The patient's name; on the patient's leg alone.
    pub name: Option<Name>,
    /// Where the leg stands.
    pub leg_state: LegState,
    /// The patient's agreement to this joiner.
    pub join: JoinConsent,
    /// Media may pass.
    pub gate_open: bool,
    /// This person's answer about recording.
    pub recording: RecordingAnswer,
    /// Microphone.
    pub microphone: SourceState,
    /// Camera.
    pub camera: SourceState,
    /// Why this person has sound without picture; none otherwise.
    pub audio_only: Option<AudioOnly>,
}

/// A member of staff as others see them: the doctor's card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PersonCard {
    /// The person.
    pub person: PersonId,
    /// What the person does.
    pub role: Role,
    /// Name.
    pub name: Name,
    /// Institution, Japanese.
    pub institution: String,
    /// Institution, English.
    pub institution_en: String,
    /// Year on the medical register; doctors only.
    pub registered_year: Option<u16>,
}

impl PersonCard {
    /// The card of `person`, who belongs to `institution`.
    pub fn of(person: &Person, institution: Option<&crate::org::Institution>) -> Self {
        Self {
            person: person.id,
            role: person.role,
            name: person.name.clone(),
            institution: institution.map(|i| i.name.clone()).unwrap_or_default(),
            institution_en: institution.map(|i| i.name_en.clone()).unwrap_or_default(),
            registered_year: person.registration.as_ref().map(|r| r.year),
        }
    }
}

/// The patient as staff see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PatientCard {
    /// The patient.
    pub patient: PatientId,
    /// Name.
    pub name: Name,
    /// Date of birth, `YYYY-MM-DD`.
    pub birth_date: Private<String>,
    /// Age in full years.
    pub age: u16,
    /// Sex.
    pub sex: Sex,
    /// Address.
    pub address: Private<String>,
    /// Telephone at the bedside.
    pub phone: Private<String>,
    /// What the desk must know at a glance.
    pub summary: Private<Summary>,
    /// The doctor by day.
    pub primary_doctor: Option<PersonCard>,
    /// A care plan holds now.
    pub has_plan: bool,
    /// Where the patient goes when the state changes suddenly.
    pub emergency_institution: Option<Private<String>>,
}

/// What the clinicians found so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// How the patient was recognised.
    pub identity: Option<IdentityMethod>,
    /// Who said so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub identity_by: Option<PersonCard>,
    /// Red flags; none while not screened.
    pub red_flags: Option<Vec<RedFlag>>,
    /// Who checked them, in a call's view.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub red_flags_by: Option<PersonCard>,
    /// Triage colour.
    pub urgency: Option<Urgency>,
    /// Who chose it, in a call's view.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub urgency_by: Option<PersonCard>,
    /// Sudden illness: red, orange or a red flag. Face to face in principle; to end online needs the doctor's reason.
    pub sudden: bool,
    /// The write-up.
    pub sbar: Option<Sbar>,
    /// Who wrote it as it stands.
    pub sbar_by: Option<PersonCard>,
    /// The closing note.
    pub note: Option<Private<String>>,
    /// Who wrote it as it stands.
    pub note_by: Option<PersonCard>,
    /// The ledger of kind and media.
    pub ledger: Vec<Interval>,
    /// Why the viewing doctor could not call this オンライン診療 now, as a problem code; none when it is possible.
    pub examination_refused: Option<String>,
    /// From when on the viewer may decide on a prescription, their own time of オンライン診療 being long enough: within the next
    /// second while it runs. None where it follows from nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub prescribes_from: Option<Timestamp>,
}

/// A second look that was promised and not taken yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RecheckOwed {
    /// The promised time.
    pub at: Timestamp,
    /// The time has come, and nobody has looked.
    pub due: bool,
}

/// A second look that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RecheckTaken {
    /// When.
    pub at: Timestamp,
    /// Who looked.
    pub by: Option<PersonCard>,
    /// What was found.
    pub note: Private<String>,
}

/// One line of tonight's list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct QueueItem {
    /// The case.
    pub case: CaseId,
    /// The one of its sessions that somebody must act on; once there is none, the oldest that is decided and not signed, and
    /// the latest where all are.
    pub session: SessionId,
    /// The patient's name.
    pub patient: Name,
    /// Age in full years.
    pub age: u16,
    /// When the patient tapped.
    pub requested_at: Timestamp,
    /// Where the call stands.
    pub state: State,
    /// Nobody looks after the patient now: it can be claimed.
    pub unattended: bool,
    /// Who must act; none once closed.
    pub owner: Option<Owner>,
    /// The owner's name.
    pub owner_name: Option<Name>,
    /// By when.
    pub deadline: Option<Timestamp>,
    /// Triage colour.
    pub urgency: Option<Urgency>,
    /// The decision's kind.
    pub disposition: Option<crate::session::Outcome>,
    /// The second look somebody still has to take.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recheck: Option<RecheckOwed>,
    /// Signed.
    pub signed: bool,
    /// Whoever is given this list may open the record of the session (`readEncounter`).
    pub may_open: bool,
    /// The other calls of the case, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub calls: Vec<CaseCall>,
}

/// A call of a case beside the one that the case's line leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CaseCall {
    /// The session.
    pub session: SessionId,
    /// When the patient tapped.
    pub requested_at: Timestamp,
    /// Where the call stands.
    pub state: State,
    /// Triage colour.
    pub urgency: Option<Urgency>,
    /// The decision's kind; none while it is missing, and of a call that the next one answers for.
    pub disposition: Option<crate::session::Outcome>,
    /// Signed.
    pub signed: bool,
    /// Whoever is given this may open the record of the session (`readEncounter`).
    pub may_open: bool,
}

impl CaseCall {
    /// For whoever may not open the record.
    pub fn of(session: &Session) -> Self {
        Self {
            session: session.id,
            requested_at: session.requested_at,
            state: session.state,
            urgency: session.assessment.urgency,
            disposition: session.disposition.as_ref().map(|d| d.outcome),
            signed: session.signed.is_some(),
            may_open: false,
        }
    }
}
