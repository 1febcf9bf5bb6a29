//! The wire: what devices and server say to each other, on the socket and over REST. The OpenAPI document and
//! the TypeScript schema are generated from these types.

mod asks;
pub mod problem;
pub mod rest;
pub mod signal;
pub mod view;
pub mod vitals;

/// Version of the socket protocol. The WebSocket subprotocol is `yoban.v1`.
pub const PROTOCOL: u32 = 1;
/// The WebSocket subprotocol's name.
pub const SUBPROTOCOL: &str = "yoban.v1";
/// Largest socket message in bytes, both ways. An SDP with five slots has about 12 kB.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// How often a client says something, at least. Three missed beats and the server takes the socket for dead.
pub const HEARTBEAT_MS: u32 = 10_000;

/// Close codes of the socket beyond those of RFC 6455.
pub mod close {
    /// The token is missing, wrong or expired: sign in again.
    pub const AUTHENTICATION: u16 = 4001;
    /// The client broke the protocol (first message not `hello`, not JSON, too large).
    pub const PROTOCOL: u16 = 4004;
    /// No heartbeat for too long.
    pub const SILENT: u16 = 4008;
    /// The same device opened a newer socket; do not reconnect.
    pub const REPLACED: u16 = 4009;
    /// The server goes down in order; reconnect after the time it names.
    pub const GOING_AWAY: u16 = 4010;
    /// The client reads too slowly; reconnect and resume.
    pub const TOO_SLOW: u16 = 4011;
}
