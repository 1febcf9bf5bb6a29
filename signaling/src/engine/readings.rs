//! Readings: accepted once, flagged where they cannot be true, never dropped in silence.

use yoban_domain::fact::FactKind;
use yoban_domain::grant::{Action, Subject, may};
use yoban_domain::id::{AssociationId, CaseId, PatientId, SessionId};
use yoban_domain::people::{Actor, Who};
use yoban_domain::private::Private;
use yoban_domain::session::{Refused, Session, State};
use yoban_domain::time::Timestamp;
use yoban_domain::vitals::{EnteredBy, NewReading};
use yoban_domain::wire::rest::ReadingsStored;
use yoban_store::reading::{Insertion, ReadingHead};
use yoban_store::value::Word;

use super::turn::{append, engaged, session_head};
use super::{Engine, TRIES};
use crate::error::CommandError;
use crate::hint::Hint;

/// Most readings in one message.
pub const MAX_READINGS: usize = 50;
/// Characters of a device's own name of its model. A Bluetooth name has at most 248 bytes; each view of the readings
/// carries it to every screen.
const LONGEST_MODEL: usize = 248;

/// Whose readings, and into which case they go.
struct Destination {
    association: AssociationId,
    patient: PatientId,
    case: Option<CaseId>,
    session: Option<Session>,
    /// Of the session.
    version: i64,
}

impl Destination {
    /// When the call was over, for what a device sends of itself. A clinician writes down what belongs to the call, as in
    /// a note, whenever that is.
    const fn closed_at(&self, by: &Actor) -> Option<Timestamp> {
        match (&self.session, by.who) {
            (
                Some(Session { state: State::Ended { at, .. }, .. }),
                Who::Tablet { .. } | Who::Equipment { .. },
            ) => Some(*at),
            _ => None,
        }
    }
}

impl Engine {
    /// Stores readings. Those of a running call go into its case and log; a tablet may send without a call. What a device
    /// measured after the end of the call is kept with the case, and is not in the record: nobody would look at it before
    /// they sign. What does come into the record of an ended call changes it, so that whoever looked before looks again.
    /// One whose id another reading has is told in the answer, and the others are stored.
    ///
    /// # Errors
    /// More than [`MAX_READINGS`], a model of more than 248 characters, not theirs to send, the record is signed, or they cannot be stored; then none of them is.
    pub async fn readings(
        &self,
        by: Actor,
        session: Option<SessionId>,
        readings: Vec<NewReading>,
    ) -> Result<ReadingsStored, CommandError> {
        if readings.len() > MAX_READINGS {
            return Err(CommandError::Invalid("at most 50 readings in one message"));
        }
        let long = |r: &NewReading| r.origin.model().is_some_and(|m| m.chars().count() > LONGEST_MODEL);
        if readings.iter().any(long) {
            return Err(CommandError::Invalid("a device's model has at most 248 characters"));
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_readings(by, session, readings.clone()).await {
                Err(error) if error.again() && tries < TRIES => {}
                other => return other,
            }
        }
    }

    async fn try_readings(
        &self,
        by: Actor,
        session: Option<SessionId>,
        readings: Vec<NewReading>,
    ) -> Result<ReadingsStored, CommandError> {
        let device = by.device.ok_or(CommandError::NotFound)?;
        let mut tx = self.store.begin().await?;
        let to = self.destination(&mut tx, by, session).await?;
        let now = self.clock.now();
        let entered = match by.who {
            Who::Staff { person, .. } => EnteredBy::Clinician { person },
            Who::Tablet { .. } | Who::Equipment { .. } | Who::System => EnteredBy::Household,
        };
        let mut result = ReadingsStored { stored: 0, duplicates: 0, conflicts: Vec::new() };
        let mut facts = Vec::new();
        let closed_at = to.closed_at(&by);
        for new in readings {
            let reading = new.clone().accept(now, entered);
            let within = closed_at.is_none_or(|end| reading.at() <= end);
            let head = ReadingHead {
                id: reading.id,
                association: to.association,
                case: to.case,
                session: to.session.as_ref().filter(|_| within).map(|s| s.id),
                patient: to.patient,
                device,
                taken: reading.taken_at,
                received: reading.received_at,
                kind: Word::of(&reading.vital.kind())?,
            };
            match tx.insert_reading(&head, &reading).await? {
                Insertion::Stored => {
                    result.stored += 1;
                    if within {
                        facts.push(FactKind::ReadingStored { reading: Private::new(reading) });
                    }
                }
                Insertion::Present(there)
                    if there.head.patient == to.patient && new.is_again(&there.body.read()?) =>
                {
                    result.duplicates += 1;
                }
                // Two readings with one id: neither may vanish in silence.
                Insertion::Present(_) => result.conflicts.push(new.id),
            }
        }
        let into = to.session.filter(|_| !facts.is_empty());
        if let Some(session) = &into {
            append(&mut tx, session, by, facts, now).await?;
            if !session.live() {
                tx.save_session(&session_head(session)?, to.version, &engaged(session)?, session).await?;
            }
        }
        tx.commit().await?;
        if let Some(session) = into {
            self.bus.publish(Hint::Vitals(session.id));
            if !session.live() {
                self.tell(session.id);
            }
        }
        Ok(result)
    }

    async fn destination(
        &self,
        tx: &mut yoban_store::Tx,
        by: Actor,
        session: Option<SessionId>,
    ) -> Result<Destination, CommandError> {
        let running = match (session, by.who) {
            (Some(id), _) => Some(id),
            (None, Who::Tablet { patient }) => {
                tx.live_session_of_patient(patient).await?.map(|row| row.head.id)
            }
            (None, Who::Staff { .. } | Who::Equipment { .. } | Who::System) => {
                return Err(CommandError::Invalid("name the session"));
            }
        };
        if let Some(id) = running {
            // Locked like a turn: a signature at the same time is before these readings or after them.
            let scene = self.lock(tx, id).await?.ok_or(CommandError::NotFound)?;
            may(&by, Action::SendReadings, &scene.subject(&scene.involved()))?;
            let (s, version) = (scene.session, scene.version);
            if s.signed.is_some() {
                // Nobody who reads the signed record would ever see it; a tablet then sends it for the patient alone.
                return Err(Refused::Signed.into());
            }
            return Ok(Destination {
                association: s.association,
                patient: s.patient,
                case: Some(s.case),
                session: Some(s),
                version,
            });
        }
        let Who::Tablet { patient } = by.who else {
            return Err(CommandError::NotFound);
        };
        may(
            &by,
            Action::SendReadings,
            &Subject::Case { association: by.association, patient, involved: &[] },
        )?;
        Ok(Destination { association: by.association, patient, case: None, session: None, version: 0 })
    }
}
