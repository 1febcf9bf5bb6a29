//! The FHIR R4 resources Yoban emits. Required elements are no `Option`; status codes are enums; `effective[x]`
//! is `effectiveDateTime` and nothing else; a value and the reason for its absence exclude each other.

use serde::Serialize;

use super::datatype::{
    Among, Annotation, CodeableConcept, Coding, Date, DateTime, Extension, Id, Identifier, Instant, Meta,
    Period, Quantity, Reference, Target, Text,
};

macro_rules! targets {
    ($($name:ident),+ $(,)?) => {$(
        impl Target for $name {
            const TYPE: &'static str = stringify!($name);
        }
        impl Among<Anything> for $name {}
    )+};
}
targets!(
    Patient,
    Encounter,
    Practitioner,
    PractitionerRole,
    Organization,
    Observation,
    ClinicalImpression,
    Consent,
    Provenance
);

/// Any resource.
#[derive(Debug, PartialEq, Eq)]
pub enum Anything {}
/// Whoever can do or say something: a practitioner or the patient.
#[derive(Debug, PartialEq, Eq)]
pub enum Somebody {}
impl Among<Somebody> for Practitioner {}
impl Among<Somebody> for Patient {}
/// A device is only named: a home sensor tells no serial number.
#[derive(Debug, PartialEq, Eq)]
pub enum Device {}

/// A name in one script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HumanName {
    /// Which script: `iso21090-EN-representation`.
    pub extension: Vec<Extension>,
    /// Always `usual`.
    #[serde(rename = "use")]
    pub usage: &'static str,
    /// The name as written.
    pub text: Text,
    /// Family name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<Text>,
    /// Given name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Text>,
}

/// A telephone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Phone {
    system: &'static str,
    value: Text,
}

impl Phone {
    /// A telephone number, if there is one.
    pub fn new(number: &str) -> Vec<Self> {
        let system = "phone";
        Text::new(number)
            .map(|value| Self { system, value })
            .into_iter()
            .collect()
    }
}

/// An address as one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Address {
    /// The line.
    pub text: Text,
}

/// Administrative sex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Neither of the two.
    Other,
    /// Not recorded.
    Unknown,
}

/// A patient (JP_Patient).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Patient {
    /// Logical id.
    pub id: Id,
    /// Profiles.
    pub meta: Meta,
    /// Our own row id first, so that there is always one; then the institution's patient number.
    pub identifier: Vec<Identifier>,
    /// Kanji, kana, Latin.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub name: Vec<HumanName>,
    /// Telephone at the bedside.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub telecom: Vec<Phone>,
    /// Administrative sex.
    pub gender: Gender,
    /// Date of birth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// Address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub address: Vec<Address>,
    /// The doctor by day, where the record knows them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub general_practitioner: Vec<Reference<Practitioner>>,
    /// The institution whose patient it is.
    pub managing_organization: Reference<Organization>,
}

/// A member of staff (JP_Practitioner).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Practitioner {
    /// Logical id.
    pub id: Id,
    /// Profiles.
    pub meta: Meta,
    /// Our own row id.
    pub identifier: Vec<Identifier>,
    /// Kanji, kana, Latin.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub name: Vec<HumanName>,
    /// Entry on the medical register.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub qualification: Vec<Qualification>,
}

/// A qualification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Qualification {
    /// Its number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    /// Which.
    pub code: CodeableConcept,
    /// Since when.
    pub period: Period,
}

/// What a member of staff does where (JP_PractitionerRole).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PractitionerRole {
    /// Logical id; that of the practitioner, since one person has one role.
    pub id: Id,
    /// Profiles.
    pub meta: Meta,
    /// Who.
    pub practitioner: Reference<Practitioner>,
    /// Where.
    pub organization: Reference<Organization>,
    /// What.
    pub code: Vec<CodeableConcept>,
}

/// An institution or the association (JP_Organization).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    /// Logical id.
    pub id: Id,
    /// Profiles.
    pub meta: Meta,
    /// Prefecture, category and number, taken from the ten digits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    /// Our own row id first, so that there is always one; then the ten digits.
    pub identifier: Vec<Identifier>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Name in English.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alias: Vec<Text>,
    /// Telephone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub telecom: Vec<Phone>,
    /// The association, for its own desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<Reference<Self>>,
}

/// Where an encounter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EncounterStatus {
    /// The patient has tapped and waits.
    Arrived,
    /// A clinician has answered.
    InProgress,
    /// Over.
    Finished,
    /// Ended before anybody answered.
    Cancelled,
}

/// One stretch of a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatusHistory {
    /// Which.
    pub status: EncounterStatus,
    /// From when to when.
    pub period: Period,
}

/// The record of a session (JP_Encounter).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Encounter {
    /// Logical id; that of the session.
    pub id: Id,
    /// Profiles, and whether it is signed.
    pub meta: Meta,
    /// Ledger, identity, decision, recording.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    /// The case.
    pub identifier: Vec<Identifier>,
    /// Where it stands.
    pub status: EncounterStatus,
    /// How long the patient waited, how long the call took.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status_history: Vec<StatusHistory>,
    /// Virtual.
    pub class: Coding,
    /// Triage colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<CodeableConcept>,
    /// The patient.
    pub subject: Reference<Patient>,
    /// Staff who were let in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub participant: Vec<EncounterParticipant>,
    /// From the answer to the end; from the tap where nobody answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// The situation in the nurse's words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reason_code: Vec<CodeableConcept>,
    /// Carries the decision's code, where EHRs look for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hospitalization: Option<Hospitalization>,
    /// Institution of the one who decided.
    pub service_provider: Reference<Organization>,
}

/// A member of staff in an encounter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EncounterParticipant {
    /// Primary performer is who decided.
    #[serde(rename = "type")]
    pub kind: Vec<CodeableConcept>,
    /// From the open gate to the goodbye.
    pub period: Period,
    /// Who.
    pub individual: Reference<Practitioner>,
}

/// Only its discharge disposition is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hospitalization {
    /// The decision.
    pub discharge_disposition: CodeableConcept,
}

/// How sure an observation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ObservationStatus {
    /// Doubted, simulated or not a measurement of the patient: not to be taken over unseen.
    Preliminary,
    /// As measured or entered.
    Final,
}

/// One reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Observation {
    /// Logical id; that of the reading.
    pub id: Id,
    /// Profiles; the label HTEST on what no patient gave.
    pub meta: Meta,
    /// Flags, and the raw number where the unit was converted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    /// The reading's id, so that a conditional create removes duplicates.
    pub identifier: Vec<Identifier>,
    /// How sure.
    pub status: ObservationStatus,
    /// JP Core's and base R4's coding.
    pub category: Vec<CodeableConcept>,
    /// MEDIS and LOINC.
    pub code: CodeableConcept,
    /// The patient.
    pub subject: Reference<Patient>,
    /// The session.
    pub encounter: Reference<Encounter>,
    /// When, never later than its arrival.
    pub effective_date_time: DateTime,
    /// When the server had it.
    pub issued: Instant,
    /// Who entered it; none for devices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub performer: Vec<Reference<Somebody>>,
    /// Value, absence or components.
    #[serde(flatten)]
    pub value: ObservationValue,
    /// What a person must know about the value.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub note: Vec<Annotation>,
    /// Where the thermometer was held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_site: Option<CodeableConcept>,
    /// The device's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Reference<Device>>,
}

/// Exactly one of the four.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ObservationValue {
    /// A number.
    #[serde(rename = "valueQuantity")]
    Quantity(Quantity),
    /// A state.
    #[serde(rename = "valueCodeableConcept")]
    Concept(CodeableConcept),
    /// Why there is none.
    #[serde(rename = "dataAbsentReason")]
    Absent(CodeableConcept),
    /// Several numbers.
    #[serde(rename = "component")]
    Components(Vec<Component>),
}

/// One number of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Component {
    /// The raw number where the unit was converted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    /// MEDIS and LOINC.
    pub code: CodeableConcept,
    /// Value or absence.
    #[serde(flatten)]
    pub value: ComponentValue,
}

/// Exactly one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ComponentValue {
    /// A number.
    #[serde(rename = "valueQuantity")]
    Quantity(Quantity),
    /// Why there is none.
    #[serde(rename = "dataAbsentReason")]
    Absent(CodeableConcept),
}

/// Whether findings may still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImpressionStatus {
    /// Not signed.
    InProgress,
    /// Signed.
    Completed,
}

/// SBAR, red flags and closing note (base R4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClinicalImpression {
    /// Logical id.
    pub id: Id,
    /// Empty: JP Core has no profile.
    #[serde(skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Signed or not.
    pub status: ImpressionStatus,
    /// The patient.
    pub subject: Reference<Patient>,
    /// The session.
    pub encounter: Reference<Encounter>,
    /// The call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_period: Option<Period>,
    /// The closing note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<Text>,
    /// Red flags; one finding "none" where screened and clear.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub finding: Vec<Finding>,
    /// S, B, A and R.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub note: Vec<Annotation>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What.
    pub item_codeable_concept: CodeableConcept,
}

/// What an agreement is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsentStatus {
    /// Holds.
    Active,
    /// Was said no to.
    Rejected,
    /// A later answer took its place.
    Inactive,
}

/// An agreement to a joiner or to recording (JP_Consent, which is provisional: base R4 and a URL).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// Logical id.
    pub id: Id,
    /// Profiles.
    pub meta: Meta,
    /// How it was given, and who heard it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    /// What it is worth.
    pub status: ConsentStatus,
    /// Privacy.
    pub scope: CodeableConcept,
    /// Consent document, and ours: joining or recording.
    pub category: Vec<CodeableConcept>,
    /// The patient.
    pub patient: Reference<Patient>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_time: Option<DateTime>,
    /// Whose answer.
    pub performer: Vec<Reference<Somebody>>,
    /// Opt-in: nothing passes without it.
    pub policy_rule: CodeableConcept,
    /// Yes or no, to whom and to what.
    pub provision: Provision,
}

/// Yes or no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Provision {
    /// Yes or no.
    #[serde(rename = "type")]
    pub kind: ProvisionKind,
    /// Who may be in the call.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actor: Vec<ProvisionActor>,
    /// The encounter it is about.
    pub data: Vec<ProvisionData>,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProvisionKind {
    /// No.
    Deny,
    /// Yes.
    Permit,
}

/// Who may be in the call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProvisionActor {
    /// Receives information.
    pub role: CodeableConcept,
    /// Who.
    pub reference: Reference<Practitioner>,
}

/// What an agreement is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProvisionData {
    /// Always `related`: the encounter and what belongs to it.
    pub meaning: &'static str,
    /// The encounter.
    pub reference: Reference<Encounter>,
}

/// Who signed what and when (base R4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// Logical id.
    pub id: Id,
    /// Empty: JP Core has no profile.
    #[serde(skip_serializing_if = "Meta::is_empty")]
    pub meta: Meta,
    /// Version of the record.
    pub extension: Vec<Extension>,
    /// What was signed.
    pub target: Vec<Reference<Anything>>,
    /// When the care took place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occurred_period: Option<Period>,
    /// When it was signed.
    pub recorded: Instant,
    /// Who signed.
    pub agent: Vec<Agent>,
    /// The record the resources were made from, by its digest.
    pub entity: Vec<Entity>,
    /// The signing act.
    pub signature: Vec<Signature>,
}

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    /// Attester.
    #[serde(rename = "type")]
    pub kind: CodeableConcept,
    /// Who.
    pub who: Reference<Practitioner>,
    /// Their institution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Reference<Organization>>,
}

/// What something was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entity {
    /// Always `source`.
    pub role: &'static str,
    /// The signed record, known by its digest.
    pub what: Reference<Anything>,
}

/// The act of signing. It carries no cryptographic data; the digest is in the entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// Author's signature.
    #[serde(rename = "type")]
    pub kind: Vec<Coding>,
    /// When.
    pub when: Instant,
    /// Who.
    pub who: Reference<Practitioner>,
}
