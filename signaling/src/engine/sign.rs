//! Signing: the facts are folded, the fold is frozen with its names, and its digest goes into the log.

use ring::digest::{SHA256, digest};
use yoban_domain::encounter::{Encounter, Record, Signed};
use yoban_domain::fact::FactKind;
use yoban_domain::grant::{Action, may};
use yoban_domain::id::SessionId;
use yoban_domain::people::Actor;
use yoban_domain::session::Refused;
use yoban_store::encounter::NewEncounterVersion;

use super::load::{facts, scene};
use super::turn::{append, engaged, session_head};
use super::{Engine, Scene, TRIES};
use crate::error::CommandError;

impl Engine {
    /// Signs the record of a session as version 1. Signing twice gives the same version. `seen` is the version of the call
    /// that the signer looked at.
    ///
    /// # Errors
    /// The call is not finished, the decision is missing, it is not theirs to sign, or it changed since they looked.
    pub async fn sign(&self, by: Actor, session: SessionId, seen: i64) -> Result<u32, CommandError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_sign(by, session, seen).await {
                Err(error) if error.again() && tries < TRIES => {}
                other => return other,
            }
        }
    }

    async fn try_sign(&self, by: Actor, id: SessionId, seen: i64) -> Result<u32, CommandError> {
        let mut tx = self.store.begin().await?;
        let locked = self.lock(&mut tx, id).await?.ok_or(CommandError::NotFound)?;
        may(&by, Action::SignEncounter, &locked.subject(&locked.involved()))?;
        if let Some(version) = locked.session.signed {
            return Ok(version);
        }
        let person = locked.session.may_sign(&by)?;
        if locked.version != seen {
            return Err(Refused::ChangedMeanwhile.into());
        }
        let now = self.clock.now();
        let all = facts(&mut tx, locked.session.case).await?;
        let encounter = Encounter::fold(id, locked.session.patient, &all)
            .ok_or(CommandError::Refused(Refused::StillRunning))?;
        let record = locked.directory.record(encounter);
        let text = serde_json::to_string(&record)
            .map_err(|_| yoban_store::Error::Constraint(yoban_store::Constraint::Value))?;
        let sum = digest(&SHA256, text.as_bytes());
        let mut session = locked.session.clone();
        session.signed = Some(1);
        tx.save_session(&session_head(&session)?, locked.version, &engaged(&session)?, &session).await?;
        tx.insert_encounter_version(&NewEncounterVersion {
            session: id,
            association: session.association,
            version: 1,
            text: &text,
            digest: sum.as_ref(),
            signed_by: person,
            signed: now,
        })
        .await?;
        let fact = FactKind::Signed { version: 1, digest: hex(sum.as_ref()) };
        append(&mut tx, &session, by, vec![fact], now).await?;
        tx.commit().await?;
        self.tell(id);
        Ok(1)
    }

    /// The record of a session: the newest signed version, else the draft as the facts stand now; with the scene
    /// it belongs to.
    ///
    /// # Errors
    /// Not theirs to read, or not there.
    pub async fn record(
        &self,
        by: Actor,
        session: SessionId,
    ) -> Result<(Scene, Record, Option<Signed>), CommandError> {
        let mut read = self.store.read().await?;
        let scene = scene(&mut read, session).await?.ok_or(CommandError::NotFound)?;
        may(&by, Action::ReadEncounter, &scene.subject(&scene.involved()))?;
        if let Some(stored) = read.latest_encounter_version(session).await? {
            let record: Record = stored.body.read()?;
            let signed = Signed {
                version: u32::try_from(stored.version).unwrap_or(u32::MAX),
                digest: hex(&stored.digest),
                by: stored.signed_by,
                at: stored.signed,
                record: record.clone(),
            };
            return Ok((scene, record, Some(signed)));
        }
        let all = facts(&mut read, scene.session.case).await?;
        let encounter =
            Encounter::fold(session, scene.session.patient, &all).ok_or(CommandError::NotFound)?;
        let record = scene.directory.record(encounter);
        Ok((scene, record, None))
    }

    /// Every fact of a session, for whoever may read it.
    ///
    /// # Errors
    /// Not theirs to read, or not there.
    pub async fn facts(
        &self,
        by: Actor,
        session: SessionId,
    ) -> Result<(Scene, Vec<yoban_domain::fact::Fact>), CommandError> {
        let mut read = self.store.read().await?;
        let scene = scene(&mut read, session).await?.ok_or(CommandError::NotFound)?;
        may(&by, Action::ReadCase, &scene.subject(&scene.involved()))?;
        let mut all = facts(&mut read, scene.session.case).await?;
        all.retain(|fact| fact.session == Some(session));
        Ok((scene, all))
    }
}

/// Lower-case hex, as digests stand in facts.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
