//! The socket: one per device, `yoban.v1`, first message `hello`, every message acknowledged, silence noticed.

mod command;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use yoban_domain::id::DeviceId;
use yoban_domain::people::Actor;
use yoban_domain::time::Timestamp;
use yoban_domain::wire::problem::{FieldProblem, Problem};
use yoban_domain::wire::rest::Me;
use yoban_domain::wire::signal::{ClientFrame, ClientMessage, ServerFrame, ServerMessage};
use yoban_domain::wire::{HEARTBEAT_MS, MAX_MESSAGE, PROTOCOL, close};

use crate::Signaling;
use crate::error::CommandError;
use crate::hint::{Bus, Hint};
use crate::hub::{Out, SOCKET_QUEUE};

/// A socket that said nothing for this long is dead. Three heartbeats: fewer cuts phones that sleep a little, more
/// keeps a dead nurse on the list.
const SILENCE: Duration = Duration::from_millis(3 * HEARTBEAT_MS as u64);
/// How long a fresh socket may take to say `hello`.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How long a good-bye may wait behind what the device has not read yet.
const GOOD_BYE: Duration = Duration::from_secs(5);
/// Unreadable messages after which the socket is closed: one is a bug, many are an attack.
const UNREADABLE: u32 = 8;

/// Who a token makes its bearer.
pub struct Identity {
    /// The actor, device included.
    pub actor: Actor,
    /// The device.
    pub device: DeviceId,
    /// When the token expires; the socket is closed then unless a new one came.
    pub expires: Timestamp,
}

/// Reads tokens and describes their bearers; the REST crate owns the keys.
pub trait Gatekeeper: Send + Sync + 'static {
    /// The bearer of a token, if it holds now.
    fn identify(&self, token: &str, now: Timestamp) -> Option<Identity>;
    /// What the device is told about itself.
    /// None when its device, person or patient is retired or gone.
    fn me(&self, identity: &Identity) -> impl Future<Output = Result<Option<Me>, CommandError>> + Send;
}

/// Serves one upgraded socket until it ends.
pub async fn serve<G: Gatekeeper>(socket: WebSocket, signaling: Signaling, gate: Arc<G>) {
    let (mut sink, mut stream) = socket.split();
    let code = match hello(&mut sink, &mut stream, &signaling, gate.as_ref()).await {
        Ok(session) => session.run(&mut sink, &mut stream, gate.as_ref()).await,
        Err(code) => Some(code),
    };
    if let Some(code) = code {
        let frame = CloseFrame { code, reason: "".into() };
        // Whoever does not read is not waited for.
        let _gone = tokio::time::timeout(GOOD_BYE, sink.send(Message::Close(Some(frame)))).await;
    }
}

type Sink = SplitSink<WebSocket, Message>;
type Stream = SplitStream<WebSocket>;

struct Session {
    signaling: Signaling,
    identity: Identity,
    socket: u64,
    out: mpsc::Receiver<Out>,
}

/// The first message: who, which protocol, and where the stream stood.
async fn hello<G: Gatekeeper>(
    sink: &mut Sink,
    stream: &mut Stream,
    signaling: &Signaling,
    gate: &G,
) -> Result<Session, u16> {
    let first = tokio::time::timeout(HELLO_WITHIN, stream.next()).await.map_err(|_| close::SILENT)?;
    let Some(Ok(Message::Text(text))) = first else {
        return Err(close::PROTOCOL);
    };
    let frame: ClientFrame = serde_json::from_str(text.as_str()).map_err(|_| close::PROTOCOL)?;
    let ClientMessage::Hello { token, protocol, resume } = frame.message else {
        return Err(close::PROTOCOL);
    };
    if protocol != PROTOCOL {
        return Err(close::PROTOCOL);
    }
    let now = signaling.engine.clock().now();
    let identity = gate.identify(token.reveal(), now).ok_or(close::AUTHENTICATION)?;
    // A store that is away is no reason to sign anybody out: come back in a moment.
    let me = gate.me(&identity).await.map_err(|_| close::GOING_AWAY)?.ok_or(close::AUTHENTICATION)?;
    let (sender, out) = mpsc::channel(SOCKET_QUEUE);
    let opened =
        signaling.hub.open(identity.actor, identity.device, resume, sender).await.ok_or(close::GOING_AWAY)?;
    let resumed = opened.resumed;
    let welcome =
        ServerMessage::Welcome { stream: opened.stream, resumed, heartbeat_ms: HEARTBEAT_MS, now, me };
    if send(sink, ServerFrame { seq: None, message: welcome }).await.is_err() {
        // It stands as connected since it was opened, and nobody else would notice that it is not.
        signaling.hub.closed(identity.device, opened.socket).await;
        return Err(close::GOING_AWAY);
    }
    if !resumed {
        signaling.keeper.everything(identity.actor).await;
    }
    reachability_changed(&signaling.engine.bus, &identity.actor);
    Ok(Session { signaling: signaling.clone(), identity, socket: opened.socket, out })
}

/// A device came or went. Who can be rung is news for the lists of all staff, and only staff is rung: a night's tablets that
/// come back at once make none of it.
fn reachability_changed(bus: &Bus, actor: &Actor) {
    if actor.person().is_some() {
        bus.publish(Hint::Duty(actor.association));
    }
}

impl Session {
    /// Runs until the socket ends; the code to close it with, if it is still open.
    async fn run<G: Gatekeeper>(mut self, sink: &mut Sink, stream: &mut Stream, gate: &G) -> Option<u16> {
        let code = self.talk(sink, stream, gate).await;
        self.signaling.hub.closed(self.identity.device, self.socket).await;
        reachability_changed(&self.signaling.engine.bus, &self.identity.actor);
        code
    }

    async fn talk<G: Gatekeeper>(&mut self, sink: &mut Sink, stream: &mut Stream, gate: &G) -> Option<u16> {
        let mut unreadable = 0;
        let clock = self.signaling.engine.clock().clone();
        // What is sent does not count: a dead device that is told much must be noticed as well.
        let mut silent_at = tokio::time::Instant::now() + SILENCE;
        loop {
            let expired = clock.until(self.identity.expires);
            let said = tokio::select! {
                said = tokio::time::timeout_at(silent_at, stream.next()) => said,
                () = expired => return Some(close::AUTHENTICATION),
                out = self.out.recv() => {
                    match out {
                        Some(Out::Frame(frame)) => match send_by(silent_at, sink, *frame).await {
                            Ok(()) => {}
                            Err(code) => return code,
                        },
                        Some(Out::Close(code)) => return Some(code),
                        None => return Some(close::TOO_SLOW),
                    }
                    continue;
                }
            };
            silent_at = tokio::time::Instant::now() + SILENCE;
            let text = match said {
                Err(_elapsed) => return Some(close::SILENT),
                Ok(None | Some(Ok(Message::Close(_)))) => return None,
                // Too large, or not WebSocket: whoever still listens is told, and a broken line hears nothing.
                Ok(Some(Err(_))) => return Some(close::PROTOCOL),
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
                Ok(Some(Ok(Message::Binary(_)))) => return Some(close::PROTOCOL),
                Ok(Some(Ok(Message::Text(text)))) => text,
            };
            let answer = match serde_json::from_str::<ClientFrame>(text.as_str()) {
                _ if text.len() > MAX_MESSAGE => refused(text.as_str(), Problem::too_large()),
                Ok(frame) => self.answer(frame, gate).await,
                Err(error) => {
                    unreadable += 1;
                    if unreadable >= UNREADABLE {
                        return Some(close::PROTOCOL);
                    }
                    not_understood(text.as_str(), &error)
                }
            };
            for message in answer {
                if let Err(code) = send_by(silent_at, sink, ServerFrame { seq: None, message }).await {
                    return code;
                }
            }
        }
    }
}

/// An unknown or malformed message is answered, not punished: an older server may meet a newer client. The text
/// itself is not repeated, for it may hold patient data.
fn not_understood(text: &str, error: &serde_json::Error) -> Vec<ServerMessage> {
    let detail = format!("line {} column {}: {:?}", error.line(), error.column(), error.classify());
    refused(text, Problem::invalid(vec![FieldProblem { pointer: String::new(), detail }]))
}

/// With the message's number, where it can be read, so that whoever waits for the answer gets it.
fn refused(text: &str, problem: Problem) -> Vec<ServerMessage> {
    #[derive(serde::Deserialize)]
    struct OnlyId {
        id: u32,
    }
    let id = serde_json::from_str::<OnlyId>(text).ok().map(|o| o.id);
    vec![ServerMessage::Problem { id, problem }]
}

/// Sends before the device counts as silent. One that no longer reads fills its line, and a write that waits for it
/// would never notice: it would stay on the list of those who can be rung.
async fn send_by(
    silent_at: tokio::time::Instant,
    sink: &mut Sink,
    frame: ServerFrame,
) -> Result<(), Option<u16>> {
    match tokio::time::timeout_at(silent_at, send(sink, frame)).await {
        Ok(sent) => sent.map_err(|()| None),
        Err(_elapsed) => Err(Some(close::SILENT)),
    }
}

async fn send(sink: &mut Sink, frame: ServerFrame) -> Result<(), ()> {
    let text = serde_json::to_string(&frame).map_err(|_| ())?;
    sink.send(Message::Text(text.into())).await.map_err(|_| ())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;
    use yoban_domain::id::{AssociationId, PatientId, PersonId};
    use yoban_domain::people::{Role, Who};

    use super::*;

    #[tokio::test]
    async fn a_tablet_that_comes_back_makes_no_list_of_the_night_anew() {
        let bus = Bus::default();
        let mut hints = bus.subscribe();
        let association = AssociationId(Uuid::from_u128(1));
        let tablet = Who::Tablet { patient: PatientId(Uuid::from_u128(2)) };
        let staff = Who::Staff { person: PersonId(Uuid::from_u128(3)), role: Role::DeskNurse };
        for who in [tablet, staff] {
            reachability_changed(&bus, &Actor { who, association, device: None });
        }
        assert_eq!(hints.try_recv(), Ok(Hint::Duty(association)), "the nurse can be rung");
        assert!(hints.try_recv().is_err(), "once, and nothing of the tablet");
    }
}

#[cfg(test)]
mod broken;
