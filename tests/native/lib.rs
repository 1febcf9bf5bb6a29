//! One native peer, as everybody who is no browser uses it: the tests of `media`, the people of stories and demo, and
//! the bench. Only its set-up, its description and its packets: socket, clock and what is sent belong to whoever drives
//! it.
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "test support: a surprise shall end the test"
)]

mod handout;
mod setup;

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::event::{RTCPeerConnectionEvent, RTCTrackEvent};
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCIceCandidate};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{NackPair, TransportLayerNack};
use rtc::rtp_transceiver::rtp_sender::{RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind};
use rtc::rtp_transceiver::{
    RTCRtpReceiverId, RTCRtpSenderId, RTCRtpTransceiverDirection, RTCRtpTransceiverInit,
};
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use rtc::statistics::StatsSelector;

/// A packet as it stands on the wire, decrypted.
pub use rtc::rtp::Packet;

/// Sound or picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Opus.
    Audio,
    /// What [`Picture`] says.
    Video,
}

impl Kind {
    /// In the order of the sections.
    pub const BOTH: [Self; 2] = [Self::Audio, Self::Video];

    fn engine(self) -> RtpCodecKind {
        if self == Self::Audio { RtpCodecKind::Audio } else { RtpCodecKind::Video }
    }
}

/// The one picture codec that the peer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// Payload type 96.
    Vp8,
    /// Payload type 102.
    H264,
}

/// What it does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// All that a browser does: it asks again and sends again, reports, and lists AES-CM before AES-GCM.
    Browser,
    /// The same without AES-GCM.
    Dated,
    /// Marks what it sends as a browser does and answers for nothing that it receives: a generator of load.
    Load,
}

/// One outgoing stream.
#[derive(Debug)]
pub struct Up {
    sender: RTCRtpSenderId,
    payload_type: u8,
    /// Its number on the wire.
    pub ssrc: u32,
}

struct Down {
    name: String,
    kind: Kind,
    receiver: RTCRtpReceiverId,
    ssrc: u32,
}

/// What became of the datagrams that were fed.
#[derive(Debug)]
pub enum Happened {
    /// ICE and DTLS stand.
    Connected,
    /// A packet of a stream, named as the other side names it (`s0`, `s1`, …).
    Media(String, Kind, Packet),
    /// The other side wants a key frame of our picture.
    KeyFrameWanted,
    /// The other side misses packets of ours: their sequence numbers.
    Missed(Vec<u16>),
}

/// One connection, without a socket and without a clock.
pub struct Native {
    pc: Box<RTCPeerConnection>,
    address: SocketAddr,
    picture: Picture,
    manner: Manner,
    /// By the engine's name of the track.
    downs: HashMap<String, Down>,
}

impl Native {
    /// A peer that will send and receive at `address`.
    pub fn new(now: Instant, address: SocketAddr, picture: Picture, manner: Manner) -> Self {
        Self { pc: setup::engine(now, picture, manner), address, picture, manner, downs: HashMap::new() }
    }

    /// Answers an offer in which the other side receives sound and picture. Gives our two streams and the answer.
    pub fn answer(&mut self, now: Instant, offer: &str) -> ([Up; 2], String) {
        let offer = RTCSessionDescription::offer(offer.to_owned()).unwrap();
        self.pc.set_remote_description(now, offer).unwrap();
        let ups = self.send();
        self.add_candidate();
        let answer = self.pc.create_answer(None).unwrap();
        self.pc.set_local_description(now, answer).unwrap();
        (ups, self.pc.local_description().unwrap().sdp)
    }

    /// Offers sound and picture (WHIP). The other side's answer goes to [`Native::answered`].
    pub fn offer_to_send(&mut self, now: Instant) -> ([Up; 2], String) {
        let ups = self.send();
        (ups, self.offer(now))
    }

    /// Offers to receive so many people (WHEP).
    pub fn offer_to_receive(&mut self, now: Instant, people: usize) -> String {
        for kind in std::iter::repeat_n(Kind::BOTH, people).flatten() {
            let init = RTCRtpTransceiverInit {
                direction: RTCRtpTransceiverDirection::Recvonly,
                streams: vec![],
                send_encodings: vec![],
            };
            self.pc.add_transceiver_from_kind(kind.engine(), Some(init)).unwrap();
        }
        self.offer(now)
    }

    /// The answer to our offer.
    pub fn answered(&mut self, now: Instant, answer: String) {
        let answer = RTCSessionDescription::answer(answer).unwrap();
        self.pc.set_remote_description(now, answer).unwrap();
    }

    fn offer(&mut self, now: Instant) -> String {
        self.add_candidate();
        let offer = self.pc.create_offer(None).unwrap();
        self.pc.set_local_description(now, offer).unwrap();
        self.pc.local_description().unwrap().sdp
    }

    fn send(&mut self) -> [Up; 2] {
        Kind::BOTH.map(|kind| {
            let codec = setup::codec(kind, self.picture, self.manner);
            let ssrc = u32::from(self.address.port()) * 10 + u32::from(kind == Kind::Video);
            let coding = RTCRtpEncodingParameters {
                rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
                codec: codec.rtp_codec,
                active: true,
                ..Default::default()
            };
            let name = if kind == Kind::Video { "picture" } else { "sound" };
            let (stream, track) = ("up".to_owned(), name.to_owned());
            let track = MediaStreamTrack::new(stream, track, String::new(), kind.engine(), vec![coding]);
            Up { sender: self.pc.add_track(track).unwrap(), payload_type: codec.payload_type, ssrc }
        })
    }

    fn add_candidate(&mut self) {
        let base_config = CandidateConfig {
            network: "udp".to_owned(),
            address: self.address.ip().to_string(),
            port: self.address.port(),
            component: 1,
            ..Default::default()
        };
        let config = CandidateHostConfig { base_config, ..Default::default() };
        let candidate = config.new_candidate_host().unwrap();
        self.pc.add_local_candidate(RTCIceCandidate::from(&candidate).to_json().unwrap()).unwrap();
    }

    /// Encrypts a packet; [`Native::transmit`] hands it out.
    ///
    /// # Errors
    /// What the engine says, of a connection that has ended for example.
    pub fn rtp(
        &mut self,
        now: Instant,
        up: &Up,
        sequence: u16,
        timestamp: u32,
        marker: bool,
        payload: Bytes,
    ) -> Result<(), Error> {
        let header = rtc::rtp::Header {
            version: 2,
            marker,
            payload_type: up.payload_type,
            sequence_number: sequence,
            timestamp,
            ssrc: up.ssrc,
            ..Default::default()
        };
        let mut sender = self.pc.rtp_sender(up.sender).ok_or(Error::ErrRTPSenderNotExisted)?;
        sender.write_rtp(now, Packet { header, payload })
    }

    /// Asks for a key frame in every stream of pictures.
    pub fn want_key_frames(&mut self, now: Instant) {
        for down in self.downs.values().filter(|down| down.kind == Kind::Video) {
            let request = PictureLossIndication { sender_ssrc: 1, media_ssrc: down.ssrc };
            let mut receiver = self.pc.rtp_receiver(down.receiver).unwrap();
            receiver.write_rtcp(now, vec![Box::new(request)]).unwrap();
        }
    }

    /// Hands every waiting datagram out, with where it goes.
    pub fn transmit(&mut self, mut send: impl FnMut(&[u8], SocketAddr)) {
        while let Some(out) = self.pc.poll_write() {
            send(&out.message, out.transport.peer_addr);
        }
    }

    /// A datagram that came. What cannot be read is dropped, as on any port.
    pub fn feed(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) {
        let transport = TransportContext {
            local_addr: self.address,
            peer_addr: from,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        let message = BytesMut::from(datagram);
        let _refused = self.pc.handle_read(TaggedBytesMut { now, transport, message });
    }

    /// What is due by time.
    pub fn tick(&mut self, now: Instant) {
        if self.pc.poll_timeout().is_some_and(|at| at <= now) {
            let _failed = self.pc.handle_timeout(now);
        }
    }

    /// Everything that happened since the last call.
    pub fn happened(&mut self) -> Vec<Happened> {
        let mut all = Vec::new();
        while let Some(event) = self.pc.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected) => {
                    all.push(Happened::Connected);
                }
                RTCPeerConnectionEvent::OnTrack(RTCTrackEvent::OnOpen(open)) => {
                    let receiver = self.pc.rtp_receiver(open.receiver_id).unwrap();
                    let is_video = receiver.track().kind() == RtpCodecKind::Video;
                    let down = Down {
                        name: receiver.track().stream_id().clone(),
                        kind: if is_video { Kind::Video } else { Kind::Audio },
                        receiver: open.receiver_id,
                        ssrc: open.ssrc,
                    };
                    self.downs.insert(open.track_id, down);
                }
                _ => {}
            }
        }
        while let Some(read) = self.pc.poll_read() {
            match read.message {
                RTCMessage::RtpPacket(track, packet) => {
                    let down = self.downs.get(&track);
                    let down = down.unwrap_or_else(|| panic!("a packet of {track}, which never opened"));
                    all.push(Happened::Media(down.name.clone(), down.kind, packet));
                }
                RTCMessage::RtcpPacket(_, packets) => {
                    for packet in packets {
                        let packet = packet.as_any();
                        if packet.is::<PictureLossIndication>() {
                            all.push(Happened::KeyFrameWanted);
                        } else if let Some(nack) = packet.downcast_ref::<TransportLayerNack>() {
                            let missed = nack.nacks.iter().flat_map(NackPair::packet_list);
                            all.push(Happened::Missed(missed.collect()));
                        }
                    }
                }
                _ => {}
            }
        }
        all
    }

    /// The SRTP profile that was agreed, by its IANA name; empty before.
    pub fn cipher(&mut self, now: Instant) -> String {
        let report = self.pc.get_stats(now, StatsSelector::None);
        report.transport().map(|transport| transport.srtp_cipher.clone()).unwrap_or_default()
    }

    /// Says good-bye by DTLS; [`Native::transmit`] hands it out.
    pub fn close(&mut self) {
        let _ended = self.pc.close();
    }
}

/// A socket on loopback for a peer with a thread of its own: reading gives up after two milliseconds, so that what is
/// due goes out.
pub fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
    socket
}

/// RTP by its first bytes (RFC 5761, RFC 7983): version 2, and not one of RTCP's types.
pub fn is_rtp(datagram: &[u8]) -> bool {
    matches!(datagram, [128..=191, kind, ..] if datagram.len() > 12 && !(64..96).contains(&(kind & 0x7F)))
}
