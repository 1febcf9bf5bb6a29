//! Hints: "something about this advanced, look in the store". They carry no truth and no patient data, and may be
//! lost, doubled or reordered; whoever acts on one reads the store.

use tokio::sync::broadcast;
use yoban_domain::id::{AssociationId, PersonId, SessionId};

/// What advanced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hint {
    /// A session was changed.
    Session(SessionId),
    /// A session has new readings.
    Vitals(SessionId),
    /// Who is on duty or reachable changed.
    Duty(AssociationId),
    /// Somebody came out of a call.
    Freed(AssociationId, PersonId),
    /// Something was put into the outbox.
    Outbox,
    /// Deadlines changed.
    Timers,
}

/// Hints that may wait for a slow listener. One that lags looks at everything again.
const WAITING: usize = 1024;

/// Carries hints within one node.
#[derive(Clone, Debug)]
pub struct Bus(broadcast::Sender<Hint>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }
}

impl Bus {
    /// Tells whoever listens.
    pub fn publish(&self, hint: Hint) {
        // Nobody listening is no error: the store has the truth.
        let _nobody = self.0.send(hint);
    }

    /// All hints from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Hint> {
        self.0.subscribe()
    }
}
