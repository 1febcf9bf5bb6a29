//! The real server as a program of its own, on data and ports that outlive it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::{PATIENCE, random};

/// Ports the server found.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Ports {
    /// Plain HTTP, loopback.
    pub http: u16,
    /// HTTPS.
    pub https: u16,
    /// Media.
    pub udp: u16,
}

/// A server, running or stopped, with its data.
pub struct Server {
    data: PathBuf,
    own_data: bool,
    options: Vec<String>,
    demo: bool,
    log_level: Option<&'static str>,
    /// Where the log goes when the test or demo that uses this server fails; none: onto the terminal.
    failure_log: Option<PathBuf>,
    /// Where it listens.
    pub ports: Ports,
    running: Option<Running>,
    log: Arc<Mutex<String>>,
    greeting: Arc<Mutex<String>>,
}

/// Everything our own crates may ever say, so that the look for patient data in the log sees all of it.
const ALL: Option<&str> = Some("warn,yoban=trace");
/// As a server is run.
const USUAL: Option<&str> = None;

struct Running {
    child: Child,
    readers: Vec<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on fresh data and free ports. `options` go to the command line.
    pub fn start(options: &[&str]) -> Self {
        let data = std::env::temp_dir().join(format!("yoban-{}", random()));
        Self::start_in(data, true, true, options, ALL, None)
    }

    /// As [`Server::start`], with the log of everyday use.
    pub fn start_quiet(options: &[&str]) -> Self {
        let data = std::env::temp_dir().join(format!("yoban-{}", random()));
        Self::start_in(data, true, true, options, USUAL, None)
    }

    /// Starts a server whose data stays.
    pub fn start_on(data: &Path, options: &[&str]) -> Self {
        Self::start_in(data.to_owned(), false, true, options, ALL, None)
    }

    /// As [`Server::start_on`]; where the caller fails, the log goes into this file instead of onto the terminal.
    pub fn start_logging(data: &Path, failure_log: &Path) -> Self {
        Self::start_in(data.to_owned(), false, true, &[], USUAL, Some(failure_log.to_owned()))
    }

    /// Starts a server for real people, on data that have an administrator; they stay.
    pub fn start_real(data: &Path, options: &[&str]) -> Self {
        Self::start_in(data.to_owned(), false, false, options, ALL, None)
    }

    fn start_in(
        data: PathBuf,
        own_data: bool,
        demo: bool,
        options: &[&str],
        log_level: Option<&'static str>,
        failure_log: Option<PathBuf>,
    ) -> Self {
        std::fs::create_dir_all(&data).unwrap();
        let mut server = Self {
            data,
            own_data,
            options: options.iter().map(|o| (*o).to_owned()).collect(),
            demo,
            log_level,
            failure_log,
            ports: Ports { http: 0, https: 0, udp: 0 },
            running: None,
            log: Arc::default(),
            greeting: Arc::default(),
        };
        server.begin();
        server
    }

    /// Starts it again on the same data and the same ports.
    pub fn restart(&mut self) {
        assert!(self.running.is_none(), "still running");
        self.begin();
    }

    fn begin(&mut self) {
        let ready = self.data.join("ready.json");
        let _ = std::fs::remove_file(&ready);
        self.greeting.lock().unwrap().clear();
        let mut child = Command::new(program())
            .arg("serve")
            .args(self.demo.then_some("--demo"))
            .args(if self.options.iter().any(|o| o == "--listen") { &[][..] } else { &["--listen", "none"] })
            .args(["--port", &self.ports.https.to_string()])
            .args(["--http-port", &self.ports.http.to_string()])
            .arg("--data")
            .arg(&self.data)
            .arg("--ready-file")
            .arg(&ready)
            .args(&self.options)
            .envs(self.log_level.map(|level| ("YOBAN_LOG", level)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The greeting on the terminal holds sign-in links on purpose; the log is what stands on stderr.
        let lines = BufReader::new(child.stdout.take().unwrap());
        let greeting = Arc::clone(&self.greeting);
        let drain = std::thread::spawn(move || keep(lines, &greeting));
        let lines = BufReader::new(child.stderr.take().unwrap());
        let log = Arc::clone(&self.log);
        let reader = std::thread::spawn(move || keep(lines, &log));
        let give_up = Instant::now() + PATIENCE;
        let ports = loop {
            if let Ok(text) = std::fs::read_to_string(&ready) {
                break serde_json::from_str(&text).unwrap();
            }
            let ended = child.try_wait().unwrap();
            if ended.is_some() || Instant::now() >= give_up {
                let _gone_already = child.kill();
                Running { child, readers: vec![drain, reader] }.end();
                // Before the panic: a lock that is held by one is of no use to whoever tells what was said.
                let log = self.log();
                panic!("the server did not start ({ended:?}):\n{log}");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        self.ports = ports;
        self.running = Some(Running { child, readers: vec![drain, reader] });
    }

    /// `http://…`, without a slash at the end.
    pub fn base(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.http)
    }

    /// Number of the running process.
    pub fn process(&self) -> u32 {
        self.running.as_ref().unwrap().child.id()
    }

    /// The folder with database and recordings.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Everything the server wrote into its log so far, over all its lives.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// What stood on the terminal in this life, from the greeting on.
    pub fn greeting(&self) -> String {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let greeting = self.greeting.lock().unwrap().clone();
            if greeting.contains("Ctrl-C stops.") {
                return greeting;
            }
            assert!(Instant::now() < give_up, "no greeting: {greeting}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// SIGKILL: no good-bye.
    pub fn kill(&mut self) {
        let mut running = self.running.take().unwrap();
        running.child.kill().unwrap();
        running.end();
    }

    /// SIGTERM: ends in order.
    pub fn stop(&mut self) -> ExitStatus {
        self.stop_by("TERM")
    }

    /// A signal by name; the program must end by itself.
    pub fn stop_by(&mut self, signal: &str) -> ExitStatus {
        self.signal(signal);
        self.running.take().unwrap().end()
    }

    /// A signal by name, whatever comes of it.
    pub fn signal(&self, signal: &str) {
        let told = Command::new("kill").args([&format!("-{signal}"), &self.process().to_string()]).status();
        assert!(told.unwrap().success());
    }

    /// Waits until this stands on the terminal.
    pub async fn says(&self, text: &str) {
        let give_up = Instant::now() + PATIENCE;
        while !self.greeting.lock().unwrap().contains(text) {
            assert!(Instant::now() < give_up, "never said: {text}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Running {
    fn end(mut self) -> ExitStatus {
        let status = self.child.wait().unwrap();
        for reader in self.readers {
            reader.join().unwrap();
        }
        status
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            let _ = running.child.kill();
            running.end();
        }
        if std::thread::panicking() {
            let log = self.log();
            if let Some(file) = &self.failure_log
                && std::fs::write(file, &log).is_ok()
            {
                return;
            }
            eprintln_safe(&format!("server log, data in {}:\n{log}", self.data.display()));
        } else if self.own_data {
            let _ = std::fs::remove_dir_all(&self.data);
        }
    }
}

#[allow(clippy::print_stderr, reason = "what a failed test's server said")]
fn eprintln_safe(text: &str) {
    eprintln!("{text}");
}

fn keep(lines: BufReader<impl Read>, log: &Mutex<String>) {
    for line in lines.lines().map_while(Result::ok) {
        let mut log = log.lock().unwrap();
        log.push_str(&line);
        log.push('\n');
    }
}

/// `YOBAN_BIN`, else the program that was built beside this one.
pub fn program() -> PathBuf {
    if let Some(given) = std::env::var_os("YOBAN_BIN") {
        return given.into();
    }
    let me = std::env::current_exe().unwrap();
    let mut folders = me.ancestors().skip(1).take(2);
    folders
        .find_map(|folder| Some(folder.join("yoban")).filter(|p| p.is_file()))
        .expect("no program `yoban` beside this one: cargo build --workspace --bins, or set YOBAN_BIN")
}
