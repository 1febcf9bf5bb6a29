//! Reading for lists: tonight's cases, and the calls a device has to do with.

use yoban_domain::case::Case;
use yoban_domain::duty::Line;
use yoban_domain::id::{AssociationId, SessionId};
use yoban_domain::people::{Actor, Who};
use yoban_domain::session::{Session, State};
use yoban_domain::wire::rest::OnDuty;
use yoban_domain::wire::view::QueueItem;

use super::load::{candidates, directory, scene};
use super::{Engine, Scene};
use crate::error::CommandError;
use crate::hub::Hub;
use crate::keeper::tonight_from;

impl Engine {
    /// Tonight's cases: waiting first, then running, then done; within each the longest wait first.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn tonight(&self, association: AssociationId) -> Result<Vec<QueueItem>, CommandError> {
        let now = self.clock.now();
        let mut read = self.store.read().await?;
        let mut items = Vec::new();
        for row in
            read.cases_of_night(association, tonight_from(now), now.plus(yoban_domain::time::Span(1))).await?
        {
            let case: Case = row.body.read()?;
            let Some(session) = case.sessions.last() else {
                continue;
            };
            let Some(session) = read.load_session(*session).await? else {
                continue;
            };
            let session: Session = session.body.read()?;
            let Some(names) = directory(&mut read, association, case.patient).await? else {
                continue;
            };
            items.push((rank(&case, &session), names.queue_item(&case, &session, &self.timings, now)));
        }
        items.sort_by_key(|(rank, item)| (*rank, item.requested_at));
        Ok(items.into_iter().map(|(_, item)| item).collect())
    }

    /// The calls a device has to do with: running ones of its patient or person, and tonight's ended ones that the
    /// tablet still shows the advice of, or that the person still has to decide or sign.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn calls_of(&self, actor: &Actor) -> Result<Vec<Scene>, CommandError> {
        let now = self.clock.now();
        let mut read = self.store.read().await?;
        let mut wanted: Vec<SessionId> = Vec::new();
        for row in read
            .cases_of_night(actor.association, tonight_from(now), now.plus(yoban_domain::time::Span(1)))
            .await?
        {
            let case: Case = row.body.read()?;
            for row in read.sessions_of_case(case.id).await? {
                let session: Session = row.body.read()?;
                let latest = case.sessions.last() == Some(&session.id);
                let concerns = match actor.who {
                    Who::Tablet { patient } => session.patient == patient && latest,
                    Who::Staff { person, .. } => {
                        let leg = session.leg_of(person);
                        let open = session.live() || (session.signed.is_none() && session.was_in(person));
                        leg.is_some_and(|l| l.in_call() || l.wanted() || session.was_in(person)) && open
                    }
                    Who::Equipment { .. } | Who::System => false,
                };
                if concerns {
                    wanted.push(session.id);
                }
            }
        }
        if matches!(actor.who, Who::Tablet { .. }) {
            // One patient, one screen: the newest call alone.
            wanted = wanted.split_off(wanted.len().saturating_sub(1));
        }
        let mut scenes = Vec::new();
        for id in wanted {
            scenes.extend(scene(&mut read, id).await?);
        }
        Ok(scenes)
    }

    /// Who is on duty now, on every line.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn duty(&self, hub: &Hub, association: AssociationId) -> Result<Vec<OnDuty>, CommandError> {
        let now = self.clock.now();
        let connected = hub.connected(association).await;
        let mut read = self.store.read().await?;
        let people = read.people(association).await?;
        let people: Vec<yoban_domain::people::Person> =
            people.iter().map(|p| p.body.read()).collect::<Result<_, _>>()?;
        let institutions = read.institutions(association).await?;
        let institutions: Vec<yoban_domain::org::Institution> =
            institutions.iter().map(|i| i.body.read()).collect::<Result<_, _>>()?;
        let mut duty = Vec::new();
        for line in [Line::Desk, Line::DutyDoctor, Line::VisitingNurse] {
            for candidate in candidates(&mut read, association, line, None, now).await? {
                let Some(person) = people.iter().find(|p| p.id == candidate.person) else {
                    continue;
                };
                let institution = institutions.iter().find(|i| i.id == person.institution);
                let card = yoban_domain::wire::view::PersonCard::of(person, institution);
                let reachable =
                    connected.iter().any(|c| c.ready && c.actor.person() == Some(candidate.person));
                duty.push(OnDuty { line, card, busy: candidate.busy, reachable });
            }
        }
        Ok(duty)
    }
}

/// Waiting for somebody, running, waiting for the decision, done.
const fn rank(case: &Case, session: &Session) -> u8 {
    match session.state {
        State::Waiting { .. } => 0,
        State::Active { .. } | State::Closing { .. } if session.desk.is_some() => 0,
        State::Active { .. } | State::Closing { .. } => 1,
        State::Ended { .. } if case.open() => 2,
        State::Ended { .. } => 3,
    }
}

impl Engine {
    /// The latest session of a case.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn latest_session(
        &self,
        case: yoban_domain::id::CaseId,
    ) -> Result<Option<SessionId>, CommandError> {
        let mut read = self.store.read().await?;
        let Some(row) = read.load_case(case).await? else {
            return Ok(None);
        };
        let case: Case = row.body.read()?;
        Ok(case.sessions.last().copied())
    }
}
