//! Everything in which the two databases differ, side by side.

use sqlx::error::DatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

use crate::error::{Constraint, Error};

/// One statement in two spellings.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// The same SELECT, on PostgreSQL with a row lock: SQLite's write turn is alone anyway. `NO KEY UPDATE` lets
/// rows that only refer to the locked one (readings of a case) be inserted meanwhile.
macro_rules! locking {
    ($sql:expr) => {
        $crate::dialect::Pair { sqlite: $sql, postgres: concat!($sql, " FOR NO KEY UPDATE") }
    };
}
pub(crate) use locking;

/// Leases due rows. The claim stands in a materialised CTE because PostgreSQL may run a sub-select with LIMIT
/// more than once; `SKIP LOCKED` keeps two contenders from queueing behind each other, and the outer
/// predicate keeps the statement right even without it.
macro_rules! leasing {
    ($table:literal, $due:literal, $set:literal, $and:literal, $returning:literal) => {
        $crate::dialect::Pair {
            sqlite: leasing!(@text $table, $due, $set, $and, $returning, ""),
            postgres: leasing!(@text $table, $due, $set, $and, $returning, " FOR UPDATE SKIP LOCKED"),
        }
    };
    (@text $table:literal, $due:literal, $set:literal, $and:literal, $returning:literal, $lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (SELECT id AS due_id FROM ", $table, " WHERE ", $due, " <= $1",
            " AND (lease_until_ms IS NULL OR lease_until_ms <= $1)", $and,
            " ORDER BY ", $due, ", id LIMIT $4", $lock, ")",
            " UPDATE ", $table, " SET ", $set, "lease_owner = $2, lease_until_ms = $3 FROM due
             WHERE id = due_id",
            " AND (lease_until_ms IS NULL OR lease_until_ms <= $1)", $and,
            " RETURNING ", $returning,
        )
    };
}
pub(crate) use leasing;

/// How a read begins: a snapshot that stays the same until it ends.
pub(crate) const BEGIN_READ: Pair =
    Pair { sqlite: "BEGIN", postgres: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };

/// How a turn begins. SQLite takes the write lock at once: a deferred transaction that upgrades later can
/// fail with "busy" whatever the busy timeout says.
pub(crate) const BEGIN_TURN: Pair =
    Pair { sqlite: "BEGIN IMMEDIATE", postgres: "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" };

const TABLES: [&str; 20] = [
    "associations",
    "institutions",
    "people",
    "patients",
    "devices",
    "shifts",
    "cases",
    "sessions",
    "engagements",
    "media_legs",
    "facts",
    "timers",
    "outbox",
    "readings",
    "encounter_versions",
    "recordings",
    "idempotency",
    "sign_in_codes",
    "settings",
    "_sqlx_migrations",
];

fn table(name: &str) -> &'static str {
    TABLES.iter().find(|known| **known == name).copied().unwrap_or("unknown")
}

/// A check that has a name in both schemas.
fn named(name: &str) -> Constraint {
    match name {
        "append_only" => Constraint::AppendOnly,
        "cases_owned" => Constraint::CaseOwned,
        "cases_deadline" => Constraint::CaseDeadline,
        "shifts_span" => Constraint::ShiftSpan,
        _ => Constraint::Rule,
    }
}

/// A unique key. Keys whose collision means "two turns raced" are a conflict; the rest is a duplicate.
fn unique(table_name: &str, index: &str) -> Error {
    match index {
        "sessions_live_patient" => Error::Constraint(Constraint::LivePatient),
        "sessions_live_device" => Error::Constraint(Constraint::LiveDevice),
        "sessions_exam_doctor" => Error::Constraint(Constraint::ExamDoctor),
        "facts_pkey" | "timers_subject" | "encounter_versions_pkey" => Error::Conflict,
        _ => Error::Constraint(Constraint::Duplicate(table(table_name))),
    }
}

/// Sorts an error of either driver.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "sqlx may add errors at any time; unknown ones mean: not available"
)]
pub(crate) fn sort(error: sqlx::Error) -> Error {
    match error {
        sqlx::Error::Database(refusal) => match refusal.try_downcast_ref::<PgDatabaseError>() {
            Some(postgres) => sort_postgres(postgres),
            None => match refusal.try_downcast_ref::<SqliteError>() {
                Some(sqlite) => sort_sqlite(sqlite),
                None => Error::unavailable("unknown driver"),
            },
        },
        sqlx::Error::PoolTimedOut => Error::unavailable("no free connection"),
        sqlx::Error::PoolClosed => Error::unavailable("closed"),
        sqlx::Error::Io(io) => Error::unavailable(format!("input/output: {}", io.kind())),
        sqlx::Error::WorkerCrashed => Error::unavailable("worker ended"),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) | sqlx::Error::Decode(_) => {
            Error::Corrupt { table: "unknown", column: "unknown", id: String::new() }
        }
        sqlx::Error::Encode(_) => Error::Constraint(Constraint::Value),
        // The rest has texts that may quote what was sent: only its class is kept.
        _ => Error::unavailable("driver"),
    }
}

fn sort_sqlite(error: &SqliteError) -> Error {
    let code = error.code().unwrap_or_default();
    let message = error.message();
    let detail = message.split_once("failed: ").map_or("", |(_, detail)| detail);
    match code.as_ref() {
        // SQLite names the columns of a unique index, PostgreSQL the index.
        "2067" | "1555" => {
            let table_name = detail.split('.').next().unwrap_or_default();
            let index = match detail {
                "sessions.patient_id" => "sessions_live_patient",
                "sessions.device_id" => "sessions_live_device",
                "sessions.exam_doctor_id" => "sessions_exam_doctor",
                "timers.subject_id, timers.reason" => "timers_subject",
                "facts.case_id, facts.seq" => "facts_pkey",
                "encounter_versions.session_id, encounter_versions.version" => "encounter_versions_pkey",
                _ => "",
            };
            unique(table_name, index)
        }
        "787" => Error::Constraint(Constraint::Reference),
        "275" if detail.starts_with("json_valid") => Error::Constraint(Constraint::Value),
        "275" => Error::Constraint(named(detail)),
        "1811" => Error::Constraint(named(message)),
        "1299" => Error::Constraint(Constraint::Rule),
        // Wrong type for a STRICT column, too big.
        "3091" | "18" | "20" => Error::Constraint(Constraint::Value),
        code => Error::unavailable(format!("sqlite {code}")),
    }
}

fn sort_postgres(error: &PgDatabaseError) -> Error {
    let index = error.constraint().unwrap_or_default();
    match error.code() {
        "23505" => unique(error.table().unwrap_or_default(), index),
        "23503" => Error::Constraint(Constraint::Reference),
        "23514" => Error::Constraint(named(index)),
        "23502" => Error::Constraint(Constraint::Rule),
        "40001" | "40P01" => Error::Conflict,
        code if code.starts_with("22") => Error::Constraint(Constraint::Value),
        code => Error::unavailable(format!("postgres {code}")),
    }
}
