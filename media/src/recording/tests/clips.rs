//! Real encoded media and a small packetiser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;

use crate::recording::Codec;

/// A folder that goes away with the test.
pub struct Temp(pub PathBuf);

impl Temp {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("yoban-rec-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Runs a tool that must be there and must succeed; its standard output.
pub fn run(tool: &str, args: &[&str]) -> Vec<u8> {
    let out = Command::new(tool)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{tool} is needed for these tests: {error}"));
    assert!(out.status.success(), "{tool} {args:?}: {}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A packet without its place in the stream.
#[derive(Clone, Debug)]
pub struct Piece {
    pub at_ms: i64,
    pub ticks: u32,
    pub marker: bool,
    pub payload: Bytes,
}

/// Packets of one encoded stream.
#[derive(Clone)]
pub struct Clip {
    pub codec: Codec,
    pub pieces: Vec<Piece>,
    /// Pictures or Opus packets.
    pub units: usize,
    /// Numbers of the pieces that begin a key frame.
    pub keys: Vec<usize>,
}

const MTU: usize = 1_100;

pub fn vp8(temp: &Temp, size: &str, seconds: u32, gop: u32) -> Clip {
    let file = temp.path(&format!("{size}-{seconds}-{gop}.ivf"));
    if !file.exists() {
        let source = format!("testsrc2=size={size}:rate=30:duration={seconds}");
        let gop = gop.to_string();
        run(
            "ffmpeg",
            &[
                "-v",
                "error",
                "-y",
                "-f",
                "lavfi",
                "-i",
                &source,
                "-c:v",
                "libvpx",
                "-deadline",
                "realtime",
                "-cpu-used",
                "8",
                "-b:v",
                "600k",
                "-g",
                &gop,
                "-keyint_min",
                &gop,
                "-auto-alt-ref",
                "0",
                text(&file),
            ],
        );
    }
    vp8_from(&file)
}

pub fn vp8_from(file: &Path) -> Clip {
    let bytes = fs::read(file).unwrap();
    let mut clip = Clip { codec: Codec::Vp8, pieces: Vec::new(), units: 0, keys: Vec::new() };
    let mut at = 32;
    while at + 12 <= bytes.len() {
        let size = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let frame = &bytes[at + 12..at + 12 + size];
        if frame[0] & 1 == 0 {
            clip.keys.push(clip.pieces.len());
        }
        let id = clip.units as u16 & 0x7FFF;
        for (part, chunk) in frame.chunks(MTU).enumerate() {
            // X; I with a 15-bit picture id; S on the first packet.
            let mut payload =
                vec![if part == 0 { 0x90 } else { 0x80 }, 0x80, 0x80 | (id >> 8) as u8, id as u8];
            payload.extend_from_slice(chunk);
            clip.pieces.push(Piece {
                at_ms: clip.units as i64 * 1_000 / 30,
                ticks: clip.units as u32 * 3_000,
                marker: (part + 1) * MTU >= frame.len(),
                payload: payload.into(),
            });
        }
        clip.units += 1;
        at += 12 + size;
    }
    assert!(clip.units > 0);
    clip
}

pub fn h264(temp: &Temp, size: &str, seconds: u32, profile: &str) -> Clip {
    let file = temp.path(&format!("{size}-{profile}.h264"));
    let source = format!("testsrc2=size={size}:rate=30:duration={seconds}");
    run(
        "ffmpeg",
        &[
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            &source,
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-profile:v",
            profile,
            "-pix_fmt",
            "yuv420p",
            "-bf",
            "0",
            "-x264-params",
            "aud=1:keyint=30:scenecut=0",
            "-f",
            "h264",
            text(&file),
        ],
    );
    let bytes = fs::read(&file).unwrap();
    let mut clip = Clip { codec: Codec::H264, pieces: Vec::new(), units: 0, keys: Vec::new() };
    let mut unit: Vec<&[u8]> = Vec::new();
    for nal in nals(&bytes) {
        if nal[0] & 0x1F == 9 {
            access_unit(&mut clip, &unit);
            unit.clear();
        } else {
            unit.push(nal);
        }
    }
    access_unit(&mut clip, &unit);
    assert!(clip.units > 0);
    clip
}

fn nals(bytes: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> =
        (0..bytes.len().saturating_sub(3)).filter(|at| bytes[*at..at + 3] == [0, 0, 1]).collect();
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| {
            let nal = &bytes[start + 3..end];
            let zeros =
                if end == bytes.len() { 0 } else { nal.iter().rev().take_while(|byte| **byte == 0).count() };
            &nal[..nal.len() - zeros]
        })
        .collect()
}

fn access_unit(clip: &mut Clip, unit: &[&[u8]]) {
    if unit.is_empty() {
        return;
    }
    let mut payloads: Vec<Vec<u8>> = Vec::new();
    let (sets, rest): (Vec<&&[u8]>, Vec<&&[u8]>) =
        unit.iter().partition(|nal| matches!(nal[0] & 0x1F, 7 | 8));
    if !sets.is_empty() {
        clip.keys.push(clip.pieces.len());
        let mut stap = vec![0x78];
        for set in sets {
            stap.extend_from_slice(&(set.len() as u16).to_be_bytes());
            stap.extend_from_slice(set);
        }
        payloads.push(stap);
    }
    for nal in rest {
        if nal.len() <= MTU {
            payloads.push(nal.to_vec());
            continue;
        }
        let parts: Vec<&[u8]> = nal[1..].chunks(MTU).collect();
        for (index, part) in parts.iter().enumerate() {
            let edge = if index == 0 { 0x80 } else { 0 } | if index + 1 == parts.len() { 0x40 } else { 0 };
            let mut payload = vec![(nal[0] & 0xE0) | 28, edge | (nal[0] & 0x1F)];
            payload.extend_from_slice(part);
            payloads.push(payload);
        }
    }
    let count = payloads.len();
    for (index, payload) in payloads.into_iter().enumerate() {
        clip.pieces.push(Piece {
            at_ms: clip.units as i64 * 1_000 / 30,
            ticks: clip.units as u32 * 3_000,
            marker: index + 1 == count,
            payload: payload.into(),
        });
    }
    clip.units += 1;
}

/// Opus from any sound ffmpeg can read: arguments before the output.
pub fn opus(temp: &Temp, name: &str, input: &[&str]) -> Clip {
    let file = temp.path(&format!("{name}.opus"));
    if !file.exists() {
        let mut args = vec!["-v", "error", "-y"];
        args.extend_from_slice(input);
        args.extend_from_slice(&[
            "-ac",
            "1",
            "-ar",
            "48000",
            "-c:a",
            "libopus",
            "-b:a",
            "32k",
            "-frame_duration",
            "20",
            "-application",
            "voip",
            text(&file),
        ]);
        run("ffmpeg", &args);
    }
    opus_from(&file)
}

/// Reads with the `ogg` crate, not with our own reader.
pub fn opus_from(file: &Path) -> Clip {
    let mut reader = ogg::PacketReader::new(fs::File::open(file).unwrap());
    let mut clip = Clip { codec: Codec::Opus, pieces: Vec::new(), units: 0, keys: Vec::new() };
    let mut number = 0;
    while let Some(packet) = reader.read_packet().unwrap() {
        number += 1;
        if number > 2 {
            clip.pieces.push(Piece {
                at_ms: clip.units as i64 * 20,
                ticks: clip.units as u32 * 960,
                marker: false,
                payload: packet.data.into(),
            });
            clip.units += 1;
        }
    }
    assert!(clip.units > 0);
    clip
}

pub fn tone(temp: &Temp, hertz: u32, seconds: u32) -> Clip {
    let source = format!("sine=frequency={hertz}:duration={seconds}:sample_rate=48000");
    opus(temp, &format!("tone-{hertz}-{seconds}"), &["-f", "lavfi", "-i", &source])
}

/// A spoken sentence as a wave file.
pub fn speech(temp: &Temp, name: &str, voice: &str, pitch: &str, words: &str) -> PathBuf {
    let file = temp.path(&format!("{name}.wav"));
    run("espeak-ng", &["-v", voice, "-p", pitch, "-s", "150", "-w", text(&file), words]);
    file
}

/// Mono 8 kHz samples of any file ffmpeg can read.
pub fn pcm(file: &Path) -> Vec<f64> {
    let raw =
        run("ffmpeg", &["-v", "error", "-i", text(file), "-ac", "1", "-ar", "8000", "-f", "s16le", "-"]);
    raw.chunks_exact(2).map(|pair| f64::from(i16::from_le_bytes([pair[0], pair[1]]))).collect()
}
