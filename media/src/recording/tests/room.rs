//! Room on the disk while recordings are finished: a copy is made of each file, and the store lies on the same disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::clips::{self, Temp};
use super::rig::{Rig, config, decodes, leg, packets, recover, session, wait_for};
use super::sinks::Hooked;
use crate::recording::{Codec, Manifest, Recorder, RecordingEvent, Sink};
use yoban_domain::session::RecordingFailure;

fn folder(temp: &Temp) -> PathBuf {
    temp.path("rec").join(session(1).0.simple().to_string())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Two people with sound and picture, up to the moment at which finishing begins.
fn two_people(temp: &Temp, sink: Arc<dyn Sink>, keep_free: u64) -> Rig {
    let (sound, vp8) = (clips::tone(temp, 440, 2), clips::vp8(temp, "640x480", 2, 30));
    let mut config = config(temp);
    (config.keep_free, config.retry) = (keep_free, Duration::from_millis(10));
    let (recorder, events) = Recorder::start_with(config, sink).unwrap();
    let rig = Rig::of(recorder, events, temp);
    rig.recorder.open_session(session(1)).unwrap();
    for who in [1, 2] {
        rig.recorder.track_start(session(1), leg(who), Codec::Opus).unwrap();
        rig.recorder.track_start(session(1), leg(who), Codec::Vp8).unwrap();
        rig.feed(packets(&sound, who, 0, 0, 0));
        rig.feed(packets(&vp8, who, 0, 0, 0));
    }
    rig.recorder.close_session(session(1)).unwrap();
    rig
}

#[test]
fn finishing_leaves_half_the_reserve_alone_and_needs_room_for_one_picture_at_a_time() {
    const KEEP_FREE: u64 = 100_000;
    let temp = Temp::new();
    let (asked, asking) = channel();
    let (go, going) = channel::<()>();
    let going = Mutex::new(going);
    let mut sink = Hooked::new(&temp).on_read(move |_, name| {
        if name.starts_with("raw-") {
            let _ = asked.send(());
            let _ = going.lock().unwrap().recv();
        }
        Ok(())
    });
    sink.fills = true;
    let disk = Arc::clone(&sink.disk);
    let mut rig = two_people(&temp, Arc::new(sink), KEEP_FREE);
    asking.recv_timeout(Duration::from_secs(60)).expect("never finished");
    let folder = folder(&temp);
    let raws = names(&folder).into_iter().filter(|name| name.starts_with("raw-")).collect::<Vec<_>>();
    let size = |ending: &str| {
        let of = raws.iter().filter(|name| name.ends_with(ending));
        of.map(|name| fs::metadata(folder.join(name)).unwrap().len()).collect::<Vec<_>>()
    };
    let (sounds, pictures) = (size(".ogg"), size(".webm"));
    let picture = pictures[0];
    assert!(raws.len() == 4 && sounds.iter().sum::<u64>() * 2 < picture, "{sounds:?} {pictures:?}");

    disk.free.store(KEEP_FREE + picture / 2, Ordering::Relaxed);
    drop(go);
    let full = |event: &RecordingEvent| {
        matches!(event, RecordingEvent::NotFinished { reason: RecordingFailure::NoRoom, .. })
    };
    wait_for(&mut rig, full);
    let lowest = || disk.lowest.load(Ordering::Relaxed);
    assert!(lowest() >= KEEP_FREE / 2, "{}", lowest());
    let kept = || names(&folder).into_iter().filter(|name| name.starts_with("raw-")).collect::<Vec<_>>();
    assert_eq!(kept(), raws, "nothing goes before its copy stands");

    // Somebody makes room, less than both pictures take.
    disk.free.fetch_add(picture, Ordering::Relaxed);
    wait_for(&mut rig, |event| matches!(event, RecordingEvent::Finished { .. }));
    assert!(lowest() >= KEEP_FREE / 2, "{}", lowest());
    rig.recorder.shutdown();
    let made = recover(&temp.path("rec"));
    assert!(made[0].tracks.len() == 4 && made[0].mix.is_some() && !made[0].interrupted, "{made:?}");
    for track in &made[0].tracks {
        decodes(&folder.join(&track.file));
    }
    let left = names(&folder);
    assert!(!left.iter().any(|name| name.starts_with("raw-") || name.starts_with("tmp-")), "{left:?}");
}

#[test]
fn what_finds_no_room_leaves_nothing_half_made() {
    let temp = Temp::new();
    let mut sink = Hooked::new(&temp);
    sink.fills = true;
    let disk = Arc::clone(&sink.disk);
    // Enough for what is recorded, but not for a copy.
    let seen = Arc::clone(&disk);
    let sink = sink.on_read(move |_, name| {
        if name.starts_with("sync-") {
            seen.free.store(1_000, Ordering::Relaxed);
        }
        Ok(())
    });
    let mut rig = two_people(&temp, Arc::new(sink), 1_000);
    wait_for(&mut rig, |event| matches!(event, RecordingEvent::NotFinished { .. }));
    rig.recorder.shutdown();
    let left = names(&folder(&temp));
    assert!(!left.iter().any(|name| name.starts_with("tmp-")), "{left:?}");
}

/// Wherever finishing is broken off: what the manifest lists is there, what it does not list is still raw, and going on gives
/// what finishing at one go gives.
#[test]
fn finishing_may_be_broken_off_before_any_of_its_files() {
    let temp = Temp::new();
    let unreadable = Hooked::new(&temp).on_read(|_, name| {
        if name.starts_with("raw-") { Err(io::Error::other("a bad block")) } else { Ok(()) }
    });
    let mut rig = two_people(&temp, Arc::new(unreadable), 0);
    wait_for(&mut rig, |event| matches!(event, RecordingEvent::NotFinished { .. }));
    rig.recorder.shutdown();
    let raw = folder(&temp);
    let mut broken_off = 0;
    let mut whole = None;
    for files in 0.. {
        let temp = Temp::new();
        let folder = folder(&temp);
        fs::create_dir_all(&folder).unwrap();
        for name in names(&raw) {
            fs::copy(raw.join(&name), folder.join(&name)).unwrap();
        }
        let begun = AtomicUsize::new(0);
        let sink = Hooked::new(&temp).on_create(move |_, _| {
            if begun.fetch_add(1, Ordering::Relaxed) < files {
                Ok(())
            } else {
                Err(io::Error::other("killed"))
            }
        });
        let (recorder, events) = Recorder::start_with(config(&temp), Arc::new(sink)).unwrap();
        recorder.shutdown();
        let done = events.iter().any(|event| matches!(event, RecordingEvent::Finished { .. }));
        let left = names(&folder);
        if let Ok(text) = fs::read(folder.join("manifest.json")) {
            let manifest: Manifest = serde_json::from_slice(&text).unwrap();
            for track in &manifest.tracks {
                assert_eq!(fs::metadata(folder.join(&track.file)).unwrap().len(), track.bytes);
            }
            let raws = left.iter().filter(|name| name.starts_with("raw-")).count();
            assert_eq!(manifest.tracks.len() + raws, 4, "{left:?}");
            assert_eq!(manifest.mix.is_some(), raws == 0, "whoever finds no raw file takes it for complete");
        }
        let made = recover(&temp.path("rec"));
        assert_eq!(made.len(), 1);
        assert_eq!(&made[0], whole.get_or_insert_with(|| made[0].clone()), "after {files} files");
        assert!(made[0].tracks.len() == 4 && made[0].mix.is_some(), "{made:?}");
        if done {
            break;
        }
        broken_off += 1;
    }
    // Two pictures with a manifest after each, two sounds, the mix, and the manifest of all.
    assert_eq!(broken_off, 8);
}
