//! Recording: each consenting person's sound and picture goes to disk as it was sent, one file per person, kind and
//! segment, and a mix of all voices is made after the end.
//!
//! One thread owns everything that is being recorded ([`Recorder`]). The media loop hands it packets by value and
//! never waits for it; and it waits for no sync: what it wrote outlives the process, and for a power cut a thread apart
//! syncs. What is on disk at any moment opens in a player: whole Ogg pages, whole Matroska clusters, each
//! of well under a second. A third thread finishes closed sessions: it places every packet on the session's time
//! line, writes files with duration and index, checks them, mixes, and only then lets go of the raw files. The same thread
//! does the same, from its start, for sessions whose recorder died.
//!
//! ```text
//! packets ─ inbox ─▶ session ─▶ track: reorder ─▶ depacketise ─▶ time line ─▶ ogg / matroska ─▶ sink
//!                       └─ sidecar: sync points, sender reports, gaps, sizes
//! close or start ─▶ finish: scan raw ─▶ place ─▶ final files ─▶ mix ─▶ manifest
//! ```

mod final_audio;
mod final_video;
mod finish;
mod finisher;
mod h264;
mod inbox;
mod manifest;
mod matroska;
mod mix;
mod ogg_page;
mod opus_packet;
mod output;
mod place;
mod recorder;
mod reorder;
mod scan;
mod session;
mod sidecar;
mod sink;
mod sps;
mod syncer;
mod timeline;
mod track;
mod track_file;
mod vp8;

#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use yoban_domain::id::{LegId, SessionId};
use yoban_domain::session::RecordingFailure;

pub use inbox::Refused;
pub use manifest::{Gap, Manifest, MixFile, TrackFile};
pub use recorder::Recorder;
pub use sink::{DiskWait, FileSink, Segment, Sink};

/// Where recordings go and how long anything may stay in memory.
#[derive(Debug, Clone)]
pub struct RecordingConfig {
    /// Folder with one sub-folder per session. Made when absent.
    pub dir: PathBuf,
    /// Longest time media stays unwritten, in ms of media or wall time. Larger: fewer, larger writes, more lost with a
    /// crash. Together with `reorder_ms` it must stay under the promised second.
    pub flush_ms: i64,
    /// How long a packet waits for an earlier one that is missing, in ms. Smaller: retransmissions come too late.
    pub reorder_ms: i64,
    /// `fdatasync` interval in ms: what a power cut may cost on top of `flush_ms`, on a disk that keeps up. A process that is
    /// killed loses nothing that was written. Smaller: more disk waits, on a thread of their own.
    pub sync_ms: i64,
    /// Audio packets that may wait for the recorder, all sessions together. One lost audio packet is an alarm.
    pub audio_queue: usize,
    /// Video packets that may wait for the recorder, all sessions together. Beyond it video is dropped and counted.
    pub video_queue: usize,
    /// Bit rate of the mix, bit/s.
    pub mix_bitrate: i32,
    /// Recording stops, as on a full disk, when less than this is free, in bytes: taps and deadlines need the rest, for the
    /// store lies on the same disk. Half of it is left alone when files are finished, too, which waits for room then. Larger: recording stops where there
    /// still was room; smaller: a night's facts do not fit any more.
    pub keep_free: u64,
    /// How long finishing may go on once the recorder is shut down; what is left then, the next start finishes. Larger: a
    /// planned restart keeps patients waiting; smaller: a short call is not ready when the server has ended.
    pub finish_at_stop: Duration,
    /// After this a recording that could not be finished is tried again, then after twice as long each time, up to an hour.
    pub retry: Duration,
}

impl RecordingConfig {
    /// The usual `keep_free`, bytes.
    pub const KEEP_FREE: u64 = 512 << 20;

    /// The values the design was measured with.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            flush_ms: 400,
            reorder_ms: 400,
            sync_ms: 3_000,
            audio_queue: 8_192,
            video_queue: 16_384,
            mix_bitrate: 32_000,
            keep_free: Self::KEEP_FREE,
            finish_at_stop: Duration::from_secs(3),
            retry: Duration::from_secs(30),
        }
    }
}

/// Sound or picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = RecordedKind))]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

impl Kind {
    /// `audio` or `video`, as in file names.
    pub fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// What is inside the RTP payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = RecordedCodec))]
#[serde(rename_all = "camelCase")]
pub enum Codec {
    /// RFC 6716 in RFC 7587 packets, into Ogg (RFC 7845).
    Opus,
    /// RFC 6386 in RFC 7741 packets, into `WebM`.
    Vp8,
    /// H.264 in RFC 6184 packets (mode 0 and 1), into Matroska.
    H264,
}

impl Codec {
    /// RTP clock, ticks per second.
    pub fn clock(self) -> i64 {
        match self {
            Self::Opus => 48_000,
            Self::Vp8 | Self::H264 => 90_000,
        }
    }

    /// Sound or picture.
    pub fn kind(self) -> Kind {
        match self {
            Self::Opus => Kind::Audio,
            Self::Vp8 | Self::H264 => Kind::Video,
        }
    }

    /// File name ending.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Opus => "ogg",
            Self::Vp8 => "webm",
            Self::H264 => "mkv",
        }
    }
}

/// One received RTP packet after decryption, with retransmissions already unwrapped.
#[derive(Debug, Clone)]
pub struct RtpIn {
    /// Whose session.
    pub session: SessionId,
    /// Who sent it.
    pub leg: LegId,
    /// Sound or picture.
    pub kind: Kind,
    /// Must equal the codec the track was started with; anything else is counted and dropped.
    pub codec: Codec,
    /// RTP sequence number.
    pub sequence: u16,
    /// RTP timestamp in the codec's clock.
    pub timestamp: u32,
    /// RTP marker bit.
    pub marker: bool,
    /// RTP payload without padding.
    pub payload: Bytes,
    /// Server wall clock when the packet came, Unix ms.
    pub arrival_ms: i64,
}

/// An RTCP sender report: what the sender's clock said at an RTP timestamp.
#[derive(Debug, Clone, Copy)]
pub struct SenderReport {
    /// Whose session.
    pub session: SessionId,
    /// Who sent it.
    pub leg: LegId,
    /// Of which of the person's tracks.
    pub kind: Kind,
    /// 64-bit NTP time as in the report (RFC 3550 §6.4.1).
    pub ntp: u64,
    /// RTP timestamp of the same instant.
    pub timestamp: u32,
    /// Server wall clock when the report came, Unix ms.
    pub arrival_ms: i64,
}

/// Why a stretch of time is not in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum GapReason {
    /// Packets did not arrive, or not in time; for video until the next key frame.
    Loss,
    /// The recorder could not keep up and packets were dropped on purpose.
    Drop,
    /// Held: somebody present has not, or no longer, agreed.
    Consent,
    /// The sender's clock stood still while time went on (a phone call, a sleeping tablet).
    Stall,
}

/// What the disk's answer means for a recording.
pub(crate) fn failure(error: &io::Error) -> RecordingFailure {
    #[expect(clippy::wildcard_enum_match_arm, reason = "ErrorKind is open-ended; all else is plain I/O")]
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            RecordingFailure::NoRoom
        }
        _ => RecordingFailure::WriteFailed,
    }
}

/// What the recorder says. Sent from its own threads.
#[derive(Debug, Clone)]
pub enum RecordingEvent {
    /// The first bytes of a track are in its file: now it is true that it is being recorded.
    TrackStarted {
        /// Whose session.
        session: SessionId,
        /// Whose track.
        leg: LegId,
        /// Sound or picture.
        kind: Kind,
    },
    /// This person's encoder must be asked for a key frame. Repeated until one comes.
    NeedKeyFrame {
        /// Whose session.
        session: SessionId,
        /// Whose picture.
        leg: LegId,
    },
    /// About once a second per session with open tracks.
    Progress {
        /// Whose session.
        session: SessionId,
        /// Bytes written so far in this run.
        bytes: u64,
        /// Packets dropped because the queue was full.
        dropped: u64,
    },
    /// A stretch of time that is not in the file. Known when it ends.
    Gap {
        /// Whose session.
        session: SessionId,
        /// Whose track.
        leg: LegId,
        /// Sound or picture.
        kind: Kind,
        /// From, to and why.
        gap: Gap,
    },
    /// Recording of this session stopped, or could not begin; the call goes on.
    Failed {
        /// Whose session.
        session: SessionId,
        /// What kind of failure.
        reason: RecordingFailure,
        /// What the system said; holds no personal data.
        detail: String,
        /// Whether the recorder still has the session: [`Recorder::resume`] tries again. Otherwise it is opened anew.
        held: bool,
    },
    /// What was recorded could not be made into final files. The raw files stay, and it is tried again until it works; told
    /// once until then, or until the reason changes. What is being recorded now goes on.
    NotFinished {
        /// Whose session.
        session: SessionId,
        /// What kind of failure.
        reason: RecordingFailure,
    },
    /// A closed session is complete on disk.
    Finished {
        /// Whose session.
        session: SessionId,
        /// What there is.
        manifest: Manifest,
    },
}
