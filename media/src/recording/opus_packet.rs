//! What an Opus packet says about itself (RFC 6716 §3.1), and packets that fill a gap.

/// Longest Opus packet, in 48 kHz samples: 120 ms.
const MAX_SAMPLES: i64 = 5_760;

/// Duration in 48 kHz samples, `None` when the packet is not Opus.
pub(crate) fn duration(packet: &[u8]) -> Option<i64> {
    let toc = *packet.first()?;
    let config = toc >> 3;
    let frame = match config {
        // SILK: 10, 20, 40, 60 ms.
        0..=11 => match config & 3 {
            0 => 480,
            1 => 960,
            2 => 1_920,
            _ => 2_880,
        },
        // Hybrid: 10, 20 ms.
        12..=15 => 480 << (config & 1),
        // CELT: 2.5, 5, 10, 20 ms.
        _ => 120 << (config & 3),
    };
    let count = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => i64::from(*packet.get(1)? & 0x3F),
    };
    let samples = frame * count;
    (samples > 0 && samples <= MAX_SAMPLES).then_some(samples)
}

/// Whether the packet carries two channels.
pub(crate) fn stereo(packet: &[u8]) -> bool {
    packet.first().is_some_and(|toc| toc & 4 != 0)
}

/// A packet of the given packet's mode without content: decoders conceal (RFC 7845 §4.1). Same duration.
pub(crate) fn conceal(like: &[u8]) -> Option<Vec<u8>> {
    let toc = *like.first()?;
    duration(like)?;
    Some(match toc & 3 {
        0 => vec![toc],
        // Two frames of equal (zero) length.
        1 | 2 => vec![(toc & !3) | 1],
        // Constant bit rate, no padding, the same number of frames.
        _ => vec![toc, like.get(1)? & 0x3F],
    })
}

/// Packets of digital silence for `samples` (48 kHz), rounded down to 2.5 ms, each at most 120 ms: `(packet, samples)`.
pub(crate) fn silence(samples: i64) -> impl Iterator<Item = (Vec<u8>, i64)> {
    let mut left = samples.max(0);
    std::iter::from_fn(move || {
        // CELT, full band, mono: 20, 10, 5 or 2.5 ms frames, each coded as `FF FE` = silence flag set.
        let (frames, frame, config) = match left {
            l if l >= 960 => ((l / 960).min(6), 960, 31_u8),
            l if l >= 480 => (1, 480, 30),
            l if l >= 240 => (1, 240, 29),
            l if l >= 120 => (1, 120, 28),
            _ => return None,
        };
        left -= frames * frame;
        let mut packet = if frames == 1 { vec![config << 3] } else { vec![(config << 3) | 3, frames as u8] };
        for _ in 0..frames {
            packet.extend_from_slice(&[0xFF, 0xFE]);
        }
        Some((packet, frames * frame))
    })
}
