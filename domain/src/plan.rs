//! The care plan (診療計画): what was agreed about online care before the night.

use serde::{Deserialize, Serialize};

use crate::id::PersonId;
use crate::private::Private;
use crate::time::Timestamp;

/// The part of the plan the night needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CarePlan {
    /// Doctors the plan names, in the order in which they act.
    pub named_doctors: Vec<PersonId>,
    /// Where the patient goes when the state changes suddenly (急変時の受入先).
    pub emergency_institution: Private<String>,
    /// When online care must turn into a visit, in the plan's words.
    pub in_person_conditions: Private<String>,
    /// When patient or proxy agreed.
    pub agreed_at: Timestamp,
    /// First instant the plan no longer holds.
    pub valid_until: Timestamp,
}

impl CarePlan {
    /// Whether the plan holds at `at`. Without an institution for a sudden change there is no plan for online care (C1.3).
    pub fn holds(&self, at: Timestamp) -> bool {
        let ready = !self.emergency_institution.reveal().trim().is_empty();
        ready && self.agreed_at <= at && at < self.valid_until
    }

    /// Whether the plan names this doctor and holds at `at`.
    pub fn names(&self, doctor: PersonId, at: Timestamp) -> bool {
        self.holds(at) && self.named_doctors.contains(&doctor)
    }
}
