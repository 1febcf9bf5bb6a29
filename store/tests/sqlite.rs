//! Every behaviour of the store on SQLite, each on a database file of its own.

#![expect(clippy::unwrap_used, reason = "helpers of tests stand outside the test functions")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::task::JoinSet;
use yoban_store::conformance::{self, scene::Scene, turns::turn_of};
use yoban_store::{Error, Store};

/// A folder that is removed with everything in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("yoban-sqlite-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.0.join("night.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

async fn fresh() -> (Folder, Store) {
    let folder = Folder::new();
    let store = Store::open(&folder.url()).await.unwrap();
    store.migrate().await.unwrap();
    (folder, store)
}

yoban_store::behaviours!();

#[tokio::test]
async fn committed_turns_survive_a_kill() {
    let (folder, store) = fresh().await;
    conformance::kill::committed_turns_survive_a_kill(&store, &folder.url(), "writer", 12).await;
    store.close().await;
}

#[tokio::test]
async fn an_unmigrated_file_is_not_ready() {
    let folder = Folder::new();
    let store = Store::open(&folder.url()).await.unwrap();
    assert!(matches!(store.check().await, Err(Error::Unavailable { .. })));
    store.migrate().await.unwrap();
    store.check().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn only_files_and_postgres_are_opened() {
    for url in ["sqlite:", "sqlite::memory:", "mysql://x", "night.db", "sqlite:/nowhere/at/all/night.db"] {
        assert!(matches!(Store::open(url).await, Err(Error::Unavailable { .. })), "{url}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_readable_by_their_owner_only() {
    use std::os::unix::fs::MetadataExt as _;
    let (folder, store) = fresh().await;
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder.0).unwrap().map(Result::unwrap) {
        assert_eq!(entry.metadata().unwrap().mode() & 0o777, 0o600, "{:?}", entry.file_name());
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["night.db", "night.db-shm", "night.db-wal"]);
    store.close().await;
}

/// Two programs on one file, as when an administrator's command runs beside the server: they take turns, nobody is told
/// "busy". A turn that began without the write lock would be refused at once here.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_share_a_file() {
    let (folder, server) = fresh().await;
    let command = Store::open(&folder.url()).await.unwrap();
    let scene = Scene::set(&server).await;
    let mut writers = JoinSet::new();
    for store in [&server, &command] {
        let (store, case) = (store.clone(), scene.open_case(&server).await);
        writers.spawn(async move {
            for round in 0..100 {
                turn_of(&store, scene.association, case, round).await.unwrap();
            }
            case
        });
    }
    for case in writers.join_all().await {
        assert_eq!(server.read().await.unwrap().load_case(case).await.unwrap().unwrap().last_seq, 100);
    }
    command.close().await;
    server.close().await;
}

/// The list the two test programs share names every behaviour there is.
#[test]
fn no_behaviour_is_forgotten() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
    let list = std::fs::read_to_string(root.join("mod.rs")).unwrap();
    let listed: Vec<&str> = list.lines().map(str::trim).filter_map(|line| line.strip_suffix(',')).collect();
    let mut found = 0;
    for module in ["turns", "cases", "facts", "sessions", "timers", "deliveries", "records", "people"] {
        let source = std::fs::read_to_string(root.join(module).with_extension("rs")).unwrap();
        for line in source.lines().filter_map(|line| line.strip_prefix("pub async fn ")) {
            let Some(name) = line.strip_suffix("(store: &Store) {") else {
                continue;
            };
            assert!(listed.contains(&name), "{module}::{name} is not listed");
            found += 1;
        }
    }
    assert!(found >= 60, "found only {found} behaviours");
}

/// No statement may read a clock: not the migrations, not the program.
#[test]
fn no_statement_reads_a_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for folder in ["migrations/sqlite", "migrations/postgres", "src"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap().to_lowercase();
            seen += 1;
            for word in [
                "now()",
                "'now'",
                "localtimestamp",
                "current_timestamp",
                "unixepoch",
                "strftime",
                "clock_timestamp",
                "julianday",
                "systemtime",
            ] {
                assert!(!text.contains(word), "{:?} says {word}", entry.path());
            }
        }
    }
    assert!(seen > 15, "looked at only {seen} files");
}

/// One text for both databases, but for the names of types, the check of JSON, and how rows are kept from change: a
/// default or a condition of an index that one side lacks fails here.
#[test]
fn both_folders_of_migrations_say_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut looked_at = 0;
    for entry in std::fs::read_dir(root.join("sqlite")).unwrap().map(Result::unwrap) {
        let read = |folder: &str| {
            let text = std::fs::read_to_string(root.join(folder).join(entry.file_name())).unwrap();
            let lines: Vec<_> = text.lines().filter(|line| !line.starts_with("--")).map(same_words).collect();
            lines.join("\n")
        };
        let (ours, theirs) = (read("sqlite"), read("postgres"));
        let tables = |text: &str| text.split("CREATE TRIGGER").next().unwrap().trim().to_owned();
        let theirs_guarded = theirs.replace("_no_truncate BEFORE TRUNCATE", "_no_replace BEFORE INSERT");
        let triggers = |text: &str| -> Vec<String> {
            let begun = text.split("CREATE TRIGGER ").skip(1);
            begun.map(|t| t.split_whitespace().take(5).collect::<Vec<_>>().join(" ")).collect()
        };
        let function = theirs.split("CREATE FUNCTION").next().unwrap().trim().to_owned();
        let theirs_tables = if theirs.contains("CREATE FUNCTION") { function } else { tables(&theirs) };
        let ours_tables = tables(&ours);
        for (ours, theirs) in ours_tables.lines().zip(theirs_tables.lines()) {
            assert_eq!(ours, theirs, "{:?}", entry.file_name());
        }
        assert_eq!(ours_tables.lines().count(), theirs_tables.lines().count(), "{:?}", entry.file_name());
        assert_eq!(triggers(&ours), triggers(&theirs_guarded), "{:?}", entry.file_name());
        looked_at += triggers(&ours).len();
    }
    assert_eq!(looked_at, 6, "two tables that nobody rewrites");
}

/// A line of a migration in PostgreSQL's words.
fn same_words(line: &str) -> String {
    let column = line.split_whitespace().next().unwrap_or_default();
    line.replace(&format!("BLOB NOT NULL CHECK (length({column}) = 16)"), "UUID NOT NULL")
        .replace(&format!("BLOB CHECK (length({column}) = 16)"), "UUID")
        .replace("BLOB", "BYTEA")
        .replace(
            "INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT",
            "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        )
        .replace("INTEGER", "BIGINT")
        .replace(&format!("json_valid({column})"), &format!("{column}::json IS NOT NULL"))
        .replace(") STRICT;", ");")
}
