//! Real people for stories and demo: the real server as a program of its own, people who use nothing but REST, socket
//! and WebRTC, and sound and picture that can be told apart.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "test support: a surprise shall end the test, and what was seen stands in the panic's text"
)]

pub mod clip;
pub mod engine;
pub mod night;
pub mod peer;
pub mod person;
pub mod server;
pub mod shared;
pub mod sound;
pub mod story;
pub mod terminal;
pub mod vp8;

use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::time::Duration;

pub use clip::{Clip, Voice};
pub use night::Night;
pub use peer::{Peer, Sending};
pub use person::{Person, Seen};
pub use server::Server;

/// Far beyond what anything takes, so that only a real failure meets it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The repository's folder.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// 128 random bits as 32 hexadecimal digits; reads as any of the domain's ids.
pub fn random() -> String {
    let part = || RandomState::new().hash_one(0_u8);
    format!("{:016x}{:016x}", part(), part())
}

/// The machine's clock, Unix ms: the same the server reads.
#[allow(
    clippy::disallowed_methods,
    reason = "a test stands outside and compares with what the server stored"
)]
pub fn now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

/// A fresh id of any kind.
pub fn id<T: std::str::FromStr>() -> T
where
    T::Err: std::fmt::Debug,
{
    random().parse().unwrap()
}
