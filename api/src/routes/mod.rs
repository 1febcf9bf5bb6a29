//! Every route, assembled; nothing else.

mod calls;
mod encounters;
mod fhir;
mod idempotency;
mod media;
mod ops;
mod sign_in;
mod signal;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::openapi::Document;
use crate::state::State;
use crate::web;

/// Largest body of a request in bytes. Fifty readings have about 20 kB.
const LARGEST_BODY: usize = 256 * 1024;

/// The routes with their description.
pub fn described() -> (Router<State>, utoipa::openapi::OpenApi) {
    let (api, document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::refresh))
        .routes(routes!(sign_in::me))
        .routes(routes!(sign_in::demo_people))
        .routes(routes!(calls::request_call))
        .routes(routes!(calls::send_readings))
        .routes(routes!(calls::tonight))
        .routes(routes!(calls::duty))
        .routes(routes!(calls::case))
        .routes(routes!(encounters::encounter))
        .routes(routes!(encounters::page))
        .routes(routes!(encounters::recordings))
        .routes(routes!(encounters::recording_file))
        .routes(routes!(fhir::everything))
        .routes(routes!(fhir::metadata))
        .routes(routes!(media::whip))
        .routes(routes!(media::whep))
        .routes(routes!(media::hang_up))
        .routes(routes!(signal::socket))
        .routes(routes!(ops::healthz))
        .routes(routes!(ops::readyz))
        .routes(routes!(ops::version))
        .split_for_parts();
    (api, document)
}

/// The whole site.
pub fn site() -> Router<State> {
    let (api, document) = described();
    let text = document.to_json().unwrap_or_default();
    api.route(
        "/api/v1/openapi.json",
        axum::routing::get(move || {
            let text = text.clone();
            async move { ([(axum::http::header::CONTENT_TYPE, "application/json")], text) }
        }),
    )
    .fallback(web::asset)
    .layer(DefaultBodyLimit::max(LARGEST_BODY))
}
