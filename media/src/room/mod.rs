//! A room is a value owned by the shard: who is in it, who may see whom, and where each packet goes.

pub(crate) mod forward;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use yoban_domain::id::{ConnectionId, LegId, SessionId};

use crate::error::{FailReason, MediaError};
use crate::handle::{LostReason, MediaEvent};
use crate::negotiate::{self, Purpose};
use crate::peer::{Incoming, Local, Peer};
use crate::quality::{Flow, Presence, Turn};
use crate::{CONNECT_WITHIN, GIVE_UP_AFTER, SLOTS};
use forward::{KeyFrames, Kind, Line, Packet, VideoCodec, Window, key_start, seat};

/// A source whose stream fell silent this long may go on with another SSRC (a client that re-created its track).
const SSRC_TAKEOVER: std::time::Duration = std::time::Duration::from_millis(500);

/// One person in a [`RoomPlan`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Whose connections these are.
    pub leg: LegId,
    /// The gate: media flows between two members only while both are open.
    pub open: bool,
    /// This person agreed to be recorded.
    pub record: bool,
}

/// What a room must be now. Declarative: applying the same plan twice changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomPlan {
    /// The session the room belongs to.
    pub session: SessionId,
    /// Everybody who may be connected, at most [`crate::MAX_MEMBERS`]. Connections of other legs are closed.
    pub members: Vec<Member>,
    /// Whether the members with `record` are recorded.
    pub recording: bool,
    /// Codec of every picture in the room; takes effect for connections made from then on.
    pub codec: VideoCodec,
}

/// Which way a connection carries media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Browser, both ways.
    Duplex,
    /// WHIP.
    Publish,
    /// WHEP.
    Receive,
}

impl Role {
    fn publishes(self) -> bool {
        self != Self::Receive
    }

    fn receives(self) -> bool {
        self != Self::Publish
    }

    /// Whether a new connection of this role takes the place of an older one.
    fn replaces(self, older: Self) -> bool {
        (self.publishes() && older.publishes()) || (self.receives() && older.receives())
    }
}

/// A packet or report for the recorder.
#[derive(Debug)]
pub(crate) enum Record {
    Rtp {
        leg: LegId,
        kind: Kind,
        codec: VideoCodec,
        packet: Packet,
    },
    Report {
        leg: LegId,
        kind: Kind,
        ntp: u64,
        timestamp: u32,
    },
}

/// What a room wants done outside of it.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) events: Vec<MediaEvent>,
    pub(crate) records: Vec<Record>,
    /// Connections that no longer exist.
    pub(crate) gone: Vec<ConnectionId>,
    /// Farewells of connections that no longer exist.
    pub(crate) farewells: Vec<(SocketAddr, Bytes)>,
    /// Addresses in use, for the demux to keep.
    pub(crate) addresses: Vec<(ConnectionId, SocketAddr)>,
    /// New deadlines of touched connections.
    pub(crate) deadlines: Vec<(ConnectionId, Option<Instant>)>,
}

/// Counters of one connection, as of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionStats {
    /// Whose session.
    pub session: SessionId,
    /// Whose connection.
    pub leg: LegId,
    /// Which connection.
    pub connection: ConnectionId,
    /// ICE and DTLS are done.
    pub connected: bool,
    /// Datagrams taken.
    pub datagrams_in: u64,
    /// Datagrams sent.
    pub datagrams_out: u64,
    /// RTP packets that came out of the engine.
    pub packets_in: u64,
    /// RTP packets of others forwarded to this connection.
    pub forwarded: u64,
    /// Key-frame requests sent to this connection's encoder.
    pub pli_sent: u64,
    /// Packets the engine refused to send. Anything but 0 is a mistake in this crate.
    pub refused_writes: u64,
    /// RTP packets dropped because they had come before.
    pub duplicates: u64,
    /// RTP packets dropped because this leg's gate was closed.
    pub gated: u64,
    /// How often the peer's address changed under the running connection.
    pub moved: u64,
    /// SRTP profile by its IANA name; empty before the handshake.
    pub srtp_profile: String,
}

/// A stream of a source as receivers tell them apart.
type StreamId = (ConnectionId, u32);

struct Link {
    leg: LegId,
    role: Role,
    /// Order of creation: the newest connected one counts.
    order: u64,
    created: Instant,
    answered: bool,
    peer: Peer,
    presence: Option<Presence>,
    slots: Vec<Option<LegId>>,
    lines: Vec<[Line<StreamId>; 2]>,
    duplicates: u64,
    gated: u64,
    touched: bool,
}

struct Track {
    ssrc: u32,
    window: Window,
    last: Instant,
}

/// What a leg sends, whichever of its connections carries it.
#[derive(Default)]
struct Source {
    connection: Option<ConnectionId>,
    tracks: [Option<Track>; 2],
    keys: KeyFrames,
    flows: [Flow; 2],
    told: [bool; 2],
}

/// One session's media.
pub(crate) struct Room {
    plan: RoomPlan,
    links: BTreeMap<ConnectionId, Link>,
    sources: BTreeMap<LegId, Source>,
    created: u64,
}

impl Room {
    pub(crate) fn new(plan: RoomPlan) -> Self {
        Self {
            plan,
            links: BTreeMap::new(),
            sources: BTreeMap::new(),
            created: 0,
        }
    }

    pub(crate) fn plan(&self) -> &RoomPlan {
        &self.plan
    }

    pub(crate) fn connections(&self) -> impl Iterator<Item = (ConnectionId, LegId)> + '_ {
        self.links.iter().map(|(id, link)| (*id, link.leg))
    }

    fn member(&self, leg: LegId) -> Option<&Member> {
        self.plan.members.iter().find(|member| member.leg == leg)
    }

    // Commands

    /// Makes the room what the plan says.
    pub(crate) fn apply(&mut self, now: Instant, plan: RoomPlan, out: &mut Output) {
        self.plan = plan;
        let strangers: Vec<_> = self
            .links
            .iter()
            .filter(|(_, link)| self.member(link.leg).is_none())
            .map(|(id, _)| *id)
            .collect();
        for connection in strangers {
            self.remove(connection, out);
        }
        let members = &self.plan.members;
        let mut gone = Vec::new();
        for (leg, source) in &mut self.sources {
            let member = members.iter().find(|member| member.leg == *leg);
            if member.is_none_or(|member| !member.open) {
                source.flows.iter_mut().for_each(Flow::cut);
            }
            if member.is_none() {
                gone.push(*leg);
            }
        }
        self.tell_flows(now, out);
        for leg in gone {
            self.sources.remove(&leg);
        }
        self.reseat(out);
    }

    /// A new connection that we offer.
    pub(crate) fn offer(
        &mut self,
        now: Instant,
        local: Arc<Local>,
        leg: LegId,
        connection: ConnectionId,
        out: &mut Output,
    ) -> Result<(String, [String; 2]), MediaError> {
        self.may_connect(leg, connection)?;
        let (peer, sdp) = Peer::offering(now, local, self.plan.codec, SLOTS)?;
        let credentials = self.insert(now, leg, connection, Role::Duplex, false, peer, out);
        Ok((sdp, credentials))
    }

    /// A new connection that the client offered.
    #[expect(
        clippy::too_many_arguments,
        reason = "one call, from one place, of unrelated values"
    )]
    pub(crate) fn accept(
        &mut self,
        now: Instant,
        local: Arc<Local>,
        leg: LegId,
        connection: ConnectionId,
        role: Role,
        offer: &str,
        out: &mut Output,
    ) -> Result<(String, [String; 2]), MediaError> {
        self.may_connect(leg, connection)?;
        let (purpose, slots) = if role == Role::Publish {
            (Purpose::Whip, 0)
        } else {
            (Purpose::Whep, SLOTS)
        };
        let checked = negotiate::check(offer, purpose, codec_line(self.plan.codec))?;
        let (peer, sdp) = Peer::answering(now, local, self.plan.codec, slots, checked)?;
        let credentials = self.insert(now, leg, connection, role, true, peer, out);
        Ok((sdp, credentials))
    }

    fn may_connect(&self, leg: LegId, connection: ConnectionId) -> Result<(), MediaError> {
        self.member(leg).ok_or(MediaError::UnknownLeg(leg))?;
        if self.links.contains_key(&connection) {
            return Err(MediaError::ConnectionExists(connection));
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "private; the parts of one new link")]
    fn insert(
        &mut self,
        now: Instant,
        leg: LegId,
        connection: ConnectionId,
        role: Role,
        answered: bool,
        peer: Peer,
        out: &mut Output,
    ) -> [String; 2] {
        // Of the older ones the connected one stays until this one is connected too; unfinished ones go, so that a
        // client that tries again and again does not pile them up.
        let unfinished: Vec<_> = self
            .links
            .iter()
            .filter(|(_, link)| link.leg == leg && role.replaces(link.role) && !link.peer.connected())
            .map(|(id, _)| *id)
            .collect();
        for old in unfinished {
            self.remove(old, out);
        }
        let (ufrag, password) = peer.credentials();
        let credentials = [ufrag.to_owned(), password.to_owned()];
        let slots = peer.slots();
        self.created += 1;
        let link = Link {
            leg,
            role,
            order: self.created,
            created: now,
            answered,
            peer,
            presence: None,
            slots: vec![None; slots],
            lines: (0..slots).map(|_| Kind::BOTH.map(Line::new)).collect(),
            duplicates: 0,
            gated: 0,
            touched: true,
        };
        self.links.insert(connection, link);
        credentials
    }

    /// The answer to [`Room::offer`].
    pub(crate) fn answer(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        sdp: &str,
    ) -> Result<(), MediaError> {
        let link = self
            .links
            .get_mut(&connection)
            .ok_or(MediaError::UnknownConnection(connection))?;
        if link.answered {
            return Err(MediaError::AlreadyAnswered(connection));
        }
        let purpose = Purpose::Answer {
            slots: link.peer.slots(),
        };
        let checked = negotiate::check(sdp, purpose, codec_line(link.peer.codec()))?;
        link.peer.answer(now, checked)?;
        link.answered = true;
        link.touched = true;
        Ok(())
    }

    /// Ends one connection; `false` when it is not here.
    pub(crate) fn hang_up(&mut self, connection: ConnectionId, out: &mut Output) -> bool {
        let known = self.links.contains_key(&connection);
        self.remove(connection, out);
        self.reseat(out);
        known
    }

    /// Ends every connection.
    pub(crate) fn close(&mut self, out: &mut Output) {
        let all: Vec<_> = self.links.keys().copied().collect();
        for connection in all {
            self.remove(connection, out);
        }
    }

    /// The recorder needs a key frame of this person.
    pub(crate) fn want_key_frame(&mut self, now: Instant, leg: LegId) {
        if let Some(source) = self.sources.get_mut(&leg) {
            source.keys.want();
        }
        self.ask_key_frame(now, leg);
    }

    // Packets

    /// One datagram for one of our connections.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        from: SocketAddr,
        datagram: BytesMut,
        out: &mut Output,
    ) {
        let session = self.plan.session;
        let Some(link) = self.links.get_mut(&connection) else {
            return;
        };
        link.touched = true;
        link.peer.receive(now, from, datagram);
        if let Some(Turn::Back) = link.presence.as_mut().and_then(|presence| presence.heard(now)) {
            out.events.push(MediaEvent::Back {
                session,
                leg: link.leg,
                connection,
            });
        }
    }

    /// Works off what a connection's engine made of its datagrams.
    pub(crate) fn work(&mut self, now: Instant, connection: ConnectionId, out: &mut Output) {
        let Some(link) = self.links.get_mut(&connection) else {
            return;
        };
        let leg = link.leg;
        for incoming in link.peer.poll(now) {
            match incoming {
                Incoming::Rtp(kind, packet) => self.forward(now, connection, kind, packet, out),
                Incoming::KeyFrameWanted { slot } => self.key_frame_wanted(now, connection, slot),
                Incoming::SenderReport { kind, ntp, timestamp } => {
                    if self.recorded(leg) && self.is_source(leg, connection) {
                        out.records.push(Record::Report {
                            leg,
                            kind,
                            ntp,
                            timestamp,
                        });
                    }
                }
                Incoming::Connected { gcm } => self.connected(now, connection, gcm, out),
                Incoming::Closed => {
                    let session = self.plan.session;
                    out.events.push(MediaEvent::Lost {
                        session,
                        leg,
                        connection,
                        reason: LostReason::Closed,
                    });
                    self.fail(connection, FailReason::ClosedByPeer, out);
                }
            }
        }
    }

    fn connected(&mut self, now: Instant, connection: ConnectionId, gcm: bool, out: &mut Output) {
        if !gcm {
            self.fail(connection, FailReason::Cipher, out);
            return;
        }
        let Some(link) = self.links.get_mut(&connection) else {
            return;
        };
        link.presence = Some(Presence::new(now));
        let (leg, role, order) = (link.leg, link.role, link.order);
        out.events.push(MediaEvent::Connected {
            session: self.plan.session,
            leg,
            connection,
        });
        if role.publishes() {
            let source = self.sources.entry(leg).or_default();
            source.connection = Some(connection);
            source.tracks = [None, None];
        }
        let older: Vec<_> = self
            .links
            .iter()
            .filter(|(id, l)| **id != connection && l.leg == leg && l.order < order && role.replaces(l.role))
            .map(|(id, _)| *id)
            .collect();
        for old in older {
            self.remove(old, out);
        }
        self.reseat(out);
        // Also said when nobody else is there: the client learns that the map is in force.
        self.say_map(connection, out);
    }

    fn is_source(&self, leg: LegId, connection: ConnectionId) -> bool {
        self.sources
            .get(&leg)
            .is_some_and(|source| source.connection == Some(connection))
    }

    fn recorded(&self, leg: LegId) -> bool {
        self.plan.recording
            && self
                .member(leg)
                .is_some_and(|member| member.open && member.record)
    }

    fn forward(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        kind: Kind,
        packet: Packet,
        out: &mut Output,
    ) {
        let Some(link) = self.links.get_mut(&connection) else {
            return;
        };
        let (leg, codec) = (link.leg, link.peer.codec());
        let open = self
            .plan
            .members
            .iter()
            .any(|member| member.leg == leg && member.open);
        if !open {
            link.gated += 1;
            return;
        }
        let Some(source) = self
            .sources
            .get_mut(&leg)
            .filter(|source| source.connection == Some(connection))
        else {
            return;
        };
        let Some(extended) = source.take(now, kind, &packet) else {
            link.duplicates += 1;
            return;
        };
        if kind == Kind::Video && key_start(codec, &packet.payload) {
            source.keys.arrived();
        }
        if self.recorded(leg) && !packet.payload.is_empty() {
            out.records.push(Record::Rtp {
                leg,
                kind,
                codec,
                packet: packet.clone(),
            });
        }
        let stream = (connection, packet.ssrc);
        let mut waiting = false;
        for (_, receiver) in self.links.iter_mut().filter(|(id, _)| **id != connection) {
            // Seats are given to open members only, so being seated is having passed both gates.
            let Some(slot) = receiver.slots.iter().position(|seat| *seat == Some(leg)) else {
                continue;
            };
            if !receiver.peer.connected() || receiver.peer.codec() != codec {
                continue;
            }
            if kind == Kind::Video && !receiver.peer.shows_video(slot) {
                continue;
            }
            let Some(line) = receiver.line(slot, kind) else {
                continue;
            };
            match line.pass(stream, extended, &packet, codec, now) {
                Some(packet) => {
                    receiver.peer.send(now, slot, kind, packet);
                    receiver.touched = true;
                }
                None => waiting |= line.needs_key(stream),
            }
        }
        if waiting {
            self.want_key_frame(now, leg);
        }
    }

    fn key_frame_wanted(&mut self, now: Instant, connection: ConnectionId, slot: usize) {
        let seat = self
            .links
            .get(&connection)
            .and_then(|link| link.slots.get(slot).copied().flatten());
        if let Some(leg) = seat {
            self.want_key_frame(now, leg);
        }
    }

    fn ask_key_frame(&mut self, now: Instant, leg: LegId) {
        let Some(source) = self.sources.get_mut(&leg) else {
            return;
        };
        let Some(link) = source.connection.and_then(|id| self.links.get_mut(&id)) else {
            return;
        };
        if source.keys.ask(now) {
            link.touched |= link.peer.ask_key_frame(now);
        }
    }

    // Time

    /// Repeats key-frame requests, finds the silent, tells what flows. Called each [`crate::shard::TICK`].
    pub(crate) fn tick(&mut self, now: Instant, out: &mut Output) {
        let session = self.plan.session;
        let mut failed = Vec::new();
        for (connection, link) in &mut self.links {
            let leg = link.leg;
            let Some(presence) = &mut link.presence else {
                if now.saturating_duration_since(link.created) >= CONNECT_WITHIN {
                    failed.push((*connection, FailReason::NotConnected));
                }
                continue;
            };
            if let Some(Turn::Lost) = presence.tick(now) {
                let connection = *connection;
                out.events.push(MediaEvent::Lost {
                    session,
                    leg,
                    connection,
                    reason: LostReason::Silence,
                });
            }
            if presence.silence(now) >= GIVE_UP_AFTER {
                failed.push((*connection, FailReason::Silent));
            }
        }
        for (connection, reason) in failed {
            self.fail(connection, reason, out);
        }
        let wanting: Vec<_> = self
            .sources
            .iter()
            .filter(|(_, s)| s.keys.wanted())
            .map(|(leg, _)| *leg)
            .collect();
        for leg in wanting {
            self.ask_key_frame(now, leg);
        }
        self.tell_flows(now, out);
    }

    /// A deadline of one connection's engine has come.
    pub(crate) fn time_passed(&mut self, now: Instant, connection: ConnectionId, out: &mut Output) {
        if let Some(link) = self.links.get_mut(&connection) {
            link.peer.time_passed(now);
            link.touched = true;
        }
        self.work(now, connection, out);
    }

    fn tell_flows(&mut self, now: Instant, out: &mut Output) {
        for (leg, source) in &mut self.sources {
            let [audio, video] = &mut source.flows;
            let flows = [audio.at(now), video.at(now)];
            if flows != source.told {
                source.told = flows;
                let [audio, video] = flows;
                out.events.push(MediaEvent::Flow {
                    session: self.plan.session,
                    leg: *leg,
                    audio,
                    video,
                });
            }
        }
    }

    /// Sends what waits and reports the new deadlines of every touched connection.
    pub(crate) fn flush(&mut self, mut send: impl FnMut(SocketAddr, &[u8]), out: &mut Output) {
        for (connection, link) in &mut self.links {
            if std::mem::take(&mut link.touched) {
                link.peer.transmit(&mut send);
                out.deadlines.push((*connection, link.peer.deadline()));
            }
        }
    }

    /// The address in use, for the demux to keep.
    pub(crate) fn address(&self, connection: ConnectionId) -> Option<SocketAddr> {
        self.links.get(&connection)?.peer.address()
    }

    // Leaving and seating

    fn fail(&mut self, connection: ConnectionId, reason: FailReason, out: &mut Output) {
        let Some(leg) = self.links.get(&connection).map(|link| link.leg) else {
            return;
        };
        out.events.push(MediaEvent::Failed {
            session: self.plan.session,
            leg,
            connection,
            reason,
        });
        self.remove(connection, out);
        self.reseat(out);
    }

    fn remove(&mut self, connection: ConnectionId, out: &mut Output) {
        let Some(mut link) = self.links.remove(&connection) else {
            return;
        };
        link.peer.close();
        link.peer
            .transmit(|to, datagram| out.farewells.push((to, Bytes::copy_from_slice(datagram))));
        out.gone.push(connection);
        let heir = self
            .links
            .iter()
            .filter(|(_, l)| l.leg == link.leg && l.role.publishes() && l.peer.connected())
            .max_by_key(|(_, l)| l.order)
            .map(|(id, _)| *id);
        if let Some(source) = self
            .sources
            .get_mut(&link.leg)
            .filter(|s| s.connection == Some(connection))
        {
            source.connection = heir;
            source.tracks = [None, None];
        }
    }

    fn reseat(&mut self, out: &mut Output) {
        let present: Vec<LegId> = self
            .plan
            .members
            .iter()
            .filter(|member| member.open)
            .map(|member| member.leg)
            .filter(|leg| {
                self.sources
                    .get(leg)
                    .is_some_and(|source| source.connection.is_some())
            })
            .collect();
        let mut changed = Vec::new();
        for (connection, link) in &mut self.links {
            let open = self
                .plan
                .members
                .iter()
                .any(|member| member.leg == link.leg && member.open);
            let others: Vec<LegId> = present
                .iter()
                .copied()
                .filter(|leg| open && *leg != link.leg)
                .collect();
            let seated = seat(&link.slots, &others);
            if seated == link.slots {
                continue;
            }
            for ((before, after), lines) in link.slots.iter().zip(&seated).zip(&mut link.lines) {
                if before != after {
                    lines.iter_mut().for_each(Line::vacate);
                }
            }
            link.slots = seated;
            changed.push(*connection);
        }
        for connection in changed {
            self.say_map_if_connected(connection, out);
        }
    }

    fn say_map_if_connected(&self, connection: ConnectionId, out: &mut Output) {
        if self
            .links
            .get(&connection)
            .is_some_and(|link| link.presence.is_some())
        {
            self.say_map(connection, out);
        }
    }

    fn say_map(&self, connection: ConnectionId, out: &mut Output) {
        let Some(link) = self.links.get(&connection).filter(|link| link.role.receives()) else {
            return;
        };
        // Connecting changes the seats, which says the map, and says it itself: once is enough.
        let said = matches!(
            out.events.last(),
            Some(MediaEvent::Map { connection: last, slots, .. }) if *last == connection && *slots == link.slots
        );
        if !said {
            let (session, leg, slots) = (self.plan.session, link.leg, link.slots.clone());
            out.events.push(MediaEvent::Map {
                session,
                leg,
                connection,
                slots,
            });
        }
    }

    pub(crate) fn stats(&self) -> impl Iterator<Item = ConnectionStats> + '_ {
        self.links.iter().map(|(connection, link)| {
            let counters = link.peer.counters;
            ConnectionStats {
                session: self.plan.session,
                leg: link.leg,
                connection: *connection,
                connected: link.peer.connected(),
                datagrams_in: counters.datagrams_in,
                datagrams_out: counters.datagrams_out,
                packets_in: counters.packets_in,
                forwarded: counters.forwarded,
                pli_sent: counters.pli_sent,
                refused_writes: counters.refused,
                duplicates: link.duplicates,
                gated: link.gated,
                moved: counters.moved,
                srtp_profile: link.peer.cipher().to_owned(),
            }
        })
    }
}

impl Link {
    fn line(&mut self, slot: usize, kind: Kind) -> Option<&mut Line<StreamId>> {
        let [audio, video] = self.lines.get_mut(slot)?;
        Some(if kind == Kind::Audio { audio } else { video })
    }
}

impl Source {
    /// Takes a packet of this source once; its extended sequence number, or `None` for repetitions and for a second
    /// stream beside the one in use.
    fn take(&mut self, now: Instant, kind: Kind, packet: &Packet) -> Option<u64> {
        let [audio, video] = &mut self.tracks;
        let place = if kind == Kind::Audio { audio } else { video };
        let silent = |track: &Track| now.saturating_duration_since(track.last) >= SSRC_TAKEOVER;
        if place
            .as_ref()
            .is_none_or(|track| track.ssrc != packet.ssrc && silent(track))
        {
            *place = Some(Track {
                ssrc: packet.ssrc,
                window: Window::new(),
                last: now,
            });
        }
        let track = place.as_mut().filter(|track| track.ssrc == packet.ssrc)?;
        let extended = track.window.accept(packet.sequence)?;
        track.last = now;
        let [audio, video] = &mut self.flows;
        let flow = if kind == Kind::Audio { audio } else { video };
        // Padding alone is no picture.
        if !packet.payload.is_empty() {
            flow.packet(now);
        }
        Some(extended)
    }
}

fn codec_line(codec: VideoCodec) -> &'static str {
    match codec {
        VideoCodec::Vp8 => "VP8/90000",
        VideoCodec::H264 => "H264/90000",
    }
}
