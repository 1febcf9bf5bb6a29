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
            // What a client got wrong is the client's to know; a log full of it would hide what is ours.
            Self::Media(error @ MediaError::Sdp(_)) => {
                tracing::debug!(%error, "an SDP was refused");
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
