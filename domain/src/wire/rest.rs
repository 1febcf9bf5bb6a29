//! Bodies of `/api/v1`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::view::{CaseCall, Findings, Participant, PatientCard, PersonCard, RecheckTaken};
use super::vitals::VitalsView;
use crate::case::Owner;
use crate::duty::Line;
use crate::encounter::{JoinAnswered, RecordingAnswered, Stretch};
use crate::equipment::EquipmentCard;
use crate::id::{CaseId, DeviceId, LegId, PatientId, PersonId, ReadingId, SessionId};
use crate::people::Role;
use crate::private::Private;
use crate::session::{Disposition, TakenBack};
use crate::time::Timestamp;
use crate::vitals::feed::MeasuredValue;
use crate::vitals::{Flag, NewReading, Source, VitalKind};

/// `POST /sign-in`: a code from a link or QR, used once, or again and again for demo people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SignIn {
    /// The code.
    pub code: Private<String>,
    /// A random id this browser keeps; the same one resumes, another never displaces.
    pub device: DeviceId,
}

/// `POST /token`: a new access token for the refresh token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Refresh {
    /// The refresh token.
    pub refresh_token: Private<String>,
}

/// Signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// Short-lived; goes into `Authorization: Bearer` and into the socket's `hello`.
    pub access_token: Private<String>,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Keeps the device signed in; each use gives a new one.
    pub refresh_token: Private<String>,
    /// Who this is.
    pub me: Me,
}

/// Who a device is to the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The device.
    pub device: DeviceId,
    /// The association's name, Japanese.
    pub association: String,
    /// The association's name, English.
    pub association_en: String,
    /// The desk's telephone number.
    pub desk_phone: String,
    /// IANA time zone for showing times.
    pub zone: String,
    /// A fictitious district: screens say so.
    pub demo: bool,
    /// Tablet or person.
    pub who: MeWho,
}

/// Tablet or person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum MeWho {
    /// A lent tablet.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    Tablet {
        /// Its patient, as the tablet greets them.
        patient: PatientId,
        /// The patient's name.
        name: Private<String>,
        /// The same in Latin letters.
        name_latin: Private<String>,
    },
    /// A member of staff.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    Staff {
        /// The person.
        card: PersonCard,
        /// Lines this person holds now.
        on_duty: Vec<Line>,
    },
    /// A camera or display.
    Equipment {
        /// What it is.
        card: EquipmentCard,
    },
}

/// `POST /sessions` by a tablet: the tap. Answered 201 for a new call, 200 when one is running already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Requested {
    /// The case.
    pub case: CaseId,
    /// The session.
    pub session: SessionId,
    /// A call was running already; this is it.
    pub existing: bool,
}

/// `POST /readings`: for devices without a socket, and for what was kept while offline. What a tablet measured after the
/// end of the call is kept with the case, and is not in the call's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewReadings {
    /// The session they belong to, when there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub session: Option<SessionId>,
    /// At most 50.
    pub readings: Vec<NewReading>,
}

/// What became of readings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReadingsStored {
    /// New ones.
    pub stored: u32,
    /// Known already.
    pub duplicates: u32,
    /// Not stored: another reading has this id. Sent again with an id of its own it is stored.
    pub conflicts: Vec<ReadingId>,
}

/// One line of `GET /encounters/{session}/recordings/readings`: where a reading lies on the recording's time line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PlacedReading {
    /// The reading.
    pub reading: ReadingId,
    /// Its moment: when it was measured, at the latest when it came.
    pub at: Timestamp,
    /// That moment in the files; none when nobody was recorded then.
    pub recorded: Option<RecordedMoment>,
}

/// A moment of a call in the files that were made of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RecordedMoment {
    /// In the mix; none where there is no mix, or no voice was recorded yet or any more.
    pub mix: Option<FileMoment>,
    /// In each track that was running and not paused, at least one.
    pub tracks: Vec<FileMoment>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FileMoment {
    /// File name as in the manifest.
    pub file: String,
    /// Seconds from the file's beginning, to the millisecond.
    pub seconds: f64,
}

/// One case in `GET /cases/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CaseView {
    /// The case.
    pub case: CaseId,
    /// The patient.
    pub patient: PatientCard,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who must act; none once closed.
    pub owner: Option<Owner>,
    /// By when.
    pub deadline: Option<Timestamp>,
    /// Those of its sessions that the caller may read, oldest first.
    pub sessions: Vec<SessionId>,
    /// Everything that happened, oldest first.
    pub timeline: Vec<TimelineEntry>,
}

/// One line of a case's time line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TimelineEntry {
    /// Position in the log.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Of which call; none where it is of the case as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Which fact.
    pub fact: String,
    /// Plain words, Japanese.
    pub text: Private<String>,
    /// Plain words, English.
    pub text_en: Private<String>,
    /// Of `readingStored`: which reading. `GET /encounters/{session}/recordings/readings` places it by this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<ReadingId>,
    /// Of `readingStored`: what was measured, so that many of one sensor can be read as one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<Measured>,
}

/// A reading of the time line in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// Its kind.
    pub kind: VitalKind,
    /// Its numbers in the table's unit; empty for consciousness and air.
    pub values: Vec<MeasuredValue>,
    /// Where it comes from.
    pub source: Source,
    /// What is known of it.
    pub flags: BTreeSet<Flag>,
}

/// An encounter in `GET /encounters/{session}`: the draft, or the newest signed version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct EncounterView {
    /// The session.
    pub session: SessionId,
    /// The case it belongs to; `GET /cases/{case}` has the time line.
    pub case: CaseId,
    /// Who must act on the case; none once closed. Another call of the case may be the one that needs it.
    pub owner: Option<Owner>,
    /// By when.
    pub deadline: Option<Timestamp>,
    /// The patient.
    pub patient: PatientCard,
    /// Everybody who was in the call, by leg: the tracks of a recording are named after legs.
    pub people: Vec<Participant>,
    /// Version of the signed record; none while a draft.
    pub version: Option<u32>,
    /// SHA-256 of the signed content, hex.
    pub digest: Option<String>,
    /// Who signed.
    pub signed_by: Option<PersonCard>,
    /// When.
    pub signed_at: Option<Timestamp>,
    /// The tap.
    pub requested_at: Option<Timestamp>,
    /// First clinician's answer.
    pub answered_at: Option<Timestamp>,
    /// End of the call.
    pub ended_at: Option<Timestamp>,
    /// What was found, by the signed facts: with the note and every stretch of the kind of care. What only a running call
    /// has is left out.
    pub findings: Findings,
    /// Of each kind the newest value nothing is known against; the curves of the whole call; NEWS2 at its end.
    pub vitals: VitalsView,
    /// The oxygen scale a doctor chose in this call, and why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scale_chosen: Option<ScaleChosen>,
    /// Who was in the call from when to when, and what the patient answered about each, in the order they came.
    pub attended: Vec<Attended>,
    /// When the recording ran.
    pub recorded: Vec<Stretch>,
    /// What everybody answered about recording, in order.
    pub recording_answers: Vec<RecordingAnswered>,
    /// The decision.
    pub disposition: Option<Disposition>,
    /// Whose decision it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided_by: Option<PersonCard>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub decided_at: Option<Timestamp>,
    /// Decisions that do not stand any more, oldest first: where there is one beside them, it was changed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub replaced: Vec<ReplacedDecision>,
    /// The call that answers for this one, which needs no decision of its own: the patient took it back and called again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answered_by_next: Option<SessionId>,
    /// The other calls of the case, oldest first, of whichever night.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub calls: Vec<CaseCall>,
    /// The asking device's person may sign it now.
    pub may_sign: bool,
    /// The second look that was taken after the call.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub rechecked: Option<RecheckTaken>,
    /// A second look is owed, and the asking device's person may say that it was taken.
    pub may_recheck: bool,
    /// What the decision is to look at, where the asking device's person may write or change it now: the call is over and
    /// the record is not signed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub may_decide: Option<Deciding>,
    /// Version of the call that all this was read from; `sign` names it.
    pub seen: i64,
}

/// Somebody who was in a call, by their leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Attended {
    /// The leg; `people` says who that is.
    pub leg: LegId,
    /// When they could first be heard; none where they were not let in.
    pub admitted_at: Option<Timestamp>,
    /// When they last left, or the end of the call.
    pub left_at: Option<Timestamp>,
    /// What the patient said to their joining, in order; empty for the patient.
    pub answers: Vec<JoinAnswered>,
}

/// A decision that does not stand any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReplacedDecision {
    /// What was decided.
    pub disposition: Disposition,
    /// Whose decision it was.
    pub by: Option<PersonCard>,
    /// When it was made.
    pub at: Timestamp,
    /// Until when it stood.
    pub until: Timestamp,
    /// Why it fell by itself; none where another was put in its place.
    pub taken_back: Option<TakenBack>,
}

/// The choice of NEWS2's oxygen scale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ScaleChosen {
    /// Scale 2; otherwise scale 1.
    pub scale2: bool,
    /// Why.
    pub reason: Private<String>,
    /// Who.
    pub by: Option<PersonCard>,
    /// When.
    pub at: Timestamp,
}

/// What a decision is to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Deciding {
    /// A sudden illness was found: what ends online needs the doctor's reason.
    pub sudden: bool,
    /// The patient took the call back: `cancelledAndChecked` is one of the outcomes.
    pub cancelled: bool,
    /// From when on the asking device's person may decide on a prescription, as in the call's findings; none where they did
    /// not examine online.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub prescribes_from: Option<Timestamp>,
    /// Why the last decision does not stand any more; none where there is a new one, or was none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub taken_back: Option<TakenBack>,
    /// That decision: the form begins with its words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub former: Option<Disposition>,
}

/// Somebody who could be asked in: `GET /duty`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct OnDuty {
    /// The line.
    pub line: Line,
    /// The person.
    pub card: PersonCard,
    /// In another call.
    pub busy: bool,
    /// A device of theirs is connected and may ring.
    pub reachable: bool,
}

/// Somebody of the demo's district, or one of its devices, with the code that signs them in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct DemoPerson {
    /// Who.
    pub person: Option<PersonId>,
    /// Which role; none for a patient's tablet.
    pub role: Option<Role>,
    /// Shown beside the link.
    pub name: Private<String>,
    /// The same in Latin letters.
    pub name_latin: Private<String>,
    /// Which app to open: `tablet`, `desk` or `phone`; `equipment` opens none and signs in by REST.
    pub app: String,
    /// Sign-in code for this browser.
    pub code: Private<String>,
}
