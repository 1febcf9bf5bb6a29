//! Firing deadlines: leased rows, most overdue first. Nothing is armed in memory but the wait for the next look.

use tokio_util::sync::CancellationToken;
use yoban_domain::id::{AssociationId, PersonId};
use yoban_domain::people::Actor;
use yoban_domain::session::{Due, Input, Session};
use yoban_domain::time::{Span, Timestamp};
use yoban_store::timer::{Subject, Timer};

use super::{Engine, TRIES};
use crate::error::CommandError;
use crate::hint::Hint;

/// How long a node may hold a deadline it is working on. Shorter: a slow turn runs twice, harmlessly; longer: a dead
/// node's deadlines wait that long.
const LEASE: Span = Span::seconds(5);
/// Deadlines taken at once.
const BATCH: u32 = 100;
/// The longest wait between two looks, in case a hint was lost.
const LOOK: Span = Span::seconds(15);
/// Wait after the store failed.
const AFTER_FAILURE: Span = Span::seconds(1);

impl Engine {
    /// Fires deadlines until `stop`. One such task runs per node.
    pub async fn run_timers(self, stop: CancellationToken) {
        let mut hints = self.bus.subscribe();
        loop {
            let next = match self.fire_due().await {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(%error, "deadlines wait for the store");
                    self.clock.now().plus(AFTER_FAILURE)
                }
            };
            let wait = self.clock.until(next.min(self.clock.now().plus(LOOK)));
            tokio::pin!(wait);
            loop {
                tokio::select! {
                    () = stop.cancelled() => {
                        if let Err(error) = self.store.release_timers(&self.node).await {
                            tracing::warn!(%error, "deadlines stay leased until their leases run out");
                        }
                        return;
                    }
                    () = &mut wait => break,
                    hint = hints.recv() => match hint {
                        Ok(Hint::Timers) | Err(_) => break,
                        Ok(Hint::Freed(association, person)) => {
                            if let Err(error) = self.freed(association, person).await {
                                tracing::warn!(%error, "who waits is rung for at the next reminder");
                            }
                        }
                        Ok(_) => {}
                    },
                }
            }
        }
    }

    /// Fires everything that is due now; the instant to look again.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn fire_due(&self) -> Result<Timestamp, CommandError> {
        loop {
            let due = self.store.lease_due_timers(self.clock.now(), &self.node, LEASE, BATCH).await?;
            if due.is_empty() {
                let next = self.store.read().await?.next_due().await?;
                return Ok(next.unwrap_or(Timestamp(i64::MAX)));
            }
            for timer in due {
                if let Err(error) = self.fire(&timer).await {
                    // The lease runs out and it is tried again; the others must not wait for it.
                    tracing::error!(%error, timer = timer.id, "a deadline could not be handled");
                }
            }
        }
    }

    /// Somebody came out of a call: patients for whom nobody was free are rung for, the longest wait first. Should this
    /// be lost, their reminders do it a little later.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub(super) async fn freed(
        &self,
        association: AssociationId,
        person: PersonId,
    ) -> Result<(), CommandError> {
        let mut read = self.store.read().await?;
        let mut waiting = Vec::new();
        for row in read.live_sessions(association).await? {
            let Ok(session) = row.body.read::<Session>() else { continue };
            if session.desk.is_some_and(|d| !d.ringing) {
                waiting.push((session.requested_at, session.id));
            }
        }
        drop(read);
        waiting.sort_unstable();
        for (_, session) in waiting {
            match self.act(Actor::system(association), session, Input::Freed(person)).await {
                Ok(()) | Err(CommandError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn fire(&self, timer: &Timer) -> Result<(), CommandError> {
        let Subject::Session(session) = timer.subject()? else {
            return Err(CommandError::Invalid("no such kind of deadline"));
        };
        let reason: Due = timer.reason()?;
        let by = Actor::system(timer.association);
        let mut tries = 0;
        loop {
            tries += 1;
            let fence = Some((timer.id, timer.epoch));
            match self.try_act(by, session, Input::Deadline(reason), fence).await {
                Err(error) if error.again() && tries < TRIES => {}
                Err(CommandError::Refused(_)) => return Ok(()),
                other => return other,
            }
        }
    }
}
