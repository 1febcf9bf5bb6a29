//! Any bytes, in any order, at any time: no panic, no unbounded growth, and what is written still opens.

use bytes::Bytes;

use super::clips::Temp;
use super::rig::{Rig, T0, leg, session};
use crate::recording::h264::{Nals, ParameterSets};
use crate::recording::ogg_page::PageReader;
use crate::recording::reorder::Reorder;
use crate::recording::scan::{AudioReader, VideoReader};
use crate::recording::timeline::Timeline;
use crate::recording::{Codec, Kind, Recorder, RtpIn, SenderReport, opus_packet, place, sidecar, sps, vp8};

pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        let size = self.below(most);
        // Half of it small values, which are the interesting ones in headers.
        (0..size)
            .map(|_| if self.next() & 1 == 0 { self.next() as u8 } else { self.next() as u8 & 0x1F })
            .collect()
    }
}

#[test]
fn parsers_answer_any_bytes() {
    let mut random = Random(7);
    let (mut nals, mut sets, mut out) = (Nals::default(), ParameterSets::default(), Vec::new());
    for _ in 0..200_000 {
        let mut bytes = random.bytes(64);
        // Often with a believable first byte.
        let heads = [0x67, 0x68, 0x65, 0x78, 0x7C, 0x90, 0x80, 0xF8, 0x03, 0xFF];
        if let Some(first) = bytes.first_mut()
            && random.next() & 1 == 0
        {
            *first = heads[random.below(heads.len() as u64) as usize];
        }
        if let Some(duration) = opus_packet::duration(&bytes) {
            assert!((120..=5_760).contains(&duration));
            assert_eq!(
                opus_packet::conceal(&bytes).and_then(|packet| opus_packet::duration(&packet)),
                Some(duration)
            );
        }
        if let Some(sps) = sps::sps(&bytes) {
            assert!(sps.width > 0 && sps.height > 0 && sps.width <= 16_384 && sps.height <= 16_384);
        }
        sps::pps_id(&bytes);
        vp8::key_frame(&bytes);
        let payload = Bytes::from(bytes);
        if let Some(part) = vp8::part(&payload) {
            assert!(!part.data.is_empty() && part.data.len() < payload.len());
        }
        nals.push(&payload, &mut out);
        for nal in out.drain(..) {
            assert!(!nal.is_empty());
            sets.learn(&nal);
        }
        sets.avcc();
        sets.size();
        PageReader::new(&payload[..]).next_page().unwrap();
        AudioReader::open(&payload[..]).unwrap();
        VideoReader::open(&payload[..]).unwrap();
        sidecar::read(&payload[..], &mut std::collections::BTreeMap::new()).unwrap();
    }
}

#[test]
fn damaged_files_are_read_up_to_the_damage() {
    let temp = Temp::new();
    let (sound, picture) = (super::clips::tone(&temp, 440, 2), super::clips::vp8(&temp, "320x240", 2, 30));
    let rig = Rig::new(&temp, &[(1, &sound), (1, &picture)]);
    rig.feed(super::rig::packets(&sound, 1, 0, 0, 0));
    rig.feed(super::rig::packets(&picture, 1, 0, 0, 0));
    let done = rig.finish();
    let ogg = std::fs::read(done.track(1, Kind::Audio).1).unwrap();
    let mut random = Random(11);
    for _ in 0..300 {
        let mut bytes = ogg.clone();
        bytes.truncate(random.below(ogg.len() as u64 + 1) as usize);
        if random.next() & 1 == 0 && !bytes.is_empty() {
            let at = random.below(bytes.len() as u64) as usize;
            bytes[at] ^= 1 << random.below(8);
        }
        let Some(mut reader) = AudioReader::open(&bytes[..]).unwrap() else {
            continue;
        };
        let mut read = 0;
        while reader.next_packet().unwrap().is_some() {
            read += 1;
        }
        assert!(read <= sound.units);
        // A page with a flipped bit is not believed.
        assert!(bytes == ogg || read < sound.units);
    }
}

#[test]
fn numbers_and_times_may_be_anything() {
    let mut random = Random(13);
    let (mut reorder, mut out) = (Reorder::new(400), Vec::new());
    let mut line = Timeline::new(90_000);
    let (mut last, mut now) = (0, T0);
    for round in 0..200_000 {
        now += random.below(50) as i64 - 5;
        let sequence = if random.below(10) == 0 { random.next() as u16 } else { round as u16 };
        reorder.push(sequence, now, (), &mut out);
        if random.below(20) == 0 {
            reorder.tick(now + random.below(1_000) as i64, &mut out);
        }
        out.clear();
        let timestamp = if random.below(10) == 0 { random.next() as u32 } else { round as u32 * 3_000 };
        let placed = line.place(timestamp, now);
        assert!(placed.ticks >= last, "time goes on");
        // Never far ahead of the wall clock: hostile timestamps cannot make a file of years.
        last = placed.ticks;
        line.look_up(random.next() as u32);
        let points = [(random.below(1 << 40) as i64, now), (random.below(1 << 40) as i64, now - 7)];
        let placement = place::Placement::new(&points, now);
        placement.offset(random.below(1 << 41) as i64);
    }
}

#[test]
fn a_recorder_survives_garbage_from_the_wire() {
    let temp = Temp::new();
    let (recorder, events) = Recorder::start(super::rig::config(&temp)).unwrap();
    recorder.open_session(session(1)).unwrap();
    for (who, codec) in [(1, Codec::Opus), (1, Codec::Vp8), (2, Codec::H264)] {
        recorder.track_start(session(1), leg(who), codec).unwrap();
    }
    let mut random = Random(17);
    for round in 0..60_000_u32 {
        let (who, codec) = [(1, Codec::Opus), (1, Codec::Vp8), (2, Codec::H264)][random.below(3) as usize];
        let mut payload = random.bytes(80);
        match codec {
            // Key frames, parameter sets and IDR pictures often enough that files begin.
            Codec::Vp8 if random.below(3) == 0 => {
                payload.splice(0..0, [0x10, 0x10, 0, 0, 0x9D, 1, 0x2A, 0x40, 1, 0xF0, 0]);
            }
            Codec::H264 => {
                let nals: [&[u8]; 4] = [
                    &[
                        0x67, 0x42, 0xC0, 0x0D, 0xD9, 0x01, 0x41, 0xFB, 0x01, 0x10, 0, 0, 3, 0, 0x10, 0, 0,
                        3, 3, 0x20,
                    ],
                    &[0x68, 0xCB, 0x83, 0xCB, 0x20],
                    &[0x65, 0x88],
                    &[0x7C, 0x85],
                ];
                payload.splice(0..0, nals[random.below(4) as usize].iter().copied());
            }
            Codec::Opus | Codec::Vp8 => {}
        }
        let wild = random.below(50) == 0;
        let packet = RtpIn {
            session: session(1),
            leg: leg(who),
            kind: codec.kind(),
            codec: if random.below(100) == 0 { Codec::Opus } else { codec },
            sequence: if wild { random.next() as u16 } else { round as u16 },
            timestamp: if wild { random.next() as u32 } else { round * 900 },
            marker: random.next() & 1 == 0,
            payload: payload.into(),
            // Our own clock is set now and then, by minutes and once by ages.
            arrival_ms: match round {
                30_000 => i64::MAX >> 20,
                _ if round % 9_000 == 0 => T0 + i64::from(round) * 10 + 300_000,
                _ => T0 + i64::from(round) * 10,
            },
        };
        if wild {
            let (ntp, timestamp) = (random.next(), random.next() as u32);
            let report = SenderReport {
                session: session(1),
                leg: leg(who),
                kind: codec.kind(),
                ntp,
                timestamp,
                arrival_ms: packet.arrival_ms,
            };
            recorder.sender_report(report).unwrap();
        }
        assert!(recorder.push(packet));
    }
    recorder.close_session(session(1)).unwrap();
    recorder.shutdown();
    let seen: Vec<_> = events.iter().collect();
    let tracks = super::rig::finished(&seen).unwrap().tracks;
    for kind in [Kind::Audio, Kind::Video] {
        assert!(tracks.iter().any(|track| track.kind == kind && track.units > 100), "{tracks:?}");
    }
}
