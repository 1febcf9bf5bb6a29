//! What the recorder finished or could not.

use ring::digest::{SHA256, digest};
use uuid::Uuid;
use yoban_domain::fact::FactKind;
use yoban_domain::id::RecordingId;
use yoban_domain::people::Actor;
use yoban_media::recording::Manifest;

use super::Engine;
use super::sign::hex;
use super::turn::append;
use crate::error::CommandError;

impl Engine {
    /// The files of a session are complete. A session whose recorder died and went on has one manifest, which grows. Told
    /// again, as each start does, it is one fact and nothing is written.
    ///
    /// # Errors
    /// It cannot be stored; the caller tries again, and the recorder tells it again at the next start.
    pub async fn recorded(&self, manifest: &Manifest) -> Result<(), CommandError> {
        let mut read = self.store.read().await?;
        let known = read.recordings_of_session(manifest.session).await?.into_iter().next();
        drop(read);
        if let Some(row) = known
            && row.body.read::<Manifest>()? == *manifest
        {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        let Some(scene) = self.lock(&mut tx, manifest.session).await? else {
            return Ok(());
        };
        let now = self.clock.now();
        match tx.recordings_of_session(manifest.session).await?.into_iter().next() {
            Some(row) if row.body.read::<Manifest>()? == *manifest => return Ok(()),
            Some(row) => _ = tx.save_recording(row.id, row.version, manifest).await?,
            None => {
                tx.insert_recording(fresh(), scene.session.association, manifest.session, manifest).await?
            }
        }
        let text = serde_json::to_string(manifest)
            .map_err(|_| yoban_store::Error::Constraint(yoban_store::Constraint::Value))?;
        let tracks = u32::try_from(manifest.tracks.len()).unwrap_or(u32::MAX);
        let fact =
            FactKind::RecordingFinished { tracks, digest: hex(digest(&SHA256, text.as_bytes()).as_ref()) };
        append(&mut tx, &scene.session, Actor::system(scene.session.association), vec![fact], now).await?;
        tx.commit().await?;
        self.tell(manifest.session);
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "recordings are named at random")]
fn fresh() -> RecordingId {
    RecordingId(Uuid::new_v4())
}
