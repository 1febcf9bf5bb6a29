//! Errors at the edge: the one place that turns them into `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use yoban_domain::wire::problem::Problem;
use yoban_signaling::error::{CommandError, trace_id};

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
            Self::Command(error) => error.told(),
            Self::Problem(problem) => *problem,
            Self::Internal(what) => {
                let trace = trace_id();
                tracing::error!(what, trace, "a request failed");
                Problem { trace_id: Some(trace), ..Problem::unavailable() }
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

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use yoban_domain::session::Refused;

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(line);
            Ok(line.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What came of it, and what stands in the log.
    pub(crate) fn logged<T>(act: impl FnOnce() -> T) -> (T, String) {
        let log = Log::default();
        let lines = log.clone();
        let subscriber =
            tracing_subscriber::fmt().with_ansi(false).with_writer(move || lines.clone()).finish();
        let done = tracing::subscriber::with_default(subscriber, act);
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        (done, log)
    }

    #[test]
    fn what_is_ours_to_mend_has_a_number_that_stands_in_the_log_too() {
        let store = || ApiError::from(yoban_store::Error::Conflict);
        let (problems, log) =
            logged(|| [ApiError::Internal("the seal broke").problem(), store().problem(), store().problem()]);
        let numbers: Vec<String> = problems.iter().map(|p| p.trace_id.clone().unwrap()).collect();
        assert_eq!(log.lines().count(), 3, "each once: {log}");
        for (number, line) in numbers.iter().zip(log.lines()) {
            assert_eq!(number.len(), 8);
            assert!(line.contains(number.as_str()) && line.contains("ERROR"), "{number}: {line}");
        }
        assert_ne!(numbers[1], numbers[2]);
        let refused = ApiError::from(CommandError::Refused(Refused::Ended)).problem();
        assert_eq!(refused.trace_id, None, "a refusal says itself what to do");
    }
}
