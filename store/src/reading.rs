//! Vital-sign readings; sending one again does no harm.

use serde::Serialize;
use uuid::Uuid;
use yoban_domain::id::{AssociationId, CaseId, DeviceId, PatientId, ReadingId, SessionId};
use yoban_domain::time::Timestamp;

use crate::Result;
use crate::db::{Conn, Tx};
use crate::value::{Body, Word, json};

/// What the store knows of a reading beside its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingHead {
    /// Key.
    pub id: ReadingId,
    /// Tenant.
    pub association: AssociationId,
    /// The case it was taken in; none for routine monitoring.
    pub case: Option<CaseId>,
    /// The session it was taken in.
    pub session: Option<SessionId>,
    /// Whose reading.
    pub patient: PatientId,
    /// Which device sent it.
    pub device: DeviceId,
    /// When it was taken, by the device.
    pub taken: Timestamp,
    /// When it arrived here.
    pub received: Timestamp,
    /// Which vital sign: the domain's word.
    pub kind: Word,
}

/// A reading as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingRow {
    /// The searched columns.
    pub head: ReadingHead,
    /// Value, unit, flags.
    pub body: Body,
}

/// What became of a reading that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Insertion {
    /// Stored now.
    Stored,
    /// A reading with this id is there; nothing changed. Whether it is the same one is the caller's rule.
    Present(Box<ReadingRow>),
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, association_id, case_id, session_id, patient_id, device_id, taken_ms,",
            " received_ms, kind, body FROM readings ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    association_id: Uuid,
    case_id: Option<Uuid>,
    session_id: Option<Uuid>,
    patient_id: Uuid,
    device_id: Uuid,
    taken_ms: i64,
    received_ms: i64,
    kind: String,
    body: String,
}

impl From<Row> for ReadingRow {
    fn from(row: Row) -> Self {
        Self {
            head: ReadingHead {
                id: ReadingId(row.id),
                association: AssociationId(row.association_id),
                case: row.case_id.map(CaseId),
                session: row.session_id.map(SessionId),
                patient: PatientId(row.patient_id),
                device: DeviceId(row.device_id),
                taken: Timestamp(row.taken_ms),
                received: Timestamp(row.received_ms),
                kind: Word::at(row.kind, "readings", "kind", row.id),
            },
            body: Body::at(row.body, "readings", "body", row.id),
        }
    }
}

impl Tx {
    /// Stores a reading once, however often it is sent.
    ///
    /// # Errors
    /// `Reference` when something belongs to another association.
    pub async fn insert_reading<B: Serialize>(&mut self, head: &ReadingHead, body: &B) -> Result<Insertion> {
        let stored = run!(
            self,
            "INSERT INTO readings (id, association_id, case_id, session_id, patient_id, device_id, taken_ms,
             received_ms, kind, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (id) DO NOTHING",
            head.id.0,
            head.association.0,
            head.case.map(|c| c.0),
            head.session.map(|s| s.0),
            head.patient.0,
            head.device.0,
            head.taken.0,
            head.received.0,
            head.kind.as_str(),
            json(body)?
        )?;
        if stored == 1 {
            return Ok(Insertion::Stored);
        }
        match one!(self, Row, select!("WHERE id = $1"), head.id.0)? {
            Some(before) => Ok(Insertion::Present(Box::new(before.into()))),
            None => self.fail(crate::Error::Conflict),
        }
    }
}

impl Conn {
    /// The readings of a case, in the order they were taken.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn readings_of_case(&mut self, case: CaseId) -> Result<Vec<ReadingRow>> {
        let rows = all!(self, Row, select!("WHERE case_id = $1 ORDER BY taken_ms, id"), case.0)?;
        Ok(rows.into_iter().map(ReadingRow::from).collect())
    }
}
