//! On what the figures were taken.

use std::process::Command;
use std::time::Duration;

/// How long the machine is watched before anything is measured.
const LOOK: Duration = Duration::from_secs(2);

/// What a reader must know before comparing.
pub struct Machine {
    pub lines: Vec<String>,
    /// Share of the processors' time that other programs took just now, in percent; none where nothing tells.
    pub busy: Option<f64>,
}

impl Machine {
    pub fn look() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let cpu = first("/proc/cpuinfo", "model name").unwrap_or_else(|| said("uname", &["-m"]));
        let memory = first("/proc/meminfo", "MemTotal")
            .and_then(|text| text.split(' ').next()?.parse::<f64>().ok())
            .map_or_else(|| "?".to_owned(), |kb| format!("{:.0} GiB", kb / 1_048_576.0));
        // Not the load of the last minute: that is our own build.
        let busy = spent().and_then(|before| {
            std::thread::sleep(LOOK);
            let now = spent()?;
            let all = now.all - before.all;
            (all > 0.0).then(|| 100.0 * (now.busy - before.busy) / all)
        });
        let lines = vec![
            format!("CPU: {cpu}, {cores} cores; memory: {memory}"),
            format!("kernel: {}", said("uname", &["-sr"])),
            format!(
                "socket buffers at most: {} received, {} sent (bytes)",
                text("/proc/sys/net/core/rmem_max"),
                text("/proc/sys/net/core/wmem_max")
            ),
            busy.map_or_else(
                || "other programs at the start: unknown".to_owned(),
                |busy| format!("other programs at the start: {busy:.0} % of the processors' time"),
            ),
        ];
        Self { lines, busy }
    }
}

/// Processor time since the machine began, in ticks, over all cores.
struct Spent {
    busy: f64,
    all: f64,
}

fn spent() -> Option<Spent> {
    let stat = std::fs::read_to_string("/proc/stat").ok()?;
    // user nice system idle iowait irq softirq steal; guests are in user already.
    let ticks: Vec<f64> =
        stat.lines().next()?.split_whitespace().skip(1).take(8).filter_map(|t| t.parse().ok()).collect();
    let (all, idle) = (ticks.iter().sum::<f64>(), ticks.get(3)? + ticks.get(4)?);
    Some(Spent { busy: all - idle, all })
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
