//! The tap, readings, and tonight's lists.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use yoban_domain::equipment::EquipmentCard;
use yoban_domain::id::{CaseId, SessionId};
use yoban_domain::timeline::timeline;
use yoban_domain::wire::problem::Problem;
use yoban_domain::wire::rest::{CaseView, NewReadings, OnDuty, ReadingsStored, Requested};
use yoban_domain::wire::view::QueueItem;
use yoban_signaling::Signaling;
use yoban_signaling::engine::CaseRead;

use crate::auth::Caller;
use crate::body::Body;
use crate::problem::ApiError;

/// The patient taps 呼ぶ. While a call runs, the same call is given again.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "calls",
    responses(
        (status = 201, body = Requested, description = "A new call"),
        (status = 200, body = Requested, description = "The call that is running already"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json", description = "Not a tablet"),
    ))]
pub(super) async fn request_call(
    State(signaling): State<Signaling>,
    caller: Caller,
) -> Result<(StatusCode, Json<Requested>), ApiError> {
    let requested = signaling.engine.request(caller.actor).await?;
    let status = if requested.existing { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(requested)))
}

/// Readings of devices without a socket, and those kept while offline. Each has an id of its own and is stored once.
#[utoipa::path(post, path = "/api/v1/readings", tag = "calls", request_body = NewReadings,
    responses(
        (status = 200, body = ReadingsStored),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 401, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn send_readings(
    State(signaling): State<Signaling>,
    caller: Caller,
    Body(new): Body<NewReadings>,
) -> Result<Json<ReadingsStored>, ApiError> {
    Ok(Json(signaling.engine.readings(caller.actor, new.session, new.readings).await?))
}

/// Cameras and displays the caller could bring into this call now (`bringEquipment` on the socket).
#[utoipa::path(get, path = "/api/v1/sessions/{session}/equipment", tag = "calls",
    params(("session" = SessionId, Path, description = "The call")),
    responses(
        (status = 200, body = Vec<EquipmentCard>),
        (status = 401, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn equipment(
    State(signaling): State<Signaling>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<Json<Vec<EquipmentCard>>, ApiError> {
    Ok(Json(signaling.engine.equipment_for(caller.actor, session).await?))
}

/// Tonight's cases: waiting first, then running, then done.
#[utoipa::path(get, path = "/api/v1/cases", tag = "calls", responses(
    (status = 200, body = Vec<QueueItem>),
    (status = 401, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn tonight(
    State(signaling): State<Signaling>,
    caller: Caller,
) -> Result<Json<Vec<QueueItem>>, ApiError> {
    let tonight = signaling.engine.tonight(caller.actor.association).await?;
    Ok(Json(tonight.seen_by(&caller.actor)))
}

/// Who is on duty now, on every line.
#[utoipa::path(get, path = "/api/v1/duty", tag = "calls", responses(
    (status = 200, body = Vec<OnDuty>),
    (status = 401, body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn duty(
    State(signaling): State<Signaling>,
    caller: Caller,
) -> Result<Json<Vec<OnDuty>>, ApiError> {
    Ok(Json(signaling.engine.duty(&signaling.hub, caller.actor.association).await?))
}

/// One case with everything that happened in those of its sessions that the caller may read.
#[utoipa::path(get, path = "/api/v1/cases/{case}", tag = "calls",
    params(("case" = CaseId, Path, description = "The case")),
    responses(
        (status = 200, body = CaseView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn case(
    State(signaling): State<Signaling>,
    caller: Caller,
    Path(case): Path<CaseId>,
) -> Result<Json<CaseView>, ApiError> {
    let CaseRead { scene, sessions, facts } = signaling.engine.case(caller.actor, case).await?;
    let (owner, deadline) = scene.case.acting();
    Ok(Json(CaseView {
        case,
        patient: scene.directory.patient_card(signaling.engine.clock().now()),
        opened_at: scene.case.opened_at,
        owner,
        deadline,
        sessions,
        timeline: timeline(&facts, &scene.directory.people),
    }))
}
