//! The program at a terminal: runs to its end, and what it said.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::random;
use crate::server::program;

/// What a run left.
#[derive(Debug)]
pub struct Said {
    /// The exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Whether every text stands in what was said.
    pub fn says(&self, texts: &[&str]) -> bool {
        texts.iter().all(|text| self.out.contains(text) || self.err.contains(text))
    }
}

/// Runs `yoban` with these words until it ends. Nothing of the caller's settings reaches it.
pub fn yoban(words: &[&str]) -> Said {
    let mut command = Command::new(program());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("YOBAN_")) {
        command.env_remove(name);
    }
    let made = command.args(words).env("YOBAN_LOG", "error").stdin(Stdio::null()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: made.status.code(), out: text(made.stdout), err: text(made.stderr) }
}

/// A folder that goes with its handle.
pub struct Folder(PathBuf);

impl Folder {
    /// A fresh, empty one.
    pub fn fresh() -> Self {
        let folder = std::env::temp_dir().join(format!("yoban-{}", random()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where it is, for a command line.
    pub fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
