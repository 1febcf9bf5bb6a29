//! Dependencies that nothing names: each costs build time, a licence to watch and a reader's question.

use std::collections::BTreeSet;

use crate::File;

/// A line like `serde.workspace = true` of a crate's manifest, or of the workspace's.
struct Entry<'a> {
    name: &'a str,
    line: &'a str,
    /// Stands under `[workspace.dependencies]`.
    offered: bool,
}

/// Dependencies of a crate whose sources never name them, and those that the workspace offers and no crate takes.
pub fn check(files: &[File]) -> Vec<String> {
    let folders: Vec<&str> = files.iter().filter_map(|f| folder_of_manifest(&f.path)).collect();
    let mut faults = Vec::new();
    let mut taken = BTreeSet::new();
    let mut offers = Vec::new();
    for manifest in files {
        let Some(folder) = folder_of_manifest(&manifest.path) else { continue };
        // A crate inside another's folder has words of its own.
        let words: BTreeSet<&str> = files
            .iter()
            .filter(|f| f.path.ends_with(".rs") && nearest(&folders, &f.path) == Some(folder))
            .flat_map(|f| f.text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
            .collect();
        for entry in entries(&manifest.text) {
            if entry.offered {
                offers.push(entry.name);
                continue;
            }
            taken.insert(entry.name);
            // One with features may be there for these alone: they go to whoever names it.
            if !entry.line.contains("features = [") && !words.contains(entry.name.replace('-', "_").as_str())
            {
                faults.push(format!("{}: nothing names {}", manifest.path, entry.name));
            }
        }
    }
    offers.retain(|name| !taken.contains(name));
    faults.extend(offers.iter().map(|name| format!("Cargo.toml: no crate takes {name}")));
    faults
}

fn folder_of_manifest(path: &str) -> Option<&str> {
    match path.strip_suffix("Cargo.toml")? {
        "" => Some(""),
        folder => folder.strip_suffix('/'),
    }
}

/// The innermost of these folders that holds the file.
fn nearest<'a>(folders: &[&'a str], path: &str) -> Option<&'a str> {
    let holds = |folder: &&str| {
        folder.is_empty() || path.strip_prefix(*folder).is_some_and(|rest| rest.starts_with('/'))
    };
    folders.iter().copied().filter(holds).max_by_key(|folder| folder.len())
}

fn entries(manifest: &str) -> Vec<Entry<'_>> {
    let mut section = "";
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line.trim_matches(['[', ']']);
        } else if section.ends_with("dependencies") && !line.starts_with('#') {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            if !name.is_empty() {
                found.push(Entry { name, line, offered: section.starts_with("workspace") });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(manifest: &str, source: &str) -> Vec<File> {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        vec![
            file(
                "Cargo.toml",
                "[workspace.dependencies]\ntokio-util = \"0.7\"\nargon2 = { version = \"0.6\" }\n",
            ),
            file("tests/Cargo.toml", manifest),
            file("tests/lib.rs", source),
            file("tests/native/Cargo.toml", "[dependencies]\ntokio-util.workspace = true\n"),
            file("tests/native/lib.rs", "use tokio_util::sync::CancellationToken;"),
        ]
    }

    #[test]
    fn what_the_workspace_offers_and_nobody_takes_is_told() {
        assert_eq!(check(&tree("", "")), ["Cargo.toml: no crate takes argon2"]);
    }

    #[test]
    fn a_dependency_is_named_by_its_own_crate_and_not_by_one_inside() {
        let manifest = "[package]\nname = \"x\"\n[dev-dependencies]\n# why\nargon2.workspace = true\ntokio-util.workspace = true\n";
        assert_eq!(
            check(&tree(manifest, "use argon2::Argon2;")),
            ["tests/Cargo.toml: nothing names tokio-util"]
        );
        assert_eq!(
            check(&tree(manifest, "use argon2x; tokio_util::x")),
            ["tests/Cargo.toml: nothing names argon2"]
        );
        assert!(check(&tree(manifest, "argon2::a(tokio_util::b)")).is_empty());
    }

    #[test]
    fn one_that_brings_features_needs_no_name() {
        let manifest = "[dependencies]\nargon2 = { workspace = true, features = [\"std\"] }\n";
        assert!(check(&tree(manifest, "")).is_empty());
    }
}
