//! A case: one night problem. It has an owner and a next deadline at every instant until it is closed.

use serde::{Deserialize, Serialize};

use crate::duty::Line;
use crate::id::{AssociationId, CaseId, PatientId, PersonId, SessionId};
use crate::session::{EndReason, Leg, Session, State, Timings};
use crate::time::Timestamp;

/// Who must act next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", tag = "owner")]
pub enum Owner {
    /// A line: whoever is on duty there.
    Line {
        /// Which line.
        line: Line,
    },
    /// One person.
    Person {
        /// Who.
        person: PersonId,
    },
}

/// One night problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// Row id.
    pub id: CaseId,
    /// The tenant.
    pub association: AssociationId,
    /// Whose problem.
    pub patient: PatientId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its sessions, oldest first. [`counting`] says which of them somebody must act on.
    pub sessions: Vec<SessionId>,
    /// Open with an owner and a deadline, or closed.
    pub standing: Standing,
}

/// Whether somebody must act. The data make an open case without owner or deadline impossible to write down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "standing")]
pub enum Standing {
    /// Somebody must act.
    Open {
        /// Who.
        owner: Owner,
        /// By when; then the next one is called.
        deadline: Timestamp,
    },
    /// Nothing more to do tonight.
    Closed {
        /// Since when.
        at: Timestamp,
    },
}

/// Which of a case's sessions, oldest first, somebody must act on: the latest, and once that is settled the oldest that is
/// not. A case is closed only when each of them is; then it is the oldest whose record waits for its signature, and the
/// latest where none does. A call that the next one answered has no decision of its own, and nothing to sign.
pub fn counting(sessions: &[Session]) -> Option<&Session> {
    let last = sessions.last()?;
    if !last.settled() {
        return Some(last);
    }
    let unsettled = sessions.iter().find(|s| !s.settled());
    let unsigned = || sessions.iter().find(|s| s.disposition.is_some() && s.signed.is_none());
    unsettled.or_else(unsigned).or(Some(last))
}

/// Owner and deadline that follow from the state of the session that counts.
pub fn standing(session: &Session, timings: &Timings, now: Timestamp) -> Standing {
    let desk = Owner::Line { line: Line::Desk };
    let person = |p: Option<PersonId>| p.map_or(desk, |person| Owner::Person { person });
    let owner = match session.state {
        State::Waiting { .. } => desk,
        State::Active { .. } if session.desk.is_some() => desk,
        State::Active { .. } => person(session.in_charge().and_then(Leg::person)),
        State::Closing { by, .. } => Owner::Person { person: by },
        State::Ended { at, .. } if session.settled() => {
            return Standing::Closed { at: at.max(now) };
        }
        // Until somebody looks again, as was promised: whoever is at the desk then.
        State::Ended { .. } if session.decided() => desk,
        State::Ended { reason: EndReason::CancelledByPatient, .. } | State::Ended { overdue: true, .. } => {
            desk
        }
        State::Ended { .. } => person(session.decider()),
    };
    // Every state above has at least one deadline (a property test holds this); should one ever be missing, the
    // case is due at once rather than never.
    let deadline = session.deadlines(timings).into_iter().map(|(_, at)| at).min().unwrap_or(now);
    Standing::Open { owner, deadline }
}

impl Case {
    /// Who must act, and by when; neither once it is closed.
    pub const fn acting(&self) -> (Option<Owner>, Option<Timestamp>) {
        match self.standing {
            Standing::Open { owner, deadline } => (Some(owner), Some(deadline)),
            Standing::Closed { .. } => (None, None),
        }
    }

    /// Whether somebody must still act.
    pub const fn open(&self) -> bool {
        matches!(self.standing, Standing::Open { .. })
    }
}
