//! Who is in the bundle, and references that cannot dangle: what is not in the record is named by identifier.

use std::collections::BTreeMap;

use super::bundle::Resource;
use super::datatype::{
    CodeableConcept, Coding, Date, Extension, ExtensionValue, Id, Identifier, Meta, OwnedCoding, Period,
    Reference, Text,
};
use super::resource::{
    Address, Encounter, Gender, HumanName, Organization, Patient, Phone, Practitioner, PractitionerRole,
    Qualification,
};
use super::{jp, own};
use crate::encounter::Record;
use crate::id::{InstitutionId, PersonId};
use crate::org::{Institution, InstitutionKind};
use crate::people::{Name, Person, Role, Sex};
use crate::words;

const EN_REPRESENTATION: &str = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";
const LICENCE: &str = "http://jpfhir.jp/fhir/core/CodeSystem/JP_MedicalLicenseCertificate_CS";
const REGISTRATION: &str = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/medicalRegistrationNumber";
const JP_ROLE: &str = "http://jpfhir.jp/fhir/core/CodeSystem/JP_PractitionerRole_CS";
const INSTITUTION_NO: &str = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";
/// The ten digits of the institution follow without a separator.
const PATIENT_NO: &str = "urn:oid:1.2.392.100495.20.3.51.1";

/// The record, by id.
pub(super) struct Book<'a> {
    /// What is exported.
    pub(super) record: &'a Record,
    people: BTreeMap<PersonId, &'a Person>,
    institutions: BTreeMap<InstitutionId, &'a Institution>,
}

impl<'a> Book<'a> {
    pub(super) fn of(record: &'a Record) -> Self {
        Self {
            record,
            people: record.people.iter().map(|p| (p.id, p)).collect(),
            institutions: record.institutions.iter().map(|i| (i.id, i)).collect(),
        }
    }

    pub(super) fn patient(&self) -> Reference<Patient> {
        Reference::to(&Id::of(self.record.patient.id.0))
    }

    pub(super) fn encounter(&self) -> Reference<Encounter> {
        Reference::to(&Id::of(self.record.encounter.session.0))
    }

    pub(super) fn association(&self) -> Reference<Organization> {
        Reference::to(&Id::of(self.record.association.id.0))
    }

    pub(super) fn practitioner(&self, person: PersonId) -> Reference<Practitioner> {
        if self.people.contains_key(&person) {
            return Reference::to(&Id::of(person.0));
        }
        Reference::known_as(Identifier::row(own::SID_PERSON, person.0), None)
    }

    pub(super) fn organization(&self, institution: InstitutionId) -> Reference<Organization> {
        if self.institutions.contains_key(&institution) {
            return Reference::to(&Id::of(institution.0));
        }
        Reference::known_as(Identifier::row(own::SID_INSTITUTION, institution.0), None)
    }

    pub(super) fn institution_of(&self, person: PersonId) -> Option<InstitutionId> {
        self.people.get(&person).map(|p| p.institution)
    }

    /// Patient, association, institutions, people and their roles, each once, in the order of their ids.
    pub(super) fn resources(&self) -> Vec<Resource> {
        let mut all =
            vec![Resource::Patient(Box::new(self.patient_resource())), Resource::Organization(self.tenant())];
        all.extend(self.institutions.values().map(|i| Resource::Organization(self.institution(i))));
        all.extend(self.people.values().map(|p| Resource::Practitioner(practitioner(p))));
        all.extend(self.people.values().map(|p| Resource::PractitionerRole(self.role(p))));
        all
    }

    fn patient_resource(&self) -> Patient {
        let patient = &self.record.patient;
        let mut identifier = vec![Identifier::row(own::SID_PATIENT, patient.id.0)];
        let institution = self.institutions.get(&patient.institution);
        if let Some(value) = Text::new(patient.number.reveal())
            && let Some(digits) = institution.and_then(|i| ten_digits(&i.code))
        {
            let system = format!("{PATIENT_NO}{digits}");
            identifier.push(Identifier { system, value });
        }
        let doctor = patient.primary_doctor.filter(|doctor| self.people.contains_key(doctor));
        Patient {
            id: Id::of(patient.id.0),
            meta: Meta::profiles(vec![jp::PATIENT]),
            identifier,
            name: names(&patient.name),
            telecom: Phone::new(patient.phone.reveal()),
            gender: match patient.sex {
                Sex::Female => Gender::Female,
                Sex::Male => Gender::Male,
                Sex::Other => Gender::Other,
                Sex::Unknown => Gender::Unknown,
            },
            birth_date: Date::parse(patient.birth_date.reveal()),
            address: Text::new(patient.address.reveal()).map(|text| Address { text }).into_iter().collect(),
            general_practitioner: doctor.into_iter().map(|d| self.practitioner(d)).collect(),
            managing_organization: self.organization(patient.institution),
        }
    }

    fn tenant(&self) -> Organization {
        let association = &self.record.association;
        Organization {
            id: Id::of(association.id.0),
            meta: Meta::profiles(vec![jp::ORGANIZATION]),
            extension: Vec::new(),
            identifier: vec![Identifier::row(own::SID_INSTITUTION, association.id.0)],
            name: Text::new(&association.name),
            alias: Text::new(&association.name_en).into_iter().collect(),
            telecom: Phone::new(&association.desk_phone),
            part_of: None,
        }
    }

    fn institution(&self, institution: &Institution) -> Organization {
        let mut identifier = vec![Identifier::row(own::SID_INSTITUTION, institution.id.0)];
        let digits = ten_digits(&institution.code);
        identifier.extend(
            digits.and_then(Text::new).map(|value| Identifier { system: INSTITUTION_NO.to_owned(), value }),
        );
        Organization {
            id: Id::of(institution.id.0),
            meta: Meta::profiles(vec![jp::ORGANIZATION]),
            extension: digits.map(parts_of_code).unwrap_or_default(),
            identifier,
            name: Text::new(&institution.name),
            alias: Text::new(&institution.name_en).into_iter().collect(),
            telecom: Phone::new(&institution.phone),
            part_of: (institution.kind == InstitutionKind::Desk).then(|| self.association()),
        }
    }

    fn role(&self, person: &Person) -> PractitionerRole {
        // JP Core's list knows doctors by what they do in an order; 実施医師 is the one who acts.
        let jp = match person.role {
            Role::Doctor => Some(Coding::named(JP_ROLE, "DR-02", "実施医師")),
            Role::DeskNurse | Role::VisitingNurse => Some(Coding::named(JP_ROLE, "NS-01", "看護師")),
            Role::Administrator => None,
        };
        let mut code = CodeableConcept::own(own::CS_ROLE, words::role(person.role));
        code.coding.splice(0..0, jp);
        PractitionerRole {
            id: Id::of(person.id.0),
            meta: Meta::profiles(vec![jp::PRACTITIONER_ROLE]),
            practitioner: self.practitioner(person.id),
            organization: self.organization(person.institution),
            code: vec![code],
        }
    }
}

fn practitioner(person: &Person) -> Practitioner {
    let qualification = person.registration.as_ref().map(|registration| Qualification {
        identifier: Text::new(registration.number.reveal())
            .map(|value| Identifier { system: REGISTRATION.to_owned(), value })
            .into_iter()
            .collect(),
        code: CodeableConcept::coded(vec![Coding::new(LICENCE, "medical-registration")]),
        period: Period::since_year(registration.year),
    });
    Practitioner {
        id: Id::of(person.id.0),
        meta: Meta::profiles(vec![jp::PRACTITIONER]),
        identifier: vec![Identifier::row(own::SID_PERSON, person.id.0)],
        name: names(&person.name),
        qualification: qualification.into_iter().collect(),
    }
}

/// Kanji (IDE), kana (SYL) and Latin (ABC), each where there is one.
fn names(name: &Name) -> Vec<HumanName> {
    [("IDE", name.kanji.reveal()), ("SYL", name.kana.reveal()), ("ABC", name.latin.reveal())]
        .into_iter()
        .filter_map(|(script, written)| {
            let text = Text::new(written)?;
            // Latin names are kept given name first, as they are spoken.
            let parts = written.trim().split_once([' ', '\u{3000}']);
            let (family, given) = match (script, parts) {
                ("ABC", Some((given, family))) => (Text::new(family), Text::new(given)),
                (_, Some((family, given))) => (Text::new(family), Text::new(given)),
                (_, None) => (None, None),
            };
            Some(HumanName {
                extension: vec![Extension::new(EN_REPRESENTATION, ExtensionValue::Code(script))],
                usage: "usual",
                text,
                family,
                given: given.into_iter().collect(),
            })
        })
        .collect()
}

/// The code, when it is one: prefecture (2), category (1), number (7).
fn ten_digits(code: &str) -> Option<&str> {
    (code.len() == 10 && code.bytes().all(|b| b.is_ascii_digit())).then_some(code)
}

fn parts_of_code(digits: &str) -> Vec<Extension> {
    const PREFECTURE: &str =
        "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Organization_PrefectureNo";
    const CATEGORY: &str = "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Organization_InsuranceOrganizationCategory";
    const NUMBER: &str =
        "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Organization_InsuranceOrganizationNo";
    let coding = |url, system, code: Option<&str>| {
        let code = code.and_then(Text::new)?;
        Some(Extension::new(url, ExtensionValue::Coding(OwnedCoding { system, code })))
    };
    let number = digits.get(3..).and_then(Text::new).map(|value| {
        let system = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/MedicalOrganizationID".to_owned();
        Extension::new(NUMBER, ExtensionValue::Identifier(Identifier { system, value }))
    });
    [
        coding(PREFECTURE, "urn:oid:1.2.392.100495.20.3.21", digits.get(..2)),
        coding(CATEGORY, "urn:oid:1.2.392.100495.20.3.22", digits.get(2..3)),
        number,
    ]
    .into_iter()
    .flatten()
    .collect()
}
