//! Who may do what: one pure function over actor, action and subject. Every route and every socket message names
//! its action; an action without a row here does not compile.

use crate::id::{AssociationId, PatientId, PersonId};
use crate::people::{Actor, Role, Who};

/// Everything that can be asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Open a case by a tap.
    RequestCall,
    /// See a call and its vital signs.
    SeeCall,
    /// Do something within a call; the session itself decides whether that person may.
    ActInCall,
    /// Send readings of a patient.
    SendReadings,
    /// See tonight's cases.
    SeeQueue,
    /// See who is on duty.
    SeeDuty,
    /// Say that this device may ring.
    GoOnDuty,
    /// Read a case with its time line.
    ReadCase,
    /// Read an encounter as page or FHIR.
    ReadEncounter,
    /// Sign an encounter.
    SignEncounter,
    /// Read a recording.
    ReadRecording,
    /// Publish or play media by WHIP or WHEP.
    UseMedia,
    /// Keep one's own sign-in alive, read about oneself.
    KeepSignedIn,
}

impl Action {
    /// Every action, for the matrix tests.
    pub const ALL: [Self; 13] = [
        Self::RequestCall,
        Self::SeeCall,
        Self::ActInCall,
        Self::SendReadings,
        Self::SeeQueue,
        Self::SeeDuty,
        Self::GoOnDuty,
        Self::ReadCase,
        Self::ReadEncounter,
        Self::SignEncounter,
        Self::ReadRecording,
        Self::UseMedia,
        Self::KeepSignedIn,
    ];
}

/// What an action is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// The association as a whole.
    Association(AssociationId),
    /// One patient's case, with the staff who were ever asked into it.
    Case {
        /// The tenant.
        association: AssociationId,
        /// The patient.
        patient: PatientId,
        /// Staff with a leg in one of its sessions.
        involved: &'a [PersonId],
    },
}

/// The actor may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not allowed")]
pub struct Denied;

/// Whether `actor` may do `action` to `subject`. Unknown means no.
///
/// # Errors
/// [`Denied`]; the answer to a client is the same whether the thing exists or not.
pub fn may(actor: &Actor, action: Action, subject: &Subject<'_>) -> Result<(), Denied> {
    let association = match subject {
        Subject::Association(a) | Subject::Case { association: a, .. } => *a,
    };
    if actor.association != association {
        return Err(Denied);
    }
    let allowed = match actor.who {
        Who::System => true,
        Who::Tablet { patient: own } => match (action, subject) {
            (Action::KeepSignedIn | Action::RequestCall, Subject::Association(_)) => true,
            (
                Action::SeeCall | Action::ActInCall | Action::SendReadings | Action::UseMedia,
                Subject::Case { patient, .. },
            ) => *patient == own,
            _ => false,
        },
        Who::Staff { person, role } => staff_may(person, role, action, subject),
    };
    if allowed { Ok(()) } else { Err(Denied) }
}

fn staff_may(person: PersonId, role: Role, action: Action, subject: &Subject<'_>) -> bool {
    let involved = |subject: &Subject<'_>| matches!(subject, Subject::Case { involved, .. } if involved.contains(&person));
    match action {
        Action::KeepSignedIn => true,
        Action::RequestCall => false,
        Action::GoOnDuty | Action::SeeDuty => role != Role::Administrator,
        Action::SeeQueue => matches!(role, Role::DeskNurse | Role::Doctor | Role::VisitingNurse),
        // The desk answers for every patient of the night; everybody else sees the calls they were asked into.
        Action::SeeCall
        | Action::ActInCall
        | Action::SendReadings
        | Action::ReadCase
        | Action::ReadEncounter
        | Action::SignEncounter
        | Action::ReadRecording
        | Action::UseMedia => match role {
            Role::DeskNurse => matches!(subject, Subject::Case { .. }),
            Role::Doctor | Role::VisitingNurse => involved(subject),
            Role::Administrator => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn actor(who: Who, association: u128) -> Actor {
        Actor { who, association: Uuid::from_u128(association).into(), device: None }
    }

    /// The whole matrix, each cell written down once: association-wide, a case one is involved in, another case.
    #[test]
    fn every_cell_of_the_matrix_is_as_written() {
        let me = PersonId(Uuid::from_u128(7));
        let own = PatientId(Uuid::from_u128(8));
        let staff = |role| Who::Staff { person: me, role };
        let whos = [
            Who::Tablet { patient: own },
            staff(Role::DeskNurse),
            staff(Role::Doctor),
            staff(Role::VisitingNurse),
            staff(Role::Administrator),
        ];
        // Columns as in `whos`; letters: a = association, o = own or involved case, x = another case.
        let table: [(Action, [&str; 5]); 13] = [
            (Action::RequestCall, ["a", "", "", "", ""]),
            (Action::SeeCall, ["o", "ox", "o", "o", ""]),
            (Action::ActInCall, ["o", "ox", "o", "o", ""]),
            (Action::SendReadings, ["o", "ox", "o", "o", ""]),
            (Action::SeeQueue, ["", "aox", "aox", "aox", ""]),
            (Action::SeeDuty, ["", "aox", "aox", "aox", ""]),
            (Action::GoOnDuty, ["", "aox", "aox", "aox", ""]),
            (Action::ReadCase, ["", "ox", "o", "o", ""]),
            (Action::ReadEncounter, ["", "ox", "o", "o", ""]),
            (Action::SignEncounter, ["", "ox", "o", "o", ""]),
            (Action::ReadRecording, ["", "ox", "o", "o", ""]),
            (Action::UseMedia, ["o", "ox", "o", "o", ""]),
            (Action::KeepSignedIn, ["a", "aox", "aox", "aox", "aox"]),
        ];
        assert_eq!(table.map(|(a, _)| a), Action::ALL);
        let association = Uuid::from_u128(1).into();
        let other = PatientId(Uuid::from_u128(9));
        for (action, row) in table {
            for (who, cell) in whos.into_iter().zip(row) {
                let subjects = [
                    ('a', Subject::Association(association)),
                    ('o', Subject::Case { association, patient: own, involved: &[me] }),
                    ('x', Subject::Case { association, patient: other, involved: &[] }),
                ];
                for (letter, subject) in subjects {
                    let here = may(&actor(who, 1), action, &subject).is_ok();
                    assert_eq!(here, cell.contains(letter), "{who:?} {action:?} {letter}");
                    assert_eq!(
                        may(&actor(who, 2), action, &subject),
                        Err(Denied),
                        "another association: {who:?}"
                    );
                }
            }
        }
    }
}
