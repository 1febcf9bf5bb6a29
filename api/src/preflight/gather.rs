//! Asks the machine. Nothing is decided here.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::time::{Instant, UNIX_EPOCH};

use yoban_domain::time::{Span, Timestamp};

use super::{Facts, Port, PortState, Transport, UDP_BUFFER_WANTED};
use crate::addresses::lan_addresses;
use crate::listening::allow_files;
use crate::tls::{CertificateFacts, Names};

/// Files looked at for their time; a data folder of a year must not make preflight slow.
const FILES_LOOKED_AT: usize = 2_000;

/// What to ask for.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Demo mode.
    pub demo: bool,
    /// Where HTTPS and plain HTTP listen.
    pub tcp: Vec<SocketAddr>,
    /// Where media listens.
    pub udp: Vec<SocketAddr>,
    /// The data folder.
    pub data: PathBuf,
    /// Nothing is recorded while less than so many bytes are free.
    pub keep_free: u64,
    /// What the certificate should name.
    pub names: Names,
    /// The certificate, as the caller loaded it; see [`Facts::certificate`].
    pub certificate: Option<Result<CertificateFacts, String>>,
}

/// Gathers the facts; `clock` is the program's one clock. Ports are opened and released, one small file is written to
/// the data folder (made when missing) and removed.
pub fn gather(ask: Ask, clock: &dyn Fn() -> Timestamp) -> Facts {
    let (wall, steady) = (clock(), Instant::now());
    let tcp = ask.tcp.iter().map(|at| Port {
        transport: Transport::Tcp,
        at: *at,
        state: state(TcpListener::bind(at)),
    });
    let udp = ask.udp.iter().map(|at| Port {
        transport: Transport::Udp,
        at: *at,
        state: state(UdpSocket::bind(at)),
    });
    let ports = tcp.chain(udp).collect();
    // Before the probe below: its own file would be the newest.
    let newest_file = newest(&ask.data);
    let writable = write_probe(&ask.data).map_err(|e| e.to_string());
    let lan = lan_addresses().ok();
    let disk_free = rustix::fs::statvfs(&ask.data).ok().map(|fs| fs.f_bavail.saturating_mul(fs.f_frsize));
    let udp_buffer = udp_buffer().ok();
    let built = std::env::current_exe().ok().and_then(|exe| modified(&exe));
    let memory = fs::read_to_string("/proc/meminfo").ok().as_deref().and_then(available);
    let elapsed = i64::try_from(steady.elapsed().as_millis()).unwrap_or(i64::MAX);
    let now = clock();
    Facts {
        demo: ask.demo,
        ports,
        lan,
        names: ask.names,
        certificate: ask.certificate,
        now,
        built,
        newest_file,
        clock_step: Span(now.since(wall).0.saturating_sub(elapsed)),
        disk_free,
        keep_free: ask.keep_free,
        writable,
        udp_buffer,
        memory,
        // As the server asks: what is allowed in words may be refused.
        files: allow_files(),
    }
}

fn state<T>(tried: io::Result<T>) -> PortState {
    match tried.map_err(|e| e.kind()) {
        Ok(_) => PortState::Free,
        Err(io::ErrorKind::AddrInUse) => PortState::Busy,
        Err(io::ErrorKind::PermissionDenied) => PortState::Denied,
        Err(io::ErrorKind::AddrNotAvailable) => PortState::NotOurs,
        Err(_) => PortState::Failed,
    }
}

fn write_probe(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".preflight-{}", std::process::id()));
    let wrote = fs::write(&probe, b"yoban");
    let removed = fs::remove_file(&probe);
    wrote.and(removed)
}

/// The newest file under `folder`, two levels deep: the database and the recordings' folders.
fn newest(folder: &Path) -> Option<Timestamp> {
    let entries = |path: &Path| fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path());
    entries(folder)
        .flat_map(|path| {
            let below: Vec<PathBuf> = if path.is_dir() { entries(&path).collect() } else { vec![path] };
            below
        })
        .take(FILES_LOOKED_AT)
        .filter_map(|path| modified(&path))
        .max()
}

fn modified(path: &Path) -> Option<Timestamp> {
    let age = fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(age.as_millis()).ok().map(Timestamp)
}

fn udp_buffer() -> io::Result<usize> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None)?;
    // A system that refuses the size outright leaves its default, which is what we then report.
    let _ = socket.set_recv_buffer_size(UDP_BUFFER_WANTED);
    socket.recv_buffer_size()
}

/// `MemAvailable` of Linux' `/proc/meminfo`, in bytes.
pub(super) fn available(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib.saturating_mul(1_024))
}
