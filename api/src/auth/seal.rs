//! Closing what is kept for a while and holds secrets: the stored answer to a sign-in has tokens in it.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, Salt};
use ring::rand::{SecureRandom, SystemRandom};

use crate::problem::ApiError;

/// Opens only with the installation's secret and the very words it was closed with: whoever reads the database alone, or
/// sends another request, reads nothing.
pub struct Seal(Salt);

impl Seal {
    /// From the installation's secret.
    pub fn new(secret: &[u8]) -> Self {
        Self(Salt::new(HKDF_SHA256, secret))
    }

    fn key(&self, words: &[&[u8]]) -> Result<LessSafeKey, ApiError> {
        // Lengths keep one word from running into the next.
        let mut material = Vec::new();
        for word in words {
            material.extend_from_slice(&u64::try_from(word.len()).unwrap_or(u64::MAX).to_be_bytes());
            material.extend_from_slice(word);
        }
        let source = self.0.extract(&material);
        let key = source.expand(&[b"yoban stored answer"], &AES_256_GCM).map(UnboundKey::from);
        key.map(LessSafeKey::new).map_err(|_| ApiError::Internal("no key"))
    }

    /// Closes a text, as hex.
    ///
    /// # Errors
    /// The machine has no randomness.
    pub fn close(&self, words: &[&[u8]], text: &str) -> Result<String, ApiError> {
        let mut nonce = [0_u8; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| ApiError::Internal("no randomness"))?;
        let mut sealed = text.as_bytes().to_vec();
        self.key(words)?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_| ApiError::Internal("cannot seal"))?;
        Ok(nonce.iter().chain(&sealed).map(|byte| format!("{byte:02x}")).collect())
    }

    /// Opens what [`Seal::close`] closed with the same words; none for anything else.
    pub fn open(&self, words: &[&[u8]], closed: &str) -> Option<String> {
        let pairs = closed.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
        let bytes: Option<Vec<u8>> = pairs.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect();
        let bytes = bytes?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.key(words).ok()?.open_in_place(nonce, Aad::empty(), &mut sealed).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_the_same_secret_and_words_alone() {
        let seal = Seal::new(&[7; 32]);
        let words: [&[u8]; 2] = [b"ab", b"c"];
        let closed = seal.close(&words, "秘密").unwrap();
        assert_eq!(seal.open(&words, &closed).as_deref(), Some("秘密"));
        assert_ne!(closed, seal.close(&words, "秘密").unwrap(), "never twice the same");
        assert!(!closed.contains("秘密"));
        assert_eq!(seal.open(&[b"a", b"bc"], &closed), None);
        assert_eq!(Seal::new(&[8; 32]).open(&words, &closed), None);
        let last = closed.len() - 1;
        let other = if closed.ends_with('0') { "1" } else { "0" };
        for broken in ["", "00", "x", &closed[..last], &format!("{}{other}", &closed[..last])] {
            assert_eq!(seal.open(&words, broken), None, "{broken}");
        }
    }
}
