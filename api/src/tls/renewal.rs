//! The certificate stays good while the server runs: ours is renewed, the operator's is read again when its file changed.

use std::net::IpAddr;
use std::path::PathBuf;

use axum_server::tls_rustls::RustlsConfig;
use yoban_domain::time::{Span, Timestamp};
use yoban_signaling::clock::Clock;

use super::{Development, Names, TlsError, own};

/// How often it is looked at. An operator's renewed certificate is shown this soon.
const EVERY: Span = Span::minutes(60);

/// Where the shown certificate comes from.
pub enum Source {
    /// Signed by the development authority, for these addresses.
    Development(Box<Development>, Vec<IpAddr>),
    /// The operator's files.
    Own {
        /// The chain.
        chain: PathBuf,
        /// Its key.
        key: PathBuf,
        /// Of the certificate that is shown.
        fingerprint: String,
    },
}

impl Source {
    /// Looks once; true when listeners show another certificate from now on.
    fn look(&mut self, shown: &RustlsConfig, now: Timestamp) -> Result<bool, TlsError> {
        match self {
            Self::Development(made, addresses) => {
                made.refresh(&Names::of_this_machine(addresses.clone()), now)
            }
            Self::Own { chain, key, fingerprint } => {
                let (config, facts) = own(chain, key, now)?;
                if facts.fingerprint == *fingerprint {
                    return Ok(false);
                }
                shown.reload_from_config(config);
                *fingerprint = facts.fingerprint;
                Ok(true)
            }
        }
    }

    /// Looks every hour, for ever. What cannot be renewed is told each time, and the certificate in use stays.
    pub async fn keep(mut self, shown: RustlsConfig, clock: Clock) {
        loop {
            clock.until(clock.now().plus(EVERY)).await;
            match self.look(&shown, clock.now()) {
                Ok(false) => {}
                Ok(true) => tracing::info!("the certificate was renewed"),
                Err(error) => tracing::error!(%error, "the certificate could not be renewed"),
            }
        }
    }
}
