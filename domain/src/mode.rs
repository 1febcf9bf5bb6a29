//! The legal-mode ledger: for every second of a session, what kind of care it was and what was really on.

use serde::{Deserialize, Serialize};

use crate::id::PersonId;
use crate::org::Institution;
use crate::people::Patient;
use crate::time::{Span, Timestamp};

/// What kind of care an interval was. The law knows more kinds (オンライン受診勧奨, 電話等による再診); each comes with the
/// conditions under which it may be named, and none without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum ServiceKind {
    /// 遠隔健康医療相談（医師以外）: a nurse advises.
    NurseAdvice,
    /// 遠隔健康医療相談（医師）: a doctor advises without diagnosis.
    DoctorAdvice,
    /// オンライン診療: examination by picture and sound under the plan.
    OnlineExamination,
}

impl ServiceKind {
    /// More than advice: the act of one doctor, who named it and answers for it.
    pub const fn is_doctors_act(self) -> bool {
        matches!(self, Self::OnlineExamination)
    }
}

/// What was really on between the patient and a clinician, as this server carried it: a telephone call beside it is not
/// seen, and stands in a clinician's note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum MediaMode {
    /// Nothing flows.
    None,
    /// Sound both ways, picture missing on at least one side.
    Audio,
    /// Picture and sound both ways.
    VideoAudio,
}

/// One interval of the ledger; the last one is open until the session ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Interval {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it; none while it runs.
    pub until: Option<Timestamp>,
    /// What kind of care.
    pub kind: ServiceKind,
    /// What was on.
    pub mode: MediaMode,
    /// A nurse was at the bedside (D to P with N).
    pub nurse_present: bool,
}

/// Why an interval cannot be called オンライン診療. Each names what the doctor can do instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum NotExamination {
    /// The patient has no care plan that holds now.
    NoPlan,
    /// The plan does not name this doctor: advice or a house call.
    NotNamed,
    /// The doctor's institution gave no notice that holds now.
    NoNotice,
    /// Picture and sound do not both run both ways.
    NotTwoWay,
    /// Sudden illness (急病急変): face to face in principle.
    SuddenIllness,
}

/// Whether `doctor` may call what happens now オンライン診療 (医療法2条の2 and the guideline's minimum); `sudden` is
/// [`crate::session::Assessment::sudden`].
///
/// # Errors
/// The first condition that is not met, in the order in which a doctor can do something about it.
pub fn may_examine_online(
    patient: &Patient,
    doctor: PersonId,
    institution: Option<&Institution>,
    mode: MediaMode,
    sudden: bool,
    now: Timestamp,
) -> Result<(), NotExamination> {
    let plan = patient.care_plan.as_ref().ok_or(NotExamination::NoPlan)?;
    if !plan.holds(now) {
        return Err(NotExamination::NoPlan);
    }
    if !plan.names(doctor, now) {
        return Err(NotExamination::NotNamed);
    }
    if !institution.is_some_and(|i| i.may_examine_online(now)) {
        return Err(NotExamination::NoNotice);
    }
    if mode != MediaMode::VideoAudio {
        return Err(NotExamination::NotTwoWay);
    }
    if sudden {
        return Err(NotExamination::SuddenIllness);
    }
    Ok(())
}

/// Closes the running interval at `now` and opens one of this sort, unless the running one already is that.
/// Returns whether anything changed.
pub fn advance(
    ledger: &mut Vec<Interval>,
    kind: ServiceKind,
    mode: MediaMode,
    nurse_present: bool,
    now: Timestamp,
) -> bool {
    if let Some(last) = ledger.last_mut()
        && last.until.is_none()
    {
        if (last.kind, last.mode, last.nurse_present) == (kind, mode, nurse_present) {
            return false;
        }
        last.until = Some(now);
    }
    ledger.push(Interval { from: now, until: None, kind, mode, nurse_present });
    true
}

/// Anything shorter is media coming up or going down, and no interval a reader of the ledger could use: it counts by
/// the second.
pub const SHORTEST: Span = Span::seconds(1);

/// The ledger as it is read: an interval of less than a second goes to the one that follows it, else to the one before;
/// but オンライン診療 never grows by it.
pub fn settled(ledger: &[Interval]) -> Vec<Interval> {
    let mut settled: Vec<Interval> = Vec::new();
    let mut from = None;
    for (n, interval) in ledger.iter().enumerate() {
        let interval = Interval { from: from.take().unwrap_or(interval.from), ..interval.clone() };
        if interval.until.is_some_and(|until| until.since(interval.from) < SHORTEST) {
            let takes = |other: &Interval| other.kind != ServiceKind::OnlineExamination;
            if ledger.get(n + 1).is_some_and(|next| Some(next.from) == interval.until && takes(next)) {
                from = Some(interval.from);
                continue;
            }
            if let Some(before) = settled.last_mut().filter(|b| b.until == Some(interval.from) && takes(b)) {
                before.until = interval.until;
                continue;
            }
        }
        if let Some(before) = settled.last_mut()
            && before.until == Some(interval.from)
            && (before.kind, before.mode, before.nurse_present)
                == (interval.kind, interval.mode, interval.nurse_present)
        {
            before.until = interval.until;
            continue;
        }
        settled.push(interval);
    }
    settled
}

/// Closes the running interval.
pub fn close(ledger: &mut [Interval], now: Timestamp) {
    if let Some(last) = ledger.last_mut() {
        last.until.get_or_insert(now);
    }
}

/// A stretch of オンライン診療 by one doctor; the last one is open while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Examination {
    /// Whose act it was.
    pub doctor: PersonId,
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Option<Timestamp>,
}

/// From `now` on this doctor examines online, or nobody does.
pub fn examines(examinations: &mut Vec<Examination>, doctor: Option<PersonId>, now: Timestamp) {
    if let Some(running) = examinations.last_mut().filter(|e| e.until.is_none()) {
        if Some(running.doctor) == doctor {
            return;
        }
        running.until = Some(now);
    }
    examinations.extend(doctor.map(|doctor| Examination { doctor, from: now, until: None }));
}

/// From when on this doctor has examined online for [`SHORTEST`] in all, a colleague's time left out: ahead while the stretch
/// that fills it runs, none where nothing fills it.
pub fn examined_from(examinations: &[Examination], doctor: PersonId) -> Option<Timestamp> {
    let mut wanting = SHORTEST;
    for stretch in examinations.iter().filter(|e| e.doctor == doctor) {
        let full = stretch.from.plus(wanting);
        if stretch.until.is_none_or(|until| until >= full) {
            return Some(full);
        }
        wanting = full.since(stretch.until.unwrap_or(full));
    }
    None
}

/// Time spent in オンライン診療 so far.
pub fn examined_for(ledger: &[Interval], now: Timestamp) -> Span {
    let total = ledger
        .iter()
        .filter(|i| i.kind == ServiceKind::OnlineExamination)
        .map(|i| i.until.unwrap_or(now).since(i.from).0)
        .fold(0_i64, i64::saturating_add);
    Span(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use super::{MediaMode as M, ServiceKind as K};

    fn ledger(rows: &[(i64, i64, K, M)]) -> Vec<Interval> {
        rows.iter()
            .map(|&(from, until, kind, mode)| Interval {
                from: Timestamp(from),
                until: (until > 0).then_some(Timestamp(until)),
                kind,
                mode,
                nurse_present: false,
            })
            .collect()
    }

    #[test]
    fn media_coming_up_leaves_no_rows_of_no_length() {
        let (n, e) = (K::NurseAdvice, K::OnlineExamination);
        for (name, stored, read) in [
            (
                "picture follows sound",
                ledger(&[(0, 300, n, M::None), (300, 700, n, M::Audio), (700, 0, n, M::VideoAudio)]),
                ledger(&[(0, 0, n, M::VideoAudio)]),
            ),
            (
                "going down at the end",
                ledger(&[(0, 9_000, n, M::VideoAudio), (9_000, 9_200, n, M::Audio)]),
                ledger(&[(0, 9_200, n, M::VideoAudio)]),
            ),
            (
                "a flicker joins what it parted",
                ledger(&[(0, 5_000, n, M::Audio), (5_000, 5_001, n, M::None), (5_001, 0, n, M::Audio)]),
                ledger(&[(0, 0, n, M::Audio)]),
            ),
            (
                "an examination never grows",
                ledger(&[(0, 500, n, M::Audio), (500, 9_000, e, M::VideoAudio), (9_000, 9_100, n, M::Audio)]),
                ledger(&[(0, 500, n, M::Audio), (500, 9_000, e, M::VideoAudio), (9_000, 9_100, n, M::Audio)]),
            ),
            (
                "a second is a second",
                ledger(&[(0, 1_000, n, M::Audio), (1_000, 0, n, M::VideoAudio)]),
                ledger(&[(0, 1_000, n, M::Audio), (1_000, 0, n, M::VideoAudio)]),
            ),
        ] {
            assert_eq!(settled(&stored), read, "{name}");
        }
    }
}
