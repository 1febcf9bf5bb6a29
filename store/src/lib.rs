//! The only crate that knows SQL: SQLite inside the program by default, PostgreSQL when one machine is not
//! enough.
//!
//! One SQL text runs on both drivers (`db.rs`); the few statements that differ stand side by side in
//! `dialect.rs`. Everything the program changes goes through a [`Tx`], a *turn*: it commits as a whole or
//! leaves nothing. Reads go through [`Read`], a snapshot that never waits for a writer. Instants are
//! arguments; no statement reads a clock.
//!
//! Bodies of aggregates are JSON beside the few columns that are searched: [`value::Body`] reads them into
//! the caller's type, and [`value::Word`] does the same for states, kinds and reasons. A value that cannot be
//! read is [`Error::Corrupt`] with its place, never a panic and never a silent default.

#[macro_use]
mod db;
mod dialect;
mod error;

pub mod account;
pub mod case;
pub mod device;
pub mod encounter;
pub mod fact;
pub mod idempotency;
pub mod node;
pub mod outbox;
pub mod people;
pub mod reading;
pub mod recording;
pub mod session;
pub mod setting;
pub mod timer;
pub mod value;

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "conformance")]
pub mod throwaway_postgres;

pub use db::{Backend, Conn, Read, Store, Tx};
pub use error::{Constraint, Error};

/// What every operation of the store returns.
pub type Result<T> = std::result::Result<T, Error>;
