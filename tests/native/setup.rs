//! The engine as a client wants it.

use std::time::{Duration, Instant};

use rtc::dtls::extension::extension_use_srtp::SrtpProtectionProfile;
use rtc::interceptor::Slot;
use rtc::peer_connection::configuration::interceptor_registry::{
    Registry, configure_twcc_sender_only, register_default_interceptors,
};
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_H264, MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine,
};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::transport::RTCDtlsRole;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters};

use crate::handout::HandOut;
use crate::{Kind, Manner, Picture};

/// Between two checks of a pair. Browsers take 50 ms; nothing here measures that.
const CHECK_EVERY: Duration = Duration::from_millis(20);
/// Checks before a pair has failed: 20 s, far longer than a busy machine needs.
const CHECKS: u16 = 1_000;

pub(super) fn engine(now: Instant, picture: Picture, manner: Manner) -> Box<RTCPeerConnection> {
    let mut media = MediaEngine::default();
    for kind in Kind::BOTH {
        media.register_codec(codec(kind, picture, manner), kind.engine()).unwrap();
    }
    let registry = match manner {
        Manner::Browser | Manner::Dated => {
            let registry = Registry::new().with(Slot::from(14_000), HandOut::default());
            register_default_interceptors(registry, &mut media)
        }
        Manner::Load => configure_twcc_sender_only(Registry::new(), &mut media),
    };
    let zero = Some(Duration::ZERO);
    let mut ciphers = vec![SrtpProtectionProfile::Srtp_Aes128_Cm_Hmac_Sha1_80];
    if manner != Manner::Dated {
        ciphers.push(SrtpProtectionProfile::Srtp_Aead_Aes_128_Gcm);
    }
    let settings = SettingEngineBuilder::new()
        .with_answering_dtls_role(RTCDtlsRole::Client)
        .with_srtp_protection_profiles(ciphers)
        .with_host_acceptance_min_wait(zero)
        .with_prflx_acceptance_min_wait(zero)
        .with_ice_connection_attempts(Some(CHECK_EVERY), Some(CHECKS))
        .build();
    let pc = RTCPeerConnectionBuilder::new()
        .with_setting_engine(settings)
        .with_media_engine(media)
        .with_interceptor_registry(registry.unwrap())
        .build(now)
        .unwrap();
    Box::new(pc)
}

/// The codec of a kind. A generator of load asks for no repair: nothing would answer it.
pub(super) fn codec(kind: Kind, picture: Picture, manner: Manner) -> RTCRtpCodecParameters {
    let (mime, payload_type, clock_rate, channels, fmtp) = match (kind, picture) {
        (Kind::Audio, _) => (MIME_TYPE_OPUS, 111, 48_000, 2, "minptime=10;useinbandfec=1"),
        (Kind::Video, Picture::Vp8) => (MIME_TYPE_VP8, 96, 90_000, 0, ""),
        (Kind::Video, Picture::H264) => {
            let fmtp = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";
            (MIME_TYPE_H264, 102, 90_000, 0, fmtp)
        }
    };
    let feedback = |parameter: &str| RTCPFeedback { typ: "nack".to_owned(), parameter: parameter.to_owned() };
    let rtcp_feedback = match (kind, manner) {
        (Kind::Video, Manner::Browser | Manner::Dated) => vec![feedback(""), feedback("pli")],
        (Kind::Audio, _) | (_, Manner::Load) => vec![],
    };
    let rtp_codec = RTCRtpCodec {
        mime_type: mime.to_owned(),
        clock_rate,
        channels,
        sdp_fmtp_line: fmtp.to_owned(),
        rtcp_feedback,
    };
    RTCRtpCodecParameters { rtp_codec, payload_type }
}
