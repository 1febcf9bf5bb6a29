//! What clinicians find and decide during a session.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::PersonId;
use crate::private::Private;
use crate::time::Timestamp;

/// How the patient was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum IdentityMethod {
    /// The lent tablet and the face on record.
    TabletAndFace,
    /// Name and date of birth, said by the patient.
    NameAndBirthDate,
    /// The nurse knows the patient.
    Known,
    /// A relative or helper at the bedside said who it is.
    ByProxy,
    /// Not yet: flagged, and never in the way of an emergency.
    NotYet,
}

/// A finding that sends the call to 119 at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum RedFlag {
    /// Hard to breathe, cannot speak in sentences.
    Breathing,
    /// Does not wake up or answers wrongly.
    Consciousness,
    /// Chest pain or pressure.
    ChestPain,
    /// Bleeding that does not stop.
    Bleeding,
    /// Fell and hit the head.
    HeadInjury,
    /// Seizure.
    Seizure,
}

/// Triage colour as #7119 uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Urgency {
    /// 赤: 119 now.
    Red,
    /// 橙: within an hour.
    Orange,
    /// 黄: within six hours.
    Yellow,
    /// 緑: within a day.
    Green,
    /// 青: care at home.
    Blue,
}

impl Urgency {
    /// Red and orange are sudden illness: face to face in principle.
    pub const fn is_sudden(self) -> bool {
        matches!(self, Self::Red | Self::Orange)
    }
}

/// Situation, background, assessment, recommendation: what the nurse tells the doctor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Sbar {
    /// What happens now, since when.
    pub situation: Private<String>,
    /// Illnesses, plan, drugs, wishes.
    pub background: Private<String>,
    /// What the nurse sees and thinks.
    pub assessment: Private<String>,
    /// What is asked of the doctor, and by when.
    pub recommendation: Private<String>,
}

/// The nurse's findings so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// How the patient was recognised, and by whom.
    pub identity: Option<(IdentityMethod, PersonId)>,
    /// Red flags found; none means not screened yet, empty means screened and clear.
    pub red_flags: Option<Vec<RedFlag>>,
    /// Whose check that is.
    #[serde(default)]
    pub red_flags_by: Option<PersonId>,
    /// Triage colour.
    pub urgency: Option<Urgency>,
    /// Whose colour that is.
    #[serde(default)]
    pub urgency_by: Option<PersonId>,
    /// Write-up for the doctor.
    pub sbar: Option<Sbar>,
    /// Whose the write-up is as it stands.
    #[serde(default)]
    pub sbar_by: Option<PersonId>,
    /// Closing note.
    pub note: Option<Private<String>>,
    /// Whose the note is as it stands.
    #[serde(default)]
    pub note_by: Option<PersonId>,
}

impl Assessment {
    /// Sudden illness (急病急変): red or orange, or a red flag, whatever colour was chosen beside it.
    pub fn sudden(&self) -> bool {
        self.urgency.is_some_and(Urgency::is_sudden) || self.red_flags.as_ref().is_some_and(|f| !f.is_empty())
    }

    /// Whether nothing stands there yet.
    fn lacks(&self, part: &Finding) -> bool {
        match part {
            Finding::Identity { .. } => self.identity.is_none(),
            Finding::RedFlags { .. } => self.red_flags.is_none(),
            Finding::Urgency { .. } => self.urgency.is_none(),
            Finding::Sbar { .. } => self.sbar.as_ref().is_none_or(|sbar| *sbar == Sbar::default()),
            Finding::Note { .. } => self.note.as_ref().is_none_or(|text| *text == Private::default()),
        }
    }

    /// Whether whoever wrote `finding` saw what stands in its place now.
    pub(super) fn is_as(&self, seen: &Found, finding: &Finding) -> bool {
        match seen {
            Found::Nothing => self.lacks(finding),
            Found::Finding { finding: seen } => seen.part() == finding.part() && self.reads(seen),
        }
    }

    /// Whether this is what stands there; where nothing was written, an empty text is.
    pub fn reads(&self, finding: &Finding) -> bool {
        match finding {
            Finding::Identity { method } => self.identity.is_some_and(|(known, _)| known == *method),
            Finding::RedFlags { found } => {
                self.red_flags.as_ref().is_some_and(|known| set(known) == set(found))
            }
            Finding::Urgency { urgency } => self.urgency == Some(*urgency),
            Finding::Sbar { sbar } => self.sbar.as_ref().unwrap_or(&Sbar::default()) == sbar,
            Finding::Note { text } => self.note.as_ref().unwrap_or(&Private::default()) == text,
        }
    }
}

/// Flags in no order: each is there or not, however often it was ticked.
fn set(flags: &[RedFlag]) -> BTreeSet<RedFlag> {
    flags.iter().copied().collect()
}

impl Finding {
    /// Which of the findings it is.
    pub fn part(&self) -> std::mem::Discriminant<Self> {
        std::mem::discriminant(self)
    }
}

/// Which oxygen scale of NEWS2 a doctor chose for the patient in one encounter. The software never switches by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScaleChoice {
    /// Scale 2; otherwise scale 1, whatever was known of the patient before.
    pub scale2: bool,
    /// Who chose.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// One finding, as a clinician enters it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", tag = "part")]
pub enum Finding {
    /// How the patient was recognised.
    Identity {
        /// The method.
        method: IdentityMethod,
    },
    /// Result of the red-flag screen; an empty list is a finding too.
    RedFlags {
        /// What was found.
        found: Vec<RedFlag>,
    },
    /// Triage colour.
    Urgency {
        /// The colour.
        urgency: Urgency,
    },
    /// The write-up.
    Sbar {
        /// All four parts.
        sbar: Sbar,
    },
    /// The closing note, replaced as a whole.
    Note {
        /// Free text.
        text: Private<String>,
    },
}

/// What stands in the place of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", tag = "stands")]
pub enum Found {
    /// Nothing yet; an empty text is the same.
    Nothing,
    /// A finding of that part.
    Finding {
        /// Which.
        finding: Finding,
    },
}

/// What follows from the call. A case cannot close without one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Disposition {
    /// What was decided.
    pub outcome: Outcome,
    /// What the patient is told, in plain words; the tablet shows it.
    pub advice: Private<String>,
    /// Why a red or orange case may end online; needed for those alone.
    pub reason_online: Option<Private<String>>,
}

/// What stands in the place of the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", tag = "stands")]
pub enum Decided {
    /// Nothing yet, or it was taken back.
    Nothing,
    /// A decision.
    Decision {
        /// Which.
        disposition: Disposition,
    },
}

/// The decision itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", tag = "outcome")]
pub enum Outcome {
    /// Advice; nothing further tonight.
    Advice,
    /// A prescription follows.
    Prescription,
    /// A visiting nurse goes.
    NurseVisit,
    /// A doctor goes.
    HouseCall,
    /// 119.
    Ambulance,
    /// To hospital by other means.
    Hospital,
    /// Looked at again at an agreed time.
    RecheckAt {
        /// When.
        at: Timestamp,
    },
    /// The daytime doctor, tomorrow.
    NextDay,
    /// The patient cancelled before anybody answered, and the desk has made sure that all is well.
    CancelledAndChecked,
}

/// Why a decision does not stand any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum TakenBack {
    /// It ended online without a doctor's reason what was then found to be sudden illness.
    SuddenIllness,
    /// A nurse wrote it before a doctor was let in: the doctor decides.
    DoctorJoined,
}

impl Outcome {
    /// Ends the matter online or on the phone, so that nobody will see the patient tonight.
    pub const fn ends_online(self) -> bool {
        matches!(self, Self::Advice | Self::Prescription | Self::RecheckAt { .. } | Self::NextDay)
    }
}
