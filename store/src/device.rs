//! Tablets, phones and desk browsers.

use serde::Serialize;
use uuid::Uuid;
use yoban_domain::id::{AssociationId, DeviceId, PatientId, PersonId};
use yoban_domain::time::Timestamp;

use crate::Result;
use crate::db::{Conn, Tx};
use crate::value::{Body, Word, json};

/// A device as stored. It is lent to a patient, carried by a person, or neither (a desk).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Key.
    pub id: DeviceId,
    /// Tenant.
    pub association: AssociationId,
    /// Tablet, phone, desk: the domain's word.
    pub kind: Word,
    /// Whose tablet it is.
    pub patient: Option<PatientId>,
    /// Whose phone it is.
    pub person: Option<PersonId>,
    /// Since when it may no longer be used: returned, lost, replaced.
    pub retired: Option<Timestamp>,
    /// The rest.
    pub body: Body,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    association_id: Uuid,
    kind: String,
    patient_id: Option<Uuid>,
    person_id: Option<Uuid>,
    retired_ms: Option<i64>,
    body: String,
}

impl From<Row> for Device {
    fn from(row: Row) -> Self {
        Self {
            id: DeviceId(row.id),
            association: AssociationId(row.association_id),
            kind: Word::at(row.kind, "devices", "kind", row.id),
            patient: row.patient_id.map(PatientId),
            person: row.person_id.map(PersonId),
            retired: row.retired_ms.map(Timestamp),
            body: Body::at(row.body, "devices", "body", row.id),
        }
    }
}

/// Who carries a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// Lent to a patient.
    Patient(PatientId),
    /// Carried by a member of staff.
    Person(PersonId),
    /// Stands at a desk.
    Nobody,
}

impl Bearer {
    const fn columns(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Patient(id) => (Some(id.0), None),
            Self::Person(id) => (None, Some(id.0)),
            Self::Nobody => (None, None),
        }
    }
}

impl Tx {
    /// Stores a new device.
    ///
    /// # Errors
    /// `Duplicate` when the id is taken, `Reference` when its bearer belongs to another association.
    pub async fn insert_device<B: Serialize>(
        &mut self,
        id: DeviceId,
        association: AssociationId,
        kind: &Word,
        bearer: Bearer,
        body: &B,
    ) -> Result<()> {
        let (patient, person) = bearer.columns();
        run!(
            self,
            "INSERT INTO devices (id, association_id, kind, patient_id, person_id, body)
             VALUES ($1, $2, $3, $4, $5, $6)",
            id.0,
            association.0,
            kind.as_str(),
            patient,
            person,
            json(body)?
        )?;
        Ok(())
    }

    /// Gives a device to another bearer and stores its new body; false when it is not there.
    ///
    /// # Errors
    /// `Reference` when the bearer belongs to another association.
    pub async fn save_device<B: Serialize>(
        &mut self,
        id: DeviceId,
        bearer: Bearer,
        body: &B,
    ) -> Result<bool> {
        let (patient, person) = bearer.columns();
        let saved = run!(
            self,
            "UPDATE devices SET patient_id = $2, person_id = $3, body = $4 WHERE id = $1",
            id.0,
            patient,
            person,
            json(body)?
        )?;
        Ok(saved == 1)
    }

    /// Ends the use of a device; false when it is not there or was ended before.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn retire_device(&mut self, id: DeviceId, at: Timestamp) -> Result<bool> {
        Ok(run!(self, "UPDATE devices SET retired_ms = $2 WHERE id = $1 AND retired_ms IS NULL", id.0, at.0)?
            == 1)
    }
}

impl Conn {
    /// A device.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn device(&mut self, id: DeviceId) -> Result<Option<Device>> {
        let row = one!(
            self,
            Row,
            "SELECT id, association_id, kind, patient_id, person_id, retired_ms, body FROM devices
             WHERE id = $1",
            id.0
        )?;
        Ok(row.map(Device::from))
    }

    /// The devices of an association, oldest id first, retired ones included.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn devices(&mut self, association: AssociationId) -> Result<Vec<Device>> {
        let rows = all!(
            self,
            Row,
            "SELECT id, association_id, kind, patient_id, person_id, retired_ms, body FROM devices
             WHERE association_id = $1 ORDER BY id",
            association.0
        )?;
        Ok(rows.into_iter().map(Device::from).collect())
    }

    /// The devices of one kind that are in use.
    ///
    /// # Errors
    /// [`crate::Error::Unavailable`].
    pub async fn devices_of_kind(&mut self, association: AssociationId, kind: &Word) -> Result<Vec<Device>> {
        let rows = all!(
            self,
            Row,
            "SELECT id, association_id, kind, patient_id, person_id, retired_ms, body FROM devices
             WHERE association_id = $1 AND kind = $2 AND retired_ms IS NULL ORDER BY id",
            association.0,
            kind.as_str()
        )?;
        Ok(rows.into_iter().map(Device::from).collect())
    }
}
