//! Associations and institutions.

use serde::{Deserialize, Serialize};

use crate::id::{AssociationId, InstitutionId};
use crate::time::Timestamp;

/// A district medical association (地区医師会): the tenant. Nothing crosses its border.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Association {
    /// Row id.
    pub id: AssociationId,
    /// Name in Japanese.
    pub name: String,
    /// Name in English.
    pub name_en: String,
    /// IANA time zone in which the association's people read their clocks.
    pub zone: String,
    /// Number the tablet shows and dials when nobody answers.
    pub desk_phone: String,
}

/// What the register calls an institution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum InstitutionKind {
    /// Hospital or clinic (医科).
    Medical,
    /// Visiting-nurse station (訪問看護ステーション).
    NurseStation,
    /// The association's own liaison desk.
    Desk,
}

/// Notice to the prefecture that an institution carries out オンライン診療 (since 2026-04-01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OnlineNotice {
    /// Number of the notice.
    pub number: String,
    /// First instant it holds.
    pub valid_from: Timestamp,
    /// First instant it no longer holds; none while it stands.
    pub valid_until: Option<Timestamp>,
}

/// A clinic, hospital, nurse station or desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Institution {
    /// Row id.
    pub id: InstitutionId,
    /// The tenant.
    pub association: AssociationId,
    /// What it is.
    pub kind: InstitutionKind,
    /// Ten digits: prefecture, category, number.
    pub code: String,
    /// Name in Japanese.
    pub name: String,
    /// Name in English.
    pub name_en: String,
    /// Telephone.
    pub phone: String,
    /// Notice for オンライン診療, if given.
    pub notice: Option<OnlineNotice>,
}

impl Institution {
    /// Whether the institution may host オンライン診療 at `at`.
    pub fn may_examine_online(&self, at: Timestamp) -> bool {
        self.notice
            .as_ref()
            .is_some_and(|n| n.valid_from <= at && n.valid_until.is_none_or(|until| at < until))
    }
}
