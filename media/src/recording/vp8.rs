//! VP8 out of RTP (RFC 7741). Total: any bytes give an answer.

use bytes::Bytes;

/// The part of a VP8 frame in one packet.
#[derive(Debug)]
pub(crate) struct Part {
    /// First packet of the frame (S = 1, partition 0).
    pub(crate) starts: bool,
    pub(crate) data: Bytes,
}

/// Takes the payload descriptor off; `None` when it is cut short.
pub(crate) fn part(payload: &Bytes) -> Option<Part> {
    let first = *payload.first()?;
    let mut at = 1;
    if first & 0x80 != 0 {
        let extension = *payload.get(at)?;
        at += 1;
        if extension & 0x80 != 0 {
            at += if payload.get(at)? & 0x80 != 0 { 2 } else { 1 };
        }
        if extension & 0x40 != 0 {
            at += 1;
        }
        if extension & 0x30 != 0 {
            at += 1;
        }
    }
    if at >= payload.len() {
        return None;
    }
    Some(Part { starts: first & 0x10 != 0 && first & 0x07 == 0, data: payload.slice(at..) })
}

/// Width and height when these are the first bytes of a key frame (RFC 6386 §9.1).
pub(crate) fn key_frame(frame: &[u8]) -> Option<(u16, u16)> {
    match frame {
        [tag, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..] if tag & 1 == 0 => {
            let (width, height) =
                (u16::from_le_bytes([*w0, *w1]) & 0x3FFF, u16::from_le_bytes([*h0, *h1]) & 0x3FFF);
            (width > 0 && height > 0).then_some((width, height))
        }
        _ => None,
    }
}
