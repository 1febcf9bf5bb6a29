//! What the two workers of a node have in common: for how long they hold rows, and how they wait until it is time to look
//! again.

use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use yoban_domain::time::{Span, Timestamp};

use super::Engine;
use crate::error::CommandError;
use crate::hint::Hint;

/// How long a node may hold a row it is working on. Shorter: a slow turn runs twice, harmlessly; longer: what a dead node
/// held waits that long.
pub(super) const LEASE: Span = Span::seconds(5);
/// Rows taken at once.
pub(super) const BATCH: u32 = 100;
/// The longest wait between two looks, in case a hint was lost.
const LOOK: Span = Span::seconds(15);
/// Wait after the store failed.
const AFTER_FAILURE: Span = Span::seconds(1);

/// Why a worker wakes up.
pub(super) enum Woken {
    /// Time to look.
    Look,
    /// Something else happened that may concern it. It goes on waiting for the same instant.
    Hint(Hint),
    /// The node stops.
    Stop,
}

impl Engine {
    /// The instant to look again, from what the look gave.
    pub(super) fn next_look(&self, looked: Result<Timestamp, CommandError>, what: &str) -> Timestamp {
        let now = self.clock.now();
        match looked {
            Ok(next) => next.min(now.plus(LOOK)),
            Err(error) => {
                tracing::warn!(%error, "{what} wait for the store");
                now.plus(AFTER_FAILURE)
            }
        }
    }

    /// Waits until `at`, a hint or the stop, whichever comes first. With hints lost it is time to look.
    pub(super) async fn wake(
        &self,
        at: Timestamp,
        mine: Hint,
        hints: &mut broadcast::Receiver<Hint>,
        stop: &CancellationToken,
    ) -> Woken {
        tokio::select! {
            () = stop.cancelled() => Woken::Stop,
            () = self.clock.until(at) => Woken::Look,
            hint = hints.recv() => match hint {
                Ok(hint) if hint != mine => Woken::Hint(hint),
                Ok(_) | Err(_) => Woken::Look,
            },
        }
    }
}
