//! Bad networks: order, repetition, loss, wraps, clocks that stand still.

use super::clips::{self, Temp};
use super::rig::{
    Rig, T0, config, decodes, frames, length_ms, near, packets, packets_in, picture_times, session,
};
use crate::recording::{GapReason, Kind, RecordingEvent, SenderReport};

#[test]
fn reordered_and_repeated_packets_change_nothing() {
    let temp = Temp::new();
    let vp8 = clips::vp8(&temp, "320x240", 4, 30);
    let rig = Rig::new(&temp, &[(1, &vp8)]);
    let mut all = packets(&vp8, 1, 0, 65_000, 5);
    // Swap neighbours, repeat every fifth, bring every seventh 60 ms late.
    for at in (3..all.len() - 1).step_by(4) {
        all.swap(at, at + 1);
    }
    let mut sent = Vec::new();
    for (index, packet) in all.into_iter().enumerate() {
        if index % 5 == 0 {
            sent.push(packet.clone());
        }
        let late = if index % 7 == 3 { 60 } else { 0 };
        sent.push(crate::recording::RtpIn { arrival_ms: packet.arrival_ms + late, ..packet });
    }
    sent.sort_by_key(|packet| packet.arrival_ms);
    rig.feed(sent);
    let done = rig.finish();
    let (track, path) = done.track(1, Kind::Video);
    decodes(&path);
    assert_eq!((track.units, frames(&path)), (120, 120));
    assert_eq!(track.gaps, []);
}

#[test]
fn after_a_lost_packet_there_is_no_picture_until_a_key_frame() {
    let temp = Temp::new();
    let vp8 = clips::vp8(&temp, "320x240", 4, 30);
    let rig = Rig::new(&temp, &[(1, &vp8)]);
    let mut all = packets(&vp8, 1, 0, 0, 0);
    // One packet of the 40th picture.
    let lost = all.iter().position(|packet| packet.timestamp == 39 * 3_000).unwrap();
    all.remove(lost);
    rig.feed(all);
    let done = rig.finish();
    let (track, path) = done.track(1, Kind::Video);
    decodes(&path);
    assert_eq!((track.units, frames(&path)), (39 + 60, 39 + 60));
    let gap = track.gaps.first().unwrap();
    assert_eq!((track.gaps.len(), gap.reason), (1, GapReason::Loss));
    assert_eq!(gap.to, T0 + 2_000);
    assert!(done.key_frames_asked() >= 2, "one at the start, one or more for the loss");
    let times = picture_times(&path);
    assert!(!times.iter().any(|at| (1_290..2_000).contains(at)), "{times:?}");
}

#[test]
fn h264_losing_a_fragment_waits_for_a_key_frame() {
    let temp = Temp::new();
    let clip = clips::h264(&temp, "640x360", 4, "main");
    let rig = Rig::new(&temp, &[(1, &clip)]);
    let mut all = packets(&clip, 1, 0, 0, 0);
    let fragments: Vec<usize> = all
        .iter()
        .enumerate()
        .filter(|(_, packet)| packet.timestamp == 45 * 3_000 && packet.payload[0] & 0x1F == 28)
        .map(|(index, _)| index)
        .collect();
    assert!(fragments.len() >= 3, "the picture is cut into fragments");
    all.remove(fragments[1]);
    rig.feed(all);
    let done = rig.finish();
    let (track, path) = done.track(1, Kind::Video);
    decodes(&path);
    assert_eq!((track.units, frames(&path)), (45 + 60, 45 + 60));
}

#[test]
fn lost_sound_is_concealed_and_declared() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 4);
    let rig = Rig::new(&temp, &[(1, &sound)]);
    let mut all = packets(&sound, 1, 0, 65_530, u32::MAX - 48_000);
    all.drain(100..105);
    rig.feed(all);
    let done = rig.finish();
    let (track, path) = done.track(1, Kind::Audio);
    decodes(&path);
    assert_eq!(track.units, sound.units as u64 - 5);
    // Five packets of concealment stand in for five lost ones.
    assert_eq!(packets_in(&path), sound.units as u64);
    near(length_ms(&path), 4_000, 40);
    let gap = track.gaps.first().unwrap();
    assert_eq!(
        (track.gaps.len(), gap.reason, gap.from, gap.to),
        (1, GapReason::Loss, T0 + 2_000, T0 + 2_100)
    );
}

#[test]
fn silence_by_dtx_is_time_but_not_loss() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 4);
    let rig = Rig::new(&temp, &[(1, &sound)]);
    let mut all = packets(&sound, 1, 0, 0, 0);
    // The sender leaves 400 ms out: the numbering goes on, the timestamps jump.
    all.drain(100..120);
    for (index, packet) in all.iter_mut().enumerate() {
        packet.sequence = index as u16;
    }
    rig.feed(all);
    let done = rig.finish();
    let (track, path) = done.track(1, Kind::Audio);
    decodes(&path);
    assert_eq!(track.gaps, []);
    near(length_ms(&path), 4_000, 40);
}

/// R30: a phone call takes the microphone; timestamps do not jump, time does.
#[test]
fn a_stalled_sender_keeps_its_place_in_time() {
    let temp = Temp::new();
    let (sound, vp8) = (clips::tone(&temp, 440, 20), clips::vp8(&temp, "320x240", 4, 30));
    let rig = Rig::new(&temp, &[(1, &sound), (2, &vp8)]);
    let mut all = packets(&sound, 1, 0, 0, 0);
    for packet in all.iter_mut().skip(250) {
        packet.arrival_ms += 30_000;
    }
    let mut pictures = packets(&vp8, 2, 0, 0, 0);
    for packet in pictures.iter_mut().filter(|packet| packet.timestamp >= 60 * 3_000) {
        packet.arrival_ms += 30_000;
    }
    rig.feed(super::rig::by_arrival(vec![all, pictures]));
    let done = rig.finish();
    let (track, path) = done.track(1, Kind::Audio);
    decodes(&path);
    near(length_ms(&path), 50_000, 40);
    let gap = track.gaps.first().unwrap();
    assert_eq!((track.gaps.len(), gap.reason), (1, GapReason::Stall));
    near(gap.from, T0 + 5_000, 40);
    near(gap.to, T0 + 35_000, 40);
    let samples = clips::pcm(&path);
    let loud = |from: usize, to: usize| samples[from * 8..to * 8].iter().map(|s| s.abs()).fold(0.0, f64::max);
    assert!(loud(4_500, 4_950) > 1_000.0 && loud(35_050, 35_500) > 1_000.0);
    assert!(loud(6_500, 34_900) < 40.0);
    let (track, path) = done.track(2, Kind::Video);
    decodes(&path);
    assert_eq!(frames(&path), 120);
    near(track.duration, 34_000, 40);
    near(picture_times(&path)[60], 32_000, 2);
}

#[test]
fn a_network_that_holds_packets_back_is_no_stall() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 20);
    let rig = Rig::new(&temp, &[(1, &sound)]);
    let mut all = packets(&sound, 1, 0, 0, 0);
    // From 5 s to 8 s nothing comes; then all of it at once.
    for packet in all.iter_mut().filter(|packet| (T0 + 5_000..T0 + 8_000).contains(&packet.arrival_ms)) {
        packet.arrival_ms = T0 + 8_000;
    }
    rig.feed(all);
    let done = rig.finish();
    let (track, path) = done.track(1, Kind::Audio);
    assert_eq!(track.gaps, []);
    assert_eq!(packets_in(&path), sound.units as u64);
    near(length_ms(&path), 20_000, 40);
}

#[test]
fn a_sender_that_starts_anew_goes_on_in_the_same_file() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 4);
    let rig = Rig::new(&temp, &[(1, &sound)]);
    let mut all = packets(&sound, 1, 0, 40_000, 3_000_000_000);
    for (index, packet) in all.iter_mut().enumerate().skip(100) {
        packet.sequence = (index as u16).wrapping_add(9_000);
        packet.timestamp = index as u32 * 960 + 17;
    }
    rig.feed(all);
    let done = rig.finish();
    let (track, path) = done.track(1, Kind::Audio);
    decodes(&path);
    // The first packet of the new numbering only shows that there is one.
    assert_eq!(track.units, sound.units as u64 - 1);
    near(length_ms(&path), 4_000, 40);
}

#[test]
fn lips_follow_sender_reports() {
    let temp = Temp::new();
    let (sound, vp8) = (clips::tone(&temp, 440, 4), clips::vp8(&temp, "320x240", 4, 30));
    let rig = Rig::with(config(&temp), &[(1, &sound), (1, &vp8)]);
    // The picture takes 180 ms longer through encoder and network; the reports say so.
    rig.feed(super::rig::by_arrival(vec![packets(&sound, 1, 0, 0, 0), packets(&vp8, 1, 180, 0, 0)]));
    // 2026-09-21 or so in NTP seconds.
    let ntp = |ms: i64| {
        let (seconds, rest) = ((T0 + ms) / 1_000, (T0 + ms) % 1_000);
        (((seconds + 2_208_988_800) as u64) << 32) | (((rest as u64) << 32) / 1_000)
    };
    for (kind, timestamp) in [(Kind::Audio, 2 * 48_000), (Kind::Video, 2 * 90_000)] {
        let (leg, arrival_ms) = (super::rig::leg(1), T0 + 4_000);
        let report = SenderReport { session: session(1), leg, kind, ntp: ntp(1_950), timestamp, arrival_ms };
        rig.recorder.sender_report(report).unwrap();
    }
    let done = rig.finish();
    let (sound, picture) = (done.track(1, Kind::Audio).0.started_at, done.track(1, Kind::Video).0.started_at);
    near(picture, sound, 2);
}

#[test]
fn a_missing_key_frame_is_asked_for_again_and_again() {
    let temp = Temp::new();
    let vp8 = clips::vp8(&temp, "320x240", 4, 30);
    let rig = Rig::new(&temp, &[(1, &vp8)]);
    // Only what lies between the first two key frames, over and over: nothing to begin a file with.
    let all = packets(&vp8, 1, 0, 0, 0);
    rig.feed(all[vp8.keys[0] + 40..vp8.keys[1]].to_vec());
    rig.feed(all[vp8.keys[1] + 40..vp8.keys[2]].to_vec());
    let done = rig.finish();
    assert!(done.manifest.tracks.is_empty());
    assert!(done.key_frames_asked() >= 4, "{}", done.key_frames_asked());
    assert!(!done.seen.iter().any(|event| matches!(event, RecordingEvent::TrackStarted { .. })));
}
