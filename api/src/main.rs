//! The Yoban server.

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use yoban_api::command::{Cli, run};

fn main() -> ExitCode {
    yoban_api::tls::install_provider();
    let filter = EnvFilter::try_from_env("YOBAN_LOG").unwrap_or_else(|_| EnvFilter::new("warn,yoban=info"));
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
