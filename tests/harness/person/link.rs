//! The socket of one person: numbers what is said, keeps what comes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::connect_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use yoban_domain::id::{ConnectionId, LegId, SessionId};
use yoban_domain::private::Private;
use yoban_domain::wire::problem::Problem;
use yoban_domain::wire::signal::{ClientFrame, ClientMessage, ServerFrame, ServerMessage, StreamPosition};
use yoban_domain::wire::view::{CallView, QueueItem};
use yoban_domain::wire::vitals::VitalsView;
use yoban_domain::wire::{PROTOCOL, SUBPROTOCOL};

use crate::shared::Shared;

/// Well within the server's patience.
const HEARTBEAT: Duration = Duration::from_secs(4);
/// As browsers do: small messages are not held back.
const NO_DELAY: bool = true;

/// What the socket brought, over all sockets of this person.
#[derive(Default)]
pub struct Seen {
    /// Name of the stream and last number.
    pub position: Option<StreamPosition>,
    /// Answer of the newest `welcome`.
    pub resumed: Option<bool>,
    /// Numbers and kinds since the newest `welcome`.
    pub numbered: Vec<(u64, &'static str)>,
    /// Answers by the number of what was said.
    pub answers: BTreeMap<u32, Result<(), Problem>>,
    /// Number and time of the newest `pong`.
    pub pong: Option<(u32, Instant)>,
    /// Problems that belong to no message.
    pub problems: Vec<Problem>,
    /// Newest view of each call.
    pub calls: BTreeMap<SessionId, CallView>,
    /// When each call was seen first.
    pub rang: BTreeMap<SessionId, Instant>,
    /// Tonight's list.
    pub queue: Vec<QueueItem>,
    /// Newest vital signs and when they came.
    pub vitals: BTreeMap<SessionId, (VitalsView, Instant)>,
    /// How many offers came, ever.
    pub offered: u32,
    /// Offers not answered yet.
    pub offers: Vec<(SessionId, ConnectionId, String)>,
    /// Newest map of each connection.
    pub maps: BTreeMap<ConnectionId, Vec<Option<LegId>>>,
    /// Connections that ended, with whether to ask for a new one.
    pub gone: Vec<(ConnectionId, bool)>,
    /// When the server that goes down asked to come back, in milliseconds.
    pub going_away: Option<u32>,
    /// How the socket ended: its close code, 0 without one.
    pub closed: Option<u16>,
}

impl Seen {
    pub(crate) fn fresh_socket(&mut self) {
        self.resumed = None;
        self.closed = None;
        self.going_away = None;
        self.numbered.clear();
        self.answers.clear();
    }

    pub(crate) fn summary(&self) -> String {
        let calls: Vec<_> = self.calls.values().collect();
        format!(
            "resumed {:?}, closed {:?}, numbered {:?}, problems {:?}, calls {calls:#?}, {} in the queue, maps {:?}, gone {:?}",
            self.resumed,
            self.closed,
            self.numbered.len(),
            self.problems,
            self.queue.len(),
            self.maps,
            self.gone
        )
    }

    fn take(&mut self, frame: ServerFrame) {
        let kind = match &frame.message {
            ServerMessage::Call { .. } => "call",
            ServerMessage::Calls { .. } => "calls",
            ServerMessage::Queue { .. } => "queue",
            ServerMessage::Vitals { .. } => "vitals",
            ServerMessage::Map { .. } => "map",
            ServerMessage::ConnectionGone { .. } => "connectionGone",
            _ => "other",
        };
        if let (Some(seq), Some(position)) = (frame.seq, &mut self.position) {
            position.seq = seq;
            self.numbered.push((seq, kind));
        }
        match frame.message {
            ServerMessage::Welcome { stream, resumed, .. } => {
                self.resumed = Some(resumed);
                if !resumed {
                    self.position = Some(StreamPosition { stream, seq: 0 });
                    self.calls.clear();
                }
            }
            ServerMessage::Pong { id, .. } => self.pong = Some((id, Instant::now())),
            ServerMessage::GoingAway { after_ms } => self.going_away = Some(after_ms),
            ServerMessage::Ack { id } => _ = self.answers.insert(id, Ok(())),
            ServerMessage::Problem { id: Some(id), problem } => {
                self.answers.insert(id, Err(problem));
            }
            ServerMessage::Problem { id: None, problem } => self.problems.push(problem),
            ServerMessage::Call { call } => self.call(*call),
            ServerMessage::Calls { calls } => {
                self.calls.retain(|id, _| calls.iter().any(|c| c.session == *id));
                calls.into_iter().for_each(|call| self.call(call));
            }
            ServerMessage::Queue { items } => self.queue = items,
            ServerMessage::Vitals { vitals } => {
                self.vitals.insert(vitals.session, (*vitals, Instant::now()));
            }
            ServerMessage::Offer { session, connection, sdp } => {
                self.offered += 1;
                self.offers.push((session, connection, sdp));
            }
            ServerMessage::Map { connection, slots } => _ = self.maps.insert(connection, slots),
            ServerMessage::ConnectionGone { connection, retry, .. } => self.gone.push((connection, retry)),
        }
    }

    fn call(&mut self, call: CallView) {
        let now = Instant::now();
        self.rang.entry(call.session).or_insert(now);
        match self.calls.get(&call.session) {
            Some(known) if known.version > call.version => {}
            _ => _ = self.calls.insert(call.session, call),
        }
    }
}

/// An open socket. Dropping it cuts the connection without a good-bye.
pub struct Link {
    next: AtomicU32,
    out: mpsc::UnboundedSender<ClientFrame>,
    task: JoinHandle<()>,
}

impl Link {
    pub(crate) async fn open(
        base: &str,
        token: Private<String>,
        resume: Option<StreamPosition>,
        seen: Shared<Seen>,
    ) -> Self {
        let at = base.replacen("http", "ws", 1) + "/api/v1/signal";
        let mut request = at.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        let (socket, _) = connect_async_with_config(request, None, NO_DELAY).await.unwrap();
        let (mut sink, mut stream) = socket.split();
        let (out, mut said) = mpsc::unbounded_channel::<ClientFrame>();
        let task = tokio::spawn(async move {
            let mut beat = tokio::time::interval(HEARTBEAT);
            let mut beats = 1_000_000_000;
            loop {
                let frame = tokio::select! {
                    said = said.recv() => match said {
                        Some(frame) => frame,
                        None => return,
                    },
                    _ = beat.tick(), if beats > 0 => {
                        beats += 1;
                        if beats == 1_000_000_001 {
                            // The first tick comes at once, and `hello` must be first.
                            continue;
                        }
                        ClientFrame { id: beats, message: ClientMessage::Ping }
                    }
                    came = stream.next() => {
                        match came {
                            Some(Ok(Message::Text(text))) => {
                                let frame: ServerFrame = serde_json::from_str(text.as_str())
                                    .unwrap_or_else(|error| panic!("{error}: {text}"));
                                seen.change(|seen| seen.take(frame));
                            }
                            Some(Ok(Message::Close(frame))) => {
                                seen.change(|seen| seen.closed = Some(frame.map_or(0, |f| f.code.into())));
                            }
                            Some(Ok(_)) => {}
                            Some(Err(_)) | None => {
                                seen.change(|seen| _ = seen.closed.get_or_insert(0));
                                return;
                            }
                        }
                        continue;
                    }
                };
                let text = serde_json::to_string(&frame).unwrap();
                if sink.send(Message::Text(text.into())).await.is_err() {
                    seen.change(|seen| _ = seen.closed.get_or_insert(0));
                    return;
                }
            }
        });
        let link = Self { next: AtomicU32::new(1), out, task };
        link.say(ClientMessage::Hello { token, protocol: PROTOCOL, resume });
        link
    }

    /// Sends a message and gives its number.
    pub fn say(&self, message: ClientMessage) -> u32 {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let _closed = self.out.send(ClientFrame { id, message });
        id
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}
