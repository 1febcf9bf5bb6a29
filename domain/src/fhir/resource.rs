//! The FHIR R4 resources Yoban emits. Required elements are no `Option`; status codes are enums; `effective[x]`
//! is `effectiveDateTime` and nothing else; a value and the reason for its absence exclude each other.

mod agreement;
mod care;
mod people;

pub use agreement::{
    Agent, Consent, ConsentStatus, Entity, Provenance, Provision, ProvisionActor, ProvisionData,
    ProvisionKind, Signature,
};
pub use care::{
    ClinicalImpression, Component, ComponentValue, Encounter, EncounterParticipant, EncounterStatus, Finding,
    Hospitalization, ImpressionStatus, Observation, ObservationStatus, ObservationValue, StatusHistory,
};
pub use people::{
    Address, Gender, HumanName, Organization, Patient, Phone, Practitioner, PractitionerRole, Qualification,
};

use super::datatype::{Among, Target};

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
