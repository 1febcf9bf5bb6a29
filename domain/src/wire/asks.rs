//! Which action each message of the socket asks for. A message without a row does not compile.

use super::signal::ClientMessage;
use crate::grant::{Action, Asks};

impl ClientMessage {
    /// What this message asks of whoever sends it.
    pub const fn asks(&self) -> Asks {
        Asks::Of(match self {
            Self::Hello { .. } | Self::Renew { .. } => return Asks::Nothing("it brings the token itself"),
            Self::Ping => return Asks::Nothing("it asks for nothing but the time"),
            Self::Duty { .. } => Action::GoOnDuty,
            Self::Cancel { .. } => Action::CancelCall,
            Self::Accept { .. } | Self::Decline { .. } => Action::AnswerRing,
            Self::Leave { .. } | Self::ComeBack { .. } | Self::Declare { .. } => Action::ComeAndGo,
            Self::End { .. } | Self::UndoEnd { .. } => Action::EndCall,
            Self::Invite { .. } | Self::WithdrawInvite { .. } => Action::InviteToCall,
            Self::BringEquipment { .. } => Action::BringEquipment,
            Self::AnswerJoin { .. } => Action::AnswerJoin,
            Self::SpokenConsent { .. } => Action::WitnessConsent,
            Self::AskRecording { .. } | Self::StopRecording { .. } => Action::RunRecording,
            Self::AnswerRecording { .. } => Action::AnswerRecording,
            Self::Connect { .. } | Self::Answer { .. } => Action::UseMedia,
            Self::Readings { .. } => Action::SendReadings,
            Self::Assess { .. } => Action::Assess,
            Self::SetKind { .. } => Action::NameKind,
            Self::Dispose { .. } => Action::Decide,
            Self::Rechecked { .. } => Action::Recheck,
            Self::StillHere { .. } => Action::AnswerCheckIn,
            Self::SetOxygenScale { .. } => Action::SetOxygenScale,
            Self::Sign { .. } => Action::SignEncounter,
        })
    }
}
