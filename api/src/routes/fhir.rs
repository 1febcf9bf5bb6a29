//! FHIR R4, for reading.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use yoban_domain::fhir;
use yoban_domain::id::SessionId;
use yoban_signaling::Signaling;

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
        Err(error) => {
            let problem = error.told();
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let code = if status == StatusCode::NOT_FOUND {
                fhir::IssueType::NotFound
            } else {
                fhir::IssueType::Exception
            };
            let outcome = fhir::OperationOutcome::new(fhir::Severity::Error, code, &problem.title_en);
            answer(status, serde_json::to_string(&outcome))
        }
    }
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
