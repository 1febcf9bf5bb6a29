//! Answers of requests that must happen once, however often they are sent.

use yoban_domain::time::{Span, Timestamp};

use crate::db::{Conn, Tx};
use crate::value::plain;
use crate::{Error, Result};

/// Names one request: the client's key counts per actor and route, so that nobody can replay another's
/// answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestKey<'a> {
    /// Who asks.
    pub actor: &'a str,
    /// What is asked, as method and route pattern.
    pub route: &'a str,
    /// The client's `Idempotency-Key`.
    pub key: &'a str,
}

/// What a request with this key finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing: it is now this request's to answer. Finish with [`Tx::finish_request`].
    Fresh,
    /// The same request was answered: say the same again.
    Replay {
        /// HTTP status.
        status: u16,
        /// The response body.
        response: String,
    },
    /// The same request is being answered right now.
    InProgress,
    /// The key was used for a request with another body.
    Mismatch,
}

#[derive(sqlx::FromRow)]
struct Row {
    body_hash: Vec<u8>,
    status: Option<i64>,
    response: Option<String>,
    created_ms: i64,
}

impl Conn {
    /// Whether a request with this key was claimed, answered or not. It takes no turn of the writer.
    ///
    /// # Errors
    /// `Value` when a part of the key holds a NUL.
    pub async fn request_claimed(&mut self, request: RequestKey<'_>) -> Result<bool> {
        let found = one!(
            self,
            (i64,),
            "SELECT created_ms FROM idempotency WHERE actor = $1 AND route = $2 AND key = $3",
            plain(request.actor)?,
            plain(request.route)?,
            plain(request.key)?
        )?;
        Ok(found.is_some())
    }
}

impl Tx {
    /// Claims a request. One that was claimed but not finished for `abandoned_after` is taken over: its
    /// program died.
    ///
    /// Claimed and finished in the turn that does the work, a request is answered exactly once. Finished in a
    /// later turn, a crash between the two lets it run again after `abandoned_after`.
    ///
    /// # Errors
    /// `Value` when a part of the key holds a NUL.
    pub async fn claim_request(
        &mut self,
        request: RequestKey<'_>,
        body_hash: &[u8],
        now: Timestamp,
        abandoned_after: Span,
    ) -> Result<Claim> {
        let (actor, route, key) = (plain(request.actor)?, plain(request.route)?, plain(request.key)?);
        let claimed = run!(
            self,
            "INSERT INTO idempotency (actor, route, key, body_hash, created_ms) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (actor, route, key) DO NOTHING",
            actor,
            route,
            key,
            body_hash,
            now.0
        )?;
        if claimed == 1 {
            return Ok(Claim::Fresh);
        }
        let known = one!(
            self,
            Row,
            "SELECT body_hash, status, response, created_ms FROM idempotency
             WHERE actor = $1 AND route = $2 AND key = $3",
            actor,
            route,
            key
        )?;
        let Some(known) = known else {
            // Pruned between the two statements.
            return self.fail(Error::Conflict);
        };
        if known.body_hash != body_hash {
            return Ok(Claim::Mismatch);
        }
        if let (Some(status), Some(response)) = (known.status, known.response) {
            let status = u16::try_from(status).map_err(|_| Error::Corrupt {
                table: "idempotency",
                column: "status",
                id: route.to_owned(),
            })?;
            return Ok(Claim::Replay { status, response });
        }
        let taken_over = run!(
            self,
            "UPDATE idempotency SET created_ms = $4
             WHERE actor = $1 AND route = $2 AND key = $3 AND status IS NULL AND created_ms = $5
             AND created_ms <= $6",
            actor,
            route,
            key,
            now.0,
            known.created_ms,
            now.minus(abandoned_after).0
        )?;
        Ok(if taken_over == 1 { Claim::Fresh } else { Claim::InProgress })
    }

    /// Stores the answer of a claimed request; false when it is answered already or was never claimed.
    ///
    /// # Errors
    /// `Value` when the response holds a NUL (JSON never does).
    pub async fn finish_request(
        &mut self,
        request: RequestKey<'_>,
        status: u16,
        response: &str,
    ) -> Result<bool> {
        let finished = run!(
            self,
            "UPDATE idempotency SET status = $4, response = $5
             WHERE actor = $1 AND route = $2 AND key = $3 AND status IS NULL",
            plain(request.actor)?,
            plain(request.route)?,
            plain(request.key)?,
            i64::from(status),
            plain(response)?
        )?;
        Ok(finished == 1)
    }

    /// Gives a claimed request up, so that the client may send it again at once; for refusals that may pass.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn abandon_request(&mut self, request: RequestKey<'_>) -> Result<bool> {
        let abandoned = run!(
            self,
            "DELETE FROM idempotency WHERE actor = $1 AND route = $2 AND key = $3 AND status IS NULL",
            plain(request.actor)?,
            plain(request.route)?,
            plain(request.key)?
        )?;
        Ok(abandoned == 1)
    }

    /// Forgets requests from before `before`; how many.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn prune_requests(&mut self, before: Timestamp) -> Result<u64> {
        run!(self, "DELETE FROM idempotency WHERE created_ms < $1", before.0)
    }
}
