//! The association and who belongs to it: institutions, staff, patients, and the shifts of duty.

use serde::Serialize;
use uuid::Uuid;
use yoban_domain::duty::Shift;
use yoban_domain::id::{AssociationId, InstitutionId, PatientId, PersonId, ShiftId};
use yoban_domain::time::Timestamp;

use crate::Result;
use crate::db::{Conn, Tx};
use crate::value::{Body, Word, json, plain};

/// A member of staff as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Key.
    pub id: PersonId,
    /// Tenant.
    pub association: AssociationId,
    /// Where the person works, if anywhere in particular.
    pub institution: Option<InstitutionId>,
    /// Nurse, doctor, administrator: the domain's word.
    pub role: Word,
    /// Since when the person no longer takes part.
    pub retired: Option<Timestamp>,
    /// The rest.
    pub body: Body,
}

/// A patient as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    /// Key.
    pub id: PatientId,
    /// Tenant.
    pub association: AssociationId,
    /// The rest.
    pub body: Body,
}

/// An institution as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Institution {
    /// Key.
    pub id: InstitutionId,
    /// Tenant.
    pub association: AssociationId,
    /// The ten-digit institution code; unique in the association.
    pub code: String,
    /// The rest.
    pub body: Body,
}

#[derive(sqlx::FromRow)]
struct PersonRow {
    id: Uuid,
    association_id: Uuid,
    institution_id: Option<Uuid>,
    role: String,
    retired_ms: Option<i64>,
    body: String,
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Self {
            id: PersonId(row.id),
            association: AssociationId(row.association_id),
            institution: row.institution_id.map(InstitutionId),
            role: Word::at(row.role, "people", "role", row.id),
            retired: row.retired_ms.map(Timestamp),
            body: Body::at(row.body, "people", "body", row.id),
        }
    }
}

#[derive(sqlx::FromRow)]
struct PatientRow {
    id: Uuid,
    association_id: Uuid,
    body: String,
}

impl From<PatientRow> for Patient {
    fn from(row: PatientRow) -> Self {
        Self {
            id: PatientId(row.id),
            association: AssociationId(row.association_id),
            body: Body::at(row.body, "patients", "body", row.id),
        }
    }
}

#[derive(sqlx::FromRow)]
struct InstitutionRow {
    id: Uuid,
    association_id: Uuid,
    code: String,
    body: String,
}

impl From<InstitutionRow> for Institution {
    fn from(row: InstitutionRow) -> Self {
        Self {
            id: InstitutionId(row.id),
            association: AssociationId(row.association_id),
            code: row.code,
            body: Body::at(row.body, "institutions", "body", row.id),
        }
    }
}

#[derive(sqlx::FromRow)]
struct ShiftRow {
    id: Uuid,
    association_id: Uuid,
    line: String,
    person_id: Uuid,
    from_ms: i64,
    until_ms: i64,
}

impl ShiftRow {
    /// None when the line is one that this program does not know: it stands in the way of no other.
    fn shift(self) -> Option<Shift> {
        let line = Word::at(self.line, "shifts", "line", self.id).read();
        let line = line.inspect_err(|error| tracing::error!(%error, "a shift is left out")).ok()?;
        Some(Shift {
            id: ShiftId(self.id),
            association: AssociationId(self.association_id),
            line,
            person: PersonId(self.person_id),
            from: Timestamp(self.from_ms),
            until: Timestamp(self.until_ms),
        })
    }
}

impl Tx {
    /// Stores a new association.
    ///
    /// # Errors
    /// `Duplicate` when the id is taken.
    pub async fn insert_association<B: Serialize>(&mut self, id: AssociationId, body: &B) -> Result<()> {
        run!(self, "INSERT INTO associations (id, body) VALUES ($1, $2)", id.0, json(body)?)?;
        Ok(())
    }

    /// Stores a new institution of an association.
    ///
    /// # Errors
    /// `Duplicate` when the id or the code is taken, `Reference` when the association is not there.
    pub async fn insert_institution<B: Serialize>(
        &mut self,
        id: InstitutionId,
        association: AssociationId,
        code: &str,
        body: &B,
    ) -> Result<()> {
        run!(
            self,
            "INSERT INTO institutions (id, association_id, code, body) VALUES ($1, $2, $3, $4)",
            id.0,
            association.0,
            plain(code)?,
            json(body)?
        )?;
        Ok(())
    }

    /// Stores a new member of staff.
    ///
    /// # Errors
    /// `Duplicate` when the id is taken, `Reference` when the institution belongs to another association.
    pub async fn insert_person<B: Serialize>(
        &mut self,
        id: PersonId,
        association: AssociationId,
        institution: Option<InstitutionId>,
        role: &Word,
        body: &B,
    ) -> Result<()> {
        run!(
            self,
            "INSERT INTO people (id, association_id, institution_id, role, body) VALUES ($1, $2, $3, $4, $5)",
            id.0,
            association.0,
            institution.map(|i| i.0),
            role.as_str(),
            json(body)?
        )?;
        Ok(())
    }

    /// Takes a member of staff out of the programme from `at` on; false when there is no such person.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn retire_person(&mut self, id: PersonId, at: Timestamp) -> Result<bool> {
        Ok(run!(self, "UPDATE people SET retired_ms = $2 WHERE id = $1", id.0, at.0)? == 1)
    }

    /// Stores a new patient.
    ///
    /// # Errors
    /// `Duplicate` when the id is taken, `Reference` when the association is not there.
    pub async fn insert_patient<B: Serialize>(
        &mut self,
        id: PatientId,
        association: AssociationId,
        body: &B,
    ) -> Result<()> {
        run!(
            self,
            "INSERT INTO patients (id, association_id, body) VALUES ($1, $2, $3)",
            id.0,
            association.0,
            json(body)?
        )?;
        Ok(())
    }

    /// Stores a new stretch of duty.
    ///
    /// # Errors
    /// `ShiftSpan` when it does not end after it begins, `Reference` when the person is of another
    /// association.
    pub async fn insert_shift(&mut self, shift: &Shift) -> Result<()> {
        run!(
            self,
            "INSERT INTO shifts (id, association_id, line, person_id, from_ms, until_ms)
             VALUES ($1, $2, $3, $4, $5, $6)",
            shift.id.0,
            shift.association.0,
            Word::of(&shift.line)?.as_str(),
            shift.person.0,
            shift.from.0,
            shift.until.0
        )?;
        Ok(())
    }
}

impl Conn {
    /// All associations of this installation, oldest id first.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn associations(&mut self) -> Result<Vec<(AssociationId, Body)>> {
        let rows = all!(self, (Uuid, String), "SELECT id, body FROM associations ORDER BY id")?;
        Ok(rows
            .into_iter()
            .map(|(id, body)| (AssociationId(id), Body::at(body, "associations", "body", id)))
            .collect())
    }

    /// The institutions of an association, by code.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn institutions(&mut self, association: AssociationId) -> Result<Vec<Institution>> {
        let rows = all!(
            self,
            InstitutionRow,
            "SELECT id, association_id, code, body FROM institutions WHERE association_id = $1 ORDER BY code",
            association.0
        )?;
        Ok(rows.into_iter().map(Institution::from).collect())
    }

    /// A member of staff.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn person(&mut self, id: PersonId) -> Result<Option<Person>> {
        let row = one!(
            self,
            PersonRow,
            "SELECT id, association_id, institution_id, role, retired_ms, body FROM people WHERE id = $1",
            id.0
        )?;
        Ok(row.map(Person::from))
    }

    /// The staff of an association, oldest id first, those who left included.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn people(&mut self, association: AssociationId) -> Result<Vec<Person>> {
        let rows = all!(
            self,
            PersonRow,
            "SELECT id, association_id, institution_id, role, retired_ms, body FROM people
             WHERE association_id = $1 ORDER BY id",
            association.0
        )?;
        Ok(rows.into_iter().map(Person::from).collect())
    }

    /// A patient.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn patient(&mut self, id: PatientId) -> Result<Option<Patient>> {
        let row =
            one!(self, PatientRow, "SELECT id, association_id, body FROM patients WHERE id = $1", id.0)?;
        Ok(row.map(Patient::from))
    }

    /// The patients of an association, oldest id first.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn patients(&mut self, association: AssociationId) -> Result<Vec<Patient>> {
        let rows = all!(
            self,
            PatientRow,
            "SELECT id, association_id, body FROM patients WHERE association_id = $1 ORDER BY id",
            association.0
        )?;
        Ok(rows.into_iter().map(Patient::from).collect())
    }

    /// The shifts of an association that overlap `from..until`, in the order they begin. Who is on duty at an instant is
    /// what [`yoban_domain::duty::on_duty`] makes of them.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn shifts(
        &mut self,
        association: AssociationId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Shift>> {
        let rows = all!(
            self,
            ShiftRow,
            "SELECT id, association_id, line, person_id, from_ms, until_ms FROM shifts
             WHERE association_id = $1 AND until_ms > $2 AND from_ms < $3 ORDER BY from_ms, id",
            association.0,
            from.0,
            until.0
        )?;
        Ok(rows.into_iter().filter_map(ShiftRow::shift).collect())
    }
}
