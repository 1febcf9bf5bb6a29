//! Who may do what: one pure function over actor, action and subject. Every route and every socket message names
//! its action ([`Asks`]); an action without a row here does not compile.

use serde::{Deserialize, Serialize};

use crate::id::{AssociationId, PatientId, PersonId};
use crate::people::{Actor, Role, Who};
use crate::session::Refused;

/// Everything that can be asked of the server. Within a call the session itself decides besides whether the moment is
/// right; this says whose hands may try at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// Open a case by a tap.
    RequestCall,
    /// Take the call back before anybody answered.
    CancelCall,
    /// See a call and its vital signs.
    SeeCall,
    /// Take a ring or turn it down; take a waiting case out of the queue.
    AnswerRing,
    /// Leave the call for oneself, come back, say what one's own microphone and camera do.
    ComeAndGo,
    /// End the call for everybody, and take that back.
    EndCall,
    /// Ring somebody in, and stop ringing them.
    InviteToCall,
    /// Bring a camera or display into the call, and see which there are.
    BringEquipment,
    /// The patient's own answer about a joiner.
    AnswerJoin,
    /// Confirm that the patient agreed to a joiner in words.
    WitnessConsent,
    /// Ask for a recording, and stop it.
    RunRecording,
    /// Agree to being recorded, or not.
    AnswerRecording,
    /// Enter findings, write-up and note.
    Assess,
    /// Name the kind of care.
    NameKind,
    /// Write what follows from the call.
    Decide,
    /// Say that the promised second look was taken.
    Recheck,
    /// Choose NEWS2's oxygen scale for the patient.
    SetOxygenScale,
    /// Answer that the call still goes on.
    AnswerCheckIn,
    /// Report what media, ringing devices and deadlines do: the server itself.
    ServeCall,
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
    /// Publish or play media, over the socket or by WHIP and WHEP.
    UseMedia,
    /// Keep one's own sign-in alive, read about oneself.
    KeepSignedIn,
}

impl Action {
    /// Every action, for the matrix tests.
    pub const ALL: [Self; 29] = [
        Self::RequestCall,
        Self::CancelCall,
        Self::SeeCall,
        Self::AnswerRing,
        Self::ComeAndGo,
        Self::EndCall,
        Self::InviteToCall,
        Self::BringEquipment,
        Self::AnswerJoin,
        Self::WitnessConsent,
        Self::RunRecording,
        Self::AnswerRecording,
        Self::Assess,
        Self::NameKind,
        Self::Decide,
        Self::Recheck,
        Self::SetOxygenScale,
        Self::AnswerCheckIn,
        Self::ServeCall,
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

/// What a route or a socket message asks of whoever sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// An action, for which [`may`] must say yes.
    Of(Action),
    /// Nothing, for the reason given.
    Nothing(&'static str),
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
        // Whether it is in that call the session says: a device without a leg there finds nothing.
        Who::Equipment { .. } => match subject {
            Subject::Association(_) => action == Action::KeepSignedIn,
            Subject::Case { .. } => action == Action::UseMedia,
        },
        Who::Tablet { patient: own } => match subject {
            Subject::Association(_) => matches!(action, Action::KeepSignedIn | Action::RequestCall),
            Subject::Case { patient, .. } => *patient == own && tablet_may(action),
        },
        Who::Staff { person, role } => staff_may(person, role, action, subject),
    };
    if allowed { Ok(()) } else { Err(Denied) }
}

/// Whose hands an action is for: the one place where it is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hands {
    /// Whoever is signed in, about themselves.
    Anybody,
    /// The patient's tablet, to begin with.
    Caller,
    /// The patient alone, in the patient's own calls.
    Patient,
    /// Whoever is in the call.
    Everybody,
    /// Those who care for the patient; whoever else tries is told so.
    Clinicians,
    /// Those who care for the patient; to everybody else there is no such thing.
    Staff,
    /// Whoever works tonight, about the night as a whole.
    Shift,
    /// The server itself.
    Server,
}

const fn hands(action: Action) -> Hands {
    match action {
        Action::KeepSignedIn => Hands::Anybody,
        Action::RequestCall => Hands::Caller,
        Action::CancelCall | Action::AnswerJoin => Hands::Patient,
        Action::SeeCall
        | Action::ComeAndGo
        | Action::AnswerRecording
        | Action::SendReadings
        | Action::UseMedia => Hands::Everybody,
        Action::EndCall
        | Action::InviteToCall
        | Action::BringEquipment
        | Action::WitnessConsent
        | Action::RunRecording
        | Action::Assess
        | Action::NameKind
        | Action::Decide
        | Action::Recheck
        | Action::SetOxygenScale
        | Action::AnswerCheckIn
        | Action::SignEncounter => Hands::Clinicians,
        Action::AnswerRing | Action::ReadCase | Action::ReadEncounter | Action::ReadRecording => Hands::Staff,
        Action::SeeQueue | Action::SeeDuty | Action::GoOnDuty => Hands::Shift,
        Action::ServeCall => Hands::Server,
    }
}

/// What the patient's tablet does, besides opening a case, in its own patient's calls.
const fn tablet_may(action: Action) -> bool {
    matches!(hands(action), Hands::Patient | Hands::Everybody)
}

fn staff_may(person: PersonId, role: Role, action: Action, subject: &Subject<'_>) -> bool {
    // The desk answers for every patient of the night; everybody else sees the calls they were asked into.
    let theirs = match role {
        Role::DeskNurse => matches!(subject, Subject::Case { .. }),
        Role::Doctor | Role::VisitingNurse => {
            matches!(subject, Subject::Case { involved, .. } if involved.contains(&person))
        }
        Role::Administrator => false,
    };
    match hands(action) {
        Hands::Anybody => true,
        Hands::Caller | Hands::Patient | Hands::Server => false,
        Hands::Shift => role != Role::Administrator,
        Hands::Everybody | Hands::Clinicians | Hands::Staff => theirs && role_may(role, action),
    }
}

/// What among a clinician's acts is not for every one of them.
const fn role_may(role: Role, action: Action) -> bool {
    if matches!(action, Action::SetOxygenScale) {
        matches!(role, Role::Doctor)
    } else if matches!(action, Action::EndCall | Action::Recheck) {
        matches!(role, Role::DeskNurse | Role::Doctor)
    } else {
        true
    }
}

/// Whether there is any subject at all for which [`may`] would say yes to `actor`: what is asked before anything is
/// looked up.
///
/// # Errors
/// [`Denied`].
pub fn ever(actor: &Actor, action: Action) -> Result<(), Denied> {
    let association = actor.association;
    let whoever = PatientId(uuid::Uuid::nil());
    let (patient, me) = match actor.who {
        Who::Tablet { patient } => (patient, None),
        Who::Staff { person, .. } => (whoever, Some(person)),
        Who::Equipment { .. } => (whoever, None),
        Who::System => return Ok(()),
    };
    let closest = Subject::Case { association, patient, involved: me.as_slice() };
    may(actor, action, &Subject::Association(association)).or_else(|Denied| may(actor, action, &closest))
}

/// Who should do it instead, for somebody whose role may never do it to any call; none where silence is the better
/// answer. It does not depend on any call, so that it tells nothing of one.
pub fn instead(actor: &Actor, action: Action) -> Option<Refused> {
    if ever(actor, action).is_ok() {
        return None;
    }
    match (actor.who, hands(action)) {
        (Who::Tablet { .. }, Hands::Clinicians) => Some(Refused::ClinicianOnly),
        (Who::Staff { role: Role::Administrator, .. }, _) => None,
        // Nobody can be asked to press for the patient that they did not mean to call.
        (Who::Staff { .. }, Hands::Patient) if matches!(action, Action::CancelCall) => None,
        (Who::Staff { .. }, Hands::Patient) => Some(Refused::PatientOnly),
        (Who::Staff { .. }, Hands::Clinicians) if matches!(action, Action::EndCall) => {
            Some(Refused::NotYoursToEnd)
        }
        (Who::Staff { .. }, Hands::Clinicians) if matches!(action, Action::Recheck) => {
            Some(Refused::NotYoursToRecheck)
        }
        (Who::Staff { .. }, Hands::Clinicians) => Some(Refused::DoctorOnly),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::DeviceId;
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
            Who::Equipment { device: DeviceId(Uuid::from_u128(6)) },
        ];
        // Columns as in `whos`; letters: a = association, o = own or involved case, x = another case.
        let table: [(Action, [&str; 6]); 29] = [
            (Action::RequestCall, ["a", "", "", "", "", ""]),
            (Action::CancelCall, ["o", "", "", "", "", ""]),
            (Action::SeeCall, ["o", "ox", "o", "o", "", ""]),
            (Action::AnswerRing, ["", "ox", "o", "o", "", ""]),
            (Action::ComeAndGo, ["o", "ox", "o", "o", "", ""]),
            (Action::EndCall, ["", "ox", "o", "", "", ""]),
            (Action::InviteToCall, ["", "ox", "o", "o", "", ""]),
            (Action::BringEquipment, ["", "ox", "o", "o", "", ""]),
            (Action::AnswerJoin, ["o", "", "", "", "", ""]),
            (Action::WitnessConsent, ["", "ox", "o", "o", "", ""]),
            (Action::RunRecording, ["", "ox", "o", "o", "", ""]),
            (Action::AnswerRecording, ["o", "ox", "o", "o", "", ""]),
            (Action::Assess, ["", "ox", "o", "o", "", ""]),
            (Action::NameKind, ["", "ox", "o", "o", "", ""]),
            (Action::Decide, ["", "ox", "o", "o", "", ""]),
            (Action::Recheck, ["", "ox", "o", "", "", ""]),
            (Action::SetOxygenScale, ["", "", "o", "", "", ""]),
            (Action::AnswerCheckIn, ["", "ox", "o", "o", "", ""]),
            (Action::ServeCall, ["", "", "", "", "", ""]),
            (Action::SendReadings, ["o", "ox", "o", "o", "", ""]),
            (Action::SeeQueue, ["", "aox", "aox", "aox", "", ""]),
            (Action::SeeDuty, ["", "aox", "aox", "aox", "", ""]),
            (Action::GoOnDuty, ["", "aox", "aox", "aox", "", ""]),
            (Action::ReadCase, ["", "ox", "o", "o", "", ""]),
            (Action::ReadEncounter, ["", "ox", "o", "o", "", ""]),
            (Action::SignEncounter, ["", "ox", "o", "o", "", ""]),
            (Action::ReadRecording, ["", "ox", "o", "o", "", ""]),
            (Action::UseMedia, ["o", "ox", "o", "o", "", "ox"]),
            (Action::KeepSignedIn, ["a", "aox", "aox", "aox", "aox", "a"]),
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
                assert_eq!(ever(&actor(who, 1), action).is_ok(), !cell.is_empty(), "{who:?} {action:?}");
                if !cell.is_empty() {
                    assert_eq!(instead(&actor(who, 1), action), None);
                }
            }
        }
    }

    #[test]
    fn whoever_may_never_do_it_learns_who_may() {
        let tablet = actor(Who::Tablet { patient: PatientId(Uuid::from_u128(8)) }, 1);
        let staff = |role| actor(Who::Staff { person: PersonId(Uuid::from_u128(7)), role }, 1);
        for (who, action, refused) in [
            (tablet, Action::EndCall, Some(Refused::ClinicianOnly)),
            (tablet, Action::Decide, Some(Refused::ClinicianOnly)),
            (tablet, Action::SeeQueue, None),
            (staff(Role::VisitingNurse), Action::EndCall, Some(Refused::NotYoursToEnd)),
            (staff(Role::VisitingNurse), Action::Recheck, Some(Refused::NotYoursToRecheck)),
            (tablet, Action::Recheck, Some(Refused::ClinicianOnly)),
            (staff(Role::DeskNurse), Action::SetOxygenScale, Some(Refused::DoctorOnly)),
            (staff(Role::DeskNurse), Action::AnswerJoin, Some(Refused::PatientOnly)),
            (staff(Role::Administrator), Action::EndCall, None),
        ] {
            assert_eq!(instead(&who, action), refused, "{who:?} {action:?}");
        }
    }
}
