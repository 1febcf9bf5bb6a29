//! Native people for the room: peers of the same engine on real loopback sockets, with packets made by hand so that
//! each test knows exactly what was sent. Waiting is by condition, never by a fixed time.
#![allow(
    dead_code,
    unused_imports,
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "test support: each test binary uses its own part, and a surprise shall end the test"
)]

pub mod engine;
pub mod phone;
pub mod relay;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc;
use yoban_domain::id::{ConnectionId, LegId, SessionId};
use yoban_domain::time::Timestamp;
use yoban_media::{Config, ConnectionStats, Media, MediaEvent, Member, RoomPlan, VideoCodec, start};

pub use phone::{Heard, Phone, Sending};
pub use yoban_native::Kind;

/// Far beyond what anything takes, so that only a real failure meets it.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub fn session(n: u128) -> SessionId {
    SessionId(uuid::Uuid::from_u128(n))
}

pub fn leg(n: u8) -> LegId {
    LegId(uuid::Uuid::from_u128(u128::from(n)))
}

pub fn connection(n: u128) -> ConnectionId {
    ConnectionId(uuid::Uuid::from_u128(n))
}

pub fn open(n: u8) -> Member {
    Member { leg: leg(n), open: true, record: false }
}

pub fn gated(n: u8) -> Member {
    Member { leg: leg(n), open: false, record: false }
}

pub fn plan(members: Vec<Member>) -> RoomPlan {
    RoomPlan { session: session(1), members, recording: false, codec: VideoCodec::Vp8 }
}

/// A media plane on loopback with its events.
pub struct Plane {
    pub media: Media,
    events: mpsc::Receiver<MediaEvent>,
    pub seen: Vec<MediaEvent>,
}

impl Plane {
    pub fn start() -> Self {
        Self::start_with(None)
    }

    pub fn start_with(recordings: Option<yoban_media::recording::RecordingConfig>) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the test is the shell here and owns the clock")]
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
        let config = Config {
            addresses: vec!["127.0.0.1".parse().unwrap()],
            port: 0,
            clock: Arc::new(move || Timestamp(i64::try_from(now()).unwrap())),
            recordings,
        };
        let (media, events) = start(config).unwrap();
        Self { media, events, seen: Vec::new() }
    }

    /// The next event that fits; earlier ones are kept in `seen`.
    pub async fn event(&mut self, what: &str, mut fits: impl FnMut(&MediaEvent) -> bool) -> MediaEvent {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.events.recv()).await;
            let event = next.unwrap_or_else(|_| panic!("no event: {what}; seen {:#?}", self.seen)).unwrap();
            self.seen.push(event.clone());
            if fits(&event) {
                return event;
            }
        }
    }

    pub async fn connected(&mut self, wanted: ConnectionId) {
        let is_it =
            |e: &MediaEvent| matches!(e, MediaEvent::Connected { connection, .. } if *connection == wanted);
        self.event("connected", is_it).await;
    }

    /// Joins with a connection we offer and waits until it is connected.
    pub async fn join(&mut self, who: u8, id: u128, sending: Sending) -> Phone {
        let phone = self.answer(who, id, sending, |sdp| sdp).await;
        self.connected(connection(id)).await;
        phone
    }

    /// Offers, lets the offer be changed on the way, answers; does not wait for the connection.
    pub async fn answer(
        &mut self,
        who: u8,
        id: u128,
        sending: Sending,
        change: impl FnOnce(String) -> String,
    ) -> Phone {
        let offer = self.media.offer(session(1), leg(who), connection(id)).await.unwrap();
        let (phone, answer) = Phone::answering(who, sending, &change(offer));
        self.media.answer(connection(id), answer).await.unwrap();
        phone
    }

    pub async fn stats(&self, wanted: u128) -> ConnectionStats {
        let stats = self.media.stats().await.unwrap();
        stats.connections.into_iter().find(|row| row.connection == connection(wanted)).unwrap()
    }

    /// Nothing that was forwarded was refused by the engine, in no room.
    pub async fn assert_clean(&self) {
        let stats = self.media.stats().await.unwrap();
        for row in &stats.connections {
            assert_eq!(row.refused_writes, 0, "{row:?}");
            assert!(!row.connected || row.srtp_profile == "SRTP_AEAD_AES_128_GCM", "{row:?}");
        }
        assert_eq!((stats.shard.broken_rooms, stats.shard.lost_events), (0, 0));
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        self.media.shutdown();
    }
}
