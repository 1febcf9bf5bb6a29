//! Patient, staff and institutions.

use serde::Serialize;

use crate::fhir::datatype::{
    CodeableConcept, Date, Extension, Id, Identifier, Meta, Period, Reference, Text,
};

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
        Text::new(number).map(|value| Self { system, value }).into_iter().collect()
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
