//! Loading what a decision looks at.

use serde::de::DeserializeOwned;
use yoban_domain::case::Case;
use yoban_domain::directory::Directory;
use yoban_domain::duty::{Line, Shift, on_duty};
use yoban_domain::fact::Fact;
use yoban_domain::grant::Subject;
use yoban_domain::id::{AssociationId, CaseId, PatientId, PersonId, SessionId};
use yoban_domain::people::Patient;
use yoban_domain::session::{Candidate, Session};
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::vitals::Reading;
use yoban_store::session::Engagement;
use yoban_store::value::Body;
use yoban_store::{Conn, Error, Result};

/// Facts are read in pieces of this many.
const PAGE: u32 = 500;

/// A session with its case and the names they speak of, as stored at one instant.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The case.
    pub case: Case,
    /// Version to hand back when saving the case.
    pub case_version: i64,
    /// The session.
    pub session: Session,
    /// Version of the session; views carry it.
    pub version: i64,
    /// Names.
    pub directory: Directory,
}

impl Scene {
    /// Everybody who was ever asked in: they may speak, and hear for instance who took the call instead.
    pub fn asked(&self) -> Vec<PersonId> {
        self.session.legs.iter().filter_map(|l| l.person()).collect()
    }

    /// Staff who have to do with the session, and whoever may still answer it.
    pub fn involved(&self) -> Vec<PersonId> {
        involved(&self.session)
    }

    /// What the permission matrix asks about; `involved` comes from [`Scene::involved`].
    pub const fn subject<'a>(&self, involved: &'a [PersonId]) -> Subject<'a> {
        Subject::Case { association: self.session.association, patient: self.session.patient, involved }
    }
}

/// As [`Scene::involved`].
pub(super) fn involved(s: &Session) -> Vec<PersonId> {
    s.legs.iter().filter_map(|l| l.person()).filter(|p| s.involves(*p)).collect()
}

/// The scene of a session, without locking anything.
pub(crate) async fn scene(conn: &mut Conn, id: SessionId) -> Result<Option<Scene>> {
    let Some(row) = conn.load_session(id).await? else {
        return Ok(None);
    };
    let Some(case) = conn.load_case(row.head.case).await? else {
        return Ok(None);
    };
    let session: Session = row.body.read()?;
    let Some(directory) = directory(conn, session.association, session.patient).await? else {
        return Ok(None);
    };
    Ok(Some(Scene {
        case: case.body.read()?,
        case_version: case.version,
        session,
        version: row.version,
        directory,
    }))
}

pub(crate) async fn directory(
    conn: &mut Conn,
    association: AssociationId,
    patient: PatientId,
) -> Result<Option<Directory>> {
    let Some(patient) = patient_of(conn, association, patient).await? else {
        return Ok(None);
    };
    let Some((_, body)) = conn.associations().await?.into_iter().find(|(id, _)| *id == association) else {
        return Ok(None);
    };
    let people = conn.people(association).await?;
    let institutions = conn.institutions(association).await?;
    Ok(Some(Directory {
        association: body.read()?,
        patient,
        people: each_readable(people.iter().map(|p| &p.body)),
        institutions: each_readable(institutions.iter().map(|i| &i.body)),
    }))
}

/// A patient of this association.
pub(super) async fn patient_of(
    conn: &mut Conn,
    association: AssociationId,
    patient: PatientId,
) -> Result<Option<Patient>> {
    let row = conn.patient(patient).await?.filter(|row| row.association == association);
    row.map(|row| row.body.read()).transpose()
}

/// What can be read of these rows. One that cannot is told and left out: it must not keep the others from their work.
pub(super) fn each_readable<'a, T: DeserializeOwned>(rows: impl Iterator<Item = &'a Body>) -> Vec<T> {
    let mut read = Vec::new();
    for body in rows {
        match body.read() {
            Ok(value) => read.push(value),
            Err(error) => tracing::error!(%error, "a row was left out; the others go on"),
        }
    }
    read
}

/// Who holds the lines of an association at one instant, and who of them has a part in a call.
pub(crate) struct Duty {
    shifts: Vec<Shift>,
    engaged: Vec<Engagement>,
    now: Timestamp,
}

impl Duty {
    pub(crate) async fn at(conn: &mut Conn, association: AssociationId, now: Timestamp) -> Result<Self> {
        let shifts = conn.shifts(association, now, now.plus(Span(1))).await?;
        Ok(Self { shifts, engaged: conn.engaged_people(association).await?, now })
    }

    /// Everybody on duty on `line`; busy means in a call of another session than `here`.
    pub(crate) fn candidates(&self, line: Line, here: Option<SessionId>) -> Vec<Candidate> {
        let taken = |person| self.engaged.iter().any(|e| e.person == person && Some(e.session) != here);
        let people = on_duty(&self.shifts, line, self.now).into_iter();
        people.map(|person| Candidate { person, busy: taken(person) }).collect()
    }
}

/// Every fact of a case, oldest first.
pub(crate) async fn facts(conn: &mut Conn, case: CaseId) -> Result<Vec<Fact>> {
    let mut facts: Vec<Fact> = Vec::new();
    loop {
        let after = facts.last().map_or(0, |f| f.seq);
        let page = conn.facts_after(case, after, PAGE).await?;
        let full = page.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX);
        for row in page {
            let mut fact: Fact = row.body.read()?;
            // The number is given by the store as it appends.
            fact.seq = row.seq;
            facts.push(fact);
        }
        if !full {
            return Ok(facts);
        }
    }
}

/// The readings of a session, in the order of their own time.
pub(crate) async fn readings(conn: &mut Conn, case: CaseId, session: SessionId) -> Result<Vec<Reading>> {
    let rows = conn.readings_of_case(case).await?;
    rows.into_iter()
        .filter(|r| r.head.session == Some(session))
        .map(|r| r.body.read::<Reading>())
        .collect::<std::result::Result<_, Error>>()
}
