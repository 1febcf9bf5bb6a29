//! Every behaviour of the store on PostgreSQL, each on a database of its own in one throw-away server.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stand outside the test functions")]

use std::path::PathBuf;
use std::sync::LazyLock;

use yoban_store::conformance::{self, scene::Scene, turns::turn_of};
use yoban_store::throwaway_postgres::{Cluster, Durability};
use yoban_store::{Error, Store};

static SERVER: LazyLock<Cluster> =
    LazyLock::new(|| Cluster::start(Durability::Processes).unwrap_or_else(|error| panic!("{error}")));

async fn fresh() -> (String, Store) {
    let url = SERVER.new_database().unwrap();
    let store = Store::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    (url, store)
}

yoban_store::behaviours!();

#[tokio::test]
async fn committed_turns_survive_a_kill() {
    let (url, store) = fresh().await;
    conformance::kill::committed_turns_survive_a_kill(&store, &url, "writer", 6).await;
    store.close().await;
}

#[tokio::test]
async fn an_unmigrated_database_is_not_ready() {
    let store = Store::open(&SERVER.new_database().unwrap()).await.unwrap();
    assert!(matches!(store.check().await, Err(Error::Unavailable { .. })));
    store.migrate().await.unwrap();
    store.check().await.unwrap();
    store.close().await;
}

/// The server dies under a running turn and comes back: that turn is refused, the store goes on without being
/// opened again, and what was committed is there.
#[tokio::test]
async fn a_server_crash_costs_the_running_turn_only() {
    let server = Cluster::start(Durability::Processes).unwrap();
    let store = Store::open(&server.new_database().unwrap()).await.unwrap();
    store.migrate().await.unwrap();
    let scene = Scene::set(&store).await;
    let case = scene.open_case(&store).await;
    turn_of(&store, scene.association, case, 1).await.unwrap();
    let mut running = store.begin().await.unwrap();
    running.put_setting_once("half", &true).await.unwrap();
    server.crash_and_restart().unwrap();
    assert!(matches!(running.put_setting_once("rest", &true).await, Err(Error::Unavailable { .. })));
    assert_eq!(running.commit().await, Err(Error::TurnFailed));
    turn_of(&store, scene.association, case, 2).await.unwrap();
    let mut read = store.read().await.unwrap();
    assert_eq!(read.load_case(case).await.unwrap().unwrap().last_seq, 2);
    assert_eq!(read.setting("half").await.unwrap(), None);
    drop(read);
    store.close().await;
}

/// A forgotten migration on one side fails here.
#[tokio::test]
async fn both_databases_have_the_same_schema() {
    let (_url, postgres) = fresh().await;
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("schema-{}.db", std::process::id()));
    let sqlite = Store::open(&format!("sqlite:{}", path.display())).await.unwrap();
    sqlite.migrate().await.unwrap();
    let (ours, theirs) =
        (conformance::schema::read(&sqlite).await, conformance::schema::read(&postgres).await);
    sqlite.close().await;
    postgres.close().await;
    std::fs::remove_file(path).unwrap();
    assert!(ours.tables.len() >= 18 && ours.references.len() >= 20 && ours.checks.len() >= 6, "{ours:?}");
    assert_eq!(ours.tables, theirs.tables);
    assert_eq!(ours.indexes, theirs.indexes);
    assert_eq!(ours.references, theirs.references);
    assert_eq!(ours.checks, theirs.checks);
    let names = |folder: &str| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn the_server_is_gone_when_it_is_dropped() {
    let server = Cluster::start(Durability::Processes).unwrap();
    let folder = server.folder().to_owned();
    assert!(folder.join("data/postmaster.pid").is_file());
    drop(server);
    assert!(!folder.exists());
}
