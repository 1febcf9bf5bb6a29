//! The fictitious district: people, patients and duty, made from a seed and loaded in demo mode alone.

mod district;
mod names;
mod patients;
mod seed;
#[cfg(test)]
mod tests;

use ring::hmac;
use uuid::Uuid;
use yoban_domain::duty::{Line, Shift};
use yoban_domain::id::{AssociationId, DeviceId, PersonId, ShiftId};
use yoban_domain::people::Role;
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::wire::rest::DemoPerson;
use yoban_signaling::engine::EQUIPMENT;
use yoban_store::account::SignInCode;
use yoban_store::device::Bearer;
use yoban_store::value::Word;
use yoban_store::{Store, Tx};

use crate::auth::{DEMO, code_hash};
use crate::problem::ApiError;

pub use district::{District, USUAL_SEED, district};

/// Setting that keeps the seed.
const SEED: &str = "demo-seed";
/// Length of a shift.
const SHIFT: Span = Span(12 * 3_600_000);
/// How far ahead the rota is filled at each start.
const AHEAD: Span = Span(14 * 24 * 3_600_000);
/// Demo codes last as long as anybody keeps the data.
const LASTS: Span = Span(3650 * 24 * 3_600_000);

/// Whose data a store holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Nobody's yet.
    Nothing,
    /// The fictitious district's.
    Demo,
    /// Real people's.
    Real,
}

/// Looks whose data they are: demo mode never touches real data, and real people never move in with fictitious ones.
///
/// # Errors
/// The store cannot be reached.
pub async fn holds(store: &Store) -> Result<Holds, ApiError> {
    let mut read = store.read().await?;
    let demo = AssociationId(district::id("association"));
    Ok(match read.associations().await?.as_slice() {
        [] => Holds::Nothing,
        all if all.iter().any(|(id, _)| *id == demo) => Holds::Demo,
        _ => Holds::Real,
    })
}

/// The seed of the district in these data, or to make it from: the one that is kept, else the one that is asked for,
/// else the usual one. None where another one is asked for than is kept, or where an older program made the district.
///
/// # Errors
/// The store cannot be reached.
pub async fn seed(store: &Store, asked: Option<u64>) -> Result<Option<u64>, ApiError> {
    let mut tx = store.begin().await?;
    let fresh = tx.associations().await?.is_empty();
    let kept: Option<u64> = match tx.setting(SEED).await? {
        Some(kept) => Some(kept.read()?),
        None if fresh => Some(tx.put_setting_once(SEED, &asked.unwrap_or(USUAL_SEED)).await?.read()?),
        None => None,
    };
    tx.commit().await?;
    Ok(kept.filter(|kept| asked.is_none_or(|asked| asked == *kept)))
}

/// Loads the district, with so many `tablets` more, as far as it is not there, fills the rota, and gives everybody's
/// sign-in code. Codes are derived from the installation's secret, so that printed links go on working after a restart.
///
/// # Errors
/// The store cannot be reached.
pub async fn load(
    store: &Store,
    secret: &[u8],
    seed: u64,
    tablets: u16,
    now: Timestamp,
) -> Result<Vec<DemoPerson>, ApiError> {
    let mut district = district(seed, now);
    district.grow(tablets);
    let mut tx = store.begin().await?;
    if tx.associations().await?.is_empty() {
        insert(&mut tx, &district).await?;
    }
    insert_patients(&mut tx, &district).await?;
    // Also into a district that was loaded before there was any.
    for known in &district.equipment {
        if tx.device(known.id).await?.is_none() {
            let kind = Word::of(EQUIPMENT)?;
            tx.insert_device(known.id, known.association, &kind, Bearer::Nobody, known).await?;
        }
    }
    fill_rota(&mut tx, &district, now).await?;
    let people = codes(&mut tx, &district, secret, now).await?;
    tx.commit().await?;
    Ok(people)
}

async fn insert(tx: &mut Tx, d: &District) -> Result<(), ApiError> {
    let home = d.association.id;
    tx.insert_association(home, &d.association).await?;
    for institution in &d.institutions {
        tx.insert_institution(institution.id, home, &institution.code, institution).await?;
    }
    for (person, _) in &d.staff {
        tx.insert_person(person.id, home, Some(person.institution), &Word::of(&person.role)?, person).await?;
    }
    Ok(())
}

/// Those who are not there yet: the district may have grown since the last start.
async fn insert_patients(tx: &mut Tx, d: &District) -> Result<(), ApiError> {
    let home = d.association.id;
    for (patient, tablet) in &d.patients {
        if tx.device(*tablet).await?.is_none() {
            tx.insert_patient(patient.id, home, patient).await?;
            let body = serde_json::json!({});
            tx.insert_device(*tablet, home, &Word::of("tablet")?, Bearer::Patient(patient.id), &body).await?;
        }
    }
    Ok(())
}

/// Everybody who holds a line is on duty, night and day, in shifts of twelve hours.
async fn fill_rota(tx: &mut Tx, d: &District, now: Timestamp) -> Result<(), ApiError> {
    let home = d.association.id;
    let first = now.0.div_euclid(SHIFT.0);
    let last = now.plus(AHEAD).0.div_euclid(SHIFT.0);
    let known = tx.shifts(home, Timestamp(first * SHIFT.0), now.plus(AHEAD).plus(SHIFT)).await?;
    for (person, line) in d.staff.iter().filter_map(|(p, line)| line.map(|l| (p.id, l))) {
        for n in first..=last {
            let from = Timestamp(n * SHIFT.0);
            if !known.iter().any(|s| s.person == person && s.from == from) {
                let id = ShiftId(district::id(&format!("shift/{person}/{n}")));
                tx.insert_shift(&Shift {
                    id,
                    association: home,
                    line,
                    person,
                    from,
                    until: from.plus(SHIFT),
                })
                .await?;
            }
        }
    }
    Ok(())
}

async fn codes(
    tx: &mut Tx,
    d: &District,
    secret: &[u8],
    now: Timestamp,
) -> Result<Vec<DemoPerson>, ApiError> {
    let home = d.association.id;
    let mut people = Vec::new();
    for (patient, tablet) in &d.patients {
        let code = code(tx, secret, home, (None, Some(*tablet)), tablet.0, now).await?;
        let (name, name_latin) = (patient.name.kanji.clone(), patient.name.latin.clone());
        let (app, code) = ("tablet".into(), code.into());
        people.push(DemoPerson { person: None, role: None, name, name_latin, app, code });
    }
    for (person, _) in d.staff.iter().filter(|(_, line)| line.is_some()) {
        let app = match person.role {
            Role::DeskNurse => "desk",
            Role::Doctor | Role::VisitingNurse => "phone",
            Role::Administrator => continue,
        };
        let code = code(tx, secret, home, (Some(person.id), None), person.id.0, now).await?;
        let (name, name_latin) = (person.name.kanji.clone(), person.name.latin.clone());
        let (person, role, app, code) = (Some(person.id), Some(person.role), app.into(), code.into());
        people.push(DemoPerson { person, role, name, name_latin, app, code });
    }
    for known in &d.equipment {
        let code = code(tx, secret, home, (None, Some(known.id)), known.id.0, now).await?;
        let (name, name_latin) = (known.card.name.clone().into(), known.card.name_en.clone().into());
        let (app, code) = (EQUIPMENT.into(), code.into());
        people.push(DemoPerson { person: None, role: None, name, name_latin, app, code });
    }
    Ok(people)
}

async fn code(
    tx: &mut Tx,
    secret: &[u8],
    association: AssociationId,
    (person, device): (Option<PersonId>, Option<DeviceId>),
    whose: Uuid,
    now: Timestamp,
) -> Result<String, ApiError> {
    let tag =
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), format!("demo sign-in {whose}").as_bytes());
    let code: String = tag.as_ref().iter().take(12).map(|b| format!("{b:02x}")).collect();
    let hash = code_hash(&code);
    if tx.sign_in_code(&hash, now).await?.is_none() {
        let purpose = Word::of(DEMO)?;
        let row =
            SignInCode { association: Some(association), person, device, purpose, expires: now.plus(LASTS) };
        tx.insert_sign_in_code(&hash, &row).await?;
    }
    Ok(code)
}

/// On which line a member of staff is on duty.
pub(crate) type OnLine = Option<Line>;
