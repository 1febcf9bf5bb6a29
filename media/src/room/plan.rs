//! What a room is told and what it wants done: plain values.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use yoban_domain::id::{ConnectionId, LegId, SessionId};

use super::forward::{Kind, Packet, VideoCodec};
use crate::handle::MediaEvent;
use crate::shard::socket::Way;

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
    /// Codec of every picture in the room. Connections made with another are closed: their devices make new ones.
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
    pub(super) fn publishes(self) -> bool {
        self != Self::Receive
    }

    pub(super) fn receives(self) -> bool {
        self != Self::Publish
    }

    /// Whether a new connection of this role takes the place of an older one: a person sends by one connection, and by what
    /// they only watch their own goes on.
    pub(super) fn replaces(self, older: Self) -> bool {
        (self.publishes() && older.publishes()) || (self == Self::Receive && older == Self::Receive)
    }
}

/// A packet or report for the recorder.
#[derive(Debug)]
pub(crate) enum Record {
    Rtp { leg: LegId, kind: Kind, codec: VideoCodec, packet: Packet },
    Report { leg: LegId, kind: Kind, ntp: u64, timestamp: u32 },
}

/// What a room wants done outside of it.
#[derive(Debug, Default)]
pub(crate) struct Output {
    pub(crate) events: Vec<MediaEvent>,
    pub(crate) records: Vec<Record>,
    /// Connections that no longer exist.
    pub(crate) gone: Vec<ConnectionId>,
    /// Farewells of connections that no longer exist.
    pub(crate) farewells: Vec<(Way, Bytes)>,
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
