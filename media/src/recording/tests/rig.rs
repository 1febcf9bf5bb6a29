//! Feeds clips to a recorder on invented time and judges the files.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use yoban_domain::id::{LegId, SessionId};

use super::clips::{Clip, Temp, run, text};
use crate::recording::{Kind, Manifest, Recorder, RecordingConfig, RecordingEvent, RtpIn, TrackFile};

/// Unix ms at which the invented calls begin.
pub const T0: i64 = 1_790_000_000_000;

pub fn session(number: u32) -> SessionId {
    format!("{number:032x}").parse().unwrap()
}

pub fn leg(number: u32) -> LegId {
    format!("{:032x}", 0xA0_0000_u32 + number).parse().unwrap()
}

pub fn config(temp: &Temp) -> RecordingConfig {
    let mut config = RecordingConfig::new(temp.path("rec"));
    // Invented time is faster than any queue; the drop test sets its own limits.
    (config.audio_queue, config.video_queue) = (usize::MAX, usize::MAX);
    // Some tests fill their own small disk to the brim.
    config.keep_free = 0;
    // A machine that is busy with other tests finishes all the same.
    config.finish_at_stop = Duration::from_secs(600);
    config
}

/// Starts a recorder where others ended or died, and says what it finished or found complete.
pub fn recover(folder: &Path) -> Vec<Manifest> {
    let mut config = RecordingConfig::new(folder);
    config.keep_free = 0;
    config.finish_at_stop = Duration::from_secs(600);
    let (recorder, events) = start(config);
    recorder.shutdown();
    let manifest = |event| {
        let RecordingEvent::Finished { manifest, .. } = event else { panic!("{event:?}") };
        manifest
    };
    events.into_iter().map(manifest).collect()
}

/// The packets of a clip as one person sends them.
pub fn packets(clip: &Clip, who: u32, from_ms: i64, sequence: u16, timestamp: u32) -> Vec<RtpIn> {
    clip.pieces
        .iter()
        .enumerate()
        .map(|(index, piece)| RtpIn {
            session: session(1),
            leg: leg(who),
            kind: clip.codec.kind(),
            codec: clip.codec,
            sequence: sequence.wrapping_add(index as u16),
            timestamp: timestamp.wrapping_add(piece.ticks),
            marker: piece.marker,
            payload: piece.payload.clone(),
            arrival_ms: T0 + from_ms + piece.at_ms,
        })
        .collect()
}

pub fn by_arrival(streams: Vec<Vec<RtpIn>>) -> Vec<RtpIn> {
    let mut all: Vec<RtpIn> = streams.into_iter().flatten().collect();
    all.sort_by_key(|packet| packet.arrival_ms);
    all
}

pub struct Rig {
    pub recorder: Recorder,
    pub events: Receiver<RecordingEvent>,
    pub seen: Vec<RecordingEvent>,
    folder: PathBuf,
}

impl Rig {
    pub fn new(temp: &Temp, tracks: &[(u32, &Clip)]) -> Self {
        Self::with(config(temp), tracks)
    }

    pub fn with(config: RecordingConfig, tracks: &[(u32, &Clip)]) -> Self {
        let folder = config.dir.clone();
        let (recorder, events) = start(config);
        recorder.open_session(session(1)).unwrap();
        for (who, clip) in tracks {
            recorder.track_start(session(1), leg(*who), clip.codec).unwrap();
        }
        Self { recorder, events, seen: Vec::new(), folder }
    }

    /// Around a recorder that stands already.
    pub fn of(recorder: Recorder, events: Receiver<RecordingEvent>, temp: &Temp) -> Self {
        Self { recorder, events, seen: Vec::new(), folder: temp.path("rec") }
    }

    pub fn feed(&self, packets: Vec<RtpIn>) {
        for packet in packets {
            assert!(self.recorder.push(packet));
        }
    }

    /// Closes the session and gives what came of it.
    pub fn finish(mut self) -> Done {
        self.recorder.close_session(session(1)).unwrap();
        self.recorder.shutdown();
        self.seen.extend(self.events.iter());
        let finished = finished(&self.seen);
        let manifest = finished.unwrap_or_else(|| panic!("not finished: {:?}", self.seen));
        Done { manifest, folder: self.folder, seen: self.seen }
    }
}

pub struct Done {
    pub manifest: Manifest,
    pub folder: PathBuf,
    pub seen: Vec<RecordingEvent>,
}

impl Done {
    pub fn track(&self, who: u32, kind: Kind) -> (&TrackFile, PathBuf) {
        let mut found =
            self.manifest.tracks.iter().filter(|track| track.leg == leg(who) && track.kind == kind);
        let track = found.next().unwrap();
        assert!(found.next().is_none(), "one file per person and kind: {:?}", self.manifest);
        (track, self.path(&track.file))
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(&self.manifest.folder).join(file)
    }

    pub fn key_frames_asked(&self) -> usize {
        self.seen.iter().filter(|event| matches!(event, RecordingEvent::NeedKeyFrame { .. })).count()
    }
}

/// What the recorder said last; at its start it tells what it found.
pub fn finished(seen: &[RecordingEvent]) -> Option<Manifest> {
    seen.iter().rev().find_map(|event| {
        if let RecordingEvent::Finished { manifest, .. } = event { Some(manifest.clone()) } else { None }
    })
}

/// Everything in the file decodes, without one complaint.
pub fn decodes(file: &Path) {
    let complaints = complaints(file);
    assert!(complaints.is_empty(), "{}: {complaints}", file.display());
}

pub fn complaints(file: &Path) -> String {
    let out =
        Command::new("ffmpeg").args(["-v", "error", "-i", text(file), "-f", "null", "-"]).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    if out.status.success() { said } else { format!("{said} ({})", out.status) }
}

fn probe(file: &Path, args: &[&str]) -> String {
    let mut all = vec!["-v", "error", "-of", "csv=p=0"];
    all.extend_from_slice(args);
    all.push(text(file));
    String::from_utf8(run("ffprobe", &all)).unwrap().trim().trim_matches(',').to_owned()
}

/// Pictures that decode.
pub fn frames(file: &Path) -> u64 {
    let said =
        probe(file, &["-count_frames", "-select_streams", "v:0", "-show_entries", "stream=nb_read_frames"]);
    said.parse().unwrap_or_else(|_| panic!("frames of {}: {said:?}", file.display()))
}

/// Packets as ffprobe counts them.
pub fn packets_in(file: &Path) -> u64 {
    let said = probe(file, &["-count_packets", "-show_entries", "stream=nb_read_packets"]);
    said.parse().unwrap_or_else(|_| panic!("packets of {}: {said:?}", file.display()))
}

/// Length as a player shows it, ms.
pub fn length_ms(file: &Path) -> i64 {
    let said = probe(file, &["-show_entries", "format=duration"]);
    (said.parse::<f64>().unwrap_or_else(|_| panic!("length of {}: {said:?}", file.display())) * 1_000.0)
        as i64
}

/// Times of all pictures, ms.
pub fn picture_times(file: &Path) -> Vec<i64> {
    let said = probe(file, &["-select_streams", "v:0", "-show_entries", "packet=pts_time"]);
    said.lines()
        .map(|line| (line.trim_matches(',').parse::<f64>().unwrap() * 1_000.0).round() as i64)
        .collect()
}

pub fn near(value: i64, wanted: i64, within: i64) {
    assert!((value - wanted).abs() <= within, "{value} is not within {within} of {wanted}");
}

/// Waits for an event; the time-out only ends a test that would hang.
pub fn wait_for(rig: &mut Rig, what: impl Fn(&RecordingEvent) -> bool) {
    let give_up = Instant::now() + Duration::from_secs(60);
    loop {
        let left = give_up.saturating_duration_since(Instant::now());
        let event = rig.events.recv_timeout(left).expect("the event never came");
        let found = what(&event);
        rig.seen.push(event);
        if found {
            return;
        }
    }
}

/// Starts a recorder. Programs that other tests start hold a copy of the folder's lock from their fork to their exec:
/// for that moment the folder seems to be in use.
fn start(config: RecordingConfig) -> (Recorder, Receiver<RecordingEvent>) {
    for _ in 0..200 {
        match Recorder::start(config.clone()) {
            Err(busy) if busy.kind() == std::io::ErrorKind::ResourceBusy => std::thread::yield_now(),
            other => return other.unwrap(),
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("the folder stays in use");
}
