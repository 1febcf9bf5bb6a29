//! A person's picture as a final file with length, index and the session's time.

use std::io;

use yoban_domain::id::SessionId;

use super::finish::{Made, Raw};
use super::matroska::{Frame, plan};
use super::output::Output;
use super::place::Placement;
use super::scan::VideoReader;
use super::sink::Sink;
use super::{Codec, Gap, GapReason};

/// A step of the time map above this is a stall worth declaring.
const STALL_MS: i64 = 120;
/// Length of the last picture where no other tells.
const DEFAULT_FRAME_MS: i64 = 33;

pub(crate) fn make(
    sink: &dyn Sink,
    session: SessionId,
    raw: &Raw,
    place: &Placement,
) -> io::Result<Option<Made>> {
    let Some(mut reader) = VideoReader::open(sink.read(session, &raw.name)?)? else {
        return Ok(None);
    };
    let (mut frames, mut stalls): (Vec<Frame>, Vec<Gap>) = (Vec::new(), Vec::new());
    let (mut started_at, mut last_offset) = (0, 0);
    while let Some(frame) = reader.next_frame()? {
        let offset = place.offset(frame.at_ms);
        let wall = frame.at_ms + offset;
        if frames.is_empty() {
            (started_at, last_offset) = (wall, offset);
        }
        if offset - last_offset >= STALL_MS {
            let from = started_at + frames.last().map_or(0, |last| last.at_ms);
            stalls.push(Gap { from, to: wall, reason: GapReason::Stall });
        }
        last_offset = offset;
        let at_ms = frames.last().map_or(0, |last| (wall - started_at).max(last.at_ms + 1));
        frames.push(Frame { at_ms, key: frame.key, size: frame.data.len() });
    }
    let Some(last) = frames.last() else {
        return Ok(None);
    };
    let duration_ms = last.at_ms + usual_step(&frames);
    let doc_type = if raw.codec == Codec::Vp8 { "webm" } else { "matroska" };
    let plan = plan(doc_type, &reader.tracks, &frames, duration_ms);

    let name = raw.final_name();
    let mut out = Output::new(sink, session, &name)?;
    out.write(&plan.head)?;
    let Some(mut reader) = VideoReader::open(sink.read(session, &raw.name)?)? else {
        return Ok(None);
    };
    for (before, planned) in plan.before.iter().zip(&frames) {
        let frame = reader.next_frame()?.filter(|frame| frame.data.len() == planned.size);
        let Some(frame) = frame else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a raw file changed while it was read"));
        };
        out.write(before)?;
        out.write(&frame.data)?;
    }
    let (bytes, sha256) = out.finish(&name)?;
    Ok(Some(Made { started_at, duration_ms, bytes, sha256, units: frames.len() as u64, stalls }))
}

/// Median distance of pictures.
fn usual_step(frames: &[Frame]) -> i64 {
    let mut steps: Vec<i64> =
        frames.iter().zip(frames.iter().skip(1)).map(|(one, next)| next.at_ms - one.at_ms).collect();
    steps.sort_unstable();
    steps.get(steps.len() / 2).copied().unwrap_or(DEFAULT_FRAME_MS)
}
