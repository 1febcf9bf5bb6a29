//! Coming, going and who sits where.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use ring::digest::{SHA256, digest};
use yoban_domain::id::{ConnectionId, LegId};

use super::forward::{Kind, Line, seat};
use super::{Answered, Link, Output, Role, Room, RoomPlan};
use crate::SLOTS;
use crate::error::{FailReason, MediaError};
use crate::handle::MediaEvent;
use crate::negotiate::{self, Purpose};
use crate::peer::{Local, Peer};
use crate::quality::Flow;

impl Room {
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
        let codec = self.plan.codec;
        let others: Vec<_> =
            self.links.iter().filter(|(_, link)| link.peer.codec() != codec).map(|(id, _)| *id).collect();
        for connection in others {
            self.fail(connection, FailReason::Codec, out);
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
        self.ask_ahead(now);
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
        let credentials = self.insert(now, leg, connection, Role::Duplex, Answered::No, peer, out);
        Ok((sdp, credentials))
    }

    /// A new connection that the client offered.
    #[expect(clippy::too_many_arguments, reason = "one call, from one place, of unrelated values")]
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
        let (purpose, slots) =
            if role == Role::Publish { (Purpose::Whip, 0) } else { (Purpose::Whep, SLOTS) };
        let checked = negotiate::check(offer, purpose, negotiate::codec_line(self.plan.codec))?;
        let (peer, sdp) = Peer::answering(now, local, self.plan.codec, slots, checked)?;
        let credentials = self.insert(now, leg, connection, role, Answered::ByUs, peer, out);
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
        answered: Answered,
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

    /// The answer to [`Room::offer`]. The same one again changes nothing: the client never heard that it was taken.
    pub(crate) fn answer(
        &mut self,
        now: Instant,
        connection: ConnectionId,
        sdp: &str,
    ) -> Result<(), MediaError> {
        let link = self.links.get_mut(&connection).ok_or(MediaError::UnknownConnection(connection))?;
        let text = digest(&SHA256, sdp.as_bytes()).as_ref().to_vec();
        match &link.answered {
            Answered::No => {}
            Answered::With(taken) if *taken == text => return Ok(()),
            Answered::With(_) | Answered::ByUs => return Err(MediaError::AlreadyAnswered(connection)),
        }
        let purpose = Purpose::Answer { slots: link.peer.slots() };
        let checked = negotiate::check(sdp, purpose, negotiate::codec_line(link.peer.codec()))?;
        link.peer.answer(now, checked)?;
        link.answered = Answered::With(text);
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

    pub(super) fn fail(&mut self, connection: ConnectionId, reason: FailReason, out: &mut Output) {
        let Some(leg) = self.links.get(&connection).map(|link| link.leg) else {
            return;
        };
        out.events.push(MediaEvent::Failed { session: self.plan.session, leg, connection, reason });
        self.remove(connection, out);
        self.reseat(out);
    }

    pub(super) fn remove(&mut self, connection: ConnectionId, out: &mut Output) {
        let Some(mut link) = self.links.remove(&connection) else {
            return;
        };
        link.peer.close();
        link.peer.transmit(|way, datagram| out.farewells.push((way, Bytes::copy_from_slice(datagram))));
        out.gone.push(connection);
        out.events.push(MediaEvent::Gone { session: self.plan.session, leg: link.leg, connection });
        let heir = self
            .links
            .iter()
            .filter(|(_, l)| l.leg == link.leg && l.role.publishes() && l.peer.connected())
            .max_by_key(|(_, l)| l.order)
            .map(|(id, _)| *id);
        if let Some(source) = self.sources.get_mut(&link.leg).filter(|s| s.connection == Some(connection)) {
            source.carried_by(heir);
            if heir.is_none() {
                // Whoever hears that the leg is lost takes it for silent. Told anew on every return, however quick.
                source.flows.iter_mut().for_each(Flow::cut);
                if std::mem::take(&mut source.told) != [false, false] {
                    let (session, leg) = (self.plan.session, link.leg);
                    out.events.push(MediaEvent::Flow { session, leg, audio: false, video: false });
                }
            }
        }
    }

    pub(super) fn reseat(&mut self, out: &mut Output) {
        let present: Vec<LegId> = self
            .plan
            .members
            .iter()
            .filter(|member| member.open)
            .map(|member| member.leg)
            .filter(|leg| self.sources.get(leg).is_some_and(|source| source.connection.is_some()))
            .collect();
        let mut changed = Vec::new();
        for (connection, link) in &mut self.links {
            let open = self.plan.members.iter().any(|member| member.leg == link.leg && member.open);
            let others: Vec<LegId> = present.iter().copied().filter(|leg| open && *leg != link.leg).collect();
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
        if self.links.get(&connection).is_some_and(|link| link.presence.is_some()) {
            self.say_map(connection, out);
        }
    }

    pub(super) fn say_map(&self, connection: ConnectionId, out: &mut Output) {
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
            out.events.push(MediaEvent::Map { session, leg, connection, slots });
        }
    }
}
