//! What building costs and what comes out.

use std::path::Path;
use std::process::Command;
use std::time::{Instant, SystemTime};

use yoban_tests::repository;

use crate::rows::{Row, Taken};
use crate::spread::Spread;
use crate::{folder, runs, say};

const PROGRAM: &[&str] = &["build", "--release", "--locked", "--workspace", "--bins"];

/// Minutes of the release build that `make run` makes, all dependencies compiled and nothing downloaded, in a folder of
/// its own that was empty; then again after the rules (`domain`, on which nearly every crate of ours rests) were touched.
pub fn build(taken: &Taken) -> Vec<Row> {
    let target = folder().join("target");
    let (mut clean, mut again) = (Vec::new(), Vec::new());
    // So that no download is in the figure.
    assert!(cargo(&["fetch", "--locked"], &target).is_some(), "cargo fetch failed");
    for n in 1..=runs(1) {
        remove(&target);
        clean.push(cargo(PROGRAM, &target).expect("the clean build failed"));
        touch(&repository().join("domain/src/lib.rs"));
        again.push(cargo(PROGRAM, &target).expect("the second build failed"));
        say(&format!("   {n}: {:.1} min, then {:.1} min", clean[n - 1], again[n - 1]));
    }
    remove(&target);
    let row = |name, what, minutes| taken.row(name, what, "min", &Spread::of(minutes), 0.5, None);
    vec![
        row("clean", "release build of all programs, dependencies included, from nothing", clean),
        row("again", "the same after a change in domain", again),
    ]
}

/// Minutes that cargo took; `None` when it failed.
fn cargo(arguments: &[&str], target: &Path) -> Option<f64> {
    let begun = Instant::now();
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(repository()).env("CARGO_TARGET_DIR", target);
    command.status().unwrap().success().then(|| begun.elapsed().as_secs_f64() / 60.0)
}

fn remove(target: &Path) {
    if target.exists() {
        std::fs::remove_dir_all(target).unwrap();
    }
}

/// A new time alone; the content stays.
#[allow(clippy::disallowed_methods, reason = "the time of a file, as the compiler sees it")]
fn touch(file: &Path) {
    std::fs::File::options().append(true).open(file).unwrap().set_modified(SystemTime::now()).unwrap();
}

/// The program with the screens in it, beside itself without symbols; and the screens alone, before compression.
pub fn size(taken: &Taken) -> Vec<Row> {
    let program = yoban_tests::server::program();
    let stripped = folder().join("stripped");
    let done = Command::new("strip").arg("-o").arg(&stripped).arg(&program).status();
    assert!(done.is_ok_and(|status| status.success()), "strip failed: is binutils there?");
    let megabytes = |bytes: u64| Spread::of(vec![bytes as f64 / 1e6]);
    let length = |file: &Path| std::fs::metadata(file).unwrap().len();
    let (whole, bare) = (megabytes(length(&program)), megabytes(length(&stripped)));
    std::fs::remove_file(stripped).unwrap();
    let screens = megabytes(below(&repository().join("mobile-sdk/apps/dist")));
    vec![
        taken.row(
            "program",
            "the program, screens included",
            "MB",
            &whole,
            0.5,
            Some(("without symbols", &bare)),
        ),
        taken.row("screens", "the screens before compression", "MB", &screens, 0.5, None),
    ]
}

fn below(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).expect("the screens are not built: scripts/web build");
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { below(&path) } else { std::fs::metadata(&path).unwrap().len() }
        })
        .sum()
}
