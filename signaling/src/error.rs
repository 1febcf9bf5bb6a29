//! What can go wrong with a command, and what the person is told.

use yoban_domain::grant::{Action, Denied, instead};
use yoban_domain::people::Actor;
use yoban_domain::session::Refused;
use yoban_domain::wire::problem::Problem;
use yoban_media::MediaError;
use yoban_store::{Constraint, Error as StoreError};

/// Why a command was not carried out. Nothing of it was stored.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The rules say no.
    #[error("refused: {0}")]
    Refused(#[from] Refused),
    /// Not allowed, or not there.
    #[error("not found")]
    NotFound,
    /// The input breaks a limit; the text names it.
    #[error("invalid: {0}")]
    Invalid(&'static str),
    /// A problem that is described already.
    #[error("{}", .0.code)]
    Described(Box<Problem>),
    /// The store failed.
    #[error("store: {0}")]
    Store(#[from] StoreError),
    /// The media plane failed.
    #[error("media: {0}")]
    Media(#[from] MediaError),
}

impl From<Denied> for CommandError {
    fn from(_: Denied) -> Self {
        Self::NotFound
    }
}

impl CommandError {
    /// What is answered to somebody who may not: who should do it instead, where that helps, else nothing more than
    /// that there is nothing to see.
    pub fn denied(by: &Actor, action: Action, _: Denied) -> Self {
        instead(by, action).map_or(Self::NotFound, Self::Refused)
    }

    /// What the person is told.
    pub fn problem(&self) -> Problem {
        match self {
            Self::Refused(refused) => (*refused).into(),
            Self::NotFound => Problem::not_found(),
            Self::Invalid(what) => {
                let field = yoban_domain::wire::problem::FieldProblem {
                    pointer: String::new(),
                    detail: (*what).into(),
                };
                Problem::invalid(vec![field])
            }
            Self::Described(problem) => (**problem).clone(),
            Self::Store(StoreError::Constraint(Constraint::ExamDoctor)) => Refused::YouAreBusy.into(),
            Self::Store(_) => Problem::unavailable(),
            Self::Media(error) => Problem::media(error.code()),
        }
    }

    /// What the person is told, and a line in the log where it is ours to mend: both carry the same number, so that whoever
    /// is telephoned finds the line.
    pub fn told(&self) -> Problem {
        match self {
            Self::Store(StoreError::Constraint(Constraint::ExamDoctor))
            | Self::Refused(_)
            | Self::NotFound
            | Self::Invalid(_)
            | Self::Described(_) => self.problem(),
            // What a client got wrong, or said too late, is the client's to know; a log full of it would hide what is ours.
            Self::Media(
                error @ (MediaError::Sdp(_)
                | MediaError::UnknownLeg(_)
                | MediaError::UnknownConnection(_)
                | MediaError::AlreadyAnswered(_)),
            ) => {
                tracing::debug!(%error, "a connection was refused");
                self.problem()
            }
            Self::Store(_) | Self::Media(_) => {
                let trace = trace_id();
                tracing::error!(error = %self, trace, "what was asked could not be carried out");
                Problem { trace_id: Some(trace), ..self.problem() }
            }
        }
    }

    /// Trying the same again at once may help: somebody else changed the case meanwhile, or a patient tapped twice.
    pub(crate) const fn again(&self) -> bool {
        matches!(
            self,
            Self::Store(
                StoreError::Conflict
                    | StoreError::Constraint(Constraint::LivePatient | Constraint::LiveDevice)
            )
        )
    }
}

/// A number short enough to be read out on the telephone: eight hexadecimal digits, random.
pub fn trace_id() -> String {
    let random = crate::engine::fresh().simple().to_string();
    random.chars().skip(24).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use yoban_domain::id::{ConnectionId, LegId, SessionId};
    use yoban_media::SdpProblem;

    #[test]
    fn what_the_client_got_wrong_has_no_number_in_our_log_and_what_is_ours_has() {
        let id = crate::engine::fresh();
        let (connection, leg) = (ConnectionId(id), LegId(id));
        for theirs in [
            MediaError::Sdp(SdpProblem::NotSdp),
            MediaError::UnknownLeg(leg),
            MediaError::UnknownConnection(connection),
            MediaError::AlreadyAnswered(connection),
        ] {
            assert_eq!(CommandError::Media(theirs.clone()).told().trace_id, None, "{theirs}");
        }
        for ours in [
            MediaError::Busy,
            MediaError::Stopped,
            MediaError::UnknownRoom(SessionId(id)),
            MediaError::ConnectionExists(connection),
            MediaError::Engine(String::new()),
        ] {
            assert!(CommandError::Media(ours.clone()).told().trace_id.is_some(), "{ours}");
        }
    }
}
