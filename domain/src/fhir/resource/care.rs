//! Encounter, readings and findings.

use serde::Serialize;

use super::{Device, Organization, Patient, Practitioner, Somebody};
use crate::fhir::datatype::{
    Annotation, CodeableConcept, Coding, DateTime, Extension, Id, Identifier, Instant, Meta, Period,
    Quantity, Reference, Text,
};

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
    /// Logical id; that of the reading where it is one.
    pub id: Id,
    /// Profiles; the label HTEST on what no patient gave.
    pub meta: Meta,
    /// Flags, and the raw number where the unit was converted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    /// The reading's id, so that a conditional create removes duplicates; none for what is no reading.
    #[serde(skip_serializing_if = "Vec::is_empty")]
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
