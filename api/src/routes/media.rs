//! WHIP (RFC 9725) and WHEP: media for clients of other makers, on the caller's own place in a call.

use axum::extract::{FromRef, FromRequest, FromRequestParts, Path, Request, State};
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
use crate::state::State as AppState;

/// Send sound and picture into a call: SDP offer in, SDP answer out.
///
/// One exchange is all (RFC 9725): the answer holds every candidate, so nothing trickles and there is no `Accept-Patch`
/// (`PATCH` is answered 405); the server is reached directly, so no `Link` names an ICE server.
#[utoipa::path(post, path = "/api/v1/whip/{session}", tag = "media",
    params(("session" = SessionId, Path, description = "The call")),
    request_body(content = String, content_type = "application/sdp"),
    responses(
        (status = 201, content_type = "application/sdp", body = String, description = "`Location` names the connection"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 415, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn whip(Path(session): Path<SessionId>, offer: Offer) -> Result<Response, ApiError> {
    offer.into_call(session, Way::Send).await
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
pub(super) async fn whep(Path(session): Path<SessionId>, offer: Offer) -> Result<Response, ApiError> {
    offer.into_call(session, Way::Receive).await
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
pub(super) async fn camera(offer: Offer) -> Result<Response, ApiError> {
    offer.of_equipment(Way::Send).await
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
pub(super) async fn display(offer: Offer) -> Result<Response, ApiError> {
    offer.of_equipment(Way::Receive).await
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

/// An SDP offer and who makes it: all that WHIP and WHEP have in common.
pub(super) struct Offer {
    signaling: Signaling,
    caller: Caller,
    sdp: String,
}

impl FromRequest<AppState> for Offer {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let caller =
            Caller::from_request_parts(&mut parts, state).await.map_err(IntoResponse::into_response)?;
        sdp_only(&parts.headers).map_err(IntoResponse::into_response)?;
        let request = Request::from_parts(parts, body);
        let sdp = String::from_request(request, state).await.map_err(IntoResponse::into_response)?;
        Ok(Self { signaling: Signaling::from_ref(state), caller, sdp })
    }
}

impl Offer {
    /// A connection on the place of a camera or display, in the call that it was brought into.
    async fn of_equipment(self, way: Way) -> Result<Response, ApiError> {
        let Who::Equipment { device } = self.caller.actor.who else {
            return Err(ApiError::NotFound);
        };
        let session = self.signaling.engine.session_of_device(self.caller.actor.association, device).await?;
        let session = session.ok_or(CommandError::Refused(Refused::NotInCall))?;
        self.into_call(session, way).await
    }

    /// A connection on the caller's place in the call.
    async fn into_call(self, session: SessionId, way: Way) -> Result<Response, ApiError> {
        let Self { signaling, caller, sdp } = self;
        let pictures = video_codecs(&sdp, way == Way::Send).map_err(CommandError::from);
        let leg = signaling.place(caller.actor, session, pictures, &[way]).await?;
        let connection = fresh();
        signaling.rooms.claim(connection, Ownership { device: caller.device, session, leg }).await;
        let media = signaling.rooms.media();
        let answer = match way {
            Way::Send => media.whip(session, leg, connection, sdp).await,
            Way::Receive => media.whep(session, leg, connection, sdp).await,
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
