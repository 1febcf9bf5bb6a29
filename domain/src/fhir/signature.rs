//! The signature under a record.

use super::bundle::Resource;
use super::datatype::{
    CodeableConcept, Coding, Derived, Extension, ExtensionValue, Id, Identifier, Instant, Meta, Reference,
    Text,
};
use super::encounter::period;
use super::own;
use super::people::Book;
use super::resource::{Agent, Anything, Entity, Provenance, Signature};
use crate::encounter::Signed;

/// `targets` are types and ids of what the signer answers for.
pub(super) fn provenance(book: &Book<'_>, signed: &Signed, targets: Vec<(&'static str, Id)>) -> Resource {
    let session = signed.record.encounter.session.0;
    let digest =
        Text::new(&signed.digest).map(|value| Identifier { system: own::SID_DIGEST.to_owned(), value });
    let who = book.practitioner(signed.by);
    Resource::Provenance(Box::new(Provenance {
        id: Id::derived(Derived::Signature(signed.version), session),
        meta: Meta::default(),
        extension: vec![Extension::new(own::EXT_VERSION, ExtensionValue::PositiveInt(signed.version.max(1)))],
        target: targets.into_iter().map(|(kind, id)| Reference::<Anything>::at(kind, &id)).collect(),
        occurred_period: period(&signed.record.encounter),
        recorded: Instant(signed.at),
        agent: vec![Agent {
            kind: CodeableConcept::coded(vec![Coding::new(
                "http://terminology.hl7.org/CodeSystem/provenance-participant-type",
                "attester",
            )]),
            who: who.clone(),
            on_behalf_of: book.institution_of(signed.by).map(|i| book.organization(i)),
        }],
        entity: digest
            .map(|identifier| Entity {
                role: "source",
                what: Reference::known_as(
                    identifier,
                    Text::new(&format!("Yoban record, version {}", signed.version)),
                ),
            })
            .into_iter()
            .collect(),
        signature: vec![Signature {
            kind: vec![Coding::named(
                "urn:iso-astm:E1762-95:2013",
                "1.2.840.10065.1.12.1.1",
                "Author's Signature",
            )],
            when: Instant(signed.at),
            who,
        }],
    }))
}
