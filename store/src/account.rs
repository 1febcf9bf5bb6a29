//! One-time sign-in codes. Only their hash reaches the store.

use uuid::Uuid;
use yoban_domain::id::{AssociationId, DeviceId, PersonId};
use yoban_domain::time::Timestamp;

use crate::Result;
use crate::db::{Conn, Tx};
use crate::value::Word;

/// A code to store, or one that was redeemed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInCode {
    /// Tenant; none for the first administrator's code.
    pub association: Option<AssociationId>,
    /// Who signs in with it.
    pub person: Option<PersonId>,
    /// Which device it makes known.
    pub device: Option<DeviceId>,
    /// What it is for: the program's word.
    pub purpose: Word,
    /// First instant at which it no longer works.
    pub expires: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    association_id: Option<Uuid>,
    person_id: Option<Uuid>,
    device_id: Option<Uuid>,
    purpose: String,
    expires_ms: i64,
}

impl From<Row> for SignInCode {
    fn from(row: Row) -> Self {
        Self {
            association: row.association_id.map(AssociationId),
            person: row.person_id.map(PersonId),
            device: row.device_id.map(DeviceId),
            purpose: Word::at(row.purpose, "sign_in_codes", "purpose", "a code"),
            expires: Timestamp(row.expires_ms),
        }
    }
}

impl Tx {
    /// Stores a code by its hash.
    ///
    /// # Errors
    /// `Duplicate` when the hash is there already.
    pub async fn insert_sign_in_code(&mut self, hash: &[u8], code: &SignInCode) -> Result<()> {
        run!(
            self,
            "INSERT INTO sign_in_codes (code_hash, association_id, person_id, device_id, purpose, expires_ms)
             VALUES ($1, $2, $3, $4, $5, $6)",
            hash,
            code.association.map(|a| a.0),
            code.person.map(|p| p.0),
            code.device.map(|d| d.0),
            code.purpose.as_str(),
            code.expires.0
        )?;
        Ok(())
    }

    /// Uses a code up. None when it is unknown, expired or used: the caller cannot tell which, and must not.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn redeem_sign_in_code(&mut self, hash: &[u8], now: Timestamp) -> Result<Option<SignInCode>> {
        let rows = all!(
            self,
            Row,
            "UPDATE sign_in_codes SET used_ms = $2 WHERE code_hash = $1 AND used_ms IS NULL
             AND expires_ms > $2
             RETURNING association_id, person_id, device_id, purpose, expires_ms",
            hash,
            now.0
        )?;
        Ok(rows.into_iter().next().map(SignInCode::from))
    }

    /// Removes codes that stopped working before `before`; how many.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn prune_sign_in_codes(&mut self, before: Timestamp) -> Result<u64> {
        run!(self, "DELETE FROM sign_in_codes WHERE expires_ms < $1 OR used_ms < $1", before.0)
    }
}

impl Conn {
    /// Looks at a code without using it up; none as for [`Tx::redeem_sign_in_code`].
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn sign_in_code(&mut self, hash: &[u8], now: Timestamp) -> Result<Option<SignInCode>> {
        let row = one!(
            self,
            Row,
            "SELECT association_id, person_id, device_id, purpose, expires_ms FROM sign_in_codes
             WHERE code_hash = $1 AND used_ms IS NULL AND expires_ms > $2",
            hash,
            now.0
        )?;
        Ok(row.map(SignInCode::from))
    }
}
