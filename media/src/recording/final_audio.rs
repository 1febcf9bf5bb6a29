//! A person's sound as a final Ogg/Opus file: the packets as sent, gaps filled so that every player keeps the time.

use std::io;

use yoban_domain::id::SessionId;

use super::finish::{Made, Raw};
use super::ogg_page::{PRE_SKIP, Pages};
use super::opus_packet::{conceal, silence};
use super::output::Output;
use super::place::Placement;
use super::scan::AudioReader;
use super::sink::Sink;
use super::{Gap, GapReason};

/// Samples per ms.
const MS: i64 = 48;
/// Packets that follow each other without a gap are pulled apart only by a stall of at least this. Smaller: a congested
/// network punches holes into speech.
const STALL: i64 = 120 * MS;
/// Up to here a gap is bridged by the decoder's concealment and comfort noise, beyond by silence.
const CONCEAL: i64 = 1_000 * MS;
/// Smallest filler.
const SHORTEST: i64 = 120;
/// Page length: seek points.
const PAGE: i64 = 1_000 * MS;

pub(crate) fn make(
    sink: &dyn Sink,
    session: SessionId,
    raw: &Raw,
    place: &Placement,
) -> io::Result<Option<Made>> {
    let Some(mut reader) = AudioReader::open(sink.read(session, &raw.name)?)? else {
        return Ok(None);
    };
    let Some(mut packet) = reader.next_packet()? else {
        return Ok(None);
    };
    let name = raw.final_name();
    let mut writer =
        Writer { out: Output::new(sink, session, &name)?, pages: Pages::new(raw.number), at: 0, page: 0 };
    writer.out.write(&writer.pages.header(reader.channels))?;

    let first = packet.start;
    let first_offset = place.offset(first / MS);
    let (mut units, mut stalls, mut last_end, mut last) = (0, Vec::new(), first, Vec::new());
    loop {
        let offset = place.offset(packet.start / MS);
        let wanted = packet.start - first + (offset - first_offset) * MS;
        let (behind, in_stream) = (wanted - writer.at, packet.start - last_end);
        if behind >= STALL || (in_stream > 0 && behind >= SHORTEST) {
            if behind - in_stream >= STALL {
                let from = first_offset + (first + writer.at) / MS;
                stalls.push(Gap { from, to: from + behind / MS, reason: GapReason::Stall });
            }
            writer.fill(behind, &last)?;
        }
        writer.packet(&packet.data, packet.samples)?;
        units += 1;
        last_end = packet.start + packet.samples;
        last = packet.data;
        match reader.next_packet()? {
            Some(next) => packet = next,
            None => break,
        }
    }
    let duration_ms = (writer.at - PRE_SKIP).max(0) / MS;
    let end = writer.pages.take(true);
    writer.out.write(&end)?;
    let (bytes, sha256) = writer.out.finish(&name)?;
    Ok(Some(Made { started_at: first_offset + first / MS, duration_ms, bytes, sha256, units, stalls }))
}

struct Writer<'a> {
    out: Output<'a>,
    pages: Pages,
    /// End of what is written, in samples.
    at: i64,
    /// End of the last whole page.
    page: i64,
}

impl Writer<'_> {
    fn packet(&mut self, data: &[u8], samples: i64) -> io::Result<()> {
        if !self.pages.is_empty() && (self.at - self.page >= PAGE || !self.pages.fits(data.len())) {
            let page = self.pages.take(false);
            self.out.write(&page)?;
            self.page = self.at;
        }
        self.at += samples;
        self.pages.add(data, self.at);
        Ok(())
    }

    fn fill(&mut self, mut samples: i64, like: &[u8]) -> io::Result<()> {
        if samples <= CONCEAL
            && let (Some(packet), Some(length)) = (conceal(like), super::opus_packet::duration(like))
        {
            while samples >= length {
                self.packet(&packet, length)?;
                samples -= length;
            }
        }
        silence(samples).try_for_each(|(packet, length)| self.packet(&packet, length))
    }
}
