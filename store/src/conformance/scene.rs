//! The people every behaviour plays with.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use uuid::Uuid;
use yoban_domain::duty::{Line, Shift};
use yoban_domain::id::{AssociationId, CaseId, DeviceId, PatientId, PersonId, SessionId};
use yoban_domain::time::{Span, Timestamp};

use crate::case::{CaseHead, Owner};
use crate::device::Bearer;
use crate::session::SessionHead;
use crate::{Store, Tx};

/// 2040-02-03, two in the morning in Tokyo.
pub const NIGHT: Timestamp = Timestamp(2_211_901_200_000);

/// So many seconds after the night began.
pub const fn at(seconds: i64) -> Timestamp {
    NIGHT.plus(Span::seconds(seconds))
}

/// An id nobody had before in this process.
pub fn fresh<T: From<Uuid>>() -> T {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    T::from(Uuid::from_u128((0x0700_0000_7000_8000_u128 << 64) | u128::from(count)))
}

/// One association with a nurse, a doctor, a patient and her tablet.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    pub association: AssociationId,
    pub nurse: PersonId,
    pub doctor: PersonId,
    pub patient: PatientId,
    pub tablet: DeviceId,
}

impl Scene {
    /// Stores the people.
    pub async fn set(store: &Store) -> Self {
        let scene =
            Self { association: fresh(), nurse: fresh(), doctor: fresh(), patient: fresh(), tablet: fresh() };
        let mut turn = store.begin().await.unwrap();
        turn.insert_association(scene.association, &json!({"name": "見本医師会"})).await.unwrap();
        for (person, role) in [(scene.nurse, "nurse"), (scene.doctor, "doctor")] {
            turn.insert_person(person, scene.association, None, &role.into(), &json!({})).await.unwrap();
        }
        turn.insert_patient(scene.patient, scene.association, &json!({"name": "見本 花子"})).await.unwrap();
        let bearer = Bearer::Patient(scene.patient);
        turn.insert_device(scene.tablet, scene.association, &"tablet".into(), bearer, &json!({}))
            .await
            .unwrap();
        turn.commit().await.unwrap();
        scene
    }

    /// An open case of the patient, owned by the desk.
    pub fn case(&self) -> CaseHead {
        CaseHead {
            id: fresh(),
            association: self.association,
            patient: Some(self.patient),
            state: "open".into(),
            owner: Some(Owner::Line("desk".into())),
            deadline: Some(at(90)),
            opened: NIGHT,
            closed: None,
        }
    }

    /// A live session of the patient on her tablet.
    pub fn session(&self, case: CaseId) -> SessionHead {
        SessionHead {
            id: fresh(),
            association: self.association,
            case,
            patient: self.patient,
            device: Some(self.tablet),
            exam_doctor: None,
            state: "ringing".into(),
            started: NIGHT,
            ended: None,
        }
    }

    /// A shift at the desk, from and until so many seconds after the night began.
    pub fn shift(&self, person: PersonId, from: i64, until: i64) -> Shift {
        let (from, until) = (at(from), at(until));
        Shift { id: fresh(), association: self.association, line: Line::Desk, person, from, until }
    }

    /// Stores an open case.
    pub async fn open_case(&self, store: &Store) -> CaseId {
        let head = self.case();
        let mut turn = store.begin().await.unwrap();
        turn.insert_case(&head, &json!({"count": 0})).await.unwrap();
        turn.commit().await.unwrap();
        head.id
    }

    /// Stores an open case with a live session.
    pub async fn start_session(&self, store: &Store) -> SessionHead {
        let head = self.session(self.open_case(store).await);
        let mut turn = store.begin().await.unwrap();
        turn.insert_session(&head, &[], &json!({})).await.unwrap();
        turn.commit().await.unwrap();
        head
    }

    /// Adds another patient with a tablet.
    pub async fn neighbour(&self, turn: &mut Tx) -> (PatientId, DeviceId) {
        let (patient, tablet) = (fresh(), fresh());
        turn.insert_patient(patient, self.association, &json!({})).await.unwrap();
        let bearer = Bearer::Patient(patient);
        turn.insert_device(tablet, self.association, &"tablet".into(), bearer, &json!({})).await.unwrap();
        (patient, tablet)
    }

    /// A session id that names nothing.
    pub fn nothing() -> SessionId {
        fresh()
    }
}
