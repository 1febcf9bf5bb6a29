//! A recorder killed at a random moment: whatever it had for more than a second is there, opens and decodes.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::clips::{self, Clip, Temp};
use super::rig::{T0, complaints, decodes, frames, leg, packets_in, recover, session};
use crate::recording::scan::{AudioReader, VideoReader};
use crate::recording::sink::{FileSink, Sink};
use crate::recording::{Kind, Manifest, Recorder, RecordingConfig, RtpIn};

const DIR: &str = "YOBAN_TEST_RECORDING_DIR";
const CLOSE_AT: &str = "YOBAN_TEST_RECORDING_CLOSE_AT";
/// The promise: what came longer ago than this is in a file.
const MAY_LOSE_MS: i64 = 1_000;

/// Not a test: the process that is killed. Records in real time and writes down what it gave to the recorder.
#[test]
#[ignore = "the killed process of the other tests"]
fn writer() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let close_at: i64 = std::env::var(CLOSE_AT).unwrap().parse().unwrap();
    let dir = PathBuf::from(dir);
    let clips = [clips::opus_from(&dir.join("../sound.opus")), clips::vp8_from(&dir.join("../picture.ivf"))];
    let mut log = File::create(dir.join("log")).unwrap();
    let (recorder, _events) = Recorder::start(RecordingConfig::new(dir.join("rec"))).unwrap();
    recorder.open_session(session(1)).unwrap();
    for clip in &clips {
        recorder.track_start(session(1), leg(1), clip.codec).unwrap();
    }
    let begun = Instant::now();
    let mut next = [0_usize; 2];
    loop {
        let now = begun.elapsed().as_millis() as i64;
        if now >= close_at {
            recorder.close_session(session(1)).unwrap();
            loop {
                std::thread::park();
            }
        }
        for (clip, next) in clips.iter().zip(&mut next) {
            while let Some(packet) = looped(clip, *next).filter(|packet| packet.arrival_ms <= T0 + now) {
                let line = format!("{} {}\n", clip.codec.kind().name(), packet.arrival_ms);
                assert!(recorder.push(packet));
                log.write_all(line.as_bytes()).unwrap();
                *next += 1;
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Packet `index` of a clip that is sent over and over.
fn looped(clip: &Clip, index: usize) -> Option<RtpIn> {
    let (round, piece) = (index / clip.pieces.len(), &clip.pieces[index % clip.pieces.len()]);
    let round_ms = 2_000 * round as i64;
    Some(RtpIn {
        session: session(1),
        leg: leg(1),
        kind: clip.codec.kind(),
        codec: clip.codec,
        sequence: index as u16,
        timestamp: piece.ticks.wrapping_add((round_ms * clip.codec.clock() / 1_000) as u32),
        marker: piece.marker,
        payload: piece.payload.clone(),
        arrival_ms: T0 + round_ms + piece.at_ms,
    })
}

fn start(dir: &Path, close_at: i64) -> Child {
    fs::create_dir_all(dir).unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "recording::tests::kill::writer", "--test-threads=1"])
        .env(DIR, dir)
        .env(CLOSE_AT, close_at.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn media(temp: &Temp) {
    clips::tone(temp, 440, 2);
    clips::vp8(temp, "320x240", 2, 30);
    fs::rename(temp.path("tone-440-2.opus"), temp.path("sound.opus")).unwrap();
    fs::rename(temp.path("320x240-2-30.ivf"), temp.path("picture.ivf")).unwrap();
}

/// Small seeded generator, so that a failing run can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Loss per kind against the writer's own log, ms.
fn loss(dir: &Path, kind: Kind, manifest: &Manifest) -> Option<i64> {
    let log = fs::read_to_string(dir.join("log")).unwrap();
    let given: Vec<i64> = log
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .filter_map(|line| line.trim_end().strip_prefix(kind.name())?.trim().parse().ok())
        .collect();
    let (first, last) = (given.first()?, given.last()?);
    let ends = manifest
        .tracks
        .iter()
        .filter(|track| track.kind == kind)
        .map(|track| track.started_at + track.duration);
    Some(last - ends.max().unwrap_or(*first))
}

/// Judges one killed writer's folder; its worst loss.
fn judge(dir: &Path) -> (i64, usize) {
    let folder = dir.join("rec");
    let sink = FileSink::new(&folder).unwrap();
    let mut raw_files = 0;
    for name in sink.list(session(1)).unwrap().iter().filter(|name| name.starts_with("raw-")) {
        let input = sink.read(session(1), name).unwrap();
        let holds_media = if name.ends_with("ogg") {
            AudioReader::open(input)
                .unwrap()
                .is_some_and(|mut reader| reader.next_packet().unwrap().is_some())
        } else {
            VideoReader::open(input).unwrap().is_some_and(|mut reader| reader.next_frame().unwrap().is_some())
        };
        if holds_media {
            // Even before any repair.
            let path = folder.join(session(1).0.simple().to_string()).join(name);
            assert_eq!(complaints(&path), "", "{}", path.display());
            raw_files += 1;
        }
    }
    let recovered = recover(&folder);
    let home = folder.join(session(1).0.simple().to_string());
    let Ok(stored) = fs::read(home.join("manifest.json")) else {
        // Killed before the first file was begun.
        assert_eq!((recovered.len(), sink.list(session(1)).unwrap().len()), (0, 0));
        let empty = Manifest {
            session: session(1),
            folder: String::new(),
            tracks: Vec::new(),
            mix: None,
            interrupted: true,
        };
        let worst = [Kind::Audio, Kind::Video].iter().filter_map(|kind| loss(dir, *kind, &empty)).max();
        return (worst.unwrap_or(0), 0);
    };
    let manifest: Manifest = serde_json::from_slice(&stored).unwrap();
    for track in &manifest.tracks {
        let path = home.join(&track.file);
        decodes(&path);
        let counted = if track.kind == Kind::Audio { packets_in(&path) } else { frames(&path) };
        assert_eq!(counted, track.units);
        assert_eq!(track.bytes, fs::metadata(&path).unwrap().len());
    }
    if let Some(mix) = &manifest.mix {
        decodes(&home.join(&mix.file));
    }
    // Once more changes nothing.
    assert_eq!(recover(&folder), std::slice::from_ref(&manifest));
    assert_eq!(fs::read(home.join("manifest.json")).unwrap(), stored);
    assert!(
        !sink
            .list(session(1))
            .unwrap()
            .iter()
            .any(|name| name.starts_with("raw-") || name.starts_with("tmp-"))
    );
    let worst = [Kind::Audio, Kind::Video].iter().filter_map(|kind| loss(dir, *kind, &manifest)).max();
    (worst.unwrap_or(0), raw_files)
}

/// Writers that live at once. While some are killed, others are judged; more of them would only wait for a core.
const AT_ONCE: usize = 8;

/// Lets one writer live for so long, kills it, and judges what it left.
fn kill_one(dir: &Path, close_at: i64, kill_after: u64) -> (i64, usize) {
    let mut child = start(dir, close_at);
    while !dir.join("log").exists() {
        assert!(child.try_wait().unwrap().is_none(), "the writer ended by itself");
        std::thread::sleep(Duration::from_millis(1));
    }
    // The random moment itself; nothing waits for anything here.
    std::thread::sleep(Duration::from_millis(kill_after));
    child.kill().unwrap();
    child.wait().unwrap();
    judge(dir)
}

#[test]
fn a_hundred_kills() {
    let temp = Temp::new();
    media(&temp);
    let mut random = Random(0x59_6F62_616E);
    // Every second one is killed about when it finishes its files.
    let lives: Vec<(i64, u64)> = (0..100)
        .map(|number| match number % 2 {
            0 => (i64::MAX, random.below(2_500)),
            _ => (700, 700 + random.below(150)),
        })
        .collect();
    let (next, judged) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some((close_at, kill_after)) = lives.get(number) else { return };
                    let dir = temp.path(&number.to_string());
                    let (lost, raw) = kill_one(&dir, *close_at, *kill_after);
                    assert!(lost <= MAY_LOSE_MS, "{lost} ms lost in {}", dir.display());
                    judged.lock().unwrap().push((lost, raw));
                }
            });
        }
    });
    let (mut losses, raw): (Vec<i64>, Vec<usize>) = judged.into_inner().unwrap().into_iter().unzip();
    let raw_files: usize = raw.into_iter().sum();
    losses.sort_unstable();
    let summary = format!(
        "{} kills, {raw_files} raw files played as they were; ms lost: median {}, worst {}",
        losses.len(),
        losses[losses.len() / 2],
        losses[losses.len() - 1]
    );
    assert_eq!(losses.len(), 100);
    // Kills between two packets of an open file are what this is about.
    assert!(raw_files >= 60, "{summary}");
    writeln!(std::io::stderr(), "{summary}").unwrap();
}
