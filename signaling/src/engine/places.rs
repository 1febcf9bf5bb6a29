//! Whose place in a call is whose, and the devices that can be given one.

use yoban_domain::equipment::{AtHand, Equipment, EquipmentCard};
use yoban_domain::grant::{Action, may};
use yoban_domain::id::{AssociationId, DeviceId, SessionId};
use yoban_domain::people::{Actor, Who};
use yoban_domain::session::{Leg, Session};
use yoban_store::value::Word;
use yoban_store::{Conn, Result};

use super::Engine;
use super::load::{each_readable, scene};
use crate::error::CommandError;

/// Kind of device rows that are cameras and displays.
pub const EQUIPMENT: &str = "equipment";

impl Engine {
    /// The actor's own leg in a session. A device that was retired has none.
    ///
    /// # Errors
    /// Not theirs to see, or not there.
    pub async fn own_leg(
        &self,
        actor: Actor,
        session: SessionId,
    ) -> std::result::Result<Option<Leg>, CommandError> {
        let mut read = self.store.read().await?;
        let scene = scene(&mut read, session).await?.ok_or(CommandError::NotFound)?;
        may(&actor, Action::UseMedia, &scene.subject(&scene.involved()))?;
        Ok(match actor.who {
            Who::Tablet { .. } => scene.session.patient_leg().cloned(),
            Who::Staff { person, .. } => scene.session.leg_of(person).cloned(),
            Who::Equipment { device } => {
                read.device(device).await?.filter(|d| d.retired.is_none()).ok_or(CommandError::NotFound)?;
                Some(scene.session.leg_of_device(device).cloned().ok_or(CommandError::NotFound)?)
            }
            Who::System => None,
        })
    }

    /// The call a device was brought into.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn session_of_device(
        &self,
        association: AssociationId,
        device: DeviceId,
    ) -> std::result::Result<Option<SessionId>, CommandError> {
        let mut read = self.store.read().await?;
        let rows = read.live_sessions(association).await?;
        let sessions: Vec<Session> = each_readable(rows.iter().map(|row| &row.body));
        let its = |session: &&Session| session.leg_of_device(device).is_some_and(Leg::in_call);
        Ok(sessions.iter().find(its).map(|session| session.id))
    }

    /// The devices this actor could bring into a call now.
    ///
    /// # Errors
    /// Not theirs to see, or not there.
    pub async fn equipment_for(
        &self,
        actor: Actor,
        session: SessionId,
    ) -> std::result::Result<Vec<EquipmentCard>, CommandError> {
        let mut read = self.store.read().await?;
        let scene = scene(&mut read, session).await?.ok_or(CommandError::NotFound)?;
        may(&actor, Action::BringEquipment, &scene.subject(&scene.involved()))?;
        let institution =
            actor.person().and_then(|p| scene.directory.person(p)).map(|person| person.institution);
        let found = at_hand(&mut read, scene.session.association, session).await?;
        let fits = |e: &AtHand| !e.busy && e.equipment.fits(scene.session.patient, institution);
        Ok(found.into_iter().filter(fits).map(|e| e.equipment.card).collect())
    }
}

/// Every device of the association that is in use; busy means in a call of another session than `here`.
pub(super) async fn at_hand(
    conn: &mut Conn,
    association: AssociationId,
    here: SessionId,
) -> Result<Vec<AtHand>> {
    let rows = conn.devices_of_kind(association, &Word::of(EQUIPMENT)?).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let live = conn.live_sessions(association).await?;
    let live = live.iter().filter(|row| row.head.id != here);
    let elsewhere: Vec<Session> = each_readable(live.map(|row| &row.body));
    let busy = |device| elsewhere.iter().any(|s| s.leg_of_device(device).is_some_and(Leg::in_call));
    let devices: Vec<Equipment> = each_readable(rows.iter().map(|row| &row.body));
    Ok(devices.into_iter().map(|equipment| AtHand { busy: busy(equipment.id), equipment }).collect())
}
