//! What people, legs and lines are called in a sentence.

use std::collections::BTreeMap;

use crate::case::Owner;
use crate::fact::{Fact, FactKind};
use crate::id::{LegId, PersonId};
use crate::people::{Person, Who};
use crate::session::{LegRole, Participant};
use crate::words;

/// A name in both scripts.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) ja: String,
    pub(super) en: String,
}

fn said(ja: impl Into<String>, en: impl Into<String>) -> Said {
    Said { ja: ja.into(), en: en.into() }
}

/// Who stands behind ids.
pub(super) struct Names<'a> {
    people: BTreeMap<PersonId, &'a Person>,
    legs: BTreeMap<LegId, (LegRole, Option<PersonId>)>,
}

impl<'a> Names<'a> {
    pub(super) fn of(facts: &[Fact], people: &'a [Person]) -> Self {
        let mut legs = BTreeMap::new();
        for fact in facts {
            if let FactKind::SessionRequested { leg } = &fact.kind {
                legs.insert(*leg, (LegRole::Patient, None));
            } else if let FactKind::RingStarted { leg, person, role, .. } = &fact.kind {
                legs.insert(*leg, (*role, Some(*person)));
            } else if let FactKind::Accepted { leg, who, role } = &fact.kind {
                let person = match who {
                    Participant::Staff { person } => Some(*person),
                    Participant::Tablet { .. } | Participant::Equipment { .. } => None,
                };
                legs.insert(*leg, (*role, person));
            }
        }
        Self { people: people.iter().map(|p| (p.id, p)).collect(), legs }
    }

    pub(super) fn person(&self, id: PersonId) -> Said {
        self.people.get(&id).map_or_else(
            || said("職員", "a member of staff"),
            |p| {
                let role = words::role(p.role);
                said(
                    format!("{} {}", role.ja, p.name.kanji.reveal()),
                    format!("{} {}", role.en.to_lowercase(), p.name.latin.reveal()),
                )
            },
        )
    }

    pub(super) fn leg(&self, id: LegId) -> Said {
        match self.legs.get(&id) {
            Some((LegRole::Patient, _)) => said("患者さん", "the patient"),
            Some((_, Some(person))) if self.people.contains_key(person) => self.person(*person),
            Some((role, _)) => {
                let words = words::leg_role(*role);
                said(words.ja, format!("the {}", words.en.to_lowercase()))
            }
            None => said("参加者", "a participant"),
        }
    }

    pub(super) fn owner(&self, owner: &Owner) -> Said {
        match owner {
            Owner::Line { line } => {
                let words = words::line(*line);
                said(words.ja, words.en)
            }
            Owner::Person { person } => self.person(*person),
        }
    }

    pub(super) fn by(&self, fact: &Fact) -> Said {
        match fact.by.who {
            Who::Tablet { .. } => said("患者さん", "the patient"),
            Who::Staff { person, role } => {
                if self.people.contains_key(&person) {
                    return self.person(person);
                }
                let words = words::role(role);
                said(words.ja, format!("the {}", words.en.to_lowercase()))
            }
            Who::Equipment { .. } => said("機器", "a device"),
            Who::System => said("システム", "the system"),
        }
    }
}
