//! Every voice is in the mix, at its place.

use super::clips::{self, Temp};
use super::rig::{Rig, by_arrival, decodes, length_ms, near, packets};

/// Largest normalised correlation of `voice` with what is in `sound` around `at_ms`, within ±30 ms: 1 is identity.
fn correlation(sound: &[f64], voice: &[f64], at_ms: i64) -> f64 {
    let energy: f64 = voice.iter().map(|v| v * v).sum();
    (-240..=240)
        .map(|lag| {
            let begin = at_ms * 8 + lag;
            let (mut product, mut other) = (0.0, 0.0);
            for (index, v) in voice.iter().enumerate() {
                let place = usize::try_from(begin + index as i64).ok();
                let s = place.and_then(|place| sound.get(place)).copied().unwrap_or(0.0);
                product += s * v;
                other += s * s;
            }
            if other > 0.0 { product / (energy * other).sqrt() } else { 0.0 }
        })
        .fold(0.0, f64::max)
}

/// Above: the voice is there. Other voices reach 0.1.
const HEARD: f64 = 0.35;

#[test]
fn each_voice_is_in_the_mix_at_its_place() {
    let temp = Temp::new();
    let speakers = [
        ("patient", "ja", "70", "むねがくるしいです。いきがしにくいです。", 0_i64),
        ("nurse", "en-gb", "50", "I am with you. Please breathe slowly and tell me where it hurts.", 900),
        (
            "doctor",
            "de",
            "20",
            "Guten Abend, hier spricht der Arzt. Bleiben Sie bitte ganz ruhig sitzen.",
            2_300,
        ),
    ];
    let absent = clips::pcm(&clips::speech(
        &temp,
        "absent",
        "fr",
        "40",
        "Une voix que personne n'a entendue ce soir.",
    ));
    let sources: Vec<Vec<f64>> = speakers
        .iter()
        .map(|(name, voice, pitch, words, _)| clips::pcm(&clips::speech(&temp, name, voice, pitch, words)))
        .collect();
    let encoded: Vec<_> = speakers
        .iter()
        .map(|(name, ..)| {
            let wave = temp.path(&format!("{name}.wav"));
            clips::opus(&temp, name, &["-i", clips::text(&wave)])
        })
        .collect();
    let rig = Rig::new(&temp, &[(1, &encoded[0]), (2, &encoded[1]), (3, &encoded[2])]);
    let streams = encoded.iter().zip(&speakers).enumerate().map(|(index, (clip, (.., from)))| {
        packets(clip, index as u32 + 1, *from, 60_000 + index as u16, 4_000_000_000 + index as u32)
    });
    rig.feed(by_arrival(streams.collect()));
    let done = rig.finish();
    let mix = done.manifest.mix.clone().unwrap();
    let path = done.path(&mix.file);
    decodes(&path);
    near(length_ms(&path), mix.duration, 8);
    let mixed = clips::pcm(&path);
    for ((name, .., from), source) in speakers.iter().zip(&sources) {
        let there = correlation(&mixed, source, *from);
        assert!(there > HEARD, "{name}: {there}");
        // The same check says no: at another moment, in silence, and for somebody who never spoke.
        let elsewhere = correlation(&mixed, source, from + 1_500);
        assert!(elsewhere < HEARD, "{name} elsewhere: {elsewhere}");
        let silent = correlation(&vec![0.0; mixed.len()], source, *from);
        assert!(silent < HEARD, "{name} in silence: {silent}");
        let stranger = correlation(&mixed, &absent, *from);
        assert!(stranger < HEARD, "a stranger instead of {name}: {stranger}");
    }
    // And each file holds its own voice alone.
    for (index, source) in sources.iter().enumerate() {
        for (other, speaker) in speakers.iter().enumerate() {
            let file = done.path(&done.track(other as u32 + 1, crate::recording::Kind::Audio).0.file);
            let found = correlation(&clips::pcm(&file), source, 0);
            assert_eq!(
                found > HEARD,
                index == other,
                "{} in the file of {}: {found}",
                speakers[index].0,
                speaker.0
            );
        }
    }
}
