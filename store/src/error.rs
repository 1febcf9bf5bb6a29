//! What can go wrong, sorted by what the caller does about it. No message carries the contents of a row.

/// An error of the store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The database cannot be reached, is busy for too long, full, damaged or not migrated. Trying again
    /// later may help. `code` is the driver's code (`sqlite 5`, `postgres 57P01`) or a short phrase, safe to
    /// log and show.
    #[error("the store is not available ({code})")]
    Unavailable {
        /// Driver and code, or a phrase.
        code: String,
    },
    /// Somebody else changed the same thing meanwhile. Load again and decide again.
    #[error("changed by somebody else meanwhile")]
    Conflict,
    /// A stored value cannot be understood: an older or newer program, or a hand in the database.
    #[error("cannot understand {table}.{column} of {id}")]
    Corrupt {
        /// Table of the value.
        table: &'static str,
        /// Column of the value.
        column: &'static str,
        /// Key of its row.
        id: String,
    },
    /// The database refuses what the turn asks for.
    #[error("refused: {0}")]
    Constraint(Constraint),
    /// An earlier operation of this turn failed or was dropped half way. Nothing of the turn will be stored;
    /// begin a new one.
    #[error("this turn has already failed")]
    TurnFailed,
}

/// Which rule of the database refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// The patient already has a live session.
    LivePatient,
    /// The device already has a live session.
    LiveDevice,
    /// The doctor already holds an online examination.
    ExamDoctor,
    /// Facts and signed records are never changed or removed.
    AppendOnly,
    /// An open case needs exactly one owner, a closed one at most one.
    CaseOwned,
    /// An open case needs a next deadline.
    CaseDeadline,
    /// A shift must end after it begins.
    ShiftSpan,
    /// A row with this key is already there; the name is the table's.
    Duplicate(&'static str),
    /// A row refers to another that is not there, or that belongs to another association.
    Reference,
    /// Another rule of the schema.
    Rule,
    /// A value that a column cannot hold: not JSON, a NUL in plain text, a type that does not fit.
    Value,
}

impl Constraint {
    /// A stable name for logs and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LivePatient => "live_patient",
            Self::LiveDevice => "live_device",
            Self::ExamDoctor => "exam_doctor",
            Self::AppendOnly => "append_only",
            Self::CaseOwned => "case_owned",
            Self::CaseDeadline => "case_deadline",
            Self::ShiftSpan => "shift_span",
            Self::Duplicate(_) => "duplicate",
            Self::Reference => "reference",
            Self::Rule => "rule",
            Self::Value => "value",
        }
    }
}

impl std::fmt::Display for Constraint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Duplicate(table) => write!(f, "duplicate in {table}"),
            Self::LivePatient
            | Self::LiveDevice
            | Self::ExamDoctor
            | Self::AppendOnly
            | Self::CaseOwned
            | Self::CaseDeadline
            | Self::ShiftSpan
            | Self::Reference
            | Self::Rule
            | Self::Value => f.write_str(self.name()),
        }
    }
}

impl Error {
    pub(crate) fn unavailable(code: impl Into<String>) -> Self {
        Self::Unavailable { code: code.into() }
    }
}
