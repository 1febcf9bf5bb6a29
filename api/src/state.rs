//! What routes share: one small part per area, taken by `FromRef`.

use std::sync::Arc;

use axum::extract::FromRef;
use yoban_domain::wire::rest::DemoPerson;
use yoban_signaling::Signaling;

use crate::auth::Auth;

/// Everything routes may ask for.
#[derive(Clone, FromRef)]
pub struct State {
    /// Live control.
    pub signaling: Signaling,
    /// Sign-in and tokens.
    pub auth: Arc<Auth>,
    /// What depends on how the server was started.
    pub setting: Arc<Setting>,
}

/// What depends on how the server was started.
#[derive(Debug)]
pub struct Setting {
    /// Base of absolute links, without a trailing slash.
    pub base_url: String,
    /// Where the files of recordings lie, one folder per session.
    pub recordings: std::path::PathBuf,
    /// Demo people with their codes; none outside demo mode.
    pub demo_people: Option<Vec<DemoPerson>>,
}
