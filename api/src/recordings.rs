//! Finding the files of a recording. A name is served only when a stored manifest of that session lists it, so that
//! no path from outside ever reaches the disk.

use std::path::{Path, PathBuf};

use yoban_domain::id::SessionId;
use yoban_media::recording::Manifest;
use yoban_signaling::engine::Engine;

use crate::problem::ApiError;

/// The manifests of a session.
///
/// # Errors
/// The store cannot be reached.
pub async fn of_session(engine: &Engine, session: SessionId) -> Result<Vec<Manifest>, ApiError> {
    let mut read = engine.store().read().await?;
    let rows = read.recordings_of_session(session).await?;
    Ok(rows.iter().map(|row| row.body.read()).collect::<Result<_, _>>()?)
}

/// Where one file lies.
///
/// # Errors
/// No manifest of the session lists it.
pub async fn file(engine: &Engine, root: &Path, session: SessionId, name: &str) -> Result<PathBuf, ApiError> {
    let manifests = of_session(engine, session).await?;
    let listed = manifests.iter().find_map(|m| {
        let tracks = m.tracks.iter().map(|t| &t.file);
        let found = tracks.chain(m.mix.iter().map(|x| &x.file)).find(|file| *file == name)?;
        Some(root.join(&m.folder).join(found))
    });
    listed.ok_or(ApiError::NotFound)
}
