//! What was recorded of a session; the media itself lies in files.

use serde::Serialize;
use uuid::Uuid;
use yoban_domain::id::{AssociationId, RecordingId, SessionId};

use crate::db::{Conn, Tx};
use crate::value::{Body, json};
use crate::{Error, Result};

/// A recording as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingRow {
    /// Key.
    pub id: RecordingId,
    /// Tenant.
    pub association: AssociationId,
    /// The session that was recorded.
    pub session: SessionId,
    /// To be handed back when saving.
    pub version: i64,
    /// The rest.
    pub body: Body,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    association_id: Uuid,
    session_id: Uuid,
    version: i64,
    body: String,
}

impl From<Row> for RecordingRow {
    fn from(row: Row) -> Self {
        Self {
            id: RecordingId(row.id),
            association: AssociationId(row.association_id),
            session: SessionId(row.session_id),
            version: row.version,
            body: Body::at(row.body, "recordings", "body", row.id),
        }
    }
}

impl Tx {
    /// Stores a new recording at version 1.
    ///
    /// # Errors
    /// `Duplicate` when the id is taken, `Reference` when the session belongs to another association.
    pub async fn insert_recording<B: Serialize>(
        &mut self,
        id: RecordingId,
        association: AssociationId,
        session: SessionId,
        body: &B,
    ) -> Result<()> {
        run!(
            self,
            "INSERT INTO recordings (id, association_id, session_id, version, body)
             VALUES ($1, $2, $3, 1, $4)",
            id.0,
            association.0,
            session.0,
            json(body)?
        )?;
        Ok(())
    }

    /// Stores the next value of a recording that was loaded at `version`. Returns the new version.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was saved by somebody else meanwhile.
    pub async fn save_recording<B: Serialize>(
        &mut self,
        id: RecordingId,
        version: i64,
        body: &B,
    ) -> Result<i64> {
        let saved = run!(
            self,
            "UPDATE recordings SET body = $3, version = version + 1 WHERE id = $1 AND version = $2",
            id.0,
            version,
            json(body)?
        )?;
        if saved == 0 {
            return self.fail(Error::Conflict);
        }
        Ok(version.saturating_add(1))
    }
}

impl Conn {
    /// A recording.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn recording(&mut self, id: RecordingId) -> Result<Option<RecordingRow>> {
        let row = one!(
            self,
            Row,
            "SELECT id, association_id, session_id, version, body FROM recordings WHERE id = $1",
            id.0
        )?;
        Ok(row.map(RecordingRow::from))
    }

    /// The recordings of a session, oldest id first.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn recordings_of_session(&mut self, session: SessionId) -> Result<Vec<RecordingRow>> {
        let rows = all!(
            self,
            Row,
            "SELECT id, association_id, session_id, version, body FROM recordings WHERE session_id = $1
             ORDER BY id",
            session.0
        )?;
        Ok(rows.into_iter().map(RecordingRow::from).collect())
    }
}
