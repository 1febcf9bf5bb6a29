//! Signing in and staying so.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use yoban_domain::wire::problem::Problem;
use yoban_domain::wire::rest::{DemoPerson, Me, Refresh, SignIn, SignedIn};
use yoban_signaling::socket::Identity;

use crate::auth::{Auth, Caller};
use crate::body::Body;
use crate::problem::ApiError;
use crate::state::Setting;

/// Sign a device in with a code from a link or QR.
#[utoipa::path(post, path = "/api/v1/sign-in", tag = "sign-in", request_body = SignIn, responses(
    (status = 200, body = SignedIn),
    (status = 401, body = Problem, content_type = "application/problem+json", description = "Unknown, used or expired code"),
    (status = 409, body = Problem, content_type = "application/problem+json", description = "The device is a tablet, a camera or a display"),
))]
pub(super) async fn sign_in(
    State(auth): State<Arc<Auth>>,
    Body(body): Body<SignIn>,
) -> Result<Json<SignedIn>, ApiError> {
    Ok(Json(auth.sign_in(body.code.reveal(), body.device).await?))
}

/// New tokens for a refresh token.
#[utoipa::path(post, path = "/api/v1/token", tag = "sign-in", request_body = Refresh, responses(
    (status = 200, body = SignedIn),
    (status = 401, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn refresh(
    State(auth): State<Arc<Auth>>,
    Body(body): Body<Refresh>,
) -> Result<Json<SignedIn>, ApiError> {
    Ok(Json(auth.refresh(body.refresh_token.reveal()).await?))
}

/// Who this device is to the server.
#[utoipa::path(get, path = "/api/v1/me", tag = "sign-in", responses(
    (status = 200, body = Me),
    (status = 401, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn me(State(auth): State<Arc<Auth>>, caller: Caller) -> Result<Json<Me>, ApiError> {
    let expires = yoban_domain::time::Timestamp(0);
    let identity = Identity { actor: caller.actor, device: caller.device, expires };
    auth.describe(&identity).await?.map(Json).ok_or(ApiError::Unauthenticated)
}

/// People of the fictitious district, each with a code; in demo mode alone.
#[utoipa::path(get, path = "/api/v1/demo/people", tag = "sign-in", responses(
    (status = 200, body = Vec<DemoPerson>),
    (status = 404, body = Problem, content_type = "application/problem+json", description = "Not in demo mode"),
))]
pub(super) async fn demo_people(
    State(setting): State<Arc<Setting>>,
    headers: HeaderMap,
) -> Result<Json<Vec<DemoPerson>>, ApiError> {
    // A page of a foreign name that was pointed at this machine (DNS rebinding) must not read the codes.
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok()).unwrap_or_default();
    if !ours(host) {
        return Err(ApiError::NotFound);
    }
    setting.demo_people.clone().map(Json).ok_or(ApiError::NotFound)
}

/// `localhost`, an address, or a name of the local network, with or without a port.
fn ours(host: &str) -> bool {
    if host.parse::<std::net::SocketAddr>().is_ok()
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok()
    {
        return true;
    }
    let name = host.split(':').next().unwrap_or_default();
    name == "localhost" || name.ends_with(".local")
}

#[cfg(test)]
mod tests {
    use super::ours;

    #[test]
    fn codes_of_demo_people_are_told_to_local_names_alone() {
        for host in [
            "localhost",
            "localhost:8080",
            "127.0.0.1:8080",
            "192.168.1.2:8443",
            "[fd00::2]:8443",
            "desk.local:8443",
        ] {
            assert!(ours(host), "{host}");
        }
        for host in ["", "evil.test", "evil.test:8080", "localhost.evil.test", "127.0.0.1.evil.test:8080"] {
            assert!(!ours(host), "{host}");
        }
    }
}
