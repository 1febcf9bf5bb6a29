//! Reading certificates: validity, names, fingerprint.

use std::net::IpAddr;
use std::path::Path;

use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;
use yoban_domain::time::Timestamp;

use super::TlsError;

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFacts {
    /// Valid from, whole seconds.
    pub not_before: Timestamp,
    /// Valid until, whole seconds.
    pub not_after: Timestamp,
    /// DNS names it is for.
    pub dns: Vec<String>,
    /// Addresses it is for.
    pub ips: Vec<IpAddr>,
    /// Whether it may sign others.
    pub is_authority: bool,
    /// DNS names (and what lies under them) that an authority may vouch for; empty when it is not limited.
    pub permitted_dns: Vec<String>,
    /// SHA-256 in the form of [`fingerprint`].
    pub fingerprint: String,
}

impl CertificateFacts {
    /// Reads a certificate; `path` is for the error alone.
    ///
    /// # Errors
    /// It is not an X.509 certificate.
    pub fn of(der: &CertificateDer<'_>, path: &Path) -> Result<Self, TlsError> {
        let bad = |why: String| TlsError::Unreadable { path: path.to_owned(), why };
        let (_, x509) = X509Certificate::from_der(der).map_err(|e| bad(e.to_string()))?;
        let mut dns = Vec::new();
        let mut ips = Vec::new();
        if let Some(names) = x509.subject_alternative_name().map_err(|e| bad(e.to_string()))? {
            for name in &names.value.general_names {
                if let GeneralName::DNSName(text) = name {
                    dns.push(text.to_ascii_lowercase());
                } else if let GeneralName::IPAddress(bytes) = name {
                    ips.extend(address(bytes));
                }
            }
        }
        let limits = x509.name_constraints().map_err(|e| bad(e.to_string()))?;
        let permitted = limits.and_then(|l| l.value.permitted_subtrees.as_ref()).into_iter().flatten();
        let permitted_dns = permitted
            .filter_map(|tree| {
                if let GeneralName::DNSName(text) = tree.base {
                    Some(text.to_ascii_lowercase())
                } else {
                    None
                }
            })
            .collect();
        let validity = x509.validity();
        let seconds = |s: i64| Timestamp(s.saturating_mul(1_000));
        Ok(Self {
            not_before: seconds(validity.not_before.timestamp()),
            not_after: seconds(validity.not_after.timestamp()),
            dns,
            ips,
            is_authority: x509.is_ca(),
            permitted_dns,
            fingerprint: fingerprint(der),
        })
    }

    /// Whether `now` lies within its validity.
    pub fn valid_at(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(v4) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::from(v4));
    }
    <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)
}

/// SHA-256 of the whole certificate as phones and browsers show it: `AB:CD:…`, 32 pairs.
pub fn fingerprint(der: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, der);
    let pairs: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    pairs.join(":")
}

/// Whether `leaf` bears a signature of `authority`.
pub(super) fn signed_by(leaf: &CertificateDer<'_>, authority: &CertificateDer<'_>) -> bool {
    let (Ok((_, leaf)), Ok((_, authority))) =
        (X509Certificate::from_der(leaf), X509Certificate::from_der(authority))
    else {
        return false;
    };
    leaf.verify_signature(Some(authority.public_key())).is_ok()
}
