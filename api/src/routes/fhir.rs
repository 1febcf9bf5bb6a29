//! FHIR R4, for reading.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use yoban_domain::fhir;
use yoban_domain::id::SessionId;
use yoban_signaling::Signaling;
use yoban_signaling::error::CommandError;

use crate::auth::Caller;
use crate::problem::ApiError;
use crate::state::Setting;

const KIND: &str = "application/fhir+json";

/// `Encounter/$everything`: the encounter with all it refers to, as a searchset bundle.
#[utoipa::path(get, path = "/fhir/R4/Encounter/{session}/$everything", tag = "fhir",
    params(("session" = SessionId, Path, description = "The encounter; same id as the session")),
    responses(
        (status = 200, content_type = "application/fhir+json", body = serde_json::Value),
        (status = 404, content_type = "application/fhir+json", body = serde_json::Value, description = "OperationOutcome"),
    ))]
pub(super) async fn everything(
    State(signaling): State<Signaling>,
    State(setting): State<Arc<Setting>>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Response {
    match signaling.engine.record(caller.actor, session).await {
        Ok((_, record, signed)) => {
            let base = format!("{}/fhir/R4", setting.base_url);
            let bundle = fhir::bundle(&record, signed.as_ref(), &base);
            answer(StatusCode::OK, serde_json::to_string(&bundle))
        }
        Err(error) => refused(&error),
    }
}

fn refused(error: &CommandError) -> Response {
    let problem = error.told();
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let code =
        if status == StatusCode::NOT_FOUND { fhir::IssueType::NotFound } else { fhir::IssueType::Exception };
    // The number stands in the log too.
    let number = problem.trace_id.map(|number| format!(" ({number})")).unwrap_or_default();
    let diagnostics = format!("{}{number}", problem.title_en);
    let outcome = fhir::OperationOutcome::new(fhir::Severity::Error, code, &diagnostics);
    answer(status, serde_json::to_string(&outcome))
}

/// What this server offers.
#[utoipa::path(get, path = "/fhir/R4/metadata", tag = "fhir", responses(
    (status = 200, content_type = "application/fhir+json", body = serde_json::Value),
))]
pub(super) async fn metadata() -> Response {
    let statement = serde_json::json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-22",
        "kind": "instance",
        "software": { "name": "Yoban", "version": env!("CARGO_PKG_VERSION") },
        "implementation": { "description": "Encounters of after-hours home care" },
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "rest": [{
            "mode": "server",
            "resource": [{
                "type": "Encounter",
                "operation": [{
                    "name": "everything",
                    "definition": "http://hl7.org/fhir/OperationDefinition/Encounter-everything"
                }]
            }]
        }]
    });
    answer(StatusCode::OK, serde_json::to_string(&statement))
}

fn answer(status: StatusCode, text: Result<String, serde_json::Error>) -> Response {
    match text {
        Ok(text) => (status, [(header::CONTENT_TYPE, KIND)], text).into_response(),
        Err(_) => ApiError::Internal("a resource is no JSON").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use crate::problem::tests::logged;

    use super::*;

    async fn outcome(response: Response) -> serde_json::Value {
        assert_eq!(response.headers()[header::CONTENT_TYPE], KIND);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let outcome: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(outcome["resourceType"], "OperationOutcome");
        outcome["issue"][0].clone()
    }

    #[tokio::test]
    async fn what_is_ours_to_mend_is_logged_once_with_the_number_that_is_told() {
        let (failed, log) =
            logged(|| refused(&yoban_store::Error::Unavailable { code: "locked".into() }.into()));
        assert_eq!(failed.status(), StatusCode::SERVICE_UNAVAILABLE);
        let issue = outcome(failed).await;
        assert_eq!(issue["code"], "exception");
        let told = issue["diagnostics"].as_str().unwrap();
        let number = told.rsplit(['(', ')']).nth(1).unwrap();
        assert_eq!((number.len(), log.lines().count()), (8, 1), "{told}: {log}");
        assert!(log.contains("ERROR") && log.contains(number), "{number}: {log}");
    }

    #[tokio::test]
    async fn what_nobody_may_read_is_not_found_and_fills_no_log() {
        let (missing, log) = logged(|| refused(&CommandError::NotFound));
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
        let issue = outcome(missing).await;
        assert_eq!((&issue["code"], log.as_str()), (&"not-found".into(), ""), "{issue}");
        assert!(!issue["diagnostics"].as_str().unwrap().contains('('));
    }
}
