//! FHIR R4 (4.0.1) with JP Core 1.2: the record of a session as `Encounter/$everything`.
//!
//! Pure and deterministic: the same record gives the same bytes. Which element says what, and why, is in
//! `docs/fhir.md`; the conformance gate is `tests/fhir`. Serialize with `serde_json` itself: exact decimals are
//! raw JSON, which other serializers do not know.

mod bundle;
mod consent;
pub mod datatype;
mod encounter;
mod observation;
mod people;
pub mod resource;
mod signature;

pub use bundle::{Bundle, Entry, IssueType, OperationOutcome, Resource, Severity};

use crate::encounter::{Record, Signed};
use datatype::{Derived, Id};
use people::Book;

/// Profiles of JP Core.
pub(crate) mod jp {
    macro_rules! profiles {
        ($($name:ident = $profile:literal;)+) => {$(
            pub(crate) const $name: &str = concat!("http://jpfhir.jp/fhir/core/StructureDefinition/", $profile);
        )+};
    }
    profiles! {
        PATIENT = "JP_Patient";
        ENCOUNTER = "JP_Encounter";
        PRACTITIONER = "JP_Practitioner";
        PRACTITIONER_ROLE = "JP_PractitionerRole";
        ORGANIZATION = "JP_Organization";
        VITAL_SIGNS = "JP_Observation_VitalSigns";
        BODY_MEASUREMENT = "JP_Observation_BodyMeasurement";
        OBSERVATION = "JP_Observation_Common";
        CONSENT = "JP_Consent";
    }
}

/// Names of our own: extensions, code systems, identifier systems. URNs, since nobody can take a domain away.
pub(crate) mod own {
    macro_rules! names {
        ($($name:ident = $text:literal;)+) => {$(
            pub(crate) const $name: &str = concat!("urn:yoban:fhir:", $text);
        )+};
    }
    names! {
        EXT_INTERVAL = "ext:service-interval";
        EXT_IDENTITY = "ext:identity-check";
        EXT_DECISION = "ext:decision";
        EXT_RECHECK = "ext:recheck";
        EXT_RECORDING = "ext:recording-interval";
        EXT_FLAG = "ext:reading-flag";
        EXT_AS_MEASURED = "ext:as-measured";
        EXT_MANNER = "ext:consent-manner";
        EXT_VERSION = "ext:record-version";
        CS_SERVICE = "cs:service-kind";
        CS_MEDIA = "cs:media-mode";
        CS_IDENTITY = "cs:identity-method";
        CS_OUTCOME = "cs:outcome";
        CS_URGENCY = "cs:urgency";
        CS_RED_FLAG = "cs:red-flag";
        CS_ROLE = "cs:leg-role";
        CS_FLAG = "cs:reading-flag";
        CS_ACVPU = "cs:acvpu";
        CS_OXYGEN = "cs:oxygen-supply";
        CS_NEWS2 = "cs:news2";
        CS_SITE = "cs:measurement-site";
        CS_CONSENT = "cs:consent-about";
        CS_MANNER = "cs:consent-manner";
        CS_STATE = "cs:record-state";
        SID_CASE = "sid:case";
        SID_PATIENT = "sid:patient";
        SID_PERSON = "sid:person";
        SID_INSTITUTION = "sid:institution";
        SID_READING = "sid:reading";
        SID_OXYGEN_SCALE = "sid:oxygen-scale";
        SID_DIGEST = "sid:record-sha256";
    }
}

/// Everything about one session, as `GET {base}/Encounter/{id}/$everything` gives it: the encounter first, then
/// what it refers to. `signed` adds a Provenance when it signs exactly this record.
pub fn bundle(record: &Record, signed: Option<&Signed>, base: &str) -> Bundle {
    let signed = signed.filter(|s| s.record == *record);
    let session = record.encounter.session.0;
    let book = Book::of(record);
    let encounter = encounter::encounter(&book, signed.is_some());
    let mut others = book.resources();
    others.extend(observation::observations(&book));
    others.extend(encounter::findings(&book, signed.is_some()));
    others.extend(consent::consents(&book));
    if let Some(signed) = signed {
        let own = [("Encounter", Id::of(session))];
        let targets = others
            .iter()
            .map(Resource::address)
            .filter(|(kind, _)| matches!(*kind, "Observation" | "ClinicalImpression" | "Consent"))
            .map(|(kind, id)| (kind, id.clone()));
        let targets = own.into_iter().chain(targets).collect();
        others.push(signature::provenance(&book, signed, targets));
    }
    Bundle::searchset(
        Id::derived(Derived::Everything, session),
        base,
        format!("Encounter/{session}/$everything"),
        Resource::Encounter(Box::new(encounter)),
        others,
    )
}
