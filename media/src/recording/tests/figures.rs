//! What a packet costs. Run by hand: `cargo test -p yoban-media --release -- --ignored --nocapture figures`.

use std::io::Write;
use std::time::Instant;

use super::clips::{self, Temp};
use super::rig::{Rig, packets};
use crate::recording::{Kind, RecordingEvent};

#[test]
#[ignore = "a measurement"]
fn microseconds_per_packet() {
    let temp = Temp::new();
    let (sound, vp8) = (clips::tone(&temp, 440, 60), clips::vp8(&temp, "640x480", 60, 150));
    let mut err = std::io::stderr();
    for (name, clip, kind) in [("sound", &sound, Kind::Audio), ("picture", &vp8, Kind::Video)] {
        let rig = Rig::new(&temp, &[(1, clip)]);
        let (mut count, mut pushing) = (0, 0.0);
        let begun = Instant::now();
        for round in 0..10_u32 {
            let all = packets(
                clip,
                1,
                i64::from(round) * 60_000,
                (round as usize * clip.pieces.len()) as u16,
                round * 60 * clip.codec.clock() as u32,
            );
            count += all.len();
            let before = Instant::now();
            rig.feed(all);
            pushing += before.elapsed().as_secs_f64();
        }
        rig.recorder
            .track_stop(super::rig::session(1), super::rig::leg(1), kind)
            .unwrap();
        let before_finish = loop {
            // The last Progress comes before the close; the close is measured apart.
            if let Ok(RecordingEvent::TrackStarted { .. }) = rig.events.recv() {
                break begun.elapsed();
            }
        };
        let done = rig.finish();
        let units = done.manifest.tracks[0].units;
        let all = begun.elapsed().as_secs_f64();
        writeln!(
            err,
            "{name}: {count} packets, {units} units; push {:.2} µs each; with writing, finishing and mix {:.2} µs each \
             (first bytes after {before_finish:?})",
            pushing * 1e6 / count as f64,
            all * 1e6 / count as f64
        )
        .unwrap();
    }
}
