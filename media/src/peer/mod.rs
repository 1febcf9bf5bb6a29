//! One peer connection: the only folder that names the engine. What goes in and comes out are our own values.
//!
//! Measured choices (design/media-browser.md): full ICE with no acceptance waits, AES-GCM alone, no RTX (the engine's
//! receiver would ask for each lost packet until it leaves its window), RTCP handed out by an interceptor of ours.

mod setup;
mod streams;
mod tap;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::BytesMut;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::event::{RTCPeerConnectionEvent, RTCTrackEvent};
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::state::{RTCIceConnectionState, RTCPeerConnectionState};
use rtc::peer_connection::transport::RTCDtlsTransportState;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use rtc::rtp_transceiver::{RTCRtpReceiverId, RTCRtpSenderId};
use rtc::sansio::Protocol;
use rtc::shared::error::Error as EngineError;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use rtc::statistics::StatsSelector;

use crate::error::MediaError;
use crate::negotiate::Checked;
use crate::room::forward::{Kind, Packet, VideoCodec};
use crate::shard::demux::{self, Class, Path};
use crate::shard::socket::Way;
use setup::mime;
use streams::{Admitted, Stream};

/// DTLS datagrams kept while ICE has not yet selected a pair, so that the first ClientHello is not lost.
const EARLY: usize = 8;

/// What every peer of this node shares.
#[derive(Debug, Clone)]
pub(crate) struct Local {
    /// Our addresses with their port, the one to prefer first.
    pub(crate) candidates: Vec<SocketAddr>,
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
    admitted: Admitted,
    early: VecDeque<(Way, BytesMut)>,
    lines: Vec<[Option<Out>; 2]>,
    streams: HashMap<String, In>,
    video_ssrc: Option<(u32, RTCRtpReceiverId)>,
    connected: bool,
    closed: bool,
    cipher: String,
    pub(crate) counters: Counters,
}

impl Peer {
    /// ufrag and password the peer's checks carry.
    pub(crate) fn credentials(&self) -> (&str, &str) {
        (&self.ufrag, &self.password)
    }

    /// The client's answer to our offer.
    pub(crate) fn answer(&mut self, now: Instant, answer: Checked) -> Result<(), MediaError> {
        self.admitted.announced(&answer.sdp);
        let description = RTCSessionDescription::answer(answer.sdp).map_err(refused)?;
        self.engine.set_remote_description(now, description).map_err(refused)?;
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
    pub(crate) fn receive(&mut self, now: Instant, from: Way, datagram: BytesMut) {
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

    fn feed(&mut self, now: Instant, from: Way, class: Class, message: BytesMut) {
        // Before there are keys the engine keeps nothing.
        let stream = Stream::of(&message).filter(|_| class == Class::Media && self.connected);
        if stream.is_some_and(|stream| !self.admitted.admits(stream)) {
            return;
        }
        let before = self.authentic.load(Ordering::Relaxed);
        let Way { ours, theirs } = self.path.inbound(from, class);
        let transport = TransportContext {
            local_addr: ours,
            peer_addr: theirs,
            ecn: None,
            transport_protocol: TransportProtocol::UDP,
        };
        // An error here is the peer's mistake (bad DTLS record, forged SRTP): it is dropped and harms nobody.
        if let Err(error) = self.engine.handle_read(TaggedBytesMut { now, transport, message }) {
            tracing::trace!(%error, "datagram dropped");
        }
        let proof = class == Class::Media && self.authentic.load(Ordering::Relaxed) != before;
        if let Some(stream) = stream.filter(|_| proof) {
            self.admitted.proven(stream);
        }
        if proof && self.path.proven(from) {
            self.counters.moved += 1;
        }
    }

    /// Where the peer is now, once that is known.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        self.path.outbound_known().map(|way| way.theirs)
    }

    /// Everything the engine made of its input since the last call.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the engine's enum is open-ended; data channels are refused"
    )]
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

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the engine's enum is open-ended; the rest does not concern us"
    )]
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
                    self.cipher = report.transport().map(|t| t.srtp_cipher.clone()).unwrap_or_default();
                    made.push(Incoming::Connected { gcm: self.cipher.contains("AEAD_AES_128_GCM") });
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
        let kind = if stream.track().kind() == RtpCodecKind::Audio { Kind::Audio } else { Kind::Video };
        let wanted = mime(kind, self.codec);
        let codecs = &stream.get_parameters().rtp_parameters.codecs;
        let payload_types = codecs
            .iter()
            .filter(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(wanted))
            .map(|codec| codec.payload_type)
            .collect();
        self.streams.insert(track, In { kind, receiver, payload_types });
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
            Some(id) => self.engine.rtp_sender(id).and_then(|s| s.transport().map(|t| t.state())),
            None => {
                let any = self.streams.values().next().map(|stream| stream.receiver);
                any.and_then(|id| self.engine.rtp_receiver(id).and_then(|r| r.transport().map(|t| t.state())))
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
        let line =
            pair.and_then(|[audio, video]| if kind == Kind::Audio { audio.as_ref() } else { video.as_ref() });
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
        let packet = rtc::rtp::Packet { header, payload: packet.payload };
        let written = self.engine.rtp_sender(sender).map(|mut sender| sender.write_rtp(now, packet));
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

    /// Whether a picture has ever come from it.
    pub(crate) const fn sends_picture(&self) -> bool {
        self.video_ssrc.is_some()
    }

    /// Asks the peer's encoder for a key frame; nothing happens where no picture has come from it yet.
    pub(crate) fn ask_key_frame(&mut self, now: Instant) {
        let Some((media_ssrc, receiver)) = self.video_ssrc else {
            return;
        };
        let Some(mut receiver) = self.engine.rtp_receiver(receiver) else {
            return;
        };
        let request = PictureLossIndication { sender_ssrc: 1, media_ssrc };
        if receiver.write_rtcp(now, vec![Box::new(request)]).is_ok() {
            self.counters.pli_sent += 1;
        }
    }

    /// Hands every waiting datagram out.
    pub(crate) fn transmit(&mut self, mut send: impl FnMut(Way, &[u8])) {
        while let Some(out) = self.engine.poll_write() {
            let to = Way { ours: out.transport.local_addr, theirs: out.transport.peer_addr };
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

#[cfg(test)]
mod tests;
