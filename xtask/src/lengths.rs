//! Files are one thing: above 500 lines there must be a reason, written down.

use crate::File;

/// Lines of `path: reason`.
pub const EXEMPT: &str = ".config/long-files";
const LIMIT: usize = 500;
const SOURCES: [&str; 9] = ["rs", "ts", "tsx", "js", "mjs", "css", "html", "py", "sh"];

/// Files over the limit without a reason, and reasons without such a file.
pub fn check(files: &[File], exempt: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut reasons: Vec<&str> = Vec::new();
    for line in exempt.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
        match line.split_once(": ") {
            Some((path, reason)) if !reason.trim().is_empty() => reasons.push(path),
            _ => faults.push(format!("{EXEMPT}: no reason in `{line}`")),
        }
    }
    let long: Vec<(&str, usize)> = files
        .iter()
        .filter(|f| f.path.rsplit_once('.').is_some_and(|(_, ending)| SOURCES.contains(&ending)))
        .map(|f| (f.path.as_str(), f.text.lines().count()))
        .filter(|(_, lines)| *lines > LIMIT)
        .collect();
    for (path, lines) in &long {
        if !reasons.contains(path) {
            faults.push(format!("{path}: {lines} lines; split it, or give the reason in {EXEMPT}"));
        }
    }
    for path in reasons {
        if !long.iter().any(|(l, _)| *l == path) {
            faults.push(format!("{EXEMPT}: {path} is not that long any more"));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, lines: usize) -> File {
        File { path: path.to_owned(), text: "x\n".repeat(lines) }
    }

    #[test]
    fn long_files_need_a_reason_and_reasons_a_long_file() {
        let files = [file("a/b.rs", 500), file("c.rs", 501), file("d.ts", 900), file("e.json", 9_000)];
        assert_eq!(check(&files, "# comment\nd.ts: generated\n").len(), 1);
        assert!(check(&files, "d.ts: generated\n")[0].starts_with("c.rs: 501 lines"));
        assert!(check(&files, "c.rs: one table\nd.ts: generated\n").is_empty());
        assert_eq!(
            check(&files[..1], "a/b.rs: old\n"),
            [".config/long-files: a/b.rs is not that long any more"]
        );
        assert_eq!(check(&files[..1], "a/b.rs\n"), [".config/long-files: no reason in `a/b.rs`"]);
    }
}
