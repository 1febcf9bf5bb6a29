//! Matroska and `WebM` (RFC 9559) with one picture track: raw files that grow by whole clusters, final files with length
//! and index.

/// Player's limit for a block's distance from its cluster is `i16::MAX` ms; we stay below.
pub(crate) const MAX_CLUSTER_MS: i64 = 30_000;
/// Final files: a new cluster at a key frame once the open one holds this much.
const FINAL_CLUSTER_MS: i64 = 2_000;
const FINAL_CLUSTER_BYTES: u64 = 1 << 20;

pub(crate) const EBML: u32 = 0x1A45_DFA3;
pub(crate) const SEGMENT: u32 = 0x1853_8067;
pub(crate) const INFO: u32 = 0x1549_A966;
pub(crate) const TRACKS: u32 = 0x1654_AE6B;
pub(crate) const CLUSTER: u32 = 0x1F43_B675;
pub(crate) const CUES: u32 = 0x1C53_BB6B;
pub(crate) const TIMESTAMP: u32 = 0xE7;
pub(crate) const SIMPLE_BLOCK: u32 = 0xA3;
pub(crate) const CRC: u32 = 0xBF;
const SEEK_HEAD: u32 = 0x114D_9B74;

/// What the file says about its only track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture<'a> {
    pub(crate) codec_id: &'a str,
    pub(crate) private: Option<&'a [u8]>,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// The `Tracks` element.
pub(crate) fn tracks(picture: &Picture<'_>) -> Vec<u8> {
    let mut video = Vec::new();
    uint(&mut video, 0xB0, u64::from(picture.width));
    uint(&mut video, 0xBA, u64::from(picture.height));
    let mut entry = Vec::new();
    uint(&mut entry, 0xD7, 1);
    uint(&mut entry, 0x73C5, 1);
    uint(&mut entry, 0x83, 1);
    uint(&mut entry, 0x9C, 0);
    element(&mut entry, 0x22_B59C, b"und");
    element(&mut entry, 0x86, picture.codec_id.as_bytes());
    if let Some(private) = picture.private {
        element(&mut entry, 0x63A2, private);
    }
    element(&mut entry, 0xE0, &video);
    let mut list = Vec::new();
    element(&mut list, 0xAE, &entry);
    let mut out = Vec::new();
    element(&mut out, TRACKS, &list);
    out
}

/// Head of a raw file: a Segment of unknown size, which is legal and open-ended.
pub(crate) fn raw_head(doc_type: &str, tracks: &[u8]) -> Vec<u8> {
    let mut out = ebml(doc_type);
    id(&mut out, SEGMENT);
    out.extend_from_slice(&[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]);
    out.extend(info(None));
    out.extend_from_slice(tracks);
    out
}

/// A cluster that is being filled.
#[derive(Debug)]
pub(crate) struct Cluster {
    start_ms: i64,
    blocks: Vec<u8>,
}

impl Cluster {
    pub(crate) fn new(start_ms: i64) -> Self {
        Self { start_ms, blocks: Vec::new() }
    }

    pub(crate) fn start_ms(&self) -> i64 {
        self.start_ms
    }

    /// Adds a frame. `at_ms` within [`MAX_CLUSTER_MS`] of the start.
    pub(crate) fn add(&mut self, at_ms: i64, key: bool, frame: &[u8]) {
        block_head(&mut self.blocks, at_ms - self.start_ms, key, frame.len());
        self.blocks.extend_from_slice(frame);
    }

    /// The whole cluster with a checksum, for one write.
    pub(crate) fn raw(self) -> Vec<u8> {
        let mut content = Vec::with_capacity(self.blocks.len() + 16);
        fixed_uint(&mut content, TIMESTAMP, self.start_ms.max(0) as u64);
        content.extend_from_slice(&self.blocks);
        let sum = crc32(&content);
        let mut out = Vec::with_capacity(content.len() + 18);
        id(&mut out, CLUSTER);
        size8(&mut out, content.len() as u64 + 6);
        element(&mut out, CRC, &sum.to_le_bytes());
        out.extend_from_slice(&content);
        out
    }
}

/// One frame of a file to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) at_ms: i64,
    pub(crate) key: bool,
    pub(crate) size: usize,
}

/// Everything of a final file but the frames themselves.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Up to the first cluster.
    pub(crate) head: Vec<u8>,
    /// For each frame: the bytes before it (cluster head where one begins, then block head).
    pub(crate) before: Vec<Vec<u8>>,
}

/// Lays a final file out, so that it can be written front to back.
pub(crate) fn plan(doc_type: &str, tracks: &[u8], frames: &[Frame], duration_ms: i64) -> Plan {
    // Which frames begin a cluster.
    let mut clusters: Vec<(usize, i64, u64)> = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        let size = block_size(frame.size);
        match clusters.last_mut() {
            Some((_, start, bytes))
                if frame.at_ms - *start < MAX_CLUSTER_MS
                    && !(frame.key
                        && (frame.at_ms - *start >= FINAL_CLUSTER_MS || *bytes >= FINAL_CLUSTER_BYTES)) =>
            {
                *bytes += size;
            }
            _ => clusters.push((index, frame.at_ms, FIXED_UINT_1 + size)),
        }
    }
    let keys: Vec<(i64, usize)> = clusters
        .iter()
        .enumerate()
        .filter(|(_, (index, ..))| frames.get(*index).is_some_and(|frame| frame.key))
        .map(|(cluster, (_, start, _))| (*start, cluster))
        .collect();

    let info = info(Some(duration_ms));
    let seek_len = seek_head(0, 0, 0).len() as u64;
    let cues_len = cues(keys.iter().map(|(at, _)| (*at, 0))).len() as u64;
    let (info_at, tracks_at) = (seek_len, seek_len + info.len() as u64);
    let cues_at = tracks_at + tracks.len() as u64;
    let mut position = cues_at + cues_len;
    let mut positions = Vec::with_capacity(clusters.len());
    for (_, _, content) in &clusters {
        positions.push(position);
        position += CLUSTER_HEAD + content;
    }

    let mut head = ebml(doc_type);
    id(&mut head, SEGMENT);
    size8(&mut head, position);
    head.extend(seek_head(info_at, tracks_at, cues_at));
    head.extend(info);
    head.extend_from_slice(tracks);
    head.extend(cues(
        keys.iter().map(|(at, cluster)| (*at, positions.get(*cluster).copied().unwrap_or_default())),
    ));

    let mut before = Vec::with_capacity(frames.len());
    let mut next = clusters.iter().peekable();
    let mut start = 0;
    for (index, frame) in frames.iter().enumerate() {
        let mut bytes = Vec::with_capacity(32);
        if let Some((_, at, content)) = next.next_if(|(first, ..)| *first == index) {
            start = *at;
            id(&mut bytes, CLUSTER);
            size8(&mut bytes, *content);
            fixed_uint(&mut bytes, TIMESTAMP, start.max(0) as u64);
        }
        block_head(&mut bytes, frame.at_ms - start, frame.key, frame.size);
        before.push(bytes);
    }
    Plan { head, before }
}

const FIXED_UINT_1: u64 = 10;
const CLUSTER_HEAD: u64 = 12;

fn block_size(frame: usize) -> u64 {
    9 + frame as u64
}

fn block_head(out: &mut Vec<u8>, relative_ms: i64, key: bool, frame: usize) {
    out.push(SIMPLE_BLOCK as u8);
    out.extend_from_slice(&(0x1000_0000_u32 | (frame as u32 + 4)).to_be_bytes());
    out.push(0x81);
    out.extend_from_slice(&(relative_ms.clamp(0, 32_767) as i16).to_be_bytes());
    out.push(if key { 0x80 } else { 0 });
}

fn ebml(doc_type: &str) -> Vec<u8> {
    let mut head = Vec::new();
    uint(&mut head, 0x4286, 1);
    uint(&mut head, 0x42F7, 1);
    uint(&mut head, 0x42F2, 4);
    uint(&mut head, 0x42F3, 8);
    element(&mut head, 0x4282, doc_type.as_bytes());
    uint(&mut head, 0x4287, 4);
    uint(&mut head, 0x4285, 2);
    let mut out = Vec::new();
    element(&mut out, EBML, &head);
    out
}

fn info(duration_ms: Option<i64>) -> Vec<u8> {
    let mut body = Vec::new();
    uint(&mut body, 0x2A_D7B1, 1_000_000);
    element(&mut body, 0x4D80, b"Yoban");
    element(&mut body, 0x5741, b"Yoban");
    if let Some(duration) = duration_ms {
        element(&mut body, 0x4489, &(duration as f64).to_be_bytes());
    }
    let mut out = Vec::new();
    element(&mut out, INFO, &body);
    out
}

fn seek_head(info_at: u64, tracks_at: u64, cues_at: u64) -> Vec<u8> {
    let mut body = Vec::new();
    for (target, position) in [(INFO, info_at), (TRACKS, tracks_at), (CUES, cues_at)] {
        let mut seek = Vec::new();
        element(&mut seek, 0x53AB, &target.to_be_bytes());
        fixed_uint(&mut seek, 0x53AC, position);
        element(&mut body, 0x4DBB, &seek);
    }
    let mut out = Vec::new();
    element(&mut out, SEEK_HEAD, &body);
    out
}

fn cues(points: impl Iterator<Item = (i64, u64)>) -> Vec<u8> {
    let mut body = Vec::new();
    for (at_ms, position) in points {
        let mut place = Vec::new();
        uint(&mut place, 0xF7, 1);
        fixed_uint(&mut place, 0xF1, position);
        let mut point = Vec::new();
        fixed_uint(&mut point, 0xB3, at_ms.max(0) as u64);
        element(&mut point, 0xB7, &place);
        element(&mut body, 0xBB, &point);
    }
    let mut out = Vec::new();
    element(&mut out, CUES, &body);
    out
}

fn element(out: &mut Vec<u8>, ident: u32, body: &[u8]) {
    id(out, ident);
    if body.len() < 0x7F {
        out.push(0x80 | body.len() as u8);
    } else {
        size8(out, body.len() as u64);
    }
    out.extend_from_slice(body);
}

fn id(out: &mut Vec<u8>, ident: u32) {
    let bytes = ident.to_be_bytes();
    out.extend(bytes.iter().skip_while(|byte| **byte == 0));
}

fn size8(out: &mut Vec<u8>, size: u64) {
    out.extend_from_slice(&(size | 1 << 56).to_be_bytes());
}

fn uint(out: &mut Vec<u8>, ident: u32, value: u64) {
    let bytes = value.to_be_bytes();
    let short = bytes.get((value.leading_zeros() as usize / 8).min(7)..).unwrap_or_default();
    element(out, ident, short);
}

/// Always eight bytes, so that layouts do not depend on values.
fn fixed_uint(out: &mut Vec<u8>, ident: u32, value: u64) {
    element(out, ident, &value.to_be_bytes());
}

/// CRC-32 as in Ethernet and EBML (RFC 8794 §11.3.1): polynomial 0xEDB88320, reflected.
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, byte| {
        let index = (sum ^ u32::from(*byte)) & 0xFF;
        (sum >> 8) ^ CRC_TABLE.get(index as usize).copied().unwrap_or_default()
    })
}

static CRC_TABLE: [u32; 256] = crc_table();

#[expect(clippy::indexing_slicing, reason = "constant bounds, checked by the compiler at build time")]
const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        let mut value = at as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 != 0 { (value >> 1) ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[at] = value;
        at += 1;
    }
    table
}
