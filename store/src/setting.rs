//! Settings of the installation, as JSON under a name.

use serde::Serialize;

use crate::Result;
use crate::db::{Conn, Tx};
use crate::value::{Body, json, plain};

impl Tx {
    /// Stores a setting unless it is there; what is stored afterwards. For secrets that are made once by
    /// whichever node comes first.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn put_setting_once<B: Serialize>(&mut self, key: &str, value: &B) -> Result<Body> {
        run!(
            self,
            "INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING",
            plain(key)?,
            json(value)?
        )?;
        match self.setting(key).await? {
            Some(stored) => Ok(stored),
            None => self.fail(crate::Error::Conflict),
        }
    }
}

impl Conn {
    /// A setting.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn setting(&mut self, key: &str) -> Result<Option<Body>> {
        let row = one!(self, (String,), "SELECT value FROM settings WHERE key = $1", plain(key)?)?;
        Ok(row.map(|(value,)| Body::at(value, "settings", "value", key)))
    }
}
