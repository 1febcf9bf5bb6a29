//! How a connection is made: engine settings, sections, codecs, candidates.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use ring::rand::{SecureRandom, SystemRandom};
use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::interceptor::{
    NackGeneratorBuilder, NackResponderBuilder, ReceiverReportBuilder, Registry, SenderReportBuilder, Slot,
};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::RTCPeerConnectionBuilder;
use rtc::peer_connection::configuration::interceptor_registry::configure_twcc_receiver_only;
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_H264, MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine,
};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::{CandidateConfig, CandidateHostConfig, RTCDtlsRole, RTCIceCandidate};
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::shared::error::Error as EngineError;

use super::streams::Admitted;
use super::tap::Tap;
use super::{Counters, Local, Out, Peer, refused};
use crate::error::MediaError;
use crate::negotiate::{self, Checked};
use crate::room::forward::{Kind, VideoCodec};
use crate::shard::demux::Path;

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
            .with(Slot::NackResponder, NackResponderBuilder::new().with_size(RESENDABLE).build())
            .with(Slot::NackGenerator, NackGeneratorBuilder::new().with_size(ASKABLE).build())
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
            admitted: Admitted::default(),
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
            self.engine.add_transceiver_from_kind(engine_kind(kind), Some(up))?;
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
                *place = Some(Out { sender, ssrc, payload_type: None });
            }
            self.lines.push(pair);
        }
        let offer = self.engine.create_offer(None)?;
        self.engine.set_local_description(now, offer)
    }

    fn write_answer(&mut self, now: Instant, slots: usize, offer: Checked) -> Result<(), EngineError> {
        self.admitted.announced(&offer.sdp);
        let wanted = [offer.audio_down.min(slots), offer.video_down.min(slots)];
        self.engine.set_remote_description(now, RTCSessionDescription::offer(offer.sdp)?)?;
        for slot in 0..wanted.iter().copied().max().unwrap_or_default() {
            let stream = format!("s{slot}");
            let mut pair = [None, None];
            for ((place, kind), wanted) in pair.iter_mut().zip(Kind::BOTH).zip(wanted) {
                if slot < wanted {
                    let (track, ssrc) = self.track(&stream, kind)?;
                    let sender = self.engine.add_track(track)?;
                    *place = Some(Out { sender, ssrc, payload_type: None });
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
        SystemRandom::new().fill(&mut bytes).map_err(|_| EngineError::Other("no randomness".to_owned()))?;
        let ssrc = u32::from_be_bytes(bytes) | 1;
        let id = format!("{stream}-{}", if kind == Kind::Audio { "audio" } else { "video" });
        let coding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
            codec: codec(kind, self.codec).rtp_codec,
            active: true,
            ..Default::default()
        };
        let track = MediaStreamTrack::new(stream.to_owned(), id.clone(), id, engine_kind(kind), vec![coding]);
        Ok((track, ssrc))
    }

    fn add_candidates(&mut self) -> Result<(), EngineError> {
        for (at, address) in self.local.candidates.iter().enumerate() {
            let base = CandidateConfig {
                priority: host_priority(at),
                network: "udp".to_owned(),
                address: address.ip().to_string(),
                port: address.port(),
                component: 1,
                ..Default::default()
            };
            let candidate =
                CandidateHostConfig { base_config: base, ..Default::default() }.new_candidate_host()?;
            self.engine.add_local_candidate(RTCIceCandidate::from(&candidate).to_json()?)?;
        }
        Ok(())
    }

    /// Our description as it goes out; reads the credentials for the demux from it.
    fn described(&mut self) -> Result<String, MediaError> {
        let sdp = self.engine.local_description().map(|description| description.sdp).unwrap_or_default();
        let credential = |name| negotiate::attribute(&sdp, name).map(str::to_owned);
        let (Some(ufrag), Some(password)) = (credential("ice-ufrag"), credential("ice-pwd")) else {
            return Err(MediaError::Engine("no ICE credentials in the local description".to_owned()));
        };
        (self.ufrag, self.password) = (ufrag, password);
        Ok(negotiate::spread_candidates(&sdp))
    }
}

/// Priority of our `at`th address, highest for the first (RFC 8445 §5.1.2.1: each address a preference of its own).
fn host_priority(at: usize) -> u32 {
    const HOST: u32 = 126;
    let preference = 65_535 - u32::try_from(at).unwrap_or(65_535).min(65_535);
    (HOST << 24) + (preference << 8) + 255
}

fn init(direction: RTCRtpTransceiverDirection, streams: Vec<String>) -> RTCRtpTransceiverInit {
    RTCRtpTransceiverInit { direction, streams, send_encodings: Vec::new() }
}

fn engine_kind(kind: Kind) -> RtpCodecKind {
    match kind {
        Kind::Audio => RtpCodecKind::Audio,
        Kind::Video => RtpCodecKind::Video,
    }
}

pub(super) fn mime(kind: Kind, codec: VideoCodec) -> &'static str {
    match (kind, codec) {
        (Kind::Audio, _) => MIME_TYPE_OPUS,
        (Kind::Video, VideoCodec::Vp8) => MIME_TYPE_VP8,
        (Kind::Video, VideoCodec::H264) => MIME_TYPE_H264,
    }
}

/// Opus with in-band FEC and without DTX: a breath is a finding, and DTX would cut it out.
fn codec(kind: Kind, video: VideoCodec) -> RTCRtpCodecParameters {
    let feedback =
        |typ: &str, parameter: &str| RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() };
    let (payload_type, clock_rate, channels, fmtp) = match (kind, video) {
        (Kind::Audio, _) => (111, 48_000, 2, "minptime=10;useinbandfec=1"),
        (Kind::Video, VideoCodec::Vp8) => (96, 90_000, 0, ""),
        (Kind::Video, VideoCodec::H264) => {
            (102, 90_000, 0, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f")
        }
    };
    let rtcp_feedback = match kind {
        Kind::Audio => Vec::new(),
        Kind::Video => vec![feedback("nack", ""), feedback("nack", "pli"), feedback("ccm", "fir")],
    };
    let rtp_codec = RTCRtpCodec {
        mime_type: mime(kind, video).to_owned(),
        clock_rate,
        channels,
        sdp_fmtp_line: fmtp.to_owned(),
        rtcp_feedback,
    };
    RTCRtpCodecParameters { rtp_codec, payload_type }
}

fn register_codecs(media: &mut MediaEngine, video: VideoCodec) -> Result<(), EngineError> {
    media.register_codec(codec(Kind::Audio, video), RtpCodecKind::Audio)?;
    media.register_codec(codec(Kind::Video, video), RtpCodecKind::Video)
}
