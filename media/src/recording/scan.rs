//! Reads raw files back, up to the first byte that is not whole.

use std::io::{self, Read};

use super::matroska as mkv;
use super::ogg_page::{PageReader, fill};
use super::opus_packet;

/// Largest cluster believed; ours hold under a second.
const MAX_CLUSTER: u64 = 256 << 20;
/// Largest header element believed.
const MAX_HEADER: u64 = 1 << 20;

/// One picture of a raw file.
#[derive(Debug)]
pub(crate) struct RawFrame {
    pub(crate) at_ms: i64,
    pub(crate) key: bool,
    pub(crate) data: Vec<u8>,
}

/// Reads a raw `WebM` or Matroska file of ours.
pub(crate) struct VideoReader<R> {
    input: R,
    /// The `Tracks` element as it stands in the file.
    pub(crate) tracks: Vec<u8>,
    queue: std::vec::IntoIter<RawFrame>,
}

impl<R: Read> VideoReader<R> {
    /// Reads the head; `None` when not even that is whole.
    ///
    /// # Errors
    /// When the disk fails.
    pub(crate) fn open(mut input: R) -> io::Result<Option<Self>> {
        let Some((mkv::EBML, size)) = element_head(&mut input)? else {
            return Ok(None);
        };
        if size > MAX_HEADER || body(&mut input, size)?.is_none() {
            return Ok(None);
        }
        let Some((mkv::SEGMENT, _)) = element_head(&mut input)? else {
            return Ok(None);
        };
        loop {
            match element_head(&mut input)? {
                Some((id, size)) if size <= MAX_HEADER => {
                    let Some(content) = body(&mut input, size)? else {
                        return Ok(None);
                    };
                    if id == mkv::TRACKS {
                        // The same bytes again: our writer's own form of the size field.
                        let mut tracks = mkv::TRACKS.to_be_bytes().to_vec();
                        tracks.extend_from_slice(&(size | 1 << 56).to_be_bytes());
                        tracks.extend_from_slice(&content);
                        return Ok(Some(Self { input, tracks, queue: Vec::new().into_iter() }));
                    }
                }
                _ => return Ok(None),
            }
        }
    }

    /// The next picture; `None` at the end of what is whole.
    ///
    /// # Errors
    /// When the disk fails.
    pub(crate) fn next_frame(&mut self) -> io::Result<Option<RawFrame>> {
        loop {
            if let Some(frame) = self.queue.next() {
                return Ok(Some(frame));
            }
            let Some((mkv::CLUSTER, size)) = element_head(&mut self.input)? else {
                return Ok(None);
            };
            if size > MAX_CLUSTER {
                return Ok(None);
            }
            let Some(content) = body(&mut self.input, size)? else {
                return Ok(None);
            };
            match frames(&content) {
                Some(frames) => self.queue = frames.into_iter(),
                None => return Ok(None),
            }
        }
    }
}

fn frames(content: &[u8]) -> Option<Vec<RawFrame>> {
    let (mut rest, mut start, mut out, mut first) = (content, 0_i64, Vec::new(), true);
    while !rest.is_empty() {
        let (id, size) = element_head(&mut rest).ok()??;
        let (element, after) = rest.split_at_checked(usize::try_from(size).ok()?)?;
        rest = after;
        if first && id != mkv::CRC {
            return None;
        }
        first = false;
        match (id, element) {
            (mkv::CRC, [a, b, c, d]) => {
                if mkv::crc32(rest) != u32::from_le_bytes([*a, *b, *c, *d]) {
                    return None;
                }
            }
            (mkv::TIMESTAMP, bytes) if bytes.len() <= 8 => {
                start = bytes.iter().fold(0, |value, byte| (value << 8) | i64::from(*byte));
            }
            (mkv::SIMPLE_BLOCK, [0x81, high, low, flags, data @ ..]) => out.push(RawFrame {
                at_ms: start.saturating_add(i64::from(i16::from_be_bytes([*high, *low]))),
                key: flags & 0x80 != 0,
                data: data.to_vec(),
            }),
            _ => return None,
        }
    }
    Some(out)
}

fn body(input: &mut impl Read, size: u64) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    let read = input.take(size).read_to_end(&mut content)?;
    Ok((read as u64 == size).then_some(content))
}

/// Id and size of the next element; `None` at the end or when it is nonsense.
fn element_head(input: &mut impl Read) -> io::Result<Option<(u32, u64)>> {
    let mut first = [0];
    if !fill(input, &mut first)? {
        return Ok(None);
    }
    let [byte] = first;
    let more = byte.leading_zeros() as usize;
    if more > 3 {
        return Ok(None);
    }
    let mut id = u32::from(byte);
    for _ in 0..more {
        if !fill(input, &mut first)? {
            return Ok(None);
        }
        id = (id << 8) | u32::from(first[0]);
    }
    if !fill(input, &mut first)? {
        return Ok(None);
    }
    let [byte] = first;
    let more = byte.leading_zeros() as usize;
    if more > 7 {
        return Ok(None);
    }
    let mut size = u64::from(byte) & ((1 << (7 - more)) - 1);
    for _ in 0..more {
        if !fill(input, &mut first)? {
            return Ok(None);
        }
        size = (size << 8) | u64::from(first[0]);
    }
    Ok(Some((id, size)))
}

/// One Opus packet of a file, with its place in 48 kHz samples.
#[derive(Debug)]
pub(crate) struct RawPacket {
    pub(crate) start: i64,
    pub(crate) samples: i64,
    pub(crate) data: Vec<u8>,
}

/// Reads an Ogg/Opus file of ours, raw or final.
pub(crate) struct AudioReader<R> {
    pages: PageReader<R>,
    /// Channels as the head says.
    pub(crate) channels: u8,
    queue: std::vec::IntoIter<RawPacket>,
}

impl<R: Read> AudioReader<R> {
    /// Reads the head; `None` when not even that is whole.
    ///
    /// # Errors
    /// When the disk fails.
    pub(crate) fn open(input: R) -> io::Result<Option<Self>> {
        let mut pages = PageReader::new(input);
        let (Some(head), Some(_tags)) = (pages.next_page()?, pages.next_page()?) else {
            return Ok(None);
        };
        let channels = match head.packets.first().map(Vec::as_slice) {
            Some([b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', 1, channels @ (1 | 2), ..]) => *channels,
            _ => return Ok(None),
        };
        Ok(Some(Self { pages, channels, queue: Vec::new().into_iter() }))
    }

    /// The next packet; `None` at the end of what is whole. Within a page packets follow one another without gap, and
    /// the page says where the last one ends.
    ///
    /// # Errors
    /// When the disk fails.
    pub(crate) fn next_packet(&mut self) -> io::Result<Option<RawPacket>> {
        loop {
            if let Some(packet) = self.queue.next() {
                return Ok(Some(packet));
            }
            let Some(page) = self.pages.next_page()? else {
                return Ok(None);
            };
            let samples = |packet: &Vec<u8>| opus_packet::duration(packet).unwrap_or_default();
            let mut start = page.granule - page.packets.iter().map(samples).sum::<i64>();
            let mut packets = Vec::with_capacity(page.packets.len());
            for data in page.packets {
                let samples = samples(&data);
                packets.push(RawPacket { start, samples, data });
                start += samples;
            }
            self.queue = packets.into_iter();
        }
    }
}
