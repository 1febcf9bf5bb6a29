//! How fast: `make bench`. Each bench measures the real parts in the release build and gives rows; those of one run
//! stand beside those of earlier runs in `var/bench/latest.json` (docs/benchmarks.md).
#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "measuring with the test harness: a surprise shall end the bench, and what was seen stands in the panic's text"
)]

mod bare;
mod built;
mod calls;
mod idle;
mod machine;
mod record;
mod rows;
mod screen;
mod sfu;
mod spread;
mod table;
mod threads;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use machine::Machine;
use rows::{Row, Taken};

/// Every bench with what it measures, in the order in which they run. `scripts/bench` knows the same names.
pub const NAMES: [(&str, &str); 9] = [
    ("ring", "tap → ring at the desk"),
    ("reading", "reading sent → shown at the desk"),
    ("answer", "accept → first key frame and first sound at the desk (native clients)"),
    ("screen", "ring, first frame, first sound and readings on the real screens (Chromium)"),
    ("sfu", "forwarded packets per CPU-second, against the floor"),
    ("record", "CPU of the recording thread per packet"),
    ("idle", "memory per connected idle tablet"),
    ("size", "size of the program"),
    ("build", "minutes of the release build"),
];

fn main() -> ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if wanted == ["docs"] {
        if cfg!(debug_assertions) {
            say("✗ figures of the tests' build do not go into docs/benchmarks.md: BENCH=docs make bench");
            return ExitCode::FAILURE;
        }
        return table::into_docs();
    }
    if let [bare, kind] = wanted.as_slice()
        && bare == "bare"
    {
        runtime().block_on(bare::run(kind));
        return ExitCode::SUCCESS;
    }
    let names: Vec<&'static str> = NAMES.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = wanted.iter().find(|name| !names.contains(&name.as_str())) {
        say(&format!("✗ no bench “{unknown}”. There are: {}, and docs", names.join(", ")));
        return ExitCode::FAILURE;
    }
    let machine = Machine::look();
    machine.lines.iter().for_each(|line| say(line));
    if machine.busy.is_some_and(|busy| busy > 10.0) {
        say("! other programs keep this machine busy: take these figures for a try, not for a result");
    }
    let mut failed = Vec::new();
    for name in names.into_iter().filter(|name| wanted.is_empty() || wanted.iter().any(|w| w == name)) {
        let begun = Instant::now();
        let about = NAMES.iter().find(|(n, _)| *n == name).map_or("", |(_, about)| about);
        say(&format!("\n── {name}: {about}"));
        let at = yoban_domain::time::Timestamp(yoban_tests::now_ms()).rfc3339();
        let taken = Taken { bench: name, commit: machine::commit(), at };
        match catch_unwind(AssertUnwindSafe(|| measure(&taken))) {
            Ok(new) => {
                table::print(&new);
                keep(name, new, &machine);
            }
            Err(_) => failed.push(name),
        }
        say(&format!("── {name}: {:.0} s", begun.elapsed().as_secs_f64()));
    }
    if failed.is_empty() {
        say(&format!("\n{RESULTS}/latest.json, {RESULTS}/latest.md"));
        return ExitCode::SUCCESS;
    }
    say(&format!("\n✗ failed, and left as it was in {RESULTS}/latest.json: {}", failed.join(", ")));
    ExitCode::FAILURE
}

fn measure(taken: &Taken) -> Vec<Row> {
    match taken.bench {
        "ring" => runtime().block_on(calls::ring(taken)),
        "reading" => runtime().block_on(calls::reading(taken)),
        "answer" => runtime().block_on(calls::answer(taken)),
        "screen" => screen::measure(taken),
        "size" => built::size(taken),
        "build" => built::build(taken),
        "record" => record::measure(taken),
        "idle" => runtime().block_on(idle::measure(taken)),
        "sfu" => sfu::measure(taken, runtime().handle()),
        other => panic!("{other} is in the list and not here"),
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn keep(name: &str, new: Vec<Row>, machine: &Machine) {
    let folder = folder();
    let file = folder.join("latest.json");
    let rows = rows::merge(rows::read(&file), name, new);
    rows::write(&file, &rows).unwrap();
    std::fs::write(folder.join("latest.md"), table::markdown(&rows, machine)).unwrap();
}

/// Where results lie. What an unoptimised build gives says nothing of the product and never stands among its figures.
const RESULTS: &str = if cfg!(debug_assertions) { "var/bench/dev" } else { "var/bench" };

/// [`RESULTS`], made where it is missing.
pub fn folder() -> PathBuf {
    let folder = yoban_tests::repository().join(RESULTS);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// `RUNS` where it is set (a try with few), else the bench's own number.
pub fn runs(usual: usize) -> usize {
    match std::env::var("RUNS") {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("RUNS={text} is no number")),
        Err(_) => usual,
    }
}

/// Progress and results; a terminal that is gone cannot be told.
pub fn say(text: &str) {
    let mut out = std::io::stdout();
    let _gone = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// One line that says how far a bench is, every tenth part of it.
pub fn progress(done: usize, of: usize) {
    if done * 10 / of != (done.max(1) - 1) * 10 / of {
        say(&format!("   {done} of {of}"));
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_script_knows_the_same_names_in_the_same_order() {
        let script = std::fs::read_to_string(yoban_tests::repository().join("scripts/bench")).unwrap();
        let line = script.lines().find_map(|line| line.strip_prefix("NAMES=")).unwrap();
        let known: Vec<_> = line.trim_matches('"').split(' ').collect();
        assert_eq!(known, super::NAMES.map(|(name, _)| name));
    }
}
