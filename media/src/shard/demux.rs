//! Whose datagram is this? By source address; for unknown sources by the ufrag of a STUN check, and only after our own
//! MESSAGE-INTEGRITY check (RFC 8489 §14.5). Everything else from unknown sources is dropped unread.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ring::hmac;

use super::socket::Way;

/// Addresses remembered per peer: one per network and family, and a few old ones. The oldest goes first.
const ADDRESSES: usize = 8;
/// Integrity checks of unknown sources per [`CHECK_PERIOD`]. 450 peers re-checking at once stay below it.
const CHECKS: u32 = 500;
const CHECK_PERIOD: Duration = Duration::from_millis(100);

const MAGIC: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const USERNAME: u16 = 0x0006;
const MESSAGE_INTEGRITY: u16 = 0x0008;

/// What kind of datagram, by its first byte (RFC 7983).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    Stun,
    Dtls,
    /// RTP or RTCP.
    Media,
    Other,
}

pub(crate) fn class(datagram: &[u8]) -> Class {
    match datagram.first() {
        Some(0..=3) => Class::Stun,
        Some(20..=63) => Class::Dtls,
        Some(128..=191) => Class::Media,
        _ => Class::Other,
    }
}

/// Answer of [`Demux::find`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found<K> {
    /// From an address whose check passed.
    Peer(K),
    /// A check with good integrity from an address that was not known, or belonged to another peer.
    NewAddress(K),
    Nobody,
}

#[derive(Debug)]
struct Entry {
    key: hmac::Key,
    ufrag: String,
    addresses: Vec<SocketAddr>,
}

/// The table.
#[derive(Debug)]
pub(crate) struct Demux<K> {
    by_address: HashMap<SocketAddr, K>,
    by_ufrag: HashMap<String, K>,
    entries: HashMap<K, Entry>,
    window: Option<Instant>,
    checked: u32,
    /// Datagrams of unknown sources that were dropped.
    pub(crate) strangers: u64,
    /// Checks that named a known ufrag and failed integrity.
    pub(crate) forged: u64,
}

impl<K: Copy + Eq + Hash> Demux<K> {
    pub(crate) fn new() -> Self {
        Self {
            by_address: HashMap::new(),
            by_ufrag: HashMap::new(),
            entries: HashMap::new(),
            window: None,
            checked: 0,
            strangers: 0,
            forged: 0,
        }
    }

    /// A peer of ours with the credentials of its local description. `false`: that ufrag is taken.
    pub(crate) fn add(&mut self, key: K, ufrag: &str, password: &str) -> bool {
        if self.by_ufrag.contains_key(ufrag) {
            return false;
        }
        let hmac = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        self.by_ufrag.insert(ufrag.to_owned(), key);
        self.entries.insert(key, Entry { key: hmac, ufrag: ufrag.to_owned(), addresses: Vec::new() });
        true
    }

    pub(crate) fn remove(&mut self, key: K) {
        let Some(entry) = self.entries.remove(&key) else {
            return;
        };
        self.by_ufrag.remove(&entry.ufrag);
        self.by_address.retain(|_, owner| *owner != key);
    }

    pub(crate) fn find(&mut self, now: Instant, from: SocketAddr, datagram: &[u8]) -> Found<K> {
        let known = self.by_address.get(&from).copied();
        let check = (class(datagram) == Class::Stun).then(|| request_username(datagram)).flatten();
        let Some((username, integrity)) = check else {
            return known.map_or_else(|| self.stranger(), Found::Peer);
        };
        let named = username.split(':').next().and_then(|ufrag| self.by_ufrag.get(ufrag)).copied();
        let Some(named) = named else {
            return self.stranger();
        };
        if known == Some(named) {
            return Found::Peer(named);
        }
        if !self.may_check(now) {
            return self.stranger();
        }
        let Some(entry) = self.entries.get_mut(&named) else {
            return self.stranger();
        };
        if !intact(datagram, integrity, &entry.key) {
            self.forged += 1;
            return self.stranger();
        }
        // The address may have belonged to another connection of the same device: the newest check wins.
        if let Some(before) = self.by_address.insert(from, named)
            && let Some(other) = self.entries.get_mut(&before)
        {
            other.addresses.retain(|address| *address != from);
        }
        if let Some(entry) = self.entries.get_mut(&named) {
            entry.addresses.push(from);
            if entry.addresses.len() > ADDRESSES {
                let oldest = entry.addresses.remove(0);
                self.by_address.remove(&oldest);
            }
        }
        Found::NewAddress(named)
    }

    /// Marks an address as the one in use, so that it is the last to be forgotten.
    pub(crate) fn in_use(&mut self, key: K, address: SocketAddr) {
        if let Some(entry) = self.entries.get_mut(&key)
            && let Some(at) = entry.addresses.iter().position(|known| *known == address)
        {
            entry.addresses.remove(at);
            entry.addresses.push(address);
        }
    }

    fn stranger(&mut self) -> Found<K> {
        self.strangers += 1;
        Found::Nobody
    }

    fn may_check(&mut self, now: Instant) -> bool {
        if self.window.is_none_or(|from| now.saturating_duration_since(from) >= CHECK_PERIOD) {
            self.window = Some(now);
            self.checked = 0;
        }
        self.checked += 1;
        self.checked <= CHECKS
    }
}

/// USERNAME of a binding request and the offset of its MESSAGE-INTEGRITY attribute. `None` for anything else, cut short
/// or with lengths that do not add up.
fn request_username(datagram: &[u8]) -> Option<(&str, usize)> {
    let (head, body) = datagram.split_at_checked(20)?;
    let length = usize::from(u16::from_be_bytes([*head.get(2)?, *head.get(3)?]));
    if head.get(..2)? != [0x00, 0x01] || head.get(4..8)? != MAGIC || length != body.len() {
        return None;
    }
    let mut at = 20;
    let mut username = None;
    while let Some([t0, t1, l0, l1]) = datagram.get(at..at + 4) {
        let (kind, size) = (u16::from_be_bytes([*t0, *t1]), usize::from(u16::from_be_bytes([*l0, *l1])));
        let value = datagram.get(at + 4..at + 4 + size)?;
        match kind {
            USERNAME => username = Some(std::str::from_utf8(value).ok()?),
            MESSAGE_INTEGRITY if size == 20 => return Some((username?, at)),
            _ => {}
        }
        at += 4 + size.div_ceil(4) * 4;
    }
    None
}

/// HMAC-SHA1 over everything before the attribute, with the length field ending at the attribute.
fn intact(datagram: &[u8], attribute: usize, key: &hmac::Key) -> bool {
    let (Some(before), Some(tag)) = (datagram.get(..attribute), datagram.get(attribute + 4..attribute + 24))
    else {
        return false;
    };
    let Ok(length) = u16::try_from(attribute + 24 - 20) else {
        return false;
    };
    let mut signed = before.to_vec();
    if let Some(field) = signed.get_mut(2..4) {
        field.copy_from_slice(&length.to_be_bytes());
    }
    hmac::verify(key, &signed, tag).is_ok()
}

/// Two views of one path: the engine keeps the first way it selected for good, the world moves.
///
/// Inside is what the engine believes; outside is where the peer really is. A new outside is taken only after an
/// authenticated media packet came from it ([`Path::proven`]), so a replayed check alone moves nothing.
#[derive(Debug, Default)]
pub(crate) struct Path {
    inside: Option<Way>,
    outside: Option<Way>,
}

impl Path {
    /// The engine sent something other than STUN this way: it has selected it.
    pub(crate) fn selected(&mut self, way: Way) {
        if self.inside != Some(way) {
            self.inside = Some(way);
            self.outside = Some(way);
        }
    }

    /// Which way the engine shall be told for a datagram that came from `from`.
    pub(crate) fn inbound(&self, from: Way, class: Class) -> Way {
        match (self.inside, self.outside) {
            (Some(inside), Some(outside)) if outside == from || class != Class::Stun => inside,
            _ => from,
        }
    }

    /// Where the peer is, once the engine has selected a pair.
    pub(crate) fn outbound_known(&self) -> Option<Way> {
        self.outside
    }

    /// Where a datagram of the engine really goes.
    pub(crate) fn outbound(&self, to: Way) -> Way {
        match (self.inside, self.outside) {
            (Some(inside), Some(outside)) if inside == to => outside,
            _ => to,
        }
    }

    /// An authenticated media packet came from here. `true`: the peer has moved.
    pub(crate) fn proven(&mut self, from: Way) -> bool {
        let moved = self.inside.is_some() && self.outside != Some(from);
        if moved {
            self.outside = Some(from);
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn way(port: u16) -> Way {
        Way { ours: address(9), theirs: address(port) }
    }

    /// A binding request as RFC 8489 writes it, with a FINGERPRINT-like attribute behind the integrity.
    fn check(username: &str, password: &str) -> Vec<u8> {
        let mut body = Vec::new();
        body.extend(USERNAME.to_be_bytes());
        body.extend(u16::try_from(username.len()).unwrap().to_be_bytes());
        body.extend(username.as_bytes());
        body.resize(body.len().div_ceil(4) * 4, 0);
        let mut message = vec![0, 1];
        message.extend(u16::try_from(body.len() + 24).unwrap().to_be_bytes());
        message.extend(MAGIC);
        message.extend([7; 12]);
        message.extend(&body);
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, password.as_bytes());
        let tag = hmac::sign(&key, &message);
        message.extend(MESSAGE_INTEGRITY.to_be_bytes());
        message.extend(20_u16.to_be_bytes());
        message.extend(tag.as_ref());
        message.extend([0x80, 0x28, 0, 4, 1, 2, 3, 4]);
        let length = u16::try_from(message.len() - 20).unwrap();
        message[2..4].copy_from_slice(&length.to_be_bytes());
        message
    }

    fn table() -> Demux<u8> {
        let mut demux = Demux::new();
        assert!(demux.add(1, "one", "password-of-one"));
        assert!(demux.add(2, "two", "password-of-two"));
        demux
    }

    #[test]
    fn an_address_is_learned_by_a_check_with_the_right_password_only() {
        let (mut demux, now) = (table(), Instant::now());
        let media = [0x80, 96, 0, 0];
        assert_eq!(demux.find(now, address(1), &media), Found::Nobody);
        assert_eq!(demux.find(now, address(1), &check("one:x", "wrong")), Found::Nobody);
        assert_eq!(demux.forged, 1);
        assert_eq!(demux.find(now, address(1), &media), Found::Nobody);
        assert_eq!(demux.find(now, address(1), &check("one:x", "password-of-one")), Found::NewAddress(1));
        assert_eq!(demux.find(now, address(1), &media), Found::Peer(1));
        assert_eq!(demux.find(now, address(2), &check("nobody:x", "password-of-one")), Found::Nobody);
    }

    #[test]
    fn a_check_for_another_peer_moves_the_address_and_removal_forgets_it() {
        let (mut demux, now) = (table(), Instant::now());
        demux.find(now, address(1), &check("one:x", "password-of-one"));
        assert_eq!(demux.find(now, address(1), &check("two:x", "password-of-two")), Found::NewAddress(2));
        assert_eq!(demux.find(now, address(1), &[0x80]), Found::Peer(2));
        demux.remove(2);
        assert_eq!(demux.find(now, address(1), &[0x80]), Found::Nobody);
        assert_eq!(demux.find(now, address(1), &check("two:x", "password-of-two")), Found::Nobody);
        assert!(demux.add(3, "two", "again"));
        assert!(!demux.add(4, "two", "again"));
    }

    #[test]
    fn addresses_of_one_peer_are_bounded_and_the_one_in_use_stays() {
        let (mut demux, now) = (table(), Instant::now());
        demux.find(now, address(1), &check("one:x", "password-of-one"));
        for port in 2..40 {
            demux.find(now, address(port), &check("one:x", "password-of-one"));
            demux.in_use(1, address(1));
        }
        assert_eq!(demux.by_address.len(), ADDRESSES);
        assert_eq!(demux.find(now, address(1), &[0x80]), Found::Peer(1));
        assert_eq!(demux.find(now, address(3), &[0x80]), Found::Nobody);
    }

    #[test]
    fn a_flood_of_forged_checks_costs_a_bounded_number_of_hashes() {
        let (mut demux, now) = (table(), Instant::now());
        for port in 0..2_000 {
            demux.find(now, address(port), &check("one:x", "wrong"));
        }
        assert_eq!(demux.forged, u64::from(CHECKS));
        let later = now + CHECK_PERIOD;
        assert_eq!(demux.find(later, address(9), &check("one:x", "password-of-one")), Found::NewAddress(1));
    }

    #[test]
    fn cut_and_bent_checks_give_an_answer() {
        let (mut demux, now) = (table(), Instant::now());
        let good = check("one:x", "password-of-one");
        for end in 0..good.len() {
            assert_eq!(demux.find(now, address(5), &good[..end]), Found::Nobody, "cut at {end}");
        }
        for at in 0..good.len() - 8 {
            let mut bent = good.clone();
            bent[at] ^= 0xFF;
            let later = now + CHECK_PERIOD * u32::try_from(at + 1).unwrap();
            assert_eq!(demux.find(later, address(6), &bent), Found::Nobody, "bent at {at}");
        }
    }

    #[test]
    fn a_path_moves_when_media_proves_it_and_back_again() {
        let mut path = Path::default();
        assert_eq!(path.inbound(way(1), Class::Media), way(1));
        assert!(!path.proven(way(1)), "nothing is selected yet");
        path.selected(way(1));
        assert_eq!(path.inbound(way(2), Class::Stun), way(2), "a check alone moves nothing");
        assert_eq!(path.outbound(way(1)), way(1));
        assert_eq!(path.inbound(way(2), Class::Media), way(1));
        assert!(path.proven(way(2)));
        assert_eq!(path.outbound(way(1)), way(2));
        assert_eq!(path.inbound(way(2), Class::Stun), way(1));
        assert_eq!(path.outbound(way(3)), way(3));
        path.selected(way(1));
        assert_eq!(path.outbound(way(1)), way(2), "sending on does not move it back");
        assert!(path.proven(way(1)));
        assert_eq!(path.outbound(way(1)), way(1));
        let other = Way { ours: address(10), theirs: address(1) };
        assert_eq!(
            path.inbound(other, Class::Stun),
            other,
            "a check at another address of ours is answered there"
        );
        assert!(path.proven(other), "media may come to another address of ours");
        assert_eq!(path.outbound(way(1)), other);
    }
}
