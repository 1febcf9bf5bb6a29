//! Bad networks and bad people: moved addresses, rubbish on the port, rubbish in the SDP.

mod harness;

use std::net::UdpSocket;

use harness::relay::Relay;
use harness::{Kind, Phone, Plane, Sending, connection, leg, open, plan, session};
use yoban_media::{MediaError, MediaEvent, SdpProblem};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_whose_address_changes_goes_on_without_signaling() {
    let mut plane = Plane::start();
    let server = plane.media.udp_addresses()[0];
    let relay = Relay::start(server);
    plane.media.apply(plan(vec![open(1), open(2)])).unwrap();
    let one = plane.join(1, 101, Sending::Both).await;
    let through = |sdp: String| {
        sdp.replace(&format!(" {} typ host", server.port()), &format!(" {} typ host", relay.port))
    };
    let two = plane.answer(2, 102, Sending::Both, through).await;
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
    let through = |sdp: String| {
        sdp.replace(&format!(" {} typ host", server.port()), &format!(" {} typ host", relay.port))
    };
    let two = plane.answer(2, 102, Sending::Both, through).await;
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
    assert_eq!(twice, Err(MediaError::AlreadyAnswered(connection(103))));
    plane.assert_clean().await;
}
