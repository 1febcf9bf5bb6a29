//! Bad networks and bad people: lost packets, moved addresses, forged and copied datagrams, rubbish on the port, rubbish
//! in the SDP.

mod harness;

use std::net::{SocketAddr, UdpSocket};

use harness::relay::Relay;
use harness::{Kind, Phone, Plane, Sending, connection, leg, open, plan, session};
use yoban_media::{MediaError, MediaEvent, SdpProblem};
use yoban_native::is_rtp;

/// The server's port in a description, replaced by the relay's.
fn through(relay: &Relay, server: SocketAddr) -> impl FnOnce(String) -> String {
    let (from, to) = (server.port(), relay.port);
    move |sdp| sdp.replace(&format!(" {from} typ host"), &format!(" {to} typ host"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_lost_on_the_way_in_is_asked_for_again_and_repaired() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Nothing).await;
    let two = plane.join(2, 102, Sending::Nothing).await;
    one.lose_out(&[12, 14, 15]);
    for sequence in 10..=20 {
        one.packet(Kind::Video, sequence, sequence == 10);
    }
    // Nobody who only receives can bring them back: they never reached the server.
    let repaired = two.until("every picture", |log| {
        let mut all: Vec<_> = log.stream("s0", Kind::Video).iter().map(|h| (h.sequence, h.number)).collect();
        all.sort_unstable();
        (all.len() >= 11).then_some(all)
    });
    assert_eq!(repaired, (10..=20).zip(1..=11).collect::<Vec<_>>());
    one.look(|log| {
        for lost in [12, 14, 15] {
            assert!(log.missed.contains(&lost), "{:?}", log.missed);
        }
        assert!(log.missed.iter().all(|asked| [12, 14, 15].contains(asked)), "{:?}", log.missed);
    });
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_lost_on_the_way_out_is_sent_again_by_the_server_itself() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2), open(3)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Nothing).await;
    let three = plane.join(3, 103, Sending::Nothing).await;
    two.hears(1, Kind::Video, 5);
    two.lose_in(3);
    let lost = two.until("three lost", |log| (log.lost.len() == 3).then(|| log.lost.clone()));
    two.until("all three after all", |log| {
        let heard = log.stream("s0", Kind::Video);
        lost.iter().all(|lost| heard.iter().any(|h| h.sequence == *lost)).then_some(())
    });
    three.hears(1, Kind::Video, 5);
    // From its own memory: the sender was not asked, and the other receiver got nothing twice.
    one.look(|log| assert_eq!(log.missed, Vec::<u16>::new()));
    three.look(|log| {
        let heard = log.stream("s0", Kind::Video);
        assert!(heard.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    });
    plane.assert_clean().await;
}

/// A browser's offer of RTX beside its picture: payload type, what it repairs, and a stream of its own.
fn with_rtx(offer: &str) -> String {
    let ssrc = offer.lines().filter_map(|line| line.strip_prefix("a=ssrc:")?.split(' ').next()).next_back();
    let rtx = match ssrc {
        Some(ssrc) => format!("a=ssrc-group:FID {ssrc} 77\r\na=ssrc:77 cname:x\r\n"),
        None => String::new(),
    };
    let (sound, picture) = offer.split_once("m=video").unwrap_or_default();
    let picture = picture.replacen(" 96\r\n", " 96 97\r\n", 1);
    format!("{sound}m=video{picture}a=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n{rtx}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_description_of_ours_speaks_of_rtx_or_of_half_an_ice() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2), open(3)])).unwrap();
    let offer = plane.media.offer(session(1), leg(3), connection(103)).await.unwrap();
    let (camera, watching) = (Phone::publishing(1), Phone::watching(2, 1));
    let sends = with_rtx(&camera.sdp);
    assert!(sends.contains("ssrc-group:FID"), "{sends}");
    let sends = plane.media.whip(session(1), leg(1), connection(101), sends).await.unwrap();
    let receives = with_rtx(&watching.sdp);
    let receives = plane.media.whep(session(1), leg(2), connection(102), receives).await.unwrap();
    for ours in [&offer, &sends, &receives] {
        for word in ["rtx", "ssrc-group", "apt=", "ice-lite", "a=simulcast"] {
            assert!(!ours.contains(word), "{word} in {ours}");
        }
        assert!(ours.contains("a=rtcp-fb:96 nack\r\n"), "repair stays on the stream itself: {ours}");
    }
    // And it carries on without.
    let camera = camera.answered(sends, Sending::Both);
    let watching = watching.answered(receives, Sending::Nothing);
    plane.connected(connection(101)).await;
    watching.hears(1, Kind::Video, 5);
    drop(camera);
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aes_gcm_is_what_both_ends_agreed_on_in_every_kind_of_connection() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2), open(3)])).unwrap();
    let offered = plane.join(1, 101, Sending::Both).await;
    let camera = Phone::publishing(2);
    let answer = plane.media.whip(session(1), leg(2), connection(102), camera.sdp.clone()).await.unwrap();
    let camera = camera.answered(answer, Sending::Both);
    plane.connected(connection(102)).await;
    let display = Phone::watching(3, 2);
    let answer = plane.media.whep(session(1), leg(3), connection(103), display.sdp.clone()).await.unwrap();
    let display = display.answered(answer, Sending::Nothing);
    plane.connected(connection(103)).await;
    for phone in [&offered, &camera, &display] {
        let agreed = phone.until("connected", |log| log.connected.then(|| log.cipher.clone()));
        assert_eq!(agreed, "SRTP_AEAD_AES_128_GCM", "as phone {} sees it", phone.who);
    }
    for id in [101, 102, 103] {
        assert_eq!(plane.stats(id).await.srtp_profile, "SRTP_AEAD_AES_128_GCM");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forged_and_copied_datagrams_from_elsewhere_do_not_move_anybody() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let server = plane.media.udp_addresses()[0];
    let relay = Relay::start(server);
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.answer(2, 102, Sending::Both, through(&relay, server)).await;
    plane.connected(connection(102)).await;
    one.hears(2, Kind::Video, 10);
    let copies = relay.copies();
    let checks: Vec<_> = copies.iter().filter(|datagram| datagram[..2] == [0, 1]).collect();
    let media: Vec<_> = copies.iter().filter(|datagram| is_rtp(datagram)).collect();
    assert!(!checks.is_empty() && media.len() > 20);

    let elsewhere = UdpSocket::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let forged = |check: &[u8]| {
        let mut check = check.to_vec();
        // In the integrity's own bytes, before the fingerprint at the end.
        let at = check.len() - 12;
        check[at] ^= 0xFF;
        check
    };
    let before = plane.media.stats().await.unwrap().shard.forged;
    for check in &checks {
        elsewhere.send_to(&forged(check), server).unwrap();
    }
    for datagram in &media {
        elsewhere.send_to(datagram, server).unwrap();
    }
    two.hears(1, Kind::Video, 5);
    let stats = plane.media.stats().await.unwrap();
    assert_eq!(stats.shard.forged, before + checks.len() as u64, "each was looked at and refused");
    assert!(stats.shard.strangers >= media.len() as u64, "media from a stranger is not even read");
    let mut buffer = [0; 2_048];
    assert!(elsewhere.recv_from(&mut buffer).is_err(), "a forged check is not answered");

    // A check that was copied whole is intact: its sender may ask, and no more. Copied media proves nothing.
    for round in 0..3 {
        for check in &checks {
            elsewhere.send_to(check, server).unwrap();
        }
        for datagram in &media {
            elsewhere.send_to(datagram, server).unwrap();
            // The same with another number: what the replay window has not seen, and the cipher refuses.
            let mut bent = datagram.to_vec();
            bent[3] = bent[3].wrapping_add(100 + round);
            elsewhere.send_to(&bent, server).unwrap();
        }
        two.hears(1, Kind::Video, 10);
        one.hears(2, Kind::Video, 10);
    }
    let row = plane.stats(102).await;
    assert_eq!(row.moved, 0, "{row:?}");
    while let Ok((length, _)) = elsewhere.recv_from(&mut buffer) {
        assert!(length > 0 && buffer[0] < 4, "nothing but answers to checks goes there: {}", buffer[0]);
    }
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_whose_address_changes_goes_on_without_signaling() {
    let mut plane = Plane::start();
    let server = plane.media.udp_addresses()[0];
    let relay = Relay::start(server);
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.answer(2, 102, Sending::Both, through(&relay, server)).await;
    plane.connected(connection(102)).await;
    one.hears(2, Kind::Video, 5);
    two.hears(1, Kind::Video, 5);
    for moves in 1..=3 {
        relay.rebind();
        one.hears(2, Kind::Video, 10);
        two.hears(1, Kind::Video, 10);
        two.hears(1, Kind::Audio, 10);
        assert_eq!(plane.stats(102).await.moved, moves);
    }
    // What is left of the old ports does not bring it back.
    two.hears(1, Kind::Video, 60);
    let gone = |e: &MediaEvent| matches!(e, MediaEvent::Failed { .. });
    assert!(!plane.seen.iter().any(gone));
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rubbish_on_the_port_harms_nobody() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let two = plane.join(2, 102, Sending::Both).await;
    one.hears(2, Kind::Video, 5);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut noise = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move || {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        noise
    };
    let mut sent = 0_u64;
    for first in [0_u8, 1, 3, 20, 22, 63, 64, 128, 144, 191, 200, 255] {
        for length in [0_usize, 1, 2, 11, 12, 19, 20, 28, 64, 600, 1_472, 2_047, 2_048, 3_000] {
            let mut datagram: Vec<u8> = (0..length).map(|_| random() as u8).collect();
            if let Some(byte) = datagram.first_mut() {
                *byte = first;
            }
            socket.send_to(&datagram, plane.media.udp_addresses()[0]).unwrap();
            sent += 1;
        }
    }
    two.hears(1, Kind::Video, 10);
    one.hears(2, Kind::Video, 10);
    let stats = plane.media.stats().await.unwrap();
    // Empty and overlong ones do not even reach the demux.
    assert_eq!(stats.shard.strangers, sent - 3 * 12, "{stats:?}");
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rubbish_from_a_known_address_harms_only_its_sender() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2), open(3)])).unwrap();
    let relay = Relay::start(plane.media.udp_addresses()[0]);
    let server = plane.media.udp_addresses()[0];
    let one = plane.join(1, 101, Sending::Both).await;
    let three = plane.join(3, 103, Sending::Both).await;
    let two = plane.answer(2, 102, Sending::Both, through(&relay, server)).await;
    plane.connected(connection(102)).await;
    one.hears(2, Kind::Video, 5);
    // Through the relay it comes from an address that has passed its check.
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for first in 0..=255_u8 {
        for length in [1_usize, 12, 30, 200] {
            let mut datagram = vec![first; length];
            if let Some(byte) = datagram.get_mut(1) {
                *byte = first.wrapping_mul(31);
            }
            socket.send_to(&datagram, ("127.0.0.1", relay.port)).unwrap();
        }
    }
    one.hears(3, Kind::Video, 20);
    three.hears(1, Kind::Video, 20);
    drop(two);
    plane.assert_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_sdp_is_an_answer_and_a_good_one_may_follow() {
    let mut plane = Plane::start();
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let offer = plane.media.offer(session(1), leg(2), connection(102)).await.unwrap();
    let (two, good) = Phone::answering(2, Sending::Both, &offer);
    let bad = [
        (String::new(), Some(SdpProblem::NotSdp)),
        ("v=0\r\n".repeat(20_000), Some(SdpProblem::TooLong)),
        (offer.clone(), Some(SdpProblem::Direction)),
        (good.replace("a=fingerprint", "a=finger"), Some(SdpProblem::Fingerprint)),
        (good.replace("VP8/90000", "VP9/90000"), Some(SdpProblem::Codec)),
        (good.replacen("a=mid:0", "a=mid:7", 1), Some(SdpProblem::Mid)),
    ];
    for (sdp, problem) in bad {
        let refused = plane.media.answer(connection(102), sdp).await.unwrap_err();
        assert_eq!(Some(refused), problem.map(MediaError::Sdp));
    }
    // Every line left out, one at a time, in a connection of its own: an answer, never a fall.
    let lines: Vec<_> = good.lines().collect();
    for skip in 0..lines.len() {
        let text: String = lines
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != skip)
            .map(|(_, line)| format!("{line}\r\n"))
            .collect();
        let id = 1_000 + skip as u128;
        plane.media.offer(session(1), leg(2), connection(id)).await.unwrap();
        let _ = plane.media.answer(connection(id), text).await;
        plane.media.hang_up(connection(id)).unwrap();
    }
    drop(two);
    assert_eq!(plane.media.stats().await.unwrap().shard.broken_rooms, 0);
    let two = plane.join(2, 103, Sending::Both).await;
    one.hears(2, Kind::Video, 5);
    two.hears(1, Kind::Video, 5);
    let twice = plane.media.answer(connection(103), good).await;
    assert_eq!(twice, Err(MediaError::AlreadyAnswered(connection(103))), "the answer to another offer");
    // Whoever did not hear that it was taken gives it again.
    let offer = plane.media.offer(session(1), leg(2), connection(104)).await.unwrap();
    let (two, answer) = Phone::answering(2, Sending::Both, &offer);
    for _ in 0..2 {
        assert_eq!(plane.media.answer(connection(104), answer.clone()).await, Ok(()));
    }
    plane.connected(connection(104)).await;
    assert_eq!(plane.media.answer(connection(104), answer).await, Ok(()));
    one.hears(2, Kind::Video, 5);
    two.hears(1, Kind::Video, 5);
    plane.assert_clean().await;
}
