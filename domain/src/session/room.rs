//! Inside the call: who comes and goes, who may be heard, and what is recorded.

use super::step::Turn;
use super::{
    CheckIn, ConsentManner, JoinConsent, LegRole, LegState, MayRecord, Recording, RecordingAnswer,
    RecordingFailure, Refused, SourceState, State,
};
use crate::fact::FactKind;
use crate::id::{DeviceId, LegId};
use crate::people::Who;

impl Turn<'_, '_> {
    pub(super) fn media_up(&mut self, leg: LegId) -> Result<(), Refused> {
        let since = self.now;
        let up = self.leg_mut(leg)?;
        if matches!(up.state, LegState::Accepted { .. } | LegState::Away { .. }) {
            up.state = LegState::Joined { since };
            self.fact(FactKind::Joined { leg });
        }
        Ok(())
    }

    pub(super) fn media_lost(&mut self, leg: LegId) -> Result<(), Refused> {
        let (since, until) = (self.now, self.now.plus(self.around.timings.away));
        let lost = self.leg_mut(leg)?;
        lost.audio_flows = false;
        lost.video_flows = false;
        if matches!(lost.state, LegState::Joined { .. }) {
            lost.state = LegState::Away { since, until };
            self.fact(FactKind::Away { leg });
        }
        Ok(())
    }

    pub(super) fn media_flow(&mut self, leg: LegId, audio: bool, video: bool) -> Result<(), Refused> {
        let leg = self.leg_mut(leg)?;
        (leg.audio_flows, leg.video_flows) = (audio, video);
        Ok(())
    }

    pub(super) fn declare(&mut self, microphone: SourceState, camera: SourceState) -> Result<(), Refused> {
        self.still_live()?;
        let own = self.own_leg()?;
        let leg = own.id;
        if !own.in_call() && !own.wanted() {
            return Err(Refused::NotInCall);
        }
        if own.elsewhere(self.by.device) {
            return Err(Refused::OtherDevice);
        }
        let own = self.leg_mut(leg)?;
        if (own.microphone, own.camera) != (microphone, camera) {
            (own.microphone, own.camera) = (microphone, camera);
            self.fact(FactKind::Declared { leg, microphone, camera });
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) -> Result<(), Refused> {
        self.still_live()?;
        let at = self.now;
        let leg = self.own_leg()?.id;
        let own = self.leg_mut(leg)?;
        if matches!(own.state, LegState::Left { .. }) {
            return Ok(());
        }
        if !own.in_call() {
            return Err(Refused::NotInCall);
        }
        own.state = LegState::Left { at };
        let clinician = own.role.is_clinician();
        self.fact(FactKind::Left { leg, gave_up: false });
        // Nobody waits for somebody who left on purpose.
        if clinician
            && !self.next.attended()
            && self.next.desk.is_none()
            && matches!(self.next.state, State::Active { .. })
        {
            self.patient_alone();
        }
        Ok(())
    }

    pub(super) fn come_back(&mut self) -> Result<(), Refused> {
        self.still_live()?;
        let (now, device) = (self.now, self.by.device);
        if matches!(self.next.state, State::Closing { .. }) {
            return Err(Refused::Ended);
        }
        if self.around.actor_busy {
            return Err(Refused::YouAreBusy);
        }
        let own = self.own_leg()?;
        let leg = own.id;
        if own.elsewhere(device) {
            // Goes on with it on this device; the other one lets its media go.
            self.moves_to(leg, device)?;
            return self.heard_of(leg);
        }
        if own.in_call() {
            return self.heard_of(leg);
        }
        let was_there = own.attended || matches!(own.state, LegState::Left { .. });
        if !was_there || own.wanted() {
            return Err(Refused::RingOver);
        }
        if matches!(own.consent, JoinConsent::Refused { .. }) {
            return Err(Refused::ConsentRefused);
        }
        // Whom the tap covers has the patient as soon as they are back.
        let covered = own.role == LegRole::DeskNurse && own.consent == JoinConsent::ByTap;
        self.make_room(covered && self.next.desk.is_some())?;
        let own = self.leg_mut(leg)?;
        own.enter(now, device);
        // Explained and agreed each time (C1.11): whoever is not covered by the tap is asked for again.
        let asks = own.consent != JoinConsent::ByTap;
        if asks {
            own.consent = JoinConsent::Asked { at: now };
        }
        self.fact(FactKind::CameBack { leg });
        if asks {
            self.fact(FactKind::JoinConsentAsked { leg });
        }
        Ok(())
    }

    /// The person goes on with the call on another of their devices. They were never gone, so nobody is asked anew.
    pub(super) fn moves_to(&mut self, leg: LegId, device: Option<DeviceId>) -> Result<(), Refused> {
        self.leg_mut(leg)?.device = device;
        self.fact(FactKind::DeviceChanged { leg });
        Ok(())
    }

    pub(super) fn leg_away_over(&mut self, leg: LegId) {
        let (since, until) = (self.now, self.now.plus(self.around.timings.away));
        let Ok(lost) = self.leg_mut(leg) else { return };
        // A device that never came has been waited for long enough.
        if matches!(lost.state, LegState::Accepted { .. }) && lost.role != LegRole::Device {
            lost.state = LegState::Away { since, until };
            self.fact(FactKind::Away { leg });
        } else {
            lost.state = LegState::Left { at: since };
            self.fact(FactKind::Left { leg, gave_up: true });
        }
    }

    pub(super) fn answer_join(&mut self, leg: LegId, yes: bool) -> Result<(), Refused> {
        self.patient_acts()?;
        self.still_live()?;
        if yes { self.admit(leg, ConsentManner::OnTablet) } else { self.refuse_join(leg) }
    }

    pub(super) fn spoken_consent(&mut self, leg: LegId) -> Result<(), Refused> {
        self.still_live()?;
        if self.own_leg()?.id == leg {
            return Err(Refused::OwnConsent);
        }
        let (heard_by, _) = self.clinician()?;
        // Whoever was lost heard nothing.
        if matches!(self.own_leg()?.state, LegState::Away { .. }) {
            return Err(Refused::ConnectionLost);
        }
        self.admit(leg, ConsentManner::Spoken { heard_by })
    }

    fn admit(&mut self, leg: LegId, how: ConsentManner) -> Result<(), Refused> {
        let at = self.now;
        let joiner = self.leg_mut(leg)?;
        match joiner.consent {
            JoinConsent::ByTap | JoinConsent::Given { .. } => Ok(()),
            JoinConsent::Asked { .. } => {
                joiner.consent = JoinConsent::Given { at, how };
                joiner.turned_away = false;
                self.fact(FactKind::JoinConsentGiven { leg, how });
                Ok(())
            }
            JoinConsent::Refused { .. } => Err(Refused::ConsentRefused),
            JoinConsent::NotAsked => Err(Refused::NoSuchLeg),
        }
    }

    fn refuse_join(&mut self, leg: LegId) -> Result<(), Refused> {
        let at = self.now;
        let joiner = self.leg_mut(leg)?;
        match joiner.consent {
            JoinConsent::Refused { .. } => return Ok(()),
            JoinConsent::Asked { .. } | JoinConsent::Given { .. } => {}
            JoinConsent::ByTap | JoinConsent::NotAsked => return Err(Refused::NoSuchLeg),
        }
        joiner.consent = JoinConsent::Refused { at };
        joiner.turned_away = true;
        let stays = joiner.in_call();
        if stays {
            joiner.state = LegState::Left { at };
        }
        self.fact(FactKind::JoinConsentRefused { leg });
        if stays {
            self.fact(FactKind::Left { leg, gave_up: false });
        }
        Ok(())
    }

    pub(super) fn ask_recording(&mut self) -> Result<(), Refused> {
        let (person, _) = self.clinician()?;
        if !matches!(self.next.state, State::Active { .. }) {
            return Err(Refused::Ended);
        }
        if self.around.may_record == MayRecord::Never {
            return Err(Refused::RecordingNotPossible);
        }
        match self.next.recording {
            Recording::Wanted { .. } => {
                let answered_no =
                    |l: &super::Leg| matches!(l.recording, RecordingAnswer::No | RecordingAnswer::Withdrawn);
                if !self.next.legs.iter().any(answered_no) {
                    return Ok(());
                }
            }
            Recording::NotAsked | Recording::Stopped { .. } | Recording::Failed { .. } => {}
        }
        // Nobody is asked to agree to what would break off at once.
        if self.around.may_record == MayRecord::NoRoom {
            return Err(Refused::RecordingNoRoom);
        }
        // Asking again clears what was answered before; whoever asks agrees by asking.
        for leg in &mut self.next.legs {
            leg.recording =
                if leg.person() == Some(person) { RecordingAnswer::Yes } else { RecordingAnswer::None };
        }
        self.next.recording = Recording::Wanted { at: self.now, started: false };
        self.fact(FactKind::RecordingAsked);
        if let Some(leg) = self.next.leg_of(person).map(|l| l.id) {
            self.fact(FactKind::RecordingAnswered { leg, yes: true, withdrawal: false });
        }
        Ok(())
    }

    pub(super) fn answer_recording(&mut self, yes: bool) -> Result<(), Refused> {
        self.still_live()?;
        if !matches!(self.next.recording, Recording::Wanted { .. }) {
            return if yes { Err(Refused::RecordingNotPossible) } else { Ok(()) };
        }
        let own = self.own_leg()?;
        if !own.in_call() {
            return Err(Refused::NotInCall);
        }
        // A yes answers a question. What a no ended is asked anew of everybody, so that nobody is recorded who read that it
        // is over.
        if yes && own.recording != RecordingAnswer::Yes && !self.next.waits_for_yes(own.id) {
            return Err(Refused::RecordingNotPossible);
        }
        let leg = own.id;
        let own = self.leg_mut(leg)?;
        let withdrawal = !yes && matches!(own.recording, RecordingAnswer::Yes | RecordingAnswer::Withdrawn);
        let answer = match (yes, withdrawal) {
            (true, _) => RecordingAnswer::Yes,
            (false, true) => RecordingAnswer::Withdrawn,
            (false, false) => RecordingAnswer::No,
        };
        if own.recording != answer {
            own.recording = answer;
            self.fact(FactKind::RecordingAnswered { leg, yes, withdrawal });
        }
        Ok(())
    }

    pub(super) fn stop_recording(&mut self) -> Result<(), Refused> {
        self.clinician()?;
        if matches!(self.next.recording, Recording::Wanted { .. }) {
            self.next.recording = Recording::Stopped { at: self.now };
        }
        Ok(())
    }

    pub(super) fn recording_failed(&mut self, reason: RecordingFailure) -> Result<(), Refused> {
        if self.by.who != Who::System {
            return Err(Refused::RecordingNotPossible);
        }
        if matches!(self.next.recording, Recording::Wanted { .. }) {
            self.next.recording = Recording::Failed { at: self.now, reason };
            self.fact(FactKind::RecordingFailed { reason });
        }
        Ok(())
    }

    /// Asks whoever is in charge whether the call still goes on. While nobody is with the patient the desk is rung
    /// anyway, and there is nobody to ask.
    pub(super) fn check_in(&mut self) {
        let asked = self.next.in_charge().filter(|_| self.next.attended()).map(|l| l.id);
        let Some(leg) = asked else {
            self.check_again_later();
            return;
        };
        let answer_by = self.now.plus(self.around.timings.check_in_answer);
        self.next.check_in = Some(CheckIn { leg, asked_at: self.now, answer_by });
        self.fact(FactKind::CheckInDue);
    }

    fn check_again_later(&mut self) {
        let later = self.now.plus(self.around.timings.check_in);
        if let State::Active { check_at, .. } = &mut self.next.state {
            *check_at = later;
        }
    }

    /// A clinician in the call answers: it goes on. A late answer makes whoever was silent count again.
    pub(super) fn still_here(&mut self) -> Result<(), Refused> {
        self.clinician()?;
        if !matches!(self.next.state, State::Active { .. }) {
            return Err(Refused::Ended);
        }
        let leg = self.own_leg()?.id;
        let asked = self.next.check_in.take().is_some();
        let was_silent = std::mem::take(&mut self.leg_mut(leg)?.silent);
        if asked || was_silent {
            self.goes_on(leg);
        }
        Ok(())
    }

    fn goes_on(&mut self, leg: LegId) {
        self.check_again_later();
        self.fact(FactKind::CheckInAnswered { leg });
    }

    /// Whoever was silent does something in the call: they count again.
    pub(super) fn heard_of(&mut self, leg: LegId) -> Result<(), Refused> {
        if std::mem::take(&mut self.leg_mut(leg)?.silent) {
            self.goes_on(leg);
        }
        Ok(())
    }

    /// No answer: the next owner takes over, another clinician in the call (who is asked at once) or else the desk.
    pub(super) fn check_in_over(&mut self) {
        let Some(CheckIn { leg, .. }) = self.next.check_in.take() else { return };
        if let Ok(silent) = self.leg_mut(leg) {
            silent.silent = true;
            self.fact(FactKind::CheckInMissed { leg });
        }
        if self.next.attended() {
            return;
        }
        self.check_again_later();
        if self.next.desk.is_none() {
            if let State::Active { alone_until, .. } = &mut self.next.state {
                *alone_until = None;
            }
            self.ring_desk();
        }
    }

    /// Everybody still in the call leaves it.
    pub(super) fn everybody_leaves(&mut self) {
        let at = self.now;
        for role in [LegRole::DeskNurse, LegRole::DutyDoctor, LegRole::VisitingNurse] {
            self.withdraw_wanted(role, None);
        }
        let mut gone = Vec::new();
        for leg in self.next.legs.iter_mut().filter(|l| l.in_call()) {
            leg.state = LegState::Left { at };
            gone.push(leg.id);
        }
        self.out.facts.extend(gone.into_iter().map(|leg| FactKind::Left { leg, gave_up: false }));
    }
}
