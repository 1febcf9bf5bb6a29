//! What must be said to the world: stored in the turn that causes it, delivered at least once, idempotent by
//! key.

use serde::Serialize;
use uuid::Uuid;
use yoban_domain::id::AssociationId;
use yoban_domain::time::{Span, Timestamp};

use crate::db::{Conn, Tx};
use crate::dialect::{Pair, leasing};
use crate::value::{Body, Word, json, plain};
use crate::{Result, Store};

/// Whether a row was new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// Stored now.
    Stored,
    /// The key was there before; nothing changed.
    Duplicate,
}

/// Something to deliver, leased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Key; rises in the order of storing.
    pub id: i64,
    /// Tenant; none for what concerns the installation.
    pub association: Option<AssociationId>,
    /// What to do: the program's word.
    pub kind: Word,
    /// The idempotency key, to be handed on to whoever receives it.
    pub key: String,
    /// How often it was taken for delivery, this time included.
    pub attempts: i64,
    /// When it was stored.
    pub put: Timestamp,
    /// The rest.
    pub body: Body,
}

/// How long to wait after a failed attempt: `first`, doubled each time, never more than `most`.
///
/// `first` too small hammers a provider that is down; `most` too large lets a page rest after the provider is
/// back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure.
    pub first: Span,
    /// Upper bound.
    pub most: Span,
}

impl Backoff {
    /// For what wakes people: half a second, then up to twenty seconds.
    pub const PAGE: Self = Self { first: Span(500), most: Span::seconds(20) };

    /// The wait after the given number of attempts (1 for the first).
    pub fn after(self, attempts: i64) -> Span {
        let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 40)).unwrap_or(40);
        Span(self.first.0.saturating_mul(1_i64.wrapping_shl(doublings)).min(self.most.0))
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    association_id: Option<Uuid>,
    kind: String,
    key: String,
    attempts: i64,
    put_ms: i64,
    body: String,
}

impl From<Row> for Delivery {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            association: row.association_id.map(AssociationId),
            kind: Word::at(row.kind, "outbox", "kind", row.id),
            key: row.key,
            attempts: row.attempts,
            put: Timestamp(row.put_ms),
            body: Body::at(row.body, "outbox", "body", row.id),
        }
    }
}

const LEASE: Pair = leasing!(
    "outbox",
    "not_before_ms",
    "attempts = attempts + 1, ",
    " AND done_ms IS NULL AND parked_ms IS NULL",
    "id, association_id, kind, key, attempts, put_ms, body"
);

/// One row for the outbox.
#[derive(Clone, Debug)]
pub struct NewDelivery<'a, B> {
    /// Tenant; none for what concerns the installation.
    pub association: Option<AssociationId>,
    /// What to do: the program's word.
    pub kind: Word,
    /// Makes saying it twice one row, for example `case/tier/target/attempt`.
    pub key: &'a str,
    /// When the turn happened.
    pub put: Timestamp,
    /// Not to be delivered before.
    pub not_before: Timestamp,
    /// The rest.
    pub body: &'a B,
}

impl Tx {
    /// Stores something to say, unless its key is there already.
    ///
    /// # Errors
    /// `Value` when the key holds a NUL.
    pub async fn put_outbox<B: Serialize>(&mut self, new: &NewDelivery<'_, B>) -> Result<Put> {
        let stored = run!(
            self,
            "INSERT INTO outbox (association_id, kind, key, body, attempts, put_ms, not_before_ms)
             VALUES ($1, $2, $3, $4, 0, $5, $6) ON CONFLICT (key) DO NOTHING",
            new.association.map(|a| a.0),
            new.kind.as_str(),
            plain(new.key)?,
            json(new.body)?,
            new.put.0,
            new.not_before.0
        )?;
        Ok(if stored == 1 { Put::Stored } else { Put::Duplicate })
    }

    /// Marks a delivery as made. False when the lease was lost meanwhile: somebody else delivers it too,
    /// which its key makes harmless.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn outbox_done(&mut self, id: i64, owner: &str, now: Timestamp) -> Result<bool> {
        let done = run!(
            self,
            "UPDATE outbox SET done_ms = $3, lease_owner = NULL, lease_until_ms = NULL
             WHERE id = $1 AND lease_owner = $2 AND done_ms IS NULL",
            id,
            owner,
            now.0
        )?;
        Ok(done == 1)
    }

    /// Gives a delivery back to be tried again at `now + wait`. False when the lease was lost meanwhile.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn outbox_retry_later(
        &mut self,
        id: i64,
        owner: &str,
        now: Timestamp,
        wait: Span,
    ) -> Result<bool> {
        let later = run!(
            self,
            "UPDATE outbox SET not_before_ms = $3, lease_owner = NULL, lease_until_ms = NULL
             WHERE id = $1 AND lease_owner = $2 AND done_ms IS NULL",
            id,
            owner,
            now.plus(wait).0
        )?;
        Ok(later == 1)
    }

    /// Puts a delivery that fails every time aside, until [`Store::unpark`]. False when the lease was lost meanwhile.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn outbox_park(&mut self, id: i64, owner: &str, now: Timestamp) -> Result<bool> {
        let parked = run!(
            self,
            "UPDATE outbox SET parked_ms = $3, lease_owner = NULL, lease_until_ms = NULL
             WHERE id = $1 AND lease_owner = $2 AND done_ms IS NULL",
            id,
            owner,
            now.0
        )?;
        Ok(parked == 1)
    }

    /// Forgets deliveries that were done before `before`; how many. Their keys are free again then: keep at least
    /// as long as a turn could be repeated.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn prune_outbox(&mut self, before: Timestamp) -> Result<u64> {
        run!(self, "DELETE FROM outbox WHERE done_ms < $1", before.0)
    }
}

impl Store {
    /// Takes up to `limit` deliveries that may go out at `now`, longest waiting first, and keeps other
    /// contenders off them until `now + lease_for`.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn lease_outbox(
        &self,
        now: Timestamp,
        owner: &str,
        lease_for: Span,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        let mut turn = self.begin().await?;
        let sql = turn.pick(LEASE);
        let rows = all!(&mut *turn, Row, sql, now.0, plain(owner)?, now.plus(lease_for).0, i64::from(limit))?;
        turn.commit().await?;
        let mut deliveries: Vec<Delivery> = rows.into_iter().map(Delivery::from).collect();
        deliveries.sort_by_key(|delivery| delivery.id);
        Ok(deliveries)
    }

    /// Gives back every lease of an owner that goes away.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn release_outbox(&self, owner: &str) -> Result<u64> {
        let mut turn = self.begin().await?;
        let released = run!(
            &mut *turn,
            "UPDATE outbox SET lease_owner = NULL, lease_until_ms = NULL WHERE lease_owner = $1",
            plain(owner)?
        )?;
        turn.commit().await?;
        Ok(released)
    }
}

impl Conn {
    /// The instant at which something can next be delivered.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn next_delivery(&mut self) -> Result<Option<Timestamp>> {
        let row = one!(
            self,
            (Option<i64>,),
            "SELECT min(CASE WHEN lease_until_ms > not_before_ms THEN lease_until_ms ELSE not_before_ms END)
             FROM outbox WHERE done_ms IS NULL AND parked_ms IS NULL"
        )?;
        Ok(row.and_then(|(due,)| due).map(Timestamp))
    }
}
