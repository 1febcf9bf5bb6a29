//! A socket lives as long as its token, on a clock that the test turns.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use clap::Parser;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use yoban_api::config::Options;
use yoban_api::serve::{self, Server};
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::wire::{SUBPROTOCOL, close};
use yoban_signaling::clock::{Clock, VirtualClock};

/// 2026-11-01 02:00 in Tokyo.
const NOW: Timestamp = Timestamp(1_793_466_000_000);
/// Only so that a failure ends.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Parser)]
struct Given {
    #[command(flatten)]
    options: Options,
}

struct Night {
    server: Server,
    clock: VirtualClock,
    base: String,
    http: reqwest::Client,
    posted: AtomicU32,
    _folder: tempfile::TempDir,
}

impl Night {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let given =
            ["yoban", "--demo", "--data", data, "--port", "0", "--http-port", "0", "--listen", "none"];
        let clock = VirtualClock::at(NOW);
        let options = Given::try_parse_from(given).unwrap().options;
        let server = serve::start(&options, Clock::Virtual(clock.clone())).await.unwrap();
        let base = format!("http://{}", server.http.first().unwrap());
        Self { server, clock, base, http: reqwest::Client::new(), posted: AtomicU32::new(0), _folder: folder }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let key = self.posted.fetch_add(1, Ordering::Relaxed).to_string();
        let request = self.http.post(format!("{}/api/v1/{path}", self.base)).header("idempotency-key", key);
        let answer = request.header("content-type", "application/json").body(body.to_string()).send();
        let answer = answer.await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Signs somebody of this app in, on the device with this number.
    async fn signed_in(&self, app: &str, device: u8) -> Value {
        let who = self.server.people.iter().find(|p| p.app == app).unwrap();
        let device = format!("00000000-0000-4000-8000-0000000000{device:02}");
        self.post("sign-in", json!({ "code": who.code.reveal(), "device": device })).await
    }

    async fn socket(&self, token: &Value) -> Socket {
        let mut request =
            (self.base.replacen("http", "ws", 1) + "/api/v1/signal").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        let mut socket = Socket(connect_async(request).await.unwrap().0);
        socket.say(1, json!({ "type": "hello", "token": token, "protocol": 1 })).await;
        assert_eq!(socket.answer(None).await["type"], "welcome");
        socket
    }
}

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn say(&mut self, id: u32, message: Value) {
        let frame = json!({ "id": id, "message": message });
        self.0.send(Message::Text(frame.to_string().into())).await.unwrap();
    }

    async fn came(&mut self) -> Message {
        tokio::time::timeout(PATIENCE, self.0.next()).await.expect("nothing came").unwrap().unwrap()
    }

    /// The answer with this number; without one the next message.
    async fn answer(&mut self, id: Option<u32>) -> Value {
        loop {
            let Message::Text(text) = self.came().await else { panic!("the socket ended") };
            let frame: Value = serde_json::from_str(text.as_str()).unwrap();
            let message = frame.get("message").unwrap();
            if id.is_none() || message.get("id") == Some(&json!(id)) {
                return message.clone();
            }
        }
    }

    async fn says(&mut self, id: u32, message: Value) -> Value {
        self.say(id, message).await;
        self.answer(Some(id)).await
    }

    /// The code it was closed with.
    async fn closed(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.came().await {
                return frame.unwrap().code.into();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_socket_ends_with_its_token_and_goes_on_with_a_renewed_one() {
    let night = Night::begin().await;
    let (left, kept) = (night.signed_in("desk", 1).await, night.signed_in("desk", 2).await);
    let tablet = night.signed_in("tablet", 3).await;
    let mut sockets = Vec::new();
    for signed in [&left, &kept, &tablet] {
        assert_eq!(signed["expiresAt"], json!(NOW.plus(Span::minutes(10)).0), "staff and tablets alike");
        sockets.push(night.socket(&signed["accessToken"]).await);
    }
    let [left_socket, kept_socket, tablet_socket] = &mut sockets[..] else { panic!("three sockets") };

    night.clock.turn(Span::minutes(9));
    let fresh = night.post("token", json!({ "refreshToken": kept["refreshToken"] })).await;
    let renewed = kept_socket.says(2, json!({ "type": "renew", "token": fresh["accessToken"] })).await;
    assert_eq!(renewed["type"], "ack");
    // Neither a colleague's token nor one for refreshing makes a socket live on.
    for stranger in [&fresh["accessToken"], &tablet["refreshToken"]] {
        let refused = tablet_socket.says(2, json!({ "type": "renew", "token": stranger })).await;
        assert_eq!(refused["problem"]["code"], "sign-in-needed");
    }

    night.clock.turn(Span::minutes(1));
    for socket in [left_socket, tablet_socket] {
        assert_eq!(socket.closed().await, close::AUTHENTICATION);
    }
    assert_eq!(kept_socket.says(3, json!({ "type": "ping" })).await["type"], "pong");
    // The old token opens nothing more; the refresh token still does.
    let me = night.http.get(format!("{}/api/v1/me", night.base));
    let answer = me.bearer_auth(left["accessToken"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 401);
    let again = night.post("token", json!({ "refreshToken": left["refreshToken"] })).await;
    let mut back = night.socket(&again["accessToken"]).await;

    night.clock.turn(Span::minutes(9));
    assert_eq!(kept_socket.closed().await, close::AUTHENTICATION, "a renewed one ends as well");
    assert_eq!(back.says(2, json!({ "type": "ping" })).await["type"], "pong");
    night.server.stop().await;
}
