//! HTTPS for the server: a development authority of its own, made on first start, or the operator's certificate.
//!
//! The authority may only vouch for private addresses, `localhost`, `.local` and this host's name (RFC 5280 §4.2.1.10
//! name constraints). A phone that trusts it therefore trusts nothing on the internet through it, even if its key leaks.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once, PoisonError, RwLock};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, NameConstraints, SanType,
};
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use yoban_domain::time::{Span, Timestamp};

mod error;
mod facts;
mod files;
mod names;
mod renewal;
#[cfg(test)]
mod tests;

pub use error::TlsError;
pub use facts::{CertificateFacts, fingerprint};
use files::{place_first, read_pair, write_private, write_public};
pub use names::Names;
use names::{dns_name, nameable, permitted};
pub use renewal::Source;

const DAY: Span = Span::minutes(24 * 60);
/// Phones that trusted the authority once should not have to again within the life of the machine.
const AUTHORITY_DAYS: i64 = 3_650;
/// Short, since nobody revokes a development certificate.
const LEAF_DAYS: i64 = 90;
/// Renewal with this much left: a machine that is switched on once a month still never shows an expired one.
const RENEW_BEFORE_DAYS: i64 = 30;
/// Ends the certificate, which `authority.pem` holds before the key.
const END: &str = "-----END CERTIFICATE-----";
/// Certificates start this long ago, so that a tablet whose clock runs behind accepts them.
const BACKDATE: Span = DAY;

/// Installs `ring` as the process-wide crypto provider. Call it first in `main`; further calls do nothing.
/// Two linked providers without an installed one make `rustls` panic on first use.
pub fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Err means that one is installed already; our own configurations name `ring` themselves anyway.
        let _ = ring::default_provider().install_default();
    });
}

/// The development authority and the server certificate it signed, both kept in one folder (mode 0700):
/// `authority.pem` (certificate and key, 0600), `authority.crt` (for phones), `leaf.pem` (0600).
pub struct Development {
    folder: PathBuf,
    issuer: Issuer<'static, KeyPair>,
    authority: CertificateDer<'static>,
    authority_pem: String,
    authority_facts: CertificateFacts,
    current: Arc<Current>,
}

/// The certificate shown to the next client. The lock is held for the copy of one pointer.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl Current {
    fn get(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.get())
    }
}

impl Development {
    /// Loads the authority and the server certificate from `folder`, making or renewing what is missing.
    ///
    /// # Errors
    /// The folder cannot be written, a file is not what it should be, others may read a key, or the clock lies
    /// outside of the authority's ten years.
    pub fn open(folder: &Path, names: &Names, now: Timestamp) -> Result<Self, TlsError> {
        let io = |source| TlsError::Io { path: folder.to_owned(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(io)?;
        let path = folder.join("authority.pem");
        if !path.exists() {
            make_authority(&path, names, now)?;
        }
        let (authority, key) = read_pair(&path, &path, 0o077)?;
        let authority = authority.into_iter().next().ok_or(TlsError::NoCertificate { path: path.clone() })?;
        let authority_facts = CertificateFacts::of(&authority, &path)?;
        if !authority_facts.valid_at(now) {
            return Err(TlsError::OutOfTime { path, facts: Box::new(authority_facts), now });
        }
        let text = fs::read_to_string(&path).map_err(io)?;
        let authority_pem: String = text.split_inclusive(END).take(1).chain(["\n"]).collect();
        write_public(&folder.join("authority.crt"), &authority_pem)?;
        let key = KeyPair::try_from(&key)?;
        let issuer = Issuer::from_ca_cert_der(&authority, key)?;
        let leaf = match certified(folder, &authority, &authority_facts, names, now)? {
            Some(kept) => kept,
            None => issue(folder, &issuer, &authority_facts, names, now)?,
        };
        let current = Arc::new(Current(RwLock::new(Arc::new(leaf))));
        Ok(Self { folder: folder.to_owned(), issuer, authority, authority_pem, authority_facts, current })
    }

    /// Renews the server certificate when its time runs out or the machine's names changed; open connections keep
    /// theirs, new ones see the new. Returns whether it was renewed.
    ///
    /// # Errors
    /// As [`Development::open`]; the certificate in use stays.
    pub fn refresh(&self, names: &Names, now: Timestamp) -> Result<bool, TlsError> {
        if certified(&self.folder, &self.authority, &self.authority_facts, names, now)?.is_some() {
            return Ok(false);
        }
        let fresh = issue(&self.folder, &self.issuer, &self.authority_facts, names, now)?;
        *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        Ok(true)
    }

    /// The configuration for a listener; it follows every [`Development::refresh`].
    ///
    /// # Errors
    /// The TLS library refuses its own defaults.
    pub fn server_config(&self) -> Result<Arc<ServerConfig>, TlsError> {
        server_config(Arc::clone(&self.current) as Arc<dyn ResolvesServerCert>)
    }

    /// The authority's certificate as a phone wants it (`application/x-x509-ca-cert`).
    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// The authority: its SHA-256 is printed in the terminal and compared on the phone.
    pub const fn authority(&self) -> &CertificateFacts {
        &self.authority_facts
    }

    /// What the server certificate in use says.
    ///
    /// # Errors
    /// It cannot be read back.
    pub fn leaf(&self) -> Result<CertificateFacts, TlsError> {
        let path = self.folder.join("leaf.pem");
        let shown = self.current.get();
        let der = shown.cert.first().ok_or(TlsError::NoCertificate { path: path.clone() })?;
        CertificateFacts::of(der, &path)
    }
}

/// An operator's own certificate chain and key, both PEM.
///
/// # Errors
/// A file is missing or not PEM, everybody may read the key, the two do not belong together, or it is out of time.
pub fn own(
    chain: &Path,
    key: &Path,
    now: Timestamp,
) -> Result<(Arc<ServerConfig>, CertificateFacts), TlsError> {
    let (certificates, private) = read_pair(chain, key, 0o007)?;
    let facts = match certificates.first() {
        Some(first) => CertificateFacts::of(first, chain)?,
        None => {
            return Err(TlsError::NoCertificate { path: chain.to_owned() });
        }
    };
    if !facts.valid_at(now) {
        return Err(TlsError::OutOfTime { path: chain.to_owned(), facts: Box::new(facts), now });
    }
    let pair = CertifiedKey::from_der(certificates, private, &ring::default_provider())?;
    let config = server_config(Arc::new(Current(RwLock::new(Arc::new(pair)))))?;
    Ok((config, facts))
}

fn server_config(resolver: Arc<dyn ResolvesServerCert>) -> Result<Arc<ServerConfig>, TlsError> {
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn make_authority(path: &Path, names: &Names, now: Timestamp) -> Result<(), TlsError> {
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let host = names.host.as_deref().and_then(dns_name).unwrap_or_else(|| "localhost".to_owned());
    let day: String = now.rfc3339().chars().take(10).collect();
    let mut params = CertificateParams::default();
    lifetime(&mut params, now, now.plus(days(AUTHORITY_DAYS)));
    params.distinguished_name.push(DnType::OrganizationName, "Yoban");
    params
        .distinguished_name
        .push(DnType::CommonName, format!("Yoban development authority ({host}, {day})"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: permitted(&host), excluded_subtrees: vec![] });
    let certificate = params.self_signed(&key)?;
    let text = format!("{}{}", certificate.pem(), key.serialize_pem());
    write_private(path, &text, place_first)
}

/// The kept server certificate if it still serves: signed by this authority, enough time left, all names in it.
fn certified(
    folder: &Path,
    authority: &CertificateDer<'_>,
    authority_facts: &CertificateFacts,
    names: &Names,
    now: Timestamp,
) -> Result<Option<CertifiedKey>, TlsError> {
    let path = folder.join("leaf.pem");
    if !path.exists() {
        return Ok(None);
    }
    let (chain, key) = read_pair(&path, &path, 0o077)?;
    let Some(first) = chain.first() else {
        return Ok(None);
    };
    let facts = CertificateFacts::of(first, &path)?;
    let (dns, ips) = nameable(authority_facts, names);
    let enough_time = now >= facts.not_before && now < facts.not_after.minus(days(RENEW_BEFORE_DAYS));
    let all_names = dns.iter().all(|n| facts.dns.contains(n)) && ips.iter().all(|ip| facts.ips.contains(ip));
    if !enough_time || !all_names || !facts::signed_by(first, authority) {
        return Ok(None);
    }
    Ok(Some(CertifiedKey::from_der(chain, key, &ring::default_provider())?))
}

fn issue(
    folder: &Path,
    issuer: &Issuer<'static, KeyPair>,
    authority: &CertificateFacts,
    names: &Names,
    now: Timestamp,
) -> Result<CertifiedKey, TlsError> {
    let (dns, ips) = nameable(authority, names);
    let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(dns)?;
    params.subject_alt_names.extend(ips.into_iter().map(SanType::IpAddress));
    // The backdated day counts: browsers measure a certificate's life from its own first day.
    lifetime(&mut params, now, now.minus(BACKDATE).plus(days(LEAF_DAYS)).min(authority.not_after));
    params.distinguished_name.push(DnType::CommonName, "Yoban");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, issuer)?;
    let text = format!("{}{}", certificate.pem(), key.serialize_pem());
    write_private(&folder.join("leaf.pem"), &text, |made, wanted| fs::rename(made, wanted))?;
    let private =
        PrivateKeyDer::try_from(key.serialize_der()).map_err(|why| TlsError::Library(why.to_owned()))?;
    Ok(CertifiedKey::from_der(vec![certificate.der().clone()], private, &ring::default_provider())?)
}

fn lifetime(params: &mut CertificateParams, now: Timestamp, until: Timestamp) {
    let at = |t: Timestamp| {
        rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(u64::try_from(t.0 / 1_000).unwrap_or(0))
    };
    params.not_before = at(now.minus(BACKDATE));
    params.not_after = at(until);
    params.distinguished_name = rcgen::DistinguishedName::new();
}

const fn days(n: i64) -> Span {
    Span(DAY.0.saturating_mul(n))
}
