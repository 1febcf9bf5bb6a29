//! The socket's upgrade.

use std::sync::Arc;

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use yoban_domain::wire::problem::Problem;
use yoban_domain::wire::{MAX_READ, SUBPROTOCOL};
use yoban_signaling::Signaling;
use yoban_signaling::socket;

use crate::auth::Auth;
use crate::problem::ApiError;

/// Bytes that each open socket keeps for reading. Nearly every message fits; a longer one is read in several goes. With
/// the library's 128 KiB two thousand idle tablets hold a quarter of a gigabyte.
const READ_BUFFER: usize = 4 * 1024;

/// WebSocket `yoban.v1`. The first message is `hello` with the access token; messages are `ClientFrame` and
/// `ServerFrame`. Close codes: 4001 sign in again, 4004 protocol broken, 4008 silent, 4009 replaced by a newer
/// socket of this device, 4010 going away, 4011 reading too slowly.
#[utoipa::path(get, path = "/api/v1/signal", tag = "signal", responses(
    (status = 101, description = "Upgraded to yoban.v1"),
    (status = 400, body = Problem, content_type = "application/problem+json", description = "No WebSocket, or not yoban.v1"),
    (status = 403, body = Problem, content_type = "application/problem+json", description = "A page of another origin"),
))]
pub(super) async fn socket(
    State(signaling): State<Signaling>,
    State(auth): State<Arc<Auth>>,
    request: Request,
) -> Result<Response, ApiError> {
    if !same_origin(request.headers()) {
        return Err(Problem::new(
            403,
            "foreign-origin",
            [
                "このページからはつなげません",
                "This page may not connect",
                "Yobanの画面から開いてください",
                "Open it from Yoban's own pages",
            ],
        )
        .into());
    }
    let offered = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|h| h.to_str().ok());
    if !offered.is_some_and(|list| list.split(',').any(|p| p.trim() == SUBPROTOCOL)) {
        return Err(Problem::invalid(Vec::new()).into());
    }
    let (mut parts, _) = request.into_parts();
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
    let upgrade = upgrade.map_err(|_| Problem::invalid(Vec::new()))?;
    Ok(upgrade
        .protocols([SUBPROTOCOL])
        .read_buffer_size(READ_BUFFER)
        .max_message_size(MAX_READ)
        .max_frame_size(MAX_READ)
        .on_upgrade(move |ws| socket::serve(ws, signaling, auth))
        .into_response())
}

/// A browser names the page's origin: it must be the host it talks to (CSWSH). Programs that are no browsers name
/// none; they bring a token no page could have.
fn same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let origin = origin.to_str().ok().and_then(|o| o.split_once("://")).map(|(_, host)| host);
    host.is_some() && origin == host
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_socket_opens_for_our_own_pages_and_for_programs_but_for_no_other_page() {
        let case = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("yoban.test:8443"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            same_origin(&headers)
        };
        assert!(case(None) && case(Some("https://yoban.test:8443")));
        for foreign in
            ["null", "https://evil.test", "https://yoban.test", "https://yoban.test:8443.evil.test", ""]
        {
            assert!(!case(Some(foreign)), "{foreign}");
        }
    }
}
