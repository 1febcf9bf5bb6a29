//! The tap, and what media reports.

use yoban_domain::case::{Case, Standing, standing};
use yoban_domain::duty::Line;
use yoban_domain::fact::FactKind;
use yoban_domain::grant::{Action, Subject, may};
use yoban_domain::id::{CaseId, DeviceId, LegId, PatientId, SessionId};
use yoban_domain::people::{Actor, Who};
use yoban_domain::session::{Circumstances, Input, LegState, Outcomes, Session, Step};
use yoban_domain::time::Timestamp;
use yoban_domain::wire::rest::Requested;
use yoban_store::timer::Parked;
use yoban_store::{Error as StoreError, Tx};

use super::load::{Duty, directory};
use super::turn::{append, case_head, engaged, fresh, session_head};
use super::{Engine, TRIES};
use crate::error::CommandError;

/// A call that a new tap made final.
struct Over {
    before: Session,
    after: Session,
}

impl Engine {
    /// The patient taps 呼ぶ. Tapping again while a call is running gives that call; tapping again while it is being
    /// ended, or later while the case is still open, opens another session of the same case.
    ///
    /// # Errors
    /// Not a tablet, or it cannot be stored.
    pub async fn request(&self, by: Actor) -> Result<Requested, CommandError> {
        let (Who::Tablet { patient }, Some(device)) = (by.who, by.device) else {
            return Err(CommandError::NotFound);
        };
        may(&by, Action::RequestCall, &Subject::Association(by.association))?;
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_request(by, patient, device).await {
                Err(error) if error.again() && tries < TRIES => {}
                other => return other,
            }
        }
    }

    async fn try_request(
        &self,
        by: Actor,
        patient: PatientId,
        device: DeviceId,
    ) -> Result<Requested, CommandError> {
        let mut tx = self.store.begin().await?;
        let now = self.clock.now();
        let id = SessionId(fresh());
        let (mut over, mut followed) = (None, Vec::new());
        if let Some(live) = tx.live_session_of_patient(patient).await? {
            over = self.call_again(&mut tx, by, live.head.id, id, now).await?;
            if over.is_none() {
                return Ok(Requested { case: live.head.case, session: live.head.id, existing: true });
            }
        }
        let names = directory(&mut tx, by.association, patient).await?.ok_or(CommandError::NotFound)?;
        let known = match tx.open_case_of_patient(by.association, patient).await? {
            // Between finding and locking it a colleague's decision may have closed it.
            Some(open) => {
                tx.load_case_for_update(open.head.id).await?.filter(|row| row.head.closed.is_none())
            }
            None => None,
        };
        if let Some(row) = &known {
            followed = self.others(&mut tx, by, row.head.id, Input::CallAgain(id), now).await?;
        }
        let case_id = known.as_ref().map_or_else(|| CaseId(fresh()), |row| row.head.id);
        let desk = Duty::at(&mut tx, by.association, now).await?.candidates(Line::Desk, None);
        let step = {
            // Not carried over an await: the source of ids is no value that may move between threads.
            let mut around = Circumstances {
                desk: &desk,
                doctors: &[],
                visiting: &[],
                patient: &names.patient,
                institution: None,
                equipment: &[],
                actor_busy: false,
                may_record: (self.recording)(),
                timings: self.timings,
                fresh: &mut fresh,
            };
            Session::requested(id, case_id, patient, device, by, &mut around, now)
        };
        let Step { session, outcomes: Outcomes { mut facts, pages } } = step;
        let standing = standing(&session, &self.timings, now);
        match known {
            Some(row) => {
                let mut case: Case = row.body.read()?;
                // An earlier one keeps its deadline: somebody must still decide about it.
                case.sessions.push(id);
                case.standing = standing;
                tx.save_case(&case_head(&case)?, row.version, &case).await?;
            }
            None => {
                let sessions = vec![id];
                let case = Case {
                    id: case_id,
                    association: by.association,
                    patient,
                    opened_at: now,
                    sessions,
                    standing,
                };
                tx.insert_case(&case_head(&case)?, &case).await?;
                facts.insert(0, FactKind::CaseOpened);
            }
        }
        if let Standing::Open { owner, .. } = standing {
            facts.push(FactKind::OwnerChanged { owner });
        }
        tx.insert_session(&session_head(&session)?, &engaged(&session)?, &session).await?;
        append(&mut tx, &session, by, facts, now).await?;
        self.arm(&mut tx, &session, &pages, now).await?;
        tx.commit().await?;
        if let Some(over) = over {
            self.tell_of(&over.before, &over.after);
        }
        followed.into_iter().for_each(|earlier| self.tell(earlier));
        self.tell(id);
        Ok(Requested { case: case_id, session: id, existing: false })
    }

    /// What the tap makes of the call there is: over, when it was being ended; otherwise nothing, for it goes on.
    async fn call_again(
        &self,
        tx: &mut Tx,
        by: Actor,
        id: SessionId,
        next: SessionId,
        now: Timestamp,
    ) -> Result<Option<Over>, CommandError> {
        let Some(locked) = self.lock(tx, id).await? else {
            return Err(CommandError::Store(StoreError::Conflict));
        };
        let step = self.step(tx, &locked, by, Input::CallAgain(next), now).await??;
        if step.session.live() {
            return Ok(None);
        }
        let after = step.session.clone();
        if locked.session.live() {
            self.save(tx, by, &locked, step, now).await?;
        }
        Ok(Some(Over { before: locked.session, after }))
    }

    /// Tells the ended calls of a case what became of the newest: one that the patient took back is answered by the next
    /// tap, a second look that is owed by whoever answers it. Gives those that changed, to be told after the commit.
    pub(super) async fn others(
        &self,
        tx: &mut Tx,
        by: Actor,
        case: CaseId,
        input: Input,
        now: Timestamp,
    ) -> Result<Vec<SessionId>, StoreError> {
        let mut changed = Vec::new();
        for row in tx.sessions_of_case(case).await?.iter().filter(|row| row.head.ended.is_some()) {
            let locked = match self.lock(tx, row.head.id).await {
                Ok(Some(locked)) => locked,
                // One that cannot be read is told wherever it is looked at; what the newest needs must not fail of it.
                Ok(None) | Err(StoreError::Corrupt { .. }) => continue,
                Err(error) => return Err(error),
            };
            // Whatever the rules say of the old call, the new one goes on.
            let Ok(step) = self.step(tx, &locked, by, input.clone(), now).await? else { continue };
            let Step { session, outcomes } = step;
            if session != locked.session {
                tx.save_session(&session_head(&session)?, locked.version, &engaged(&session)?, &session)
                    .await?;
                append(tx, &session, by, outcomes.facts, now).await?;
                self.arm(tx, &session, &[], now).await?;
                changed.push(session.id);
            }
        }
        Ok(changed)
    }

    /// What the media plane saw of a leg. Of a session or leg that is gone there is nothing to say.
    ///
    /// # Errors
    /// It cannot be stored.
    pub async fn media(&self, session: SessionId, input: Input) -> Result<(), CommandError> {
        let Some(association) = self.association_of(session).await? else {
            return Ok(());
        };
        match self.act(Actor::system(association), session, input).await {
            Err(CommandError::Refused(_)) => Ok(()),
            other => other,
        }
    }

    /// The person's device shows the ring of every leg that is asked for and not shown yet.
    ///
    /// # Errors
    /// It cannot be stored.
    pub async fn rang(&self, session: SessionId, leg: LegId) -> Result<(), CommandError> {
        self.media(session, Input::Rang(leg)).await
    }

    async fn association_of(
        &self,
        session: SessionId,
    ) -> Result<Option<yoban_domain::id::AssociationId>, yoban_store::Error> {
        let mut read = self.store.read().await?;
        Ok(read.load_session(session).await?.map(|row| row.head.association))
    }
}

impl Engine {
    /// What a start makes of what the last one left. What was parked is tried again: this program may understand it. No
    /// media runs on this node: whoever was connected to it is lost until they come back, and their deadlines run; without
    /// this a nurse who never returns would stand as joined for ever, and nobody would be rung for the patient.
    ///
    /// # Errors
    /// The store cannot be reached. A session that cannot be understood is logged, and keeps no other from going on.
    pub async fn resume(&self) -> Result<(), CommandError> {
        let parked = self.store.unpark().await?;
        if parked != Parked::default() {
            tracing::warn!(?parked, "what was parked is tried again");
        }
        self.media_is_gone().await
    }

    async fn media_is_gone(&self) -> Result<(), CommandError> {
        let mut lost = Vec::new();
        let mut read = self.store.read().await?;
        for (association, _) in read.associations().await? {
            for row in read.live_sessions(association).await? {
                let Ok(session) = row.body.read::<Session>() else {
                    tracing::error!(session = ?row.head.id, "a session cannot be read; the others go on");
                    continue;
                };
                // Of a leg that another node carries by now, the turn makes nothing.
                let joined = session.legs.iter().filter(|l| matches!(l.state, LegState::Joined { .. }));
                lost.extend(joined.map(|leg| (session.id, leg.id)));
            }
        }
        drop(read);
        for (session, leg) in lost {
            match self.media(session, Input::MediaLost(leg)).await {
                Err(error @ CommandError::Store(StoreError::Unavailable { .. })) => return Err(error),
                Err(error) => tracing::error!(%error, ?session, "a session cannot be told; the others go on"),
                Ok(()) => {}
            }
        }
        Ok(())
    }
}
