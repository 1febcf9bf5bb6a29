//! The one source of chance of the district: everything is drawn by a seed and the name of what is drawn, so that the
//! same seed gives the same district, and one thing more leaves all others as they were.

use ring::digest::{SHA256, digest};

/// Draws by seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seed(pub(super) u64);

impl Seed {
    /// 32 bytes for a name.
    pub(super) fn bytes(self, what: &str) -> [u8; 32] {
        let sum = digest(&SHA256, format!("yoban demo district/{}/{what}", self.0).as_bytes());
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(sum.as_ref()) {
            *to = *from;
        }
        bytes
    }

    /// A number below `end`, which is not 0.
    pub(super) fn below(self, what: &str, end: u64) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.bytes(what);
        u64::from_le_bytes([a, b, c, d, e, f, g, h]) % end.max(1)
    }

    /// All of `pool` in an order of this seed's own: whoever takes them one by one meets none twice.
    pub(super) fn shuffled<T: Copy>(self, what: &str, pool: &[T]) -> Vec<T> {
        let mut keyed: Vec<([u8; 32], T)> =
            pool.iter().enumerate().map(|(n, item)| (self.bytes(&format!("{what}/{n}")), *item)).collect();
        keyed.sort_by_key(|(key, _)| *key);
        keyed.into_iter().map(|(_, item)| item).collect()
    }
}
