//! Ringing: the desk in rounds, invitations, who accepts, and what happens when nobody does.

use super::step::Turn;
use super::{
    Candidate, DeclineReason, DeskRing, EndReason, JoinConsent, Leg, LegRole, LegState, Page, Participant,
    ROOM_SIZE, Recording, Refused, Session, State,
};
use crate::duty::Line;
use crate::fact::FactKind;
use crate::id::{CaseId, DeviceId, LegId, PatientId, PersonId, SessionId};
use crate::mode::ServiceKind;
use crate::people::{Actor, Role};
use crate::session::{Circumstances, Outcomes, Step};
use crate::time::Timestamp;

impl Session {
    /// The patient taps: a session that rings the desk at once.
    pub fn requested(
        id: SessionId,
        case: CaseId,
        patient: PatientId,
        tablet: DeviceId,
        by: Actor,
        around: &mut Circumstances<'_>,
        now: Timestamp,
    ) -> Step {
        let leg = LegId((around.fresh)());
        let mut own = Leg::new(
            leg,
            LegRole::Patient,
            Participant::Tablet { device: tablet },
            LegState::Accepted { at: now },
            JoinConsent::ByTap,
        );
        own.device = Some(tablet);
        let next = Self {
            id,
            case,
            association: by.association,
            patient,
            tablet,
            requested_at: now,
            state: State::Waiting { since: now },
            desk: None,
            check_in: None,
            legs: vec![own],
            picture: super::Picture::default(),
            recording: Recording::NotAsked,
            assessment: super::Assessment::default(),
            oxygen_scale: None,
            kind: ServiceKind::NurseAdvice,
            kind_by: None,
            ledger: Vec::new(),
            disposition: None,
            followed: false,
            decided_by: None,
            taken_back: None,
            former: None,
            recheck: None,
            examinations: Vec::new(),
            signed: None,
        };
        let mut turn = Turn { next, out: Outcomes::default(), by, now, around };
        turn.fact(FactKind::SessionRequested { leg });
        turn.ring_desk();
        Step { session: turn.next, outcomes: turn.out }
    }
}

impl Turn<'_, '_> {
    /// Starts the next round: everybody on duty at the desk who is free. Whom the patient turned away is rung only where
    /// there is nobody else.
    pub(super) fn ring_desk(&mut self) {
        let (round, fallback) =
            self.next.desk.map_or((1, false), |d| (d.round.saturating_add(1), d.fallback));
        let until = self.now.plus(self.around.timings.desk_ring);
        let free: Vec<PersonId> = self.around.desk.iter().filter(|c| !c.busy).map(|c| c.person).collect();
        let (others, welcome): (Vec<PersonId>, Vec<PersonId>) =
            free.into_iter().partition(|p| self.next.leg_of(*p).is_some_and(|l| l.turned_away));
        let mut ringing = false;
        for person in welcome {
            ringing |= self.ring(person, LegRole::DeskNurse, until, round);
        }
        if !ringing {
            for person in others {
                ringing |= self.ring(person, LegRole::DeskNurse, until, round);
            }
        }
        self.next.desk = Some(DeskRing { round, until, ringing, fallback });
        if !ringing {
            // Nobody to wait for: the telephone number at once, and a ring as soon as somebody is free.
            let line = Line::Desk;
            let nobody = self.around.desk.is_empty();
            self.fact(if nobody {
                FactKind::NobodyOnDuty { line }
            } else {
                FactKind::EverybodyBusy { line }
            });
            self.pause_desk();
        }
    }

    /// Somebody came out of another call. A patient whom nobody could be rung for does not wait for the next reminder.
    pub(super) fn freed(&mut self, person: PersonId) {
        let waits = self.next.desk.is_some_and(|d| !d.ringing);
        if waits && self.around.desk.iter().any(|c| c.person == person && !c.busy) {
            self.ring_desk();
        }
    }

    /// A round ended unanswered: the next one, or the telephone number on the tablet and a pause.
    pub(super) fn desk_ring_over(&mut self) {
        self.time_out(LegRole::DeskNurse);
        let Some(desk) = self.next.desk else { return };
        if desk.round < self.around.timings.desk_rounds {
            self.ring_desk();
        } else {
            self.pause_desk();
        }
    }

    fn pause_desk(&mut self) {
        let until = self.now.plus(self.around.timings.reminder);
        let Some(desk) = &mut self.next.desk else { return };
        let first_time = !desk.fallback;
        *desk = DeskRing { until, ringing: false, fallback: true, ..*desk };
        if first_time {
            self.fact(FactKind::FallbackShown);
        }
    }

    fn time_out(&mut self, role: LegRole) {
        let at = self.now;
        let mut over = Vec::new();
        for leg in self.next.legs.iter_mut().filter(|l| l.role == role && l.wanted()) {
            leg.state = LegState::TimedOut { at };
            over.push(leg.id);
        }
        self.out.facts.extend(over.into_iter().map(|leg| FactKind::RingTimedOut { leg }));
    }

    /// Rings one person, on the leg they already have or on a new one; not somebody who is in the call.
    fn ring(&mut self, person: PersonId, role: LegRole, until: Timestamp, round: u8) -> bool {
        let state = LegState::Invited { since: self.now, until };
        let (leg, attempt) = match self.next.legs.iter_mut().find(|l| l.person() == Some(person)) {
            Some(leg) if leg.in_call() => return false,
            Some(leg) => {
                leg.state = state;
                leg.role = role;
                if leg.consent != JoinConsent::ByTap {
                    leg.consent = JoinConsent::NotAsked;
                }
                leg.rings = leg.rings.saturating_add(1);
                (leg.id, leg.rings)
            }
            None => {
                let id = LegId((self.around.fresh)());
                let who = Participant::Staff { person };
                let mut leg = Leg::new(id, role, who, state, JoinConsent::NotAsked);
                leg.rings = 1;
                self.next.legs.push(leg);
                (id, 1)
            }
        };
        self.out.pages.push(Page { leg, person, attempt });
        self.fact(FactKind::RingStarted { leg, person, role, round });
        true
    }

    pub(super) fn rang(&mut self, leg: LegId) -> Result<(), Refused> {
        let leg = self.leg_mut(leg)?;
        if let LegState::Invited { since, until } = leg.state {
            leg.state = LegState::Ringing { since, until };
        }
        Ok(())
    }

    pub(super) fn cancel(&mut self) -> Result<(), Refused> {
        self.patient_acts()?;
        match self.next.state {
            State::Waiting { .. } => {}
            State::Active { .. } | State::Closing { .. } => return Err(Refused::AlreadyAnswered),
            State::Ended { .. } => return Ok(()),
        }
        self.fact(FactKind::Cancelled);
        self.withdraw_wanted(LegRole::DeskNurse, None);
        self.next.desk = None;
        self.finish(EndReason::CancelledByPatient);
        Ok(())
    }

    pub(super) fn accept(&mut self) -> Result<(), Refused> {
        let person = self.by.person().ok_or(Refused::NotInCall)?;
        let role = self.by.role().ok_or(Refused::NotInCall)?;
        self.still_live()?;
        if matches!(self.next.state, State::Closing { .. }) {
            return Err(Refused::Ended);
        }
        if let Some(leg) = self.next.leg_of(person) {
            if leg.in_call() {
                let leg = leg.id;
                return self.take_over(leg, person);
            }
            // While the desk is rung the patient has nobody: who took it before no longer counts.
            if let LegState::Withdrawn { taken_by: Some(other), .. } = leg.state
                && self.next.desk.is_none()
            {
                return Err(Refused::TakenBy(other));
            }
        }
        if self.around.actor_busy {
            return Err(Refused::YouAreBusy);
        }
        let invited = self.next.leg_of(person).filter(|l| l.wanted()).map(|l| (l.id, l.role));
        let (leg, leg_role) = match invited {
            Some(found) => found,
            None if role == Role::DeskNurse => (self.claim(person)?, LegRole::DeskNurse),
            None => return Err(Refused::RingOver),
        };
        self.seat(leg, leg_role, person)
    }

    /// A nurse of the desk who was invited, and still waits for the patient's yes when the desk is rung, answers the ring
    /// like any other; not one to whom the patient said no. Whoever did not answer the check-in, and now answers the ring
    /// for their own patient, counts again, where they are.
    fn take_over(&mut self, leg: LegId, person: PersonId) -> Result<(), Refused> {
        let (rung, device) = (self.next.desk.is_some(), self.by.device);
        let own = self.leg_mut(leg)?;
        if own.silent {
            if own.elsewhere(device) {
                self.moves_to(leg, device)?;
            }
            return self.heard_of(leg);
        }
        let waits = matches!(own.consent, JoinConsent::Asked { .. });
        if !rung || !waits || own.role != LegRole::DeskNurse {
            return Ok(());
        }
        if own.turned_away {
            return Err(Refused::ConsentRefused);
        }
        own.consent = JoinConsent::ByTap;
        own.device = device;
        let (who, role) = (own.who, own.role);
        self.fact(FactKind::Accepted { leg, who, role });
        self.withdraw_wanted(role, Some(person));
        self.next.desk = None;
        Ok(())
    }

    /// A desk nurse takes a waiting case out of the queue although nothing rings on her device.
    fn claim(&mut self, person: PersonId) -> Result<LegId, Refused> {
        if self.next.desk.is_none() {
            let holder = self.next.lead().and_then(Leg::person);
            return Err(holder.map_or(Refused::RingOver, Refused::TakenBy));
        }
        if !self.around.desk.iter().any(|c| c.person == person) {
            return Err(Refused::NotOnDuty);
        }
        if let Some(leg) = self.next.leg_of(person) {
            return Ok(leg.id);
        }
        let id = LegId((self.around.fresh)());
        let state = LegState::Invited { since: self.now, until: self.now };
        self.next.legs.push(Leg::new(
            id,
            LegRole::DeskNurse,
            Participant::Staff { person },
            state,
            JoinConsent::NotAsked,
        ));
        Ok(id)
    }

    fn seat(&mut self, leg: LegId, role: LegRole, person: PersonId) -> Result<(), Refused> {
        let alone = self.next.desk.is_some() && role == LegRole::DeskNurse;
        self.make_room(alone)?;
        let now = self.now;
        // The tap asks for a nurse of the desk and covers the one who answers it; also the one who answers when the
        // first was lost, for then nobody is left to explain and tick, and the patient may be unable to press. It does
        // not cover one to whom the patient said no.
        let rung = self.next.desk.is_some() && role == LegRole::DeskNurse;
        let device = self.by.device;
        let seated = self.leg_mut(leg)?;
        let covered = rung && !seated.turned_away;
        let consent = if covered { JoinConsent::ByTap } else { JoinConsent::Asked { at: now } };
        seated.enter(now, device);
        if seated.consent != JoinConsent::ByTap {
            seated.consent = consent;
        }
        let (asks, who) = (seated.consent == JoinConsent::Asked { at: now }, seated.who);
        self.fact(FactKind::Accepted { leg, who, role });
        if asks {
            self.fact(FactKind::JoinConsentAsked { leg });
        }
        if rung && !covered {
            // The patient still has nobody: the others go on being rung.
            self.desk_is_rung_or_over();
            return Ok(());
        }
        self.withdraw_wanted(role, Some(person));
        if let State::Waiting { .. } = self.next.state {
            let check_at = now.plus(self.around.timings.check_in);
            self.next.state = State::Active { since: now, check_at, alone_until: None };
        }
        if role == LegRole::DeskNurse {
            self.next.desk = None;
        }
        Ok(())
    }

    /// Who gives their place to whoever comes into a full room; none while there is room. Whoever is not there, the longest
    /// away first. Where the patient is `alone` nobody keeps out the nurse who is rung for them: whoever is in the room
    /// then is away, did not answer when asked, still waits for the patient's yes, or is a device. Never the patient.
    /// They leave rather than not being counted, because the room itself has five places.
    fn makes_room(&self, alone: bool) -> Result<Option<LegId>, Refused> {
        let inside = || self.next.legs.iter().filter(|l| l.in_call());
        if inside().count() < ROOM_SIZE {
            return Ok(None);
        }
        let order = |l: &Leg| {
            if let LegState::Away { since, .. } = l.state {
                Some((0, since))
            } else if !alone {
                None
            } else if l.silent {
                Some((1, self.now))
            } else {
                Some((if l.role.is_clinician() { 2 } else { 3 }, self.now))
            }
        };
        let others = inside().filter(|l| l.role != LegRole::Patient);
        let first = others.filter_map(|l| Some((order(l)?, l.id))).min();
        first.map(|(_, leg)| Some(leg)).ok_or(Refused::Full)
    }

    pub(super) fn make_room(&mut self, alone: bool) -> Result<(), Refused> {
        let at = self.now;
        if let Some(leg) = self.makes_room(alone)? {
            let goes = self.leg_mut(leg)?;
            let gave_up = matches!(goes.state, LegState::Away { .. }) || goes.silent;
            goes.state = LegState::Left { at };
            self.fact(FactKind::Left { leg, gave_up });
        }
        Ok(())
    }

    pub(super) fn decline(&mut self, reason: DeclineReason) -> Result<(), Refused> {
        let at = self.now;
        let leg = self.own_leg()?.id;
        let own = self.leg_mut(leg)?;
        if matches!(own.state, LegState::Declined { .. }) {
            return Ok(());
        }
        if !own.wanted() {
            return Err(Refused::RingOver);
        }
        own.state = LegState::Declined { at, reason };
        self.fact(FactKind::Declined { leg, reason });
        self.desk_is_rung_or_over();
        Ok(())
    }

    /// Once the last one rung at the desk fell out, nobody waits for the round's end.
    fn desk_is_rung_or_over(&mut self) {
        let rung = self.next.legs.iter().any(|l| l.role == LegRole::DeskNurse && l.wanted());
        if self.next.desk.is_some_and(|d| d.ringing) && !rung {
            self.desk_ring_over();
        }
    }

    pub(super) fn invite(&mut self, role: LegRole, person: Option<PersonId>) -> Result<(), Refused> {
        let (inviter, _) = self.clinician()?;
        if !matches!(self.next.state, State::Active { .. }) {
            return Err(Refused::Ended);
        }
        let line = match role {
            LegRole::DeskNurse => self.around.desk,
            LegRole::DutyDoctor => self.around.doctors,
            LegRole::VisitingNurse => self.around.visiting,
            LegRole::Patient | LegRole::Device => return Err(Refused::NoSuchLeg),
        };
        let others: Vec<Candidate> = line.iter().filter(|c| c.person != inviter).copied().collect();
        let chosen: Vec<PersonId> = match person {
            Some(p) => {
                let candidate = others.iter().find(|c| c.person == p).ok_or(Refused::NotOnDuty)?;
                let in_this_call = self.next.leg_of(p).is_some_and(Leg::in_call);
                if candidate.busy && !in_this_call {
                    return Err(Refused::PersonBusy);
                }
                vec![p]
            }
            None if others.is_empty() => return Err(Refused::NobodyOnDuty),
            None => others.iter().filter(|c| !c.busy).map(|c| c.person).collect(),
        };
        if chosen.is_empty() {
            return Err(Refused::EverybodyBusy);
        }
        // Nobody is woken only to be told that there is no place.
        if chosen.iter().any(|p| !self.next.leg_of(*p).is_some_and(|l| l.in_call() || l.wanted())) {
            self.makes_room(false)?;
        }
        let until = self.now.plus(self.around.timings.staff_ring);
        for person in chosen {
            // A second tap while it rings must not start the ring anew.
            if !self.next.leg_of(person).is_some_and(Leg::wanted) {
                self.ring(person, role, until, 0);
            }
        }
        Ok(())
    }

    pub(super) fn withdraw_invite(&mut self, leg: LegId) -> Result<(), Refused> {
        self.clinician()?;
        let at = self.now;
        let invited = self.leg_mut(leg)?;
        if invited.role == LegRole::Device {
            return self.take_out(leg);
        }
        if invited.in_call() {
            return Err(Refused::AlreadyAnswered);
        }
        if invited.wanted() {
            invited.state = LegState::Withdrawn { at, taken_by: None };
            self.fact(FactKind::Withdrawn { leg, taken_by: None });
            self.desk_is_rung_or_over();
        }
        Ok(())
    }

    pub(super) fn leg_ring_over(&mut self, leg: LegId) {
        let at = self.now;
        if let Ok(rung) = self.leg_mut(leg) {
            rung.state = LegState::TimedOut { at };
            self.fact(FactKind::RingTimedOut { leg });
        }
    }

    /// No clinician is left with the patient: the desk is rung as for a new call.
    pub(super) fn patient_alone(&mut self) {
        if let State::Active { alone_until, .. } = &mut self.next.state {
            *alone_until = None;
        }
        self.fact(FactKind::PatientAlone);
        self.ring_desk();
    }
}
