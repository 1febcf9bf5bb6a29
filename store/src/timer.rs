//! Deadlines as rows: set with the turn that causes them, leased when due, and fenced so that a late or
//! second firing changes nothing.

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use yoban_domain::id::{AssociationId, CaseId, DeviceId, SessionId};
use yoban_domain::time::{Span, Timestamp};

use crate::db::{Conn, Tx};
use crate::dialect::{Pair, leasing, locking};
use crate::value::{Word, plain};
use crate::{Result, Store};

/// What a timer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A case.
    Case(CaseId),
    /// A session.
    Session(SessionId),
    /// A device.
    Device(DeviceId),
    /// An association: its nightly jobs.
    Association(AssociationId),
}

impl Subject {
    const fn columns(self) -> (&'static str, Uuid) {
        match self {
            Self::Case(id) => ("case", id.0),
            Self::Session(id) => ("session", id.0),
            Self::Device(id) => ("device", id.0),
            Self::Association(id) => ("association", id.0),
        }
    }

    fn from_columns(kind: &str, id: Uuid) -> Option<Self> {
        match kind {
            "case" => Some(Self::Case(CaseId(id))),
            "session" => Some(Self::Session(SessionId(id))),
            "device" => Some(Self::Device(DeviceId(id))),
            "association" => Some(Self::Association(AssociationId(id))),
            _ => None,
        }
    }
}

/// A stored timer. Subject and reason are read on demand, so that one that cannot be understood does not
/// stand in the way of the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    /// Key; never used again, not even after the timer is gone.
    pub id: i64,
    /// Tenant.
    pub association: AssociationId,
    /// When it fires.
    pub due: Timestamp,
    /// Counts the changes of `due`, from 1.
    pub epoch: i64,
    /// How often it was taken since `due` changed, this time included.
    pub attempts: i64,
    subject_kind: String,
    subject_id: Uuid,
    reason: Word,
}

impl Timer {
    /// What it belongs to.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`].
    pub fn subject(&self) -> Result<Subject> {
        Subject::from_columns(&self.subject_kind, self.subject_id).ok_or_else(|| crate::Error::Corrupt {
            table: "timers",
            column: "subject_kind",
            id: self.id.to_string(),
        })
    }

    /// Why it was set.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`].
    pub fn reason<R: DeserializeOwned>(&self) -> Result<R> {
        self.reason.read()
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    association_id: Uuid,
    subject_kind: String,
    subject_id: Uuid,
    reason: String,
    due_ms: i64,
    epoch: i64,
    attempts: i64,
}

impl From<Row> for Timer {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            association: AssociationId(row.association_id),
            due: Timestamp(row.due_ms),
            epoch: row.epoch,
            attempts: row.attempts,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            reason: Word::at(row.reason, "timers", "reason", row.id),
        }
    }
}

const LEASE: Pair = leasing!(
    "timers",
    "due_ms",
    "attempts = attempts + 1, ",
    " AND parked_ms IS NULL",
    "id, association_id, subject_kind, subject_id, reason, due_ms, epoch, attempts"
);
const OF_SUBJECT: Pair = locking!(
    "SELECT id, association_id, subject_kind, subject_id, reason, due_ms, epoch, attempts FROM timers
     WHERE subject_id = $1"
);

impl Tx {
    /// Makes the stored timers of a subject exactly the given ones. A timer that is wanted as it stands keeps
    /// its row, epoch and lease; one whose due instant changes gets a new epoch, loses its lease and is no longer
    /// parked; the rest is removed. Of two with the same reason the earlier counts: a deadline that comes too early is looked
    /// at, one that is lost is not.
    ///
    /// # Errors
    /// [`crate::Error::Conflict`] when another turn sets the same subject's timers at the same time without
    /// having locked its case or session.
    pub async fn replace_timers<R: Serialize>(
        &mut self,
        association: AssociationId,
        subject: Subject,
        wanted: &[(R, Timestamp)],
    ) -> Result<()> {
        let (subject_kind, subject_id) = subject.columns();
        let mut missing: Vec<(Word, Timestamp)> = Vec::with_capacity(wanted.len());
        for (reason, due) in wanted {
            let reason = Word::of(reason)?;
            plain(reason.as_str())?;
            match missing.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, earliest)) => *earliest = (*earliest).min(*due),
                None => missing.push((reason, *due)),
            }
        }
        let sql = self.pick(OF_SUBJECT);
        for stored in all!(self, Row, sql, subject_id)? {
            match missing.iter().position(|(reason, _)| reason.as_str() == stored.reason) {
                None => {
                    run!(self, "DELETE FROM timers WHERE id = $1", stored.id)?;
                }
                Some(index) => {
                    let (_, due) = missing.swap_remove(index);
                    if due.0 != stored.due_ms {
                        run!(
                            self,
                            "UPDATE timers SET due_ms = $2, epoch = epoch + 1, attempts = 0, parked_ms = NULL,
                             lease_owner = NULL, lease_until_ms = NULL WHERE id = $1",
                            stored.id,
                            due.0
                        )?;
                    }
                }
            }
        }
        for (reason, due) in missing {
            run!(
                self,
                "INSERT INTO timers (association_id, subject_kind, subject_id, reason, due_ms, epoch)
                 VALUES ($1, $2, $3, $4, $5, 1)",
                association.0,
                subject_kind,
                subject_id,
                reason.as_str(),
                due.0
            )?;
        }
        Ok(())
    }

    /// Takes a fired timer away, in the turn that acts on it. False means: it fired already, was moved or was
    /// cancelled; then the turn must change nothing.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn timer_done(&mut self, id: i64, epoch: i64) -> Result<bool> {
        Ok(run!(self, "DELETE FROM timers WHERE id = $1 AND epoch = $2", id, epoch)? == 1)
    }

    /// Keeps a timer that could not be acted on leased until `now + wait`, to be tried again then. False when it
    /// was moved, is gone, or somebody else holds it.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn timer_retry_later(
        &mut self,
        timer: &Timer,
        owner: &str,
        now: Timestamp,
        wait: Span,
    ) -> Result<bool> {
        let later = run!(
            self,
            "UPDATE timers SET lease_until_ms = $4 WHERE id = $1 AND epoch = $2 AND lease_owner = $3",
            timer.id,
            timer.epoch,
            owner,
            now.plus(wait).0
        )?;
        Ok(later == 1)
    }

    /// Puts a timer that fails every time aside, until its deadline is changed or [`Store::unpark`]. False as for
    /// [`Tx::timer_retry_later`].
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn timer_park(&mut self, timer: &Timer, owner: &str, now: Timestamp) -> Result<bool> {
        let parked = run!(
            self,
            "UPDATE timers SET parked_ms = $4, lease_owner = NULL, lease_until_ms = NULL
             WHERE id = $1 AND epoch = $2 AND lease_owner = $3",
            timer.id,
            timer.epoch,
            owner,
            now.0
        )?;
        Ok(parked == 1)
    }
}

/// How many rows were put aside because their handling fails every time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parked {
    /// Deadlines that do not fire.
    pub deadlines: u64,
    /// Deliveries that do not go out.
    pub deliveries: u64,
}

impl Store {
    /// Lets every parked row be tried again from the first attempt on; how many there were. For a start: another
    /// program may understand what this one did not.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn unpark(&self) -> Result<Parked> {
        let mut turn = self.begin().await?;
        let deadlines =
            run!(&mut *turn, "UPDATE timers SET parked_ms = NULL, attempts = 0 WHERE parked_ms IS NOT NULL")?;
        let deliveries =
            run!(&mut *turn, "UPDATE outbox SET parked_ms = NULL, attempts = 0 WHERE parked_ms IS NOT NULL")?;
        turn.commit().await?;
        Ok(Parked { deadlines, deliveries })
    }

    /// Takes up to `limit` timers that are due at `now`, most overdue first, and keeps other contenders off
    /// them until `now + lease_for`. After that they can be taken again: whoever held them is taken for dead.
    ///
    /// `lease_for` too short: two nodes run the same turn and one of them is refused; too long: a dead node's
    /// timers wait that long.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn lease_due_timers(
        &self,
        now: Timestamp,
        owner: &str,
        lease_for: Span,
        limit: u32,
    ) -> Result<Vec<Timer>> {
        let mut turn = self.begin().await?;
        let sql = turn.pick(LEASE);
        let rows = all!(&mut *turn, Row, sql, now.0, plain(owner)?, now.plus(lease_for).0, i64::from(limit))?;
        turn.commit().await?;
        let mut timers: Vec<Timer> = rows.into_iter().map(Timer::from).collect();
        // RETURNING promises no order.
        timers.sort_by_key(|timer| (timer.due, timer.id));
        Ok(timers)
    }

    /// Gives back every lease of an owner that goes away, so that others need not wait for it to run out.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn release_timers(&self, owner: &str) -> Result<u64> {
        let mut turn = self.begin().await?;
        let released = run!(
            &mut *turn,
            "UPDATE timers SET lease_owner = NULL, lease_until_ms = NULL WHERE lease_owner = $1",
            plain(owner)?
        )?;
        turn.commit().await?;
        Ok(released)
    }
}

impl Conn {
    /// The instant at which a timer can next be taken: its due instant, or the end of its lease when that is
    /// later.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn next_due(&mut self) -> Result<Option<Timestamp>> {
        let row = one!(
            self,
            (Option<i64>,),
            "SELECT min(CASE WHEN lease_until_ms > due_ms THEN lease_until_ms ELSE due_ms END) FROM timers
             WHERE parked_ms IS NULL"
        )?;
        Ok(row.and_then(|(due,)| due).map(Timestamp))
    }

    /// What is put aside.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn parked(&mut self) -> Result<Parked> {
        let row = one!(
            self,
            (i64, i64),
            "SELECT (SELECT count(*) FROM timers WHERE parked_ms IS NOT NULL),
             (SELECT count(*) FROM outbox WHERE parked_ms IS NOT NULL AND done_ms IS NULL)"
        )?;
        let count = |n: i64| u64::try_from(n).unwrap_or_default();
        Ok(row.map_or(Parked::default(), |(t, d)| Parked { deadlines: count(t), deliveries: count(d) }))
    }

    /// The timers of a subject, earliest first.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn timers_of(&mut self, subject: Subject) -> Result<Vec<Timer>> {
        let rows = all!(
            self,
            Row,
            "SELECT id, association_id, subject_kind, subject_id, reason, due_ms, epoch, attempts FROM timers
             WHERE subject_id = $1 ORDER BY due_ms, id",
            subject.columns().1
        )?;
        Ok(rows.into_iter().map(Timer::from).collect())
    }
}
