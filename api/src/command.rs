//! The command line.

mod administrator;
mod greeting;
mod serve;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use yoban_signaling::clock::Clock;

use crate::config::Options;

/// Yoban (夜番): after-hours home care by video.
#[derive(Parser)]
#[command(name = "yoban", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until Ctrl-C.
    Serve(Options),
    /// Look whether the server can start here, and say what to do.
    Preflight(Options),
    /// Make the code with which the first administrator is registered.
    Bootstrap(Options),
    /// Register the first administrator with that code.
    Administrator(administrator::Administrator),
    /// Print the contract (OpenAPI).
    Openapi,
}

/// Runs the command; the exit code says whether it worked.
pub async fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Serve(options) => serve::serve(&options).await,
        Command::Preflight(options) => serve::preflight(&options, &Clock::System),
        Command::Bootstrap(options) => administrator::bootstrap(&options, &Clock::System).await,
        Command::Administrator(given) => administrator::register(&given, &Clock::System).await,
        Command::Openapi => crate::openapi::text().map_err(|e| e.to_string()).and_then(|text| say(&text)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            // A terminal that is gone cannot be told.
            let _gone = writeln!(std::io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}

/// Prints to the terminal.
pub(crate) fn say(text: &str) -> Result<(), String> {
    std::io::stdout().write_all(text.as_bytes()).map_err(|e| e.to_string())
}
