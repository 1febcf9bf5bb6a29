//! A disk that lets wait, and one that fails for a while: who has to wait for it, and who must not.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::clips::{self, Temp};
use super::rig::{Rig, config, finished, leg, packets, packets_in, recover, session, wait_for};
use super::sinks::Hooked;
use crate::recording::{Codec, Recorder, RecordingEvent, RtpIn, Sink};
use yoban_domain::session::RecordingFailure;

/// Ends a test that would hang.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_disk_that_lets_wait_for_one_session_keeps_none_from_being_written() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let (asked, asking) = channel();
    let (go, going) = channel::<()>();
    let going = Mutex::new(going);
    let sink = Hooked::new(&temp).on_sync(move |id, name| {
        if id == session(1) && name.starts_with("raw-") {
            let _ = asked.send(());
            let _ = going.lock().unwrap().recv();
        }
        Ok(())
    });
    let mut config = config(&temp);
    config.sync_ms = 100;
    let waits = Arc::clone(&sink.waits);
    let waits = || waits.lock().unwrap().iter().filter(|id| **id == session(1)).count();
    let (recorder, events) = Recorder::start_with(config, Arc::new(sink)).unwrap();
    let mut rig = Rig::of(recorder, events, &temp);
    let mut all = packets(&sound, 1, 0, 0, 0);
    let later = all.split_off(all.len() / 2);
    for number in [1, 2] {
        rig.recorder.open_session(session(number)).unwrap();
        rig.recorder.track_start(session(number), leg(1), Codec::Opus).unwrap();
    }
    rig.feed(all);
    asking.recv_timeout(PATIENCE).expect("never synced");
    // The disk is at the first one's sync, and stays there.
    let asked_for = waits();
    let written = |rig: &mut Rig, number| {
        wait_for(
            rig,
            |e| matches!(e, RecordingEvent::Progress { session: id, bytes, .. } if *id == session(number) && *bytes > 0),
        );
    };
    rig.feed(later.iter().map(|packet| RtpIn { session: session(2), ..packet.clone() }).collect());
    rig.feed(later);
    wait_for(
        &mut rig,
        |e| matches!(e, RecordingEvent::TrackStarted { session: id, .. } if *id == session(2)),
    );
    written(&mut rig, 1);
    written(&mut rig, 2);
    assert_eq!(waits(), asked_for, "what a slow disk has to do does not pile up");
    drop(go);
    rig.recorder.close_session(session(2)).unwrap();
    let done = rig.finish();
    let units: Vec<_> = done
        .seen
        .iter()
        .filter_map(|event| {
            let RecordingEvent::Finished { session, manifest } = event else { return None };
            Some((*session, manifest.tracks[0].units))
        })
        .collect();
    let half = sound.units as u64 / 2;
    assert!(units.contains(&(session(1), sound.units as u64)), "{units:?}");
    assert!(units.iter().any(|(id, units)| *id == session(2) && *units >= half), "{units:?}");
}

#[test]
fn what_could_not_be_synced_is_told_as_a_failure_and_asked_for_again_it_goes_on() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let broken = Arc::new(AtomicBool::new(true));
    let disk = Arc::clone(&broken);
    let sink = Hooked::new(&temp).on_sync(move |_, name| {
        let fails = name.starts_with("raw-") && disk.load(Ordering::Relaxed);
        if fails { Err(io::Error::other("a bad block")) } else { Ok(()) }
    });
    let mut config = config(&temp);
    config.sync_ms = 100;
    let (recorder, events) = Recorder::start_with(config, Arc::new(sink)).unwrap();
    let mut rig = Rig::of(recorder, events, &temp);
    rig.recorder.open_session(session(1)).unwrap();
    rig.recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
    rig.feed(packets(&sound, 1, 0, 0, 0));
    wait_for(&mut rig, |event| {
        matches!(event, RecordingEvent::Failed { reason: RecordingFailure::WriteFailed, .. })
    });
    broken.store(false, Ordering::Relaxed);
    rig.recorder.resume(session(1)).unwrap();
    rig.feed(packets(&sound, 1, 60_000, 20_000, 99));
    let done = rig.finish();
    assert_eq!(done.manifest.tracks.len(), 2, "{:?}", done.manifest);
    assert!(done.manifest.tracks[0].interrupted && !done.manifest.tracks[1].interrupted);
}

#[test]
fn a_stop_waits_for_no_disk_that_hangs_and_the_next_start_finishes_what_is_left() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let (asked, asking) = channel();
    let (go, going) = channel::<()>();
    let going = Mutex::new(going);
    let sink = Hooked::new(&temp).on_read(move |_, name| {
        if name.starts_with("raw-") {
            let _ = asked.send(());
            let _ = going.lock().unwrap().recv();
        }
        Ok(())
    });
    let mut config = config(&temp);
    config.finish_at_stop = Duration::from_millis(1);
    let (recorder, events) = Recorder::start_with(config, Arc::new(sink)).unwrap();
    for number in [1, 2] {
        recorder.open_session(session(number)).unwrap();
        recorder.track_start(session(number), leg(1), Codec::Opus).unwrap();
        for packet in packets(&sound, 1, 0, 0, 0) {
            assert!(recorder.push(RtpIn { session: session(number), ..packet }));
        }
    }
    // One ended before the stop and is being finished; the other is recorded until then.
    recorder.close_session(session(1)).unwrap();
    asking.recv_timeout(PATIENCE).expect("never finished");
    let (stopped, stop) = channel();
    let ender = recorder.clone();
    thread::spawn(move || {
        ender.shutdown();
        let _ = stopped.send(());
    });
    stop.recv_timeout(PATIENCE).expect("the stop waits for the disk");
    // The disk answers after all: too late, nothing is made any more.
    drop(go);
    let seen: Vec<_> = events.iter().collect();
    assert!(finished(&seen).is_none(), "{seen:?}");
    assert!(!seen.iter().any(|event| matches!(event, RecordingEvent::NotFinished { .. })), "{seen:?}");
    let made = recover(&temp.path("rec"));
    assert_eq!(made.len(), 2);
    for manifest in &made {
        // Closed in order at the stop.
        assert!(!manifest.interrupted && manifest.mix.is_some(), "{manifest:?}");
        let file = temp.path("rec").join(&manifest.folder).join(&manifest.tracks[0].file);
        assert_eq!(packets_in(&file), sound.units as u64);
    }
}

#[test]
fn what_could_not_be_finished_is_tried_again_and_told_once() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let tries = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&tries);
    let sink = Hooked::new(&temp).on_read(move |_, name| {
        let bad = name.starts_with("raw-") && count.fetch_add(1, Ordering::Relaxed) < 3;
        if bad { Err(io::Error::other("a bad block")) } else { Ok(()) }
    });
    let mut config = config(&temp);
    config.retry = Duration::from_millis(10);
    let (recorder, events) = Recorder::start_with(config, Arc::new(sink)).unwrap();
    let mut rig = Rig::of(recorder, events, &temp);
    rig.recorder.open_session(session(1)).unwrap();
    rig.recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
    rig.feed(packets(&sound, 1, 0, 0, 0));
    rig.recorder.close_session(session(1)).unwrap();
    wait_for(&mut rig, |event| {
        matches!(event, RecordingEvent::NotFinished { reason: RecordingFailure::WriteFailed, .. })
    });
    wait_for(&mut rig, |event| matches!(event, RecordingEvent::Finished { .. }));
    let told = rig.seen.iter().filter(|event| matches!(event, RecordingEvent::NotFinished { .. })).count();
    assert_eq!((told, rig.recorder.unfinished()), (1, 0));
    assert!(tries.load(Ordering::Relaxed) > 3);
    let manifest = finished(&rig.seen).unwrap();
    assert!(manifest.tracks[0].units == sound.units as u64 && manifest.mix.is_some(), "{manifest:?}");
    rig.recorder.shutdown();
}

#[test]
fn while_something_is_not_finished_the_recorder_says_so() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let sink = Hooked::new(&temp).on_read(|_, name| {
        if name.starts_with("raw-") { Err(io::Error::other("a bad block")) } else { Ok(()) }
    });
    let sink: Arc<dyn Sink> = Arc::new(sink);
    let (recorder, events) = Recorder::start_with(config(&temp), sink).unwrap();
    let mut rig = Rig::of(recorder, events, &temp);
    rig.recorder.open_session(session(1)).unwrap();
    rig.recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
    rig.feed(packets(&sound, 1, 0, 0, 0));
    assert_eq!(rig.recorder.unfinished(), 0);
    rig.recorder.close_session(session(1)).unwrap();
    wait_for(&mut rig, |event| matches!(event, RecordingEvent::NotFinished { .. }));
    assert_eq!(rig.recorder.unfinished(), 1);
    // The next try is half a minute away; the stop does not wait for it.
    rig.recorder.shutdown();
    assert_eq!(recover(&temp.path("rec"))[0].tracks[0].units, sound.units as u64);
}
