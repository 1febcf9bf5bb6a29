//! One night: a server and its people, and the beginnings that many stories share.

use std::time::{Duration, Instant};

use yoban_domain::id::{LegId, SessionId};
use yoban_domain::session::LegRole;
use yoban_domain::wire::rest::{DemoPerson, Requested};
use yoban_domain::wire::signal::ClientMessage;

use crate::{Clip, Person, Server, Voice};

/// A server with the fictitious district.
pub struct Night {
    /// The server.
    pub server: Server,
    /// Who lives and works there.
    pub people: Vec<DemoPerson>,
}

/// A call that runs between a patient and a desk nurse, with media both ways.
pub struct Answered {
    /// The call.
    pub requested: Requested,
    /// The patient's leg.
    pub patient: LegId,
    /// The nurse's leg.
    pub nurse: LegId,
    /// When the patient tapped.
    pub tapped: Instant,
    /// When the desk rang.
    pub rung: Instant,
    /// When the nurse accepted.
    pub accepted: Instant,
    /// When the first complete key frame of the patient was at the desk.
    pub first_key: Instant,
}

impl Night {
    /// A fresh night. `options` go to the server's command line.
    pub async fn begin(options: &[&str]) -> Self {
        Self::with(Server::start(options)).await
    }

    /// A night on a server that runs already.
    pub async fn with(server: Server) -> Self {
        let people = reqwest::get(format!("{}/api/v1/demo/people", server.base()))
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        Self { server, people }
    }

    /// The `n`th person of an app, signed in, without a socket.
    pub async fn signed_in(&self, app: &str, n: usize, voice: Voice) -> Person {
        let who = self.people.iter().filter(|p| p.app == app).nth(n).unwrap();
        Person::sign_in(&self.server.base(), who, Clip::of(voice)).await
    }

    async fn ready(&self, app: &str, n: usize, voice: Voice) -> Person {
        let mut person = self.signed_in(app, n, voice).await;
        person.connect(None).await;
        if app != "tablet" {
            person.say(ClientMessage::Duty { ready: true }).await;
        }
        person
    }

    /// The `n`th patient at the tablet.
    pub async fn patient(&self, n: usize) -> Person {
        self.ready("tablet", n, if n == 0 { Voice::Patient } else { Voice::Stranger }).await
    }

    /// The `n`th desk nurse, on duty.
    pub async fn nurse(&self, n: usize) -> Person {
        self.ready("desk", n, Voice::Nurse).await
    }

    /// The `n`th doctor, on duty.
    pub async fn doctor(&self, n: usize) -> Person {
        self.ready("phone", n, Voice::Doctor).await
    }

    /// Tap, ring, accept, media both ways.
    pub async fn answered(&self, patient: &mut Person, nurse: &mut Person) -> Answered {
        self.answered_after(patient, nurse, Duration::ZERO).await
    }

    /// The same, and the nurse lets it ring for a while.
    pub async fn answered_after(
        &self,
        patient: &mut Person,
        nurse: &mut Person,
        rings: Duration,
    ) -> Answered {
        let tapped = Instant::now();
        let requested = patient.tap().await;
        let session = requested.session;
        // The tablet connects while it rings, so that only the answer is waited for.
        patient.connect_media(session).await;
        let rung = nurse.rung(session).await;
        tokio::time::sleep(rings).await;
        let accepted = Instant::now();
        nurse.say(ClientMessage::Accept { session }).await;
        nurse.connect_media(session).await;
        let call = nurse
            .until_call(session, "both in the call", |call| {
                (call.you.is_some() && call.people.iter().filter(|p| p.gate_open).count() == 2)
                    .then(|| call.clone())
            })
            .await;
        let leg = |role| call.people.iter().find(|p| p.role == role).unwrap().leg;
        let (patient_leg, nurse_leg) = (leg(LegRole::Patient), call.you.unwrap());
        let slot = nurse.slot_of(patient_leg).await;
        nurse.peer().watch(slot, Default::default(), 1).await;
        let first_key = nurse.peer().first_key(slot).unwrap();
        Answered { requested, patient: patient_leg, nurse: nurse_leg, tapped, rung, accepted, first_key }
    }

    /// The nurse invites a doctor, who accepts and connects, and stays before the gate. Gives the doctor's leg.
    pub async fn invited(&self, session: SessionId, nurse: &Person, doctor: &mut Person) -> LegId {
        nurse
            .say(ClientMessage::Invite { session, role: LegRole::DutyDoctor, person: Some(doctor.person()) })
            .await;
        doctor.rung(session).await;
        doctor.say(ClientMessage::Accept { session }).await;
        doctor.connect_media(session).await;
        doctor.call(session).you.unwrap()
    }
}
