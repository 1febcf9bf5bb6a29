//! A socket by hand: what it sends and when is the test's own affair.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use yoban_tests::{PATIENCE, Person};

/// A socket by hand.
pub struct Raw(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Raw {
    /// Opens with these headers; otherwise status and body of the refusal.
    pub async fn open(base: &str, headers: &[(&'static str, &str)]) -> Result<Self, (u16, Value)> {
        let mut request = (base.replacen("http", "ws", 1) + "/api/v1/signal").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match tokio_tungstenite::connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(answer)) => {
                let body = answer.body().clone().unwrap_or_default();
                Err((answer.status().as_u16(), serde_json::from_slice(&body).unwrap_or_default()))
            }
            Err(other) => panic!("{other}"),
        }
    }

    /// Opens as our clients do, and says nothing yet.
    pub async fn plain(base: &str) -> Self {
        Self::open(base, &[("sec-websocket-protocol", "yoban.v1")]).await.unwrap()
    }

    /// Opens and says `hello`.
    pub async fn welcomed(person: &Person) -> Self {
        let mut raw = Self::plain(&person.base).await;
        raw.text(&hello(person.signed_in.access_token.reveal(), 1)).await;
        assert_eq!(raw.next().await["type"], "welcome");
        raw
    }

    /// Sends a text.
    pub async fn text(&mut self, text: &str) {
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    /// Sends the head of a text of that many bytes and none of them: it is refused for its length. Who is still
    /// writing when the line is shut may find it reset before the reason is read.
    pub async fn announce(&mut self, bytes: usize) {
        // RFC 6455 section 5.2: the last fragment of a text; masked, 64 bits of length; the mask.
        let mut head = vec![0x81, 0xff];
        head.extend_from_slice(&u64::try_from(bytes).unwrap().to_be_bytes());
        head.extend_from_slice(&[0; 4]);
        self.0.get_mut().write_all(&head).await.unwrap();
    }

    /// What comes next, if anything.
    pub async fn came(&mut self) -> Option<Result<Message, Error>> {
        tokio::time::timeout(PATIENCE, self.0.next()).await.expect("nothing came")
    }

    /// The next message.
    pub async fn next(&mut self) -> Value {
        loop {
            match self.came().await {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(text.as_str()).unwrap();
                    return frame["message"].clone();
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next problem; other messages are passed over.
    pub async fn problem(&mut self) -> Value {
        loop {
            let message = self.next().await;
            if message["type"] == "problem" {
                return message;
            }
        }
    }

    /// The code with which the server closes.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.came().await {
                Some(Ok(Message::Close(frame))) => return frame.map_or(0, |f| f.code.into()),
                Some(Ok(_)) => {}
                other => panic!("no close: {other:?}"),
            }
        }
    }
}

/// The first message.
pub fn hello(token: &str, protocol: u32) -> String {
    json!({"id": 1, "message": {"type": "hello", "token": token, "protocol": protocol}}).to_string()
}
