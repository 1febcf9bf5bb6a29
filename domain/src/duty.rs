//! Who is on duty, read from shift rows at `now`.

use serde::{Deserialize, Serialize};

use crate::id::{AssociationId, PersonId, ShiftId};
use crate::time::Timestamp;

/// A line that must always be answered by somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Line {
    /// The liaison desk (在宅医療等夜間連携窓口).
    Desk,
    /// The duty doctors (当番医).
    DutyDoctor,
    /// The visiting nurses on call.
    VisitingNurse,
}

impl Line {
    /// All of them, the one that a tap rings first.
    pub const ALL: [Self; 3] = [Self::Desk, Self::DutyDoctor, Self::VisitingNurse];
}

/// One stretch of duty, `from` included, `until` not. Shifts over midnight need no special case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shift {
    /// Row id.
    pub id: ShiftId,
    /// The tenant.
    pub association: AssociationId,
    /// Which line the person holds.
    pub line: Line,
    /// Who.
    pub person: PersonId,
    /// First instant of duty.
    pub from: Timestamp,
    /// First instant after duty.
    pub until: Timestamp,
}

impl Shift {
    /// Whether the shift covers `at`.
    pub fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// Everybody on duty on `line` at `at`, each once, in the order their shifts began.
pub fn on_duty(shifts: &[Shift], line: Line, at: Timestamp) -> Vec<PersonId> {
    let mut covering: Vec<&Shift> = shifts.iter().filter(|s| s.line == line && s.covers(at)).collect();
    covering.sort_by_key(|s| (s.from, s.id));
    let mut people = Vec::with_capacity(covering.len());
    for shift in covering {
        if !people.contains(&shift.person) {
            people.push(shift.person);
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn shift(n: u128, person: u128, line: Line, from: i64, until: i64) -> Shift {
        Shift {
            id: Uuid::from_u128(n).into(),
            association: Uuid::nil().into(),
            line,
            person: Uuid::from_u128(person).into(),
            from: Timestamp(from),
            until: Timestamp(until),
        }
    }

    #[test]
    fn a_shift_ends_when_the_next_begins_and_nobody_is_counted_twice() {
        let shifts = [
            shift(1, 10, Line::Desk, 0, 100),
            shift(2, 11, Line::Desk, 100, 200),
            shift(3, 11, Line::Desk, 150, 250),
            shift(4, 12, Line::DutyDoctor, 0, 200),
        ];
        let at = |t| on_duty(&shifts, Line::Desk, Timestamp(t));
        assert_eq!(at(99), vec![PersonId(Uuid::from_u128(10))]);
        assert_eq!(at(100), vec![PersonId(Uuid::from_u128(11))]);
        assert_eq!(at(160), vec![PersonId(Uuid::from_u128(11))]);
        assert_eq!(at(250), Vec::<PersonId>::new());
    }
}
