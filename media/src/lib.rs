//! Sound and picture: a selective forwarding unit in one thread with one UDP port, and the recorder.
//!
//! [`start`] gives a [`Media`] handle and a stream of [`MediaEvent`]s. A room is described by a [`RoomPlan`], never by
//! steps: apply the plan that holds now, as often as you like. Browsers are offered one connection with fixed slots, so
//! that people come and go without renegotiation ([`MediaEvent::Map`]); devices come by WHIP and WHEP.

mod error;
mod handle;
mod negotiate;
mod peer;
mod quality;
pub mod recording;
mod room;
mod shard;

use std::time::Duration;

pub use error::{FailReason, MediaError, SdpProblem, StartError};
pub use handle::{Clock, Config, LostReason, Media, MediaEvent, Stats, start};
pub use negotiate::video_codecs;
pub use room::{ConnectionStats, Member, RoomPlan};
pub use shard::ShardStats;
pub use shard::socket::SocketBuffers;
pub use yoban_domain::session::VideoCodec;

/// People in one room at most. Patient, nurse, doctor, family, one more.
pub const MAX_MEMBERS: usize = 5;
/// People one connection shows at once: everybody else.
pub const SLOTS: usize = MAX_MEMBERS - 1;
/// A connection that has not connected after this long is given up. Tablets connect while ringing, so it is generous.
pub const CONNECT_WITHIN: Duration = Duration::from_secs(30);
/// A connected peer that was silent this long is given up; its session goes on and a new connection may come.
pub const GIVE_UP_AFTER: Duration = Duration::from_secs(60);
