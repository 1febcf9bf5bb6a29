//! Findings, the kind of care, the decision, and the end of the call.

use super::step::Turn;
use super::{
    Decided, Disposition, EndReason, Finding, Found, Leg, LegRole, Outcome, Refused, ScaleChoice, Session,
    State, TakenBack,
};
use crate::fact::FactKind;
use crate::id::{PersonId, SessionId};
use crate::mode::{self, ServiceKind};
use crate::people::{Actor, Role};
use crate::private::Private;
use crate::time::{Span, Timestamp};

/// How far ahead a recheck may lie: this night or the next. What comes later is the day's own doctor's (`nextDay`), and a
/// number far beyond is a client's mistake. Larger: a promise nobody on tonight's list keeps; smaller: a call before
/// midnight cannot be looked at on the next evening.
const LATEST_RECHECK: Span = Span::minutes(48 * 60);

impl Turn<'_, '_> {
    pub(super) fn end(&mut self) -> Result<(), Refused> {
        if matches!(self.next.state, State::Closing { .. } | State::Ended { .. }) {
            return Ok(());
        }
        let (by, role) = self.clinician()?;
        if !matches!(role, LegRole::DeskNurse | LegRole::DutyDoctor) {
            return Err(Refused::NotYoursToEnd);
        }
        let State::Active { since, .. } = self.next.state else {
            return Err(Refused::NotInCall);
        };
        for role in [LegRole::DeskNurse, LegRole::DutyDoctor, LegRole::VisitingNurse] {
            self.withdraw_wanted(role, None);
        }
        self.next.desk = None;
        self.next.state = State::Closing { by, since, until: self.now.plus(self.around.timings.undo) };
        self.fact(FactKind::EndAsked);
        Ok(())
    }

    pub(super) fn undo_end(&mut self) -> Result<(), Refused> {
        let State::Closing { since, .. } = self.next.state else {
            return if self.next.live() { Ok(()) } else { Err(Refused::TooLateToUndo) };
        };
        self.clinician()?;
        let check_at = self.now.plus(self.around.timings.check_in);
        self.next.state = State::Active { since, check_at, alone_until: None };
        self.fact(FactKind::EndUndone);
        Ok(())
    }

    /// Whoever calls again needs somebody now: the time to take the end back is the clinician's, and a patient must not
    /// be given a call that is about to vanish. The clinician finds the end final and the new call ringing. Of a call that
    /// the patient had taken back nobody needs to ask any more: the new one says how they are.
    pub(super) fn call_again(&mut self, next: SessionId) -> Result<(), Refused> {
        self.patient_acts()?;
        if matches!(self.next.state, State::Closing { .. }) {
            self.end_final();
        } else if self.next.cancelled() && !self.next.decided() {
            self.next.followed = true;
            self.fact(FactKind::AnsweredByNext { session: next });
        }
        Ok(())
    }

    pub(super) fn end_final(&mut self) {
        self.everybody_leaves();
        self.finish(EndReason::Completed);
    }

    pub(super) fn finish(&mut self, reason: EndReason) {
        mode::close(&mut self.next.ledger, self.now);
        let remind_at = self.now.plus(self.around.timings.disposition);
        self.next.state = State::Ended { at: self.now, reason, remind_at, overdue: false };
        // Promised for a time at which they still talked: due at once.
        if let Some(recheck) = &mut self.next.recheck {
            recheck.remind_at = recheck.remind_at.max(self.now);
        }
        self.fact(FactKind::Ended);
    }

    pub(super) fn disposition_overdue(&mut self) {
        let next = self.now.plus(self.around.timings.disposition);
        if let State::Ended { remind_at, overdue, .. } = &mut self.next.state {
            let first = !*overdue;
            (*remind_at, *overdue) = (next, true);
            // The desk is reminded again and again; that it became theirs happens once.
            if first {
                self.fact(FactKind::DispositionOverdue);
            }
        }
    }

    pub(super) fn assess(&mut self, finding: Finding) -> Result<(), Refused> {
        let person = self.was_clinician_here()?;
        let a = &mut self.next.assessment;
        let before = a.clone();
        let fact = match finding {
            // The same again stays whose it was.
            Finding::Identity { method } => {
                if a.identity.is_none_or(|(known, _)| known != method) {
                    a.identity = Some((method, person));
                }
                FactKind::IdentityChecked { method }
            }
            Finding::RedFlags { mut found } => {
                found.sort_unstable();
                found.dedup();
                if a.red_flags.as_ref() != Some(&found) {
                    (a.red_flags, a.red_flags_by) = (Some(found.clone()), Some(person));
                }
                FactKind::RedFlagsScreened { found }
            }
            Finding::Urgency { urgency } => {
                if a.urgency != Some(urgency) {
                    (a.urgency, a.urgency_by) = (Some(urgency), Some(person));
                }
                FactKind::UrgencySet { urgency }
            }
            Finding::Sbar { sbar } => {
                if a.sbar.as_ref() != Some(&sbar) {
                    (a.sbar, a.sbar_by) = (Some(sbar.clone()), Some(person));
                }
                FactKind::SbarWritten { sbar: Private::new(sbar) }
            }
            Finding::Note { text } => {
                if a.note.as_ref() != Some(&text) {
                    (a.note, a.note_by) = (Some(text.clone()), Some(person));
                }
                FactKind::NoteWritten { text }
            }
        };
        if self.next.assessment.sudden() && self.next.kind == ServiceKind::OnlineExamination {
            self.advice_only(ServiceKind::DoctorAdvice);
        }
        let a = &self.next.assessment;
        // Saying the same again, as a device does after a broken socket, is no new finding.
        if *a != before {
            self.fact(fact);
        }
        // The same rule as when it is decided, for whoever writes the decision first and finds the red flag then.
        let s = &self.next;
        if s.disposition.as_ref().is_some_and(|d| s.lacks_reason(d, s.decided_by)) {
            self.take_back(TakenBack::SuddenIllness);
        }
        Ok(())
    }

    /// Two write the same text at once: whoever comes second has not seen what they would replace.
    pub(super) fn assess_over(&mut self, finding: Finding, seen: &Found) -> Result<(), Refused> {
        self.was_clinician_here()?;
        let stands = &self.next.assessment;
        if !stands.is_as(seen, &finding) && !stands.reads(&finding) {
            return Err(Refused::ChangedMeanwhile);
        }
        self.assess(finding)
    }

    /// The decision does not stand any more: it is missing again, and whoever must decide has the whole time for it.
    pub(super) fn take_back(&mut self, why: TakenBack) {
        self.next.former = self.next.disposition.take();
        (self.next.decided_by, self.next.taken_back) = (None, Some(why));
        self.next.recheck = None;
        let next = self.now.plus(self.around.timings.disposition);
        if let State::Ended { remind_at, overdue, .. } = &mut self.next.state {
            (*remind_at, *overdue) = (next, false);
        }
        self.fact(FactKind::DecisionTakenBack { why });
    }

    /// Scale 2 stands for a confirmed diagnosis and makes low saturations look harmless: the doctor's decision, with a
    /// reason, in either direction.
    pub(super) fn set_oxygen_scale(&mut self, scale2: bool, reason: Private<String>) -> Result<(), Refused> {
        let by = self.was_clinician_here()?;
        if self.next.leg_of(by).is_none_or(|l| l.role != LegRole::DutyDoctor) {
            return Err(Refused::DoctorOnly);
        }
        if reason.reveal().trim().is_empty() {
            return Err(Refused::ScaleReasonNeeded);
        }
        if self.next.oxygen_scale.is_none_or(|chosen| chosen.scale2 != scale2) {
            self.next.oxygen_scale = Some(ScaleChoice { scale2, by, at: self.now });
            self.fact(FactKind::OxygenScaleSet { scale2, reason });
        }
        Ok(())
    }

    pub(super) fn set_kind(&mut self, kind: ServiceKind) -> Result<(), Refused> {
        if !matches!(self.next.state, State::Active { .. }) {
            return Err(Refused::Ended);
        }
        let (person, role) = self.clinician()?;
        match (kind, role) {
            (ServiceKind::NurseAdvice, LegRole::DeskNurse | LegRole::VisitingNurse) => {}
            (ServiceKind::NurseAdvice, _) => return Err(Refused::KindNotYours),
            (_, LegRole::DutyDoctor) => {}
            (_, _) => return Err(Refused::DoctorOnly),
        }
        // Two colleagues in the call: whoever leads says what it is, and answers for it.
        if self.next.lead().and_then(Leg::person) != Some(person) {
            return Err(Refused::NotLeading);
        }
        if kind == ServiceKind::OnlineExamination {
            let (mode, sudden) = (self.next.media_mode(), self.next.assessment.sudden());
            mode::may_examine_online(
                self.around.patient,
                person,
                self.around.institution,
                mode,
                sudden,
                self.now,
            )
            .map_err(Refused::NotExamination)?;
        }
        (self.next.kind, self.next.kind_by) = (kind, kind.is_doctors_act().then_some(person));
        Ok(())
    }

    pub(super) fn dispose(&mut self, disposition: Disposition) -> Result<(), Refused> {
        let person = self.may_decide(&disposition)?;
        if disposition.outcome == Outcome::Prescription {
            self.may_prescribe(person)?;
        }
        if let Outcome::RecheckAt { at } = disposition.outcome
            && at <= self.now
            // What was promised already may be put in other words when its time has come.
            && self.next.recheck.as_ref().is_none_or(|promised| promised.at != at)
        {
            return Err(Refused::RecheckInPast);
        }
        if let Outcome::RecheckAt { at } = disposition.outcome
            && at.since(self.now) > LATEST_RECHECK
        {
            return Err(Refused::RecheckTooFar);
        }
        if self.next.lacks_reason(&disposition, Some(person)) {
            return Err(Refused::ReasonNeeded);
        }
        // The same words by somebody else are a decision of their own: it says who answers for it.
        if self.next.disposition.as_ref() != Some(&disposition) || self.next.decided_by != Some(person) {
            self.next.disposition = Some(disposition.clone());
            (self.next.decided_by, self.next.taken_back, self.next.former) = (Some(person), None, None);
            self.promise(disposition.outcome);
            self.fact(FactKind::Disposed { disposition: Private::new(disposition) });
        }
        Ok(())
    }

    /// Two decide from the record at once: whoever comes second looks at what the first decided, and the patient was told.
    pub(super) fn dispose_over(&mut self, disposition: Disposition, seen: &Decided) -> Result<(), Refused> {
        let person = self.may_decide(&disposition)?;
        let stands = self.next.disposition.as_ref();
        let unchanged = match seen {
            Decided::Nothing => stands.is_none(),
            Decided::Decision { disposition } => stands == Some(disposition),
        };
        // Said again, as after a broken socket, it finds itself.
        let again = stands == Some(&disposition) && self.next.decided_by == Some(person);
        if !unchanged && !again {
            return Err(Refused::ChangedMeanwhile);
        }
        self.dispose(disposition)
    }

    fn may_prescribe(&self, person: PersonId) -> Result<(), Refused> {
        if !self.next.is_doctor(person) {
            return Err(Refused::DoctorOnly);
        }
        match self.next.prescribes_from(person) {
            Some(from) if from <= self.now => Ok(()),
            _ => Err(Refused::PrescriptionNeedsExamination),
        }
    }

    fn may_decide(&self, disposition: &Disposition) -> Result<PersonId, Refused> {
        let person = self.by.person().ok_or(Refused::ClinicianOnly)?;
        if disposition.outcome == Outcome::CancelledAndChecked && !self.next.cancelled() {
            return Err(Refused::AlreadyAnswered);
        }
        self.next.may_decide(&self.by)?;
        Ok(person)
    }

    /// The actor, as a clinician who is or was let into this call and whose record is not signed yet.
    fn was_clinician_here(&self) -> Result<PersonId, Refused> {
        self.next.clinician_of(&self.by)
    }
}

impl Session {
    /// Whether this person is in the call as a doctor.
    pub(super) fn is_doctor(&self, person: PersonId) -> bool {
        self.leg_of(person).is_some_and(|l| l.role == LegRole::DutyDoctor)
    }

    /// From when on this person may decide on a prescription. Advice is no examination: it follows from an online examination
    /// of at least a second, as the ledger counts them, by the doctor who prescribes (invariant 24).
    pub fn prescribes_from(&self, person: PersonId) -> Option<Timestamp> {
        self.is_doctor(person).then(|| mode::examined_from(&self.examinations, person))?
    }

    /// Whether `decision` would end sudden illness online without the written reason that only a doctor can give
    /// (invariant 22). `by` is none where it is not known who decided: no doctor then.
    pub(super) fn lacks_reason(&self, decision: &Disposition, by: Option<PersonId>) -> bool {
        let written = decision.reason_online.as_ref().is_some_and(|r| !r.reveal().trim().is_empty());
        let reasoned = written && by.is_some_and(|person| self.is_doctor(person));
        self.assessment.sudden() && decision.outcome.ends_online() && !reasoned
    }

    /// The patient took the call back before anybody answered.
    pub const fn cancelled(&self) -> bool {
        matches!(self.state, State::Ended { reason: EndReason::CancelledByPatient, .. })
    }

    /// Whether `by` may write the decision now: clinicians of the call; the desk where nobody answered or the decision is
    /// overdue, for then the desk owns the case.
    ///
    /// # Errors
    /// [`Refused::ClinicianOnly`], [`Refused::Signed`] or [`Refused::NotInCall`].
    pub fn may_decide(&self, by: &Actor) -> Result<PersonId, Refused> {
        let desk_owns = self.cancelled() || matches!(self.state, State::Ended { overdue: true, .. });
        match by.person() {
            Some(person) if desk_owns && by.role() == Some(Role::DeskNurse) && self.signed.is_none() => {
                Ok(person)
            }
            _ => self.clinician_of(by),
        }
    }

    fn clinician_of(&self, by: &Actor) -> Result<PersonId, Refused> {
        let person = by.person().ok_or(Refused::ClinicianOnly)?;
        if self.signed.is_some() {
            return Err(Refused::Signed);
        }
        if self.was_in(person) { Ok(person) } else { Err(Refused::NotInCall) }
    }

    /// Whether this person is, or was, let into the call as a clinician.
    pub fn was_in(&self, person: PersonId) -> bool {
        self.leg_of(person)
            .is_some_and(|l| l.role.is_clinician() && (l.attended || l.in_call() && l.admitted()))
    }

    /// Whether `by` may sign the record now: the call is over, the decision is written, and the signer is the one
    /// who decides (the doctor; the nurse where no doctor was let in), or a doctor who was in the call. Where no doctor was
    /// there, whoever took an overdue decision over, or asked after a call that was taken back, answers for it and signs. A
    /// doctor's record waits for the doctor: once signed, nothing more can be written into it.
    ///
    /// # Errors
    /// [`Refused::StillRunning`] or [`Refused::NotYoursToSign`] or [`Refused::ClinicianOnly`].
    pub fn may_sign(&self, by: &Actor) -> Result<PersonId, Refused> {
        let person = by.person().ok_or(Refused::ClinicianOnly)?;
        if self.live() || self.disposition.is_none() {
            return Err(Refused::StillRunning);
        }
        let desks = self.cancelled() || matches!(self.state, State::Ended { overdue: true, .. });
        let decider = self.decider();
        let doctors = decider.and_then(|d| self.leg_of(d)).is_some_and(|l| l.role == LegRole::DutyDoctor);
        match self.decided_by.filter(|_| desks && !doctors).or(decider) {
            Some(decider) if decider == person => Ok(person),
            Some(_) if by.role() == Some(Role::Doctor) && self.was_in(person) => Ok(person),
            Some(_) => Err(Refused::NotYoursToSign),
            None if matches!(by.role(), Some(Role::DeskNurse | Role::Doctor)) => Ok(person),
            None => Err(Refused::ClinicianOnly),
        }
    }
}
