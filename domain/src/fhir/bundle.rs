//! The envelope: bundle, entries, and the answer to a request that failed.

use serde::Serialize;

use super::datatype::{Id, Text};
use super::resource::{
    ClinicalImpression, Consent, Encounter, Observation, Organization, Patient, Practitioner,
    PractitionerRole, Provenance,
};

/// A resource in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "resourceType")]
pub enum Resource {
    /// The record of a session.
    Encounter(Box<Encounter>),
    /// The patient.
    Patient(Box<Patient>),
    /// A member of staff.
    Practitioner(Practitioner),
    /// What they do where.
    PractitionerRole(PractitionerRole),
    /// An institution.
    Organization(Organization),
    /// A reading.
    Observation(Box<Observation>),
    /// The clinicians' findings.
    ClinicalImpression(Box<ClinicalImpression>),
    /// An agreement.
    Consent(Box<Consent>),
    /// A signature.
    Provenance(Box<Provenance>),
}

impl Resource {
    /// Type name and logical id.
    pub fn address(&self) -> (&'static str, &Id) {
        match self {
            Self::Encounter(r) => ("Encounter", &r.id),
            Self::Patient(r) => ("Patient", &r.id),
            Self::Practitioner(r) => ("Practitioner", &r.id),
            Self::PractitionerRole(r) => ("PractitionerRole", &r.id),
            Self::Organization(r) => ("Organization", &r.id),
            Self::Observation(r) => ("Observation", &r.id),
            Self::ClinicalImpression(r) => ("ClinicalImpression", &r.id),
            Self::Consent(r) => ("Consent", &r.id),
            Self::Provenance(r) => ("Provenance", &r.id),
        }
    }
}

/// A search result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bundle {
    resource_type: &'static str,
    /// Logical id.
    pub id: Id,
    #[serde(rename = "type")]
    kind: &'static str,
    /// Matches; what is merely included does not count.
    total: usize,
    link: Vec<Link>,
    /// Entries.
    pub entry: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Link {
    relation: &'static str,
    url: String,
}

/// One entry of a search result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Where the resource lives.
    pub full_url: String,
    /// The resource.
    pub resource: Resource,
    search: Search,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Search {
    mode: Mode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Match,
    Include,
}

impl Bundle {
    /// The answer to `url`, which matched `first`; the others came along. `base` is the server's FHIR root,
    /// with or without its last slash.
    pub fn searchset(id: Id, base: &str, url: String, first: Resource, others: Vec<Resource>) -> Self {
        let base = base.trim_end_matches('/');
        let entry = |resource: Resource, mode| {
            let (kind, id) = resource.address();
            Entry { full_url: format!("{base}/{kind}/{}", id.as_str()), resource, search: Search { mode } }
        };
        let matched = std::iter::once(entry(first, Mode::Match));
        Self {
            resource_type: "Bundle",
            id,
            kind: "searchset",
            total: 1,
            link: vec![Link { relation: "self", url: format!("{base}/{url}") }],
            entry: matched.chain(others.into_iter().map(|r| entry(r, Mode::Include))).collect(),
        }
    }
}

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The request was not carried out.
    Error,
    /// It was, with a remark.
    Warning,
}

/// What kind of issue (FHIR `issue-type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IssueType {
    /// Content is not valid.
    Invalid,
    /// Sign in first.
    Login,
    /// Not allowed.
    Forbidden,
    /// No such thing.
    NotFound,
    /// Not offered here.
    NotSupported,
    /// Our own failure.
    Exception,
}

/// The answer to a FHIR request that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationOutcome {
    resource_type: &'static str,
    issue: Vec<Issue>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Issue {
    severity: Severity,
    code: IssueType,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostics: Option<Text>,
}

impl OperationOutcome {
    /// One issue. `diagnostics` is for people and carries no patient text.
    pub fn new(severity: Severity, code: IssueType, diagnostics: &str) -> Self {
        Self {
            resource_type: "OperationOutcome",
            issue: vec![Issue { severity, code, diagnostics: Text::new(diagnostics) }],
        }
    }
}
