//! Reading for lists: tonight's cases, and the calls a device has to do with.

use yoban_domain::case::{Case, counting};
use yoban_domain::directory::Directory;
use yoban_domain::duty::Line;
use yoban_domain::fact::Fact;
use yoban_domain::grant::{Action, Subject, may};
use yoban_domain::id::{AssociationId, CaseId, PatientId, PersonId, SessionId};
use yoban_domain::people::{Actor, Who};
use yoban_domain::session::{Session, State};
use yoban_domain::wire::rest::OnDuty;
use yoban_domain::wire::view::{CaseCall, QueueItem};

use super::load::{Duty, directory, each_readable, facts, involved, patient_of, scene};
use super::{Engine, Scene};
use crate::error::CommandError;
use crate::hub::Hub;
use crate::keeper::tonight_from;

impl Engine {
    /// Tonight's cases: waiting first, then running, then done; within each the longest wait first.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn tonight(&self, association: AssociationId) -> Result<Tonight, CommandError> {
        let now = self.clock.now();
        let mut read = self.store.read().await?;
        let mut items = Vec::new();
        let mut names: Option<Directory> = None;
        for row in
            read.cases_of_night(association, tonight_from(now), now.plus(yoban_domain::time::Span(1))).await?
        {
            let Some(case) = readable::<Case>(row.body.read())? else { continue };
            // A call that cannot be read is passed over: the list shows the others.
            let mut sessions = Vec::new();
            for row in read.sessions_of_case(case.id).await? {
                sessions.extend(readable::<Session>(row.body.read())?);
            }
            let Some(session) = counting(&sessions) else { continue };
            // All staff of an association are read once for the list: from line to line the patient alone differs.
            let names = match &mut names {
                Some(names) => {
                    let patient = patient_of(&mut read, association, session.patient).await;
                    let Some(patient) = readable(patient)?.flatten() else { continue };
                    names.patient = patient;
                    names
                }
                none => {
                    let first = directory(&mut read, association, session.patient).await;
                    let Some(first) = readable(first)?.flatten() else { continue };
                    none.insert(first)
                }
            };
            items.push(Listed {
                rank: rank(&case, session),
                item: names.queue_item(&case, session, &self.timings, now),
                association,
                patient: session.patient,
                involved: involved(session),
                others: sessions
                    .iter()
                    .filter(|other| other.id != session.id)
                    .map(|other| (CaseCall::of(other), involved(other)))
                    .collect(),
            });
        }
        items.sort_by_key(|listed| (listed.rank, listed.item.requested_at));
        Ok(Tonight(items))
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
            let Some(case) = readable::<Case>(row.body.read())? else { continue };
            // After a restart every tablet asks at once; most of the night is none of theirs.
            if matches!(actor.who, Who::Tablet { patient } if patient != case.patient) {
                continue;
            }
            for row in read.sessions_of_case(case.id).await? {
                let Some(session) = readable::<Session>(row.body.read())? else { continue };
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

    /// The other calls of a call's case, oldest first, of whichever night, and which of them `by` may open.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn calls_beside(&self, by: &Actor, scene: &Scene) -> Result<Vec<CaseCall>, CommandError> {
        let mut read = self.store.read().await?;
        let mut calls = Vec::new();
        for row in read.sessions_of_case(scene.case.id).await? {
            let Some(other) = readable::<Session>(row.body.read())? else { continue };
            let involved = involved(&other);
            let may_open = may(by, Action::ReadEncounter, &scene.subject(&involved)).is_ok();
            if other.id != scene.session.id {
                calls.push(CaseCall { may_open, ..CaseCall::of(&other) });
            }
        }
        calls.sort_by_key(|call| call.requested_at);
        Ok(calls)
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
        let people: Vec<yoban_domain::people::Person> = each_readable(people.iter().map(|p| &p.body));
        let institutions = read.institutions(association).await?;
        let institutions: Vec<yoban_domain::org::Institution> =
            each_readable(institutions.iter().map(|i| &i.body));
        let mut duty = Vec::new();
        let at_now = Duty::at(&mut read, association, now).await?;
        for line in Line::ALL {
            for candidate in at_now.candidates(line, None) {
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

/// A row that cannot be read is told and left out: it must not hide the other patients of the night.
fn readable<T>(read: yoban_store::Result<T>) -> Result<Option<T>, CommandError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error @ yoban_store::Error::Corrupt { .. }) => {
            tracing::error!(%error, "left out of the list");
            Ok(None)
        }
        Err(error) => Err(error.into()),
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

/// Tonight's cases, before it is known who looks at them.
pub struct Tonight(Vec<Listed>);

struct Listed {
    rank: u8,
    item: QueueItem,
    association: AssociationId,
    patient: PatientId,
    involved: Vec<PersonId>,
    /// The case's other calls, and who was in each.
    others: Vec<(CaseCall, Vec<PersonId>)>,
}

impl Listed {
    fn seen_by(&self, actor: &Actor) -> QueueItem {
        let (association, patient) = (self.association, self.patient);
        let may_open = |involved: &[PersonId]| {
            may(actor, Action::ReadEncounter, &Subject::Case { association, patient, involved }).is_ok()
        };
        let calls =
            self.others.iter().map(|(call, involved)| CaseCall { may_open: may_open(involved), ..*call });
        QueueItem { may_open: may_open(&self.involved), calls: calls.collect(), ..self.item.clone() }
    }
}

impl Tonight {
    /// The list as this actor sees it: the same cases for everybody, and which records may be opened.
    pub fn seen_by(&self, actor: &Actor) -> Vec<QueueItem> {
        self.0.iter().map(|listed| listed.seen_by(actor)).collect()
    }
}

/// A case as somebody may read it.
pub struct CaseRead {
    /// The case with the newest session they may read.
    pub scene: Scene,
    /// The sessions they may read, oldest first.
    pub sessions: Vec<SessionId>,
    /// What happened in them.
    pub facts: Vec<Fact>,
}

impl Engine {
    /// A case with everything that happened in those of its sessions that `by` may read: each session is judged by itself.
    ///
    /// # Errors
    /// None of them is theirs to read, or there is no such case.
    pub async fn case(&self, by: Actor, id: CaseId) -> Result<CaseRead, CommandError> {
        let mut read = self.store.read().await?;
        let row = read.load_case(id).await?.ok_or(CommandError::NotFound)?;
        let case: Case = row.body.read()?;
        let (mut sessions, mut newest) = (Vec::new(), None);
        for session in case.sessions {
            let Some(scene) = scene(&mut read, session).await? else { continue };
            if may(&by, Action::ReadCase, &scene.subject(&scene.involved())).is_ok() {
                sessions.push(session);
                newest = Some(scene);
            }
        }
        let scene = newest.ok_or(CommandError::NotFound)?;
        let mut facts = facts(&mut read, id).await?;
        facts.retain(|fact| fact.session.is_none_or(|session| sessions.contains(&session)));
        Ok(CaseRead { scene, sessions, facts })
    }
}
