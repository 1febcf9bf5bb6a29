//! H.264 out of RTP (RFC 6184, packetization modes 0 and 1) and the `avcC` box players need. Total: any bytes give an
//! answer.

use std::collections::BTreeMap;

use bytes::{Bytes, BytesMut};

use super::sps;

/// Largest parameter set kept. Real ones are some ten bytes.
const MAX_PARAMETER_SET: usize = 1_024;
/// Largest NAL unit put together from fragments.
const MAX_NAL: usize = 4 << 20;

/// Puts NAL units together.
#[derive(Debug, Default)]
pub(crate) struct Nals {
    fragment: Option<BytesMut>,
}

impl Nals {
    /// Takes a payload and hands out whole NAL units. `false`: the payload cannot be used, the picture is broken.
    pub(crate) fn push(&mut self, payload: &Bytes, out: &mut Vec<Bytes>) -> bool {
        let Some(&header) = payload.first() else {
            return false;
        };
        match header & 0x1F {
            1..=23 => {
                let whole = self.fragment.take().is_none();
                out.push(payload.clone());
                whole
            }
            24 => {
                let whole = self.fragment.take().is_none();
                aggregate(payload, out) && whole
            }
            28 => self.fragmented(header, payload, out),
            // STAP-B, MTAP, FU-B belong to the interleaved mode nobody offers; 0, 30, 31 are undefined.
            _ => {
                self.fragment = None;
                false
            }
        }
    }

    /// Whether a NAL unit is still open.
    pub(crate) fn open(&self) -> bool {
        self.fragment.is_some()
    }

    /// Forgets an open NAL unit.
    pub(crate) fn reset(&mut self) {
        self.fragment = None;
    }

    fn fragmented(&mut self, indicator: u8, payload: &Bytes, out: &mut Vec<Bytes>) -> bool {
        let Some(&header) = payload.get(1) else {
            return false;
        };
        let (start, end) = (header & 0x80 != 0, header & 0x40 != 0);
        if start {
            let broken = self.fragment.is_some();
            let mut nal = BytesMut::with_capacity(payload.len() * 4);
            nal.extend_from_slice(&[(indicator & 0xE0) | (header & 0x1F)]);
            self.fragment = Some(nal);
            if broken {
                self.fragment = None;
                return false;
            }
        }
        let Some(nal) = &mut self.fragment else {
            return false;
        };
        nal.extend_from_slice(payload.get(2..).unwrap_or_default());
        if nal.len() > MAX_NAL {
            self.fragment = None;
            return false;
        }
        if end && let Some(nal) = self.fragment.take() {
            out.push(nal.freeze());
        }
        true
    }
}

fn aggregate(payload: &Bytes, out: &mut Vec<Bytes>) -> bool {
    let mut at = 1;
    while at < payload.len() {
        let (Some(&high), Some(&low)) = (payload.get(at), payload.get(at + 1)) else {
            return false;
        };
        let size = usize::from(u16::from_be_bytes([high, low]));
        at += 2;
        if size == 0 || at + size > payload.len() {
            return false;
        }
        out.push(payload.slice(at..at + size));
        at += size;
    }
    true
}

/// The parameter sets seen last, by id.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct ParameterSets {
    sps: BTreeMap<u32, Bytes>,
    pps: BTreeMap<u32, Bytes>,
}

impl ParameterSets {
    /// Remembers a parameter set; says whether the NAL unit was one.
    pub(crate) fn learn(&mut self, nal: &Bytes) -> bool {
        let kind = nal.first().map_or(0, |header| header & 0x1F);
        let known = match kind {
            7 if nal.len() <= MAX_PARAMETER_SET => sps::sps(nal).map(|sps| (&mut self.sps, sps.id, 31)),
            8 if nal.len() <= MAX_PARAMETER_SET => sps::pps_id(nal).map(|id| (&mut self.pps, id, 255)),
            _ => None,
        };
        if let Some((sets, id, most)) = known
            && (sets.len() < most || sets.contains_key(&id))
        {
            sets.insert(id, Bytes::copy_from_slice(nal));
        }
        matches!(kind, 7 | 8)
    }

    /// Picture size of the first sequence parameter set.
    pub(crate) fn size(&self) -> Option<(u32, u32)> {
        let first = sps::sps(self.sps.values().next()?)?;
        Some((first.width, first.height))
    }

    /// The `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 §5.3.3.1) with 4-byte lengths; `None` before the first
    /// SPS and PPS came.
    pub(crate) fn avcc(&self) -> Option<Vec<u8>> {
        let first = self.sps.values().next()?;
        let (&profile, &compatible, &level) = (first.get(1)?, first.get(2)?, first.get(3)?);
        if self.pps.is_empty() {
            return None;
        }
        let mut out = vec![1, profile, compatible, level, 0xFF, 0xE0 | (self.sps.len().min(31) as u8)];
        for set in self.sps.values().take(31) {
            out.extend_from_slice(&(set.len() as u16).to_be_bytes());
            out.extend_from_slice(set);
        }
        out.push(self.pps.len().min(255) as u8);
        for set in self.pps.values().take(255) {
            out.extend_from_slice(&(set.len() as u16).to_be_bytes());
            out.extend_from_slice(set);
        }
        if sps::high_profile(profile) {
            let facts = sps::sps(first)?;
            out.extend_from_slice(&[
                0xFC | (facts.chroma_format as u8 & 3),
                0xF8 | ((facts.bit_depth_luma - 8) as u8 & 7),
                0xF8 | ((facts.bit_depth_chroma - 8) as u8 & 7),
                0,
            ]);
        }
        Some(out)
    }
}
