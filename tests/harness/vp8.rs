//! VP8 in RTP (RFC 7741) and in IVF files.

use std::collections::BTreeMap;
use std::time::Instant;

use bytes::{BufMut, Bytes, BytesMut};

/// Largest piece of a frame in one packet.
const PIECE: usize = 1_100;

/// One packet's payload and whether it ends the frame.
pub type Piece = (Bytes, bool);

/// Cuts a frame into packets, each with S bit and a 15-bit picture id.
pub fn cut(frame: &[u8], picture: u16) -> Vec<Piece> {
    let pieces = frame.chunks(PIECE).count();
    let mut out = Vec::with_capacity(pieces);
    for (n, piece) in frame.chunks(PIECE).enumerate() {
        let mut payload = BytesMut::with_capacity(piece.len() + 4);
        payload.put_u8(if n == 0 { 0x90 } else { 0x80 });
        payload.put_u8(0x80);
        payload.put_u16(picture | 0x8000);
        payload.put_slice(piece);
        out.push((payload.freeze(), n + 1 == pieces));
    }
    out
}

/// A packet as it came.
#[derive(Clone, Debug)]
pub struct Packet {
    /// Sequence number.
    pub sequence: u16,
    /// RTP time.
    pub timestamp: u32,
    /// Ends a frame.
    pub marker: bool,
    /// With descriptor.
    pub payload: Bytes,
    /// When it came.
    pub at: Instant,
}

/// A whole frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// As the encoder made it.
    pub data: Bytes,
    /// When its last packet came.
    pub at: Instant,
}

impl Frame {
    /// Can be decoded without what went before.
    pub fn key(&self) -> bool {
        self.data.first().is_some_and(|b| b & 1 == 0)
    }
}

/// The complete frames among packets in order of arrival, in order of sending.
pub fn frames(packets: &[Packet]) -> Vec<Frame> {
    let mut by_time: BTreeMap<u64, BTreeMap<i64, &Packet>> = BTreeMap::new();
    let Some(first) = packets.first() else {
        return Vec::new();
    };
    for packet in packets {
        // Around the first packet, half the range to each side: a test never lasts longer.
        let time = u64::from(packet.timestamp.wrapping_sub(first.timestamp).wrapping_add(1 << 31));
        let number = i64::from(packet.sequence.wrapping_sub(first.sequence).cast_signed());
        by_time.entry(time).or_default().insert(number, packet);
    }
    by_time.values().filter_map(whole).collect()
}

fn whole(pieces: &BTreeMap<i64, &Packet>) -> Option<Frame> {
    let (first, last) = (pieces.first_key_value()?, pieces.last_key_value()?);
    let count = i64::try_from(pieces.len()).ok()?;
    let starts = first.1.payload.first()? & 0x17 == 0x10;
    if !starts || !last.1.marker || last.0 - first.0 + 1 != count {
        return None;
    }
    let mut data = BytesMut::new();
    for packet in pieces.values() {
        data.extend_from_slice(&packet.payload[descriptor(&packet.payload)?..]);
    }
    let at = pieces.values().map(|p| p.at).max()?;
    Some(Frame { data: data.freeze(), at })
}

/// Length of the payload descriptor.
fn descriptor(payload: &[u8]) -> Option<usize> {
    let first = *payload.first()?;
    if first & 0x80 == 0 {
        return Some(1);
    }
    let extension = *payload.get(1)?;
    let mut length = 2;
    if extension & 0x80 != 0 {
        length += if payload.get(2)? & 0x80 == 0 { 1 } else { 2 };
    }
    length += usize::from(extension & 0x40 != 0) + usize::from(extension & 0x30 != 0);
    Some(length).filter(|l| *l < payload.len())
}

/// Frames of an IVF file.
pub fn read_ivf(file: &Bytes) -> Vec<Bytes> {
    assert_eq!(&file[..4], b"DKIF");
    let mut at = 32;
    let mut out = Vec::new();
    while at + 12 <= file.len() {
        let size = u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        out.push(file.slice(at + 12..at + 12 + size));
        at += 12 + size;
    }
    out
}

/// An IVF file of frames, at 15 per second.
pub fn write_ivf(frames: &[Frame]) -> Bytes {
    let mut file = BytesMut::new();
    file.put_slice(b"DKIF");
    file.put_u16_le(0);
    file.put_u16_le(32);
    file.put_slice(b"VP80");
    file.put_u16_le(320);
    file.put_u16_le(240);
    file.put_u32_le(15);
    file.put_u32_le(1);
    file.put_u32_le(u32::try_from(frames.len()).unwrap());
    file.put_u32_le(0);
    for (n, frame) in frames.iter().enumerate() {
        file.put_u32_le(u32::try_from(frame.data.len()).unwrap());
        file.put_u64_le(n as u64);
        file.put_slice(&frame.data);
    }
    file.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_comes_together_again_in_any_order_and_a_lost_piece_loses_its_frame_alone() {
        let made: Vec<Vec<u8>> = (0..3_u8).map(|n| vec![n; 2_500 + usize::from(n)]).collect();
        let mut packets = Vec::new();
        for (n, frame) in made.iter().enumerate() {
            for (payload, marker) in cut(frame, n as u16) {
                packets.push(Packet {
                    sequence: 65_533_u16.wrapping_add(packets.len() as u16),
                    timestamp: u32::MAX.wrapping_add(n as u32 * 6_000),
                    marker,
                    payload,
                    at: Instant::now(),
                });
            }
        }
        packets.swap(1, 4);
        let whole: Vec<_> = frames(&packets).into_iter().map(|f| f.data.to_vec()).collect();
        assert_eq!(whole, made);
        packets.remove(4);
        let left: Vec<_> = frames(&packets).into_iter().map(|f| f.data.to_vec()).collect();
        assert_eq!(left, made[1..]);
    }
}
