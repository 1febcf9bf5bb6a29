//! When the demo does not get to its end: where it stopped, why, and what to do, in words instead of a backtrace.

use std::backtrace::Backtrace;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// What the server said, in the demo's folder.
pub const SERVER_LOG: &str = "server.log";
/// Everything that is known of the failure, for whoever repairs it.
const DETAILS: &str = "failure.txt";
/// Lines of the cause on the terminal; the rest is in [`DETAILS`].
const LINES: usize = 8;

/// The step that began last, in both languages.
static STEP: Mutex<(String, String)> = Mutex::new((String::new(), String::new()));
/// Panics in order: the message and, for the details, where it was.
static PANICS: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// From now on panics are kept instead of printed.
pub fn listen() {
    std::panic::set_hook(Box::new(|info| {
        let said = info.payload();
        let text = said.downcast_ref::<String>().map(String::as_str);
        let message = text.or(said.downcast_ref::<&str>().copied()).unwrap_or("panic").to_owned();
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let details = format!("{place}\n{message}\n{}", Backtrace::force_capture());
        PANICS.lock().unwrap_or_else(PoisonError::into_inner).push((message, details));
    }));
}

/// A step begins.
pub fn at(ja: &str, en: &str) {
    *STEP.lock().unwrap_or_else(PoisonError::into_inner) = (ja.to_owned(), en.to_owned());
}

/// What `run` gives; a panic in it is an error with its message.
pub fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
        // One that came before it in another task is what made this one fail.
        Err(panics.first().map_or_else(String::new, |(message, _)| message.clone()))
    })
}

/// Says where it stopped and what to do; the details go into the demo's folder.
pub fn tell(folder: &Path, why: &str) {
    let (ja, en) = STEP.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let panics = PANICS.lock().unwrap_or_else(PoisonError::into_inner);
    let details: Vec<&str> = panics.iter().map(|(_, details)| details.as_str()).collect();
    let kept = std::fs::write(folder.join(DETAILS), format!("{why}\n\n{}\n", details.join("\n\n"))).is_ok();
    let mut text = String::from("\n✗ デモは途中で止まりました。 / The demo stopped before its end.\n");
    if !ja.is_empty() {
        text += &format!("  止まった所：{ja}\n  Stopped at: {en}\n");
    }
    text += "  わけ / Why:\n";
    for line in why.lines().filter(|line| !line.trim().is_empty()).take(LINES) {
        text += &format!("    {line}\n");
    }
    if kept {
        text += &format!("  くわしくは / Details: {}\n", shown(folder, DETAILS));
    }
    if folder.join(SERVER_LOG).exists() {
        text += &format!("  サーバーの記録 / The server's log: {}\n", shown(folder, SERVER_LOG));
    }
    text += "  つぎに：ほかの重い仕事を止めて、もう一度 make demo。同じ所で止まるなら make setup で足りないものを調べてください。\n\
             \x20 Next: stop other heavy work and try make demo again. If it stops at the same place, make setup\n\
             \x20 says what this machine lacks; then report it with the files above.\n";
    let _gone = std::io::stderr().write_all(text.as_bytes());
}

fn shown(folder: &Path, name: &str) -> String {
    super::shown(&folder.join(name))
}
