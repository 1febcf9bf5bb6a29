//! The encounter: what a session's facts amount to. Folding the same facts gives the same encounter, signed or not.

mod shown;

use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::fact::{Fact, FactKind};
use crate::id::{AssociationId, CaseId, LegId, PatientId, PersonId, SessionId};
use crate::mode::{self, Interval};
use crate::org::{Association, Institution};
use crate::people::{Actor, Patient, Person};
use crate::private::Private;
use crate::session::{
    ConsentManner, Disposition, IdentityMethod, LegRole, Participant, RedFlag, Sbar, TakenBack, Urgency,
};
use crate::time::Timestamp;
use crate::vitals::score::Spo2Scale;
use crate::vitals::{EnteredBy, Reading, Source};

/// The record of one session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Encounter {
    /// Same id as the session.
    pub session: SessionId,
    /// The case.
    pub case: CaseId,
    /// The tenant.
    pub association: AssociationId,
    /// The patient.
    pub patient: PatientId,
    /// The tap.
    pub requested_at: Option<Timestamp>,
    /// First clinician's answer.
    pub answered_at: Option<Timestamp>,
    /// End of the call.
    pub ended_at: Option<Timestamp>,
    /// The patient took the call back before anybody answered.
    pub cancelled: bool,
    /// Everybody who accepted, in order.
    pub attendees: Vec<Attendee>,
    /// Kind of care and media, without holes from the answer to the end.
    pub ledger: Vec<Interval>,
    /// How the patient was recognised, by whom.
    pub identity: Option<(IdentityMethod, Option<PersonId>)>,
    /// Red-flag screen; none when not done.
    pub red_flags: Option<Vec<RedFlag>>,
    /// Triage colour.
    pub urgency: Option<Urgency>,
    /// The oxygen scale of NEWS2, when a doctor chose one in this encounter.
    #[serde(default)]
    pub oxygen_scale: Option<ScaleSet>,
    /// Write-up.
    pub sbar: Option<Private<Sbar>>,
    /// Readings in the order of their own time.
    pub readings: Vec<Private<Reading>>,
    /// When the recording ran.
    pub recorded: Vec<Stretch>,
    /// Answers about recording, in order.
    pub recording_answers: Vec<RecordingAnswered>,
    /// The decision, by whom and when.
    pub disposition: Option<Decided>,
    /// Decisions that do not stand any more, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<Replaced>,
    /// The call that answers for this one: the patient took it back and called again.
    #[serde(default)]
    pub answered_by_next: Option<SessionId>,
    /// Second looks that were taken, as promised, before it was signed.
    #[serde(default)]
    pub rechecked: Vec<Looked>,
    /// Closing note.
    pub note: Option<Private<String>>,
}

/// One person in the call, from the first answer on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attendee {
    /// The leg.
    pub leg: LegId,
    /// What for.
    pub role: LegRole,
    /// Who.
    pub who: Participant,
    /// When they accepted.
    pub accepted_at: Timestamp,
    /// When they could first be heard.
    pub admitted_at: Option<Timestamp>,
    /// When they last left.
    pub left_at: Option<Timestamp>,
    /// What the patient said to their joining, in order; whoever comes back after leaving is asked again. Empty for the
    /// patient.
    #[serde(default)]
    pub answers: Vec<JoinAnswered>,
}

/// One answer of the patient about somebody's joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct JoinAnswered {
    /// When.
    pub at: Timestamp,
    /// What.
    pub answer: JoinAnswer,
}

/// What the patient said to somebody's joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", tag = "answer")]
pub enum JoinAnswer {
    /// Nothing more was asked: the tap on 呼ぶ asks for the desk.
    ByTap,
    /// はい.
    Given {
        /// On the tablet, or by word of mouth.
        how: ConsentManner,
    },
    /// いいえ.
    Refused,
}

/// A stretch of time; open while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Stretch {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Option<Timestamp>,
}

/// One answer about recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RecordingAnswered {
    /// Whose.
    pub leg: LegId,
    /// When.
    pub at: Timestamp,
    /// Agreed.
    pub yes: bool,
}

/// The choice of an oxygen scale with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScaleSet {
    /// Scale 2; otherwise scale 1.
    pub scale2: bool,
    /// Why.
    pub reason: Private<String>,
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// The decision with who and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// What.
    pub disposition: Private<Disposition>,
    /// Who.
    pub by: Option<PersonId>,
    /// When.
    pub at: Timestamp,
}

/// A decision that does not stand any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Replaced {
    /// The decision.
    pub decided: Decided,
    /// Until when it stood.
    pub until: Timestamp,
    /// Why it fell by itself; none where another was put in its place.
    pub taken_back: Option<TakenBack>,
}

/// A second look that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    /// When.
    pub at: Timestamp,
    /// Who looked.
    pub by: Option<PersonId>,
    /// What was found.
    pub note: Private<String>,
}

/// Everything a reader needs without asking the server: what is signed, exported and printed. Names are those
/// of the moment of signing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The fold of the facts.
    pub encounter: Encounter,
    /// The patient.
    pub patient: Patient,
    /// The tenant.
    pub association: Association,
    /// Staff who took part, decided or set something.
    pub people: Vec<Person>,
    /// Their institutions and the patient's.
    pub institutions: Vec<Institution>,
}

impl Record {
    /// The names this record goes by: as they were when it was put together, completed by today's for those whom it does
    /// not know, such as somebody who was rung and never came.
    pub fn names(&self, today: &Directory) -> Directory {
        let mut names = today.clone();
        names.association = self.association.clone();
        names.patient = self.patient.clone();
        for person in &self.people {
            names.people.retain(|p| p.id != person.id);
            names.people.push(person.clone());
        }
        for institution in &self.institutions {
            names.institutions.retain(|i| i.id != institution.id);
            names.institutions.push(institution.clone());
        }
        names
    }
}

/// A signed, unchangeable version of a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signed {
    /// From 1.
    pub version: u32,
    /// SHA-256 over the record's JSON, hex.
    pub digest: String,
    /// Who signed.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// What was signed.
    pub record: Record,
}

impl Record {
    /// Which oxygen scale NEWS2 goes by here: what a doctor chose in the encounter, else what is known of the patient.
    pub fn oxygen_scale(&self) -> Spo2Scale {
        let chosen = self.encounter.oxygen_scale.as_ref().map(|s| (s.scale2, s.by, s.at));
        self.patient.oxygen_scale(chosen)
    }
}

impl Attendee {
    /// Let in at `at`. A desk nurse whom no yes to this coming lets in (`agreed`) comes by the tap.
    fn admitted(&mut self, at: Timestamp, tapped: Timestamp, agreed: bool) {
        self.admitted_at.get_or_insert(at);
        let known = self.answers.last().is_some_and(|a| a.answer == JoinAnswer::ByTap);
        if self.role == LegRole::DeskNurse && !agreed && !known {
            self.answers.push(JoinAnswered { at: tapped, answer: JoinAnswer::ByTap });
        }
    }
}

/// Whether the patient agreed to this leg since it last came in, as of the `n`th fact: a yes to an earlier coming lets
/// nobody in again.
fn agreed(facts: &[&Fact], n: usize, leg: LegId) -> bool {
    let before = facts.get(..n).unwrap_or_default();
    let last = before.iter().rev().find_map(|fact| {
        if let FactKind::JoinConsentGiven { leg: of, .. } = fact.kind {
            (of == leg).then_some(true)
        } else if let FactKind::Accepted { leg: of, .. } | FactKind::CameBack { leg: of } = fact.kind {
            (of == leg).then_some(false)
        } else {
            None
        }
    });
    last.unwrap_or(false)
}

impl Encounter {
    /// Folds the facts of one session; `None` when the session never was.
    pub fn fold(session: SessionId, patient: PatientId, facts: &[Fact]) -> Option<Self> {
        let own: Vec<&Fact> = facts.iter().filter(|f| f.session == Some(session)).collect();
        let first = own.first()?;
        let mut folded = Self {
            session,
            case: first.case,
            association: first.by.association,
            patient,
            requested_at: None,
            answered_at: None,
            ended_at: None,
            cancelled: false,
            attendees: Vec::new(),
            ledger: Vec::new(),
            identity: None,
            red_flags: None,
            urgency: None,
            oxygen_scale: None,
            sbar: None,
            readings: Vec::new(),
            recorded: Vec::new(),
            recording_answers: Vec::new(),
            disposition: None,
            replaced: Vec::new(),
            answered_by_next: None,
            rechecked: Vec::new(),
            note: None,
        };
        for (n, fact) in own.iter().enumerate() {
            folded.add(&fact.kind, fact.at, &fact.by);
            if let FactKind::GateOpened { leg } = fact.kind {
                let (tapped, agreed) = (folded.requested_at.unwrap_or(fact.at), agreed(&own, n, leg));
                folded.attendee(leg, |a| a.admitted(fact.at, tapped, agreed));
            }
        }
        folded.ledger = mode::settled(&folded.ledger);
        folded.readings.sort_by_key(|r| (r.reveal().at(), r.reveal().id));
        Some(folded)
    }

    fn add(&mut self, kind: &FactKind, at: Timestamp, by: &Actor) {
        match kind {
            FactKind::SessionRequested { .. } => self.requested_at = Some(at),
            FactKind::Accepted { leg, who, role } => {
                self.answered_at.get_or_insert(at);
                self.attend(*leg, *who, *role, at);
            }
            FactKind::CameBack { leg } => self.attendee(*leg, |a| a.left_at = None),
            FactKind::JoinConsentGiven { leg, how } => {
                let answer = JoinAnswer::Given { how: *how };
                self.attendee(*leg, |a| a.answers.push(JoinAnswered { at, answer }));
            }
            FactKind::JoinConsentRefused { leg } => {
                let answer = JoinAnswer::Refused;
                self.attendee(*leg, |a| a.answers.push(JoinAnswered { at, answer }));
            }
            FactKind::Left { leg, .. } => self.attendee(*leg, |a| a.left_at = Some(at)),
            FactKind::ModeChanged { kind, mode, nurse_present } => {
                mode::advance(&mut self.ledger, *kind, *mode, *nurse_present, at);
            }
            FactKind::RecordingStarted => self.recorded.push(Stretch { from: at, until: None }),
            FactKind::RecordingPaused | FactKind::RecordingStopped | FactKind::RecordingFailed { .. } => {
                if let Some(last) = self.recorded.last_mut() {
                    last.until.get_or_insert(at);
                }
            }
            FactKind::RecordingAnswered { leg, yes, .. } => {
                self.recording_answers.push(RecordingAnswered { leg: *leg, at, yes: *yes });
            }
            FactKind::IdentityChecked { method } => self.identity = Some((*method, by.person())),
            FactKind::RedFlagsScreened { found } => self.red_flags = Some(found.clone()),
            FactKind::UrgencySet { urgency } => self.urgency = Some(*urgency),
            FactKind::OxygenScaleSet { scale2, reason } => {
                self.oxygen_scale =
                    by.person().map(|by| ScaleSet { scale2: *scale2, reason: reason.clone(), by, at });
            }
            FactKind::SbarWritten { sbar } => self.sbar = Some(sbar.clone()),
            FactKind::NoteWritten { text } => self.note = Some(text.clone()),
            FactKind::ReadingStored { reading } => self.readings.push(reading.clone()),
            FactKind::Disposed { disposition } => {
                self.replace(at, None);
                self.disposition = Some(Decided { disposition: disposition.clone(), by: by.person(), at });
            }
            FactKind::DecisionTakenBack { why } => self.replace(at, Some(*why)),
            FactKind::Rechecked { note } => {
                self.rechecked.push(Looked { at, by: by.person(), note: note.clone() });
            }
            FactKind::Cancelled => self.cancelled = true,
            FactKind::AnsweredByNext { session } => self.answered_by_next = Some(*session),
            // While an end can still be taken back nothing passes: the ledger stops there, and goes on after an undo
            // with the next change of mode.
            FactKind::EndAsked => mode::close(&mut self.ledger, at),
            FactKind::Ended => {
                self.ended_at = Some(at);
                mode::close(&mut self.ledger, at);
            }
            FactKind::CaseOpened
            | FactKind::RingStarted { .. }
            | FactKind::PageSent { .. }
            | FactKind::RingTimedOut { .. }
            | FactKind::Declined { .. }
            | FactKind::Withdrawn { .. }
            | FactKind::NobodyOnDuty { .. }
            | FactKind::FallbackShown
            | FactKind::JoinConsentAsked { .. }
            | FactKind::GateOpened { .. }
            | FactKind::GateClosed { .. }
            | FactKind::Joined { .. }
            | FactKind::Away { .. }
            | FactKind::DeviceChanged { .. }
            | FactKind::PatientAlone
            | FactKind::Declared { .. }
            | FactKind::KindRefused { .. }
            | FactKind::PrescriptionRefused { .. }
            | FactKind::RecordingAsked
            | FactKind::RecordingFinished { .. }
            | FactKind::EndUndone
            | FactKind::CheckInDue
            | FactKind::CheckInAnswered { .. }
            | FactKind::CheckInMissed { .. }
            | FactKind::EverybodyBusy { .. }
            | FactKind::DispositionOverdue
            | FactKind::RecheckDue
            | FactKind::RecheckByNewCall
            | FactKind::OwnerChanged { .. }
            | FactKind::Signed { .. }
            | FactKind::CaseClosed => {}
        }
    }

    fn replace(&mut self, until: Timestamp, taken_back: Option<TakenBack>) {
        let fallen = self.disposition.take();
        self.replaced.extend(fallen.map(|decided| Replaced { decided, until, taken_back }));
    }

    fn attend(&mut self, leg: LegId, who: Participant, role: LegRole, at: Timestamp) {
        if let Some(known) = self.attendees.iter_mut().find(|a| a.leg == leg) {
            known.left_at = None;
            return;
        }
        self.attendees.push(Attendee {
            leg,
            role,
            who,
            accepted_at: at,
            admitted_at: None,
            left_at: None,
            answers: Vec::new(),
        });
    }

    fn attendee(&mut self, leg: LegId, change: impl FnOnce(&mut Attendee)) {
        if let Some(attendee) = self.attendees.iter_mut().find(|a| a.leg == leg) {
            change(attendee);
        }
    }

    /// Members of staff the record speaks of: attendees, whoever decided, looked again, checked, heard a consent, chose
    /// a scale, and whoever typed a value.
    pub fn staff(&self) -> Vec<PersonId> {
        let attended = self.attendees.iter().filter_map(|a| match a.who {
            Participant::Staff { person } => Some(person),
            Participant::Equipment { by, .. } => Some(by),
            Participant::Tablet { .. } => None,
        });
        let replaced = self.replaced.iter().map(|r| &r.decided);
        let decided = self.disposition.iter().chain(replaced).filter_map(|d| d.by);
        let checked = self.identity.iter().filter_map(|(_, by)| *by);
        let answers = self.attendees.iter().flat_map(|a| &a.answers);
        let heard = answers.filter_map(|given| match given.answer {
            JoinAnswer::Given { how: ConsentManner::Spoken { heard_by } } => Some(heard_by),
            JoinAnswer::Given { how: ConsentManner::OnTablet } | JoinAnswer::ByTap | JoinAnswer::Refused => {
                None
            }
        });
        let looked = self.rechecked.iter().filter_map(|l| l.by);
        let scaled = self.oxygen_scale.iter().map(|s| s.by);
        let typed = self.readings.iter().filter_map(|r| match r.reveal().source {
            Source::Manual { by: EnteredBy::Clinician { person } } => Some(person),
            Source::Manual { by: EnteredBy::Household }
            | Source::Device { .. }
            | Source::Simulated { .. } => None,
        });
        let all =
            attended.chain(decided).chain(looked).chain(checked).chain(heard).chain(scaled).chain(typed);
        let mut staff: Vec<PersonId> = all.collect();
        staff.sort_unstable();
        staff.dedup();
        staff
    }
}
