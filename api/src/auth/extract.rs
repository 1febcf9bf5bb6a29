//! Who calls a route.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use yoban_domain::id::DeviceId;
use yoban_domain::people::Actor;

use super::Auth;
use crate::problem::ApiError;

/// A caller with an access token that holds.
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// From which device.
    pub device: DeviceId,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    Arc<Auth>: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let auth = Arc::<Auth>::from_ref(state);
        let header = parts.headers.get(AUTHORIZATION).and_then(|h| h.to_str().ok());
        let token = header.and_then(|h| h.strip_prefix("Bearer ")).ok_or(ApiError::Unauthenticated)?;
        let identity = auth.identify(token).ok_or(ApiError::Unauthenticated)?;
        Ok(Self { actor: identity.actor, device: identity.device })
    }
}
