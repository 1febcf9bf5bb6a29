//! The sync map: what players do not need and evidence does. One JSON object per line, appended, never rewritten.

use std::collections::BTreeMap;
use std::io::Read;

use serde::{Deserialize, Serialize};
use yoban_domain::id::LegId;

use super::{Codec, Gap, Kind};

/// One line. `file` numbers the segment it speaks of; `at` is ms in that file's own time; other times are Unix ms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Line {
    /// A file begins.
    Begin { file: u32, leg: LegId, kind: Kind, codec: Codec, started_at: i64 },
    /// From `at` on, the quickest packet came at `at + delay`.
    Sync { file: u32, at: i64, delay: i64 },
    /// A sender report: `at` is where the sender's clock said `ntp` (Unix ms); it came at `came`.
    Report { file: u32, at: i64, ntp: i64, came: i64 },
    /// The picture has this size from `at` on.
    Size { file: u32, at: i64, width: u32, height: u32 },
    /// Something is missing.
    Gap { file: u32, gap: Gap },
    /// The file was closed in good order. Packets lost, come too late or twice, unusable, dropped by the recorder.
    End { file: u32, lost: u64, late: u64, unusable: u64, dropped: u64 },
}

/// What the sync map says of one file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    pub(crate) begin: Option<(LegId, Kind, Codec, i64)>,
    pub(crate) points: Vec<(i64, i64)>,
    /// `(at, ntp)`.
    pub(crate) reports: Vec<(i64, i64)>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) ended: bool,
}

/// Writes lines as text.
pub(crate) fn text(lines: &[Line]) -> Vec<u8> {
    let mut out = Vec::new();
    for line in lines {
        // These values have no form that JSON cannot hold.
        if serde_json::to_writer(&mut out, line).is_ok() {
            out.push(b'\n');
        }
    }
    out
}

/// Reads a sync map; a torn last line and lines of a later version are left out.
///
/// # Errors
/// When the disk fails.
pub(crate) fn read(mut input: impl Read, notes: &mut BTreeMap<u32, Notes>) -> std::io::Result<()> {
    let mut content = Vec::new();
    input.read_to_end(&mut content)?;
    for line in content.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        let Ok(line) = serde_json::from_slice::<Line>(line) else {
            continue;
        };
        match line {
            Line::Begin { file, leg, kind, codec, started_at } => {
                notes.entry(file).or_default().begin = Some((leg, kind, codec, started_at));
            }
            Line::Sync { file, at, delay } => notes.entry(file).or_default().points.push((at, delay)),
            Line::Report { file, at, ntp, .. } => notes.entry(file).or_default().reports.push((at, ntp)),
            Line::Gap { file, gap } => notes.entry(file).or_default().gaps.push(gap),
            Line::End { file, .. } => notes.entry(file).or_default().ended = true,
            Line::Size { .. } => {}
        }
    }
    Ok(())
}
