//! Agreements: to each person who joined, and every answer about recording.

use super::bundle::Resource;
use super::datatype::{
    CodeableConcept, Coding, DateTime, Derived, Extension, ExtensionValue, Id, Meta, Reference,
};
use super::encounter::admitted;
use super::people::Book;
use super::resource::{
    Consent, ConsentStatus, Provision, ProvisionActor, ProvisionData, ProvisionKind, Somebody,
};
use super::{jp, own};
use crate::encounter::{Attendee, JoinAnswer};
use crate::id::{LegId, PersonId};
use crate::session::{ConsentManner, Participant};
use crate::words::{self, Words};

const SCOPE: &str = "http://terminology.hl7.org/CodeSystem/consentscope";
const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const JOIN: Words = Words { code: "join", ja: "通話への参加", en: "Joining the call" };
const RECORDING: Words =
    Words { code: "recording", ja: "通話の録画・録音", en: "Recording the call" };
/// The tap on 呼ぶ is the agreement to the desk nurse who answers it.
const TAP: Words = Words { code: "tap", ja: "呼ぶボタン", en: "By calling" };

pub(super) fn consents(book: &Book<'_>) -> Vec<Resource> {
    let folded = &book.record.encounter;
    let joins = admitted(folded).flat_map(|(a, person)| joins(book, a, person));
    joins.chain(recordings(book)).map(|consent| Resource::Consent(Box::new(consent))).collect()
}

/// Every answer about somebody's joining, in order; only the last one holds. Whoever was let in without an agreement on
/// record has none here: nothing is made up, and the page shows the hole.
fn joins(book: &Book<'_>, attendee: &Attendee, person: PersonId) -> impl Iterator<Item = Consent> {
    let count = attendee.answers.len();
    attendee.answers.iter().zip(1..).map(move |(given, nth)| {
        let (manner, heard_by, kind) = match given.answer {
            JoinAnswer::ByTap => (Some(TAP), None, ProvisionKind::Permit),
            JoinAnswer::Given { how: how @ ConsentManner::OnTablet } => {
                (Some(words::manner(how)), None, ProvisionKind::Permit)
            }
            JoinAnswer::Given { how: how @ ConsentManner::Spoken { heard_by } } => {
                (Some(words::manner(how)), Some(heard_by), ProvisionKind::Permit)
            }
            JoinAnswer::Refused => (None, None, ProvisionKind::Deny),
        };
        let status = match (nth < count, kind) {
            (true, _) => ConsentStatus::Inactive,
            (false, ProvisionKind::Permit) => ConsentStatus::Active,
            (false, ProvisionKind::Deny) => ConsentStatus::Rejected,
        };
        let how = manner.map(|m| {
            let concept = ExtensionValue::Concept(CodeableConcept::own(own::CS_MANNER, m));
            let mut parts = vec![Extension::new("how", concept)];
            let heard = heard_by.map(|p| ExtensionValue::Practitioner(book.practitioner(p)));
            parts.extend(heard.map(|who| Extension::new("heardBy", who)));
            Extension::parts(own::EXT_MANNER, parts)
        });
        let role = Coding::named(PARTICIPATION, "IRCP", "information recipient");
        let (id, by) = (Id::derived(Derived::Join(nth), attendee.leg.0), book.patient().among());
        Consent {
            extension: how.into_iter().collect(),
            status,
            date_time: Some(DateTime::At(given.at)),
            provision: Provision {
                kind,
                actor: vec![ProvisionActor {
                    role: CodeableConcept::coded(vec![role]),
                    reference: book.practitioner(person),
                }],
                data: about(book),
            },
            ..consent(book, id, JOIN, by)
        }
    })
}

/// Every answer, in order; only a person's last one holds.
fn recordings(book: &Book<'_>) -> impl Iterator<Item = Consent> {
    let answers = &book.record.encounter.recording_answers;
    answers.iter().enumerate().map(|(i, answer)| {
        let of_leg = |rest: &[crate::encounter::RecordingAnswered]| {
            rest.iter().filter(|a| a.leg == answer.leg).count()
        };
        let nth = of_leg(answers.get(..=i).unwrap_or_default());
        let superseded = nth < of_leg(answers);
        let (status, kind) = match (superseded, answer.yes) {
            (true, true) => (ConsentStatus::Inactive, ProvisionKind::Permit),
            (true, false) => (ConsentStatus::Inactive, ProvisionKind::Deny),
            (false, true) => (ConsentStatus::Active, ProvisionKind::Permit),
            (false, false) => (ConsentStatus::Rejected, ProvisionKind::Deny),
        };
        Consent {
            status,
            date_time: Some(DateTime::At(answer.at)),
            provision: Provision { kind, actor: Vec::new(), data: about(book) },
            ..consent(
                book,
                Id::derived(Derived::Recording(nth), answer.leg.0),
                RECORDING,
                answerer(book, answer.leg),
            )
        }
    })
}

/// Everybody but the patient accepted a ring, so a leg that is nobody else's is the patient's.
fn answerer(book: &Book<'_>, leg: LegId) -> Reference<Somebody> {
    let attendee = book.record.encounter.attendees.iter().find(|a| a.leg == leg);
    match attendee.map(|a| a.who) {
        Some(Participant::Staff { person }) => book.practitioner(person).among(),
        Some(Participant::Equipment { by, .. }) => book.practitioner(by).among(),
        Some(Participant::Tablet { .. }) | None => book.patient().among(),
    }
}

fn about(book: &Book<'_>) -> Vec<ProvisionData> {
    vec![ProvisionData { meaning: "related", reference: book.encounter() }]
}

fn consent(book: &Book<'_>, id: Id, what: Words, performer: Reference<Somebody>) -> Consent {
    Consent {
        id,
        meta: Meta::profiles(vec![jp::CONSENT]),
        extension: Vec::new(),
        status: ConsentStatus::Active,
        scope: CodeableConcept::coded(vec![Coding::new(SCOPE, "patient-privacy")]),
        category: vec![
            CodeableConcept::coded(vec![Coding::new("http://loinc.org", "59284-0")]),
            CodeableConcept::own(own::CS_CONSENT, what),
        ],
        patient: book.patient(),
        date_time: None,
        performer: vec![performer],
        policy_rule: CodeableConcept::coded(vec![Coding::named(ACT_CODE, "OPTIN", "opt-in")]),
        provision: Provision { kind: ProvisionKind::Permit, actor: Vec::new(), data: Vec::new() },
    }
}
