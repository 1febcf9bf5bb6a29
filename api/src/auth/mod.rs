//! Signing in: one-time (or demo) codes, short access tokens, refresh tokens.

mod extract;
mod seal;
#[cfg(test)]
mod tests;
mod token;

pub use extract::Caller;
pub use seal::Seal;
pub use token::{Kind, Tokens};

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use yoban_domain::equipment::Equipment;
use yoban_domain::id::{AssociationId, DeviceId, PatientId, PersonId};
use yoban_domain::org::Association;
use yoban_domain::people::{Actor, Patient, Person, Who};
use yoban_domain::private::Private;
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::wire::problem::Problem;
use yoban_domain::wire::rest::{Me, MeWho, SignedIn};
use yoban_domain::wire::view::PersonCard;
use yoban_signaling::engine::{EQUIPMENT, Engine};
use yoban_signaling::error::CommandError;
use yoban_signaling::socket::{Gatekeeper, Identity};
use yoban_store::account::SignInCode;
use yoban_store::device::Bearer;
use yoban_store::value::Word;

use crate::problem::ApiError;

/// Purpose of a code that signs in once.
pub const ONCE: &str = "once";
/// Purpose of a code that signs a demo person in again and again.
pub const DEMO: &str = "demo";
/// Purpose of the code that makes the first administrator.
pub const BOOTSTRAP: &str = "bootstrap";

/// A code of 125 random bits in an alphabet without look-alikes.
///
/// # Errors
/// The machine has no randomness.
pub fn new_code() -> Result<String, ApiError> {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    let mut random = [0_u8; 25];
    SystemRandom::new().fill(&mut random).map_err(|_| ApiError::Internal("no randomness"))?;
    Ok(random.iter().filter_map(|b| ALPHABET.get(usize::from(b % 32))).map(|b| char::from(*b)).collect())
}

/// What the store keeps of a code.
pub fn code_hash(code: &str) -> Vec<u8> {
    digest(&SHA256, code.as_bytes()).as_ref().to_vec()
}

/// Who signs people in and reads their tokens.
pub struct Auth {
    tokens: Tokens,
    engine: Engine,
    demo: bool,
}

impl Auth {
    /// Over the engine's store; `demo` is told to every device.
    pub const fn new(tokens: Tokens, engine: Engine, demo: bool) -> Self {
        Self { tokens, engine, demo }
    }

    /// Uses a code for a device. A code for a person makes the device theirs; one for a tablet makes it the
    /// patient's.
    ///
    /// # Errors
    /// The code is unknown, used or expired: one answer for all three. A code for a person does not sign in a device of
    /// another kind, and can be used again elsewhere.
    pub async fn sign_in(&self, code: &str, device: DeviceId) -> Result<SignedIn, ApiError> {
        let now = self.engine.clock().now();
        let hash = code_hash(code);
        // Anybody may ask: whoever brings no good code does not get as far as the one writer that taps wait for.
        self.engine
            .store()
            .read()
            .await?
            .sign_in_code(&hash, now)
            .await?
            .ok_or_else(Problem::sign_in_refused)?;
        let mut tx = self.engine.store().begin().await?;
        let known = tx.sign_in_code(&hash, now).await?.ok_or_else(Problem::sign_in_refused)?;
        let purpose = known.purpose.as_str().to_owned();
        let found = match purpose.as_str() {
            DEMO if self.demo => Some(known),
            ONCE => tx.redeem_sign_in_code(&hash, now).await?,
            _ => None,
        };
        let SignInCode { association: Some(association), person, device: tablet, .. } =
            found.ok_or_else(Problem::sign_in_refused)?
        else {
            return Err(Problem::sign_in_refused().into());
        };
        let (device, who, bearer, kind) = match (person, tablet) {
            (Some(person), None) => {
                let stored = tx.person(person).await?.filter(|p| p.retired.is_none());
                let stored = stored.ok_or_else(Problem::sign_in_refused)?;
                let stored: Person = stored.body.read()?;
                let who = Who::Staff { person, role: stored.role };
                (device, who, Bearer::Person(person), "browser")
            }
            (None, Some(tablet)) => {
                let stored = tx.device(tablet).await?.ok_or_else(Problem::sign_in_refused)?;
                if stored.kind.as_str() == EQUIPMENT {
                    if stored.association != association || stored.retired.is_some() {
                        return Err(Problem::sign_in_refused().into());
                    }
                    tx.commit().await?;
                    let who = Who::Equipment { device: tablet };
                    return self
                        .signed_in(Actor { who, association, device: Some(tablet) }, tablet, now)
                        .await;
                }
                let patient = stored.patient.ok_or_else(Problem::sign_in_refused)?;
                (tablet, Who::Tablet { patient }, Bearer::Patient(patient), "tablet")
            }
            _ => return Err(Problem::sign_in_refused().into()),
        };
        match tx.device(device).await? {
            Some(known) if known.association != association || known.retired.is_some() => {
                return Err(Problem::sign_in_refused().into());
            }
            // A browser may pass from one colleague to the next; a patient's tablet, a camera or a display never becomes
            // somebody's, and keeps what its row says.
            Some(known) if known.kind.as_str() != kind => return Err(Problem::device_taken().into()),
            Some(_) => _ = tx.save_device(device, bearer, &serde_json::json!({})).await?,
            None => {
                tx.insert_device(device, association, &Word::of(kind)?, bearer, &serde_json::json!({}))
                    .await?;
            }
        }
        tx.commit().await?;
        self.signed_in(Actor { who, association, device: Some(device) }, device, now).await
    }

    /// New tokens for a refresh token.
    ///
    /// # Errors
    /// The token does not hold, or the device or person was retired meanwhile.
    pub async fn refresh(&self, token: &str) -> Result<SignedIn, ApiError> {
        let now = self.engine.clock().now();
        let identity = self.tokens.read(Kind::Refresh, token, now).ok_or(ApiError::Unauthenticated)?;
        let mut read = self.engine.store().read().await?;
        let device = read.device(identity.device).await?.ok_or(ApiError::Unauthenticated)?;
        let same_bearer = match identity.actor.who {
            Who::Tablet { patient } => device.patient == Some(patient),
            Who::Staff { person, .. } => device.person == Some(person),
            Who::Equipment { .. } => device.kind.as_str() == EQUIPMENT,
            Who::System => false,
        };
        if device.retired.is_some() || !same_bearer {
            return Err(ApiError::Unauthenticated);
        }
        // The role is that of today, not the one the token was made with.
        let who = match identity.actor.who {
            Who::Staff { person, .. } => {
                let stored = read.person(person).await?.filter(|p| p.retired.is_none());
                let stored: Person = stored.ok_or(ApiError::Unauthenticated)?.body.read()?;
                Who::Staff { person, role: stored.role }
            }
            same @ (Who::Tablet { .. } | Who::Equipment { .. } | Who::System) => same,
        };
        drop(read);
        self.signed_in(Actor { who, ..identity.actor }, identity.device, now).await
    }

    /// Whether this is a code that would sign somebody in now. A look that takes no turn of the writer.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn knows_code(&self, code: &str) -> Result<bool, ApiError> {
        let now = self.engine.clock().now();
        Ok(self.engine.store().read().await?.sign_in_code(&code_hash(code), now).await?.is_some())
    }

    /// Whether new tokens would be given for this refresh token now. A look that takes no turn of the writer.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn knows_refresh(&self, token: &str) -> Result<bool, ApiError> {
        match self.refresh(token).await {
            Ok(_) => Ok(true),
            Err(ApiError::Unauthenticated) => Ok(false),
            Err(other) => Err(other),
        }
    }

    async fn signed_in(&self, actor: Actor, device: DeviceId, now: Timestamp) -> Result<SignedIn, ApiError> {
        let identity = Identity { actor, device, expires: now };
        let me = self.describe(&identity).await?.ok_or(ApiError::Unauthenticated)?;
        let (access, expires_at) = self.tokens.issue(Kind::Access, &identity, now)?;
        let (refresh, _) = self.tokens.issue(Kind::Refresh, &identity, now)?;
        Ok(SignedIn { access_token: access.into(), expires_at, refresh_token: refresh.into(), me })
    }

    /// The bearer of an access token.
    pub fn identify(&self, token: &str) -> Option<Identity> {
        self.tokens.read(Kind::Access, token, self.engine.clock().now())
    }

    /// What a device is told about itself; none when its person or patient is gone.
    ///
    /// # Errors
    /// The store cannot be reached.
    pub async fn describe(&self, identity: &Identity) -> Result<Option<Me>, ApiError> {
        let now = self.engine.clock().now();
        let mut read = self.engine.store().read().await?;
        if read.device(identity.device).await?.is_none_or(|d| d.retired.is_some()) {
            return Ok(None);
        }
        let association = identity.actor.association;
        let Some((_, body)) = read.associations().await?.into_iter().find(|(id, _)| *id == association)
        else {
            return Ok(None);
        };
        let home: Association = body.read()?;
        let who = match identity.actor.who {
            Who::Tablet { patient } => tablet(&mut read, patient).await?,
            Who::Staff { person, .. } => staff(&mut read, association, person, now).await?,
            Who::Equipment { device } => match read.device(device).await? {
                Some(row) => Some(MeWho::Equipment { card: row.body.read::<Equipment>()?.card }),
                None => None,
            },
            Who::System => None,
        };
        Ok(who.map(|who| Me {
            device: identity.device,
            association: home.name,
            association_en: home.name_en,
            desk_phone: home.desk_phone,
            zone: home.zone,
            demo: self.demo,
            who,
        }))
    }
}

async fn tablet(read: &mut yoban_store::Conn, patient: PatientId) -> Result<Option<MeWho>, ApiError> {
    let Some(row) = read.patient(patient).await? else {
        return Ok(None);
    };
    let known: Patient = row.body.read()?;
    Ok(Some(MeWho::Tablet { patient, name: known.name.kanji, name_latin: known.name.latin }))
}

async fn staff(
    read: &mut yoban_store::Conn,
    association: AssociationId,
    person: PersonId,
    now: Timestamp,
) -> Result<Option<MeWho>, ApiError> {
    use yoban_domain::duty::{Line, on_duty};
    let Some(row) = read.person(person).await? else {
        return Ok(None);
    };
    if row.retired.is_some() || row.association != association {
        return Ok(None);
    }
    let known: Person = row.body.read()?;
    let mut institution = None;
    for row in read.institutions(association).await? {
        if row.id == known.institution {
            institution = Some(row.body.read()?);
        }
    }
    let shifts = read.shifts(association, now, now.plus(Span(1))).await?;
    let mut lines = Line::ALL.to_vec();
    lines.retain(|line| on_duty(&shifts, *line, now).contains(&person));
    Ok(Some(MeWho::Staff { card: PersonCard::of(&known, institution.as_ref()), on_duty: lines }))
}

impl Gatekeeper for Auth {
    fn identify(&self, token: &str, now: Timestamp) -> Option<Identity> {
        self.tokens.read(Kind::Access, token, now)
    }

    async fn me(&self, identity: &Identity) -> Result<Option<Me>, CommandError> {
        // A device has nothing to say and nothing to be told: it has WHIP and WHEP.
        if matches!(identity.actor.who, Who::Equipment { .. }) {
            return Ok(None);
        }
        match self.describe(identity).await {
            Ok(me) => Ok(me),
            Err(ApiError::Command(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }
}

/// Stores a fresh code and gives its text.
///
/// # Errors
/// The store cannot be reached, or the machine has no randomness.
pub async fn store_code(
    tx: &mut yoban_store::Tx,
    purpose: &str,
    association: Option<AssociationId>,
    bearer: (Option<PersonId>, Option<DeviceId>),
    now: Timestamp,
    lasts: Span,
) -> Result<Private<String>, ApiError> {
    let code = new_code()?;
    let row = SignInCode {
        association,
        person: bearer.0,
        device: bearer.1,
        purpose: Word::of(purpose)?,
        expires: now.plus(lasts),
    };
    tx.insert_sign_in_code(&code_hash(&code), &row).await?;
    Ok(Private::new(code))
}
