//! Threads of this process: their CPU time, and on which core they run. Linux alone.

use std::process::{Command, Stdio};
use std::time::Duration;

/// One thread by its number.
#[derive(Clone, Copy, Debug)]
pub struct Thread(u32);

impl Thread {
    /// The thread of that name; there must be exactly one. A thread that was just started names itself a moment later.
    pub fn named(name: &str) -> Self {
        let mut found = Self::all(name);
        for _ in 0..1_000 {
            if !found.is_empty() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
            found = Self::all(name);
        }
        assert!(found.len() == 1, "{} threads named {name}", found.len());
        found[0]
    }

    fn all(name: &str) -> Vec<Self> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc/self/task").expect("CPU time of threads is read on Linux alone")
        {
            let folder = entry.unwrap().path();
            if std::fs::read_to_string(folder.join("comm")).is_ok_and(|comm| comm.trim() == name) {
                found.push(Self(folder.file_name().unwrap().to_str().unwrap().parse().unwrap()));
            }
        }
        found
    }

    /// The thread that asks.
    pub fn own() -> Self {
        let link = std::fs::read_link("/proc/thread-self").unwrap();
        Self(link.file_name().unwrap().to_str().unwrap().parse().unwrap())
    }

    /// Time on a core so far, system calls included (`schedstat`, ns).
    pub fn cpu(self) -> Duration {
        let text = std::fs::read_to_string(format!("/proc/self/task/{}/schedstat", self.0)).unwrap();
        Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
    }

    /// Puts the thread on one core. `false`: the machine has no such core, or no `taskset`.
    pub fn pin(self, core: usize) -> bool {
        let mut command = Command::new("taskset");
        command.args(["-cp", &core.to_string(), &self.0.to_string()]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }
}
