//! Who calls a route.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use yoban_domain::id::DeviceId;
use yoban_domain::people::Actor;

use super::Auth;
use crate::problem::ApiError;

/// A caller with an access token that holds and a role that may do what the route is for.
#[derive(Clone, Copy)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// From which device.
    pub device: DeviceId,
}

impl Caller {
    /// Reads the token of a request.
    ///
    /// # Errors
    /// No token, or one that does not hold.
    pub fn identify(auth: &Auth, headers: &HeaderMap) -> Result<Self, ApiError> {
        let header = headers.get(AUTHORIZATION).and_then(|h| h.to_str().ok());
        let token = header.and_then(|h| h.strip_prefix("Bearer ")).ok_or(ApiError::Unauthenticated)?;
        let identity = auth.identify(token).ok_or(ApiError::Unauthenticated)?;
        Ok(Self { actor: identity.actor, device: identity.device })
    }
}

/// Put into the request by the gate of `routes::registry`; a route that asks for nothing has none.
impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().copied().ok_or(ApiError::Unauthenticated)
    }
}
