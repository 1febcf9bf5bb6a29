//! `yoban preflight`: is this machine ready for tonight, and if not, what to do. [`judge`] is a pure function of
//! [`Facts`]; [`gather`] asks the machine.

use std::net::SocketAddr;

use yoban_domain::time::{Span, Timestamp};

use crate::addresses::LanAddress;
use crate::tls::{CertificateFacts, Names};

mod checks;
mod gather;
#[cfg(test)]
mod tests;
mod text;

use checks::{addresses, bind, certificate, clock, disk, files, memory, port, storage, udp_buffer};
pub use gather::{Ask, gather};
pub use text::{Language, render};

/// What the media socket asks for. Larger absorbs longer pauses of the machine and costs kernel memory.
pub const UDP_BUFFER_WANTED: usize = 4 << 20;

/// How a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// The server starts, but something will hurt.
    Warn,
    /// The server cannot do its work.
    Block,
}

/// One line for a person: what was looked at, what is so, what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable, for scripts and documents.
    pub code: &'static str,
    /// How it weighs.
    pub level: Level,
    /// What is so, in Japanese; the part before `：` is its label.
    pub ja: String,
    /// What is so, in English; the part before `:` is its label.
    pub en: String,
    /// What to do, Japanese and English; None when all is well.
    pub next: Option<(String, String)>,
}

/// TCP or UDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// HTTPS, WebSocket, `/trust`.
    Tcp,
    /// Media.
    Udp,
}

/// What came of trying to listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortState {
    /// It worked; the port was released again.
    Free,
    /// Another program has it.
    Busy,
    /// Not allowed (ports below 1024).
    Denied,
    /// The address is not this machine's.
    NotOurs,
    /// Another reason.
    Failed,
}

/// A port we want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// TCP or UDP.
    pub transport: Transport,
    /// Address and number.
    pub at: SocketAddr,
    /// Whether we got it.
    pub state: PortState,
}

/// Everything the judgement needs; no clock and no system call beyond this point.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Demo mode: people come in by link.
    pub demo: bool,
    /// The ports, each tried.
    pub ports: Vec<Port>,
    /// Addresses on networks; None when the system does not tell.
    pub lan: Option<Vec<LanAddress>>,
    /// What the certificate should name.
    pub names: Names,
    /// The server's certificate; None when none was made yet (the first start makes one); Err when it is unusable.
    pub certificate: Option<Result<CertificateFacts, String>>,
    /// The clock.
    pub now: Timestamp,
    /// When this program was built or installed (its file's time).
    pub built: Option<Timestamp>,
    /// The newest file in the data folder.
    pub newest_file: Option<Timestamp>,
    /// How far the wall clock moved against the monotonic clock while we looked.
    pub clock_step: Span,
    /// Free bytes where the data folder is.
    pub disk_free: Option<u64>,
    /// Nothing is recorded while less than so many bytes are free.
    pub keep_free: u64,
    /// Whether a file could be written there; Err says why.
    pub writable: Result<(), String>,
    /// Receive buffer of a UDP socket after asking for [`UDP_BUFFER_WANTED`], in bytes as the system counts them.
    pub udp_buffer: Option<usize>,
    /// Memory that programs can still get, in bytes.
    pub memory: Option<u64>,
    /// How many files this process may open; None = no limit.
    pub files: Option<u64>,
}

/// Looks at everything, in the order in which a person would repair it.
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let mut all = vec![storage(facts), disk(facts), clock(facts), addresses(facts)];
    all.extend(facts.ports.iter().map(port));
    if facts.demo {
        all.extend(facts.ports.iter().filter_map(|p| bind(p.at.ip())));
    }
    all.push(certificate(facts));
    all.push(udp_buffer(facts));
    all.push(memory(facts));
    all.push(files(facts));
    // One refusal per address is enough, whatever number of ports it has.
    let mut seen: Vec<Finding> = Vec::new();
    all.retain(|f| {
        !seen.contains(f) && {
            seen.push(f.clone());
            true
        }
    });
    all
}

/// Whether the server must not be started.
pub fn blocked(findings: &[Finding]) -> bool {
    findings.iter().any(|f| f.level == Level::Block)
}
