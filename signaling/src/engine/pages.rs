//! Handing pages over: at least once, each attempt a fact, none twice for the person who is rung.

use tokio_util::sync::CancellationToken;
use yoban_domain::fact::FactKind;
use yoban_domain::people::Actor;
use yoban_domain::session::Leg;
use yoban_domain::time::Timestamp;
use yoban_store::outbox::{Backoff, Delivery};

use super::Engine;
use super::look::{BATCH, LEASE, Woken};
use super::timers::hopeless;
use super::turn::{StoredPage, append};
use crate::error::CommandError;
use crate::hint::Hint;
use crate::hub::Hub;

impl Engine {
    /// Delivers pages until `stop`. One such task runs per node.
    pub async fn run_pages(self, hub: Hub, stop: CancellationToken) {
        let mut hints = self.bus.subscribe();
        loop {
            let at = self.next_look(self.deliver_due(&hub).await, "pages");
            loop {
                match self.wake(at, Hint::Outbox, &mut hints, &stop).await {
                    Woken::Look => break,
                    Woken::Hint(_) => {}
                    Woken::Stop => {
                        if let Err(error) = self.store.release_outbox(&self.node).await {
                            tracing::warn!(%error, "pages stay leased until their leases run out");
                        }
                        return;
                    }
                }
            }
        }
    }

    /// Delivers everything that waits; the instant to look again.
    pub(super) async fn deliver_due(&self, hub: &Hub) -> Result<Timestamp, CommandError> {
        loop {
            let waiting = self.store.lease_outbox(self.clock.now(), &self.node, LEASE, BATCH).await?;
            if waiting.is_empty() {
                let next = self.store.read().await?.next_delivery().await?;
                return Ok(next.unwrap_or(Timestamp(i64::MAX)));
            }
            for delivery in waiting {
                if let Err(error) = self.deliver(hub, &delivery).await
                    && let Err(away) = self.put_back(&delivery, &error).await
                {
                    tracing::warn!(%away, delivery = delivery.id, "a failed page comes again when its lease ends");
                }
            }
        }
    }

    /// As for deadlines: a page that failed waits longer each time, and is put aside in the end.
    async fn put_back(&self, delivery: &Delivery, error: &CommandError) -> Result<(), CommandError> {
        let (id, attempts, now) = (delivery.id, delivery.attempts, self.clock.now());
        let mut tx = self.store.begin().await?;
        if hopeless(attempts, error) {
            tx.outbox_park(id, &self.node, now).await?;
            tracing::error!(%error, delivery = id, attempts, "a page is parked until the next start");
        } else {
            tx.outbox_retry_later(id, &self.node, now, Backoff::PAGE.after(attempts)).await?;
            tracing::error!(%error, delivery = id, attempts, "a page could not be handed over");
        }
        Ok(tx.commit().await?)
    }

    /// Rings the person's devices. A page whose ring is over already rings nobody.
    async fn deliver(&self, hub: &Hub, delivery: &Delivery) -> Result<(), CommandError> {
        let StoredPage { session, page } = delivery.body.read()?;
        let mut tx = self.store.begin().await?;
        let now = self.clock.now();
        let scene = self.lock(&mut tx, session).await?;
        let mut shown = 0;
        if let Some(scene) = &scene
            && scene.session.leg(page.leg).is_some_and(Leg::wanted)
        {
            shown = hub.ready_devices(page.person).await;
            let fact = FactKind::PageSent {
                leg: page.leg,
                person: page.person,
                attempt: page.attempt,
                devices: shown,
            };
            append(&mut tx, &scene.session, Actor::system(scene.session.association), vec![fact], now)
                .await?;
        }
        tx.outbox_done(delivery.id, &self.node, now).await?;
        tx.commit().await?;
        if shown > 0 {
            self.rang(session, page.leg).await?;
        }
        Ok(())
    }
}
