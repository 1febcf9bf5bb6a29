//! What a finished session's recording consists of.

use serde::{Deserialize, Serialize};
use yoban_domain::id::{LegId, SessionId};

use super::{Codec, GapReason, Kind};

/// Name of the manifest beside the files.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Everything recorded of one session. Times are Unix ms of the server's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Whose recording.
    pub session: SessionId,
    /// Folder of this session inside the recordings folder.
    pub folder: String,
    /// One entry per person, kind and segment, in order of their beginning.
    pub tracks: Vec<TrackFile>,
    /// All voices together; absent when nobody was heard or mixing failed.
    pub mix: Option<MixFile>,
    /// At least one segment was ended by a crash or a failing disk.
    pub interrupted: bool,
}

/// One file of a track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackFile {
    /// Whose sound or picture.
    pub leg: LegId,
    /// Sound or picture.
    pub kind: Kind,
    /// As sent.
    pub codec: Codec,
    /// File name relative to the session's folder.
    pub file: String,
    /// When the first sample or picture came, Unix ms.
    pub started_at: i64,
    /// Length of the file, ms.
    pub duration: i64,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// Packets (sound) or pictures in the file as they were sent, fillers not counted.
    pub units: u64,
    /// What is missing between beginning and end.
    pub gaps: Vec<Gap>,
    /// Ended by a crash or a failing disk instead of a stop.
    pub interrupted: bool,
}

/// All voices of a session in one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MixFile {
    /// File name relative to the session's folder.
    pub file: String,
    /// Begin, Unix ms.
    pub started_at: i64,
    /// Length, ms.
    pub duration: i64,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
}

/// A stretch of time that is not in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Begin, Unix ms.
    pub from: i64,
    /// End, Unix ms.
    pub to: i64,
    /// Why.
    pub reason: GapReason,
}
