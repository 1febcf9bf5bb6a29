//! Who may depend on whom (docs/ARCHITECTURE.md), read from `cargo tree`.

/// What one crate may use.
struct Rule {
    name: &'static str,
    /// Our crates it may name itself. What those use is their own rule.
    ours: &'static [&'static str],
    /// Names that must not occur anywhere below it.
    never: &'static [&'static str],
}

/// A rule of the night must run on a phone and in a test without a runtime, and must not know the time or roll dice.
const IMPURE: &[&str] = &[
    "tokio",
    "async-std",
    "mio",
    "sqlx",
    "axum",
    "hyper",
    "tower",
    "reqwest",
    "tracing",
    "log4rs",
    "rand",
    "getrandom",
    "chrono",
    "time",
    "rustls",
    "ring",
    "rtc",
    "webrtc",
    "opus",
];
/// A second crypto provider makes `rustls` panic at run time; OpenSSL breaks the build on bare machines.
const FOREIGN_TLS: &[&str] = &["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys"];

const RULES: &[Rule] = &[
    Rule { name: "yoban-domain", ours: &[], never: IMPURE },
    Rule { name: "yoban-mobile-core", ours: &["yoban-domain"], never: IMPURE },
    Rule { name: "yoban-store", ours: &["yoban-domain"], never: &["axum", "hyper", "rtc", "webrtc", "opus"] },
    Rule { name: "yoban-media", ours: &["yoban-domain"], never: &["sqlx", "axum", "hyper"] },
    Rule {
        name: "yoban-signaling",
        ours: &["yoban-domain", "yoban-store", "yoban-media"],
        never: FOREIGN_TLS,
    },
    Rule {
        name: "yoban-api",
        ours: &["yoban-domain", "yoban-store", "yoban-media", "yoban-signaling"],
        never: FOREIGN_TLS,
    },
    Rule { name: "yoban-native", ours: &[], never: &["tokio", "sqlx", "axum", "hyper"] },
    Rule { name: "yoban-tests", ours: &["yoban-domain", "yoban-media", "yoban-native"], never: FOREIGN_TLS },
    Rule { name: "xtask", ours: &[], never: &["tokio", "sqlx", "axum", "rtc", "yoban"] },
];

/// Crates that only some of ours may name themselves, so that their types stay in one place.
const KEPT: &[(&str, &[&str])] = &[
    ("sqlx", &["yoban-store"]),
    ("rtc", &["yoban-media", "yoban-native"]),
    ("opus", &["yoban-media", "yoban-tests"]),
];

type Run<'a> = &'a dyn Fn(&str, &[&str]) -> Result<String, String>;

/// All faults of the workspace.
pub fn check(run: Run<'_>) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    let metadata = run("cargo", &["metadata", "--no-deps", "--format-version", "1", "--locked"])?;
    for member in members(&metadata)? {
        match RULES.iter().find(|rule| rule.name == member) {
            None => faults.push(format!("{member} has no rule in xtask/src/layering.rs")),
            Some(rule) => {
                let tree = [
                    "tree",
                    "-p",
                    &member,
                    "-e",
                    "normal",
                    "--all-features",
                    "--prefix",
                    "depth",
                    "--locked",
                ];
                faults.extend(judge(rule, &run("cargo", &tree)?));
            }
        }
    }
    Ok(faults)
}

fn members(metadata: &str) -> Result<Vec<String>, String> {
    let value: serde_json::Value =
        serde_json::from_str(metadata).map_err(|e| format!("cargo metadata: {e}"))?;
    let packages = value.get("packages").and_then(|p| p.as_array()).ok_or("cargo metadata: no packages")?;
    Ok(packages.iter().filter_map(|p| p.get("name")?.as_str().map(str::to_owned)).collect())
}

/// One crate's faults, from `cargo tree --prefix depth`: lines like `2serde_core v1.0.229 (*)`.
fn judge(rule: &Rule, tree: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut path: Vec<&str> = Vec::new();
    for line in tree.lines() {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let (Ok(depth), Some(name)) = (line.trim_end_matches(rest).parse::<usize>(), rest.split(' ').next())
        else {
            continue;
        };
        path.truncate(depth);
        path.push(name);
        if depth == 1 && is_ours(name) && !rule.ours.contains(&name) {
            faults.push(format!("{} must not depend on {name}", rule.name));
        }
        if depth == 1 && KEPT.iter().any(|(kept, by)| *kept == name && !by.contains(&rule.name)) {
            faults.push(format!("{} must not name {name} itself", rule.name));
        }
        if depth > 0 && rule.never.iter().any(|never| of_family(name, never)) {
            faults.push(format!("{} must not reach {name}: {}", rule.name, path.join(" → ")));
        }
    }
    faults.sort();
    faults.dedup();
    faults
}

fn is_ours(name: &str) -> bool {
    of_family(name, "yoban") || name == "xtask"
}

/// `sqlx` and `sqlx-core`, but not `sqlxyz`.
fn of_family(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str) -> &'static Rule {
        RULES.iter().find(|r| r.name == name).unwrap()
    }

    #[test]
    fn a_clean_tree_has_no_faults() {
        let tree = "0yoban-store v0.1.0 (/x)\n1serde v1.0.1\n2serde_core v1.0.1\n1sqlx v0.9.0\n1yoban-domain v0.1.0 (/x)\n";
        assert!(judge(rule("yoban-store"), tree).is_empty());
    }

    #[test]
    fn a_forbidden_name_deep_below_is_told_with_its_way() {
        let tree =
            "0yoban-domain v0.1.0 (/x)\n1serde v1.0.1\n1uuid v1.29.3\n2getrandom v0.4.3\n1jiff v0.2.46\n";
        assert_eq!(
            judge(rule("yoban-domain"), tree),
            ["yoban-domain must not reach getrandom: yoban-domain → uuid → getrandom"]
        );
    }

    #[test]
    fn a_wrong_direction_and_a_kept_crate_are_faults_of_the_crate_that_names_them() {
        let tree = "0yoban-media v0.1.0 (/x)\n1yoban-store v0.1.0 (/x)\n";
        assert_eq!(judge(rule("yoban-media"), tree), ["yoban-media must not depend on yoban-store"]);
        let tree = "0yoban-api v0.1.0 (/x)\n1sqlx v0.9.0\n1yoban-store v0.1.0 (/x)\n2sqlx v0.9.0 (*)\n";
        assert_eq!(judge(rule("yoban-api"), tree), ["yoban-api must not name sqlx itself"]);
    }

    #[test]
    fn families_are_whole_words() {
        assert!(
            of_family("sqlx-core", "sqlx") && of_family("rand_core", "rand") && of_family("time", "time")
        );
        assert!(!of_family("sqlxyz", "sqlx") && !of_family("random", "rand") && !of_family("tokio", "tok"));
    }

    #[test]
    fn a_member_without_a_rule_is_a_fault() {
        let run = |_: &str, arguments: &[&str]| {
            Ok(match arguments.first() {
                Some(&"metadata") => r#"{"packages":[{"name":"xtask"},{"name":"yoban-new"}]}"#.to_owned(),
                _ => "0xtask v0.1.0 (/x)\n1serde_json v1.0.1\n".to_owned(),
            })
        };
        assert_eq!(check(&run).unwrap(), ["yoban-new has no rule in xtask/src/layering.rs"]);
    }
}
