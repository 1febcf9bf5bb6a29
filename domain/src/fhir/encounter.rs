//! The session as a JP_Encounter, and what the clinicians found as a ClinicalImpression.

use super::bundle::Resource;
use super::datatype::{
    Annotation, CodeableConcept, Coding, DateTime, Derived, Extension, ExtensionValue, Id, Identifier, Meta,
    Period, Reference, Text,
};
use super::people::Book;
use super::resource::{
    ClinicalImpression, Encounter, EncounterParticipant, EncounterStatus, Finding, Hospitalization,
    ImpressionStatus, Organization, StatusHistory,
};
use super::{jp, own};
use crate::encounter::{Attendee, Encounter as Folded, Looked};
use crate::id::PersonId;
use crate::session::{LegRole, Outcome, Participant};
use crate::words::{self, Words};

const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";

pub(super) fn encounter(book: &Book<'_>, is_signed: bool) -> Encounter {
    let folded = &book.record.encounter;
    let state = if is_signed { "signed" } else { "unsigned" };
    let mut meta = Meta::profiles(vec![jp::ENCOUNTER]);
    meta.tag.push(Coding::new(own::CS_STATE, state));
    let situation = folded.sbar.as_ref().and_then(|s| Text::new(s.reveal().situation.reveal()));
    Encounter {
        id: Id::of(folded.session.0),
        meta,
        extension: extensions(book),
        identifier: vec![Identifier::row(own::SID_CASE, folded.case.0)],
        status: status(folded),
        status_history: history(folded),
        class: Coding::named(ACT_CODE, "VR", "virtual"),
        priority: folded.urgency.map(|u| CodeableConcept::own(own::CS_URGENCY, words::urgency(u))),
        subject: book.patient(),
        participant: participants(book),
        period: period(folded),
        reason_code: situation
            .map(|text| CodeableConcept { coding: Vec::new(), text: Some(text) })
            .into_iter()
            .collect(),
        hospitalization: folded.disposition.as_ref().map(|d| Hospitalization {
            discharge_disposition: CodeableConcept::own(
                own::CS_OUTCOME,
                words::outcome(d.disposition.reveal().outcome),
            ),
        }),
        service_provider: provider(book),
    }
}

fn status(folded: &Folded) -> EncounterStatus {
    match (folded.cancelled, folded.answered_at, folded.ended_at) {
        (true, _, _) | (false, None, Some(_)) => EncounterStatus::Cancelled,
        (false, Some(_), Some(_)) => EncounterStatus::Finished,
        (false, Some(_), None) => EncounterStatus::InProgress,
        (false, None, None) => EncounterStatus::Arrived,
    }
}

/// The call itself; where nobody answered, the time the patient waited.
pub(super) fn period(folded: &Folded) -> Option<Period> {
    let start = folded.answered_at.or(folded.requested_at)?;
    Some(Period::new(start, folded.ended_at))
}

fn history(folded: &Folded) -> Vec<StatusHistory> {
    let waiting = folded.requested_at.map(|from| StatusHistory {
        status: EncounterStatus::Arrived,
        period: Period::new(from, folded.answered_at.or(folded.ended_at)),
    });
    let running = folded.answered_at.map(|from| StatusHistory {
        status: EncounterStatus::InProgress,
        period: Period::new(from, folded.ended_at),
    });
    waiting.into_iter().chain(running).collect()
}

/// Staff who could be heard. Whoever accepted and was not let in took no part in the care.
pub(super) fn admitted(folded: &Folded) -> impl Iterator<Item = (&Attendee, PersonId)> {
    folded.attendees.iter().filter_map(|a| match a.who {
        Participant::Staff { person } if a.admitted_at.is_some() => Some((a, person)),
        Participant::Staff { .. } | Participant::Tablet { .. } | Participant::Equipment { .. } => None,
    })
}

fn participants(book: &Book<'_>) -> Vec<EncounterParticipant> {
    let folded = &book.record.encounter;
    let decider = folded.disposition.as_ref().and_then(|d| d.by);
    admitted(folded)
        .map(|(attendee, person)| {
            let performer = if decider == Some(person) {
                Coding::named(PARTICIPATION, "PPRF", "primary performer")
            } else {
                Coding::named(PARTICIPATION, "SPRF", "secondary performer")
            };
            let mut kind = CodeableConcept::own(own::CS_ROLE, words::leg_role(attendee.role));
            kind.coding.insert(0, performer);
            EncounterParticipant {
                kind: vec![kind],
                period: Period::new(
                    attendee.admitted_at.unwrap_or(attendee.accepted_at),
                    attendee.left_at.or(folded.ended_at),
                ),
                individual: book.practitioner(person),
            }
        })
        .collect()
}

/// Institution of the one who decided, else of the doctor, else of the nurse, else the association.
fn provider(book: &Book<'_>) -> Reference<Organization> {
    let folded = &book.record.encounter;
    let decider = folded.disposition.as_ref().and_then(|d| d.by);
    let of_role = |role| admitted(folded).find(|(a, _)| a.role == role).map(|(_, person)| person);
    decider
        .or_else(|| of_role(LegRole::DutyDoctor))
        .or_else(|| of_role(LegRole::DeskNurse))
        .and_then(|person| book.institution_of(person))
        .map_or_else(|| book.association(), |i| book.organization(i))
}

fn extensions(book: &Book<'_>) -> Vec<Extension> {
    let folded = &book.record.encounter;
    let mut all = Vec::new();
    for interval in &folded.ledger {
        all.push(Extension::parts(
            own::EXT_INTERVAL,
            vec![
                Extension::new("period", ExtensionValue::Period(Period::new(interval.from, interval.until))),
                own_code("kind", own::CS_SERVICE, words::service_kind(interval.kind)),
                own_code("media", own::CS_MEDIA, words::media_mode(interval.mode)),
                Extension::new("nursePresent", ExtensionValue::Boolean(interval.nurse_present)),
            ],
        ));
    }
    if let Some((method, by)) = folded.identity {
        let mut parts = vec![own_code("method", own::CS_IDENTITY, words::identity(method))];
        parts.extend(by.map(|by| Extension::new("by", ExtensionValue::Practitioner(book.practitioner(by)))));
        all.push(Extension::parts(own::EXT_IDENTITY, parts));
    }
    all.extend(decision(book));
    all.extend(folded.rechecked.iter().map(|looked| second_look(book, looked)));
    for stretch in &folded.recorded {
        all.push(Extension::new(
            own::EXT_RECORDING,
            ExtensionValue::Period(Period::new(stretch.from, stretch.until)),
        ));
    }
    all
}

fn decision(book: &Book<'_>) -> Option<Extension> {
    let decided = book.record.encounter.disposition.as_ref()?;
    let disposition = decided.disposition.reveal();
    let text = |url, text: &str| Text::new(text).map(|t| Extension::new(url, ExtensionValue::String(t)));
    let mut parts = vec![
        own_code("outcome", own::CS_OUTCOME, words::outcome(disposition.outcome)),
        Extension::new("at", ExtensionValue::DateTime(DateTime::At(decided.at))),
    ];
    parts.extend(
        decided.by.map(|by| Extension::new("by", ExtensionValue::Practitioner(book.practitioner(by)))),
    );
    if let Outcome::RecheckAt { at } = disposition.outcome {
        parts.push(Extension::new("recheckAt", ExtensionValue::DateTime(DateTime::At(at))));
    }
    parts.extend(text("advice", disposition.advice.reveal()));
    parts.extend(disposition.reason_online.as_ref().and_then(|reason| text("reasonOnline", reason.reveal())));
    Some(Extension::parts(own::EXT_DECISION, parts))
}

/// What a promised second look showed, in a record that was not signed before it.
fn second_look(book: &Book<'_>, looked: &Looked) -> Extension {
    let mut parts = vec![Extension::new("at", ExtensionValue::DateTime(DateTime::At(looked.at)))];
    let by = looked.by.map(|by| Extension::new("by", ExtensionValue::Practitioner(book.practitioner(by))));
    let note = Text::new(looked.note.reveal()).map(|t| Extension::new("note", ExtensionValue::String(t)));
    parts.extend(by.into_iter().chain(note));
    Extension::parts(own::EXT_RECHECK, parts)
}

fn own_code(url: &'static str, system: &'static str, words: Words) -> Extension {
    Extension::new(url, ExtensionValue::Concept(CodeableConcept::own(system, words)))
}

/// SBAR, red flags and closing note; none while nothing of it was written.
pub(super) fn findings(book: &Book<'_>, is_signed: bool) -> Option<Resource> {
    let folded = &book.record.encounter;
    let sbar = folded.sbar.as_ref().map(|s| s.reveal());
    let note = sbar.map_or_else(Vec::new, |s| {
        [
            ("S 状況", &s.situation),
            ("B 背景", &s.background),
            ("A 評価", &s.assessment),
            ("R 依頼", &s.recommendation),
        ]
        .into_iter()
        .filter_map(|(head, text)| {
            Text::new(text.reveal())?;
            Text::new(&format!("【{head}】{}", text.reveal().trim())).map(|text| Annotation { text })
        })
        .collect()
    });
    let found = folded.red_flags.as_ref().map(|flags| {
        if flags.is_empty() {
            let none = Words { code: "none", ja: "該当なし", en: "None found" };
            return vec![none];
        }
        flags.iter().map(|f| words::red_flag(*f)).collect()
    });
    let finding: Vec<Finding> = found
        .unwrap_or_default()
        .into_iter()
        .map(|w| Finding { item_codeable_concept: CodeableConcept::own(own::CS_RED_FLAG, w) })
        .collect();
    let summary = folded.note.as_ref().and_then(|n| Text::new(n.reveal()));
    if note.is_empty() && finding.is_empty() && summary.is_none() {
        return None;
    }
    Some(Resource::ClinicalImpression(Box::new(ClinicalImpression {
        id: Id::derived(Derived::Findings, folded.session.0),
        meta: Meta::default(),
        status: if is_signed { ImpressionStatus::Completed } else { ImpressionStatus::InProgress },
        subject: book.patient(),
        encounter: book.encounter(),
        effective_period: period(folded),
        summary,
        finding,
        note,
    })))
}
