//! The thread of one native peer: the sans-I/O WebRTC engine on a loopback socket, fed from a clip.

use std::collections::{HashMap, VecDeque};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::interceptor::{Attribute, Interceptor, Packet as Inner, Slot, StreamInfo, TaggedPacket};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::{Registry, register_default_interceptors};
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::{RTCPeerConnectionEvent, RTCTrackEvent};
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RtpCodecKind,
};
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

use crate::clip::{RATE, silence};
use crate::peer::{Log, Order, Sending};
use crate::shared::Shared;
use crate::{Clip, vp8};

const SOUND_EVERY: Duration = Duration::from_millis(20);
/// A thread that was held back longer than this goes on from now instead of catching up.
const LATE: Duration = Duration::from_millis(500);

/// One outgoing stream.
struct Up {
    sender: RTCRtpSenderId,
    ssrc: u32,
    sequence: u16,
    /// RTP time of the packets to come.
    clock: u32,
    next: Instant,
}

pub(crate) struct Engine {
    clip: Arc<Clip>,
    log: Shared<Log>,
    pc: Box<RTCPeerConnection>,
    socket: UdpSocket,
    sound: Option<Up>,
    picture: Option<Up>,
    /// Slot and kind by track.
    streams: HashMap<String, (usize, RtpCodecKind)>,
    /// Place in the clip.
    at_sound: usize,
    at_picture: usize,
    picture_id: u16,
    silence: Bytes,
}

impl Engine {
    pub(crate) fn answering(clip: Arc<Clip>, log: Shared<Log>, offer: &str) -> (Self, String) {
        let mut engine = Self::new(clip, log);
        let description = RTCSessionDescription::offer(offer.to_owned()).unwrap();
        engine.pc.set_remote_description(Instant::now(), description).unwrap();
        engine.sound = Some(engine.up(RtpCodecKind::Audio));
        engine.picture = Some(engine.up(RtpCodecKind::Video));
        engine.add_candidate();
        let answer = engine.pc.create_answer(None).unwrap();
        engine.pc.set_local_description(Instant::now(), answer).unwrap();
        let sdp = engine.pc.local_description().unwrap().sdp;
        (engine, sdp)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    fn new(clip: Arc<Clip>, log: Shared<Log>) -> Self {
        let mut media = MediaEngine::default();
        for kind in [RtpCodecKind::Audio, RtpCodecKind::Video] {
            media.register_codec(codec(kind), kind).unwrap();
        }
        let registry = Registry::new().with(Slot::from(14_000), HandOut::default());
        let registry = register_default_interceptors(registry, &mut media).unwrap();
        let zero = Some(Duration::ZERO);
        let settings = SettingEngineBuilder::new()
            .with_answering_dtls_role(RTCDtlsRole::Client)
            .with_host_acceptance_min_wait(zero)
            .with_prflx_acceptance_min_wait(zero)
            .with_ice_connection_attempts(Some(Duration::from_millis(20)), Some(500))
            .build();
        let pc = RTCPeerConnectionBuilder::new()
            .with_setting_engine(settings)
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .build(Instant::now())
            .unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
        Self {
            clip,
            log,
            pc: Box::new(pc),
            socket,
            sound: None,
            picture: None,
            streams: HashMap::new(),
            at_sound: 0,
            at_picture: 0,
            picture_id: 1,
            silence: silence(),
        }
    }

    fn up(&mut self, kind: RtpCodecKind) -> Up {
        let is_video = kind == RtpCodecKind::Video;
        let ssrc = u32::from(self.address().port()) * 10 + u32::from(is_video);
        let coding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
            codec: codec(kind).rtp_codec,
            active: true,
            ..Default::default()
        };
        let name = if is_video { "picture" } else { "sound" };
        let track = MediaStreamTrack::new("up".into(), name.into(), String::new(), kind, vec![coding]);
        Up {
            sender: self.pc.add_track(track).unwrap(),
            ssrc,
            // Close to the wrap on purpose.
            sequence: 65_400,
            clock: u32::MAX - 100_000,
            next: Instant::now(),
        }
    }

    fn add_candidate(&mut self) {
        let address = self.address();
        let config = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: address.ip().to_string(),
                port: address.port(),
                component: 1,
                ..Default::default()
            },
            ..Default::default()
        };
        let candidate = config.new_candidate_host().unwrap();
        self.pc.add_local_candidate(RTCIceCandidate::from(&candidate).to_json().unwrap()).unwrap();
    }

    pub(crate) fn run(mut self, orders: &Receiver<Order>) {
        let mut buffer = [0; 2_048];
        let mut sending = Sending::Both;
        loop {
            while let Ok(order) = orders.try_recv() {
                match order {
                    Order::Send(what) => sending = what,
                    Order::Close => {
                        let _ = self.pc.close();
                        self.transmit();
                        return;
                    }
                }
            }
            if self.log.look(|log| log.connected) {
                self.media(sending);
            }
            self.transmit();
            self.events();
            self.reads();
            if self.pc.poll_timeout().is_some_and(|at| at <= Instant::now()) {
                let _failed = self.pc.handle_timeout(Instant::now());
            }
            let Ok((length, from)) = self.socket.recv_from(&mut buffer) else {
                continue;
            };
            if is_rtp(&buffer[..length]) {
                self.log.change(|log| log.rtp_datagrams += 1);
            }
            let transport = TransportContext {
                local_addr: self.address(),
                peer_addr: from,
                ecn: None,
                transport_protocol: TransportProtocol::UDP,
            };
            let message = BytesMut::from(&buffer[..length]);
            let now = Instant::now();
            let _refused = self.pc.handle_read(TaggedBytesMut { now, transport, message });
        }
    }

    fn transmit(&mut self) {
        while let Some(out) = self.pc.poll_write() {
            let _ = self.socket.send_to(&out.message, out.transport.peer_addr);
        }
    }

    fn events(&mut self) {
        while let Some(event) = self.pc.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected) => {
                    self.log.change(|log| log.connected = true);
                }
                RTCPeerConnectionEvent::OnTrack(RTCTrackEvent::OnOpen(open)) => {
                    let receiver = self.pc.rtp_receiver(open.receiver_id).unwrap();
                    let (name, kind) = (receiver.track().stream_id().clone(), receiver.track().kind());
                    let slot = name.strip_prefix('s').and_then(|n| n.parse().ok());
                    let slot = slot.unwrap_or_else(|| panic!("stream {name} is no slot"));
                    self.streams.insert(open.track_id, (slot, kind));
                }
                _ => {}
            }
        }
    }

    fn reads(&mut self) {
        while let Some(read) = self.pc.poll_read() {
            match read.message {
                RTCMessage::RtpPacket(track, packet) => {
                    let (slot, kind) = self.streams[&track];
                    let kept = vp8::Packet {
                        sequence: packet.header.sequence_number,
                        timestamp: packet.header.timestamp,
                        marker: packet.header.marker,
                        payload: packet.payload,
                        at: Instant::now(),
                    };
                    self.log.change(|log| {
                        let all = if kind == RtpCodecKind::Audio { &mut log.sound } else { &mut log.picture };
                        all.entry(slot).or_default().push(kept);
                    });
                }
                RTCMessage::RtcpPacket(_, packets)
                    if packets.iter().any(|p| p.as_any().is::<PictureLossIndication>()) =>
                {
                    self.log.change(|log| log.key_requests += 1);
                    self.at_picture = self.clip.next_key(self.at_picture);
                }
                _ => {}
            }
        }
    }

    /// Sends what is due.
    fn media(&mut self, sending: Sending) {
        let now = Instant::now();
        let (Some(mut sound), Some(mut picture)) = (self.sound.take(), self.picture.take()) else {
            return;
        };
        for up in [&mut sound, &mut picture] {
            if now.duration_since(up.next) > LATE {
                up.next = now;
            }
        }
        while sound.next <= now {
            sound.next += SOUND_EVERY;
            sound.clock = sound.clock.wrapping_add(960);
            let payload = match sending {
                Sending::Nothing => continue,
                Sending::Silence => self.silence.clone(),
                Sending::Both => self.clip.sound[self.at_sound % self.clip.sound.len()].clone(),
            };
            self.at_sound += 1;
            self.packet(&mut sound, 111, false, payload);
            self.log.change(|log| log.sound_sent += 1);
        }
        while picture.next <= now {
            picture.next += Duration::from_secs(1) / RATE;
            picture.clock = picture.clock.wrapping_add(90_000 / RATE);
            if sending == Sending::Nothing {
                continue;
            }
            let frame = self.clip.pictures[self.at_picture % self.clip.pictures.len()].clone();
            self.at_picture += 1;
            self.picture_id = (self.picture_id + 1) & 0x7FFF;
            for (payload, last) in vp8::cut(&frame, self.picture_id) {
                self.packet(&mut picture, 96, last, payload);
                self.log.change(|log| log.picture_sent += 1);
            }
        }
        (self.sound, self.picture) = (Some(sound), Some(picture));
    }

    fn packet(&mut self, up: &mut Up, payload_type: u8, marker: bool, payload: Bytes) {
        up.sequence = up.sequence.wrapping_add(1);
        let header = rtc::rtp::Header {
            version: 2,
            marker,
            payload_type,
            sequence_number: up.sequence,
            timestamp: up.clock,
            ssrc: up.ssrc,
            ..Default::default()
        };
        let packet = rtc::rtp::Packet { header, payload };
        // A connection that just ended refuses; its thread is told to close soon.
        if let Some(mut sender) = self.pc.rtp_sender(up.sender) {
            let _ended = sender.write_rtp(Instant::now(), packet);
        }
    }
}

/// RTP by its first bytes (RFC 5761, RFC 7983): version 2, and not one of RTCP's types.
fn is_rtp(datagram: &[u8]) -> bool {
    datagram.len() > 12 && (128..192).contains(&datagram[0]) && !(64..96).contains(&(datagram[1] & 0x7F))
}

fn codec(kind: RtpCodecKind) -> RTCRtpCodecParameters {
    let feedback = |parameter: &str| RTCPFeedback { typ: "nack".to_owned(), parameter: parameter.to_owned() };
    if kind == RtpCodecKind::Audio {
        return RTCRtpCodecParameters {
            rtp_codec: RTCRtpCodec {
                mime_type: MIME_TYPE_OPUS.to_owned(),
                clock_rate: 48_000,
                channels: 2,
                sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
                rtcp_feedback: vec![],
            },
            payload_type: 111,
        };
    }
    RTCRtpCodecParameters {
        rtp_codec: RTCRtpCodec {
            mime_type: MIME_TYPE_VP8.to_owned(),
            clock_rate: 90_000,
            channels: 0,
            sdp_fmtp_line: String::new(),
            rtcp_feedback: vec![feedback(""), feedback("pli")],
        },
        payload_type: 96,
    }
}

/// Hands all RTCP to the peer.
#[derive(Default)]
struct HandOut {
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for HandOut {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut tagged: TaggedPacket) -> Result<(), Error> {
        if matches!(tagged.message.packet, Inner::Rtcp(_)) {
            tagged.message.add(Attribute::DeliverToApplication);
        }
        self.read.push_back(tagged);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, tagged: TaggedPacket) -> Result<(), Error> {
        self.write.push_back(tagged);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.write.pop_front()
    }
}

impl Interceptor for HandOut {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
