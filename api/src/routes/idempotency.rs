//! `Idempotency-Key` on every POST: the same key and body give the same answer, the same key with another body is refused.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use yoban_domain::people::{Actor, Who};
use yoban_domain::time::Span;
use yoban_domain::wire::problem::Problem;
use yoban_domain::wire::rest::{Refresh, SignIn};
use yoban_signaling::engine::Engine;
use yoban_store::idempotency::{Claim, RequestKey};

use super::LARGEST_BODY;
use crate::auth::{Auth, Caller, Seal};
use crate::problem::ApiError;

/// A request that was begun this long ago and never answered may be begun anew: its server died.
const ABANDONED: Span = Span::seconds(30);
/// Longest key.
const LONGEST: usize = 200;
/// The header, as routes and contract name it.
pub(super) const HEADER: &str = "idempotency-key";
/// What the contract says of it.
pub(super) const STATEMENT: &str = "Up to 200 visible characters, best a random UUID. The same key with the same body \
    gives the same answer for a day, and the thing is done once; while the first is being answered, 409 \
    `request-in-flight`. With another body, 422 `idempotency-key-reused`. What was refused may be sent again with its key.";
/// What of an answer is said again. The rest is the same for every answer.
const KEPT_HEADERS: [HeaderName; 3] = [header::CONTENT_TYPE, header::LOCATION, header::ETAG];

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    headers: Vec<(String, String)>,
    body: String,
}

/// Answers repeated requests. Answers are kept closed: they hold tokens and patients' words.
pub(super) struct Repeats {
    pub(super) engine: Engine,
    pub(super) auth: Arc<Auth>,
    pub(super) seal: Seal,
}

impl Repeats {
    /// Runs a request, once per key. Other methods, and requests without a key, just run.
    ///
    /// What has a key is carried out to its end also when the connection breaks meanwhile: cut off between what is done and
    /// the answer that is kept, the same key would do it a second time, or a sign-in code be used up for nothing.
    pub(super) async fn pass(self: Arc<Self>, request: Request, next: Next) -> Response {
        if request.method() != Method::POST || !request.headers().contains_key(HEADER) {
            return next.run(request).await;
        }
        let done = tokio::spawn(async move { self.once(request, next).await }).await;
        done.unwrap_or(Err(ApiError::Internal("a request broke off")))
            .unwrap_or_else(IntoResponse::into_response)
    }

    async fn once(&self, request: Request, next: Next) -> Result<Response, ApiError> {
        let (parts, body) = request.into_parts();
        let key = parts.headers.get(HEADER).and_then(|k| k.to_str().ok());
        let key = key.filter(|k| !k.is_empty() && k.len() <= LONGEST).map(str::to_owned);
        let key = key.ok_or_else(|| Problem::invalid(Vec::new()))?;
        let body = to_bytes(body, LARGEST_BODY).await.map_err(|_| Problem::too_large())?;
        let actor = parts.extensions.get::<Caller>().map_or("anybody".to_owned(), |c| name(&c.actor));
        let route = format!("POST {}", parts.uri);
        let request = RequestKey { actor: &actor, route: &route, key: &key };
        // Anybody may ask what asks for no token: whoever brings nothing good does not get as far as the one writer that taps
        // wait for. The code is looked at before the key: a code that was used up meanwhile has left its key by then.
        let anybody = parts.extensions.get::<Caller>().is_none();
        if anybody && !self.lets_in(&body).await? && !self.claimed(request).await? {
            return Ok(next.run(Request::from_parts(parts, Body::from(body))).await);
        }
        let words: [&[u8]; 4] = [actor.as_bytes(), route.as_bytes(), key.as_bytes(), &body];
        let mut tx = self.engine.store().begin().await?;
        let hash = digest(&SHA256, &body);
        let claim = tx.claim_request(request, hash.as_ref(), self.engine.clock().now(), ABANDONED).await?;
        tx.commit().await?;
        match claim {
            Claim::Fresh => {}
            Claim::Replay { status, response } => return self.again(&words, status, &response),
            Claim::InProgress => return Err(in_flight().into()),
            Claim::Mismatch => return Err(other_body().into()),
        }
        let answer = next.run(Request::from_parts(parts, Body::from(body.clone()))).await;
        let status = answer.status();
        let (parts, content) = answer.into_parts();
        let content =
            to_bytes(content, usize::MAX).await.map_err(|_| ApiError::Internal("answer broke off"))?;
        let kept = if status.is_success() { keep(&parts.headers, &content) } else { None };
        let mut tx = self.engine.store().begin().await?;
        match kept {
            Some(kept) => {
                tx.finish_request(request, status.as_u16(), &self.seal.close(&words, &kept)?).await?;
            }
            // A refusal may pass: the client may send it again at once.
            None => _ = tx.abandon_request(request).await?,
        }
        tx.commit().await?;
        Ok(Response::from_parts(parts, Body::from(content)))
    }

    /// Whether the body of an open request brings a code or a refresh token that counts now.
    async fn lets_in(&self, body: &[u8]) -> Result<bool, ApiError> {
        if let Ok(asked) = serde_json::from_slice::<SignIn>(body) {
            return self.auth.knows_code(asked.code.reveal()).await;
        }
        match serde_json::from_slice::<Refresh>(body) {
            Ok(asked) => self.auth.knows_refresh(asked.refresh_token.reveal()).await,
            Err(_) => Ok(false),
        }
    }

    async fn claimed(&self, request: RequestKey<'_>) -> Result<bool, ApiError> {
        Ok(self.engine.store().read().await?.request_claimed(request).await?)
    }

    fn again(&self, words: &[&[u8]], status: u16, kept: &str) -> Result<Response, ApiError> {
        let opened = self.seal.open(words, kept).and_then(|text| serde_json::from_str::<Kept>(&text).ok());
        let kept = opened.ok_or(ApiError::Internal("a kept answer cannot be opened"))?;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        let mut answer = (status, kept.body).into_response();
        answer.headers_mut().remove(header::CONTENT_TYPE);
        for (name, value) in kept.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                answer.headers_mut().insert(name, value);
            }
        }
        Ok(answer)
    }
}

/// An answer that can be said again; none for one that is no text.
fn keep(headers: &axum::http::HeaderMap, content: &[u8]) -> Option<String> {
    let kept = KEPT_HEADERS.iter().filter_map(|name| Some((name, headers.get(name)?.to_str().ok()?)));
    let headers = kept.map(|(name, value)| (name.to_string(), value.to_owned())).collect();
    let body = std::str::from_utf8(content).ok()?.to_owned();
    serde_json::to_string(&Kept { headers, body }).ok()
}

fn name(actor: &Actor) -> String {
    match (actor.who, actor.device) {
        (Who::Tablet { patient }, device) => format!("tablet/{patient}/{device:?}"),
        (Who::Staff { person, .. }, device) => format!("staff/{person}/{device:?}"),
        (Who::Equipment { device }, _) => format!("equipment/{device}"),
        (Who::System, _) => "system".to_owned(),
    }
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

#[cfg(test)]
mod tests;
