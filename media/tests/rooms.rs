//! Rooms end to end on loopback: who hears whom, and from when on.

mod harness;

use std::time::Instant;

use harness::{Heard, Kind, PATIENCE, Phone, Plane, Sending, connection, gated, leg, open, plan, session};
use yoban_media::recording::{self, RecordingConfig, RecordingEvent};
use yoban_media::{FailReason, LostReason, MediaError, MediaEvent, Member, RoomPlan, VideoCodec};

/// Continuous from the first to the last: nothing missing, nothing twice, time never backwards.
fn assert_continuous(stream: &[Heard], what: &str) {
    for (before, after) in stream.iter().zip(stream.iter().skip(1)) {
        assert_eq!(after.sequence, before.sequence.wrapping_add(1), "{what}: {before:?} {after:?}");
        let ahead = after.timestamp.wrapping_sub(before.timestamp);
        assert!(ahead > 0 && ahead < 48_000 * 60, "{what}: {before:?} {after:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_receives_everybody() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2), open(3)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Both).await;
    let three = plane.join(3, 103, Sending::Both).await;
    for (phone, others) in [(&one, [2, 3]), (&two, [1, 3]), (&three, [1, 2])] {
        for other in others {
            phone.hears(other, Kind::Audio, 20);
            phone.hears(other, Kind::Video, 10);
        }
        assert_eq!(phone.look(|log| log.from(phone.who, Kind::Audio)), 0, "nobody hears themselves");
    }
    three.look(|log| {
        for slot in ["s0", "s1"] {
            assert_continuous(log.stream(slot, Kind::Audio), slot);
            assert_continuous(log.stream(slot, Kind::Video), slot);
            assert!(log.stream(slot, Kind::Video)[0].key, "a picture begins with a key frame");
        }
        assert!(log.stream("s2", Kind::Audio).is_empty());
        let all = log.heard.values().flatten();
        assert!(all.clone().all(|heard| heard.extensions == 0), "header extensions stay behind");
        assert!(all.clone().all(|heard| heard.payload_type == 111 || heard.payload_type == 96));
    });
    let flow = |e: &MediaEvent| matches!(e, MediaEvent::Flow { leg: l, audio: true, video: true, .. } if *l == leg(3));
    if !plane.seen.iter().any(flow) {
        plane.event("flow of three", flow).await;
    }
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_map_names_who_is_in_the_stream() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2), open(3)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let _two = plane.join(2, 102, Sending::Both).await;
    let _three = plane.join(3, 103, Sending::Both).await;
    let full = |e: &MediaEvent| {
        matches!(e, MediaEvent::Map { connection: c, slots, .. }
            if *c == connection(101) && *slots == [Some(leg(2)), Some(leg(3)), None, None])
    };
    if !plane.seen.iter().any(full) {
        plane.event("full map", full).await;
    }
    one.hears(2, Kind::Video, 1);
    one.hears(3, Kind::Video, 1);
    one.look(|log| {
        assert!(log.stream("s0", Kind::Video).iter().all(|heard| heard.who == 2));
        assert!(log.stream("s1", Kind::Audio).iter().all(|heard| heard.who == 3));
    });
    // Somebody else in the slot of the one who left: one continuous stream, beginning again with a key frame.
    plane.media.apply(plan(vec![open(1), open(3), open(4)])).unwrap();
    let _four = plane.join(4, 104, Sending::Both).await;
    one.hears(4, Kind::Video, 10);
    one.hears(4, Kind::Audio, 10);
    one.look(|log| {
        let video = log.stream("s0", Kind::Video);
        let switch = video.iter().position(|heard| heard.who == 4).unwrap();
        assert!(video[switch].key && video[switch - 1].who == 2);
        assert_continuous(video, "video over the switch");
        assert_continuous(log.stream("s0", Kind::Audio), "sound over the switch");
    });
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_joiner_gets_a_key_frame_soon() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    one.sends(Kind::Video, 40);
    let asked = one.look(|log| log.requests);
    let two = plane.join(2, 102, Sending::Nothing).await;
    let first = two.until("a picture", |log| log.stream("s0", Kind::Video).first().cloned());
    assert!(first.key && first.number > 40, "{first:?}");
    assert!(one.look(|log| log.requests) > asked, "it was asked for");
    plane.assert_clean().await;
}

/// Nothing is forwarded yet, and the request is out: what comes first is already the key frame.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_frame_is_asked_for_before_the_first_picture_to_who_joins_and_who_is_let_in() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2), gated(3)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    one.sends(Kind::Video, 5);
    one.sending(Sending::Nothing);
    let asked = one.look(|log| log.requests);
    let _two = plane.join(2, 102, Sending::Nothing).await;
    let after_two = one.until("the first request", |log| (log.requests > asked).then_some(log.requests));
    let _three = plane.join(3, 103, Sending::Nothing).await;
    // Requests are 400 ms apart at least; the gate opens after that.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(one.look(|log| log.requests), after_two, "nothing for who may not see it, and nothing twice");
    plane.media.apply(plan(vec![open(1), open(2), open(3)])).unwrap();
    one.until("the second request", |log| (log.requests > after_two).then_some(()));
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn key_frame_requests_are_repeated_until_one_comes_and_never_crowd() {
    let (begun, mut plane) = (Instant::now(), Plane::start());
    plane.media.apply(plan(vec![open(1), open(2), open(3)])).unwrap();
    // Sends its first key frame to nobody, then ignores three requests.
    let one = plane.join(1, 101, Sending::Stubborn(3)).await;
    one.sends(Kind::Video, 5);
    let two = plane.join(2, 102, Sending::Nothing).await;
    let three = plane.join(3, 103, Sending::Nothing).await;
    two.until("a picture", |log| log.stream("s0", Kind::Video).first().cloned());
    three.until("a picture", |log| log.stream("s0", Kind::Video).first().cloned());
    let before = one.look(|log| log.requests);
    assert!(before >= 4, "{before}");
    // Two receivers asking as fast as they can are still one request per period.
    one.sending(Sending::Both);
    for _ in 0..40 {
        two.ask();
        three.ask();
        one.sends(Kind::Video, 1);
    }
    let (requests, periods) = (one.look(|log| log.requests), begun.elapsed().as_millis() / 400);
    // At most one per period, however they were delayed on their way.
    assert!(u128::from(requests) <= periods + 1, "{requests} in {periods} periods");
    assert!(requests > before, "they are relayed");
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_gate_lets_nothing_through_in_either_direction() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), gated(2), open(3)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Both).await;
    let three = plane.join(3, 103, Sending::Both).await;
    // Long enough for packets in all directions: the open two hear each other, the gated one sends.
    one.hears(3, Kind::Video, 20);
    three.hears(1, Kind::Video, 20);
    two.sends(Kind::Video, 20);
    assert_eq!(two.look(harness::phone::Log::all), 0, "a gated peer receives nothing");
    assert_eq!(one.look(|log| log.from(2, Kind::Audio) + log.from(2, Kind::Video)), 0);
    let stats = plane.stats(102).await;
    assert!(stats.gated > 20 && stats.forwarded == 0, "{stats:?}");
    let flow_of_two = |e: &MediaEvent| matches!(e, MediaEvent::Flow { leg: l, .. } if *l == leg(2));
    assert!(!plane.seen.iter().any(flow_of_two), "what nobody gets is not flowing");

    plane.media.apply(plan(vec![open(1), open(2), open(3)])).unwrap();
    one.hears(2, Kind::Video, 5);
    one.hears(2, Kind::Audio, 5);
    two.hears(1, Kind::Video, 5);
    two.look(|log| assert!(log.stream("s0", Kind::Video)[0].key && log.stream("s1", Kind::Video)[0].key));
    plane.event("flow", |e| matches!(e, MediaEvent::Flow { leg: l, audio: true, .. } if *l == leg(2))).await;

    // Closed again: once the map says so, nothing more comes.
    plane.media.apply(plan(vec![open(1), gated(2), open(3)])).unwrap();
    let flow = |e: &MediaEvent| matches!(e, MediaEvent::Flow { leg: l, audio: false, video: false, .. } if *l == leg(2));
    plane.event("flow ends", flow).await;
    one.hears(3, Kind::Video, 5);
    let (heard, sent) = (one.look(|log| log.from(2, Kind::Video)), two.look(harness::phone::Log::all));
    one.hears(3, Kind::Video, 20);
    assert_eq!(one.look(|log| log.from(2, Kind::Video)), heard);
    assert_eq!(two.look(harness::phone::Log::all), sent);
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_frees_the_slot_and_coming_back_fills_it() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Both).await;
    one.hears(2, Kind::Video, 5);
    plane.media.apply(plan(vec![open(1)])).unwrap();
    let empty = |e: &MediaEvent| matches!(e, MediaEvent::Map { connection: c, slots, .. } if *c == connection(101) && slots.iter().all(Option::is_none));
    plane.event("empty map", empty).await;
    drop(two);
    assert_eq!(
        plane.media.offer(session(1), leg(2), connection(103)).await,
        Err(MediaError::UnknownLeg(leg(2))),
        "who is not in the plan does not get in"
    );
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let two = plane.join(2, 104, Sending::Both).await;
    one.hears(2, Kind::Video, 5);
    two.hears(1, Kind::Video, 5);
    one.look(|log| {
        assert_continuous(log.stream("s0", Kind::Video), "over leave and rejoin");
        assert_eq!(
            log.stream("s0", Kind::Video).iter().filter(|heard| heard.key && heard.number == 1).count(),
            2
        );
    });
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_connection_beside_the_old_one_takes_over_when_it_is_connected() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let old = plane.join(2, 102, Sending::Both).await;
    one.hears(2, Kind::Video, 5);
    // Offered but not answered: the old one goes on.
    let offer = plane.media.offer(session(1), leg(2), connection(103)).await.unwrap();
    one.hears(2, Kind::Video, 20);
    old.hears(1, Kind::Video, 5);
    let (new, answer) = Phone::answering(22, Sending::Both, &offer);
    plane.media.answer(connection(103), answer).await.unwrap();
    plane.connected(connection(103)).await;
    new.hears(1, Kind::Video, 5);
    one.hears(22, Kind::Video, 5);
    let stats = plane.media.stats().await.unwrap();
    let connections: Vec<_> = stats.connections.iter().map(|row| row.connection).collect();
    assert_eq!(connections, [connection(101), connection(103)]);
    one.look(|log| assert_continuous(log.stream("s0", Kind::Video), "over the change"));
    let lost = |e: &MediaEvent| matches!(e, MediaEvent::Lost { .. } | MediaEvent::Failed { .. });
    assert!(!plane.seen.iter().any(lost), "being replaced is no loss: {:#?}", plane.seen);
    assert_eq!(
        plane.media.answer(connection(102), String::new()).await,
        Err(MediaError::UnknownConnection(connection(102)))
    );
    // Of several that never connect only the newest is kept.
    for id in 110..120 {
        plane.media.offer(session(1), leg(2), connection(id)).await.unwrap();
    }
    assert_eq!(plane.media.stats().await.unwrap().connections.len(), 3);
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeated_packets_are_forwarded_once() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Nothing).await;
    let two = plane.join(2, 102, Sending::Nothing).await;
    // What a storm of retransmissions looks like. SRTP's replay window meets it first, our own window stands behind.
    for sequence in [10, 11, 12, 11, 13, 10, 13, 14, 12, 15] {
        one.packet(Kind::Audio, sequence, false);
    }
    let heard = two.until("the last", |log| {
        let stream = log.stream("s0", Kind::Audio);
        (stream.len() >= 6).then(|| stream.to_vec())
    });
    assert_eq!(heard.iter().map(|h| h.sequence).collect::<Vec<_>>(), [10, 11, 12, 13, 14, 15]);
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_is_lost_speech_is_back_and_goodbye_is_the_end() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Both).await;
    one.hears(2, Kind::Audio, 5);
    two.deaf(true);
    let silence = |e: &MediaEvent| matches!(e, MediaEvent::Lost { connection: c, reason: LostReason::Silence, .. } if *c == connection(102));
    plane.event("lost", silence).await;
    plane
        .event("flow ends", |e| matches!(e, MediaEvent::Flow { leg: l, audio: false, .. } if *l == leg(2)))
        .await;
    two.deaf(false);
    plane
        .event("back", |e| matches!(e, MediaEvent::Back { connection: c, .. } if *c == connection(102)))
        .await;
    one.hears(2, Kind::Video, 5);
    two.close();
    plane.event("goodbye", |e| matches!(e, MediaEvent::Lost { reason: LostReason::Closed, .. })).await;
    plane.event("gone", |e| matches!(e, MediaEvent::Failed { reason: FailReason::ClosedByPeer, .. })).await;
    plane.assert_clean().await;
}

/// A page that is loaded anew is back before its media counts as gone, and whoever heard of the loss took it for silent.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_back_at_once_is_told_to_flow_again() {
    let flows = |on: bool| move |e: &MediaEvent| matches!(e, MediaEvent::Flow { leg: l, audio, video, .. } if *l == leg(2) && *audio == on && *video == on);
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Both).await;
    plane.event("flow", flows(true)).await;
    two.close();
    plane.event("goodbye", |e| matches!(e, MediaEvent::Lost { reason: LostReason::Closed, .. })).await;
    let _two = plane.answer(2, 103, Sending::Both, |sdp| sdp).await;
    plane.event("silent with its connection", flows(false)).await;
    plane.event("flow again", flows(true)).await;
    one.hears(2, Kind::Video, 5);
    // What carries on with the next connection never stopped.
    let _beside = plane.join(2, 104, Sending::Both).await;
    one.hears(2, Kind::Audio, 20);
    plane.media.apply(plan(vec![open(1)])).unwrap();
    let before = plane.seen.len();
    plane.event("the end", flows(false)).await;
    let told = plane
        .seen
        .iter()
        .skip(before)
        .filter(|e| matches!(e, MediaEvent::Flow { leg: l, .. } if *l == leg(2)));
    assert_eq!(told.count(), 1, "{:#?}", plane.seen);
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whip_sends_and_whep_receives() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2), open(3)])).unwrap();
    let camera = Phone::publishing(1);
    let answer = plane.media.whip(session(1), leg(1), connection(101), camera.sdp.clone()).await.unwrap();
    let camera = camera.answered(answer, Sending::Both);
    plane.connected(connection(101)).await;
    let browser = plane.join(2, 102, Sending::Both).await;
    browser.hears(1, Kind::Video, 5);
    // The camera's own leg may watch as well: WHEP does not displace WHIP.
    for (watcher, who, pairs) in [(103, 3, 2), (104, 1, 1)] {
        let watching = Phone::watching(who, pairs);
        let answer =
            plane.media.whep(session(1), leg(who), connection(watcher), watching.sdp.clone()).await.unwrap();
        let watching = watching.answered(answer, Sending::Nothing);
        plane.connected(connection(watcher)).await;
        watching.hears(2, Kind::Video, 5);
        watching.hears(2, Kind::Audio, 5);
        if pairs == 2 {
            watching.hears(1, Kind::Video, 5);
        }
        watching.look(|log| assert!(log.stream("s0", Kind::Video)[0].key));
        browser.hears(1, Kind::Video, 5);
    }
    drop(camera);
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_of_h264_carries_h264() {
    let mut plane = Plane::start();
    let room = RoomPlan { codec: VideoCodec::H264, ..plan(vec![open(1), open(2)]) };
    plane.media.apply(room).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Both).await;
    one.hears(2, Kind::Video, 10);
    two.hears(1, Kind::Video, 10);
    two.look(|log| {
        let video = log.stream("s0", Kind::Video);
        assert!(video[0].key && video.iter().all(|heard| heard.payload_type == 102));
        assert_continuous(video, "h264");
    });
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_that_changes_its_codec_asks_for_new_connections() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let h264 = RoomPlan { codec: VideoCodec::H264, ..plan(vec![open(1), open(2)]) };
    plane.media.apply(h264.clone()).unwrap();
    let closed = |e: &MediaEvent| matches!(e, MediaEvent::Failed { connection: c, reason: FailReason::Codec, .. } if *c == connection(101));
    plane.event("the VP8 connection closed", closed).await;
    let again = plane.join(1, 111, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Both).await;
    two.hears(1, Kind::Video, 5);
    again.hears(2, Kind::Video, 5);
    // The same plan again closes nothing.
    plane.media.apply(h264).unwrap();
    two.hears(1, Kind::Video, 5);
    assert!(plane.media.stats().await.unwrap().connections.iter().all(|row| row.connected));
    drop(one);
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_without_the_rooms_codec_has_sound_alone() {
    let mut plane = Plane::start();
    plane.media.apply(RoomPlan { codec: VideoCodec::H264, ..plan(vec![open(1), open(2)]) }).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    one.sends(Kind::Video, 5);
    // As a browser without H.264 answers: every picture section is turned down.
    let offer = plane.media.offer(session(1), leg(2), connection(102)).await.unwrap();
    let (two, answer) = Phone::answering(2, Sending::Both, &offer);
    let deaf_to_pictures = answer.replace("m=video 9", "m=video 0").replace("H264/90000", "VP8/90000");
    plane.media.answer(connection(102), deaf_to_pictures).await.unwrap();
    plane.connected(connection(102)).await;
    one.hears(2, Kind::Audio, 10);
    two.hears(1, Kind::Audio, 10);
    two.look(|log| assert_eq!(log.from(1, Kind::Video), 0));
    assert_eq!(one.look(|log| log.requests), 0, "nobody waits for a picture");
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_display_beside_somebodys_own_connection_takes_nothing_from_them() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Both).await;
    let mut displays = Vec::new();
    for id in [103, 104] {
        let display = Phone::watching(2, 1);
        let answer = plane.media.whep(session(1), leg(2), connection(id), display.sdp.clone()).await.unwrap();
        displays.push(display.answered(answer, Sending::Nothing));
        plane.connected(connection(id)).await;
    }
    displays[1].hears(1, Kind::Video, 5);
    two.hears(1, Kind::Video, 5);
    one.hears(2, Kind::Video, 5);
    let stats = plane.media.stats().await.unwrap();
    let mut left: Vec<_> = stats.connections.iter().map(|row| row.connection).collect();
    left.sort();
    assert_eq!(left, [101, 102, 104].map(connection), "of two displays the newer one");
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_open_members_who_agreed_are_recorded() {
    let dir = std::env::temp_dir().join(format!("yoban-rooms-{}", std::process::id()));
    let mut plane = Plane::start_with(Some(RecordingConfig::new(&dir)));
    let agreed = |n| Member { record: true, ..open(n) };
    let room = |recording| RoomPlan {
        recording,
        ..plan(vec![agreed(1), open(2), Member { open: false, ..agreed(3) }])
    };
    plane.media.apply(room(false)).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Both).await;
    let three = plane.join(3, 103, Sending::Both).await;
    two.hears(1, Kind::Video, 20);
    let asked = one.look(|log| log.requests);
    plane.media.apply(room(true)).unwrap();
    for wanted in [recording::Kind::Audio, recording::Kind::Video] {
        let started = |e: &MediaEvent| {
            matches!(e, MediaEvent::Recording(RecordingEvent::TrackStarted { leg: l, kind, .. })
                if *l == leg(1) && *kind == wanted)
        };
        if !plane.seen.iter().any(started) {
            plane.event("track", started).await;
        }
    }
    assert!(one.look(|log| log.requests) > asked, "the picture of a recording begins with a key frame");
    for phone in [&one, &two, &three] {
        phone.sends(Kind::Video, 20);
    }
    plane.media.close(session(1)).unwrap();
    let finished = |e: &MediaEvent| matches!(e, MediaEvent::Recording(RecordingEvent::Finished { .. }));
    let MediaEvent::Recording(RecordingEvent::Finished { manifest, .. }) =
        plane.event("finished", finished).await
    else {
        unreachable!()
    };
    let tracks: Vec<_> = manifest.tracks.iter().map(|track| (track.leg, track.kind)).collect();
    assert_eq!(tracks.len(), 2, "{tracks:?}");
    assert!(tracks.iter().all(|(l, _)| *l == leg(1)), "{tracks:?}");
    drop(plane);
    std::fs::remove_dir_all(dir).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_cannot_be_is_refused_and_a_closed_room_is_gone() {
    let mut plane = Plane::start();
    let six = (1..=6).map(open).collect();
    assert_eq!(plane.media.apply(plan(six)), Err(MediaError::TooManyMembers));
    assert_eq!(plane.media.apply(plan(vec![open(1), gated(1)])), Err(MediaError::DuplicateLeg(leg(1))));
    let nobody = plane.media.offer(session(1), leg(1), connection(1)).await;
    assert_eq!(nobody, Err(MediaError::UnknownRoom(session(1))));
    plane.media.apply(plan((1..=5).map(open).collect())).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    assert_eq!(
        plane.media.offer(session(1), leg(2), connection(101)).await,
        Err(MediaError::ConnectionExists(connection(101)))
    );
    plane.media.close(session(1)).unwrap();
    let stats = plane.media.stats().await.unwrap();
    assert_eq!((stats.shard.rooms, stats.connections.len()), (0, 0));
    drop(one);
    plane.media.shutdown();
    assert_eq!(plane.media.apply(plan(vec![open(1)])), Err(MediaError::Stopped));
    assert!(tokio::time::timeout(PATIENCE, plane.media.stats()).await.unwrap().is_err());
}
