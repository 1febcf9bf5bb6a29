//! Sessions and who is engaged in them.

use serde::Serialize;
use uuid::Uuid;
use yoban_domain::id::{AssociationId, CaseId, DeviceId, PatientId, PersonId, SessionId};
use yoban_domain::time::Timestamp;

use crate::db::{Conn, Tx};
use crate::dialect::{Pair, locking};
use crate::value::{Body, Word, json};
use crate::{Error, Result};

/// What the store knows of a session beside its body; the searched columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionHead {
    /// Key.
    pub id: SessionId,
    /// Tenant.
    pub association: AssociationId,
    /// The case it belongs to.
    pub case: CaseId,
    /// The patient; at most one live session each.
    pub patient: PatientId,
    /// The tablet; at most one live session each. None for a telephone call.
    pub device: Option<DeviceId>,
    /// The doctor whose leg is an online examination; at most one live examination each.
    pub exam_doctor: Option<PersonId>,
    /// The domain's state.
    pub state: Word,
    /// The tap.
    pub started: Timestamp,
    /// Since when it is over; a session without is live.
    pub ended: Option<Timestamp>,
}

/// A session as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// The searched columns.
    pub head: SessionHead,
    /// To be handed back when saving.
    pub version: i64,
    /// The aggregate.
    pub body: Body,
}

/// One person's part in a live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engagement {
    /// The session.
    pub session: SessionId,
    /// Who.
    pub person: PersonId,
    /// Rung, accepted, joined: the domain's word for the leg.
    pub state: Word,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, association_id, case_id, patient_id, device_id, exam_doctor_id, state,
             started_ms, ended_ms,",
            " version, body FROM sessions ",
            $rest
        )
    };
}

const LOAD: &str = select!("WHERE id = $1");
const LOAD_FOR_UPDATE: Pair = locking!(select!("WHERE id = $1"));
const LOCK_PERSON: Pair = locking!("SELECT id FROM people WHERE id = $1");

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    association_id: Uuid,
    case_id: Uuid,
    patient_id: Uuid,
    device_id: Option<Uuid>,
    exam_doctor_id: Option<Uuid>,
    state: String,
    started_ms: i64,
    ended_ms: Option<i64>,
    version: i64,
    body: String,
}

impl From<Row> for SessionRow {
    fn from(row: Row) -> Self {
        Self {
            head: SessionHead {
                id: SessionId(row.id),
                association: AssociationId(row.association_id),
                case: CaseId(row.case_id),
                patient: PatientId(row.patient_id),
                device: row.device_id.map(DeviceId),
                exam_doctor: row.exam_doctor_id.map(PersonId),
                state: Word::at(row.state, "sessions", "state", row.id),
                started: Timestamp(row.started_ms),
                ended: row.ended_ms.map(Timestamp),
            },
            version: row.version,
            body: Body::at(row.body, "sessions", "body", row.id),
        }
    }
}

#[derive(sqlx::FromRow)]
struct EngagementRow {
    session_id: Uuid,
    person_id: Uuid,
    state: String,
}

impl From<EngagementRow> for Engagement {
    fn from(row: EngagementRow) -> Self {
        Self {
            session: SessionId(row.session_id),
            person: PersonId(row.person_id),
            state: Word::at(row.state, "engagements", "state", row.session_id),
        }
    }
}

impl Tx {
    /// Stores a new session at version 1, and who is engaged in it.
    ///
    /// # Errors
    /// `LivePatient`, `LiveDevice` or `ExamDoctor` when one of them already has a live session, `Reference`
    /// when something belongs to another association.
    pub async fn insert_session<B: Serialize>(
        &mut self,
        head: &SessionHead,
        engaged: &[(PersonId, Word)],
        body: &B,
    ) -> Result<()> {
        run!(
            self,
            "INSERT INTO sessions (id, association_id, case_id, patient_id, device_id, exam_doctor_id, state,
             started_ms, ended_ms, version, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)",
            head.id.0,
            head.association.0,
            head.case.0,
            head.patient.0,
            head.device.map(|d| d.0),
            head.exam_doctor.map(|d| d.0),
            head.state.as_str(),
            head.started.0,
            head.ended.map(|t| t.0),
            json(body)?
        )?;
        self.engage(head, engaged).await
    }

    /// Loads a session and keeps other turns away from it until this one ends.
    ///
    /// Lock the case first where a turn needs both: one order for all turns excludes deadlocks.
    ///
    /// # Errors
    /// [`Error::Unavailable`], also when another turn holds the session for too long.
    pub async fn load_session_for_update(&mut self, id: SessionId) -> Result<Option<SessionRow>> {
        let sql = self.pick(LOAD_FOR_UPDATE);
        Ok(one!(self, Row, sql, id.0)?.map(SessionRow::from))
    }

    /// Keeps other turns that would engage this person away until this one ends: what [`Conn::engagements_of`] says
    /// afterwards holds until then. False when there is no such person.
    ///
    /// Lock case and session first, and one person only: one order for all turns excludes deadlocks.
    ///
    /// # Errors
    /// [`Error::Unavailable`], also when another turn holds the person for too long.
    pub async fn lock_person(&mut self, id: PersonId) -> Result<bool> {
        let sql = self.pick(LOCK_PERSON);
        Ok(one!(self, (Uuid,), sql, id.0)?.is_some())
    }

    /// Stores the next value of a session that was loaded at `version`, and who is engaged in it now:
    /// `engaged` replaces what was stored. Association, case and start never change. Returns the new version.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was saved by somebody else meanwhile (or is not there); what
    /// [`Tx::insert_session`] refuses.
    pub async fn save_session<B: Serialize>(
        &mut self,
        head: &SessionHead,
        version: i64,
        engaged: &[(PersonId, Word)],
        body: &B,
    ) -> Result<i64> {
        let saved = run!(
            self,
            "UPDATE sessions SET patient_id = $3, device_id = $4, exam_doctor_id = $5, state = $6,
             ended_ms = $7,
             body = $8, version = version + 1 WHERE id = $1 AND version = $2",
            head.id.0,
            version,
            head.patient.0,
            head.device.map(|d| d.0),
            head.exam_doctor.map(|d| d.0),
            head.state.as_str(),
            head.ended.map(|t| t.0),
            json(body)?
        )?;
        if saved == 0 {
            return self.fail(Error::Conflict);
        }
        self.engage(head, engaged).await?;
        Ok(version.saturating_add(1))
    }

    /// Makes the stored engagements exactly `engaged`; of an ended session none remains.
    async fn engage(&mut self, head: &SessionHead, engaged: &[(PersonId, Word)]) -> Result<()> {
        let engaged = if head.ended.is_some() { &[] } else { engaged };
        let stored = all!(
            self,
            EngagementRow,
            "SELECT session_id, person_id, state FROM engagements WHERE session_id = $1",
            head.id.0
        )?;
        for old in stored {
            if !engaged.iter().any(|(person, _)| person.0 == old.person_id) {
                run!(
                    self,
                    "DELETE FROM engagements WHERE session_id = $1 AND person_id = $2",
                    head.id.0,
                    old.person_id
                )?;
            }
        }
        for (person, state) in engaged {
            run!(
                self,
                "INSERT INTO engagements (session_id, association_id, person_id, state)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (session_id, person_id) DO UPDATE SET state = excluded.state",
                head.id.0,
                head.association.0,
                person.0,
                state.as_str()
            )?;
        }
        Ok(())
    }
}

impl Conn {
    /// A session.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn load_session(&mut self, id: SessionId) -> Result<Option<SessionRow>> {
        Ok(one!(self, Row, LOAD, id.0)?.map(SessionRow::from))
    }

    /// The sessions of a case, in the order they began.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn sessions_of_case(&mut self, case: CaseId) -> Result<Vec<SessionRow>> {
        let rows = all!(self, Row, select!("WHERE case_id = $1 ORDER BY started_ms, id"), case.0)?;
        Ok(rows.into_iter().map(SessionRow::from).collect())
    }

    /// The live sessions of an association, in the order they began.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn live_sessions(&mut self, association: AssociationId) -> Result<Vec<SessionRow>> {
        let rows = all!(
            self,
            Row,
            select!("WHERE association_id = $1 AND ended_ms IS NULL ORDER BY started_ms, id"),
            association.0
        )?;
        Ok(rows.into_iter().map(SessionRow::from).collect())
    }

    /// The live session of a patient.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn live_session_of_patient(&mut self, patient: PatientId) -> Result<Option<SessionRow>> {
        let row = one!(self, Row, select!("WHERE patient_id = $1 AND ended_ms IS NULL"), patient.0)?;
        Ok(row.map(SessionRow::from))
    }

    /// Everybody of an association who has a part in a live session, and the state of that part. Whether a
    /// rung person counts as busy is the caller's rule.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn engaged_people(&mut self, association: AssociationId) -> Result<Vec<Engagement>> {
        let rows = all!(
            self,
            EngagementRow,
            "SELECT session_id, person_id, state FROM engagements WHERE association_id = $1
             ORDER BY person_id, session_id",
            association.0
        )?;
        Ok(rows.into_iter().map(Engagement::from).collect())
    }

    /// The parts of one person in live sessions.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn engagements_of(&mut self, person: PersonId) -> Result<Vec<Engagement>> {
        let rows = all!(
            self,
            EngagementRow,
            "SELECT session_id, person_id, state FROM engagements WHERE person_id = $1 ORDER BY session_id",
            person.0
        )?;
        Ok(rows.into_iter().map(Engagement::from).collect())
    }
}
