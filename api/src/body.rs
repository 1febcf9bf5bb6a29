//! JSON bodies whose refusal is a problem like every other.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use bytes::Bytes;
use serde::de::DeserializeOwned;
use yoban_domain::wire::problem::{FieldProblem, Problem};

use crate::problem::ApiError;

/// A JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = bytes(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// The body's bytes, within the limit.
///
/// # Errors
/// The body is too large or broke off.
async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
        if too_large { Problem::too_large().into() } else { Problem::invalid(Vec::new()).into() }
    })
}

/// Reads JSON. The problem names the place, never the content.
///
/// # Errors
/// Not JSON, or not a `T`.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(bytes).map_err(|error| {
        let detail = format!("line {} column {}: {:?}", error.line(), error.column(), error.classify());
        Problem::invalid(vec![FieldProblem { pointer: String::new(), detail }]).into()
    })
}
