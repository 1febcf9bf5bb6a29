//! Encounters: as data, as a page to read and print, and their recordings.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Request, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;
use tower_http::services::ServeFile;
use utoipa::IntoParams;
use yoban_domain::encounter::Record;
use yoban_domain::grant::{Action, may};
use yoban_domain::id::SessionId;
use yoban_domain::people::Actor;
use yoban_domain::session::Session;
use yoban_domain::timeline::for_reading;
use yoban_domain::wire::problem::Problem;
use yoban_domain::wire::rest::{Deciding, EncounterView, PlacedReading};
use yoban_media::recording::Manifest;
use yoban_signaling::Signaling;
use yoban_signaling::error::CommandError;

use crate::auth::Caller;
use crate::encounter_page::{self, Lang};
use crate::problem::ApiError;
use crate::recordings;
use crate::state::Setting;

/// The draft, or the newest signed version.
#[utoipa::path(get, path = "/api/v1/encounters/{session}", tag = "encounters",
    params(("session" = SessionId, Path, description = "The session")),
    responses(
        (status = 200, body = EncounterView),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn encounter(
    State(signaling): State<Signaling>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<Json<EncounterView>, ApiError> {
    let (scene, record, signed) = signaling.engine.record(caller.actor, session).await?;
    // What was signed shows the names and the age that were signed.
    let (names, at) = match &signed {
        Some(signed) => (record.names(&scene.directory), signed.at),
        None => (scene.directory.clone(), signaling.engine.clock().now()),
    };
    let leg = |l| names.participant(&scene.session, l);
    let may_sign = signed.is_none() && scene.session.may_sign(&caller.actor).is_ok();
    let (owner, deadline) = scene.case.acting();
    let (findings, vitals, scale_chosen) = (record.findings(), record.vitals(), record.scale_chosen());
    let (attended, replaced) = (record.attended(), record.replaced());
    let calls = signaling.engine.calls_beside(&caller.actor, &scene).await?;
    let encounter = record.encounter;
    let decided = encounter.disposition;
    Ok(Json(EncounterView {
        session,
        case: scene.case.id,
        owner,
        deadline,
        patient: names.patient_card(at),
        people: scene.session.legs.iter().map(leg).collect(),
        version: signed.as_ref().map(|s| s.version),
        digest: signed.as_ref().map(|s| s.digest.clone()),
        signed_by: signed.as_ref().and_then(|s| names.card(s.by)),
        signed_at: signed.as_ref().map(|s| s.at),
        requested_at: encounter.requested_at,
        answered_at: encounter.answered_at,
        ended_at: encounter.ended_at,
        findings,
        vitals,
        scale_chosen,
        attended,
        recorded: encounter.recorded,
        recording_answers: encounter.recording_answers,
        decided_at: decided.as_ref().map(|d| d.at),
        decided_by: decided.as_ref().and_then(|d| d.by).and_then(|p| names.card(p)),
        disposition: decided.map(|d| d.disposition.into_revealed()),
        replaced,
        answered_by_next: encounter.answered_by_next,
        calls,
        may_sign,
        rechecked: scene.directory.recheck_taken(&scene.session),
        may_recheck: scene.session.may_recheck(&caller.actor).is_ok(),
        may_decide: deciding(&scene.session, &caller.actor),
        seen: scene.version,
    }))
}

fn deciding(session: &Session, by: &Actor) -> Option<Deciding> {
    let open = !session.live() && session.may_decide(by).is_ok();
    open.then(|| Deciding {
        sudden: session.assessment.sudden(),
        cancelled: session.cancelled(),
        prescribes_from: by.person().and_then(|person| session.prescribes_from(person)),
        taken_back: session.taken_back,
        former: session.former.clone(),
    })
}

/// How a page is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
pub(super) struct PageQuery {
    /// `ja` (default) or `en`.
    lang: Option<String>,
}

/// The encounter as a page to read and print.
#[utoipa::path(get, path = "/api/v1/encounters/{session}/page", tag = "encounters",
    params(("session" = SessionId, Path, description = "The session"), PageQuery),
    responses(
        (status = 200, content_type = "text/html", body = String),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn page(
    State(signaling): State<Signaling>,
    caller: Caller,
    Path(session): Path<SessionId>,
    query: Query<PageQuery>,
) -> Result<Html<String>, ApiError> {
    let (scene, record, signed) = signaling.engine.record(caller.actor, session).await?;
    let (_, facts) = signaling.engine.facts(caller.actor, session).await?;
    let language = if query.0.lang.as_deref() == Some("en") { Lang::En } else { Lang::Ja };
    let lines = for_reading(&facts, &scene.directory.people);
    let looked = scene.directory.recheck_taken(&scene.session);
    Ok(Html(encounter_page::page(&record, signed.as_ref(), looked.as_ref(), language, &lines)))
}

/// What was recorded, with digests. Empty when nothing was.
#[utoipa::path(get, path = "/api/v1/encounters/{session}/recordings", tag = "encounters",
    params(("session" = SessionId, Path, description = "The session")),
    responses(
        (status = 200, body = Vec<Manifest>, description = "One manifest per folder of files"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn recordings(
    State(signaling): State<Signaling>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<Json<Vec<Manifest>>, ApiError> {
    may_listen(&signaling, &caller, session).await?;
    Ok(Json(recordings::of_session(&signaling.engine, session).await?))
}

/// Every reading of the call with its place on the recording's time line. Empty when the call has no readings; each
/// without a place when nothing was recorded, or as long as the files are not finished.
#[utoipa::path(get, path = "/api/v1/encounters/{session}/recordings/readings", tag = "encounters",
    params(("session" = SessionId, Path, description = "The session")),
    responses(
        (status = 200, body = Vec<PlacedReading>, description = "In the order of their own time"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn placed_readings(
    State(signaling): State<Signaling>,
    caller: Caller,
    Path(session): Path<SessionId>,
) -> Result<Json<Vec<PlacedReading>>, ApiError> {
    let record = may_listen(&signaling, &caller, session).await?;
    let manifests = recordings::of_session(&signaling.engine, session).await?;
    let placed = record.encounter.readings.iter().map(|reading| {
        let (reading, at) = (reading.reveal().id, reading.reveal().at());
        PlacedReading { reading, at, recorded: manifests.iter().find_map(|manifest| manifest.moment(at)) }
    });
    Ok(Json(placed.collect()))
}

/// One file of a recording.
#[utoipa::path(get, path = "/api/v1/encounters/{session}/recordings/{file}", tag = "encounters",
    params(
        ("session" = SessionId, Path, description = "The session"),
        ("file" = String, Path, description = "File name from a manifest"),
    ),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    ))]
pub(super) async fn recording_file(
    State(signaling): State<Signaling>,
    State(setting): State<Arc<Setting>>,
    caller: Caller,
    Path((session, file)): Path<(SessionId, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    may_listen(&signaling, &caller, session).await?;
    let path = recordings::file(&signaling.engine, &setting.recordings, session, &file).await?;
    // Streamed, with ranges: players seek, and an hour of picture must not be read into memory.
    let mut request = Request::new(Body::empty());
    if let Some(range) = headers.get(header::RANGE) {
        request.headers_mut().insert(header::RANGE, range.clone());
    }
    let mut served = ServeFile::new(path).try_call(request).await.map_err(|_| ApiError::NotFound)?;
    let kind = match file.rsplit('.').next() {
        Some("webm") => "video/webm",
        Some("mkv") => "video/x-matroska",
        _ => "audio/ogg",
    };
    served.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    served.headers_mut().remove(header::LAST_MODIFIED);
    Ok(served.into_response())
}

async fn may_listen(signaling: &Signaling, caller: &Caller, session: SessionId) -> Result<Record, ApiError> {
    let (scene, record, _) = signaling.engine.record(caller.actor, session).await?;
    let involved = scene.involved();
    may(&caller.actor, Action::ReadRecording, &scene.subject(&involved)).map_err(CommandError::from)?;
    Ok(record)
}
