//! WHIP (RFC 9725) and WHEP: media for clients of other makers, on the caller's own place in a call.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use yoban_domain::equipment::Way;
use yoban_domain::id::{ConnectionId, SessionId};
use yoban_domain::people::Who;
use yoban_domain::session::Refused;
use yoban_domain::wire::problem::Problem;
use yoban_media::video_codecs;
use yoban_signaling::Signaling;
use yoban_signaling::error::CommandError;
use yoban_signaling::rooms::{Ownership, fresh};

use crate::auth::Caller;
use crate::problem::ApiError;

/// Send sound and picture into a call: SDP offer in, SDP answer out.
#[utoipa::path(post, path = "/api/v1/whip/{session}", tag = "media",
    params(("session" = SessionId, Path, description = "The call")),
    request_body(content = String, content_type = "application/sdp"),
    responses(
        (status = 201, content_type = "application/sdp", body = String, description = "`Location` names the connection"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn whip(
    State(signaling): State<Signaling>,
    caller: Caller,
    Path(session): Path<SessionId>,
    headers: HeaderMap,
    offer: String,
) -> Result<Response, ApiError> {
    connect(&signaling, &caller, session, &headers, offer, Way::Send).await
}

/// Receive the others of a call: SDP offer in, SDP answer out.
#[utoipa::path(post, path = "/api/v1/whep/{session}", tag = "media",
    params(("session" = SessionId, Path, description = "The call")),
    request_body(content = String, content_type = "application/sdp"),
    responses(
        (status = 201, content_type = "application/sdp", body = String, description = "`Location` names the connection"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn whep(
    State(signaling): State<Signaling>,
    caller: Caller,
    Path(session): Path<SessionId>,
    headers: HeaderMap,
    offer: String,
) -> Result<Response, ApiError> {
    connect(&signaling, &caller, session, &headers, offer, Way::Receive).await
}

/// WHIP for a camera: the call it was brought into is found by its token, so that its address never changes.
#[utoipa::path(post, path = "/api/v1/whip", tag = "media",
    request_body(content = String, content_type = "application/sdp"),
    responses(
        (status = 201, content_type = "application/sdp", body = String, description = "`Location` names the connection"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "In no call now"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn camera(
    State(signaling): State<Signaling>,
    caller: Caller,
    headers: HeaderMap,
    offer: String,
) -> Result<Response, ApiError> {
    let session = brought_into(&signaling, &caller).await?;
    connect(&signaling, &caller, session, &headers, offer, Way::Send).await
}

/// WHEP for a display, in the same way.
#[utoipa::path(post, path = "/api/v1/whep", tag = "media",
    request_body(content = String, content_type = "application/sdp"),
    responses(
        (status = 201, content_type = "application/sdp", body = String, description = "`Location` names the connection"),
        (status = 403, body = Problem, content_type = "application/problem+json", description = "In no call now"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn display(
    State(signaling): State<Signaling>,
    caller: Caller,
    headers: HeaderMap,
    offer: String,
) -> Result<Response, ApiError> {
    let session = brought_into(&signaling, &caller).await?;
    connect(&signaling, &caller, session, &headers, offer, Way::Receive).await
}

async fn brought_into(signaling: &Signaling, caller: &Caller) -> Result<SessionId, ApiError> {
    let Who::Equipment { device } = caller.actor.who else {
        return Err(ApiError::NotFound);
    };
    let session = signaling.engine.session_of_device(caller.actor.association, device).await?;
    Ok(session.ok_or(CommandError::Refused(Refused::NotInCall))?)
}

/// Answers `OPTIONS`: what may be posted (RFC 9725 §4.2).
pub(super) async fn options() -> Response {
    (StatusCode::NO_CONTENT, [("accept-post", "application/sdp")]).into_response()
}

/// End a connection made by WHIP or WHEP.
#[utoipa::path(delete, path = "/api/v1/connections/{connection}", tag = "media",
    params(("connection" = ConnectionId, Path, description = "From `Location`")),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn hang_up(
    State(signaling): State<Signaling>,
    caller: Caller,
    Path(connection): Path<ConnectionId>,
) -> Result<StatusCode, ApiError> {
    let owner = signaling.rooms.whose(connection).await.filter(|o| o.device == caller.device);
    owner.ok_or(ApiError::NotFound)?;
    signaling.rooms.media().hang_up(connection).map_err(CommandError::from)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A connection on the caller's place in the call.
async fn connect(
    signaling: &Signaling,
    caller: &Caller,
    session: SessionId,
    headers: &HeaderMap,
    offer: String,
    way: Way,
) -> Result<Response, ApiError> {
    sdp_only(headers)?;
    let leg = signaling.place(caller.actor, session, video_codecs(&offer), &[way]).await?;
    let connection = fresh();
    signaling.rooms.claim(connection, Ownership { device: caller.device, session, leg }).await;
    let media = signaling.rooms.media();
    let answer = match way {
        Way::Send => media.whip(session, leg, connection, offer).await,
        Way::Receive => media.whep(session, leg, connection, offer).await,
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            signaling.rooms.forget(connection).await;
            return Err(CommandError::from(error).into());
        }
    };
    let headers = [
        (header::CONTENT_TYPE, "application/sdp".to_owned()),
        (header::LOCATION, format!("/api/v1/connections/{connection}")),
        (header::ETAG, format!("\"{connection}\"")),
    ];
    Ok((StatusCode::CREATED, headers, answer).into_response())
}

fn sdp_only(headers: &HeaderMap) -> Result<(), ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|h| h.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().map(str::trim) == Some("application/sdp") {
        return Ok(());
    }
    let texts = [
        "application/sdp で送ってください",
        "Send application/sdp",
        "Content-Type を確かめてください",
        "Check the Content-Type",
    ];
    Err(Problem::new(415, "sdp-needed", texts).into())
}
