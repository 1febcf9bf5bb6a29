//! Documents name no missing files: every relative link in Markdown leads to a file of the tree.

use crate::File;

/// Dead links.
pub fn check(files: &[File], names: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for file in files.iter().filter(|f| f.path.ends_with(".md")) {
        for (number, target) in targets(&file.text) {
            let Some(path) = resolve(&file.path, &target) else {
                faults.push(format!("{}:{number}: {target} leads out of the repository", file.path));
                continue;
            };
            let folder = format!("{path}/");
            if !path.is_empty() && !names.iter().any(|n| *n == path || n.starts_with(&folder)) {
                faults.push(format!("{}:{number}: {target} does not exist", file.path));
            }
        }
    }
    faults
}

/// Relative link targets with their line numbers; code blocks and inline code are not links.
fn targets(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        // Every second part of a line cut at backticks is inline code.
        let prose: String = line.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for part in prose.split("](").skip(1) {
            let target = part.split([')', ' ', '#']).next().unwrap_or("");
            let elsewhere = target.contains(':') || target.is_empty();
            if !elsewhere {
                found.push((number + 1, target.to_owned()));
            }
        }
    }
    found
}

/// The target as a path from the root; None when it leaves the repository.
fn resolve(from: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = match target.starts_with('/') {
        true => Vec::new(),
        false => from.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect(),
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        let names = ["README.md", "docs/A.md", "docs/adr/0001-x.md"].map(str::to_owned);
        check(&[File { path: "docs/A.md".to_owned(), text: text.to_owned() }], &names)
    }

    #[test]
    fn living_links_pass() {
        let text = "[a](adr/0001-x.md) [b](adr/) [c](../README.md#top) [d](https://x.example/y) [e](#here) [f](./A.md) [g](..)";
        assert!(faults(text).is_empty(), "{:?}", faults(text));
    }

    #[test]
    fn dead_links_are_told_with_their_line() {
        assert_eq!(faults("ok\n[a](B.md)"), ["docs/A.md:2: B.md does not exist"]);
        assert_eq!(faults("[a](../../x.md)"), ["docs/A.md:1: ../../x.md leads out of the repository"]);
        assert_eq!(faults("[a](adr/0001)").len(), 1, "half a name is not a folder");
    }

    #[test]
    fn code_is_not_a_link() {
        assert!(faults("`[a](B.md)`\n```\n[a](B.md)\n```\n").is_empty());
        assert_eq!(faults("```\n```\n[a](B.md)").len(), 1);
    }
}
