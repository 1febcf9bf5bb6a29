//! Disks that are full or slow: recording stops first, says so, and goes on when it can.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use super::clips::{self, Temp};
use super::rig::{Rig, T0, config, decodes, finished, leg, packets, packets_in, recover, session, wait_for};
use super::sinks::Hooked;
use crate::recording::{Codec, GapReason, Kind, Recorder, RecordingEvent, RtpIn, Sink};
use yoban_domain::session::RecordingFailure;

#[test]
fn a_mistake_in_one_session_is_told_and_the_others_are_recorded_on() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let sink = Hooked::new(&temp).on_create(|id, _| {
        assert_ne!(id, session(2), "the mistake of this test");
        Ok(())
    });
    let (recorder, events) = Recorder::start_with(config(&temp), Arc::new(sink)).unwrap();
    for number in [1, 2] {
        recorder.open_session(session(number)).unwrap();
        recorder.track_start(session(number), leg(1), Codec::Opus).unwrap();
    }
    for packet in packets(&sound, 1, 0, 0, 0) {
        assert!(recorder.push(RtpIn { session: session(2), ..packet.clone() }));
        assert!(recorder.push(packet));
    }
    recorder.close_session(session(1)).unwrap();
    recorder.close_session(session(2)).unwrap();
    recorder.shutdown();
    let seen: Vec<RecordingEvent> = events.iter().collect();
    let failed = |e: &&RecordingEvent| matches!(e, RecordingEvent::Failed { session: id, reason: RecordingFailure::RecorderDied, .. } if *id == session(2));
    assert!(seen.iter().any(|event| failed(&event)), "{seen:?}");
    let manifest = finished(&seen).unwrap();
    assert_eq!((manifest.session, manifest.tracks[0].units), (session(1), sound.units as u64));
}

#[test]
fn what_is_recorded_again_after_a_mistake_is_not_finished_while_it_runs() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let (asked, asking) = channel();
    let (go, going) = channel::<()>();
    let going = Mutex::new(going);
    let mistaken = AtomicBool::new(false);
    let second = leg(2).0.simple().to_string();
    let sink = Hooked::new(&temp)
        .on_read(move |id, name| {
            if id == session(2) && name.starts_with("raw-") {
                let _ = asked.send(());
                let _ = going.lock().unwrap().recv();
            }
            Ok(())
        })
        .on_create(move |_, name| {
            let first = name.replace('-', "").contains(&second) && !mistaken.swap(true, Ordering::Relaxed);
            assert!(!first, "the mistake of this test");
            Ok(())
        });
    let (recorder, events) = Recorder::start_with(config(&temp), Arc::new(sink)).unwrap();
    let mut rig = Rig::of(recorder, events, &temp);
    let begun = |event: &RecordingEvent| matches!(event, RecordingEvent::TrackStarted { session: id, .. } if *id == session(1));
    // Another call keeps the finishing busy.
    rig.recorder.open_session(session(2)).unwrap();
    rig.recorder.track_start(session(2), leg(1), Codec::Opus).unwrap();
    rig.feed(packets(&sound, 1, 0, 0, 0).into_iter().map(|p| RtpIn { session: session(2), ..p }).collect());
    rig.recorder.close_session(session(2)).unwrap();
    asking.recv_timeout(std::time::Duration::from_secs(60)).expect("never finished");

    rig.recorder.open_session(session(1)).unwrap();
    rig.recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
    rig.feed(packets(&sound, 1, 0, 0, 0));
    wait_for(&mut rig, begun);
    rig.recorder.track_start(session(1), leg(2), Codec::Opus).unwrap();
    rig.feed(packets(&sound, 2, 2_000, 0, 0));
    wait_for(&mut rig, |event| {
        matches!(event, RecordingEvent::Failed { reason: RecordingFailure::RecorderDied, .. })
    });
    rig.recorder.open_session(session(1)).unwrap();
    rig.recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
    let (early, late) = {
        let mut again = packets(&sound, 1, 60_000, 20_000, 99);
        let late = again.split_off(again.len() / 2);
        (again, late)
    };
    rig.feed(early);
    wait_for(&mut rig, begun);
    // Only now the first part is finished, while the second is being written.
    drop(go);
    wait_for(
        &mut rig,
        |event| matches!(event, RecordingEvent::Finished { session: id, .. } if *id == session(1)),
    );
    assert_eq!(finished(&rig.seen).unwrap().tracks.len(), 1);
    rig.feed(late);
    let done = rig.finish();
    let second = &done.manifest.tracks[1];
    assert_eq!((second.units, second.interrupted), (sound.units as u64, false), "{:?}", done.manifest);
}

/// A sink whose raw files cannot be read back.
fn unreadable(temp: &Temp) -> Arc<dyn Sink> {
    Arc::new(Hooked::new(temp).on_read(|_, name| {
        if name.starts_with("raw-") { Err(io::Error::other("a bad block")) } else { Ok(()) }
    }))
}

#[test]
fn an_older_part_that_cannot_be_finished_ends_nothing_that_is_recorded_now() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let (recorder, events) = Recorder::start_with(config(&temp), unreadable(&temp)).unwrap();
    let mut rig = Rig::of(recorder, events, &temp);
    let begin = |rig: &Rig, from| {
        rig.recorder.open_session(session(1)).unwrap();
        rig.recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
        rig.feed(packets(&sound, 1, from, 0, 0));
    };
    begin(&rig, 0);
    rig.recorder.close_session(session(1)).unwrap();
    wait_for(&mut rig, |event| matches!(event, RecordingEvent::TrackStarted { .. }));
    begin(&rig, 10_000);
    wait_for(&mut rig, |event| matches!(event, RecordingEvent::TrackStarted { .. }));
    let untold =
        |rig: &Rig| !rig.seen.iter().any(|event| matches!(event, RecordingEvent::NotFinished { .. }));
    if untold(&rig) {
        wait_for(&mut rig, |event| matches!(event, RecordingEvent::NotFinished { .. }));
    }
    rig.recorder.shutdown();
    let seen: Vec<_> = rig.seen.drain(..).chain(rig.events.try_iter()).collect();
    assert!(!seen.iter().any(|event| matches!(event, RecordingEvent::Failed { .. })), "{seen:?}");
}

/// A folder that cannot be looked into, and a moment later can.
#[test]
fn a_session_that_could_not_be_opened_is_not_held_and_is_recorded_once_it_is_opened_again() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let asked = AtomicBool::new(false);
    let sink = Hooked::new(&temp).on_list(move |_, _| {
        if asked.swap(true, Ordering::Relaxed) { Ok(()) } else { Err(io::Error::other("a bad block")) }
    });
    let (recorder, events) = Recorder::start_with(config(&temp), Arc::new(sink)).unwrap();
    let mut rig = Rig::of(recorder, events, &temp);
    rig.recorder.open_session(session(1)).unwrap();
    wait_for(&mut rig, |event| matches!(event, RecordingEvent::Failed { held: false, .. }));
    rig.recorder.open_session(session(1)).unwrap();
    rig.recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
    rig.feed(packets(&sound, 1, 0, 0, 0));
    let done = rig.finish();
    assert_eq!(done.manifest.tracks.len(), 1, "{:?}", done.manifest);
}

#[test]
fn recording_stops_while_the_store_has_room_and_goes_on_when_there_is_more() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let sink = Arc::new(Hooked::new(&temp));
    sink.disk.free.store(1_000, Ordering::Relaxed);
    let mut config = config(&temp);
    config.keep_free = 1_000;
    let (recorder, events) = Recorder::start_with(config, Arc::clone(&sink) as Arc<dyn Sink>).unwrap();
    let mut rig = Rig::of(recorder, events, &temp);
    rig.recorder.open_session(session(1)).unwrap();
    rig.recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
    rig.feed(packets(&sound, 1, 0, 0, 0));
    wait_for(&mut rig, |event| matches!(event, RecordingEvent::TrackStarted { .. }));
    sink.disk.free.store(999, Ordering::Relaxed);
    wait_for(&mut rig, |event| {
        matches!(event, RecordingEvent::Failed { reason: RecordingFailure::NoRoom, held: true, .. })
    });
    sink.disk.free.store(1_000, Ordering::Relaxed);
    rig.recorder.resume(session(1)).unwrap();
    rig.feed(packets(&sound, 1, 60_000, 20_000, 99)[..50].to_vec());
    wait_for(&mut rig, |event| matches!(event, RecordingEvent::TrackStarted { .. }));
    sink.disk.free.store(u64::MAX, Ordering::Relaxed);
    let done = rig.finish();
    assert_eq!(done.manifest.tracks.len(), 2, "{:?}", done.manifest);
    assert_eq!((done.manifest.tracks[1].units, done.manifest.tracks[1].started_at), (50, T0 + 60_000));
}

/// Killed after the first bytes of a file and before the word about it in the map.
#[test]
fn a_file_the_map_knows_nothing_of_is_placed_near_the_others_and_spoils_no_mix() {
    let temp = Temp::new();
    let sound = clips::tone(&temp, 440, 2);
    let (recorder, events) = Recorder::start_with(config(&temp), unreadable(&temp)).unwrap();
    let rig = Rig::of(recorder, events, &temp);
    rig.recorder.open_session(session(1)).unwrap();
    for who in [1, 2] {
        rig.recorder.track_start(session(1), leg(who), Codec::Opus).unwrap();
        rig.feed(packets(&sound, who, 0, 0, 0));
    }
    rig.recorder.close_session(session(1)).unwrap();
    rig.recorder.shutdown();
    let folder = temp.path("rec").join(session(1).0.simple().to_string());
    let map = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let map = map.filter(|path| path.to_str().unwrap().contains("/sync-")).collect::<Vec<_>>();
    assert_eq!(map.len(), 1);
    let said = fs::read_to_string(&map[0]).unwrap();
    let (of_two, others): (Vec<_>, Vec<_>) = said.lines().partition(|line| line.contains("\"file\":2,"));
    assert!(of_two[0].contains("begin") && of_two.len() > 2, "{said}");
    fs::write(&map[0], others.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let made = recover(&temp.path("rec"));
    assert_eq!(made[0].tracks.iter().map(|track| track.started_at).collect::<Vec<_>>(), [T0, T0]);
    assert!(made[0].mix.is_some(), "{made:?}");
}

#[test]
fn a_full_queue_costs_pictures_first_and_is_declared() {
    let temp = Temp::new();
    let (sound, vp8) = (clips::tone(&temp, 440, 4), clips::vp8(&temp, "320x240", 4, 30));
    let (asked, asking) = channel();
    let (go, going) = channel();
    let going = Mutex::new(going);
    // Files open only when the test lets them.
    let sink = Hooked::new(&temp).on_create(move |_, name| {
        if name.starts_with("raw-") {
            asked.send(()).unwrap();
            going.lock().unwrap().recv().unwrap();
        }
        Ok(())
    });
    let mut config = config(&temp);
    (config.audio_queue, config.video_queue) = (1_000, 20);
    let (recorder, events) = Recorder::start_with(config, Arc::new(sink)).unwrap();
    recorder.open_session(session(1)).unwrap();
    recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
    recorder.track_start(session(1), leg(1), Codec::Vp8).unwrap();
    let (sound_in, pictures) = (packets(&sound, 1, 0, 0, 0), packets(&vp8, 1, 0, 0, 0));
    // The first picture: the recorder now waits for the disk inside it.
    let first = pictures.iter().take_while(|packet| packet.timestamp == 0).count();
    assert!(first <= 20);
    for packet in &pictures[..first] {
        assert!(recorder.push(packet.clone()));
    }
    asking.recv().unwrap();
    // One second comes meanwhile: sound is all taken, of the pictures what fits.
    let mut refused = 0;
    for packet in pictures[first..].iter().filter(|packet| packet.timestamp < 30 * 3_000) {
        refused += usize::from(!recorder.push(packet.clone()));
    }
    assert!(refused > 0);
    for packet in &sound_in {
        assert!(recorder.push(packet.clone()), "sound has its own queue");
    }
    go.send(()).unwrap();
    asking.recv().unwrap();
    go.send(()).unwrap();
    // Until the recorder says that it wants a key frame for what was dropped, nothing more is sent: a full queue again
    // would be another story.
    let mut sent = 0;
    for packet in pictures.into_iter().filter(|packet| packet.timestamp >= 60 * 3_000) {
        while !recorder.push(packet.clone()) {
            std::thread::yield_now();
        }
        sent += 1;
    }
    assert!(sent > 0);
    recorder.close_session(session(1)).unwrap();
    recorder.shutdown();
    let seen: Vec<RecordingEvent> = events.iter().collect();
    let manifest = finished(&seen).unwrap();
    let track = |kind| manifest.tracks.iter().find(|track| track.kind == kind).unwrap();
    let home = temp.path("rec").join(&manifest.folder);
    assert_eq!(track(Kind::Audio).units, sound.units as u64);
    let video = track(Kind::Video);
    assert_eq!(video.gaps.first().map(|gap| gap.reason), Some(GapReason::Drop), "{video:?}");
    decodes(&home.join(&video.file));
    decodes(&home.join(&track(Kind::Audio).file));
    assert!(
        seen.iter()
            .any(|event| matches!(event, RecordingEvent::Gap { gap, .. } if gap.reason == GapReason::Drop))
    );
}

/// A file system of 300 kB; unmounted when dropped.
struct Tiny(PathBuf);

impl Tiny {
    fn mount(temp: &Temp) -> Option<Self> {
        let path = temp.path("tiny");
        fs::create_dir_all(&path).unwrap();
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=300k", "tmpfs", clips::text(&path)])
            .output();
        done.is_ok_and(|out| out.status.success()).then_some(Self(path))
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).output();
    }
}

/// On a tiny file system where we may mount one; else the file size limit stands in for it.
#[test]
fn a_full_disk_stops_the_recording_and_not_the_rest() {
    let temp = Temp::new();
    if let Some(tiny) = Tiny::mount(&temp) {
        full_disk(&temp, tiny.0.join("rec"), || {
            // Somebody makes room.
            fs::remove_file(tiny.0.join("ballast")).unwrap();
        });
    } else {
        writeln!(
            std::io::stderr(),
            "NAMED FALLBACK: no right to mount, a file size limit stands for the full disk"
        )
        .unwrap();
        under_a_limit();
    }
}

#[test]
fn a_file_size_limit_is_a_full_disk() {
    under_a_limit();
}

fn under_a_limit() {
    let temp = Temp::new();
    let exe = std::env::current_exe().unwrap();
    // The signal of the limit is ignored, so that the write answers EFBIG. 64 blocks of 512 bytes.
    let script = format!(
        "trap '' XFSZ; ulimit -f 64; exec '{}' --ignored --exact recording::tests::disk::limited --test-threads=1",
        exe.display()
    );
    let out = Command::new("sh").args(["-c", &script]).env(LIMITED, temp.path("limited")).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
    assert!(temp.path("limited/stopped").exists(), "the limit was reached");
}

const LIMITED: &str = "YOBAN_TEST_RECORDING_LIMITED";

#[test]
#[ignore = "the limited process of the full disk test"]
fn limited() {
    let Some(dir) = std::env::var_os(LIMITED).map(PathBuf::from) else {
        return;
    };
    fs::create_dir_all(&dir).unwrap();
    let temp = Temp::new();
    let bytes = vec![0x55; 200];
    let mut config = config(&temp);
    config.dir = dir.join("rec");
    let (recorder, events) = Recorder::start(config).unwrap();
    recorder.open_session(session(1)).unwrap();
    recorder.track_start(session(1), leg(1), Codec::Opus).unwrap();
    let clip = clips::Clip {
        codec: Codec::Opus,
        pieces: (0..1_000)
            .map(|n| clips::Piece {
                at_ms: n * 20,
                ticks: n as u32 * 960,
                marker: false,
                payload: [&[0x78][..], &bytes].concat().into(),
            })
            .collect(),
        units: 1_000,
        keys: Vec::new(),
    };
    for packet in packets(&clip, 1, 0, 0, 0) {
        recorder.push(packet);
    }
    recorder.close_session(session(1)).unwrap();
    recorder.shutdown();
    let full = events
        .iter()
        .any(|event| matches!(event, RecordingEvent::Failed { reason: RecordingFailure::NoRoom, .. }));
    assert!(full);
    fs::write(dir.join("stopped"), b"").unwrap();
    drop(temp);
}

fn full_disk(temp: &Temp, dir: PathBuf, make_room: impl FnOnce()) {
    let sound = clips::tone(temp, 440, 30);
    fs::write(dir.parent().unwrap().join("ballast"), vec![1; 220 << 10]).unwrap();
    let mut config = config(temp);
    config.dir = dir.clone();
    let mut rig = Rig::with(config, &[(1, &sound)]);
    rig.feed(packets(&sound, 1, 0, 0, 0));
    wait_for(&mut rig, |event| {
        matches!(event, RecordingEvent::Failed { reason: RecordingFailure::NoRoom, .. })
    });
    // The call goes on: packets are taken and forgotten, the recorder answers.
    rig.feed(packets(&sound, 1, 30_000, 9_000, 7)[..50].to_vec());
    make_room();
    rig.recorder.resume(session(1)).unwrap();
    rig.feed(packets(&sound, 1, 60_000, 20_000, 99)[..200].to_vec());
    let done = rig.finish();
    let tracks = &done.manifest.tracks;
    assert_eq!(tracks.len(), 2, "{tracks:?}");
    assert!(tracks[0].interrupted && !tracks[1].interrupted && done.manifest.interrupted);
    assert!(tracks[0].units > 100 && tracks[0].units < sound.units as u64);
    assert_eq!((tracks[1].units, tracks[1].started_at), (200, T0 + 60_000));
    for track in tracks {
        decodes(&done.path(&track.file));
    }
    assert_eq!(packets_in(&done.path(&tracks[1].file)), 200);
    assert_eq!(recover(&dir), [done.manifest]);
}

#[test]
fn two_recorders_do_not_share_a_folder() {
    let temp = Temp::new();
    let (first, _events) = Recorder::start(config(&temp)).unwrap();
    assert!(Recorder::start(config(&temp)).is_err());
    first.shutdown();
    assert!(first.open_session(session(1)).is_err());
    let (second, _events) = Recorder::start(config(&temp)).unwrap();
    second.shutdown();
}
