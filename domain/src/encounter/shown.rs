//! What a record shows. Screens and paper both read it here, so that neither says what the other does not.

use super::{Attendee, Encounter, Record};
use crate::id::PersonId;
use crate::people::Person;
use crate::session::Assessment;
use crate::time::{Span, Timestamp};
use crate::vitals::score::Subject;
use crate::vitals::{Flag, Reading, feed};
use crate::wire::rest::{Attended, Measured, ReplacedDecision, ScaleChosen};
use crate::wire::view::{Findings, PersonCard};
use crate::wire::vitals::VitalsView;

/// A plot of a shorter call would blow up what lies between two values.
const SHORTEST: Span = Span::minutes(2);

impl Record {
    /// The instant the record speaks for: the end of the call, or the newest thing known of a running one.
    pub fn end(&self) -> Timestamp {
        let e = &self.encounter;
        let newest = e.readings.iter().map(|r| r.reveal().received_at).max();
        e.ended_at.or(newest).or(e.answered_at).or(e.requested_at).unwrap_or(Timestamp(0))
    }

    /// What its plots show: from the tap to the end.
    pub fn window(&self) -> (Timestamp, Timestamp) {
        let end = self.end();
        let from = self.encounter.requested_at.unwrap_or(end);
        (from, end.max(from.plus(SHORTEST)))
    }

    /// The vital signs: of each kind the newest value nothing is known against, the newest of all where there is none;
    /// NEWS2 as it was at the end; every curve from the tap on.
    pub fn vitals(&self) -> VitalsView {
        let e = &self.encounter;
        let (from, until) = self.window();
        let subject = Subject {
            // A date of birth that cannot be read gives no score rather than a wrong one.
            age_years: self.patient.age(self.end(), &self.association.zone).unwrap_or(0),
            pregnant: self.patient.pregnant,
            scale: self.oxygen_scale(),
        };
        let readings: Vec<&Reading> = e.readings.iter().map(|r| r.reveal()).collect();
        let mut view =
            VitalsView::within(e.session, e.patient, &subject, &readings, (from, until), self.end());
        let sure = readings.iter().copied().filter(|r| !r.doubtful());
        let sure = feed::latest(sure, self.end());
        for latest in &mut view.latest {
            if let Some(better) = sure.iter().find(|l| l.kind == latest.kind) {
                *latest = better.clone();
            }
        }
        view
    }

    /// What was found, as a call's findings are shown.
    pub fn findings(&self) -> Findings {
        let e = &self.encounter;
        let assessed =
            Assessment { urgency: e.urgency, red_flags: e.red_flags.clone(), ..Assessment::default() };
        Findings {
            identity: e.identity.map(|(method, _)| method),
            identity_by: e.identity.and_then(|(_, by)| by).and_then(|by| self.card(by)),
            sudden: assessed.sudden(),
            red_flags: assessed.red_flags,
            urgency: e.urgency,
            sbar: e.sbar.as_ref().map(|sbar| sbar.reveal().clone()),
            note: e.note.clone(),
            ledger: e.ledger.clone(),
            ..Findings::default()
        }
    }

    /// The oxygen scale a doctor chose in this encounter.
    pub fn scale_chosen(&self) -> Option<ScaleChosen> {
        let set = self.encounter.oxygen_scale.as_ref()?;
        Some(ScaleChosen {
            scale2: set.scale2,
            reason: set.reason.clone(),
            by: self.card(set.by),
            at: set.at,
        })
    }

    /// The decisions that do not stand any more, oldest first.
    pub fn replaced(&self) -> Vec<ReplacedDecision> {
        let shown = self.encounter.replaced.iter().map(|r| ReplacedDecision {
            disposition: r.decided.disposition.reveal().clone(),
            by: r.decided.by.and_then(|by| self.card(by)),
            at: r.decided.at,
            until: r.until,
            taken_back: r.taken_back,
        });
        shown.collect()
    }

    /// Everybody who accepted, in order.
    pub fn attended(&self) -> Vec<Attended> {
        self.encounter.attendees.iter().map(|a| a.shown(&self.encounter)).collect()
    }

    /// A member of staff by the names of this record.
    pub fn card(&self, id: PersonId) -> Option<PersonCard> {
        let person: &Person = self.people.iter().find(|p| p.id == id)?;
        Some(PersonCard::of(person, self.institutions.iter().find(|i| i.id == person.institution)))
    }
}

impl Attendee {
    fn shown(&self, of: &Encounter) -> Attended {
        Attended {
            leg: self.leg,
            admitted_at: self.admitted_at,
            // Whoever was there at the end stayed until then.
            left_at: self.admitted_at.and_then(|_| self.left_at.or(of.ended_at)),
            answers: self.answers.clone(),
        }
    }
}

impl Reading {
    /// Kept out of the score, and out of the line of a plot.
    pub fn doubtful(&self) -> bool {
        let kind = self.vital.kind();
        self.flags.iter().any(|flag| flag.excludes(kind))
    }
}

impl Measured {
    /// Something is known of it that has a line of its own in a record. That a worn oximeter goes on measuring is not.
    pub fn remarkable(&self) -> bool {
        self.flags.iter().any(|flag| *flag != Flag::Ongoing)
    }
}
