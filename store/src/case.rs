//! Cases: one night problem each, with an owner and a next deadline until it is closed.

use serde::Serialize;
use uuid::Uuid;
use yoban_domain::id::{AssociationId, CaseId, PatientId, PersonId};
use yoban_domain::time::Timestamp;

use crate::db::{Conn, Tx};
use crate::dialect::{Pair, locking};
use crate::value::{Body, Word, json, plain};
use crate::{Error, Result};

/// Who a case belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A line such as the desk: whoever is on duty there.
    Line(Word),
    /// One person.
    Person(PersonId),
}

/// What the store knows of a case beside its body; the searched columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseHead {
    /// Key.
    pub id: CaseId,
    /// Tenant.
    pub association: AssociationId,
    /// Whose problem it is; not known yet when it came by telephone.
    pub patient: Option<PatientId>,
    /// The domain's state.
    pub state: Word,
    /// Who must act next. The database refuses an open case without one.
    pub owner: Option<Owner>,
    /// By when. The database refuses an open case without one.
    pub deadline: Option<Timestamp>,
    /// First contact or alarm.
    pub opened: Timestamp,
    /// Since when it is closed.
    pub closed: Option<Timestamp>,
}

/// A case as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// The searched columns.
    pub head: CaseHead,
    /// To be handed back when saving.
    pub version: i64,
    /// Number of the newest fact, 0 before the first.
    pub last_seq: i64,
    /// The aggregate.
    pub body: Body,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, association_id, patient_id, state, owner_line, owner_person_id, deadline_ms,
             opened_ms,",
            " closed_ms, last_seq, version, body FROM cases ",
            $rest
        )
    };
}

const LOAD: &str = select!("WHERE id = $1");
const LOAD_FOR_UPDATE: Pair = locking!(select!("WHERE id = $1"));

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    association_id: Uuid,
    patient_id: Option<Uuid>,
    state: String,
    owner_line: Option<String>,
    owner_person_id: Option<Uuid>,
    deadline_ms: Option<i64>,
    opened_ms: i64,
    closed_ms: Option<i64>,
    last_seq: i64,
    version: i64,
    body: String,
}

impl From<Row> for CaseRow {
    fn from(row: Row) -> Self {
        let line = row.owner_line.map(|line| Owner::Line(Word::at(line, "cases", "owner_line", row.id)));
        Self {
            head: CaseHead {
                id: CaseId(row.id),
                association: AssociationId(row.association_id),
                patient: row.patient_id.map(PatientId),
                state: Word::at(row.state, "cases", "state", row.id),
                owner: row.owner_person_id.map(|id| Owner::Person(PersonId(id))).or(line),
                deadline: row.deadline_ms.map(Timestamp),
                opened: Timestamp(row.opened_ms),
                closed: row.closed_ms.map(Timestamp),
            },
            version: row.version,
            last_seq: row.last_seq,
            body: Body::at(row.body, "cases", "body", row.id),
        }
    }
}

fn owner_columns(owner: Option<&Owner>) -> Result<(Option<&str>, Option<Uuid>)> {
    Ok(match owner {
        Some(Owner::Line(line)) => (Some(plain(line.as_str())?), None),
        Some(Owner::Person(person)) => (None, Some(person.0)),
        None => (None, None),
    })
}

impl Tx {
    /// Stores a new case at version 1.
    ///
    /// # Errors
    /// `CaseOwned` or `CaseDeadline` when an open case has no owner or deadline, `Reference` when patient or
    /// owner belong to another association.
    pub async fn insert_case<B: Serialize>(&mut self, head: &CaseHead, body: &B) -> Result<()> {
        let (line, person) = owner_columns(head.owner.as_ref())?;
        run!(
            self,
            "INSERT INTO cases (id, association_id, patient_id, state, owner_line, owner_person_id,
             deadline_ms,
             opened_ms, closed_ms, version, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)",
            head.id.0,
            head.association.0,
            head.patient.map(|p| p.0),
            head.state.as_str(),
            line,
            person,
            head.deadline.map(|t| t.0),
            head.opened.0,
            head.closed.map(|t| t.0),
            json(body)?
        )?;
        Ok(())
    }

    /// Loads a case and keeps other turns away from it until this one ends.
    ///
    /// # Errors
    /// [`Error::Unavailable`], also when another turn holds the case for too long.
    pub async fn load_case_for_update(&mut self, id: CaseId) -> Result<Option<CaseRow>> {
        let sql = self.pick(LOAD_FOR_UPDATE);
        Ok(one!(self, Row, sql, id.0)?.map(CaseRow::from))
    }

    /// Stores the next value of a case that was loaded at `version`; its association never changes. Returns
    /// the new version.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it was saved by somebody else meanwhile (or is not there); what
    /// [`Tx::insert_case`] refuses.
    pub async fn save_case<B: Serialize>(&mut self, head: &CaseHead, version: i64, body: &B) -> Result<i64> {
        let (line, person) = owner_columns(head.owner.as_ref())?;
        let saved = run!(
            self,
            "UPDATE cases SET patient_id = $3, state = $4, owner_line = $5, owner_person_id = $6,
             deadline_ms = $7,
             opened_ms = $8, closed_ms = $9, body = $10, version = version + 1 WHERE id = $1
             AND version = $2",
            head.id.0,
            version,
            head.patient.map(|p| p.0),
            head.state.as_str(),
            line,
            person,
            head.deadline.map(|t| t.0),
            head.opened.0,
            head.closed.map(|t| t.0),
            json(body)?
        )?;
        if saved == 0 {
            return self.fail(Error::Conflict);
        }
        Ok(version.saturating_add(1))
    }
}

impl Conn {
    /// A case.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn load_case(&mut self, id: CaseId) -> Result<Option<CaseRow>> {
        Ok(one!(self, Row, LOAD, id.0)?.map(CaseRow::from))
    }

    /// The open case of a patient, the newest when there are several.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn open_case_of_patient(
        &mut self,
        association: AssociationId,
        patient: PatientId,
    ) -> Result<Option<CaseRow>> {
        let row = one!(
            self,
            Row,
            select!(
                "WHERE association_id = $1 AND patient_id = $2 AND closed_ms IS NULL
                 ORDER BY opened_ms DESC, id DESC LIMIT 1"
            ),
            association.0,
            patient.0
        )?;
        Ok(row.map(CaseRow::from))
    }

    /// The cases of a night: all that were open at some instant of `from..until`, in the order they were
    /// opened.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn cases_of_night(
        &mut self,
        association: AssociationId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<CaseRow>> {
        let rows = all!(
            self,
            Row,
            select!(
                "WHERE association_id = $1 AND opened_ms < $3 AND (closed_ms IS NULL OR closed_ms >= $2)
                 ORDER BY opened_ms, id"
            ),
            association.0,
            from.0,
            until.0
        )?;
        Ok(rows.into_iter().map(CaseRow::from).collect())
    }
}
