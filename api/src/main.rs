//! The Yoban server.

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use yoban_api::command::{Cli, run};

/// What is logged unless `YOBAN_LOG` says otherwise. Parts of the WebRTC family warn of what is no trouble, once for each
/// datagram, and would bury what is: `rtc_ice::agent` that there is nobody to check yet (we take no candidates from
/// descriptions, a peer is found by its own checks), the peer connection of every packet that it could not use (a check
/// that came before the answer, a forged one: whoever sends those must not fill the log), and the DTLS hello that it skips
/// an extension it does not know (`encrypt_then_mac`, of no use with AES-GCM), as TLS demands. Their errors stay;
/// `YOBAN_LOG=debug` shows all.
const USUAL: &str = "warn,yoban=info,rtc_ice::agent=error,rtc::peer_connection::handler=error,\
                     rtc_dtls::handshake::handshake_message_client_hello=error";

fn main() -> ExitCode {
    yoban_api::tls::install_provider();
    let filter = EnvFilter::try_from_env("YOBAN_LOG").unwrap_or_else(|_| EnvFilter::new(USUAL));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "no runtime");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(run(Cli::parse()))
}
