//! For those who run the server.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use yoban_domain::wire::problem::Problem;
use yoban_signaling::Signaling;

use crate::problem::ApiError;

/// Which program this is.
#[derive(Serialize, ToSchema)]
pub(super) struct Version {
    /// Always `yoban`.
    name: String,
    /// Semantic version.
    version: String,
}

/// The process runs.
#[utoipa::path(get, path = "/healthz", tag = "ops", responses((status = 204)))]
pub(super) async fn healthz() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The process can do its work: the store answers and media runs.
#[utoipa::path(get, path = "/readyz", tag = "ops", responses(
    (status = 204),
    (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn readyz(State(signaling): State<Signaling>) -> Result<StatusCode, ApiError> {
    signaling.engine.store().check().await?;
    signaling.rooms.media().stats().await.map_err(|_| Problem::unavailable())?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which program this is.
#[utoipa::path(get, path = "/version", tag = "ops", responses((status = 200, body = Version)))]
pub(super) async fn version() -> Json<Version> {
    Json(Version { name: "yoban".into(), version: env!("CARGO_PKG_VERSION").into() })
}
