//! Certificate and key files: keys are for their owner alone, and a file is there whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

use super::TlsError;

/// Reads certificates and a key; refuses a key whose file mode has one of the `forbidden` bits.
pub(super) fn read_pair(
    chain: &Path,
    key: &Path,
    forbidden: u32,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
    let mode = fs::metadata(key)
        .map_err(|source| TlsError::Io { path: key.to_owned(), source })?
        .permissions()
        .mode();
    if mode & forbidden != 0 {
        return Err(TlsError::KeyExposed { path: key.to_owned(), mode: mode & 0o777 });
    }
    let unreadable = |path: &Path, why: &dyn std::fmt::Display| TlsError::Unreadable {
        path: path.to_owned(),
        why: why.to_string(),
    };
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(chain).map_err(|e| unreadable(chain, &e))?.collect();
    let certificates = certificates.map_err(|e| unreadable(chain, &e))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| unreadable(key, &e))?;
    Ok((certificates, private))
}

/// Writes a file only its owner may read, complete or not at all.
pub(super) fn write_private(
    path: &Path,
    text: &str,
    place: impl Fn(&Path, &Path) -> io::Result<()>,
) -> Result<(), TlsError> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let attempt = || {
        match fs::remove_file(&temporary) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        place(&temporary, path)
    };
    attempt().map_err(|source| TlsError::Io { path: path.to_owned(), source })
}

pub(super) fn write_public(path: &Path, text: &str) -> Result<(), TlsError> {
    if fs::read_to_string(path).is_ok_and(|kept| kept == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|source| TlsError::Io { path: path.to_owned(), source })
}

/// Gives `made` its final name unless another start was quicker: the first link wins and both read the same authority.
pub(super) fn place_first(made: &Path, wanted: &Path) -> io::Result<()> {
    match fs::hard_link(made, wanted) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => fs::remove_file(made),
    }
}
