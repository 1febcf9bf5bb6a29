//! What can be wrong with certificates, and what to do about it.

use std::io;
use std::path::PathBuf;

use yoban_domain::time::Timestamp;

use super::CertificateFacts;

/// Why there is no HTTPS. Every value names the file and the next step.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file or folder cannot be read or written.
    #[error("{path}: {source} — 読み書きの権限を確かめてください / check that it can be read and written")]
    Io {
        /// Which one.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file has no certificate in PEM form.
    #[error("{path}: 証明書（PEM）がありません / holds no PEM certificate")]
    NoCertificate {
        /// Which one.
        path: PathBuf,
    },
    /// The file is not what its name says.
    #[error(
        "{path}: {why} — 直すか、消せば開発用のものは作り直されます / repair it; a development file is made anew when deleted"
    )]
    Unreadable {
        /// Which one.
        path: PathBuf,
        /// What the parser says; never key material.
        why: String,
    },
    /// Others may read a private key.
    #[error(
        "{path}: 秘密鍵を他人が読めます (mode {mode:o})。`chmod 600` を、漏れたおそれがあれば作り直しを / \
         others may read this private key: `chmod 600` it, or make a new one if it may have leaked"
    )]
    KeyExposed {
        /// Which one.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The certificate is not valid at this time: it expired, or a clock is wrong.
    #[error(
        "{path}: いま ({}) は有効期間 {} – {} の外です。時計を確かめ、正しければ証明書を替えてください / \
         now lies outside of its validity: check the clock; if it is right, replace the certificate",
        now.rfc3339(), facts.not_before.rfc3339(), facts.not_after.rfc3339()
    )]
    OutOfTime {
        /// Which one.
        path: PathBuf,
        /// Its validity.
        facts: Box<CertificateFacts>,
        /// What the clock said.
        now: Timestamp,
    },
    /// A certificate could not be made.
    #[error("certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// Certificate and key do not belong together, or TLS refuses them.
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    /// The library gave something it cannot take back.
    #[error("TLS: {0}")]
    Library(String),
}

impl TlsError {
    /// A stable code for logs, tests and documents.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "tls-file",
            Self::NoCertificate { .. } => "tls-no-certificate",
            Self::Unreadable { .. } => "tls-unreadable",
            Self::KeyExposed { .. } => "tls-key-exposed",
            Self::OutOfTime { .. } => "tls-out-of-time",
            Self::Make(_) | Self::Library(_) => "tls-make",
            Self::Tls(_) => "tls-refused",
        }
    }
}
