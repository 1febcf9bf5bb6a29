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
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yoban_domain::wire::problem::Problem;

use crate::openapi::Document;
use crate::problem::ApiError;
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
    .layer(axum::middleware::map_response(headers))
}

/// What the screens may load and talk to. Styles inline are what the charts and the printable page set; a worker keeps
/// the heartbeat of a hidden tab.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: mediastream:; \
                      connect-src 'self' ws: wss:; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; \
                      font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";

/// Headers of every answer: nothing is cached unless it says so, nothing is framed, nothing foreign is loaded.
async fn headers(response: Response) -> Response {
    let mut response = as_problem(response);
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// What the framework refuses by itself (a bad id in a path, a wrong method, a body that is no text) is a problem too.
fn as_problem(response: Response) -> Response {
    let plain = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !(plain && response.status().is_client_error()) {
        return response;
    }
    let mut problem = Problem::invalid(Vec::new());
    problem.status = response.status().as_u16();
    ApiError::from(problem).into_response()
}
