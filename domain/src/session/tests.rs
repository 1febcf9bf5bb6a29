//! The story of a night call, its refusals, and properties that hold whatever happens.

mod check_in;
mod deciding;
mod devices;
mod elsewhere;
mod ending;
mod full_room;
mod in_the_call;
mod pictures;
mod properties;
mod recheck;
mod ringing;
mod who_sees;

use uuid::Uuid;

use super::*;
use crate::fact::FactKind;
use crate::id::{InstitutionId, PersonId};
use crate::org::{Institution, InstitutionKind, OnlineNotice};
use crate::people::{Actor, Name, Patient, Role, Sex, Summary, Who};
use crate::plan::CarePlan;
use crate::private::Private;
use crate::time::{Span, Timestamp};

pub(super) const NURSE: u128 = 1;
pub(super) const OTHER_NURSE: u128 = 2;
pub(super) const DOCTOR: u128 = 3;
pub(super) const OTHER_DOCTOR: u128 = 4;
pub(super) const VISITOR: u128 = 5;

/// A night with two nurses, two doctors and a visiting nurse on duty, and a clock the test turns.
#[derive(Clone)]
pub(super) struct Night {
    pub(super) session: Session,
    pub(super) now: Timestamp,
    pub(super) facts: Vec<FactKind>,
    /// Who caused each fact.
    pub(super) bys: Vec<Actor>,
    /// When each fact happened.
    pub(super) times: Vec<Timestamp>,
    pub(super) pages: Vec<Page>,
    pub(super) busy: Vec<u128>,
    pub(super) desk: Vec<u128>,
    pub(super) may_record: MayRecord,
    pub(super) equipment: Vec<crate::equipment::AtHand>,
    pub(super) patient: Patient,
    pub(super) institution: Institution,
    next_id: u128,
}

pub(super) fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// The call that a new tap makes, where this one does not go on.
pub(super) fn next_call() -> SessionId {
    SessionId(Uuid::from_u128(300))
}

fn name() -> Name {
    Name {
        kanji: "夜野 星".to_owned().into(),
        kana: "ヨルノ ホシ".to_owned().into(),
        latin: "Hoshi Yoruno".to_owned().into(),
    }
}

impl Night {
    /// The patient has just tapped.
    pub(super) fn begins() -> Self {
        Self::with_desk(vec![NURSE, OTHER_NURSE])
    }

    pub(super) fn with_desk(desk: Vec<u128>) -> Self {
        let association = Uuid::from_u128(900).into();
        let institution = InstitutionId(Uuid::from_u128(901));
        let now = Timestamp(1_000_000);
        let patient = Patient {
            id: Uuid::from_u128(100).into(),
            association,
            institution,
            number: Private::default(),
            name: name(),
            birth_date: "1940-04-01".to_owned().into(),
            sex: Sex::Female,
            address: Private::default(),
            phone: Private::default(),
            summary: Private::new(Summary::default()),
            primary_doctor: None,
            care_plan: Some(CarePlan {
                named_doctors: vec![person(DOCTOR)],
                emergency_institution: "星見病院".to_owned().into(),
                in_person_conditions: Private::default(),
                agreed_at: Timestamp(0),
                valid_until: Timestamp(i64::MAX),
            }),
            pregnant: false,
            oxygen_scale2: None,
        };
        let institution = Institution {
            id: institution,
            association,
            kind: InstitutionKind::Medical,
            code: "1310000000".into(),
            name: String::new(),
            name_en: String::new(),
            phone: String::new(),
            notice: Some(OnlineNotice { number: "1".into(), valid_from: Timestamp(0), valid_until: None }),
        };
        let mut night = Self {
            session: Session {
                id: Uuid::from_u128(200).into(),
                case: Uuid::from_u128(201).into(),
                association,
                patient: patient.id,
                tablet: Uuid::from_u128(202).into(),
                requested_at: now,
                state: State::Waiting { since: now },
                desk: None,
                check_in: None,
                legs: Vec::new(),
                picture: Picture::default(),
                recording: Recording::NotAsked,
                assessment: Assessment::default(),
                oxygen_scale: None,
                kind: ServiceKind::NurseAdvice,
                kind_by: None,
                ledger: Vec::new(),
                disposition: None,
                followed: false,
                decided_by: None,
                taken_back: None,
                former: None,
                recheck: None,
                examinations: Vec::new(),
                signed: None,
            },
            now,
            facts: Vec::new(),
            bys: Vec::new(),
            times: Vec::new(),
            pages: Vec::new(),
            busy: Vec::new(),
            desk,
            may_record: MayRecord::Yes,
            equipment: Vec::new(),
            patient,
            institution,
            next_id: 10_000,
        };
        let (id, case, tablet, by) =
            (night.session.id, night.session.case, night.session.tablet, night.tablet());
        let patient = night.patient.id;
        let step =
            night.around(by, |around, now| Session::requested(id, case, patient, tablet, by, around, now));
        night.take(by, step);
        night
    }

    pub(super) fn tablet(&self) -> Actor {
        Actor {
            who: Who::Tablet { patient: self.patient.id },
            association: self.session.association,
            device: None,
        }
    }

    pub(super) fn staff(&self, n: u128) -> Actor {
        let role = match n {
            NURSE | OTHER_NURSE => Role::DeskNurse,
            VISITOR => Role::VisitingNurse,
            _ => Role::Doctor,
        };
        Actor {
            who: Who::Staff { person: person(n), role },
            association: self.session.association,
            device: None,
        }
    }

    pub(super) fn system(&self) -> Actor {
        Actor::system(self.session.association)
    }

    fn around<T>(&mut self, by: Actor, f: impl FnOnce(&mut Circumstances<'_>, Timestamp) -> T) -> T {
        let line = |people: &[u128], busy: &[u128]| -> Vec<Candidate> {
            people.iter().map(|n| Candidate { person: person(*n), busy: busy.contains(n) }).collect()
        };
        let desk = line(&self.desk, &self.busy);
        let doctors = line(&[DOCTOR, OTHER_DOCTOR], &self.busy);
        let visiting = line(&[VISITOR], &self.busy);
        let mut next_id = self.next_id;
        let mut fresh = || {
            next_id += 1;
            Uuid::from_u128(next_id)
        };
        let actor_busy = by.person().is_some_and(|p| self.busy.iter().any(|n| person(*n) == p));
        let mut around = Circumstances {
            desk: &desk,
            doctors: &doctors,
            visiting: &visiting,
            patient: &self.patient,
            institution: Some(&self.institution),
            equipment: &self.equipment,
            actor_busy,
            may_record: self.may_record,
            timings: Timings::default(),
            fresh: &mut fresh,
        };
        let result = f(&mut around, self.now);
        self.next_id = next_id;
        result
    }

    fn take(&mut self, by: Actor, step: Step) {
        self.session = step.session;
        self.facts.extend(step.outcomes.facts);
        self.times.resize(self.facts.len(), self.now);
        self.bys.resize(self.facts.len(), by);
        self.pages.extend(step.outcomes.pages);
    }

    pub(super) fn try_act(&mut self, by: Actor, input: Input) -> Result<(), Refused> {
        let session = self.session.clone();
        let step = self.around(by, |around, now| session.step(by, input, around, now))?;
        self.take(by, step);
        Ok(())
    }

    #[track_caller]
    pub(super) fn act(&mut self, by: Actor, input: Input) {
        self.try_act(by, input.clone()).unwrap_or_else(|refused| panic!("{input:?} refused: {refused}"));
    }

    /// Turns the clock forward and fires every deadline that falls due on the way, in order.
    pub(super) fn pass(&mut self, span: Span) {
        let end = self.now.plus(span);
        for _ in 0..1_000 {
            let next = self.session.deadlines(&Timings::default()).into_iter().min_by_key(|(_, at)| *at);
            match next {
                Some((due, at)) if at <= end => {
                    self.now = self.now.max(at);
                    self.act(self.system(), Input::Deadline(due));
                }
                _ => break,
            }
        }
        self.now = end;
    }

    pub(super) fn leg(&self, n: u128) -> &Leg {
        self.session.leg_of(person(n)).expect("the person has a leg")
    }

    /// The nurse has answered, both have picture and sound.
    pub(super) fn nurse_talks() -> Self {
        let mut night = Self::begins();
        night.act(night.staff(NURSE), Input::Accept);
        night.media_runs(None);
        night.media_runs(Some(NURSE));
        night
    }

    /// The doctor was called, let in, and has picture and sound.
    pub(super) fn doctor_talks() -> Self {
        let mut night = Self::nurse_talks();
        night.act(
            night.staff(NURSE),
            Input::Invite { role: LegRole::DutyDoctor, person: Some(person(DOCTOR)) },
        );
        night.act(night.staff(DOCTOR), Input::Accept);
        let leg = night.leg(DOCTOR).id;
        night.act(night.tablet(), Input::AnswerJoin { leg, yes: true });
        night.media_runs(Some(DOCTOR));
        night
    }

    pub(super) fn media_runs(&mut self, who: Option<u128>) {
        let leg = match who {
            Some(n) => self.leg(n).id,
            None => self.session.patient_leg().expect("every session has the patient's leg").id,
        };
        self.act(self.system(), Input::MediaUp(leg));
        self.act(self.system(), Input::MediaFlow { leg, audio: true, video: true });
    }

    /// What the engine would have stored.
    pub(super) fn log(&self) -> Vec<crate::fact::Fact> {
        let fact = |(i, kind): (usize, &FactKind)| crate::fact::Fact {
            case: self.session.case,
            seq: i64::try_from(i).unwrap_or_default() + 1,
            at: self.times[i],
            by: self.bys[i],
            session: Some(self.session.id),
            kind: kind.clone(),
        };
        self.facts.iter().enumerate().map(fact).collect()
    }

    pub(super) fn count(&self, matches: impl Fn(&FactKind) -> bool) -> usize {
        self.facts.iter().filter(|f| matches(f)).count()
    }
}
