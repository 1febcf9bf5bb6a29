//! One turn: load → step → save + facts + deadlines + pages → commit → hint.

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yoban_domain::case::{Case, Owner, Standing, counting, standing};
use yoban_domain::duty::Line;
use yoban_domain::fact::{Fact, FactKind};
use yoban_domain::grant::may;
use yoban_domain::id::{AssociationId, LegId, SessionId};
use yoban_domain::mode::ServiceKind;
use yoban_domain::people::Actor;
use yoban_domain::session::{
    Circumstances, Input, Outcome, Outcomes, Page, Refused, Session, State, Step, Timings,
};
use yoban_domain::time::Timestamp;
use yoban_store::case::{CaseHead, Owner as StoredOwner};
use yoban_store::fact::NewFact;
use yoban_store::outbox::NewDelivery;
use yoban_store::session::SessionHead;
use yoban_store::timer::Subject as TimerSubject;
use yoban_store::value::Word;
use yoban_store::{Conn, Error, Result, Tx};

use super::load::{Duty, Scene, scene};
use super::places::at_hand;
use super::{Engine, TRIES};
use crate::error::CommandError;
use crate::hint::Hint;

/// What stands in an outbox row of kind [`PAGE`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StoredPage {
    pub(crate) session: SessionId,
    pub(crate) page: Page,
}

/// Outbox kind of a page.
pub(crate) const PAGE: &str = "page";

/// What an input says of the media of a leg.
#[derive(Clone, Copy)]
enum Media {
    Up(LegId),
    Lost(LegId),
}

impl Media {
    const fn of(input: &Input) -> Option<Self> {
        if let Input::MediaUp(leg) = input {
            Some(Self::Up(*leg))
        } else if let Input::MediaLost(leg) = input {
            Some(Self::Lost(*leg))
        } else {
            None
        }
    }
}

impl Engine {
    /// Applies one input to a session, as `by`.
    ///
    /// # Errors
    /// [`CommandError`]: the rules refuse, it is not theirs to do, or it cannot be stored.
    pub async fn act(
        &self,
        by: Actor,
        session: SessionId,
        input: Input,
    ) -> std::result::Result<(), CommandError> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.try_act(by, session, input.clone(), None).await {
                Err(error) if error.again() && tries < TRIES => {}
                other => return other,
            }
        }
    }

    /// One try. With `timer`, the turn takes that timer away and changes nothing if it is gone already.
    pub(super) async fn try_act(
        &self,
        by: Actor,
        id: SessionId,
        input: Input,
        timer: Option<(i64, i64)>,
    ) -> std::result::Result<(), CommandError> {
        let mut tx = self.store.begin().await?;
        let locked = self.lock(&mut tx, id).await?.ok_or(CommandError::NotFound)?;
        // After the case is locked, as in every other turn: two orders would be a deadlock.
        if let Some((timer, epoch)) = timer
            && !tx.timer_done(timer, epoch).await?
        {
            return Ok(());
        }
        let now = self.clock.now();
        let action = input.action();
        may(&by, action, &locked.subject(&locked.asked()))
            .map_err(|denied| CommandError::denied(&by, action, denied))?;
        let media = Media::of(&input);
        if let Some(Media::Lost(leg)) = media
            && !self.carries(&mut tx, locked.session.association, leg).await?
        {
            // It runs on another node by now: what this one lost is no loss.
            return Ok(());
        }
        let stepped = self.step(&mut tx, &locked, by, input.clone(), now).await?;
        match stepped {
            Ok(step) => {
                let after = step.session.clone();
                self.save(&mut tx, by, &locked, step, now).await?;
                let answered = matches!(locked.session.state, State::Waiting { .. })
                    && matches!(after.state, State::Active { .. });
                let kept = if answered {
                    self.others(&mut tx, by, after.case, Input::NextAnswered, now).await?
                } else {
                    Vec::new()
                };
                match media {
                    Some(Media::Up(leg)) => {
                        tx.carry_leg(after.association, after.id, leg, &self.node).await?;
                    }
                    Some(Media::Lost(leg)) => tx.drop_leg(leg).await?,
                    None => {}
                }
                tx.commit().await?;
                kept.into_iter().for_each(|earlier| self.tell(earlier));
                self.tell_of(&locked.session, &after);
                Ok(())
            }
            Err(refused) => {
                if let Some(fact) = attempted(&input, refused) {
                    append(&mut tx, &locked.session, by, vec![fact], now).await?;
                    tx.commit().await?;
                }
                Err(refused.into())
            }
        }
    }

    /// Whether nobody but this node carries the leg's media.
    pub(super) async fn carries(&self, conn: &mut Conn, of: AssociationId, leg: LegId) -> Result<bool> {
        let carried = conn.carried_legs(of).await?;
        Ok(!carried.iter().any(|(other, node)| *other == leg && **node != *self.node))
    }

    /// Locks case, then session, in the one order that excludes deadlocks, and loads what they speak of.
    pub(super) async fn lock(&self, tx: &mut Tx, id: SessionId) -> Result<Option<Scene>> {
        let Some(row) = tx.load_session(id).await? else {
            return Ok(None);
        };
        if tx.load_case_for_update(row.head.case).await?.is_none()
            || tx.load_session_for_update(id).await?.is_none()
        {
            return Ok(None);
        }
        scene(tx, id).await
    }

    pub(super) async fn step(
        &self,
        tx: &mut Tx,
        on: &Scene,
        by: Actor,
        input: Input,
        now: Timestamp,
    ) -> Result<std::result::Result<Step, yoban_domain::session::Refused>> {
        let (association, here) = (on.session.association, Some(on.session.id));
        if input.takes_a_seat()
            && let Some(person) = by.person()
        {
            // Two calls can be taken at the same instant: whoever comes second must see the first. Locked after case and
            // session, as by every turn.
            tx.lock_person(person).await?;
        }
        let duty = Duty::at(tx, association, now).await?;
        let desk = duty.candidates(Line::Desk, here);
        let doctors = duty.candidates(Line::DutyDoctor, here);
        let visiting = duty.candidates(Line::VisitingNurse, here);
        let actor_busy = match by.person() {
            Some(person) => tx.engagements_of(person).await?.iter().any(|e| e.session != on.session.id),
            None => false,
        };
        let institution = by
            .person()
            .and_then(|p| on.directory.person(p))
            .and_then(|p| on.directory.institution(p.institution));
        let equipment = if input.looks_at_equipment() {
            at_hand(tx, association, on.session.id).await?
        } else {
            Vec::new()
        };
        let mut around = Circumstances {
            desk: &desk,
            doctors: &doctors,
            visiting: &visiting,
            patient: &on.directory.patient,
            institution,
            equipment: &equipment,
            actor_busy,
            may_record: (self.recording)(),
            timings: self.timings,
            fresh: &mut fresh,
        };
        Ok(on.session.step(by, input, &mut around, now))
    }

    /// Saves a step: session, case, facts, deadlines and pages, in the caller's transaction.
    pub(super) async fn save(
        &self,
        tx: &mut Tx,
        by: Actor,
        before: &Scene,
        step: Step,
        now: Timestamp,
    ) -> Result<()> {
        let Step { session, outcomes: Outcomes { mut facts, pages } } = step;
        let mut case = before.case.clone();
        let owner_before = owner(&case.standing);
        case.standing = next_standing(tx, &case, &session, &self.timings, now).await?;
        if let Some(owner) = owner(&case.standing)
            && Some(owner) != owner_before
        {
            facts.push(FactKind::OwnerChanged { owner });
        }
        if before.case.open() && !case.open() {
            facts.push(FactKind::CaseClosed);
        }
        tx.save_session(&session_head(&session)?, before.version, &engaged(&session)?, &session).await?;
        if case != before.case {
            tx.save_case(&case_head(&case)?, before.case_version, &case).await?;
        }
        append(tx, &session, by, facts, now).await?;
        self.arm(tx, &session, &pages, now).await
    }

    /// Makes the timer rows equal to the session's deadlines and puts its pages into the outbox.
    pub(super) async fn arm(
        &self,
        tx: &mut Tx,
        session: &Session,
        pages: &[Page],
        now: Timestamp,
    ) -> Result<()> {
        let subject = TimerSubject::Session(session.id);
        tx.replace_timers(session.association, subject, &session.deadlines(&self.timings)).await?;
        for page in pages {
            let key = format!("page/{}/{}/{}", session.id, page.leg, page.attempt);
            let body = StoredPage { session: session.id, page: *page };
            tx.put_outbox(&NewDelivery {
                association: Some(session.association),
                kind: Word::of(PAGE)?,
                key: &key,
                put: now,
                not_before: now,
                body: &body,
            })
            .await?;
        }
        Ok(())
    }

    /// Says that a session advanced, and who came out of it, after its turn was committed.
    pub(super) fn tell_of(&self, before: &Session, after: &Session) {
        self.tell(after.id);
        let still = after.engaged();
        for person in before.engaged().into_iter().filter(|p| !still.contains(p)) {
            self.bus.publish(Hint::Freed(after.association, person));
        }
    }

    /// Says that a session advanced, after its turn was committed.
    pub(super) fn tell(&self, session: SessionId) {
        self.bus.publish(Hint::Session(session));
        self.bus.publish(Hint::Outbox);
        self.bus.publish(Hint::Timers);
    }
}

/// What the log keeps of an input that was refused: attempts at more than advice are audited (invariant 24).
fn attempted(input: &Input, refused: Refused) -> Option<FactKind> {
    let code = refused.code().to_owned();
    if let Input::SetKind(wanted) = input {
        (*wanted != ServiceKind::NurseAdvice).then_some(FactKind::KindRefused { wanted: *wanted, code })
    } else if let Input::Dispose(decision) | Input::DisposeOver { disposition: decision, .. } = input {
        (decision.outcome == Outcome::Prescription).then_some(FactKind::PrescriptionRefused { code })
    } else {
        None
    }
}

/// Fresh random ids for legs.
#[expect(clippy::disallowed_methods, reason = "the engine's one source of ids")]
pub(crate) fn fresh() -> Uuid {
    Uuid::now_v7()
}

/// Appends facts of a session to its case's log.
pub(super) async fn append(
    tx: &mut Tx,
    session: &Session,
    by: Actor,
    kinds: Vec<FactKind>,
    now: Timestamp,
) -> Result<()> {
    let mut facts = Vec::with_capacity(kinds.len());
    for kind in kinds {
        let word = Word::of(&name(&kind)?)?;
        facts.push((word, Fact { case: session.case, seq: 0, at: now, by, session: Some(session.id), kind }));
    }
    let new: Vec<NewFact<'_, Fact>> =
        facts.iter().map(|(kind, fact)| NewFact { at: now, kind: kind.clone(), body: fact }).collect();
    tx.append_facts(session.case, session.association, &new).await?;
    Ok(())
}

/// The fact's tag, for the searched column.
fn name(kind: &FactKind) -> Result<String> {
    let value = serde_json::to_value(kind)
        .map_err(|_| yoban_store::Error::Constraint(yoban_store::Constraint::Value))?;
    Ok(value.get("fact").and_then(|f| f.as_str()).unwrap_or_default().to_owned())
}

const fn owner(standing: &Standing) -> Option<Owner> {
    match standing {
        Standing::Open { owner, .. } => Some(*owner),
        Standing::Closed { .. } => None,
    }
}

/// Where a case stands after one of its sessions changed. What was closed stays closed, unless a finding after the end took
/// the decision back ([`FactKind::DecisionTakenBack`]): then somebody must act again.
async fn next_standing(
    tx: &mut Tx,
    case: &Case,
    changed: &Session,
    timings: &Timings,
    now: Timestamp,
) -> Result<Standing> {
    let mut sessions = Vec::new();
    if case.sessions.len() > 1 {
        for row in tx.sessions_of_case(case.id).await? {
            match row.body.read() {
                _ if row.head.id == changed.id => sessions.push(changed.clone()),
                Ok(other) => sessions.push(other),
                // A call that cannot be read any more keeps no other from going on.
                Err(Error::Corrupt { .. }) => {}
                Err(error) => return Err(error),
            }
        }
    }
    let next = standing(counting(&sessions).unwrap_or(changed), timings, now);
    Ok(if case.open() || matches!(next, Standing::Open { .. }) { next } else { case.standing })
}

pub(super) fn case_head(case: &Case) -> Result<CaseHead> {
    let (state, owner, deadline, closed) = match case.standing {
        Standing::Open { owner, deadline } => {
            let owner = match owner {
                Owner::Line { line } => StoredOwner::Line(Word::of(&line)?),
                Owner::Person { person } => StoredOwner::Person(person),
            };
            ("open", Some(owner), Some(deadline), None)
        }
        Standing::Closed { at } => ("closed", None, None, Some(at)),
    };
    Ok(CaseHead {
        id: case.id,
        association: case.association,
        patient: Some(case.patient),
        state: Word::of(state)?,
        owner,
        deadline,
        opened: case.opened_at,
        closed,
    })
}

pub(super) fn session_head(session: &Session) -> Result<SessionHead> {
    let (state, ended) = match session.state {
        State::Waiting { .. } => ("waiting", None),
        State::Active { .. } => ("active", None),
        State::Closing { .. } => ("closing", None),
        State::Ended { at, .. } => ("ended", Some(at)),
    };
    Ok(SessionHead {
        id: session.id,
        association: session.association,
        case: session.case,
        patient: session.patient,
        device: Some(session.tablet),
        exam_doctor: session.examining_doctor(),
        state: Word::of(state)?,
        started: session.requested_at,
        ended,
    })
}

pub(super) fn engaged(session: &Session) -> Result<Vec<(yoban_domain::id::PersonId, Word)>> {
    let word = Word::of("inCall")?;
    Ok(session.engaged().into_iter().map(|p| (p, word.clone())).collect())
}
