//! A room is a value owned by the shard: who is in it, who may see whom, and where each packet goes.

pub(crate) mod forward;
mod joining;
mod plan;
mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Instant;

use bytes::BytesMut;
use yoban_domain::id::{ConnectionId, LegId};

use crate::error::FailReason;
use crate::handle::{LostReason, MediaEvent};
use crate::peer::{Incoming, Peer};
use crate::quality::{Presence, Turn};
use crate::shard::socket::Way;
use crate::{CONNECT_WITHIN, GIVE_UP_AFTER};
use forward::{KeyFrames, Kind, Line, Packet, key_start};
pub use plan::{ConnectionStats, Member, RoomPlan};
pub(crate) use plan::{Output, Record, Role};
use source::Source;

/// A stream of a source as receivers tell them apart.
type StreamId = (ConnectionId, u32);

struct Link {
    leg: LegId,
    role: Role,
    /// Order of creation: the newest connected one counts.
    order: u64,
    created: Instant,
    answered: Answered,
    peer: Peer,
    presence: Option<Presence>,
    slots: Vec<Option<LegId>>,
    lines: Vec<[Line<StreamId>; 2]>,
    duplicates: u64,
    gated: u64,
    touched: bool,
}

/// Who has answered the offer of a connection.
enum Answered {
    /// Nobody yet: it is ours, and the client's answer is waited for.
    No,
    /// The client, with the text of this SHA-256 digest.
    With(Vec<u8>),
    /// We did.
    ByUs,
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
        Self { plan, links: BTreeMap::new(), sources: BTreeMap::new(), created: 0 }
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

    /// The recorder needs a key frame of this person.
    pub(crate) fn want_key_frame(&mut self, now: Instant, leg: LegId) {
        if let Some(source) = self.sources.get_mut(&leg) {
            source.keys.want();
        }
        self.ask_key_frame(now, leg, KeyFrames::ask);
    }

    // Packets

    /// One datagram for one of our connections.
    pub(crate) fn receive(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        from: Way,
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
            out.events.push(MediaEvent::Back { session, leg: link.leg, connection });
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
                    if self.recorded(leg) && self.reports(now, leg, connection, kind) {
                        out.records.push(Record::Report { leg, kind, ntp, timestamp });
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
        out.events.push(MediaEvent::Connected { session: self.plan.session, leg, connection });
        if role.publishes() {
            let source = self.sources.entry(leg).or_default();
            source.carried_by(Some(connection));
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
        self.ask_ahead(now);
        // Also said when nobody else is there: the client learns that the map is in force.
        self.say_map(connection, out);
    }

    fn reports(&mut self, now: Instant, leg: LegId, connection: ConnectionId, kind: Kind) -> bool {
        let source = self.sources.get_mut(&leg).filter(|source| source.connection == Some(connection));
        source.is_some_and(|source| source.reports(now, kind))
    }

    fn recorded(&self, leg: LegId) -> bool {
        self.plan.recording && self.member(leg).is_some_and(|member| member.open && member.record)
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
        let open = self.plan.members.iter().any(|member| member.leg == leg && member.open);
        if !open {
            link.gated += 1;
            return;
        }
        let Some(source) = self.sources.get_mut(&leg).filter(|source| source.connection == Some(connection))
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
            out.records.push(Record::Rtp { leg, kind, codec, packet: packet.clone() });
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
        let seat = self.links.get(&connection).and_then(|link| link.slots.get(slot).copied().flatten());
        if let Some(leg) = seat {
            self.want_key_frame(now, leg);
        }
    }

    /// Whoever has just been given a seat before a receiver begins with a key frame: asked for at once it is their next
    /// frame, and with their first packet it would be the one after.
    fn ask_ahead(&mut self, now: Instant) {
        let mut begin = BTreeSet::new();
        for link in self.links.values().filter(|link| link.presence.is_some()) {
            let seats = link.slots.iter().zip(&link.lines).enumerate();
            // A line that can show no picture stays vacant for ever.
            let begins =
                seats.filter(|(slot, (_, [_, video]))| video.vacant() && link.peer.shows_video(*slot));
            begin.extend(begins.filter_map(|(_, (leg, _))| *leg));
        }
        for leg in begin {
            self.ask_key_frame(now, leg, KeyFrames::ask_ahead);
        }
    }

    fn ask_key_frame(&mut self, now: Instant, leg: LegId, due: fn(&mut KeyFrames, Instant) -> bool) {
        let Some(source) = self.sources.get_mut(&leg) else {
            return;
        };
        let Some(link) = source.connection.and_then(|id| self.links.get_mut(&id)) else {
            return;
        };
        // Whoever has sent no picture yet begins with a key frame anyway, and must not count as asked.
        if link.peer.sends_picture() && due(&mut source.keys, now) {
            link.peer.ask_key_frame(now);
            link.touched = true;
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
                out.events.push(MediaEvent::Lost { session, leg, connection, reason: LostReason::Silence });
            }
            if presence.silence(now) >= GIVE_UP_AFTER {
                failed.push((*connection, FailReason::Silent));
            }
        }
        for (connection, reason) in failed {
            self.fail(connection, reason, out);
        }
        let wanting: Vec<_> =
            self.sources.iter().filter(|(_, s)| s.keys.wanted()).map(|(leg, _)| *leg).collect();
        for leg in wanting {
            self.ask_key_frame(now, leg, KeyFrames::ask);
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
                out.events.push(MediaEvent::Flow { session: self.plan.session, leg: *leg, audio, video });
            }
        }
    }

    /// Sends what waits and reports the new deadlines of every touched connection.
    pub(crate) fn flush(&mut self, mut send: impl FnMut(Way, &[u8]), out: &mut Output) {
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
