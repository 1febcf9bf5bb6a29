//! What a packet costs the recording thread, from the queue to the file: passthrough of real sound and picture of many
//! people at once, given as fast as it is taken, in the time line of the media.

use std::time::Duration;

use bytes::Bytes;
use yoban_domain::id::{LegId, SessionId};
use yoban_domain::words;
use yoban_media::recording::{Codec, Recorder, RecordingConfig, RecordingEvent, RtpIn};
use yoban_tests::clip::RATE;
use yoban_tests::{Clip, Voice, id, vp8};

use crate::rows::{Row, Taken};
use crate::spread::Spread;
use crate::threads::Thread;
use crate::{progress, runs};

/// People who are recorded at the same time, each in a session of their own.
const PEOPLE: usize = 20;
/// Media of one run.
const SECONDS: usize = 30;
/// Everything of one run may wait: what is measured is the work, not the queue.
const QUEUE: usize = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(60);

/// Payload, marker, RTP time and arrival in ms after the beginning.
type Piece = (Bytes, bool, u32, i64);

pub fn measure(taken: &Taken) -> Vec<Row> {
    let count = runs(10);
    let clip = Clip::of(Voice::Patient);
    let (mut sound, mut picture) = (Vec::new(), Vec::new());
    // The first is for caches.
    for n in 0..=count {
        let (a, b) = (once(Codec::Opus, &sounds(&clip)), once(Codec::Vp8, &pictures(&clip)));
        if n > 0 {
            sound.push(a);
            picture.push(b);
            progress(n, count);
        }
    }
    let row = |name, what: &str, values| {
        taken.row(name, &format!("CPU per recorded packet, {what}"), "µs", &Spread::of(values), 0.5, None)
    };
    vec![row("sound", "Opus", sound), row("picture", "VP8", picture)]
}

fn sounds(clip: &Clip) -> Vec<Piece> {
    let all = clip.sound.iter().cycle().take(SECONDS * 50).enumerate();
    all.map(|(n, payload)| (payload.clone(), false, n as u32 * 960, n as i64 * 20)).collect()
}

fn pictures(clip: &Clip) -> Vec<Piece> {
    let frames = clip.pictures.iter().cycle().take(SECONDS * RATE as usize).enumerate();
    frames
        .flat_map(|(n, frame)| {
            let (time, at) = (n as u32 * (90_000 / RATE), n as i64 * 1_000 / i64::from(RATE));
            vp8::cut(frame, n as u16 & 0x7FFF)
                .into_iter()
                .map(move |(payload, last)| (payload, last, time, at))
        })
        .collect()
}

/// Microseconds of the recording thread per packet.
fn once(codec: Codec, pieces: &[Piece]) -> f64 {
    let folder = std::env::temp_dir().join(format!("yoban-record-{}", yoban_tests::random()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut config = RecordingConfig::new(&folder);
    (config.audio_queue, config.video_queue) = (QUEUE, QUEUE);
    let (recorder, events) = Recorder::start(config).unwrap();
    let people: Vec<(SessionId, LegId)> = (0..PEOPLE).map(|_| (id(), id())).collect();
    for (session, leg) in &people {
        recorder.open_session(*session).unwrap();
        recorder.track_start(*session, *leg, codec).unwrap();
    }
    let begin = yoban_tests::now_ms();
    let thread = Thread::named("recording");
    let before = thread.cpu();
    for (sequence, (payload, marker, timestamp, at)) in pieces.iter().enumerate() {
        for (session, leg) in &people {
            let packet = RtpIn {
                session: *session,
                leg: *leg,
                kind: codec.kind(),
                codec,
                sequence: sequence as u16,
                timestamp: *timestamp,
                marker: *marker,
                payload: payload.clone(),
                arrival_ms: begin + at,
            };
            assert!(recorder.push(packet), "the queue is full");
        }
    }
    // One queue keeps the order: when this session is finished, everything before it was worked off.
    let end: SessionId = id();
    recorder.open_session(end).unwrap();
    recorder.close_session(end).unwrap();
    loop {
        match events.recv_timeout(PATIENCE).expect("the recorder does not come to the end") {
            RecordingEvent::Finished { session, .. } | RecordingEvent::Failed { session, .. }
                if session == end =>
            {
                break;
            }
            RecordingEvent::Failed { detail, .. } => panic!("not recorded: {detail}"),
            RecordingEvent::NotFinished { reason, .. } => {
                panic!("not finished: {}", words::recording_failed(reason).code)
            }
            RecordingEvent::Gap { gap, .. } => panic!("not recorded: {gap:?}"),
            RecordingEvent::TrackStarted { .. }
            | RecordingEvent::NeedKeyFrame { .. }
            | RecordingEvent::Progress { .. }
            | RecordingEvent::Finished { .. } => {}
        }
    }
    let spent = thread.cpu() - before;
    recorder.shutdown();
    std::fs::remove_dir_all(folder).unwrap();
    spent.as_secs_f64() * 1e6 / (pieces.len() * PEOPLE) as f64
}
