//! A vital sign with when, whence and what is known against it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Flag, Vital, rules};
use crate::{
    id::{PersonId, ReadingId},
    time::{Span, Timestamp},
};

/// How far a device clock may run ahead of ours. Raised: a wrong clock reorders the trend unseen; lowered: the
/// usual drift of a home device marks every reading.
pub const FUTURE_TOLERANCE: Span = Span::minutes(2);

/// First instant a clock that was ever set can show: 2000-01-01. A device that lost its battery says 1970.
pub const EARLIEST: Timestamp = Timestamp(946_684_800_000);

/// First instant beyond what a set clock can show: 2100-01-01. Seconds or nanoseconds sent for milliseconds fall outside.
pub const LATEST: Timestamp = Timestamp(4_102_444_800_000);

/// What a device or a form says about where a value comes from. The person is not in it: who entered a value is
/// known from who is signed in, never from the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Origin {
    /// A Bluetooth health device (GATT).
    Device {
        /// Model as the device names itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
    },
    /// The simulated sensor kit.
    Simulated {
        /// Which simulated sensor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
    },
    /// Typed in.
    Manual,
}

impl Origin {
    /// Model as the device names itself.
    pub fn model(&self) -> Option<&str> {
        match self {
            Self::Device { model } | Self::Simulated { model } => model.as_deref(),
            Self::Manual => None,
        }
    }
}

/// Where a stored value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Source {
    /// A Bluetooth health device (GATT).
    Device {
        /// Model as the device names itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
    },
    /// The simulated sensor kit: scored like a device, always shown as simulated.
    Simulated {
        /// Which simulated sensor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
    },
    /// Typed in by someone.
    Manual {
        /// By whom.
        by: EnteredBy,
    },
}

/// Who typed a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EnteredBy {
    /// A nurse or doctor, as part of an assessment.
    Clinician {
        /// Who.
        person: PersonId,
    },
    /// The patient or the family at the tablet.
    Household,
}

/// A reading as a client sends it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NewReading {
    /// Made by the client, so that sending twice stores once.
    pub id: ReadingId,
    /// The value.
    pub vital: Vital,
    /// When it was measured, by the device's clock or the gateway's; absent = on arrival. So is an instant outside
    /// 2000–2099, with [`Flag::ClockUnset`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Timestamp>,
    /// What it comes from.
    pub origin: Origin,
    /// What the decoder found. [`Flag::FutureStamped`] and [`Flag::Implausible`] are decided again by the server.
    #[serde(default)]
    pub flags: BTreeSet<Flag>,
}

/// A reading as it is stored and shown. Nothing in it changes any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Reading {
    /// Its id; the same id is the same reading.
    pub id: ReadingId,
    /// The value as given.
    pub vital: Vital,
    /// When it was measured, as the device or gateway said.
    pub taken_at: Timestamp,
    /// When the server had it.
    pub received_at: Timestamp,
    /// What it comes from.
    pub source: Source,
    /// What is known against it.
    pub flags: BTreeSet<Flag>,
}

impl NewReading {
    /// The stored form. Impossible and future-stamped values are marked here and kept. A time from [`LATEST`] on or before
    /// [`EARLIEST`] is none: the time of arrival stands in, marked [`Flag::ClockUnset`].
    ///
    /// `by` is who is signed in where the message came from; it matters for manual values only.
    pub fn accept(self, received_at: Timestamp, by: EnteredBy) -> Reading {
        let Self { id, vital, taken_at, origin, mut flags } = self;
        let source = match origin {
            Origin::Device { model } => Source::Device { model },
            Origin::Simulated { model } => Source::Simulated { model },
            Origin::Manual => Source::Manual { by },
        };
        let shown = readable(taken_at);
        if shown != taken_at {
            flags.insert(Flag::ClockUnset);
        }
        let taken_at = shown.unwrap_or(received_at);
        flags.remove(&Flag::FutureStamped);
        flags.remove(&Flag::Implausible);
        if taken_at.since(received_at) > FUTURE_TOLERANCE {
            flags.insert(Flag::FutureStamped);
        }
        if !rules::plausible(&vital) {
            flags.insert(Flag::Implausible);
        }
        Reading { id, vital, taken_at, received_at, source, flags }
    }

    /// Whether this is `stored`, sent again: the same value from the same kind of source at the same time. When it
    /// arrives, by which device and what the server marked on it may differ.
    pub fn is_again(&self, stored: &Reading) -> bool {
        let origin = match &stored.source {
            Source::Device { model } => Origin::Device { model: model.clone() },
            Source::Simulated { model } => Origin::Simulated { model: model.clone() },
            Source::Manual { .. } => Origin::Manual,
        };
        self.id == stored.id
            && self.vital == stored.vital
            && self.origin == origin
            && readable(self.taken_at).is_none_or(|at| at == stored.taken_at)
    }
}

/// The time, if a clock that was ever set can have shown it.
fn readable(taken_at: Option<Timestamp>) -> Option<Timestamp> {
    taken_at.filter(|at| (EARLIEST..LATEST).contains(at))
}

impl Reading {
    /// Its place on the time line. A device clock that runs ahead cannot put a reading after its own arrival.
    pub fn at(&self) -> Timestamp {
        self.taken_at.min(self.received_at)
    }

    /// How old it is at `now`; never negative.
    pub fn age(&self, now: Timestamp) -> Span {
        now.since(self.at()).max(Span(0))
    }

    /// Too old to count at `now`.
    pub fn is_stale(&self, now: Timestamp) -> bool {
        now >= self.stale_at()
    }

    /// The first instant at which it is too old to count.
    pub fn stale_at(&self) -> Timestamp {
        self.at().plus(rules::rule(self.vital.kind()).stale_after).plus(Span(1))
    }

    /// Fresh, unmarked, and from someone entitled to say it: counts in the score at `now`.
    pub fn counts(&self, now: Timestamp) -> bool {
        let kind = self.vital.kind();
        let entitled = match rules::rule(kind).scored_from {
            rules::ScoredFrom::Anyone => true,
            rules::ScoredFrom::Clinician => {
                matches!(self.source, Source::Manual { by: EnteredBy::Clinician { .. } })
            }
        };
        entitled && !self.is_stale(now) && !self.flags.iter().any(|flag| flag.excludes(kind))
    }
}
