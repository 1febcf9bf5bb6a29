//! Firing deadlines: leased rows, most overdue first. Nothing is armed in memory but the wait for the next look.

use tokio_util::sync::CancellationToken;
use yoban_domain::id::{AssociationId, PersonId};
use yoban_domain::people::Actor;
use yoban_domain::session::{Due, Input, Session};
use yoban_domain::time::{Span, Timestamp};
use yoban_store::outbox::Backoff;
use yoban_store::timer::{Subject, Timer};

use super::look::{BATCH, LEASE, Woken};
use super::{Engine, TRIES};
use crate::error::CommandError;
use crate::hint::Hint;

/// How long what is done is kept: a request may be repeated, and its answer replayed, for a day. Longer: the tables grow;
/// shorter: a phone that was away over night repeats a request that nobody remembers.
pub const KEPT: Span = Span(24 * 3_600_000);
/// How often what was kept long enough is looked for.
const SWEEP: Span = Span::minutes(60);

/// After so many attempts (about a minute) a row is put aside. Fewer: a row that two busy turns contend for is given up;
/// more: the log fills with the same line.
const ATTEMPTS: i64 = 8;

/// Whether it makes no sense to try a row again in this program. A store that is away comes back.
pub(super) const fn hopeless(attempts: i64, error: &CommandError) -> bool {
    attempts >= ATTEMPTS && !matches!(error, CommandError::Store(yoban_store::Error::Unavailable { .. }))
}

impl Engine {
    /// Fires deadlines until `stop`. One such task runs per node.
    pub async fn run_timers(self, stop: CancellationToken) {
        let mut hints = self.bus.subscribe();
        let mut sweep_at = self.clock.now();
        loop {
            if self.clock.now() >= sweep_at {
                sweep_at = self.clock.now().plus(SWEEP);
                if let Err(error) = self.sweep().await {
                    tracing::warn!(%error, "what is done stays until the next sweep");
                }
            }
            let at = self.next_look(self.fire_due().await, "deadlines");
            loop {
                match self.wake(at, Hint::Timers, &mut hints, &stop).await {
                    Woken::Look => break,
                    Woken::Hint(Hint::Freed(association, person)) => {
                        if let Err(error) = self.freed(association, person).await {
                            tracing::warn!(%error, "who waits is rung for at the next reminder");
                        }
                    }
                    Woken::Hint(_) => {}
                    Woken::Stop => {
                        if let Err(error) = self.store.release_timers(&self.node).await {
                            tracing::warn!(%error, "deadlines stay leased until their leases run out");
                        }
                        return;
                    }
                }
            }
        }
    }

    /// Forgets what was done long ago: deliveries, answers of repeated requests, used and expired sign-in codes.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn sweep(&self) -> Result<(), CommandError> {
        let before = self.clock.now().minus(KEPT);
        let mut tx = self.store.begin().await?;
        tx.prune_outbox(before).await?;
        tx.prune_requests(before).await?;
        tx.prune_sign_in_codes(before).await?;
        Ok(tx.commit().await?)
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
                // The others must not wait for one that fails.
                if let Err(error) = self.fire(&timer).await
                    && let Err(away) = self.put_off(&timer, &error).await
                {
                    tracing::warn!(%away, timer = timer.id, "a failed deadline comes again when its lease ends");
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

    /// A deadline that failed waits longer each time; one that fails however often is put aside, where the count of
    /// `/readyz` shows it.
    async fn put_off(&self, timer: &Timer, error: &CommandError) -> Result<(), CommandError> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        if hopeless(timer.attempts, error) {
            tx.timer_park(timer, &self.node, now).await?;
            tracing::error!(%error, timer = timer.id, attempts = timer.attempts, "a deadline is parked until the next start");
        } else {
            tx.timer_retry_later(timer, &self.node, now, Backoff::PAGE.after(timer.attempts)).await?;
            tracing::error!(%error, timer = timer.id, attempts = timer.attempts, "a deadline could not be handled");
        }
        Ok(tx.commit().await?)
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
