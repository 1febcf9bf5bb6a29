//! Identifiers. Rows carry UUIDv7; each kind of thing has its own type so that ids cannot be swapped.
//!
//! The values are made by the shell (`signaling` and `api` own randomness); the domain only carries them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        // Logs show the tail only: enough to follow one case, too little to look a person up by.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let text = self.0.simple().to_string();
                write!(f, concat!(stringify!($name), "(…{})"), text.get(24..).unwrap_or_default())
            }
        }
    )+};
}

ids! {
    /// A district medical association (地区医師会): the tenant.
    AssociationId,
    /// A hospital or clinic with a 10-digit institution code.
    InstitutionId,
    /// Anyone who signs in or is cared for: nurse, doctor, administrator.
    PersonId,
    /// A patient of an association.
    PatientId,
    /// A lent tablet, a phone or a desk browser.
    DeviceId,
    /// One night problem, with an owner and a deadline until it is closed.
    CaseId,
    /// One consultation inside a case, from tap to hang-up. Its encounter carries the same id.
    SessionId,
    /// One person in a session.
    LegId,
    /// One stretch of duty.
    ShiftId,
    /// One accepted vital-sign reading.
    ReadingId,
    /// One media connection of a leg; a leg gets a new one when its network changes.
    ConnectionId,
    /// One recorded track or mix of a session.
    RecordingId,
}
