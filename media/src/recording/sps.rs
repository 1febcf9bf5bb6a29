//! H.264 parameter sets (ITU-T H.264 §7.3.2): the ids, the picture size, and what `avcC` wants to know.

/// What a sequence parameter set says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sps {
    pub(crate) id: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) chroma_format: u32,
    pub(crate) bit_depth_luma: u32,
    pub(crate) bit_depth_chroma: u32,
}

/// Profiles whose parameter sets name chroma format and bit depth, and whose `avcC` carries them.
pub(crate) fn high_profile(profile: u8) -> bool {
    matches!(profile, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135)
}

/// Reads a NAL unit of type 7; `None` when it is cut or says the impossible.
pub(crate) fn sps(nal: &[u8]) -> Option<Sps> {
    let raw = unescape(nal.get(1..)?);
    let profile = *raw.first()?;
    let mut bits = Bits { bytes: &raw, at: 24 };
    let id = bits.ue()?;
    let (mut chroma_format, mut luma, mut chroma) = (1, 8, 8);
    if high_profile(profile) {
        chroma_format = bits.ue()?;
        if chroma_format == 3 {
            bits.bits(1)?;
        }
        luma = bits.ue()?.checked_add(8)?;
        chroma = bits.ue()?.checked_add(8)?;
        bits.bits(1)?;
        if bits.bits(1)? == 1 {
            for list in 0..if chroma_format == 3 { 12 } else { 8 } {
                if bits.bits(1)? == 1 {
                    skip_scaling_list(&mut bits, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    bits.ue()?;
    match bits.ue()? {
        0 => {
            bits.ue()?;
        }
        1 => {
            bits.bits(1)?;
            bits.ue()?;
            bits.ue()?;
            let cycle = bits.ue()?;
            if cycle > 255 {
                return None;
            }
            for _ in 0..cycle {
                bits.ue()?;
            }
        }
        _ => {}
    }
    bits.ue()?;
    bits.bits(1)?;
    let columns = bits.ue()?.checked_add(1)?;
    let map_units = bits.ue()?.checked_add(1)?;
    let frames_only = bits.bits(1)?;
    if frames_only == 0 {
        bits.bits(1)?;
    }
    bits.bits(1)?;
    let (mut crop_x, mut crop_y) = (0, 0);
    if bits.bits(1)? == 1 {
        let (left, right) = (bits.ue()?, bits.ue()?);
        let (top, bottom) = (bits.ue()?, bits.ue()?);
        let unit_x = if matches!(chroma_format, 1 | 2) { 2 } else { 1 };
        let unit_y = if chroma_format == 1 { 2 } else { 1 } * (2 - frames_only);
        crop_x = left.checked_add(right)?.checked_mul(unit_x)?;
        crop_y = top.checked_add(bottom)?.checked_mul(unit_y)?;
    }
    let width = columns.checked_mul(16)?.checked_sub(crop_x)?;
    let height = map_units.checked_mul(16)?.checked_mul(2 - frames_only)?.checked_sub(crop_y)?;
    let possible =
        (1..=16_384).contains(&width) && (1..=16_384).contains(&height) && chroma_format <= 3 && id <= 31;
    possible.then_some(Sps {
        id,
        width,
        height,
        chroma_format,
        bit_depth_luma: luma.min(15),
        bit_depth_chroma: chroma.min(15),
    })
}

/// The id of a picture parameter set (NAL unit of type 8).
pub(crate) fn pps_id(nal: &[u8]) -> Option<u32> {
    let raw = unescape(nal.get(1..)?);
    Bits { bytes: &raw, at: 0 }.ue().filter(|id| *id <= 255)
}

fn skip_scaling_list(bits: &mut Bits<'_>, size: usize) -> Option<()> {
    let (mut last, mut next) = (8_i32, 8_i32);
    for _ in 0..size {
        if next != 0 {
            let code = bits.ue()?;
            let delta = if code & 1 == 1 { (code / 2 + 1) as i32 } else { -((code / 2) as i32) };
            next = last.wrapping_add(delta).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

/// Removes emulation prevention bytes (`00 00 03`).
fn unescape(nal: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(nal.len());
    let mut zeros = 0;
    for &byte in nal {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    out
}

struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn bits(&mut self, count: usize) -> Option<u32> {
        let mut value = 0;
        for _ in 0..count {
            let byte = self.bytes.get(self.at / 8)?;
            value = (value << 1) | u32::from((byte >> (7 - self.at % 8)) & 1);
            self.at += 1;
        }
        Some(value)
    }

    fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bits(1)? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1_u32 << zeros) - 1 + self.bits(zeros)?)
    }
}
