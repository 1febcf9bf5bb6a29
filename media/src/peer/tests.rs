//! A peer and a client on an invented wire: time passes only when the test says so.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use yoban_native::{Happened, Kind, Manner, Native, Picture, Up};

use super::{Incoming, Local, Peer};
use crate::negotiate::{self, Checked, Purpose};
use crate::room::forward::VideoCodec;
use crate::shard::socket::Way;

const STEP: Duration = Duration::from_millis(5);
/// Longer than any wait of the engine.
const LONG: Duration = Duration::from_secs(30);

struct Wire {
    begun: Instant,
    now: Instant,
    way: Way,
    peer: Peer,
    client: Native,
    ups: [Up; 2],
}

impl Wire {
    /// Our offer and the client's answer, which `change` may change before the engine sees it.
    fn new(manner: Manner, change: impl FnOnce(String) -> Checked) -> Self {
        let now = Instant::now();
        let address = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        let way = Way { ours: address(8_443), theirs: address(5_000) };
        let local = Arc::new(Local { candidates: vec![way.ours] });
        let (mut peer, offer) = Peer::offering(now, local, VideoCodec::Vp8, 1).unwrap();
        let mut client = Native::new(now, way.theirs, Picture::Vp8, manner);
        let (ups, answer) = client.answer(now, &offer);
        peer.answer(now, change(answer)).unwrap();
        Self { begun: now, now, way, peer, client, ups }
    }

    /// How long until both say that they are connected.
    fn connects(&mut self) -> Option<(Duration, String)> {
        let (mut here, mut there) = (false, false);
        while self.now < self.begun + LONG {
            self.now += STEP;
            self.peer.time_passed(self.now);
            self.client.tick(self.now);
            // What goes out is there at once, and so is what it brings about.
            for _ in 0..8 {
                let (mut out, mut back) = (Vec::new(), Vec::new());
                self.peer.transmit(|_, datagram| out.push(datagram.to_vec()));
                self.client.transmit(|datagram, _| back.push(datagram.to_vec()));
                out.iter().for_each(|datagram| self.client.feed(self.now, self.way.ours, datagram));
                back.iter().for_each(|d| self.peer.receive(self.now, self.way, BytesMut::from(&d[..])));
                here |=
                    self.peer.poll(self.now).iter().any(|made| matches!(made, Incoming::Connected { .. }));
                there |= self.client.happened().iter().any(|made| matches!(made, Happened::Connected));
            }
            if here && there {
                return Some((self.now - self.begun, self.peer.cipher().to_owned()));
            }
        }
        None
    }

    /// What the client sends is there at once; how many packets of media came of it.
    fn carries(&mut self) -> usize {
        let mut sent = Vec::new();
        self.client.transmit(|datagram, _| sent.push(datagram.to_vec()));
        sent.iter().for_each(|d| self.peer.receive(self.now, self.way, BytesMut::from(&d[..])));
        self.peer.poll(self.now).iter().filter(|made| matches!(made, Incoming::Rtp(..))).count()
    }
}

fn as_it_goes(answer: String) -> Checked {
    negotiate::check(&answer, Purpose::Answer { slots: 1 }, "VP8/90000").unwrap()
}

/// The engine's own waits before a pair may be used are 0.5 s for an address found by a server, 1 s for one that was
/// seen first in a check, and 2 s for a relay.
#[test]
fn no_kind_of_path_is_waited_for_before_it_is_used() {
    let (usual, _) = Wire::new(Manner::Browser, as_it_goes).connects().unwrap();
    assert!(
        usual < Duration::from_millis(250),
        "as in a call, where the first check shows the address: {usual:?}"
    );
    for kind in ["host", "srflx", "relay"] {
        let named = move |answer: String| {
            let related = if kind == "host" { "" } else { " raddr 127.0.0.1 rport 1" };
            let sdp = answer.replace("typ host", &format!("typ {kind}{related}"));
            assert!(sdp.contains(&format!("typ {kind}")), "{sdp}");
            Checked { sdp, audio_down: 1, video_down: 1 }
        };
        let (took, _) = Wire::new(Manner::Browser, named).connects().unwrap();
        assert!(took < Duration::from_millis(250), "{kind}: {took:?}");
    }
}

#[test]
fn a_client_that_would_rather_have_an_older_cipher_gets_aes_gcm_or_nothing() {
    let (_, cipher) = Wire::new(Manner::Browser, as_it_goes).connects().unwrap();
    assert_eq!(cipher, "SRTP_AEAD_AES_128_GCM");
    assert_eq!(Wire::new(Manner::Dated, as_it_goes).connects(), None);
}

#[test]
fn forged_packets_of_many_names_are_not_kept_and_keep_nobody_out() {
    let mut wire = Wire::new(Manner::Browser, as_it_goes);
    wire.connects().unwrap();
    for ssrc in 0..10_000_u32 {
        let mut forged = [0_u8; 40];
        (forged[0], forged[1]) = (0x80, if ssrc % 2 == 0 { 111 } else { 201 });
        let at = if ssrc % 2 == 0 { 8 } else { 4 };
        forged[at..at + 4].copy_from_slice(&(1 << 31 | ssrc).to_be_bytes());
        wire.peer.receive(wire.now, wire.way, BytesMut::from(&forged[..]));
    }
    assert!(wire.peer.admitted.len() < 64, "{}", wire.peer.admitted.len());
    let sound = bytes::Bytes::from_static(&[0xF8, 1, 2]);
    wire.client.rtp(wire.now, &wire.ups[Kind::Audio as usize], 1, 960, false, sound).unwrap();
    assert_eq!(wire.carries(), 1, "whom the answer announced is heard");
}
