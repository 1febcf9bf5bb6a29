//! What a packet costs the recording thread. Run by hand, optimised:
//! `cargo test -p yoban-media --release -- --ignored --nocapture microseconds_per_packet`.

use std::io::Write;
use std::time::Instant;

use super::clips::{self, Temp};
use super::rig::{config, leg, packets, session};
use crate::recording::session::{Session, World};
use crate::recording::sink::{FileSink, Sink};

#[test]
#[ignore = "a measurement"]
fn microseconds_per_packet() {
    let temp = Temp::new();
    let (sound, vp8) = (clips::tone(&temp, 440, 60), clips::vp8(&temp, "640x480", 60, 150));
    let h264 = clips::h264(&temp, "640x480", 60, "baseline");
    let mut config = config(&temp);
    config.sync_ms = i64::MAX;
    let sink = FileSink::new(&config.dir).unwrap();
    for (name, clip) in [("Opus", &sound), ("VP8", &vp8), ("H264", &h264)] {
        let mut events = Vec::new();
        let mut world = World { config: &config, sink: &sink, now_ms: 0, events: &mut events };
        let mut open = Session::open(session(1), &world).unwrap();
        open.track_start(leg(1), clip.codec, &mut world);
        let rounds = 10_u32;
        let all: Vec<_> = (0..rounds)
            .flat_map(|round| {
                let sequence = (round as usize * clip.pieces.len()) as u16;
                let timestamp = round * 60 * clip.codec.clock() as u32;
                packets(clip, 1, i64::from(round) * 60_000, sequence, timestamp)
            })
            .collect();
        let count = all.len();
        let begun = Instant::now();
        for packet in all {
            world.now_ms = packet.arrival_ms;
            open.push(packet, &mut world);
        }
        open.tick(&mut world);
        let spent = begun.elapsed().as_secs_f64();
        open.close(&mut world);
        let bytes: usize = sink
            .list(session(1))
            .unwrap()
            .iter()
            .filter(|file| file.starts_with("raw-"))
            .map(|file| {
                std::io::copy(&mut sink.read(session(1), file).unwrap(), &mut std::io::sink()).unwrap()
                    as usize
            })
            .sum();
        for file in sink.list(session(1)).unwrap() {
            sink.remove(session(1), &file).unwrap();
        }
        writeln!(
            std::io::stderr(),
            "{name}: {count} packets, {} kB written: {:.2} µs per packet",
            bytes / 1_000,
            spent * 1e6 / count as f64
        )
        .unwrap();
    }
}
