//! The engine: the single write path. Every change of a case goes load → step → save, with its facts, deadlines
//! and pages in one transaction; then the world is told.

mod command;
mod lists;
mod load;
mod look;
mod pages;
mod places;
mod readings;
mod recorded;
mod sign;
#[cfg(test)]
mod tests;
mod timers;
mod turn;

use std::sync::Arc;

use yoban_domain::session::{MayRecord, Timings};
use yoban_store::Store;

pub use lists::{CaseRead, Tonight};
pub use load::Scene;
pub(crate) use load::{readings as readings_of, scene as scene_of};
pub use places::EQUIPMENT;
pub use readings::MAX_READINGS;
pub use timers::KEPT;
pub(crate) use turn::fresh;

use crate::clock::Clock;
use crate::hint::Bus;

/// How often a turn is tried again when somebody else changed the same case. Two is enough for two racing people;
/// more only delays the refusal when a row is really contended.
const TRIES: u32 = 4;

/// Says whether a recording may begin; asked in the middle of a turn, so it must not wait for anything.
pub type Recordable = Arc<dyn Fn() -> MayRecord + Send + Sync>;

/// The engine. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) bus: Bus,
    pub(crate) timings: Timings,
    /// Whether calls may be recorded here and now.
    pub(crate) recording: Recordable,
    /// Names this node in leases.
    pub(crate) node: Arc<str>,
}

impl Engine {
    /// An engine over an open, migrated store.
    pub fn new(
        store: Store,
        clock: Clock,
        bus: Bus,
        timings: Timings,
        recording: Recordable,
        node: &str,
    ) -> Self {
        Self { store, clock, bus, timings, recording, node: node.into() }
    }

    /// The clock the engine goes by.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The store behind it, for reading.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// The table of times it goes by.
    pub const fn timings(&self) -> &Timings {
        &self.timings
    }
}
