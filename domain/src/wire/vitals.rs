//! Vital signs as screens show them.

use serde::{Deserialize, Serialize};

use crate::id::{PatientId, SessionId};
use crate::time::{Span, Timestamp};
use crate::vitals::feed::{self, Latest, TrendPoint};
use crate::vitals::score::{self, NotScored, Score, Subject};
use crate::vitals::{Reading, VitalKind, thin};

/// How far back the trend reaches.
pub const TREND: Span = Span::minutes(60);

/// Latest values, score and trend of one session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct VitalsView {
    /// The session.
    pub session: SessionId,
    /// The patient.
    pub patient: PatientId,
    /// The server's clock when this was put together; ages count from here.
    pub now: Timestamp,
    /// The newest reading of each kind.
    pub latest: Vec<Latest>,
    /// NEWS2, as an interval while items are missing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub score: Option<Score>,
    /// Why there is no score.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub not_scored: Option<NotScored>,
    /// The last hour, per kind; in a record the whole call.
    pub trends: Vec<Trend>,
}

/// One kind over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Trend {
    /// Which kind.
    pub kind: VitalKind,
    /// Oldest first.
    pub points: Vec<TrendPoint>,
}

impl VitalsView {
    /// Puts the view together from a session's readings.
    pub fn of(
        session: SessionId,
        patient: PatientId,
        subject: &Subject,
        readings: &[Reading],
        now: Timestamp,
    ) -> Self {
        let readings: Vec<&Reading> = readings.iter().collect();
        Self::within(session, patient, subject, &readings, (now.minus(TREND), now), now)
    }

    /// The same with trends of another stretch of time.
    pub fn within(
        session: SessionId,
        patient: PatientId,
        subject: &Subject,
        readings: &[&Reading],
        (from, until): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Self {
        let all = || readings.iter().copied();
        let (score, not_scored) = match score::news2(all(), subject, now) {
            Ok(score) => (Some(score), None),
            Err(why) => (None, Some(why)),
        };
        let trends = VitalKind::ALL
            .into_iter()
            .map(|kind| Trend { kind, points: thin::thinned(feed::trend(all(), kind, from, until)) })
            .filter(|t| !t.points.is_empty())
            .collect();
        Self { session, patient, now, latest: feed::latest(all(), now), score, not_scored, trends }
    }
}
