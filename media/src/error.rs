//! What can go wrong, as values. Nothing here holds SDP text, addresses or names.

use yoban_domain::id::{ConnectionId, LegId, SessionId};

/// Why the media plane did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No address to announce: browsers could never reach us.
    #[error("no address to announce in candidates")]
    NothingToAnnounce,
    /// A wildcard: no browser can be told to send there.
    #[error("{0} is all addresses at once: name them one by one")]
    Unreachable(std::net::IpAddr),
    /// The recordings folder cannot be used, or another program records into it.
    #[error("recordings folder {}: {source}", dir.display())]
    Recordings {
        /// Which folder.
        dir: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A UDP socket, the poll or the thread could not be had.
    #[error("{what}: {source}")]
    System {
        /// Which step.
        what: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Why a command was refused. Each is a state of things, none harms another room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The command queue is full; try again shortly.
    #[error("the media plane is busy")]
    Busy,
    /// The media plane has been shut down.
    #[error("the media plane has stopped")]
    Stopped,
    /// No plan was ever applied for this session, or it was closed.
    #[error("no room for {0:?}")]
    UnknownRoom(SessionId),
    /// The leg is not in the plan.
    #[error("{0:?} is not in the room")]
    UnknownLeg(LegId),
    /// The connection does not exist (any more).
    #[error("no connection {0:?}")]
    UnknownConnection(ConnectionId),
    /// A connection with this id exists already.
    #[error("connection {0:?} exists already")]
    ConnectionExists(ConnectionId),
    /// The connection has had its answer.
    #[error("connection {0:?} was answered already")]
    AlreadyAnswered(ConnectionId),
    /// More members than a room takes ([`crate::MAX_MEMBERS`]).
    #[error("a room takes {} members", crate::MAX_MEMBERS)]
    TooManyMembers,
    /// A leg stands twice in the plan.
    #[error("{0:?} stands twice in the plan")]
    DuplicateLeg(LegId),
    /// The SDP was refused before it reached the engine.
    #[error("SDP refused: {0}")]
    Sdp(#[from] SdpProblem),
    /// The engine refused what our own checks let through.
    #[error("the media engine refused: {0}")]
    Engine(String),
}

impl MediaError {
    /// A stable code for clients.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Busy => "media-busy",
            Self::Stopped => "media-stopped",
            Self::UnknownRoom(_) | Self::UnknownLeg(_) => "media-no-place",
            Self::UnknownConnection(_) => "media-no-connection",
            Self::ConnectionExists(_) | Self::AlreadyAnswered(_) => "media-answered",
            Self::TooManyMembers | Self::DuplicateLeg(_) => "media-full",
            Self::Sdp(_) | Self::Engine(_) => "sdp-refused",
        }
    }
}

/// What is wrong with an SDP text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SdpProblem {
    /// Longer than `negotiate::MAX_BYTES`.
    #[error("too long")]
    TooLong,
    /// Does not begin like SDP, or holds control characters.
    #[error("not SDP")]
    NotSdp,
    /// No media sections, or more than we serve.
    #[error("wrong number of media sections")]
    Sections,
    /// A section that is neither audio nor video.
    #[error("unknown kind of media")]
    Kind,
    /// A section without a usable `a=mid`, or two with the same.
    #[error("bad mid")]
    Mid,
    /// No ICE credentials of legal length.
    #[error("bad ICE credentials")]
    Credentials,
    /// No SHA-256 fingerprint.
    #[error("bad fingerprint")]
    Fingerprint,
    /// Nothing is sent where sending is the point, or nothing received where receiving is.
    #[error("wrong directions")]
    Direction,
    /// None of our codecs is offered.
    #[error("no codec in common")]
    Codec,
    /// More streams are declared than one person sends.
    #[error("too many streams")]
    Streams,
}

/// Why a connection ended without anybody asking for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FailReason {
    /// ICE and DTLS did not finish within [`crate::CONNECT_WITHIN`].
    #[error("did not connect in time")]
    NotConnected,
    /// Nothing was heard for [`crate::GIVE_UP_AFTER`].
    #[error("silent for too long")]
    Silent,
    /// The peer closed the connection.
    #[error("closed by the peer")]
    ClosedByPeer,
    /// The handshake ended with another cipher than AES-GCM.
    #[error("no AES-GCM")]
    Cipher,
    /// The room changed its codec before the call had begun; a new connection gets the new one.
    #[error("the room has another codec now")]
    Codec,
    /// Our engine failed on this room's input; the room goes on empty.
    #[error("engine failure")]
    Engine,
}
