//! Telling voices apart: sound is compared sample by sample at 8 kHz, over every lag.

use bytes::Bytes;
use opus::{Channels, Decoder};

/// Samples of one 20 ms packet at 48 kHz.
pub const PACKET: usize = 960;
/// One of so many samples is kept for comparing.
const THIN: usize = 6;
/// Compared samples per packet.
pub const THIN_PACKET: usize = PACKET / THIN;
/// What a fresh decoder needs before it gives what one that ran on gives.
const SETTLE: usize = 10;

/// Decodes packets, `None` for a missing one, to 8 kHz mono.
pub fn decode<'a>(packets: impl IntoIterator<Item = Option<&'a Bytes>>) -> Vec<f32> {
    let mut decoder = Decoder::new(48_000, Channels::Mono).unwrap();
    let mut out = Vec::new();
    let mut buffer = vec![0.0_f32; 5_760];
    for packet in packets {
        let got = match packet {
            Some(packet) => decoder.decode_float(packet, &mut buffer, false).unwrap(),
            None => decoder.decode_float(&[], &mut buffer[..PACKET], false).unwrap(),
        };
        out.extend(thin(&buffer[..got]));
    }
    out
}

/// Keeps one averaged sample of six.
pub fn thin(samples: &[f32]) -> Vec<f32> {
    samples.chunks_exact(THIN).map(|c| c.iter().sum::<f32>() / THIN as f32).collect()
}

/// How much of `heard` is `voice`, which speaks in a loop: best normalised cross-correlation over every whole packet
/// of lag, from 0 (nothing, silence, somebody else) to 1. Both begin on a packet.
pub fn likeness(heard: &[f32], voice: &[f32]) -> f32 {
    let heard = heard.get(SETTLE * THIN_PACKET..).unwrap_or_default();
    let lags = (0..voice.len()).step_by(THIN_PACKET);
    best(heard, voice, lags)
}

/// The same where packets are not kept apart any more, as in a mix: every lag in samples, on a coarser raster first.
pub fn likeness_anywhere(heard: &[f32], voice: &[f32]) -> f32 {
    // 2 kHz carries the voice's own tones and is sixteen times quicker than 8 kHz.
    let coarse = |all: &[f32]| {
        let chunks = all.chunks_exact(4);
        chunks.map(|c| c.iter().sum::<f32>() / 4.0).collect::<Vec<_>>()
    };
    let (heard, voice) = (coarse(heard), coarse(voice));
    best(&heard, &voice, 0..voice.len())
}

fn best(heard: &[f32], voice: &[f32], lags: impl Iterator<Item = usize>) -> f32 {
    let power = |all: &mut dyn Iterator<Item = f32>| all.map(|s| s * s).sum::<f32>();
    let own = power(&mut heard.iter().copied());
    if heard.is_empty() || voice.is_empty() || own < 1e-6 {
        return 0.0;
    }
    let mut best = 0.0_f32;
    for lag in lags {
        let (mut product, mut other, mut at) = (0.0, 0.0, lag);
        for sample in heard {
            product += sample * voice[at];
            other += voice[at] * voice[at];
            at += 1;
            if at == voice.len() {
                at = 0;
            }
        }
        if other > 1e-6 {
            best = best.max(product / (own * other).sqrt());
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Clip, Voice};

    fn window(clip: &Clip, from: usize) -> Vec<f32> {
        decode((from..from + 100).map(|n| Some(&clip.sound[n % clip.sound.len()])))
    }

    #[test]
    fn a_voice_is_known_at_any_place_and_silence_and_other_voices_are_not_taken_for_it() {
        let clips = Voice::ALL.map(Clip::of);
        for (n, spoken) in clips.iter().enumerate() {
            for from in [0, 37, spoken.sound.len() - 20] {
                let heard = window(spoken, from);
                for (m, voice) in clips.iter().enumerate() {
                    let found = likeness(&heard, &voice.voice);
                    assert_eq!(found > 0.8, n == m, "{n} from {from} against {m}: {found}");
                    assert!(n == m || found < 0.5, "{n} from {from} against {m}: {found}");
                }
            }
            assert_eq!(likeness(&vec![0.0; 16_000], &spoken.voice), 0.0);
            let silence = crate::clip::silence();
            let quiet = decode((0..100).map(|_| Some(&silence)));
            assert!(likeness(&quiet, &spoken.voice) < 0.3);
        }
    }
}
