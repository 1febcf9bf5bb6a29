//! One step: who asks, what for, at what instant; and what follows from every change whatever caused it.

use super::{
    Circumstances, Due, Input, LegState, Outcomes, Recording, RecordingPhase, Refused, Session, State,
    recording_phase,
};
use crate::fact::FactKind;
use crate::id::{LegId, PersonId};
use crate::mode::{self, MediaMode, ServiceKind};
use crate::people::{Actor, Who};
use crate::session::{Leg, LegRole, TakenBack};
use crate::time::Timestamp;

/// What one input makes of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The session afterwards.
    pub session: Session,
    /// Facts in order and people to page.
    pub outcomes: Outcomes,
}

/// The session being changed, with everything a change may look at. Lives for one step.
pub(super) struct Turn<'a, 'c> {
    pub(super) next: Session,
    pub(super) out: Outcomes,
    pub(super) by: Actor,
    pub(super) now: Timestamp,
    pub(super) around: &'a mut Circumstances<'c>,
}

impl Session {
    /// Applies one input. Inputs that ask for what is already so succeed and change nothing, so that a message
    /// sent twice does no harm. A deadline that is not (or no longer) due changes nothing either.
    ///
    /// # Errors
    /// [`Refused`] says why not, with a stable code; the session stays as it was.
    pub fn step(
        &self,
        by: Actor,
        input: Input,
        around: &mut Circumstances<'_>,
        now: Timestamp,
    ) -> Result<Step, Refused> {
        if input.too_long() {
            return Err(Refused::TextTooLong);
        }
        let mut turn = Turn { next: self.clone(), out: Outcomes::default(), by, now, around };
        turn.apply(input)?;
        turn.settle(self);
        Ok(Step { session: turn.next, outcomes: turn.out })
    }
}

impl Turn<'_, '_> {
    fn apply(&mut self, input: Input) -> Result<(), Refused> {
        match input {
            Input::Cancel => self.cancel(),
            Input::Accept => self.accept(),
            Input::Decline(reason) => self.decline(reason),
            Input::Leave => self.leave(),
            Input::ComeBack => self.come_back(),
            Input::End => self.end(),
            Input::UndoEnd => self.undo_end(),
            Input::CallAgain(next) => self.call_again(next),
            Input::NextAnswered => {
                self.recheck_by_new_call();
                Ok(())
            }
            Input::Invite { role, person } => self.invite(role, person),
            Input::BringEquipment(device) => self.bring(device),
            Input::WithdrawInvite(leg) => self.withdraw_invite(leg),
            Input::AnswerJoin { leg, yes } => self.answer_join(leg, yes),
            Input::SpokenConsent(leg) => self.spoken_consent(leg),
            Input::AskRecording => self.ask_recording(),
            Input::AnswerRecording(yes) => self.answer_recording(yes),
            Input::StopRecording => self.stop_recording(),
            Input::RecordingFailed(reason) => self.recording_failed(reason),
            Input::Declare { microphone, camera } => self.declare(microphone, camera),
            Input::Pictures(codecs) => self.pictures(codecs),
            Input::Rang(leg) => self.rang(leg),
            Input::MediaUp(leg) => self.media_up(leg),
            Input::MediaLost(leg) => self.media_lost(leg),
            Input::MediaFlow { leg, audio, video } => self.media_flow(leg, audio, video),
            Input::Assess(finding) => self.assess(finding),
            Input::AssessOver { finding, seen } => self.assess_over(finding, &seen),
            Input::SetKind(kind) => self.set_kind(kind),
            Input::Dispose(disposition) => self.dispose(disposition),
            Input::DisposeOver { disposition, seen } => self.dispose_over(disposition, &seen),
            Input::Rechecked(note) => self.rechecked(note),
            Input::StillHere => self.still_here(),
            Input::SetOxygenScale { scale2, reason } => self.set_oxygen_scale(scale2, reason),
            Input::Freed(person) => {
                self.freed(person);
                Ok(())
            }
            Input::Deadline(due) => self.deadline(due),
        }
    }

    fn deadline(&mut self, due: Due) -> Result<(), Refused> {
        let timings = self.around.timings;
        let is_due = self.next.deadlines(&timings).iter().any(|(d, at)| *d == due && *at <= self.now);
        if !is_due {
            return Ok(());
        }
        match due {
            Due::DeskRing => self.desk_ring_over(),
            Due::Reminder => self.ring_desk(),
            Due::LegRing { leg } => self.leg_ring_over(leg),
            Due::LegAway { leg } => self.leg_away_over(leg),
            Due::Alone => self.patient_alone(),
            Due::CheckIn => self.check_in(),
            Due::CheckInOver => self.check_in_over(),
            Due::EndFinal => self.end_final(),
            Due::Disposition => self.disposition_overdue(),
            Due::Recheck => self.recheck_due(),
        }
        Ok(())
    }

    /// What follows from a change whatever caused it: whether the patient is alone, gates, recording, ledger.
    fn settle(&mut self, before: &Session) {
        self.settle_flows();
        self.settle_attendance();
        self.settle_gates(before);
        self.settle_recording(before);
        self.settle_ledger();
    }

    /// Nothing flows from whoever is not in the call: media's word may arrive after they left, and must not be there when
    /// they come back.
    fn settle_flows(&mut self) {
        for leg in self.next.legs.iter_mut().filter(|l| !l.in_call()) {
            (leg.audio_flows, leg.video_flows) = (false, false);
        }
    }

    fn settle_attendance(&mut self) {
        // Whoever is asked must be able to answer; of somebody who has gone the next one is asked instead.
        let running = matches!(self.next.state, State::Active { .. });
        let can_answer = |leg: LegId| running && self.next.leg(leg).is_some_and(Leg::in_call);
        if self.next.check_in.is_some_and(|asked| !can_answer(asked.leg)) {
            self.next.check_in = None;
            if let State::Active { check_at, .. } = &mut self.next.state {
                *check_at = self.now;
            }
        }
        let attended = self.next.attended();
        let alone_at = self.now.plus(self.around.timings.alone);
        let State::Active { alone_until, .. } = &mut self.next.state else {
            return;
        };
        if attended {
            *alone_until = None;
            if self.next.desk.take().is_some() {
                self.withdraw_wanted(LegRole::DeskNurse, None);
            }
        } else if self.next.desk.is_none() && alone_until.is_none() {
            *alone_until = Some(alone_at);
        }
    }

    fn settle_gates(&mut self, before: &Session) {
        let open: Vec<LegId> =
            self.next.legs.iter().filter(|l| self.next.gate_open(l)).map(|l| l.id).collect();
        for leg in &mut self.next.legs {
            let was = before.leg(leg.id).is_some_and(|l| before.gate_open(l));
            match (was, open.contains(&leg.id)) {
                (false, true) => {
                    leg.attended = true;
                    self.out.facts.push(FactKind::GateOpened { leg: leg.id });
                }
                (true, false) => self.out.facts.push(FactKind::GateClosed { leg: leg.id }),
                (true, true) | (false, false) => {}
            }
        }
        self.settle_decision(before);
        self.settle_kind();
    }

    /// A nurse's decision from before a doctor was let in is not what the doctor decides, and must not close the case
    /// when the call ends: the doctor is asked for theirs. Taken back at that instant, and not passed over at the end, so
    /// that a nurse who writes down what the doctor said, while they talk or after the doctor left, has decided. An end
    /// that was taken back opens every gate anew and lets nobody in.
    fn settle_decision(&mut self, before: &Session) {
        let open = |s: &Session, leg: &Leg| s.leg(leg.id).is_some_and(|l| s.gate_open(l));
        let doctors = self.next.legs.iter().filter(|l| l.role == LegRole::DutyDoctor);
        let let_in = !matches!(before.state, State::Closing { .. })
            && doctors.filter(|l| open(&self.next, l)).any(|l| !open(before, l));
        let by_nurse = self.next.decided_by.is_none_or(|person| !self.next.is_doctor(person));
        if let_in && by_nurse && self.next.disposition.is_some() {
            self.take_back(TakenBack::DoctorJoined);
        }
    }

    /// A doctor who is let in turns a nurse's advice into a doctor's; one who goes turns it back. What is more than advice
    /// is the act of the doctor who named it: whoever leads next begins with advice.
    fn settle_kind(&mut self) {
        if !matches!(self.next.state, State::Active { .. }) {
            return;
        }
        let doctor = self.next.lead().filter(|l| l.role == LegRole::DutyDoctor).and_then(Leg::person);
        match (doctor, self.next.kind) {
            (None, ServiceKind::NurseAdvice) => {}
            (None, _) => self.advice_only(ServiceKind::NurseAdvice),
            (Some(_), ServiceKind::NurseAdvice) => self.advice_only(ServiceKind::DoctorAdvice),
            (Some(doctor), kind) if kind.is_doctors_act() && self.next.kind_by != Some(doctor) => {
                self.advice_only(ServiceKind::DoctorAdvice);
            }
            (Some(_), _) => {}
        }
    }

    /// The kind of care falls back to advice, which is nobody's act in particular.
    pub(super) const fn advice_only(&mut self, kind: ServiceKind) {
        (self.next.kind, self.next.kind_by) = (kind, None);
    }

    fn settle_recording(&mut self, before: &Session) {
        let running =
            |s: &Session| matches!(s.state, State::Active { .. }) && recording_phase(s) == RecordingPhase::On;
        let (was, is) = (running(before), running(&self.next));
        let paused_before = matches!(recording_phase(before), RecordingPhase::Paused { .. });
        if is && !was {
            if let Recording::Wanted { started, .. } = &mut self.next.recording {
                *started = true;
            }
            self.out.facts.push(FactKind::RecordingStarted);
        } else if was && !is {
            let paused =
                matches!(recording_phase(&self.next), RecordingPhase::Paused { .. }) && self.next.live();
            self.out.facts.push(if paused { FactKind::RecordingPaused } else { FactKind::RecordingStopped });
        } else if paused_before && before.live() && !self.next.live() {
            self.out.facts.push(FactKind::RecordingStopped);
        }
    }

    fn settle_ledger(&mut self) {
        if !matches!(self.next.state, State::Active { .. }) {
            mode::close(&mut self.next.ledger, self.now);
            mode::examines(&mut self.next.examinations, None, self.now);
            return;
        }
        let on = self.next.media_mode();
        // Without two-way picture and sound it is no オンライン診療, from this very millisecond (C1.1).
        if self.next.kind == ServiceKind::OnlineExamination && on != MediaMode::VideoAudio {
            self.advice_only(ServiceKind::DoctorAdvice);
        }
        let kind = self.next.kind;
        mode::examines(&mut self.next.examinations, self.next.kind_by, self.now);
        let nurse_present =
            self.next.legs.iter().any(|l| l.role == LegRole::VisitingNurse && self.next.gate_open(l));
        if mode::advance(&mut self.next.ledger, kind, on, nurse_present, self.now) {
            self.out.facts.push(FactKind::ModeChanged { kind, mode: on, nurse_present });
        }
    }

    // ---- who acts ----

    pub(super) fn fact(&mut self, fact: FactKind) {
        self.out.facts.push(fact);
    }

    pub(super) fn leg_mut(&mut self, id: LegId) -> Result<&mut Leg, Refused> {
        self.next.legs.iter_mut().find(|l| l.id == id).ok_or(Refused::NoSuchLeg)
    }

    /// The actor's own leg.
    pub(super) fn own_leg(&self) -> Result<&Leg, Refused> {
        match self.by.who {
            Who::Tablet { .. } => self.next.patient_leg().ok_or(Refused::NotInCall),
            Who::Staff { person, .. } => self.next.leg_of(person).ok_or(Refused::NotInCall),
            Who::Equipment { device } => self.next.leg_of_device(device).ok_or(Refused::NotInCall),
            Who::System => Err(Refused::NotInCall),
        }
    }

    pub(super) fn patient_acts(&self) -> Result<(), Refused> {
        match self.by.who {
            Who::Tablet { patient } if patient == self.next.patient => Ok(()),
            Who::Tablet { .. } | Who::Staff { .. } | Who::Equipment { .. } | Who::System => {
                Err(Refused::PatientOnly)
            }
        }
    }

    /// The actor, as a clinician who is in the call and let in.
    pub(super) fn clinician(&self) -> Result<(PersonId, LegRole), Refused> {
        let person = self.by.person().ok_or(Refused::ClinicianOnly)?;
        let leg = self.next.leg_of(person).ok_or(Refused::NotInCall)?;
        if leg.role.is_clinician() && leg.in_call() && leg.admitted() {
            Ok((person, leg.role))
        } else {
            Err(Refused::NotInCall)
        }
    }

    pub(super) const fn still_live(&self) -> Result<(), Refused> {
        if self.next.live() { Ok(()) } else { Err(Refused::Ended) }
    }

    /// Takes back every ring of one role.
    pub(super) fn withdraw_wanted(&mut self, role: LegRole, taken_by: Option<PersonId>) {
        let at = self.now;
        let mut gone = Vec::new();
        for leg in self.next.legs.iter_mut().filter(|l| l.role == role && l.wanted()) {
            leg.state = LegState::Withdrawn { at, taken_by };
            gone.push(leg.id);
        }
        self.out.facts.extend(gone.into_iter().map(|leg| FactKind::Withdrawn { leg, taken_by }));
    }
}
