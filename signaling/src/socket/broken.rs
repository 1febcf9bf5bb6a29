//! A socket that breaks at the worst moment.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use uuid::Uuid;
use yoban_domain::id::{AssociationId, PatientId, PersonId};
use yoban_domain::people::{Role, Who};
use yoban_domain::private::Private;
use yoban_domain::session::Timings;
use yoban_domain::wire::rest::MeWho;
use yoban_store::Store;

use super::*;
use crate::clock::Clock;

/// Whoever waits longer than this waits for what never comes.
const NEVER: Duration = Duration::from_secs(60);

/// Lets one nurse in, when the test lets it.
struct Slow {
    actor: Actor,
    asked: Notify,
    go: Notify,
}

impl Gatekeeper for Slow {
    fn identify(&self, _: &str, now: Timestamp) -> Option<Identity> {
        let device = self.actor.device.unwrap();
        Some(Identity { actor: self.actor, device, expires: Timestamp(now.0 + 3_600_000) })
    }

    async fn me(&self, identity: &Identity) -> Result<Option<Me>, CommandError> {
        self.asked.notify_one();
        self.go.notified().await;
        let who = MeWho::Tablet {
            patient: PatientId(Uuid::nil()),
            name: Private::default(),
            name_latin: Private::default(),
        };
        let none = String::new;
        let (device, demo) = (identity.device, false);
        let (association, association_en, desk_phone, zone) = (none(), none(), none(), none());
        Ok(Some(Me { device, association, association_en, desk_phone, zone, demo, who }))
    }
}

/// A text frame with the empty mask, which is a mask.
fn frame(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap();
    assert!(length > 125);
    [&[0x81, 0x80 | 126][..], &length.to_be_bytes(), &[0; 4], text.as_bytes()].concat()
}

#[tokio::test]
async fn a_socket_that_breaks_while_it_is_being_welcomed_is_not_connected() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&format!("sqlite:{}", folder.path().join("yoban.db").display())).await.unwrap();
    store.migrate().await.unwrap();
    let config = yoban_media::Config {
        addresses: vec![IpAddr::V4(Ipv4Addr::LOCALHOST)],
        port: 0,
        clock: Arc::new(|| Timestamp(0)),
        recordings: None,
    };
    let (media, events) = yoban_media::start(config).unwrap();
    let (signaling, running) =
        crate::start(store, Clock::System, Timings::default(), media.clone(), events, "node");
    let (association, device) = (AssociationId(Uuid::from_u128(1)), DeviceId(Uuid::from_u128(2)));
    let who = Who::Staff { person: PersonId(Uuid::from_u128(3)), role: Role::DeskNurse };
    let actor = Actor { who, association, device: Some(device) };
    let gate = Arc::new(Slow { actor, asked: Notify::new(), go: Notify::new() });
    let ended = Arc::new(Notify::new());
    let (ours, gatekeeper, end) = (signaling.clone(), Arc::clone(&gate), Arc::clone(&ended));
    let upgrade = move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(move |socket| async move {
            serve(socket, ours, gatekeeper).await;
            end.notify_one();
        })
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, Router::new().route("/", get(upgrade))).into_future());

    let mut line = TcpStream::connect(at).await.unwrap();
    let ask = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
               Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    line.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(line.read_u8().await.unwrap());
    }
    assert!(answer.starts_with(b"HTTP/1.1 101"));
    let hello = serde_json::json!({"id": 1, "message": {
        "type": "hello", "token": "t".repeat(100), "protocol": PROTOCOL,
    }});
    line.write_all(&frame(&hello.to_string())).await.unwrap();
    gate.asked.notified().await;
    // Not closed but broken: the next write fails.
    line.set_zero_linger().unwrap();
    drop(line);
    gate.go.notify_one();
    tokio::time::timeout(NEVER, ended.notified()).await.expect("it is served for ever");
    assert_eq!(signaling.hub.connected(association).await.len(), 0, "nobody is there");

    server.abort();
    let stopping = running.stop(&signaling).await;
    tokio::task::spawn_blocking(move || media.shutdown()).await.unwrap();
    stopping.finish().await;
}
