//! Agreements and signatures.

use serde::Serialize;

use super::{Anything, Encounter, Organization, Patient, Practitioner, Somebody};
use crate::fhir::datatype::{
    CodeableConcept, Coding, DateTime, Extension, Id, Instant, Meta, Period, Reference,
};

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
