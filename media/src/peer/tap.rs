//! The interceptor that shows us what the engine keeps to itself.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use rtc::interceptor::{
    Attribute, AttributedPacket, Interceptor, Packet as AnyPacket, StreamInfo, TaggedPacket,
};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::sender_report::SenderReport;
use rtc::sansio::Protocol;
use rtc::shared::error::Error as EngineError;

/// Counts authenticated packets and hands key-frame requests and sender reports to us, each alone: the engine looks at
/// the first packet of a compound only and would drop a PLI behind an empty receiver report.
pub(super) struct Tap {
    authentic: Arc<AtomicU64>,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl Tap {
    pub(super) fn new(authentic: Arc<AtomicU64>) -> Self {
        Self { authentic, read: VecDeque::new(), write: VecDeque::new() }
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
            self.read.push_back(TaggedPacket { now: tagged.now, transport: tagged.transport, message });
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
