//! The append-only log of everything that happened to a case.

use serde::Serialize;
use uuid::Uuid;
use yoban_domain::id::{AssociationId, CaseId};
use yoban_domain::time::Timestamp;

use crate::db::{Conn, Tx};
use crate::value::{Body, Word, json};
use crate::{Error, Result};

/// A fact to append.
#[derive(Clone, Debug)]
pub struct NewFact<'a, B> {
    /// When it happened.
    pub at: Timestamp,
    /// What kind of thing happened: the domain's word.
    pub kind: Word,
    /// The rest.
    pub body: &'a B,
}

/// A fact as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactRow {
    /// The case it belongs to.
    pub case: CaseId,
    /// 1, 2, 3 … within the case, without gaps.
    pub seq: i64,
    /// When it happened.
    pub at: Timestamp,
    /// What kind of thing happened.
    pub kind: Word,
    /// The rest.
    pub body: Body,
}

#[derive(sqlx::FromRow)]
struct Row {
    case_id: Uuid,
    seq: i64,
    at_ms: i64,
    kind: String,
    body: String,
}

impl From<Row> for FactRow {
    fn from(row: Row) -> Self {
        let id = format!("{}/{}", row.case_id, row.seq);
        Self {
            case: CaseId(row.case_id),
            seq: row.seq,
            at: Timestamp(row.at_ms),
            kind: Word::at(row.kind, "facts", "kind", &id),
            body: Body::at(row.body, "facts", "body", &id),
        }
    }
}

impl Tx {
    /// Appends facts to a case in the given order; returns the number of the newest. Numbers are taken from
    /// the case's own row, so turns that race for them queue, and a turn that is taken back leaves no gap.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the case is not there or belongs to another association.
    pub async fn append_facts<B: Serialize>(
        &mut self,
        case: CaseId,
        association: AssociationId,
        facts: &[NewFact<'_, B>],
    ) -> Result<i64> {
        let count = i64::try_from(facts.len()).unwrap_or(i64::MAX);
        // fetch_all, not fetch_optional: the statement must run to its end before the next begins.
        let last = all!(
            self,
            (i64,),
            "UPDATE cases SET last_seq = last_seq + $3 WHERE id = $1 AND association_id = $2
             RETURNING last_seq",
            case.0,
            association.0,
            count
        )?;
        let Some(&(last,)) = last.first() else {
            return self.fail(Error::Conflict);
        };
        for (fact, seq) in facts.iter().zip(last.saturating_sub(count).saturating_add(1)..) {
            run!(
                self,
                "INSERT INTO facts (case_id, seq, association_id, at_ms, kind, body)
                 VALUES ($1, $2, $3, $4, $5, $6)",
                case.0,
                seq,
                association.0,
                fact.at.0,
                fact.kind.as_str(),
                json(fact.body)?
            )?;
        }
        Ok(last)
    }
}

impl Conn {
    /// The facts of a case after number `seq` (0 for all), oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn facts_after(&mut self, case: CaseId, seq: i64, limit: u32) -> Result<Vec<FactRow>> {
        let rows = all!(
            self,
            Row,
            "SELECT case_id, seq, at_ms, kind, body FROM facts WHERE case_id = $1 AND seq > $2
             ORDER BY seq LIMIT $3",
            case.0,
            seq,
            i64::from(limit)
        )?;
        Ok(rows.into_iter().map(FactRow::from).collect())
    }
}
