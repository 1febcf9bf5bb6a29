//! A person in a room, without a thread and without decoding: the WebRTC engine connects and encrypts ahead of time;
//! while it counts, ready datagrams are sent and what comes is counted.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use mio::net::UdpSocket;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::{Registry, configure_twcc_sender_only};
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::RTCPeerConnectionEvent;
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

/// As large as the kernel gives: the generator must not be what loses.
const BUFFER: usize = 4 * 1024 * 1024;

/// Sound or picture.
pub const KINDS: [RtpCodecKind; 2] = [RtpCodecKind::Audio, RtpCodecKind::Video];

struct Up {
    sender: RTCRtpSenderId,
    ssrc: u32,
    sequence: u16,
    payload_type: u8,
}

pub struct Client {
    pc: Box<RTCPeerConnection>,
    pub socket: UdpSocket,
    address: SocketAddr,
    ups: Vec<Up>,
    pub connected: bool,
    /// RTP packets that the engine decrypted and gave out.
    pub decrypted: u64,
}

impl Client {
    /// Answers the server's offer. Gives the answer.
    pub fn answering(offer: &str) -> (Self, String) {
        let raw = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
        // What the kernel refuses is seen as loss.
        let _less = raw.set_recv_buffer_size(BUFFER);
        raw.set_nonblocking(true).unwrap();
        raw.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let socket = UdpSocket::from_std(raw.into());
        let address = socket.local_addr().unwrap();
        let mut client =
            Self { pc: engine(), socket, address, ups: Vec::new(), connected: false, decrypted: 0 };
        let offer = RTCSessionDescription::offer(offer.to_owned()).unwrap();
        client.pc.set_remote_description(Instant::now(), offer).unwrap();
        for kind in KINDS {
            client.up(kind);
        }
        client.add_candidate();
        let answer = client.pc.create_answer(None).unwrap();
        client.pc.set_local_description(Instant::now(), answer).unwrap();
        let sdp = client.pc.local_description().unwrap().sdp;
        (client, sdp)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn up(&mut self, kind: RtpCodecKind) {
        let is_video = kind == RtpCodecKind::Video;
        let ssrc = u32::from(self.address.port()) * 10 + u32::from(is_video);
        let coding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
            codec: codec(kind).rtp_codec,
            active: true,
            ..Default::default()
        };
        let name = if is_video { "picture" } else { "sound" };
        let track = MediaStreamTrack::new("up".into(), name.into(), String::new(), kind, vec![coding]);
        let sender = self.pc.add_track(track).unwrap();
        self.ups.push(Up { sender, ssrc, sequence: 1_000, payload_type: codec(kind).payload_type });
    }

    fn add_candidate(&mut self) {
        let config = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: self.address.ip().to_string(),
                port: self.address.port(),
                component: 1,
                ..Default::default()
            },
            ..Default::default()
        };
        let candidate = config.new_candidate_host().unwrap();
        self.pc.add_local_candidate(RTCIceCandidate::from(&candidate).to_json().unwrap()).unwrap();
    }

    /// One packet, encrypted and not sent. `kind` is a place in [`KINDS`].
    pub fn prepare(&mut self, kind: usize, timestamp: u32, marker: bool, payload: Bytes) -> Bytes {
        let up = &mut self.ups[kind];
        up.sequence = up.sequence.wrapping_add(1);
        let header = rtc::rtp::Header {
            version: 2,
            marker,
            payload_type: up.payload_type,
            sequence_number: up.sequence,
            timestamp,
            ssrc: up.ssrc,
            ..Default::default()
        };
        let packet = rtc::rtp::Packet { header, payload };
        self.pc.rtp_sender(up.sender).unwrap().write_rtp(Instant::now(), packet).unwrap();
        let mut made = self.flush();
        assert_eq!(made.len(), 1, "one packet is one datagram");
        made.remove(0)
    }

    /// Sends what the engine has to say; gives the RTP it would have sent instead of sending it.
    pub fn flush(&mut self) -> Vec<Bytes> {
        let mut media = Vec::new();
        while let Some(out) = self.pc.poll_write() {
            if is_rtp(&out.message) {
                media.push(out.message.freeze());
            } else {
                let _lost = self.socket.send_to(&out.message, out.transport.peer_addr);
            }
        }
        media
    }

    /// A datagram that the engine must see: ICE, DTLS, or media that shall be decrypted.
    pub fn feed(&mut self, from: SocketAddr, datagram: &[u8]) {
        let transport = TransportContext {
            local_addr: self.address,
            peer_addr: from,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        let message = BytesMut::from(datagram);
        let _refused = self.pc.handle_read(TaggedBytesMut { now: Instant::now(), transport, message });
        while let Some(event) = self.pc.poll_event() {
            if let RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected) =
                event
            {
                self.connected = true;
            }
        }
        while let Some(read) = self.pc.poll_read() {
            if let RTCMessage::RtpPacket(..) = read.message {
                self.decrypted += 1;
            }
        }
        self.flush();
    }

    /// What is due by time.
    pub fn tick(&mut self) {
        if self.pc.poll_timeout().is_some_and(|at| at <= Instant::now()) {
            let _failed = self.pc.handle_timeout(Instant::now());
        }
        self.flush();
    }
}

/// The extensions and reports of a browser that sends; nothing that would answer for one that receives.
fn engine() -> Box<RTCPeerConnection> {
    let mut media = MediaEngine::default();
    for kind in KINDS {
        media.register_codec(codec(kind), kind).unwrap();
    }
    let registry = configure_twcc_sender_only(Registry::new(), &mut media).unwrap();
    let zero = Some(Duration::ZERO);
    let settings = SettingEngineBuilder::new()
        .with_answering_dtls_role(RTCDtlsRole::Client)
        .with_host_acceptance_min_wait(zero)
        .with_prflx_acceptance_min_wait(zero)
        .with_ice_connection_attempts(Some(Duration::from_millis(20)), Some(1_000))
        .build();
    let pc = RTCPeerConnectionBuilder::new()
        .with_setting_engine(settings)
        .with_media_engine(media)
        .with_interceptor_registry(registry)
        .build(Instant::now())
        .unwrap();
    Box::new(pc)
}

fn codec(kind: RtpCodecKind) -> RTCRtpCodecParameters {
    let (mime, clock_rate, channels, payload_type) = if kind == RtpCodecKind::Video {
        (MIME_TYPE_VP8, 90_000, 0, 96)
    } else {
        (MIME_TYPE_OPUS, 48_000, 2, 111)
    };
    let rtp_codec = RTCRtpCodec {
        mime_type: mime.to_owned(),
        clock_rate,
        channels,
        sdp_fmtp_line: String::new(),
        rtcp_feedback: vec![],
    };
    RTCRtpCodecParameters { rtp_codec, payload_type }
}

/// RTP by its first bytes (RFC 5761, RFC 7983): version 2, and not one of RTCP's types.
pub fn is_rtp(datagram: &[u8]) -> bool {
    datagram.len() > 12 && (128..192).contains(&datagram[0]) && !(64..96).contains(&(datagram[1] & 0x7F))
}
