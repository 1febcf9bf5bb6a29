//! A scripted person: signs in, holds a socket, talks REST, and has one media connection.

mod link;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use yoban_domain::id::{ConnectionId, DeviceId, LegId, PersonId, SessionId};
use yoban_domain::session::{LegState, VideoCodec};
use yoban_domain::vitals::NewReading;
use yoban_domain::wire::problem::Problem;
use yoban_domain::wire::rest::{DemoPerson, MeWho, Requested, SignedIn};
use yoban_domain::wire::signal::{ClientMessage, StreamPosition};
use yoban_domain::wire::view::{CallView, Participant};

use crate::peer::Mark;
use crate::shared::Shared;
use crate::vp8::Frame;
use crate::{Clip, Peer, id, sound};

pub use link::{Link, Seen};

/// One person on one device.
pub struct Person {
    /// For texts.
    pub name: String,
    /// HTTP client.
    pub http: reqwest::Client,
    /// `http://…` of the server.
    pub base: String,
    /// Device id of this browser.
    pub device: DeviceId,
    /// What signing in gave.
    pub signed_in: SignedIn,
    /// What the socket brought.
    pub seen: Shared<Seen>,
    /// The socket, while there is one.
    pub link: Option<Link>,
    /// The media connection, while there is one.
    pub media: Option<(ConnectionId, Peer)>,
    /// What this person says and looks like.
    pub clip: Arc<Clip>,
    /// The only address of the server this person's network reaches for media; without one all of them.
    pub reaches: Option<std::net::IpAddr>,
}

impl Person {
    /// Signs in with a demo code; no socket yet.
    pub async fn sign_in(base: &str, who: &DemoPerson, clip: Arc<Clip>) -> Self {
        let http = reqwest::Client::new();
        let device: DeviceId = id();
        let body = json!({"code": who.code, "device": device});
        let answer = http.post(format!("{base}/api/v1/sign-in")).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let signed_in: SignedIn = answer.json().await.unwrap();
        Self {
            name: who.name.reveal().clone(),
            http,
            base: base.to_owned(),
            device: signed_in.me.device,
            signed_in,
            seen: Shared::default(),
            link: None,
            media: None,
            clip,
            reaches: None,
        }
    }

    /// The person's id; staff only.
    pub fn person(&self) -> PersonId {
        match &self.signed_in.me.who {
            MeWho::Staff { card, .. } => card.person,
            MeWho::Tablet { .. } | MeWho::Equipment { .. } => panic!("{} is no staff", self.name),
        }
    }

    /// Opens the socket and waits for `welcome`. Gives whether the stream was resumed.
    pub async fn connect(&mut self, resume: Option<StreamPosition>) -> bool {
        self.seen.change(Seen::fresh_socket);
        let token = self.signed_in.access_token.clone();
        self.link = Some(Link::open(&self.base, token, resume, self.seen.clone()).await);
        self.until("welcome", |seen| seen.resumed).await
    }

    /// The network is gone: no good-bye.
    pub fn drop_socket(&mut self) {
        self.link = None;
    }

    /// Waits for something the socket brings.
    pub async fn until<R>(&self, what: &str, look: impl FnMut(&Seen) -> Option<R>) -> R {
        let what = format!("{}: {what}", self.name);
        self.seen.until(&what, look, Seen::summary).await
    }

    /// Waits for a state of a call.
    pub async fn until_call<R>(
        &self,
        session: SessionId,
        what: &str,
        mut look: impl FnMut(&CallView) -> Option<R>,
    ) -> R {
        self.until(what, |seen| look(seen.calls.get(&session)?)).await
    }

    /// The call as it was seen last.
    pub fn call(&self, session: SessionId) -> CallView {
        self.seen.look(|seen| seen.calls.get(&session).cloned()).unwrap()
    }

    /// Waits until this person is rung for a call, and gives when that was seen.
    pub async fn rung(&self, session: SessionId) -> Instant {
        self.until("a ring", |seen| {
            let call = seen.calls.get(&session)?;
            let own = call.people.iter().find(|p| Some(p.leg) == call.you)?;
            let rings = matches!(own.leg_state, LegState::Invited { .. } | LegState::Ringing { .. });
            rings.then(|| seen.rang.get(&session).copied()).flatten()
        })
        .await
    }

    /// Says something and waits for the answer.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn try_say(&self, message: ClientMessage) -> Result<(), Problem> {
        let kind = brief(&message);
        let id = self.link.as_ref().unwrap().say(message);
        self.until(&format!("an answer to {kind}"), |seen| {
            assert!(seen.closed.is_none(), "closed with {:?} at {kind}", seen.closed);
            seen.answers.get(&id).cloned()
        })
        .await
    }

    /// Says something that must be done.
    pub async fn say(&self, message: ClientMessage) {
        let kind = brief(&message);
        if let Err(problem) = self.try_say(message).await {
            panic!("{}: {kind} was refused: {problem:?}", self.name);
        }
    }

    /// Says something that must be refused; gives the code.
    pub async fn refused(&self, message: ClientMessage) -> String {
        let kind = brief(&message);
        match self.try_say(message).await {
            Ok(()) => panic!("{}: {kind} was not refused", self.name),
            Err(problem) => problem.code,
        }
    }

    /// Time from a `ping` to its `pong`: the shortest way to the server and back.
    pub async fn ping(&self) -> Duration {
        let sent = Instant::now();
        let id = self.link.as_ref().unwrap().say(ClientMessage::Ping);
        let came = self.until("a pong", |seen| seen.pong.filter(|(of, _)| *of == id)).await.1;
        came - sent
    }

    // ---- REST ----

    /// A request with this person's token.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let token = self.signed_in.access_token.reveal();
        self.http
            .request(method, format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {token}"))
    }

    /// GET that must succeed.
    pub async fn bytes(&self, path: &str) -> Vec<u8> {
        let answer = self.request(reqwest::Method::GET, path).send().await.unwrap();
        let status = answer.status();
        let body = answer.bytes().await.unwrap();
        assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&body));
        body.to_vec()
    }

    /// GET of JSON.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        let body = self.bytes(path).await;
        serde_json::from_slice(&body)
            .unwrap_or_else(|error| panic!("{path}: {error}: {}", String::from_utf8_lossy(&body)))
    }

    /// The tap on 呼ぶ.
    pub async fn tap(&self) -> Requested {
        let answer = self.request(reqwest::Method::POST, "/api/v1/sessions").send().await.unwrap();
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        let requested: Requested =
            serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{error}: {body}"));
        assert_eq!(status, if requested.existing { 200 } else { 201 });
        requested
    }

    // ---- media ----

    /// Asks for a media connection, answers the offer, and waits until it stands.
    pub async fn connect_media(&mut self, session: SessionId) {
        let clip = Arc::clone(&self.clip);
        self.seen.change(|seen| seen.offers.clear());
        self.say(ClientMessage::Connect { session, video: VideoCodec::assumed() }).await;
        let (connection, offer) = self
            .until("an offer", |seen| {
                let found = seen.offers.iter().find(|(of, ..)| *of == session)?;
                Some((found.1, found.2.clone()))
            })
            .await;
        let offer = self.reaches.map_or(offer.clone(), |ip| only_by(ip, &offer));
        let (peer, sdp) = Peer::answering(clip, &offer);
        self.say(ClientMessage::Answer { connection, sdp }).await;
        peer.until("a media connection", |log| log.connected.then_some(())).await;
        self.media = Some((connection, peer));
    }

    /// The media connection.
    pub fn peer(&self) -> &Peer {
        &self.media.as_ref().unwrap().1
    }

    /// In which slot somebody is; waits for the map that says so.
    pub async fn slot_of(&self, leg: LegId) -> usize {
        let connection = self.media.as_ref().unwrap().0;
        self.until("a place for somebody", |seen| {
            seen.maps.get(&connection)?.iter().position(|l| *l == Some(leg))
        })
        .await
    }

    /// Who is in the slots now.
    pub fn map(&self) -> Vec<LegId> {
        let connection = self.media.as_ref().unwrap().0;
        self.seen.look(|seen| {
            let map = seen.maps.get(&connection).cloned().unwrap_or_default();
            map.into_iter().flatten().collect()
        })
    }

    /// Decodes what comes from now on of somebody's sound: how much of it is the voice of `clip`.
    pub async fn hears(&self, leg: LegId, clip: &Clip) -> f32 {
        let slot = self.slot_of(leg).await;
        let mark = self.peer().mark(slot);
        sound::likeness(&self.peer().listen(slot, mark).await, &clip.voice)
    }

    /// Whole frames of somebody from a key frame on.
    pub async fn sees(&self, leg: LegId) -> Vec<Frame> {
        let slot = self.slot_of(leg).await;
        self.peer().watch(slot, Mark::default(), 10).await
    }

    /// Asserts that somebody is heard and seen as their clip, and that they are nobody else.
    pub async fn hears_and_sees(&self, leg: LegId, clip: &Clip) {
        let likeness = self.hears(leg, clip).await;
        assert!(likeness > 0.8, "{} hears {:?}: {likeness}", self.name, clip.whose);
        let frames = self.sees(leg).await;
        let theirs = frames.iter().filter(|f| clip.shows(&f.data)).count();
        assert_eq!(theirs, frames.len(), "{} sees {:?}", self.name, clip.whose);
    }
}

/// What was said, short enough for a panic's text.
fn brief(message: &ClientMessage) -> String {
    format!("{message:?}").chars().take(80).collect()
}

/// A participant of a call.
pub fn participant(call: &CallView, leg: LegId) -> &Participant {
    call.people.iter().find(|p| p.leg == leg).unwrap()
}

/// A reading of the simulated kit, measured now.
pub fn reading(vital: Value) -> NewReading {
    let body = json!({
        "id": crate::random(), "vital": vital, "origin": {"kind": "simulated", "model": "story"}, "flags": [],
    });
    serde_json::from_value(body).unwrap()
}

/// An offer as somebody sees it who reaches one of its addresses alone.
fn only_by(ip: std::net::IpAddr, offer: &str) -> String {
    let ip = format!(" {ip} ");
    let keep = |line: &&str| !line.starts_with("a=candidate:") || line.contains(&ip);
    assert!(offer.lines().any(|l| l.starts_with("a=candidate:") && keep(&l)), "no{ip}in the offer:\n{offer}");
    offer.split_inclusive('\n').filter(keep).collect()
}
