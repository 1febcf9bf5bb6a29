//! Signed records. A version is never changed; a correction is the next version.

use uuid::Uuid;
use yoban_domain::id::{AssociationId, PersonId, SessionId};
use yoban_domain::time::Timestamp;

use crate::Result;
use crate::db::{Conn, Tx};
use crate::value::Body;

/// A version to store. `text` is kept byte for byte, so that `digest` stays checkable.
#[derive(Clone, Copy, Debug)]
pub struct NewEncounterVersion<'a> {
    /// The session whose record this is.
    pub session: SessionId,
    /// Tenant.
    pub association: AssociationId,
    /// 1 for the first signature, then one more for each correction.
    pub version: i64,
    /// The JSON document that was signed.
    pub text: &'a str,
    /// Digest over `text`.
    pub digest: &'a [u8],
    /// Who signed.
    pub signed_by: PersonId,
    /// When.
    pub signed: Timestamp,
}

/// A version as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncounterVersion {
    /// The session whose record this is.
    pub session: SessionId,
    /// Tenant.
    pub association: AssociationId,
    /// Number of the version.
    pub version: i64,
    /// The document.
    pub body: Body,
    /// Digest over the document's text.
    pub digest: Vec<u8>,
    /// Who signed.
    pub signed_by: PersonId,
    /// When.
    pub signed: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    session_id: Uuid,
    association_id: Uuid,
    version: i64,
    body: String,
    digest: Vec<u8>,
    signed_by: Uuid,
    signed_ms: i64,
}

impl From<Row> for EncounterVersion {
    fn from(row: Row) -> Self {
        let id = format!("{}/{}", row.session_id, row.version);
        Self {
            session: SessionId(row.session_id),
            association: AssociationId(row.association_id),
            version: row.version,
            body: Body::at(row.body, "encounter_versions", "body", id),
            digest: row.digest,
            signed_by: PersonId(row.signed_by),
            signed: Timestamp(row.signed_ms),
        }
    }
}

impl Tx {
    /// Stores the next signed version.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] when this version is already there (two people signed at once) or an
    /// earlier one is missing; `Value` when the text is not JSON.
    pub async fn insert_encounter_version(&mut self, new: &NewEncounterVersion<'_>) -> Result<()> {
        let newest = self.latest_encounter_version(new.session).await?;
        if newest.map_or(0, |known| known.version).saturating_add(1) != new.version {
            return self.fail(crate::Error::Conflict);
        }
        run!(
            self,
            "INSERT INTO encounter_versions (session_id, version, association_id, body, digest,
             signed_by, signed_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            new.session.0,
            new.version,
            new.association.0,
            new.text,
            new.digest,
            new.signed_by.0,
            new.signed.0
        )?;
        Ok(())
    }
}

impl Conn {
    /// The newest signed version of a session's record.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn latest_encounter_version(&mut self, session: SessionId) -> Result<Option<EncounterVersion>> {
        let row = one!(
            self,
            Row,
            "SELECT session_id, association_id, version, body, digest, signed_by, signed_ms
             FROM encounter_versions
             WHERE session_id = $1 ORDER BY version DESC LIMIT 1",
            session.0
        )?;
        Ok(row.map(EncounterVersion::from))
    }

    /// All signed versions, oldest first.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn encounter_versions(&mut self, session: SessionId) -> Result<Vec<EncounterVersion>> {
        let rows = all!(
            self,
            Row,
            "SELECT session_id, association_id, version, body, digest, signed_by, signed_ms
             FROM encounter_versions
             WHERE session_id = $1 ORDER BY version",
            session.0
        )?;
        Ok(rows.into_iter().map(EncounterVersion::from).collect())
    }
}
