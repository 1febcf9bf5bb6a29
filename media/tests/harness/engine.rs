//! What drives one native peer: its sockets, its timers, and the packets it makes and reads.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::UdpSocket;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc::interceptor::{Attribute, Interceptor, Packet, Slot, StreamInfo, TaggedPacket};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::{Registry, register_default_interceptors};
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_H264, MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine,
};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::{RTCPeerConnectionEvent, RTCTrackEvent};
use rtc::peer_connection::message::RTCMessage;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::RTCPeerConnectionState;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RtpCodecKind,
};
use rtc::rtp_transceiver::{
    RTCRtpReceiverId, RTCRtpSenderId, RTCRtpTransceiverDirection, RTCRtpTransceiverInit,
};
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

use super::PATIENCE;
use super::phone::*;

pub(super) struct Engine {
    pub(super) who: u8,
    pub(super) h264: bool,
    pub(super) pc: Box<RTCPeerConnection>,
    pub(super) socket: UdpSocket,
    pub(super) log: Arc<(Mutex<Log>, Condvar)>,
    pub(super) senders: HashMap<Kind, (RTCRtpSenderId, u32)>,
    pub(super) streams: HashMap<String, (String, Kind, RTCRtpReceiverId)>,
    pub(super) ssrcs: HashMap<u32, RTCRtpReceiverId>,
    pub(super) numbers: HashMap<Kind, u32>,
    pub(super) key_next: bool,
}

impl Engine {
    pub(super) fn new(who: u8, h264: bool) -> Self {
        let mut media = MediaEngine::default();
        for (kind, codec) in [(RtpCodecKind::Audio, opus()), (RtpCodecKind::Video, picture(h264))] {
            media.register_codec(codec, kind).unwrap();
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
            who,
            h264,
            pc: Box::new(pc),
            socket,
            log: Arc::default(),
            senders: HashMap::new(),
            streams: HashMap::new(),
            ssrcs: HashMap::new(),
            numbers: HashMap::new(),
            key_next: true,
        }
    }

    pub(super) fn add_senders(&mut self) {
        for kind in [Kind::Audio, Kind::Video] {
            let ssrc = 1_000_000
                + u32::from(self.who) * 10
                + kind as u32
                + u32::from(self.socket.local_addr().unwrap().port()) * 1_000;
            let codec = if kind == Kind::Audio { opus() } else { picture(self.h264) };
            let coding = RTCRtpEncodingParameters {
                rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
                codec: codec.rtp_codec,
                active: true,
                ..Default::default()
            };
            let engine_kind = if kind == Kind::Audio { RtpCodecKind::Audio } else { RtpCodecKind::Video };
            let track = MediaStreamTrack::new(
                format!("up{}", self.who),
                format!("{kind:?}"),
                String::new(),
                engine_kind,
                vec![coding],
            );
            let sender = self.pc.add_track(track).unwrap();
            self.senders.insert(kind, (sender, ssrc));
        }
    }

    pub(super) fn add_candidate(&mut self) {
        let address = self.socket.local_addr().unwrap();
        let base = CandidateConfig {
            network: "udp".to_owned(),
            address: address.ip().to_string(),
            port: address.port(),
            component: 1,
            ..Default::default()
        };
        let candidate =
            CandidateHostConfig { base_config: base, ..Default::default() }.new_candidate_host().unwrap();
        self.pc.add_local_candidate(RTCIceCandidate::from(&candidate).to_json().unwrap()).unwrap();
    }

    pub(super) fn run(mut self, mut sending: Sending, orders: &Receiver<Order>) {
        let mut buffer = [0; 2_048];
        let (mut next_audio, mut next_video) = (Instant::now(), Instant::now());
        let mut deaf = false;
        loop {
            while let Ok(order) = orders.try_recv() {
                match order {
                    Order::Sending(new) => sending = new,
                    Order::Packet { kind, sequence, key } => self.send(kind, sequence, key),
                    Order::Pli => self.ask(),
                    Order::Deaf(new) => deaf = new,
                    Order::Close => {
                        let _ = self.pc.close();
                        self.transmit(false);
                        return;
                    }
                }
            }
            let now = Instant::now();
            if sending != Sending::Nothing && self.log.0.lock().unwrap().connected {
                if now >= next_audio {
                    next_audio = now + Duration::from_millis(20);
                    self.send_next(Kind::Audio, false);
                }
                if now >= next_video {
                    next_video = now + Duration::from_millis(50);
                    let key = std::mem::take(&mut self.key_next);
                    self.send_next(Kind::Video, key);
                }
            }
            self.transmit(deaf);
            self.events();
            self.reads(&sending);
            if self.pc.poll_timeout().is_some_and(|at| at <= Instant::now()) {
                self.pc.handle_timeout(Instant::now()).unwrap();
            }
            if let Ok((length, from)) = self.socket.recv_from(&mut buffer)
                && !deaf
            {
                let transport = TransportContext {
                    local_addr: self.socket.local_addr().unwrap(),
                    peer_addr: from,
                    ecn: None,
                    transport_protocol: TransportProtocol::UDP,
                };
                let message = BytesMut::from(&buffer[..length]);
                let _ = self.pc.handle_read(TaggedBytesMut { now: Instant::now(), transport, message });
            }
        }
    }

    pub(super) fn transmit(&mut self, deaf: bool) {
        while let Some(out) = self.pc.poll_write() {
            if !deaf {
                let _ = self.socket.send_to(&out.message, out.transport.peer_addr);
            }
        }
    }

    pub(super) fn events(&mut self) {
        while let Some(event) = self.pc.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected) => {
                    self.note(|log| log.connected = true);
                }
                RTCPeerConnectionEvent::OnTrack(RTCTrackEvent::OnOpen(open)) => {
                    let receiver = self.pc.rtp_receiver(open.receiver_id).unwrap();
                    let kind = if receiver.track().kind() == RtpCodecKind::Audio {
                        Kind::Audio
                    } else {
                        Kind::Video
                    };
                    let name = receiver.track().stream_id().clone();
                    self.ssrcs.insert(open.ssrc, open.receiver_id);
                    self.streams.insert(open.track_id, (name, kind, open.receiver_id));
                }
                _ => {}
            }
        }
    }

    pub(super) fn reads(&mut self, sending: &Sending) {
        while let Some(read) = self.pc.poll_read() {
            match read.message {
                RTCMessage::RtpPacket(track, packet) => {
                    let Some((name, kind, _)) = self.streams.get(&track).cloned() else {
                        continue;
                    };
                    let Some(heard) = heard(kind, self.h264, &packet) else {
                        continue;
                    };
                    self.note(|log| log.heard.entry((name, kind)).or_default().push(heard));
                }
                RTCMessage::RtcpPacket(_, packets) => {
                    for packet in packets {
                        if packet.as_any().is::<PictureLossIndication>() {
                            let count = self.note(|log| {
                                log.requests.push(Instant::now());
                                log.requests.len() as u64
                            });
                            self.key_next = match sending {
                                Sending::Stubborn(ignored) => count > *ignored,
                                _ => true,
                            };
                        }
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn note<T>(&self, change: impl FnOnce(&mut Log) -> T) -> T {
        let value = change(&mut self.log.0.lock().unwrap());
        self.log.1.notify_all();
        value
    }

    pub(super) fn send_next(&mut self, kind: Kind, key: bool) {
        let number = *self.numbers.get(&kind).unwrap_or(&0);
        // Close to the wrap on purpose.
        self.send(kind, 65_500_u16.wrapping_add(number as u16), key);
    }

    pub(super) fn send(&mut self, kind: Kind, sequence: u16, key: bool) {
        let number = self.numbers.entry(kind).or_default();
        *number += 1;
        let number = *number;
        let Some((sender, ssrc)) = self.senders.get(&kind).copied() else {
            return;
        };
        let (payload_type, tick) = match kind {
            Kind::Audio => (111, 960),
            Kind::Video => (if self.h264 { 102 } else { 96 }, 4_500),
        };
        let header = rtc::rtp::Header {
            version: 2,
            marker: kind == Kind::Video,
            payload_type,
            sequence_number: sequence,
            timestamp: number.wrapping_mul(tick),
            ssrc,
            ..Default::default()
        };
        let payload = payload(kind, self.h264, key, self.who, number);
        let packet = rtc::rtp::Packet { header, payload };
        self.pc.rtp_sender(sender).unwrap().write_rtp(Instant::now(), packet).unwrap();
        self.note(|log| log.sent.insert(kind, number));
    }

    pub(super) fn ask(&mut self) {
        let video: VecDeque<_> =
            self.streams.values().filter(|(_, kind, _)| *kind == Kind::Video).map(|s| s.2).collect();
        for receiver in video {
            let media_ssrc = *self.ssrcs.iter().find(|(_, id)| **id == receiver).unwrap().0;
            let request = PictureLossIndication { sender_ssrc: 1, media_ssrc };
            self.pc
                .rtp_receiver(receiver)
                .unwrap()
                .write_rtcp(Instant::now(), vec![Box::new(request)])
                .unwrap();
        }
    }
}

/// VP8 descriptor with picture id and TL0PICIDX, H.264 unit header, or nothing; then who and which.
fn payload(kind: Kind, h264: bool, key: bool, who: u8, number: u32) -> Bytes {
    let mut payload = match (kind, h264) {
        (Kind::Audio, _) => vec![0xF8],
        (Kind::Video, true) => vec![if key { 0x65 } else { 0x41 }],
        (Kind::Video, false) => {
            let [high, low] = ((number as u16) | 0x8000).to_be_bytes();
            // The frame tag and, as in a key frame, start code and 320x240.
            let descriptor = [0x90, 0xC0, high, low, number as u8];
            let frame = [u8::from(!key), 0, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00];
            [descriptor.as_slice(), &frame].concat()
        }
    };
    payload.push(who);
    payload.extend(number.to_be_bytes());
    payload.resize(60, 7);
    payload.into()
}

fn heard(kind: Kind, h264: bool, packet: &rtc::rtp::Packet) -> Option<Heard> {
    let at = match (kind, h264) {
        (Kind::Audio, _) | (Kind::Video, true) => 1,
        (Kind::Video, false) => 15,
    };
    let key = match (kind, h264) {
        (Kind::Audio, _) => false,
        (Kind::Video, true) => packet.payload.first()? & 0x1F == 5,
        (Kind::Video, false) => packet.payload.get(5)? & 1 == 0,
    };
    let body = packet.payload.get(at..at + 5)?;
    Some(Heard {
        who: body[0],
        number: u32::from_be_bytes(body[1..5].try_into().unwrap()),
        key,
        sequence: packet.header.sequence_number,
        timestamp: packet.header.timestamp,
        extensions: packet.header.extensions.len(),
        payload_type: packet.header.payload_type,
    })
}

fn opus() -> RTCRtpCodecParameters {
    let rtp_codec = RTCRtpCodec {
        mime_type: MIME_TYPE_OPUS.to_owned(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
        rtcp_feedback: vec![],
    };
    RTCRtpCodecParameters { rtp_codec, payload_type: 111 }
}

fn picture(h264: bool) -> RTCRtpCodecParameters {
    let feedback = |parameter: &str| RTCPFeedback { typ: "nack".to_owned(), parameter: parameter.to_owned() };
    let fmtp = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
    let rtp_codec = RTCRtpCodec {
        mime_type: if h264 { MIME_TYPE_H264 } else { MIME_TYPE_VP8 }.to_owned(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: if h264 { fmtp } else { "" }.to_owned(),
        rtcp_feedback: vec![feedback(""), feedback("pli")],
    };
    RTCRtpCodecParameters { rtp_codec, payload_type: if h264 { 102 } else { 96 } }
}

/// Hands all RTCP to the phone.
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
        if matches!(tagged.message.packet, Packet::Rtcp(_)) {
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
