//! Tokens: JWT with one algorithm (HS256), checked for signature, type, issuer, audience and life before anything
//! in them is believed (RFC 8725).

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use yoban_domain::id::{AssociationId, DeviceId, PatientId, PersonId};
use yoban_domain::people::{Actor, Role, Who};
use yoban_domain::time::{Span, Timestamp};
use yoban_signaling::socket::Identity;

use crate::problem::ApiError;

const ISSUER: &str = "yoban";
/// Longest token looked at. Ours have about 500 bytes.
const LONGEST: usize = 4096;
/// An access token's life. Shorter costs refreshes; longer keeps a stolen one useful.
const ACCESS: Span = Span::minutes(10);
/// A refresh token's life for staff. A page that was closed for longer than one night and the morning after asks for a new
/// sign-in; one that stays open renews its own.
const REFRESH: Span = Span(16 * 3_600_000);
/// For a lent tablet: it may lie switched off for months and must still call. Retiring the device ends it.
const TABLET_REFRESH: Span = Span(400 * 24 * 3_600_000);

/// A camera is set up once with an address and a token and can renew nothing. Its token opens WHIP and WHEP alone, and
/// each use of it looks whether the device was retired.
const EQUIPMENT_ACCESS: Span = TABLET_REFRESH;

/// What a token is for. One is never taken for the other: type and audience differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Opens routes and sockets.
    Access,
    /// Gives new tokens, and nothing else.
    Refresh,
}

impl Kind {
    const fn typ(self) -> &'static str {
        match self {
            Self::Access => "yoban-access+jwt",
            Self::Refresh => "yoban-refresh+jwt",
        }
    }

    const fn audience(self) -> &'static str {
        match self {
            Self::Access => "yoban-api",
            Self::Refresh => "yoban-token",
        }
    }

    const fn life(self, who: Who) -> Span {
        match (self, who) {
            (Self::Access, Who::Equipment { .. }) => EQUIPMENT_ACCESS,
            (Self::Access, _) => ACCESS,
            (Self::Refresh, Who::Tablet { .. } | Who::Equipment { .. }) => TABLET_REFRESH,
            (Self::Refresh, _) => REFRESH,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    nbf: i64,
    association: AssociationId,
    device: DeviceId,
    role: Option<Role>,
    /// The subject is the device itself.
    #[serde(default)]
    equipment: bool,
}

/// The signing key. One per installation, kept in the store.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl Tokens {
    /// From the installation's secret of at least 32 bytes.
    pub fn new(secret: &[u8]) -> Self {
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret) }
    }

    /// A fresh secret.
    ///
    /// # Errors
    /// The machine has no randomness.
    pub fn fresh_secret() -> Result<Vec<u8>, ApiError> {
        let mut secret = vec![0_u8; 32];
        SystemRandom::new().fill(&mut secret).map_err(|_| ApiError::Internal("no randomness"))?;
        Ok(secret)
    }

    /// A token for `identity` and when it expires. Its own `expires` is not looked at.
    ///
    /// # Errors
    /// The server itself gets no token, and signing cannot fail otherwise.
    pub fn issue(
        &self,
        kind: Kind,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<(String, Timestamp), ApiError> {
        let (sub, role) = match identity.actor.who {
            Who::Tablet { patient } => (patient.to_string(), None),
            Who::Staff { person, role } => (person.to_string(), Some(role)),
            Who::Equipment { device } => (device.to_string(), None),
            Who::System => return Err(ApiError::Internal("the server needs no token")),
        };
        let exp = now.plus(kind.life(identity.actor.who)).0 / 1000;
        let claims = Claims {
            iss: ISSUER.into(),
            aud: kind.audience().into(),
            sub,
            exp,
            nbf: now.0 / 1000,
            association: identity.actor.association,
            device: identity.device,
            role,
            equipment: matches!(identity.actor.who, Who::Equipment { .. }),
        };
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(kind.typ().into());
        let token =
            encode(&header, &claims, &self.encoding).map_err(|_| ApiError::Internal("signing failed"))?;
        Ok((token, Timestamp(exp.saturating_mul(1000))))
    }

    /// The bearer of a token of this kind, if it holds at `now`.
    pub fn read(&self, kind: Kind, token: &str, now: Timestamp) -> Option<Identity> {
        if token.len() > LONGEST || decode_header(token).ok()?.typ.as_deref() != Some(kind.typ()) {
            return None;
        }
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[kind.audience()]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // The library would ask the machine's clock; ours is an argument.
        rules.validate_exp = false;
        let claims = decode::<Claims>(token, &self.decoding, &rules).ok()?.claims;
        let seconds = now.0 / 1000;
        if claims.exp <= seconds || claims.nbf > seconds {
            return None;
        }
        let who = match claims.role {
            None if claims.equipment => Who::Equipment { device: claims.sub.parse::<DeviceId>().ok()? },
            Some(role) => Who::Staff { person: claims.sub.parse::<PersonId>().ok()?, role },
            None => Who::Tablet { patient: claims.sub.parse::<PatientId>().ok()? },
        };
        let actor = Actor { who, association: claims.association, device: Some(claims.device) };
        Some(Identity { actor, device: claims.device, expires: Timestamp(claims.exp.saturating_mul(1000)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn identity(role: Option<Role>) -> Identity {
        let who = match role {
            Some(role) => Who::Staff { person: PersonId(Uuid::from_u128(1)), role },
            None => Who::Tablet { patient: PatientId(Uuid::from_u128(2)) },
        };
        let device = DeviceId(Uuid::from_u128(3));
        let actor = Actor { who, association: AssociationId(Uuid::from_u128(4)), device: Some(device) };
        Identity { actor, device, expires: Timestamp(0) }
    }

    const NOW: Timestamp = Timestamp(1_800_000_000_000);

    #[test]
    fn a_devices_token_is_the_devices_and_lasts_as_it_cannot_renew_it() {
        let tokens = Tokens::new(&[7; 32]);
        let mut camera = identity(None);
        camera.actor.who = Who::Equipment { device: camera.device };
        let (token, expires) = tokens.issue(Kind::Access, &camera, NOW).unwrap();
        assert_eq!(tokens.read(Kind::Access, &token, NOW).unwrap().actor, camera.actor);
        assert!(expires > NOW.plus(REFRESH));
        let (tablets, _) = tokens.issue(Kind::Access, &identity(None), NOW).unwrap();
        assert_eq!(tokens.read(Kind::Access, &tablets, NOW).unwrap().actor, identity(None).actor);
    }

    #[test]
    fn each_token_lives_as_long_as_it_must_and_no_longer() {
        let tokens = Tokens::new(&[7; 32]);
        let (staff, tablet) = (identity(Some(Role::DeskNurse)), identity(None));
        let mut camera = identity(None);
        camera.actor.who = Who::Equipment { device: camera.device };
        for (name, kind, of, minutes) in [
            ("staff open routes and sockets", Kind::Access, &staff, 10),
            ("so does a tablet", Kind::Access, &tablet, 10),
            ("staff renew for a night and the morning after", Kind::Refresh, &staff, 16 * 60),
            ("a tablet may lie switched off for a year", Kind::Refresh, &tablet, 400 * 24 * 60),
            ("a camera can renew nothing", Kind::Access, &camera, 400 * 24 * 60),
        ] {
            let (token, expires) = tokens.issue(kind, of, NOW).unwrap();
            assert_eq!(expires, NOW.plus(Span::minutes(minutes)), "{name}");
            assert!(tokens.read(kind, &token, expires.minus(Span(1))).is_some(), "{name}");
            assert!(tokens.read(kind, &token, expires).is_none(), "{name}");
        }
    }

    #[test]
    fn a_token_gives_back_its_bearer_until_it_expires_and_never_before_it_begins() {
        let tokens = Tokens::new(&[7; 32]);
        for role in [None, Some(Role::Doctor)] {
            let (token, expires) = tokens.issue(Kind::Access, &identity(role), NOW).unwrap();
            let read = tokens.read(Kind::Access, &token, NOW).unwrap();
            assert_eq!(read.actor, identity(role).actor);
            assert!(tokens.read(Kind::Access, &token, expires.minus(Span(1))).is_some());
            assert!(tokens.read(Kind::Access, &token, expires).is_none());
            assert!(tokens.read(Kind::Access, &token, NOW.minus(Span::seconds(1))).is_none());
        }
    }

    #[test]
    fn tokens_of_another_kind_key_algorithm_type_audience_or_issuer_are_nobody() {
        let tokens = Tokens::new(&[7; 32]);
        let (access, _) = tokens.issue(Kind::Access, &identity(None), NOW).unwrap();
        let (refresh, _) = tokens.issue(Kind::Refresh, &identity(None), NOW).unwrap();
        assert!(tokens.read(Kind::Refresh, &access, NOW).is_none());
        assert!(tokens.read(Kind::Access, &refresh, NOW).is_none());
        assert!(Tokens::new(&[8; 32]).read(Kind::Access, &access, NOW).is_none());
        let forge = |header: Header, change: fn(&mut Claims)| {
            let mut claims = Claims {
                iss: ISSUER.into(),
                aud: Kind::Access.audience().into(),
                sub: Uuid::from_u128(2).to_string(),
                exp: NOW.0 / 1000 + 60,
                nbf: NOW.0 / 1000,
                association: AssociationId(Uuid::from_u128(4)),
                device: DeviceId(Uuid::from_u128(3)),
                role: None,
                equipment: false,
            };
            change(&mut claims);
            encode(&header, &claims, &EncodingKey::from_secret(&[7; 32])).unwrap()
        };
        let header = |algorithm, typ: &str| {
            let mut header = Header::new(algorithm);
            header.typ = Some(typ.into());
            header
        };
        let good = header(Algorithm::HS256, Kind::Access.typ());
        let reads = |token: &str| tokens.read(Kind::Access, token, NOW).is_some();
        assert!(reads(&forge(good.clone(), |_| {})), "the forgery itself is sound");
        assert!(!reads(&forge(header(Algorithm::HS384, Kind::Access.typ()), |_| {})));
        assert!(!reads(&forge(header(Algorithm::HS256, "JWT"), |_| {})));
        assert!(!reads(&forge(good.clone(), |c| c.aud = "other".into())));
        assert!(!reads(&forge(good.clone(), |c| c.iss = "other".into())));
        assert!(!reads(&forge(good.clone(), |c| c.sub = "../../etc".into())));
        assert!(!reads(&forge(good.clone(), |c| c.exp = -1)));
        assert!(!reads(&forge(good, |c| c.nbf = i64::MAX)));
    }

    #[test]
    fn stripped_unsigned_and_oversized_tokens_are_nobody() {
        let tokens = Tokens::new(&[7; 32]);
        let (token, _) = tokens.issue(Kind::Access, &identity(None), NOW).unwrap();
        let mut parts = token.split('.');
        let (head, body) = (parts.next().unwrap(), parts.next().unwrap());
        // {"alg":"none","typ":"yoban-access+jwt"}
        let none = "eyJhbGciOiJub25lIiwidHlwIjoieW9iYW4tYWNjZXNzK2p3dCJ9";
        for bad in [String::new(), format!("{head}.{body}."), format!("{none}.{body}."), "a".repeat(1 << 20)]
        {
            assert!(tokens.read(Kind::Access, &bad, NOW).is_none());
        }
    }
}
