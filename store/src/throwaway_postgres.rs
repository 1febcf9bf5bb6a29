//! A PostgreSQL server for tests: made in a temporary folder, on a free port of 127.0.0.1, as an unprivileged
//! user, and gone when the test process is, however that ends.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// Attempts to find a port that is still free when the server binds it.
const PORT_ATTEMPTS: u32 = 8;

/// Waits for the test process to end (its end of the pipe closes), then stops the server and removes the
/// folder. A process of its own, because a test process has no moment at which it surely tidies up.
const WATCHDOG: &str = r#"read -r _; "$1/pg_ctl" -D "$2/data" -m immediate -w stop; rm -rf "$2""#;

/// What a commit survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// The end of any process, not of the machine. Fast; for everything but measuring.
    Processes,
    /// Power cuts as well: every commit is flushed to the disk.
    PowerCuts,
}

/// A running server. Dropped, it is stopped and removed.
#[derive(Debug)]
pub struct Cluster {
    bin: PathBuf,
    dir: PathBuf,
    user: Option<User>,
    port: u16,
    watchdog: Child,
    databases: AtomicU32,
}

#[derive(Clone, Copy, Debug)]
struct User {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// Makes and starts a server.
    ///
    /// # Errors
    /// A text that says what is missing and what to do.
    pub fn start(durability: Durability) -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let bin = programs()?;
        let name = format!("yoban-pg-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let dir = std::env::temp_dir().join(name);
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&dir)
            .map_err(|error| format!("cannot make {}: {error}", dir.display()))?;
        let user = unprivileged(&dir)?;
        if let Some(User { uid, gid }) = user {
            chown(&dir, Some(uid), Some(gid))
                .map_err(|error| format!("cannot give the folder away: {error}"))?;
        }
        // From here on the folder is removed whatever happens.
        let watchdog = command(Path::new("/bin/sh"), user, &dir)
            .args(["-c", WATCHDOG, "watchdog"])
            .args([&bin, &dir])
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot start the watchdog: {error}"))?;
        let mut cluster = Self { bin, dir, user, port: 0, watchdog, databases: AtomicU32::new(0) };
        let data = cluster.dir.join("data");
        cluster.run(
            "initdb",
            &["-U", "yoban", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"],
            &[&data],
        )?;
        cluster.configure(&data, durability)?;
        let mut last = String::new();
        for _ in 0..PORT_ATTEMPTS {
            cluster.port = free_port()?;
            match cluster.boot() {
                Ok(()) => return Ok(cluster),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The address of a database of this server; `postgres` is always there.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://yoban@127.0.0.1:{}/{database}", self.port)
    }

    /// The folder that holds everything of this server.
    pub fn folder(&self) -> &Path {
        &self.dir
    }

    /// Makes a new empty database and returns its address.
    ///
    /// # Errors
    /// What `createdb` says.
    pub fn new_database(&self) -> Result<String, String> {
        let name = format!("night_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let port = self.port.to_string();
        self.run("createdb", &["-h", "127.0.0.1", "-U", "yoban", "-p", &port, &name], &[])?;
        Ok(self.url(&name))
    }

    /// Ends the server the hard way, as a crash would, and starts it again on the same port.
    ///
    /// # Errors
    /// What `pg_ctl` says.
    pub fn crash_and_restart(&self) -> Result<(), String> {
        let data = self.dir.join("data");
        self.run("pg_ctl", &["-m", "immediate", "-w", "stop", "-D"], &[&data])?;
        self.boot()
    }

    fn configure(&self, data: &Path, durability: Durability) -> Result<(), String> {
        let flush = match durability {
            Durability::Processes => "fsync = off\nfull_page_writes = off\n",
            Durability::PowerCuts => "fsync = on\n",
        };
        let text = format!(
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nmax_connections = 200\n\
             shared_buffers = 32MB\nmax_wal_size = 256MB\n{flush}",
            self.dir.display()
        );
        std::fs::OpenOptions::new()
            .append(true)
            .open(data.join("postgresql.conf"))
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| format!("cannot write postgresql.conf: {error}"))
    }

    fn boot(&self) -> Result<(), String> {
        let (data, log) = (self.dir.join("data"), self.dir.join("log"));
        let port = format!("-p {}", self.port);
        self.run("pg_ctl", &["-w", "-t", "60", "-o", &port, "start", "-D"], &[&data, Path::new("-l"), &log])
            .map_err(|error| {
                let log = std::fs::read_to_string(log).unwrap_or_default();
                format!("{error}; the server says: {log}")
            })
    }

    fn run(&self, program: &str, words: &[&str], paths: &[&Path]) -> Result<(), String> {
        // Standard output goes nowhere: the server inherits it and would keep a pipe open for ever.
        let messages = self.dir.join(format!("{program}.err"));
        let file = std::fs::File::create(&messages).map_err(|error| format!("{program}: {error}"))?;
        let status = command(&self.bin.join(program), self.user, &self.dir)
            .args(words)
            .args(paths)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .status()
            .map_err(|error| format!("{program} does not start: {error}"))?;
        if status.success() {
            return Ok(());
        }
        Err(format!("{program} failed ({status}): {}", std::fs::read_to_string(messages).unwrap_or_default()))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // It ends by itself: stop, remove, done.
        self.watchdog.wait().map(drop).unwrap_or_default();
    }
}

/// A command as the unprivileged user, without the caller's PG… settings.
fn command(program: &Path, user: Option<User>, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
    if let Some(User { uid, gid }) = user {
        command.uid(uid).gid(gid);
    }
    command
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port on 127.0.0.1: {error}"))
}

/// Where `initdb` and its family live. Debian keeps them out of PATH; the newest version wins.
fn programs() -> Result<PathBuf, String> {
    let named = std::env::var_os("YOBAN_PG_BIN").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(Result::ok).map(|entry| entry.path()).collect::<Vec<_>>())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|path| Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin"))))
        .collect();
    versions.sort();
    named
        .into_iter()
        .chain(versions.into_iter().rev().map(|(_, path)| path))
        .chain(std::env::split_paths(&path))
        .find(|dir| dir.join("initdb").is_file() && dir.join("pg_ctl").is_file())
        .ok_or_else(|| {
            "PostgreSQL's programs (initdb, pg_ctl) are not here. They are needed for the tests: install \
             Debian's package `postgresql` (a server need not run), or name their folder in YOBAN_PG_BIN."
                .to_owned()
        })
}

/// Whom to become, since PostgreSQL refuses root: `postgres` or `nobody`. None when we are an ordinary user
/// already.
fn unprivileged(made: &Path) -> Result<Option<User>, String> {
    // What this process makes carries its effective user; the standard library has no other safe way to ask.
    let uid = made.metadata().map(|about| about.uid()).map_err(|error| error.to_string())?;
    if uid != 0 {
        return Ok(None);
    }
    let accounts = std::fs::read_to_string("/etc/passwd").map_err(|error| format!("/etc/passwd: {error}"))?;
    let find = |name: &str| {
        accounts.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(name)).then_some(())?;
            Some(User { uid: fields.nth(1)?.parse().ok()?, gid: fields.next()?.parse().ok()? })
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .map(Some)
        .ok_or_else(|| "PostgreSQL refuses root, and there is neither a user postgres nor nobody".to_owned())
}
