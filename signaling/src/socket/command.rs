//! What each message does.

use yoban_domain::grant::{Asks, ever};
use yoban_domain::id::{ReadingId, SessionId};
use yoban_domain::session::{Input, VideoCodec};
use yoban_domain::wire::problem::Problem;
use yoban_domain::wire::signal::{ClientFrame, ClientMessage, ServerMessage};

use super::{Gatekeeper, Session};
use crate::error::CommandError;
use crate::hint::Hint;
use crate::rooms::Ownership;

impl Session {
    /// Carries a message out and answers it: first the acknowledgement, then what belongs to this socket alone.
    pub(super) async fn answer<G: Gatekeeper>(&mut self, frame: ClientFrame, gate: &G) -> Vec<ServerMessage> {
        let id = frame.id;
        if frame.message == ClientMessage::Ping {
            let now = self.signaling.engine.clock().now();
            return vec![ServerMessage::Pong { id, now }];
        }
        if let ClientMessage::Renew { token } = &frame.message {
            return vec![self.renew(id, token.reveal(), gate)];
        }
        let done = self.carry_out(frame.message).await;
        match done {
            Ok(more) => {
                let mut answers = vec![ServerMessage::Ack { id }];
                answers.extend(more);
                answers
            }
            Err(error) => vec![ServerMessage::Problem { id: Some(id), problem: error.told() }],
        }
    }

    fn renew<G: Gatekeeper>(&mut self, id: u32, token: &str, gate: &G) -> ServerMessage {
        let now = self.signaling.engine.clock().now();
        match gate.identify(token, now) {
            Some(identity) if identity.actor == self.identity.actor => {
                self.identity = identity;
                ServerMessage::Ack { id }
            }
            Some(_) | None => ServerMessage::Problem { id: Some(id), problem: Problem::unauthenticated() },
        }
    }

    async fn carry_out(&self, message: ClientMessage) -> Result<Option<ServerMessage>, CommandError> {
        let by = self.identity.actor;
        if let Asks::Of(action) = message.asks() {
            // Before anything is looked up; whoever passes is asked again by the engine, about this very call.
            ever(&by, action).map_err(|denied| CommandError::denied(&by, action, denied))?;
        }
        let (session, input) = match message {
            ClientMessage::Duty { ready } => {
                self.signaling.hub.ready(self.identity.device, self.socket, ready).await;
                if ready {
                    // Whatever is asked of this person rings here from now on.
                    self.signaling.keeper.everything(self.identity.actor).await;
                }
                self.signaling.engine.bus.publish(Hint::Duty(self.identity.actor.association));
                return Ok(None);
            }
            ClientMessage::Connect { session, video } => return self.connect(session, video).await.map(Some),
            ClientMessage::Answer { connection, sdp } => {
                self.signaling.rooms.answer(self.identity.device, connection, sdp).await?;
                return Ok(None);
            }
            ClientMessage::Readings { session, readings } => {
                let ids: Vec<ReadingId> = readings.iter().map(|r| r.id).collect();
                let stored = self.signaling.engine.readings(self.identity.actor, session, readings).await?;
                let taken = |id: &ReadingId| stored.conflicts.contains(id);
                let places: Vec<usize> =
                    (0..).zip(&ids).filter(|(_, id)| taken(id)).map(|(n, _)| n).collect();
                if !places.is_empty() {
                    return Err(CommandError::Described(Box::new(Problem::reading_ids_taken(places))));
                }
                return Ok(None);
            }
            ClientMessage::Sign { session, seen } => {
                self.signaling.engine.sign(self.identity.actor, session, seen).await?;
                return Ok(None);
            }
            ClientMessage::Cancel { session } => (session, Input::Cancel),
            ClientMessage::Accept { session } => (session, Input::Accept),
            ClientMessage::Decline { session, reason } => (session, Input::Decline(reason)),
            ClientMessage::Leave { session } => (session, Input::Leave),
            ClientMessage::ComeBack { session } => (session, Input::ComeBack),
            ClientMessage::End { session } => (session, Input::End),
            ClientMessage::UndoEnd { session } => (session, Input::UndoEnd),
            ClientMessage::Invite { session, role, person } => (session, Input::Invite { role, person }),
            ClientMessage::BringEquipment { session, device } => (session, Input::BringEquipment(device)),
            ClientMessage::WithdrawInvite { session, leg } => (session, Input::WithdrawInvite(leg)),
            ClientMessage::AnswerJoin { session, leg, yes } => (session, Input::AnswerJoin { leg, yes }),
            ClientMessage::SpokenConsent { session, leg } => (session, Input::SpokenConsent(leg)),
            ClientMessage::AskRecording { session } => (session, Input::AskRecording),
            ClientMessage::AnswerRecording { session, yes } => (session, Input::AnswerRecording(yes)),
            ClientMessage::StopRecording { session } => (session, Input::StopRecording),
            ClientMessage::Declare { session, microphone, camera } => {
                (session, Input::Declare { microphone, camera })
            }
            ClientMessage::Assess { session, finding, seen: None } => (session, Input::Assess(finding)),
            ClientMessage::Assess { session, finding, seen: Some(seen) } => {
                (session, Input::AssessOver { finding, seen })
            }
            ClientMessage::SetKind { session, kind } => (session, Input::SetKind(kind)),
            ClientMessage::Dispose { session, disposition, seen: None } => {
                (session, Input::Dispose(disposition))
            }
            ClientMessage::Dispose { session, disposition, seen: Some(seen) } => {
                (session, Input::DisposeOver { disposition, seen })
            }
            ClientMessage::Rechecked { session, note } => (session, Input::Rechecked(note)),
            ClientMessage::StillHere { session } => (session, Input::StillHere),
            ClientMessage::SetOxygenScale { session, scale2, reason } => {
                (session, Input::SetOxygenScale { scale2, reason })
            }
            ClientMessage::Ping | ClientMessage::Hello { .. } | ClientMessage::Renew { .. } => {
                return Err(CommandError::Invalid("hello comes first and once"));
            }
        };
        self.signaling.engine.act(by, session, input).await?;
        Ok(None)
    }

    /// A media connection for the device's own leg.
    async fn connect(
        &self,
        session: SessionId,
        video: Vec<VideoCodec>,
    ) -> Result<ServerMessage, CommandError> {
        let leg = self.signaling.place(self.identity.actor, session, Ok(video), &[]).await?;
        let owner = Ownership { device: self.identity.device, session, leg };
        let (connection, sdp) = self.signaling.rooms.offer(owner).await?;
        Ok(ServerMessage::Offer { session, connection, sdp })
    }
}
