//! Who takes part: staff, patients, and the actor behind every command.

use serde::{Deserialize, Serialize};

use crate::id::{AssociationId, DeviceId, InstitutionId, PatientId, PersonId};
use crate::plan::CarePlan;
use crate::private::Private;
use crate::time::Timestamp;
use crate::vitals::score::Spo2Scale;

/// What a member of staff is employed to do. A right to act follows from the role; a turn of duty is a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Nurse at the liaison desk (当番看護師).
    DeskNurse,
    /// Doctor who takes turns of duty (当番医).
    Doctor,
    /// Nurse of a visiting-nurse station (訪問看護師).
    VisitingNurse,
    /// Runs the association's office; reads no clinical text.
    Administrator,
}

/// A name as Japanese records keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Name {
    /// Family and given name in kanji, separated by one space.
    pub kanji: Private<String>,
    /// The same in katakana.
    pub kana: Private<String>,
    /// The same in Latin letters, for the English screens.
    pub latin: Private<String>,
}

/// Entry on the medical register (医籍登録). A doctor shows the year; the number need not be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// Year of registration, Gregorian.
    pub year: u16,
    /// Register number.
    pub number: Private<String>,
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Row id.
    pub id: PersonId,
    /// The association the person works in.
    pub association: AssociationId,
    /// Clinic, hospital, station or desk the person belongs to.
    pub institution: InstitutionId,
    /// What the person does.
    pub role: Role,
    /// The person's name.
    pub name: Name,
    /// Doctors only.
    pub registration: Option<Registration>,
}

/// Administrative sex as FHIR `AdministrativeGender` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Neither of the two.
    Other,
    /// Not recorded.
    Unknown,
}

/// A clinician set NEWS2's second oxygen scale for this patient (confirmed hypercapnic failure, target 88–92 %).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Scale2Setting {
    /// Who set it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// A patient in home care.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patient {
    /// Row id.
    pub id: PatientId,
    /// The association that cares for the patient at night.
    pub association: AssociationId,
    /// The institution whose patient number `number` is.
    pub institution: InstitutionId,
    /// Patient number within that institution.
    pub number: Private<String>,
    /// The patient's name.
    pub name: Name,
    /// Date of birth, `YYYY-MM-DD`.
    pub birth_date: Private<String>,
    /// Administrative sex.
    pub sex: Sex,
    /// Known to be pregnant: NEWS2 is not for her.
    #[serde(default)]
    pub pregnant: bool,
    /// Postal code and address, one line.
    pub address: Private<String>,
    /// Telephone at the bedside.
    pub phone: Private<String>,
    /// What the desk must know at a glance: illnesses, oxygen, wishes (DNAR/ACP), allergies, drugs.
    pub summary: Private<Summary>,
    /// The doctor who sees the patient by day.
    pub primary_doctor: Option<PersonId>,
    /// What was agreed about online care; none means advice and house calls only.
    pub care_plan: Option<CarePlan>,
    /// Set only by a clinician, never by the software.
    pub oxygen_scale2: Option<Scale2Setting>,
}

/// The patient card's clinical lines, each a short list of plain texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Illnesses in treatment.
    pub conditions: Vec<String>,
    /// Allergies and intolerances.
    pub allergies: Vec<String>,
    /// Drugs and devices in use.
    pub medications: Vec<String>,
    /// What the patient wishes: DNAR, ACP, whom to call.
    pub wishes: Vec<String>,
    /// What a caller or visitor must know: key box, dog, hearing.
    pub notices: Vec<String>,
}

/// Who speaks to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Who {
    /// A lent tablet, acting for its patient.
    Tablet {
        /// The patient the tablet is lent to.
        patient: PatientId,
    },
    /// A signed-in member of staff.
    Staff {
        /// The person.
        person: PersonId,
        /// What the person does.
        role: Role,
    },
    /// A camera or display, which acts for nobody.
    Equipment {
        /// The device.
        device: DeviceId,
    },
    /// The server itself, when a deadline falls due or media changes.
    System,
}

/// Who did it, for which association, from which device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// The person or tablet.
    pub who: Who,
    /// The tenant the actor belongs to.
    pub association: AssociationId,
    /// The device; none for the server itself.
    pub device: Option<DeviceId>,
}

impl Actor {
    /// The server acting on its own for one association.
    pub const fn system(association: AssociationId) -> Self {
        Self { who: Who::System, association, device: None }
    }

    /// The person, when a member of staff acts.
    pub const fn person(&self) -> Option<PersonId> {
        match self.who {
            Who::Staff { person, .. } => Some(person),
            Who::Tablet { .. } | Who::Equipment { .. } | Who::System => None,
        }
    }

    /// The role, when a member of staff acts.
    pub const fn role(&self) -> Option<Role> {
        match self.who {
            Who::Staff { role, .. } => Some(role),
            Who::Tablet { .. } | Who::Equipment { .. } | Who::System => None,
        }
    }
}

impl Patient {
    /// Which oxygen scale of NEWS2 applies: what a doctor chose in the encounter (scale 2 or not, by whom, when), else
    /// what a clinician set for the patient, else scale 1.
    pub fn oxygen_scale(&self, chosen: Option<(bool, PersonId, Timestamp)>) -> Spo2Scale {
        let standing = || self.oxygen_scale2.as_ref().map(|set| (true, set.by, set.at));
        match chosen.or_else(standing) {
            Some((true, set_by, set_at)) => Spo2Scale::Two { set_by, set_at },
            Some((false, ..)) | None => Spo2Scale::One,
        }
    }

    /// Age in full years on the day of `at` in `zone`; `None` when the date of birth cannot be read.
    pub fn age(&self, at: Timestamp, zone: &str) -> Option<u16> {
        let born: jiff::civil::Date = self.birth_date.reveal().parse().ok()?;
        // Without a known zone the day may be off by one, which moves an age by a year on one day in it.
        let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
        let today = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned(zone).date();
        let years = i32::from(today.year()) - i32::from(born.year());
        let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
        u16::try_from(if had_birthday { years } else { years - 1 }).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn born(day: &str) -> Patient {
        let id = "00000000-0000-0000-0000-000000000001";
        let name = serde_json::json!({ "kanji": "", "kana": "", "latin": "" });
        serde_json::from_value(serde_json::json!({
            "id": id, "association": id, "institution": id, "number": "", "name": name, "birthDate": day,
            "sex": "female", "address": "", "phone": "", "primaryDoctor": null, "carePlan": null,
            "summary": Summary::default(), "oxygenScale2": null,
        }))
        .unwrap()
    }

    fn at(instant: &str) -> Timestamp {
        Timestamp(instant.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn an_age_is_counted_by_the_calendar_of_the_district() {
        let age = |day, instant| born(day).age(at(instant), "Asia/Tokyo");
        // 00:00 on 2 November in Tokyo is 15:00 UTC the day before.
        assert_eq!(age("1940-11-02", "2026-11-01T14:59:59Z"), Some(85));
        assert_eq!(age("1940-11-02", "2026-11-01T15:00:00Z"), Some(86));
        assert_eq!(age("1940-12-01", "2026-11-01T15:00:00Z"), Some(85));
        assert_eq!(age("2026-11-01", "2026-11-01T15:00:00Z"), Some(0));
        // Whoever was born on 29 February has a birthday on 1 March in other years.
        assert_eq!(age("1940-02-29", "2026-02-28T03:00:00Z"), Some(85));
        assert_eq!(age("1940-02-29", "2026-03-01T03:00:00Z"), Some(86));
        for unreadable in ["", "昭和15年", "1940-13-01", "2027-01-01"] {
            assert_eq!(age(unreadable, "2026-11-01T15:00:00Z"), None, "{unreadable}");
        }
    }
}
