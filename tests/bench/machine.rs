//! On what the figures were taken.

use std::process::Command;

/// What a reader must know before comparing.
pub struct Machine {
    pub lines: Vec<String>,
    /// Load of the last minute, per core.
    pub load: f64,
}

impl Machine {
    pub fn look() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let cpu = first("/proc/cpuinfo", "model name").unwrap_or_else(|| said("uname", &["-m"]));
        let memory = first("/proc/meminfo", "MemTotal")
            .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
            .map_or_else(|| "?".to_owned(), |kb| format!("{:.0} GiB", kb / 1_048_576.0));
        let load = text("/proc/loadavg").split(' ').next().and_then(|l| l.parse().ok()).unwrap_or(0.0);
        let lines = vec![
            format!("CPU: {cpu}, {cores} cores; memory: {memory}"),
            format!("kernel: {}", said("uname", &["-sr"])),
            format!(
                "socket buffers at most: {} received, {} sent (bytes)",
                text("/proc/sys/net/core/rmem_max"),
                text("/proc/sys/net/core/wmem_max")
            ),
            format!("load at the start: {load}"),
        ];
        Self { lines, load: load / cores as f64 }
    }
}

/// The commit that was measured; `+` where the tree differs from it.
pub fn commit() -> String {
    let folder = yoban_tests::repository();
    let git = |arguments: &[&str]| {
        let done = Command::new("git").args(arguments).current_dir(&folder).output().ok()?;
        done.status.success().then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
    };
    match (git(&["rev-parse", "--short=10", "HEAD"]), git(&["status", "--porcelain"])) {
        (Some(commit), Some(changes)) if changes.is_empty() => commit,
        (Some(commit), _) => commit + "+",
        (None, _) => "?".to_owned(),
    }
}

fn said(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).output();
    done.map_or_else(|_| "?".to_owned(), |done| String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

fn text(path: &str) -> String {
    std::fs::read_to_string(path).map_or_else(|_| "?".to_owned(), |text| text.trim().to_owned())
}

fn first(path: &str, key: &str) -> Option<String> {
    let all = std::fs::read_to_string(path).ok()?;
    let line = all.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
