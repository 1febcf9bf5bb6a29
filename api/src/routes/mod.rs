//! Every route, assembled; nothing else.

mod calls;
mod encounters;
mod fhir;
mod idempotency;
mod media;
mod ops;
mod registry;
mod sign_in;
mod signal;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa_axum::routes;
use yoban_domain::grant::Action;
use yoban_domain::wire::problem::Problem;

use self::idempotency::Repeats;
use self::registry::{Gated, Routes};
use crate::auth::Seal;
use crate::openapi::Document;
use crate::problem::ApiError;
use crate::state::State;
use crate::web;

/// Largest body of a request in bytes. Fifty readings have about 20 kB.
const LARGEST_BODY: usize = 256 * 1024;

/// Where media connections are asked for.
const MEDIA: [&str; 4] = ["/api/v1/whip", "/api/v1/whip/{session}", "/api/v1/whep", "/api/v1/whep/{session}"];

/// The routes, each with what it asks of its caller, and their description.
fn registered() -> (Gated, utoipa::openapi::OpenApi) {
    Routes::new(Document::openapi())
        .open("this is where tokens come from", routes!(sign_in::sign_in))
        .open("the refresh token in the body says who", routes!(sign_in::refresh))
        .of(Action::KeepSignedIn, routes!(sign_in::me))
        .open("fictitious people, in demo mode, for local names", routes!(sign_in::demo_people))
        .of(Action::RequestCall, routes!(calls::request_call))
        .of(Action::SendReadings, routes!(calls::send_readings))
        .of(Action::SeeQueue, routes!(calls::tonight))
        .of(Action::SeeDuty, routes!(calls::duty))
        .of(Action::BringEquipment, routes!(calls::equipment))
        .of(Action::ReadCase, routes!(calls::case))
        .of(Action::ReadEncounter, routes!(encounters::encounter))
        .of(Action::ReadEncounter, routes!(encounters::page))
        .of(Action::ReadRecording, routes!(encounters::recordings))
        .of(Action::ReadRecording, routes!(encounters::placed_readings))
        .of(Action::ReadRecording, routes!(encounters::recording_file))
        .of(Action::ReadEncounter, routes!(fhir::everything))
        .open("FHIR: what a server offers is public", routes!(fhir::metadata))
        .of(Action::UseMedia, routes!(media::whip))
        .of(Action::UseMedia, routes!(media::whep))
        .of(Action::UseMedia, routes!(media::camera))
        .of(Action::UseMedia, routes!(media::display))
        .of(Action::UseMedia, routes!(media::hang_up))
        .open("the socket's first message brings the token", routes!(signal::socket))
        .open("for those who run the server", routes!(ops::healthz))
        .open("for those who run the server", routes!(ops::readyz))
        .open("for those who run the server", routes!(ops::version))
        .finish()
}

/// The contract.
pub fn document() -> utoipa::openapi::OpenApi {
    registered().1
}

/// The whole site.
pub fn site(state: State, seal: Seal) -> Router {
    let (api, document) = registered();
    let repeats = Repeats { engine: state.signaling.engine.clone(), auth: state.auth.clone(), seal };
    let text = document.to_json().unwrap_or_default();
    api.with_document("/api/v1/openapi.json", text)
        .with_options("what may be posted says nothing of any call", &MEDIA, media::options)
        .guarded(state.auth.clone(), repeats)
        .with_state(state)
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
    let mut told = ApiError::from(Problem::of_status(response.status().as_u16())).into_response();
    // What may be done instead (`Allow`) and what was said besides stays; length and kind are the new body's.
    for (name, value) in response.headers() {
        if *name != header::CONTENT_TYPE && *name != header::CONTENT_LENGTH {
            told.headers_mut().insert(name, value.clone());
        }
    }
    told
}
