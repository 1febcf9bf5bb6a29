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

/// What an operator should look at although the process does its work.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ready {
    /// Deadlines that failed every time and were put aside; the log names each. The next start tries them again.
    parked_deadlines: u64,
    /// The same of pages.
    parked_deliveries: u64,
    /// Recordings that could not be finished; what was recorded is there, and it is tried again, less and less often. The
    /// log says why.
    unfinished_recordings: u64,
}

/// The process can do its work: the store answers and media runs.
#[utoipa::path(get, path = "/readyz", tag = "ops", responses(
    (status = 200, body = Ready),
    (status = 503, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn readyz(State(signaling): State<Signaling>) -> Result<Json<Ready>, ApiError> {
    signaling.engine.store().check().await?;
    let media = signaling.rooms.media().stats().await.map_err(|_| Problem::unavailable())?;
    let parked = signaling.engine.store().read().await?.parked().await?;
    Ok(Json(Ready {
        parked_deadlines: parked.deadlines,
        parked_deliveries: parked.deliveries,
        unfinished_recordings: media.shard.unfinished_recordings as u64,
    }))
}

/// Which program this is.
#[utoipa::path(get, path = "/version", tag = "ops", responses((status = 200, body = Version)))]
pub(super) async fn version() -> Json<Version> {
    Json(Version { name: "yoban".into(), version: env!("CARGO_PKG_VERSION").into() })
}
