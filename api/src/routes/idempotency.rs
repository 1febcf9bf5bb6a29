//! `Idempotency-Key` on POST: the same key and body give the same answer, the same key with another body is refused.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use yoban_domain::people::{Actor, Who};
use yoban_domain::time::Span;
use yoban_domain::wire::problem::Problem;
use yoban_signaling::engine::Engine;
use yoban_store::idempotency::{Claim, RequestKey};

use crate::problem::ApiError;

/// A request that was begun this long ago and never answered may be begun anew: its server died.
const ABANDONED: Span = Span::seconds(30);
/// Longest key.
const LONGEST: usize = 200;

/// Runs `work` once per key. Requests without a key just run.
pub(super) async fn once<T: Serialize, F: Future<Output = Result<(StatusCode, T), ApiError>>>(
    engine: &Engine,
    headers: &HeaderMap,
    actor: &Actor,
    route: &str,
    body: &[u8],
    work: impl FnOnce() -> F,
) -> Result<Response, ApiError> {
    let Some(key) = headers.get("idempotency-key") else {
        let (status, value) = work().await?;
        return Ok((status, axum::Json(value)).into_response());
    };
    let key = key.to_str().ok().filter(|k| !k.is_empty() && k.len() <= LONGEST);
    let key = key.ok_or_else(|| Problem::invalid(Vec::new()))?;
    let actor = match (actor.who, actor.device) {
        (Who::Tablet { patient }, device) => format!("tablet/{patient}/{device:?}"),
        (Who::Staff { person, .. }, device) => format!("staff/{person}/{device:?}"),
        (Who::Equipment { device }, _) => format!("equipment/{device}"),
        (Who::System, _) => "system".to_owned(),
    };
    let request = RequestKey { actor: &actor, route, key };
    let hash = digest(&SHA256, body);
    let mut tx = engine.store().begin().await?;
    let claim = tx.claim_request(request, hash.as_ref(), engine.clock().now(), ABANDONED).await?;
    tx.commit().await?;
    match claim {
        Claim::Fresh => {}
        Claim::Replay { status, response } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            return Ok((status, [(header::CONTENT_TYPE, "application/json")], response).into_response());
        }
        Claim::InProgress => return Err(in_flight().into()),
        Claim::Mismatch => return Err(other_body().into()),
    }
    let done = work().await;
    let mut tx = engine.store().begin().await?;
    let answer = match done {
        Ok((status, value)) => {
            let text = serde_json::to_string(&value).map_err(|_| ApiError::Internal("answer is no JSON"))?;
            tx.finish_request(request, status.as_u16(), &text).await?;
            Ok((status, [(header::CONTENT_TYPE, "application/json")], text).into_response())
        }
        Err(error) => {
            tx.abandon_request(request).await?;
            Err(error)
        }
    };
    tx.commit().await?;
    answer
}

fn in_flight() -> Problem {
    Problem::new(
        409,
        "request-in-flight",
        [
            "同じ依頼を処理しています",
            "The same request is being answered",
            "少し待ってください",
            "Wait a moment",
        ],
    )
}

fn other_body() -> Problem {
    Problem::new(
        422,
        "idempotency-key-reused",
        [
            "同じキーで別の内容が送られました",
            "The idempotency key was used for another request",
            "新しいキーで送ってください",
            "Send it with a new key",
        ],
    )
}
