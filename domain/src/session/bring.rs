//! Bringing a camera or a display into the call.

use super::step::Turn;
use super::{JoinConsent, Leg, LegRole, LegState, Participant, Refused, State};
use crate::equipment::Way;
use crate::fact::FactKind;
use crate::id::{DeviceId, LegId};

impl Turn<'_, '_> {
    /// A clinician in the call brings a device in; the patient is asked about it as about a joiner, each time.
    pub(super) fn bring(&mut self, device: DeviceId) -> Result<(), Refused> {
        let (by, _) = self.clinician()?;
        if !matches!(self.next.state, State::Active { .. }) {
            return Err(Refused::Ended);
        }
        let here = self.around.institution.map(|i| i.id);
        let patient = self.next.patient;
        let found = self.around.equipment.iter().find(|e| e.equipment.id == device);
        let found = found.filter(|e| e.equipment.fits(patient, here)).ok_or(Refused::EquipmentElsewhere)?;
        if found.busy {
            return Err(Refused::EquipmentBusy);
        }
        let (card, pictures) = (found.equipment.card.clone(), found.equipment.video.clone());
        let known = self.next.leg_of_device(device).map(|l| (l.id, l.in_call()));
        if let Some((_, true)) = known {
            return Ok(());
        }
        self.make_room(false)?;
        let (at, who) = (self.now, Participant::Equipment { device, by });
        let (state, consent) = (LegState::Accepted { at }, JoinConsent::Asked { at });
        let id = known.map_or_else(|| LegId((self.around.fresh)()), |(id, _)| id);
        self.next.legs.retain(|l| l.id != id);
        let mut leg = Leg::new(id, LegRole::Device, who, state, consent);
        (leg.equipment, leg.pictures) = (Some(card), pictures);
        self.next.legs.push(leg);
        self.fact(FactKind::Accepted { leg: id, who, role: LegRole::Device });
        self.fact(FactKind::JoinConsentAsked { leg: id });
        Ok(())
    }

    /// A clinician takes a device out again.
    pub(super) fn take_out(&mut self, leg: LegId) -> Result<(), Refused> {
        self.clinician()?;
        let at = self.now;
        let device = self.leg_mut(leg)?;
        if device.in_call() {
            device.state = LegState::Left { at };
            self.fact(FactKind::Left { leg, gave_up: false });
        }
        Ok(())
    }
}

impl super::Session {
    /// The leg of a device without a person.
    pub fn leg_of_device(&self, id: DeviceId) -> Option<&Leg> {
        self.legs.iter().find(|l| matches!(l.who, Participant::Equipment { device, .. } if device == id))
    }

    /// Whether this leg's sound and picture go into a running recording. A camera at the bedside shows the patient and
    /// goes by the patient's answer.
    pub fn recorded(&self, leg: &Leg) -> bool {
        let answers = if leg.role == LegRole::Device { self.patient_leg() } else { Some(leg) };
        answers.is_some_and(|l| l.recording == super::RecordingAnswer::Yes)
    }
}

impl Leg {
    /// Whether media may go this way on this leg at all.
    ///
    /// # Errors
    /// [`Refused::EquipmentDirection`]: a display sends nothing, a camera receives nothing.
    pub fn may_go(&self, way: Way) -> Result<(), Refused> {
        match &self.equipment {
            Some(card) if card.kind.way() != way => Err(Refused::EquipmentDirection),
            Some(_) | None => Ok(()),
        }
    }
}
