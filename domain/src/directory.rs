//! Names for ids: what a view or a record needs beside the session itself, loaded in one go.

use crate::case::{Case, Owner, Standing};
use crate::encounter::{Encounter, Record};
use crate::id::{InstitutionId, PersonId};
use crate::mode::{may_examine_online, settled};
use crate::org::{Association, Institution};
use crate::people::{Actor, Patient, Person, Role, Who};
use crate::session::{Leg, LegRole, Refused, Session, Timings, recording_phase};
use crate::time::Timestamp;
use crate::vitals::score::Subject;
use crate::wire::view::{
    CallView, Findings, Participant, PatientCard, PersonCard, QueueItem, RecheckOwed, RecheckTaken,
};

/// Everybody and everything one session speaks of.
#[derive(Clone, Debug)]
pub struct Directory {
    /// The tenant.
    pub association: Association,
    /// The patient.
    pub patient: Patient,
    /// Staff of the association.
    pub people: Vec<Person>,
    /// Its institutions.
    pub institutions: Vec<Institution>,
}

impl Directory {
    /// A member of staff.
    pub fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.iter().find(|p| p.id == id)
    }

    /// An institution.
    pub fn institution(&self, id: InstitutionId) -> Option<&Institution> {
        self.institutions.iter().find(|i| i.id == id)
    }

    /// A member of staff as others see them.
    pub fn card(&self, id: PersonId) -> Option<PersonCard> {
        self.person(id).map(|p| PersonCard::of(p, self.institution(p.institution)))
    }

    /// What NEWS2 must know of the patient. A date of birth that cannot be read counts as age 0: no score rather
    /// than a wrong one.
    pub fn subject(&self, session: &Session, now: Timestamp) -> Subject {
        let chosen = session.oxygen_scale.map(|s| (s.scale2, s.by, s.at));
        let scale = self.patient.oxygen_scale(chosen);
        Subject {
            age_years: self.patient.age(now, &self.association.zone).unwrap_or(0),
            pregnant: self.patient.pregnant,
            scale,
        }
    }

    /// The patient as staff see them.
    pub fn patient_card(&self, now: Timestamp) -> PatientCard {
        let p = &self.patient;
        let plan = p.care_plan.as_ref();
        PatientCard {
            patient: p.id,
            name: p.name.clone(),
            birth_date: p.birth_date.clone(),
            age: p.age(now, &self.association.zone).unwrap_or(0),
            sex: p.sex,
            address: p.address.clone(),
            phone: p.phone.clone(),
            summary: p.summary.clone(),
            primary_doctor: p.primary_doctor.and_then(|d| self.card(d)),
            has_plan: plan.is_some_and(|c| c.holds(now)),
            emergency_institution: plan.map(|c| c.emergency_institution.clone()),
        }
    }

    /// The record of an encounter with the names of this moment.
    pub fn record(&self, encounter: Encounter) -> Record {
        let mut wanted = encounter.staff();
        wanted.extend(self.patient.primary_doctor);
        wanted.extend(self.patient.oxygen_scale2.iter().map(|set| set.by));
        let people: Vec<Person> = self.people.iter().filter(|p| wanted.contains(&p.id)).cloned().collect();
        let institutions = self
            .institutions
            .iter()
            .filter(|i| i.id == self.patient.institution || people.iter().any(|p| p.institution == i.id))
            .cloned()
            .collect();
        Record {
            encounter,
            patient: self.patient.clone(),
            association: self.association.clone(),
            people,
            institutions,
        }
    }

    /// The call as `viewer` sees it. The tablet gets no clinical findings and no patient card; staff get both. Staff who
    /// have nothing to do with it ([`Session::involves`]) learn who took it, and nothing of the patient.
    pub fn call(
        &self,
        session: &Session,
        version: i64,
        viewer: &Actor,
        waiting_besides: u32,
        now: Timestamp,
    ) -> CallView {
        let own = match viewer.who {
            Who::Tablet { .. } => session.patient_leg(),
            Who::Staff { person, .. } => session.leg_of(person),
            Who::Equipment { .. } | Who::System => None,
        };
        let staff = viewer.person().is_some_and(|p| session.involves(p));
        let near = staff || matches!(viewer.who, Who::Tablet { patient } if patient == session.patient);
        CallView {
            session: session.id,
            case: session.case,
            version,
            now,
            requested_at: session.requested_at,
            state: session.state,
            desk: session.desk,
            check_in: session.check_in.filter(|_| staff),
            missed_check_in: own.is_some_and(|l| l.in_call() && l.silent),
            you: own.map(|l| l.id),
            your_device: own.filter(|l| l.in_call()).and_then(|l| l.device),
            people: session
                .legs
                .iter()
                .map(|l| {
                    let seen = self.participant(session, l);
                    if near { seen } else { Participant { name: None, ..seen } }
                })
                .collect(),
            recording: recording_phase(session),
            kind: session.kind,
            mode: session.media_mode(),
            patient: staff.then(|| self.patient_card(now)),
            findings: staff.then(|| self.findings(session, viewer, now)),
            disposition: session.disposition.clone().filter(|_| near).map(|mut d| {
                if !staff {
                    d.reason_online = None;
                }
                d
            }),
            decided_by: session.decided_by.filter(|_| staff).and_then(|p| self.card(p)),
            taken_back: session.taken_back.filter(|_| staff),
            former: session.former.clone().filter(|_| staff),
            signed: session.signed,
            waiting_besides,
        }
    }

    /// The second look that was taken, for whoever may read the record.
    pub fn recheck_taken(&self, session: &Session) -> Option<RecheckTaken> {
        let done = session.recheck.as_ref()?.done.as_ref()?;
        Some(RecheckTaken { at: done.at, by: self.card(done.by), note: done.note.clone() })
    }

    /// One leg as everybody in the call sees it.
    pub fn participant(&self, session: &Session, leg: &Leg) -> Participant {
        Participant {
            leg: leg.id,
            role: leg.role,
            card: leg.person().and_then(|p| self.card(p)),
            name: (leg.role == LegRole::Patient).then(|| self.patient.name.clone()),
            leg_state: leg.state,
            join: leg.consent,
            gate_open: session.gate_open(leg),
            recording: leg.recording,
            microphone: leg.microphone,
            camera: leg.camera,
            equipment: leg.equipment.clone(),
            audio_only: leg.audio_only(session.picture),
        }
    }

    fn findings(&self, session: &Session, viewer: &Actor, now: Timestamp) -> Findings {
        let a = &session.assessment;
        let doctor = viewer.person().filter(|_| viewer.role() == Some(Role::Doctor));
        let examination_refused = doctor.and_then(|doctor| {
            let institution = self.person(doctor).and_then(|p| self.institution(p.institution));
            may_examine_online(&self.patient, doctor, institution, session.media_mode(), a.sudden(), now)
                .err()
                .map(|why| Refused::NotExamination(why).code().to_owned())
        });
        Findings {
            identity: a.identity.map(|(method, _)| method),
            identity_by: a.identity.and_then(|(_, by)| self.card(by)),
            red_flags: a.red_flags.clone(),
            urgency: a.urgency,
            sudden: a.sudden(),
            sbar: a.sbar.clone(),
            red_flags_by: a.red_flags_by.and_then(|p| self.card(p)),
            urgency_by: a.urgency_by.and_then(|p| self.card(p)),
            sbar_by: a.sbar_by.and_then(|p| self.card(p)),
            note: a.note.clone(),
            note_by: a.note_by.and_then(|p| self.card(p)),
            ledger: settled(&session.ledger),
            examination_refused,
            prescribes_from: viewer.person().and_then(|person| session.prescribes_from(person)),
        }
    }

    /// One line of tonight's list, for whoever may not open the record; of the case's other calls it knows nothing yet.
    pub fn queue_item(&self, case: &Case, session: &Session, timings: &Timings, now: Timestamp) -> QueueItem {
        let (owner, deadline) = match crate::case::standing(session, timings, now) {
            Standing::Open { owner, deadline } => (Some(owner), Some(deadline)),
            Standing::Closed { .. } => (None, None),
        };
        let owner_name = match owner {
            Some(Owner::Person { person }) => self.person(person).map(|p| p.name.clone()),
            Some(Owner::Line { .. }) | None => None,
        };
        QueueItem {
            case: case.id,
            session: session.id,
            patient: self.patient.name.clone(),
            age: self.patient.age(now, &self.association.zone).unwrap_or(0),
            requested_at: session.requested_at,
            state: session.state,
            unattended: session.desk.is_some(),
            owner,
            owner_name,
            deadline,
            urgency: session.assessment.urgency,
            disposition: session.disposition.as_ref().map(|d| d.outcome),
            recheck: session.owed_recheck().map(|r| RecheckOwed { at: r.at, due: r.due }),
            signed: session.signed.is_some(),
            // Known once it is known who looks.
            may_open: false,
            calls: Vec::new(),
        }
    }
}
