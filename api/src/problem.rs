//! Errors at the edge: the one place that turns them into `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use yoban_domain::wire::problem::Problem;
use yoban_media::MediaError;
use yoban_signaling::error::CommandError;

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// No token, or one that does not hold.
    #[error("not signed in")]
    Unauthenticated,
    /// Not allowed, or not there.
    #[error("not found")]
    NotFound,
    /// The engine refused.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A problem that is described already.
    #[error("{}", .0.code)]
    Problem(Box<Problem>),
    /// Something broke; the text holds no patient data.
    #[error("internal: {0}")]
    Internal(&'static str),
}

impl From<yoban_store::Error> for ApiError {
    fn from(error: yoban_store::Error) -> Self {
        Self::Command(error.into())
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl ApiError {
    fn problem(self) -> Problem {
        match self {
            Self::Unauthenticated => Problem::unauthenticated(),
            Self::NotFound => Problem::not_found(),
            Self::Command(error) => {
                match &error {
                    // What a client got wrong is the client's to know; a log full of it would hide what is ours.
                    CommandError::Media(MediaError::Sdp(_)) => tracing::debug!(%error, "an SDP was refused"),
                    CommandError::Store(_) | CommandError::Media(_) => {
                        tracing::error!(%error, "a request could not be carried out");
                    }
                    CommandError::Refused(_)
                    | CommandError::NotFound
                    | CommandError::Invalid(_)
                    | CommandError::Described(_) => {}
                }
                error.problem()
            }
            Self::Problem(problem) => *problem,
            Self::Internal(what) => {
                tracing::error!(what, "a request failed");
                Problem::unavailable()
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = self.problem();
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(problem)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
