//! Helper commands: `cargo xtask check`. Depends on no crate of ours, so it builds in seconds.

use std::io::{self, Write as _};
use std::process::{Command, ExitCode};

mod layering;
mod lengths;
mod links;
mod paths;
mod unused;

/// A tracked (or not yet added) text file.
struct File {
    path: String,
    text: String,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["check"] => check(),
        _ => Err("usage: cargo xtask check".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}

/// Runs every check and tells all that is wrong, not only the first.
fn check() -> Result<(), String> {
    let names = list_files()?;
    let files: Vec<File> = names.iter().filter_map(|path| read(path)).collect();
    let exempt = std::fs::read_to_string(lengths::EXEMPT).unwrap_or_default();
    let checks = [
        ("layering", layering::check(&run)?),
        ("file lengths", lengths::check(&files, &exempt)),
        ("machine paths", paths::check(&files)),
        ("links in documents", links::check(&files, &names)),
        ("unused dependencies", unused::check(&files)),
    ];
    let mut wrong = 0;
    for (name, faults) in checks {
        let mark = if faults.is_empty() { "✓" } else { "✗" };
        say(&format!("{mark} {name}"))?;
        for fault in &faults {
            say(&format!("    {fault}"))?;
        }
        wrong += faults.len();
    }
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} to repair")) }
}

fn say(line: &str) -> Result<(), String> {
    writeln!(io::stdout(), "{line}").map_err(|e| e.to_string())
}

fn read(path: &str) -> Option<File> {
    // A deleted file that is still tracked, or one that is not text, is nothing to read.
    std::fs::read_to_string(path).ok().map(|text| File { path: path.to_owned(), text })
}

fn list_files() -> Result<Vec<String>, String> {
    let list = run("git", &["ls-files", "--cached", "--others", "--exclude-standard"])?;
    let mut names: Vec<String> = list.lines().map(str::to_owned).collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Runs a program and gives what it printed.
fn run(program: &str, arguments: &[&str]) -> Result<String, String> {
    let shown = || format!("{program} {}", arguments.join(" "));
    let output = Command::new(program).args(arguments).output().map_err(|e| format!("{}: {e}", shown()))?;
    if !output.status.success() {
        return Err(format!("{}: {}", shown(), String::from_utf8_lossy(&output.stderr)));
    }
    String::from_utf8(output.stdout).map_err(|e| format!("{}: {e}", shown()))
}
