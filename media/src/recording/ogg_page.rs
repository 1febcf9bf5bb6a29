//! Ogg pages (RFC 3533) with Opus inside (RFC 7845): written whole, read until the first one that is torn.

use std::io::{self, Read};

/// Samples a player throws away at the start, at 48 kHz: the delay of libopus as browsers use it.
pub(crate) const PRE_SKIP: i64 = 312;

const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// Collects packets and hands out whole pages.
#[derive(Debug)]
pub(crate) struct Pages {
    serial: u32,
    sequence: u32,
    lacing: Vec<u8>,
    body: Vec<u8>,
    granule: i64,
}

impl Pages {
    pub(crate) fn new(serial: u32) -> Self {
        Self { serial, sequence: 0, lacing: Vec::new(), body: Vec::new(), granule: 0 }
    }

    /// The two header pages.
    pub(crate) fn header(&mut self, channels: u8) -> Vec<u8> {
        let mut head = b"OpusHead\x01".to_vec();
        head.push(channels);
        head.extend_from_slice(&(PRE_SKIP as u16).to_le_bytes());
        head.extend_from_slice(&48_000_u32.to_le_bytes());
        head.extend_from_slice(&[0, 0, 0]);
        let mut tags = b"OpusTags".to_vec();
        tags.extend_from_slice(&5_u32.to_le_bytes());
        tags.extend_from_slice(b"Yoban");
        tags.extend_from_slice(&0_u32.to_le_bytes());
        let mut out = self.page(FIRST, 0, &lacing(head.len()), &head);
        out.extend(self.page(0, 0, &lacing(tags.len()), &tags));
        out
    }

    /// Whether another packet of this size still fits the open page.
    pub(crate) fn fits(&self, size: usize) -> bool {
        self.lacing.len() + size / 255 < 255
    }

    /// Adds a packet that ends at `end` (48 kHz samples from the start of the file, without pre-skip). The caller asks
    /// [`Pages::fits`] first.
    pub(crate) fn add(&mut self, packet: &[u8], end: i64) {
        self.lacing.extend(lacing(packet.len()));
        self.body.extend_from_slice(packet);
        self.granule = end;
    }

    /// Whether the open page holds nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.lacing.is_empty()
    }

    /// The open page; `last` ends the stream. `end` cuts the last packet short (RFC 7845 §4.4), else it is whole.
    pub(crate) fn take(&mut self, last: bool) -> Vec<u8> {
        let (lacing, body) = (std::mem::take(&mut self.lacing), std::mem::take(&mut self.body));
        self.page(if last { LAST } else { 0 }, self.granule, &lacing, &body)
    }

    fn page(&mut self, flags: u8, granule: i64, lacing: &[u8], body: &[u8]) -> Vec<u8> {
        let mut page = Vec::with_capacity(27 + lacing.len() + body.len());
        page.extend_from_slice(b"OggS\0");
        page.push(flags);
        page.extend_from_slice(&granule.to_le_bytes());
        page.extend_from_slice(&self.serial.to_le_bytes());
        page.extend_from_slice(&self.sequence.to_le_bytes());
        page.extend_from_slice(&[0; 4]);
        page.push(lacing.len() as u8);
        page.extend_from_slice(lacing);
        page.extend_from_slice(body);
        let sum = checksum(&page).to_le_bytes();
        if let Some(field) = page.get_mut(22..26) {
            field.copy_from_slice(&sum);
        }
        self.sequence = self.sequence.wrapping_add(1);
        page
    }
}

fn lacing(size: usize) -> Vec<u8> {
    let mut out = vec![255; size / 255];
    out.push((size % 255) as u8);
    out
}

/// One page as read.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) granule: i64,
    pub(crate) packets: Vec<Vec<u8>>,
}

/// Reads pages written by [`Pages`]; ends at the first torn or foreign one.
pub(crate) struct PageReader<R> {
    input: R,
}

impl<R: Read> PageReader<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input }
    }

    /// The next whole page; `None` at the end of what is whole.
    ///
    /// # Errors
    /// When the disk fails; a torn page is an end, not an error.
    pub(crate) fn next_page(&mut self) -> io::Result<Option<Page>> {
        let mut head = [0_u8; 27];
        if !fill(&mut self.input, &mut head)? {
            return Ok(None);
        }
        let [b'O', b'g', b'g', b'S', 0, flags, g0, g1, g2, g3, g4, g5, g6, g7, .., c0, c1, c2, c3, count] =
            head
        else {
            return Ok(None);
        };
        let mut lacing = vec![0; usize::from(count)];
        if flags & CONTINUED != 0 || !fill(&mut self.input, &mut lacing)? {
            return Ok(None);
        }
        let mut body = vec![0; lacing.iter().map(|size| usize::from(*size)).sum()];
        if !fill(&mut self.input, &mut body)? {
            return Ok(None);
        }
        let mut whole = head.to_vec();
        if let Some(field) = whole.get_mut(22..26) {
            field.fill(0);
        }
        whole.extend_from_slice(&lacing);
        whole.extend_from_slice(&body);
        if checksum(&whole) != u32::from_le_bytes([c0, c1, c2, c3]) {
            return Ok(None);
        }
        let (mut packets, mut packet, mut rest) = (Vec::new(), Vec::new(), body.as_slice());
        for size in lacing {
            let (piece, after) = rest.split_at_checked(usize::from(size)).unwrap_or_default();
            packet.extend_from_slice(piece);
            rest = after;
            if size < 255 {
                packets.push(std::mem::take(&mut packet));
            }
        }
        Ok(Some(Page { granule: i64::from_le_bytes([g0, g1, g2, g3, g4, g5, g6, g7]), packets }))
    }
}

/// Fills the buffer; `false` when the input ends before.
pub(crate) fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match input.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// CRC-32 with polynomial 0x04C11DB7, not reflected, initial value and final xor 0 (RFC 3533 §6).
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, byte| {
        let index = ((sum >> 24) ^ u32::from(*byte)) & 0xFF;
        (sum << 8) ^ CRC.get(index as usize).copied().unwrap_or_default()
    })
}

static CRC: [u32; 256] = crc_table();

#[expect(clippy::indexing_slicing, reason = "constant bounds, checked by the compiler at build time")]
const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut value = (at as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 0x8000_0000 != 0 { (value << 1) ^ 0x04C1_1DB7 } else { value << 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}
