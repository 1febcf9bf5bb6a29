//! One peer connection: the only file that names the engine. What goes in and comes out are our own values.
//!
//! Measured choices (design/media-browser.md): full ICE with no acceptance waits, AES-GCM alone, no RTX (the engine's
//! receiver would ask for each lost packet until it leaves its window), RTCP handed out by an interceptor of ours.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use ring::rand::{SecureRandom, SystemRandom};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::interceptor::{
    Attribute, AttributedPacket, Interceptor, NackGeneratorBuilder, NackResponderBuilder,
    Packet as AnyPacket, ReceiverReportBuilder, Registry, SenderReportBuilder, Slot, StreamInfo,
    TaggedPacket,
};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::configure_twcc_receiver_only;
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_H264, MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine,
};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::{RTCPeerConnectionEvent, RTCTrackEvent};
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::{RTCIceConnectionState, RTCPeerConnectionState};
use rtc::peer_connection::transport::{
    CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCDtlsTransportState, RTCIceCandidate,
};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RtpCodecKind,
};
use rtc::rtp_transceiver::{
    RTCRtpReceiverId, RTCRtpSenderId, RTCRtpTransceiverDirection, RTCRtpTransceiverInit,
};
use rtc::sansio::Protocol;
use rtc::shared::error::Error as EngineError;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use rtc::statistics::StatsSelector;

use crate::error::MediaError;
use crate::negotiate::{self, Checked};
use crate::room::forward::{Kind, Packet, VideoCodec};
use crate::shard::demux::{self, Class, Path};

/// Interval of ICE checks while connecting. The engine's 200 ms showed as connect time; below 20 ms a slow phone is
/// sent checks faster than it answers.
const CHECK_INTERVAL: Duration = Duration::from_millis(25);
/// Checks per pair before it counts as failed: 20 s, our own connect limit.
const CHECKS: u16 = 800;
/// Consent checks while connected. Four of them fit into the two seconds after which a silent peer is called lost.
const KEEP_ALIVE: Duration = Duration::from_millis(500);
/// Packets kept per stream for retransmission: a second of a fast picture. More costs memory per receiver.
const RESENDABLE: u16 = 512;
/// Packets a source is asked for again.
const ASKABLE: u16 = 512;
const REPLAY_WINDOW: usize = 1_024;
/// DTLS datagrams kept while ICE has not yet selected a pair, so that the first ClientHello is not lost.
const EARLY: usize = 8;

/// What every peer of this node shares.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    /// Announced addresses with our port.
    pub(crate) candidates: Vec<SocketAddr>,
}

impl Local {
    /// The local address the engine is told: the first announced one of the sender's family.
    fn facing(&self, from: SocketAddr) -> Option<SocketAddr> {
        self.candidates
            .iter()
            .copied()
            .find(|own| own.is_ipv4() == from.is_ipv4())
    }
}

/// What a peer made of the datagrams it was given.
#[derive(Debug)]
pub(crate) enum Incoming {
    Connected {
        gcm: bool,
    },
    /// DTLS close from the other side, or an engine that gave up.
    Closed,
    Rtp(Kind, Packet),
    /// The receiver cannot decode the picture in this slot.
    KeyFrameWanted {
        slot: usize,
    },
    SenderReport {
        kind: Kind,
        ntp: u64,
        timestamp: u32,
    },
}

#[derive(Debug)]
struct Out {
    sender: RTCRtpSenderId,
    ssrc: u32,
    payload_type: Option<u8>,
}

#[derive(Debug)]
struct In {
    kind: Kind,
    receiver: RTCRtpReceiverId,
    payload_types: Vec<u8>,
}

/// Counters of one connection.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counters {
    pub(crate) datagrams_in: u64,
    pub(crate) datagrams_out: u64,
    pub(crate) packets_in: u64,
    pub(crate) forwarded: u64,
    pub(crate) pli_sent: u64,
    pub(crate) refused: u64,
    pub(crate) moved: u64,
}

/// One connection of one leg.
pub(crate) struct Peer {
    engine: Box<RTCPeerConnection>,
    local: Arc<Local>,
    codec: VideoCodec,
    ufrag: String,
    password: String,
    path: Path,
    authentic: Arc<AtomicU64>,
    early: VecDeque<(SocketAddr, BytesMut)>,
    lines: Vec<[Option<Out>; 2]>,
    streams: HashMap<String, In>,
    video_ssrc: Option<(u32, RTCRtpReceiverId)>,
    connected: bool,
    closed: bool,
    cipher: String,
    pub(crate) counters: Counters,
}

impl Peer {
    /// We offer: one up-link pair, then `slots` down-link pairs with fixed streams `s0`, `s1`, …
    pub(crate) fn offering(
        now: Instant,
        local: Arc<Local>,
        codec: VideoCodec,
        slots: usize,
    ) -> Result<(Self, String), MediaError> {
        let mut peer = Self::new(now, local, codec).map_err(refused)?;
        peer.write_offer(now, slots).map_err(refused)?;
        let sdp = peer.described()?;
        Ok((peer, sdp))
    }

    /// The client offered (WHIP, WHEP): we send in as many sections as it receives in, at most `slots` of each kind.
    pub(crate) fn answering(
        now: Instant,
        local: Arc<Local>,
        codec: VideoCodec,
        slots: usize,
        offer: Checked,
    ) -> Result<(Self, String), MediaError> {
        let mut peer = Self::new(now, local, codec).map_err(refused)?;
        peer.write_answer(now, slots, offer).map_err(refused)?;
        let sdp = peer.described()?;
        peer.learn_payload_types();
        Ok((peer, sdp))
    }

    fn new(now: Instant, local: Arc<Local>, codec: VideoCodec) -> Result<Self, EngineError> {
        let authentic = Arc::new(AtomicU64::new(0));
        let mut media = MediaEngine::default();
        register_codecs(&mut media, codec)?;
        let registry = Registry::new()
            .with(
                Slot::NackResponder,
                NackResponderBuilder::new().with_size(RESENDABLE).build(),
            )
            .with(
                Slot::NackGenerator,
                NackGeneratorBuilder::new().with_size(ASKABLE).build(),
            )
            .with(Slot::ReceiverReport, ReceiverReportBuilder::new().build())
            .with(Slot::SenderReport, SenderReportBuilder::new().build())
            .with(Slot::from(14_000), Tap::new(Arc::clone(&authentic)));
        let registry = configure_twcc_receiver_only(registry, &mut media)?;
        let zero = Some(Duration::ZERO);
        let settings = SettingEngineBuilder::new()
            .with_lite(false)
            .with_answering_dtls_role(RTCDtlsRole::Server)
            .with_srtp_protection_profiles(vec![SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm])
            .with_host_acceptance_min_wait(zero)
            .with_srflx_acceptance_min_wait(zero)
            .with_prflx_acceptance_min_wait(zero)
            .with_relay_acceptance_min_wait(zero)
            .with_ice_connection_attempts(Some(CHECK_INTERVAL), Some(CHECKS))
            // Zero switches the engine's own disconnected and failed states off: it would stop a peer for good that
            // our detector only calls lost and that may come back.
            .with_ice_timeouts(zero, zero, Some(KEEP_ALIVE))
            .with_srtp_replay_protection_window(REPLAY_WINDOW)
            .with_srtcp_replay_protection_window(REPLAY_WINDOW)
            .build();
        let engine = RTCPeerConnectionBuilder::new()
            .with_setting_engine(settings)
            .with_media_engine(media)
            .with_interceptor_registry(registry)
            .build(now)?;
        Ok(Self {
            engine: Box::new(engine),
            local,
            codec,
            ufrag: String::new(),
            password: String::new(),
            path: Path::default(),
            authentic,
            early: VecDeque::new(),
            lines: Vec::new(),
            streams: HashMap::new(),
            video_ssrc: None,
            connected: false,
            closed: false,
            cipher: String::new(),
            counters: Counters::default(),
        })
    }

    fn write_offer(&mut self, now: Instant, slots: usize) -> Result<(), EngineError> {
        self.add_candidates()?;
        for kind in Kind::BOTH {
            let up = init(RTCRtpTransceiverDirection::Recvonly, Vec::new());
            self.engine
                .add_transceiver_from_kind(engine_kind(kind), Some(up))?;
        }
        for slot in 0..slots {
            let stream = format!("s{slot}");
            let mut pair = [None, None];
            for (place, kind) in pair.iter_mut().zip(Kind::BOTH) {
                let (track, ssrc) = self.track(&stream, kind)?;
                let down = init(RTCRtpTransceiverDirection::Sendonly, vec![stream.clone()]);
                let id = self.engine.add_transceiver_from_track(track, Some(down))?;
                let sender = self.engine.rtp_transceiver(id).and_then(|t| t.sender());
                let sender = sender.ok_or(EngineError::ErrRTPSenderNotExisted)?;
                *place = Some(Out {
                    sender,
                    ssrc,
                    payload_type: None,
                });
            }
            self.lines.push(pair);
        }
        let offer = self.engine.create_offer(None)?;
        self.engine.set_local_description(now, offer)
    }

    fn write_answer(&mut self, now: Instant, slots: usize, offer: Checked) -> Result<(), EngineError> {
        let wanted = [offer.audio_down.min(slots), offer.video_down.min(slots)];
        self.engine
            .set_remote_description(now, RTCSessionDescription::offer(offer.sdp)?)?;
        for slot in 0..wanted.iter().copied().max().unwrap_or_default() {
            let stream = format!("s{slot}");
            let mut pair = [None, None];
            for ((place, kind), wanted) in pair.iter_mut().zip(Kind::BOTH).zip(wanted) {
                if slot < wanted {
                    let (track, ssrc) = self.track(&stream, kind)?;
                    let sender = self.engine.add_track(track)?;
                    *place = Some(Out {
                        sender,
                        ssrc,
                        payload_type: None,
                    });
                }
            }
            self.lines.push(pair);
        }
        self.add_candidates()?;
        let answer = self.engine.create_answer(None)?;
        self.engine.set_local_description(now, answer)
    }

    fn track(&self, stream: &str, kind: Kind) -> Result<(MediaStreamTrack, u32), EngineError> {
        let mut bytes = [0; 4];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| EngineError::Other("no randomness".to_owned()))?;
        let ssrc = u32::from_be_bytes(bytes) | 1;
        let id = format!("{stream}-{}", if kind == Kind::Audio { "audio" } else { "video" });
        let coding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(ssrc),
                ..Default::default()
            },
            codec: codec(kind, self.codec).rtp_codec,
            active: true,
            ..Default::default()
        };
        let track = MediaStreamTrack::new(stream.to_owned(), id.clone(), id, engine_kind(kind), vec![coding]);
        Ok((track, ssrc))
    }

    fn add_candidates(&mut self) -> Result<(), EngineError> {
        for address in &self.local.candidates {
            let base = CandidateConfig {
                network: "udp".to_owned(),
                address: address.ip().to_string(),
                port: address.port(),
                component: 1,
                ..Default::default()
            };
            let candidate = CandidateHostConfig {
                base_config: base,
                ..Default::default()
            }
            .new_candidate_host()?;
            self.engine
                .add_local_candidate(RTCIceCandidate::from(&candidate).to_json()?)?;
        }
        Ok(())
    }

    /// Our description as it goes out; reads the credentials for the demux from it.
    fn described(&mut self) -> Result<String, MediaError> {
        let sdp = self
            .engine
            .local_description()
            .map(|description| description.sdp)
            .unwrap_or_default();
        let credential = |name| negotiate::attribute(&sdp, name).map(str::to_owned);
        let (Some(ufrag), Some(password)) = (credential("ice-ufrag"), credential("ice-pwd")) else {
            return Err(MediaError::Engine(
                "no ICE credentials in the local description".to_owned(),
            ));
        };
        (self.ufrag, self.password) = (ufrag, password);
        Ok(negotiate::spread_candidates(&sdp))
    }

    /// ufrag and password the peer's checks carry.
    pub(crate) fn credentials(&self) -> (&str, &str) {
        (&self.ufrag, &self.password)
    }

    /// The client's answer to our offer.
    pub(crate) fn answer(&mut self, now: Instant, answer: Checked) -> Result<(), MediaError> {
        let description = RTCSessionDescription::answer(answer.sdp).map_err(refused)?;
        self.engine
            .set_remote_description(now, description)
            .map_err(refused)?;
        self.learn_payload_types();
        Ok(())
    }

    fn learn_payload_types(&mut self) {
        for pair in &mut self.lines {
            for (line, kind) in pair.iter_mut().zip(Kind::BOTH) {
                let Some(line) = line else { continue };
                let wanted = mime(kind, self.codec);
                let Some(mut sender) = self.engine.rtp_sender(line.sender) else {
                    continue;
                };
                let codecs = &sender.get_parameters().rtp_parameters.codecs;
                line.payload_type = codecs
                    .iter()
                    .find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(wanted))
                    .map(|codec| codec.payload_type);
            }
        }
    }

    /// One datagram that the demux says is ours.
    pub(crate) fn receive(&mut self, now: Instant, from: SocketAddr, datagram: BytesMut) {
        self.counters.datagrams_in += 1;
        let class = demux::class(&datagram);
        match class {
            Class::Other => {}
            Class::Dtls if !self.connected && self.path_unknown() => {
                if self.early.len() < EARLY {
                    self.early.push_back((from, datagram.clone()));
                }
                self.feed(now, from, class, datagram);
            }
            Class::Stun | Class::Dtls | Class::Media => self.feed(now, from, class, datagram),
        }
    }

    fn path_unknown(&self) -> bool {
        self.path.outbound_known().is_none()
    }

    fn feed(&mut self, now: Instant, from: SocketAddr, class: Class, message: BytesMut) {
        let Some(local_addr) = self.local.facing(from) else {
            return;
        };
        let before = self.authentic.load(Ordering::Relaxed);
        let peer_addr = self.path.inbound(from, class);
        let transport = TransportContext {
            local_addr,
            peer_addr,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        // An error here is the peer's mistake (bad DTLS record, forged SRTP): it is dropped and harms nobody.
        if let Err(error) = self.engine.handle_read(TaggedBytesMut {
            now,
            transport,
            message,
        }) {
            tracing::trace!(%error, "datagram dropped");
        }
        let proof = class == Class::Media && self.authentic.load(Ordering::Relaxed) != before;
        if proof && self.path.proven(from) {
            self.counters.moved += 1;
        }
    }

    /// Where the peer is now, once that is known.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.path.outbound_known()
    }

    /// Everything the engine made of its input since the last call.
    pub(crate) fn poll(&mut self, now: Instant) -> Vec<Incoming> {
        let mut made = Vec::new();
        self.poll_events(now, &mut made);
        while let Some(TaggedRTCMessage { message, .. }) = self.engine.poll_media_read() {
            match message {
                RTCMessage::RtpPacket(track, packet) => made.extend(self.inbound(&track, packet)),
                RTCMessage::RtcpPacket(track, packets) => {
                    for packet in packets {
                        self.feedback(&track, packet.as_any(), &mut made);
                    }
                }
                _ => {}
            }
        }
        if self.connected && !self.closed && self.dtls_closed() {
            self.closed = true;
            made.push(Incoming::Closed);
        }
        made
    }

    fn poll_events(&mut self, now: Instant, made: &mut Vec<Incoming>) {
        while let Some(event) = self.engine.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnIceConnectionStateChangeEvent(
                    RTCIceConnectionState::Connected | RTCIceConnectionState::Completed,
                ) => {
                    for (from, datagram) in std::mem::take(&mut self.early) {
                        self.feed(now, from, Class::Dtls, datagram);
                    }
                }
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(RTCPeerConnectionState::Connected)
                    if !self.connected =>
                {
                    self.connected = true;
                    let report = self.engine.get_stats(now, StatsSelector::None);
                    self.cipher = report
                        .transport()
                        .map(|t| t.srtp_cipher.clone())
                        .unwrap_or_default();
                    made.push(Incoming::Connected {
                        gcm: self.cipher.contains("AEAD_AES_128_GCM"),
                    });
                }
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(
                    RTCPeerConnectionState::Failed | RTCPeerConnectionState::Closed,
                ) if !self.closed => {
                    self.closed = true;
                    made.push(Incoming::Closed);
                }
                RTCPeerConnectionEvent::OnTrack(RTCTrackEvent::OnOpen(open)) => {
                    self.opened(open.track_id, open.receiver_id);
                }
                _ => {}
            }
        }
    }

    fn opened(&mut self, track: String, receiver: RTCRtpReceiverId) {
        let Some(mut stream) = self.engine.rtp_receiver(receiver) else {
            return;
        };
        let kind = if stream.track().kind() == RtpCodecKind::Audio {
            Kind::Audio
        } else {
            Kind::Video
        };
        let wanted = mime(kind, self.codec);
        let codecs = &stream.get_parameters().rtp_parameters.codecs;
        let payload_types = codecs
            .iter()
            .filter(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(wanted))
            .map(|codec| codec.payload_type)
            .collect();
        self.streams.insert(
            track,
            In {
                kind,
                receiver,
                payload_types,
            },
        );
    }

    fn inbound(&mut self, track: &str, packet: rtc::rtp::Packet) -> Option<Incoming> {
        let stream = self.streams.get(track)?;
        self.counters.packets_in += 1;
        if !stream.payload_types.contains(&packet.header.payload_type) {
            return None;
        }
        if stream.kind == Kind::Video {
            self.video_ssrc = Some((packet.header.ssrc, stream.receiver));
        }
        let packet_out = Packet {
            ssrc: packet.header.ssrc,
            sequence: packet.header.sequence_number,
            timestamp: packet.header.timestamp,
            marker: packet.header.marker,
            payload: packet.payload,
        };
        Some(Incoming::Rtp(stream.kind, packet_out))
    }

    fn feedback(&self, track: &str, packet: &dyn std::any::Any, made: &mut Vec<Incoming>) {
        let mut wanted = |ssrc: u32| {
            let is_it = |pair: &[Option<Out>; 2]| matches!(pair, [_, Some(video)] if video.ssrc == ssrc);
            if let Some(slot) = self.lines.iter().position(is_it) {
                made.push(Incoming::KeyFrameWanted { slot });
            }
        };
        if let Some(pli) = packet.downcast_ref::<PictureLossIndication>() {
            wanted(pli.media_ssrc);
        } else if let Some(fir) = packet.downcast_ref::<FullIntraRequest>() {
            fir.fir.iter().for_each(|entry| wanted(entry.ssrc));
        } else if let Some(report) = packet.downcast_ref::<SenderReport>()
            && let Some(stream) = self.streams.get(track)
        {
            made.push(Incoming::SenderReport {
                kind: stream.kind,
                ntp: report.ntp_time,
                timestamp: report.rtp_time,
            });
        }
    }

    fn dtls_closed(&mut self) -> bool {
        let first = self.lines.first().and_then(|pair| pair.iter().flatten().next());
        let state = match first.map(|line| line.sender) {
            Some(id) => self
                .engine
                .rtp_sender(id)
                .and_then(|s| s.transport().map(|t| t.state())),
            None => {
                let any = self.streams.values().next().map(|stream| stream.receiver);
                any.and_then(|id| {
                    self.engine
                        .rtp_receiver(id)
                        .and_then(|r| r.transport().map(|t| t.state()))
                })
            }
        };
        state == Some(RTCDtlsTransportState::Closed)
    }

    /// How many people this peer can see at once.
    pub(crate) fn slots(&self) -> usize {
        self.lines.len()
    }

    pub(crate) fn codec(&self) -> VideoCodec {
        self.codec
    }

    pub(crate) fn connected(&self) -> bool {
        self.connected
    }

    /// SRTP profile by its IANA name; empty before the handshake.
    pub(crate) fn cipher(&self) -> &str {
        &self.cipher
    }

    /// Sends a packet in a slot. Sections the peer did not take are skipped; what the engine refuses is counted, and
    /// each refusal is a mistake of ours.
    pub(crate) fn send(&mut self, now: Instant, slot: usize, kind: Kind, packet: Packet) {
        let pair = self.lines.get(slot);
        let line = pair.and_then(|[audio, video]| {
            if kind == Kind::Audio {
                audio.as_ref()
            } else {
                video.as_ref()
            }
        });
        let Some((sender, ssrc, payload_type)) = line.and_then(|l| Some((l.sender, l.ssrc, l.payload_type?)))
        else {
            return;
        };
        let header = rtc::rtp::Header {
            version: 2,
            marker: packet.marker,
            payload_type,
            sequence_number: packet.sequence,
            timestamp: packet.timestamp,
            ssrc,
            ..Default::default()
        };
        let packet = rtc::rtp::Packet {
            header,
            payload: packet.payload,
        };
        let written = self
            .engine
            .rtp_sender(sender)
            .map(|mut sender| sender.write_rtp(now, packet));
        match written {
            Some(Ok(())) => self.counters.forwarded += 1,
            Some(Err(error)) => {
                self.counters.refused += 1;
                tracing::warn!(%error, "the engine refused a forwarded packet");
            }
            None => self.counters.refused += 1,
        }
    }

    /// Whether this slot can show a picture at all.
    pub(crate) fn shows_video(&self, slot: usize) -> bool {
        matches!(self.lines.get(slot), Some([_, Some(video)]) if video.payload_type.is_some())
    }

    /// Asks the peer's encoder for a key frame. `false`: no picture has come from it yet.
    pub(crate) fn ask_key_frame(&mut self, now: Instant) -> bool {
        let Some((media_ssrc, receiver)) = self.video_ssrc else {
            return false;
        };
        let Some(mut receiver) = self.engine.rtp_receiver(receiver) else {
            return false;
        };
        let request = PictureLossIndication {
            sender_ssrc: 1,
            media_ssrc,
        };
        if receiver.write_rtcp(now, vec![Box::new(request)]).is_ok() {
            self.counters.pli_sent += 1;
        }
        true
    }

    /// Hands every waiting datagram out.
    pub(crate) fn transmit(&mut self, mut send: impl FnMut(SocketAddr, &[u8])) {
        while let Some(out) = self.engine.poll_write() {
            let to = out.transport.peer_addr;
            if demux::class(&out.message) != Class::Stun {
                self.path.selected(to);
            }
            self.counters.datagrams_out += 1;
            send(self.path.outbound(to), &out.message);
        }
    }

    pub(crate) fn deadline(&mut self) -> Option<Instant> {
        self.engine.poll_timeout()
    }

    pub(crate) fn time_passed(&mut self, now: Instant) {
        if let Err(error) = self.engine.handle_timeout(now) {
            tracing::debug!(%error, "timer of a peer failed");
        }
    }

    /// Queues the DTLS close; `transmit` sends it.
    pub(crate) fn close(&mut self) {
        self.closed = true;
        if let Err(error) = self.engine.close() {
            tracing::debug!(%error, "closing a peer");
        }
    }
}

fn refused(error: EngineError) -> MediaError {
    MediaError::Engine(error.to_string())
}

fn init(direction: RTCRtpTransceiverDirection, streams: Vec<String>) -> RTCRtpTransceiverInit {
    RTCRtpTransceiverInit {
        direction,
        streams,
        send_encodings: Vec::new(),
    }
}

fn engine_kind(kind: Kind) -> RtpCodecKind {
    match kind {
        Kind::Audio => RtpCodecKind::Audio,
        Kind::Video => RtpCodecKind::Video,
    }
}

fn mime(kind: Kind, codec: VideoCodec) -> &'static str {
    match (kind, codec) {
        (Kind::Audio, _) => MIME_TYPE_OPUS,
        (Kind::Video, VideoCodec::Vp8) => MIME_TYPE_VP8,
        (Kind::Video, VideoCodec::H264) => MIME_TYPE_H264,
    }
}

/// Opus with in-band FEC and without DTX: a breath is a finding, and DTX would cut it out.
fn codec(kind: Kind, video: VideoCodec) -> RTCRtpCodecParameters {
    let feedback = |typ: &str, parameter: &str| RTCPFeedback {
        typ: typ.to_owned(),
        parameter: parameter.to_owned(),
    };
    let (payload_type, clock_rate, channels, fmtp) = match (kind, video) {
        (Kind::Audio, _) => (111, 48_000, 2, "minptime=10;useinbandfec=1"),
        (Kind::Video, VideoCodec::Vp8) => (96, 90_000, 0, ""),
        (Kind::Video, VideoCodec::H264) => (
            102,
            90_000,
            0,
            "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
        ),
    };
    let rtcp_feedback = match kind {
        Kind::Audio => Vec::new(),
        Kind::Video => vec![
            feedback("nack", ""),
            feedback("nack", "pli"),
            feedback("ccm", "fir"),
        ],
    };
    let rtp_codec = RTCRtpCodec {
        mime_type: mime(kind, video).to_owned(),
        clock_rate,
        channels,
        sdp_fmtp_line: fmtp.to_owned(),
        rtcp_feedback,
    };
    RTCRtpCodecParameters {
        rtp_codec,
        payload_type,
    }
}

fn register_codecs(media: &mut MediaEngine, video: VideoCodec) -> Result<(), EngineError> {
    media.register_codec(codec(Kind::Audio, video), RtpCodecKind::Audio)?;
    media.register_codec(codec(Kind::Video, video), RtpCodecKind::Video)
}

/// Counts authenticated packets and hands key-frame requests and sender reports to us, each alone: the engine looks at
/// the first packet of a compound only and would drop a PLI behind an empty receiver report.
struct Tap {
    authentic: Arc<AtomicU64>,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl Tap {
    fn new(authentic: Arc<AtomicU64>) -> Self {
        Self {
            authentic,
            read: VecDeque::new(),
            write: VecDeque::new(),
        }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Tap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = EngineError;
    type Time = Instant;

    fn handle_read(&mut self, tagged: TaggedPacket) -> Result<(), EngineError> {
        self.authentic.fetch_add(1, Ordering::Relaxed);
        let AnyPacket::Rtcp(packets) = &tagged.message.packet else {
            self.read.push_back(tagged);
            return Ok(());
        };
        for packet in packets {
            let one: Box<dyn rtc::rtcp::Packet> =
                if let Some(report) = packet.as_any().downcast_ref::<SenderReport>() {
                    // Without the reports it names its own stream first, which is how the engine finds the track.
                    let bare = SenderReport {
                        reports: Vec::new(),
                        profile_extensions: bytes::Bytes::new(),
                        ..report.clone()
                    };
                    Box::new(bare)
                } else if packet.as_any().is::<PictureLossIndication>()
                    || packet.as_any().is::<FullIntraRequest>()
                {
                    packet.clone()
                } else {
                    continue;
                };
            let message =
                AttributedPacket::new(AnyPacket::Rtcp(vec![one])).with(Attribute::DeliverToApplication);
            self.read.push_back(TaggedPacket {
                now: tagged.now,
                transport: tagged.transport,
                message,
            });
        }
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, tagged: TaggedPacket) -> Result<(), EngineError> {
        self.write.push_back(tagged);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.write.pop_front()
    }
}

impl Interceptor for Tap {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
