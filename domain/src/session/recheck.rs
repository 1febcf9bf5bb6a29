//! A second look that was promised for a time. It is owed until somebody has looked, also after the record was signed.

use serde::{Deserialize, Serialize};

use super::step::Turn;
use super::{Outcome, Refused, Session, State};
use crate::fact::FactKind;
use crate::id::PersonId;
use crate::people::{Actor, Role};
use crate::private::Private;
use crate::time::Timestamp;

/// The promise, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recheck {
    /// The promised time.
    pub at: Timestamp,
    /// When the desk is told: first at the promised time, then again and again.
    pub remind_at: Timestamp,
    /// The time has come, and the desk was told.
    pub due: bool,
    /// Somebody has looked.
    pub done: Option<Rechecked>,
    /// The patient called before it was taken and somebody answered: nobody has to look. Kept, so that the same promise in
    /// other words is not a promise anew.
    #[serde(default)]
    pub replaced: bool,
}

/// How a promised second look was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rechecked {
    /// When.
    pub at: Timestamp,
    /// Who looked.
    pub by: PersonId,
    /// What they found.
    pub note: Private<String>,
}

impl Session {
    /// The second look somebody still has to take, now that the call is over.
    pub fn owed_recheck(&self) -> Option<&Recheck> {
        let over = matches!(self.state, State::Ended { .. });
        self.recheck.as_ref().filter(|recheck| over && recheck.done.is_none() && !recheck.replaced)
    }

    /// Whether `by` may say now that the second look was taken: the desk, which owns the case by then, or a doctor who was
    /// in the call. A signature ends nothing of it.
    ///
    /// # Errors
    /// [`Refused::ClinicianOnly`], [`Refused::NotYoursToRecheck`] or [`Refused::NoRecheck`].
    pub fn may_recheck(&self, by: &Actor) -> Result<PersonId, Refused> {
        let person = self.rechecker(by)?;
        self.owed_recheck().map(|_| person).ok_or(Refused::NoRecheck)
    }

    fn rechecker(&self, by: &Actor) -> Result<PersonId, Refused> {
        let person = by.person().ok_or(Refused::ClinicianOnly)?;
        let theirs = match by.role() {
            Some(Role::DeskNurse) => true,
            Some(Role::Doctor) => self.was_in(person),
            Some(Role::VisitingNurse | Role::Administrator) | None => false,
        };
        if theirs { Ok(person) } else { Err(Refused::NotYoursToRecheck) }
    }
}

impl Turn<'_, '_> {
    /// What the decision promises, in place of what an earlier one did. The same time promised again is the same promise.
    pub(super) fn promise(&mut self, outcome: Outcome) {
        let Outcome::RecheckAt { at } = outcome else {
            self.next.recheck = None;
            return;
        };
        if self.next.recheck.as_ref().is_none_or(|promised| promised.at != at) {
            self.next.recheck = Some(Recheck { at, remind_at: at, due: false, done: None, replaced: false });
        }
    }

    /// The promised time has come: the desk is told, and reminded until somebody has looked.
    pub(super) fn recheck_due(&mut self) {
        let again = self.now.plus(self.around.timings.disposition);
        if let Some(recheck) = &mut self.next.recheck {
            let first = !recheck.due;
            (recheck.due, recheck.remind_at) = (true, again);
            if first {
                self.fact(FactKind::RecheckDue);
            }
        }
    }

    pub(super) fn rechecked(&mut self, note: Private<String>) -> Result<(), Refused> {
        let by = self.next.rechecker(&self.by)?;
        let said = self.next.recheck.as_ref().and_then(|recheck| recheck.done.as_ref());
        if said.is_some_and(|done| done.by == by && done.note == note) {
            // Said twice, as after a broken socket.
            return Ok(());
        }
        self.next.may_recheck(&self.by)?;
        if note.reveal().trim().is_empty() {
            return Err(Refused::RecheckNoteNeeded);
        }
        if let Some(recheck) = &mut self.next.recheck {
            recheck.done = Some(Rechecked { at: self.now, by, note: note.clone() });
            self.fact(FactKind::Rechecked { note });
        }
        Ok(())
    }

    /// The patient called before anybody has looked, and somebody answered: they see them now, and decide anew. A tap that
    /// nobody answered, or that the patient took back, keeps no promise.
    pub(super) fn recheck_by_new_call(&mut self) {
        let owed = self.next.owed_recheck().is_some();
        if let Some(recheck) = self.next.recheck.as_mut().filter(|_| owed) {
            recheck.replaced = true;
            self.fact(FactKind::RecheckByNewCall);
        }
    }
}
