//! What goes in comes out, in files any player opens.

use std::fs;

use ring::digest::{SHA256, digest};

use super::clips::{self, Temp};
use super::rig::{
    Rig, T0, by_arrival, decodes, frames, leg, length_ms, near, packets, packets_in, recover, session,
};
use crate::recording::{Codec, GapReason, Kind, Manifest, RecordingEvent};

#[test]
fn two_people_with_sound_and_picture() {
    let temp = Temp::new();
    let (sound, other) = (clips::tone(&temp, 440, 4), clips::tone(&temp, 700, 3));
    let (vp8, h264) = (clips::vp8(&temp, "320x240", 4, 30), clips::h264(&temp, "640x360", 3, "high"));
    let rig = Rig::new(&temp, &[(1, &sound), (1, &vp8), (2, &other), (2, &h264)]);
    rig.feed(by_arrival(vec![
        packets(&sound, 1, 0, 65_500, u32::MAX - 9_000),
        packets(&vp8, 1, 5, 65_530, u32::MAX - 90_000),
        packets(&other, 2, 600, 7, 1),
        packets(&h264, 2, 620, 0, 0),
    ]));
    let done = rig.finish();
    assert_eq!(done.manifest.tracks.len(), 4);
    for (who, kind, clip, from, long) in [
        (1, Kind::Audio, &sound, 0, 4_000),
        (1, Kind::Video, &vp8, 5, 4_000),
        (2, Kind::Audio, &other, 600, 3_000),
        (2, Kind::Video, &h264, 620, 3_000),
    ] {
        let (track, path) = done.track(who, kind);
        decodes(&path);
        assert_eq!(track.units, clip.units as u64);
        match kind {
            Kind::Audio => assert_eq!(packets_in(&path), clip.units as u64),
            Kind::Video => assert_eq!(frames(&path), clip.units as u64),
        }
        near(track.duration, long, 40);
        near(length_ms(&path), track.duration, 8);
        assert_eq!(track.started_at, T0 + from);
        assert_eq!(track.gaps, []);
        assert!(!track.interrupted);
        let bytes = fs::read(&path).unwrap();
        assert_eq!(track.bytes, bytes.len() as u64);
        let hex: String = digest(&SHA256, &bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(track.sha256, hex);
    }
    let mix = done.manifest.mix.clone().unwrap();
    decodes(&done.path(&mix.file));
    near(mix.duration, 4_000, 40);
    near(length_ms(&done.path(&mix.file)), mix.duration, 8);

    // On disk: nothing raw, nothing passing; the manifest as told; the next start tells it once more and changes nothing.
    let folder = done.folder.join(&done.manifest.folder);
    let names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(!names.iter().any(|name| name.starts_with("raw-") || name.starts_with("tmp-")), "{names:?}");
    #[cfg(unix)]
    for_the_owner_alone(&done.folder);
    let stored: Manifest = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(stored, done.manifest);
    assert_eq!(recover(&done.folder), [done.manifest]);
}

/// As the database: nobody else on the machine may hear or see a patient.
#[cfg(unix)]
fn for_the_owner_alone(folder: &std::path::Path) {
    use std::os::unix::fs::MetadataExt as _;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!(mode(folder), 0o700, "{folder:?}");
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            for_the_owner_alone(&path);
        } else {
            assert_eq!(mode(&path), 0o600, "{path:?}");
            files += 1;
        }
    }
    assert!(files > 0, "nothing in {folder:?}");
}

#[test]
fn every_key_frame_can_be_sought() {
    let temp = Temp::new();
    let vp8 = clips::vp8(&temp, "320x240", 8, 30);
    let rig = Rig::new(&temp, &[(1, &vp8)]);
    rig.feed(packets(&vp8, 1, 0, 0, 0));
    let done = rig.finish();
    let (_, path) = done.track(1, Kind::Video);
    // Seeking by the index: the first picture after a jump to 6.1 s is the key frame at 6 s.
    let said = clips::run(
        "ffprobe",
        &[
            "-v",
            "error",
            "-select_streams",
            "v",
            "-read_intervals",
            "6.1%+#1",
            "-show_entries",
            "packet=pts_time,flags",
            "-of",
            "csv=p=0",
            clips::text(&path),
        ],
    );
    let said = String::from_utf8(said).unwrap();
    assert!(said.starts_with("6.000000,K"), "{said}");
}

#[test]
fn a_pause_for_consent_leaves_a_gap_and_no_picture() {
    let temp = Temp::new();
    let (sound, vp8) = (clips::tone(&temp, 440, 6), clips::vp8(&temp, "320x240", 6, 30));
    let rig = Rig::new(&temp, &[(1, &sound), (1, &vp8)]);
    let all = by_arrival(vec![packets(&sound, 1, 0, 0, 0), packets(&vp8, 1, 0, 0, 0)]);
    let (before, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|packet| packet.arrival_ms < T0 + 2_000);
    let (during, after): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|packet| packet.arrival_ms < T0 + 3_500);
    rig.feed(before);
    rig.recorder.pause(session(1)).unwrap();
    rig.feed(during);
    rig.recorder.resume(session(1)).unwrap();
    rig.feed(after);
    let done = rig.finish();
    let (audio, path) = done.track(1, Kind::Audio);
    decodes(&path);
    assert_eq!(audio.units, (sound.units - 75) as u64);
    near(length_ms(&path), 6_000, 40);
    let gap = audio.gaps.first().unwrap();
    assert_eq!((audio.gaps.len(), gap.reason), (1, GapReason::Consent));
    near(gap.from, T0 + 2_000, 20);
    near(gap.to, T0 + 3_500, 20);
    // In the pause there is digital silence, around it the tone.
    let samples = clips::pcm(&path);
    let loud = |from: usize, to: usize| samples[from * 8..to * 8].iter().map(|s| s.abs()).fold(0.0, f64::max);
    assert!(loud(2_100, 3_400) < 40.0, "{}", loud(2_100, 3_400));
    assert!(loud(1_500, 1_900) > 1_000.0 && loud(3_700, 4_000) > 1_000.0);

    let (video, path) = done.track(1, Kind::Video);
    decodes(&path);
    // The first key frame after 3.5 s is the one at 4 s.
    assert_eq!(video.units, 60 + 60);
    assert_eq!(frames(&path), 120);
    assert_eq!(video.gaps.iter().map(|gap| gap.reason).collect::<Vec<_>>(), [GapReason::Consent]);
    assert_eq!(video.gaps.first().unwrap().to, T0 + 4_000);
    let times = super::rig::picture_times(&path);
    assert!(!times.iter().any(|at| (2_000..4_000).contains(at)), "{times:?}");
    assert!(done.key_frames_asked() >= 2);
}

#[test]
fn a_picture_that_changes_its_size() {
    let temp = Temp::new();
    let (small, large) = (clips::vp8(&temp, "320x240", 2, 30), clips::vp8(&temp, "640x480", 2, 30));
    let rig = Rig::new(&temp, &[(1, &small)]);
    rig.feed(packets(&small, 1, 0, 0, 0));
    rig.feed(packets(&large, 1, 2_000, small.pieces.len() as u16, 180_000));
    let done = rig.finish();
    let (track, path) = done.track(1, Kind::Video);
    decodes(&path);
    assert_eq!((track.units, frames(&path)), (120, 120));
    let sync = fs::read_dir(done.path("")).unwrap().map(|entry| entry.unwrap().path());
    let map: String = sync
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    assert!(map.contains(r#""what":"size""#) && map.contains(r#""width":640,"height":480"#), "{map}");
}

#[test]
fn new_h264_parameter_sets_begin_a_new_file() {
    let temp = Temp::new();
    let (small, large) =
        (clips::h264(&temp, "320x240", 2, "baseline"), clips::h264(&temp, "640x480", 2, "high"));
    let rig = Rig::new(&temp, &[(1, &small)]);
    rig.feed(packets(&small, 1, 0, 0, 0));
    rig.feed(packets(&large, 1, 2_000, small.pieces.len() as u16, 180_000));
    let done = rig.finish();
    let tracks = &done.manifest.tracks;
    assert_eq!(
        tracks.iter().map(|track| (track.units, track.started_at)).collect::<Vec<_>>(),
        [(60, T0), (60, T0 + 2_000)]
    );
    for (track, size) in tracks.iter().zip(["320,240", "640,480"]) {
        let path = done.path(&track.file);
        decodes(&path);
        assert_eq!(frames(&path), 60);
        let args =
            ["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", clips::text(&path)];
        assert_eq!(String::from_utf8(clips::run("ffprobe", &args)).unwrap().trim(), size);
    }
}

#[test]
fn a_session_opened_again_keeps_what_it_has() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let rig = Rig::new(&temp, &[(1, &sound)]);
    rig.feed(packets(&sound, 1, 0, 0, 0));
    let first = rig.finish();
    let rig = Rig::new(&temp, &[(1, &sound)]);
    rig.feed(packets(&sound, 1, 5_000, 900, 77));
    let done = rig.finish();
    assert_eq!(done.manifest.tracks.len(), 2);
    assert_eq!(done.manifest.tracks.first(), first.manifest.tracks.first());
    assert_ne!(done.manifest.tracks[0].file, done.manifest.tracks[1].file);
    let mix = done.manifest.mix.clone().unwrap();
    near(mix.duration, 7_000, 40);
    decodes(&done.path(&mix.file));
    near(length_ms(&done.path(&mix.file)), 7_000, 40);
}

#[test]
fn a_stopped_track_is_closed_and_may_start_again() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let rig = Rig::new(&temp, &[(1, &sound)]);
    rig.feed(packets(&sound, 1, 0, 0, 0));
    rig.recorder.track_stop(session(1), leg(1), Kind::Audio).unwrap();
    rig.feed(packets(&sound, 1, 3_000, 5, 5));
    rig.recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
    rig.feed(packets(&sound, 1, 6_000, 9_000, 9_000));
    let done = rig.finish();
    let begun: Vec<i64> = done.manifest.tracks.iter().map(|track| track.started_at - T0).collect();
    assert_eq!(begun, [0, 6_000]);
    assert!(done.seen.iter().any(|event| matches!(event, RecordingEvent::TrackStarted { .. })));
}
