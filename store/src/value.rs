//! Text columns that hold a word of a closed set, and text columns that hold a JSON body.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Constraint, Error};

/// Where a value was read from; empty for one that was made by the program.
#[derive(Clone, Default)]
struct Place {
    table: &'static str,
    column: &'static str,
    id: String,
}

impl Place {
    fn corrupt(&self) -> Error {
        Error::Corrupt { table: self.table, column: self.column, id: self.id.clone() }
    }
}

/// A state, kind, line, role or reason: what serde makes of a domain enum. A plain variant is stored as its
/// bare name; a variant with data as compact JSON. Never personal text, so it may be printed.
#[derive(Clone)]
pub struct Word {
    text: String,
    place: Place,
}

impl Word {
    /// The word of a domain value.
    ///
    /// # Errors
    /// The value has no JSON form.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        let text = match serde_json::to_value(value) {
            Ok(serde_json::Value::String(name)) => name,
            Ok(other) => other.to_string(),
            Err(_) => return Err(Error::Constraint(Constraint::Value)),
        };
        Ok(Self::from(text))
    }

    /// The domain value of this word.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when `T` has no such variant.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let bare = serde_json::from_value(serde_json::Value::String(self.text.clone()));
        bare.or_else(|_| serde_json::from_str(&self.text)).map_err(|_| self.place.corrupt())
    }

    /// The stored text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn at(text: String, table: &'static str, column: &'static str, id: impl ToString) -> Self {
        Self { text, place: Place { table, column, id: id.to_string() } }
    }
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        Self { text, place: Place::default() }
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Word {}

impl std::fmt::Debug for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text.fmt(f)
    }
}

/// The stored JSON of an aggregate. `Debug` shows its length only: it is patient data.
#[derive(Clone)]
pub struct Body {
    text: String,
    place: Place,
}

impl Body {
    /// The aggregate.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the JSON is not a `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_str(&self.text).map_err(|_| self.place.corrupt())
    }

    /// The stored text, byte for byte as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn at(text: String, table: &'static str, column: &'static str, id: impl ToString) -> Self {
        Self { text, place: Place { table, column, id: id.to_string() } }
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Body {}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Body({} bytes)", self.text.len())
    }
}

/// The JSON text to store for a body.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|_| Error::Constraint(Constraint::Value))
}

/// A key that people or devices made: PostgreSQL refuses NUL in text and SQLite does not, so both do here.
pub(crate) fn plain(text: &str) -> Result<&str, Error> {
    if text.contains('\0') { Err(Error::Constraint(Constraint::Value)) } else { Ok(text) }
}
