//! The wire: what devices and server say to each other, on the socket and over REST. The OpenAPI document and
//! the TypeScript schema are generated from these types.

mod asks;
pub mod problem;
pub mod rest;
pub mod signal;
pub mod view;
pub mod vitals;

use crate::session::LONGEST_TEXT;

/// Version of the socket protocol. The WebSocket subprotocol is `yoban.v1`.
pub const PROTOCOL: u32 = 1;
/// The WebSocket subprotocol's name.
pub const SUBPROTOCOL: &str = "yoban.v1";
/// Largest socket message of a client, in bytes. The largest lawful one: four texts and what stood in their place, every
/// character the longest that JSON has. An SDP with five slots has about 12 kB. A longer one is answered `too-large`.
pub const MAX_MESSAGE: usize = 256 * 1024;
/// Bytes of one message from which on nothing is read any more, and the socket closes.
pub const MAX_READ: usize = 2 * MAX_MESSAGE;

/// Bytes of the longest character in JSON (`\u0000`).
const LONGEST_CHARACTER: usize = 6;
const _: () = assert!(8 * LONGEST_TEXT * LONGEST_CHARACTER + 4096 <= MAX_MESSAGE, "a lawful SBAR passes");
/// How often a client says something, at least. Three missed beats and the server takes the socket for dead.
pub const HEARTBEAT_MS: u32 = 10_000;

/// Close codes of the socket beyond those of RFC 6455.
pub mod close {
    /// The token is missing, wrong or expired: sign in again.
    pub const AUTHENTICATION: u16 = 4001;
    /// The client broke the protocol: first message not `hello`, not JSON again and again, far too large. Connect again, and
    /// do not say the same again.
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
