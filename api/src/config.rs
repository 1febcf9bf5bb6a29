//! How the server is started: command line over environment over default, checked once.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;
use yoban_media::recording::RecordingConfig;

use crate::addresses::{Reach, demo_bind_allowed, demo_lan, lan_addresses, reach};

/// What `yoban serve` is told.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Folder for database, certificate and recordings.
    #[arg(long, env = "YOBAN_DATA", default_value = "var/data")]
    pub data: PathBuf,
    /// `postgres://…`; without it an embedded database in the data folder.
    #[arg(long, env = "YOBAN_DATABASE")]
    pub database: Option<String>,
    /// Load the fictitious district. Refuses wildcard and public addresses.
    #[arg(long, env = "YOBAN_DEMO")]
    pub demo: bool,
    /// Demo mode alone: another fictitious district, with other people. Data keep the district they began with.
    #[arg(long, env = "YOBAN_DEMO_SEED", requires = "demo")]
    pub demo_seed: Option<u64>,
    /// TCP port for HTTPS and sockets, and UDP port for all media. 0 takes free ones.
    #[arg(long, env = "YOBAN_PORT", default_value_t = 8443)]
    pub port: u16,
    /// TCP port for plain HTTP: everything on loopback, only `/trust` elsewhere. 0 takes a free one.
    #[arg(long, env = "YOBAN_HTTP_PORT", default_value_t = 8080)]
    pub http_port: u16,
    /// Addresses to listen on beside loopback: `auto` (this machine's LAN addresses), `none`, or a list.
    #[arg(long, env = "YOBAN_LISTEN", default_value = "auto")]
    pub listen: String,
    /// An own certificate chain, PEM; with --key. Without it a development authority is made.
    #[arg(long, env = "YOBAN_CERTIFICATE", requires = "key")]
    pub certificate: Option<PathBuf>,
    /// The certificate's key, PEM.
    #[arg(long, env = "YOBAN_KEY", requires = "certificate")]
    pub key: Option<PathBuf>,
    /// Recording stops, and none begins, while less than so many MiB are free: the database lies on the same disk and needs
    /// them. 0 where recordings have a disk of their own.
    #[arg(long, env = "YOBAN_KEEP_FREE", value_name = "MIB", default_value_t = RecordingConfig::KEEP_FREE >> 20)]
    pub keep_free: u64,
    /// Name of this node in leases.
    #[arg(long, env = "YOBAN_NODE", default_value = "node-1")]
    pub node: String,
    /// Writes `{"http":…,"https":…,"udp":…}` (port numbers) here once all of them listen; for programs that start
    /// this one.
    #[arg(long, env = "YOBAN_READY_FILE", hide = true)]
    pub ready_file: Option<PathBuf>,
    /// Demo mode alone: rings, reminders and the time to take an end back pass this many times faster, so that a test
    /// can wait until nobody answered.
    #[arg(long, env = "YOBAN_DEMO_HURRY", hide = true, requires = "demo", default_value_t = 1,
        value_parser = clap::value_parser!(u8).range(1..=100))]
    pub demo_hurry: u8,
    /// Demo mode alone: so many patients more, each with a tablet, to see how a whole town's tablets weigh.
    #[arg(long, env = "YOBAN_DEMO_TABLETS", hide = true, requires = "demo", default_value_t = 0)]
    pub demo_tablets: u16,
}

/// Why the options make no sense, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BadOptions {
    /// Demo mode with an address that strangers reach.
    #[error("{0}")]
    Refused(String),
    /// All addresses at once, or nobody's own.
    #[error(
        "--listen: {0} は一台の機械のアドレスではありません。この機械のアドレスを一つずつ指定してください。\n\
         --listen: {0} is not the address of one machine. Name this machine's addresses one by one."
    )]
    NotOneAddress(IpAddr),
    /// Not an address.
    #[error(
        "--listen の「{0}」はIPアドレスではありません。auto、none、またはアドレスをカンマ区切りで指定してください。\n\
         --listen: \"{0}\" is no IP address; give auto, none, or addresses separated by commas"
    )]
    NoAddress(String),
}

impl Options {
    /// What is kept free of recordings, in bytes.
    pub const fn keep_free_bytes(&self) -> u64 {
        self.keep_free.saturating_mul(1 << 20)
    }

    /// Where to listen beside loopback.
    ///
    /// # Errors
    /// Not an address, or one that demo mode refuses.
    pub fn lan(&self) -> Result<Vec<IpAddr>, BadOptions> {
        match self.listen.as_str() {
            "none" => Ok(Vec::new()),
            "auto" => Ok(demo_lan(&lan_addresses().unwrap_or_default())),
            list => {
                let mut all: Vec<IpAddr> = Vec::new();
                for text in list.split(',') {
                    let ip = self.address(text.trim())?;
                    if !all.contains(&ip) {
                        all.push(ip);
                    }
                }
                Ok(all)
            }
        }
    }

    fn address(&self, text: &str) -> Result<IpAddr, BadOptions> {
        let ip: IpAddr = text.parse().map_err(|_| BadOptions::NoAddress(text.to_owned()))?;
        if self.demo {
            demo_bind_allowed(ip)
                .map_err(|why| BadOptions::Refused(format!("{}\n{}", why.ja(), why.en())))?;
        } else if matches!(reach(ip), Reach::Wildcard | Reach::Group) {
            // Phones are told where media listens, and a certificate names it.
            return Err(BadOptions::NotOneAddress(ip));
        }
        Ok(ip)
    }
}
