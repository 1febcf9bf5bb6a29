//! Which streams a connection may show to the engine, which keeps some hundred bytes for each it ever saw, whether or not
//! what it carried was authentic, until the connection ends.

use std::collections::HashSet;

use crate::negotiate;

/// Streams nothing authentic came of yet. One person sends two, their reports bear two or three more names, and a track that
/// is made anew is another. More: whoever can write our port makes us keep more; fewer: a client of many names is not heard.
const STRANGERS: usize = 32;
/// Streams altogether.
const ALL: usize = 256;

/// What a packet says it belongs to: RTP and RTCP are counted apart, as the engine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Stream {
    report: bool,
    ssrc: u32,
}

impl Stream {
    /// By RFC 3550 and RFC 5761; none of what is too short to be either.
    pub(super) fn of(datagram: &[u8]) -> Option<Self> {
        let report = matches!(datagram.get(1)?, 192..=223);
        let at = if report { 4 } else { 8 };
        let ssrc = u32::from_be_bytes(datagram.get(at..at + 4)?.try_into().ok()?);
        Some(Self { report, ssrc })
    }
}

/// The streams of one connection.
#[derive(Debug, Default)]
pub(super) struct Admitted {
    known: HashSet<Stream>,
    strangers: HashSet<Stream>,
}

impl Admitted {
    /// The client's description names these. They cannot be kept out by packets that somebody forged.
    pub(super) fn announced(&mut self, sdp: &str) {
        let lines =
            sdp.lines().filter_map(|line| line.strip_prefix("a=ssrc:")?.split(' ').next()?.parse().ok());
        let both =
            lines.take(negotiate::MAX_SSRC_LINES).flat_map(|ssrc| [true, false].map(|report| (report, ssrc)));
        self.known.extend(both.map(|(report, ssrc)| Stream { report, ssrc }));
    }

    /// Whether the engine may see it.
    pub(super) fn admits(&mut self, stream: Stream) -> bool {
        if self.known.contains(&stream) || self.strangers.contains(&stream) {
            return true;
        }
        let room = self.strangers.len() < STRANGERS && self.known.len() + self.strangers.len() < ALL;
        room && self.strangers.insert(stream)
    }

    /// Something authentic came of it.
    pub(super) fn proven(&mut self, stream: Stream) {
        if self.strangers.remove(&stream) {
            self.known.insert(stream);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.known.len() + self.strangers.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rtp(ssrc: u32) -> Stream {
        let mut datagram = [0; 12];
        (datagram[0], datagram[1]) = (0x80, 111);
        datagram[8..].copy_from_slice(&ssrc.to_be_bytes());
        Stream::of(&datagram).unwrap()
    }

    #[test]
    fn a_report_is_named_by_its_fifth_byte_and_what_is_cut_by_nothing() {
        let report = [0x81, 201, 0, 7, 1, 2, 3, 4];
        assert_eq!(Stream::of(&report), Some(Stream { report: true, ssrc: 0x0102_0304 }));
        assert_eq!(rtp(5), Stream { report: false, ssrc: 5 });
        assert_eq!(Stream::of(&report[..7]), None);
        assert_eq!(Stream::of(&[0x80, 111, 0, 0, 0, 0, 0, 0, 1, 2, 3]), None);
    }

    #[test]
    fn so_many_strangers_and_no_more_until_one_of_them_proves_itself() {
        let mut admitted = Admitted::default();
        admitted.announced("v=0\r\na=ssrc:900 cname:x\r\na=ssrc:x\r\n");
        let strangers = u32::try_from(STRANGERS).unwrap();
        assert!((0..strangers).all(|n| admitted.admits(rtp(n))));
        assert!(!admitted.admits(rtp(strangers)) && admitted.admits(rtp(0)));
        assert!(admitted.admits(rtp(900)), "what was announced needs no room");
        admitted.proven(rtp(7));
        assert!(admitted.admits(rtp(strangers)) && admitted.admits(rtp(7)));
        assert!(!admitted.admits(rtp(strangers + 1)));
    }

    #[test]
    fn also_one_who_proves_each_of_them_has_so_many_and_no_more() {
        let mut admitted = Admitted::default();
        for n in 0..10_000 {
            if admitted.admits(rtp(n)) {
                admitted.proven(rtp(n));
            }
        }
        assert_eq!(admitted.len(), ALL);
    }
}
