//! Figures of the store on this machine: `cargo run --release -p yoban-store --example measure`.
//!
//! A turn is the engine's: load a case, save it, append a fact, replace its timers, put one delivery, commit; every
//! commit is flushed to the disk on both databases. The folder for both is the system's temporary one.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a program for people who look at its figures")]

use std::io::Write as _;
use std::time::Instant;

use tokio::task::JoinSet;
use yoban_domain::time::Span;
use yoban_store::Store;
use yoban_store::conformance::scene::{NIGHT, Scene, at};
use yoban_store::conformance::turns::turn_of;
use yoban_store::throwaway_postgres::{Cluster, Durability};
use yoban_store::timer::Subject;

const TIMERS: u32 = 1_000;

fn say(line: &str) {
    let mut out = std::io::stdout();
    out.write_all(line.as_bytes()).unwrap();
    out.write_all(b"\n").unwrap();
}

fn rate(count: u32, since: Instant) -> f64 {
    f64::from(count) / since.elapsed().as_secs_f64()
}

async fn turns(store: &Store, scene: Scene, writers: u32, each: u32) -> f64 {
    let mut cases = Vec::new();
    for _ in 0..writers {
        cases.push(scene.open_case(store).await);
    }
    let since = Instant::now();
    let mut tasks = JoinSet::new();
    for case in cases {
        let store = store.clone();
        tasks.spawn(async move {
            for round in 0..each {
                turn_of(&store, scene.association, case, i64::from(round)).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    rate(writers * each, since)
}

/// Takes all timers away: leased in bites, then each one's turn (which only removes it).
async fn leases(store: &Store, scene: Scene, contenders: u32, bite: u32) -> (f64, f64) {
    let case = scene.open_case(store).await;
    let wanted: Vec<_> = (0..TIMERS).map(|n| (format!("ring {n}"), at(0))).collect();
    let mut turn = store.begin().await.unwrap();
    turn.replace_timers(scene.association, Subject::Case(case), &wanted).await.unwrap();
    turn.commit().await.unwrap();
    let since = Instant::now();
    let mut tasks = JoinSet::new();
    for contender in 0..contenders {
        let store = store.clone();
        tasks.spawn(async move {
            let (owner, mut mine, mut empty) = (format!("node {contender}"), Vec::new(), 0);
            while empty < 3 && mine.len() <= TIMERS as usize {
                let leased = store.lease_due_timers(at(0), &owner, Span::seconds(600), bite).await.unwrap();
                empty = if leased.is_empty() { empty + 1 } else { 0 };
                mine.extend(leased);
            }
            mine
        });
    }
    let leased: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let lease_rate = rate(u32::try_from(leased.len()).unwrap(), since);
    let since = Instant::now();
    let mut tasks = JoinSet::new();
    for part in leased.chunks(leased.len().div_ceil(8)) {
        let (store, part) = (store.clone(), part.to_vec());
        tasks.spawn(async move {
            for timer in part {
                let mut turn = store.begin().await.unwrap();
                assert!(turn.timer_done(timer.id, timer.epoch).await.unwrap());
                turn.commit().await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    (lease_rate, rate(TIMERS, since))
}

async fn measure(name: &str, url: &str) {
    let store = Store::open(url).await.unwrap();
    store.migrate().await.unwrap();
    let scene = Scene::set(&store).await;
    for (writers, each) in [(1, 300), (8, 100), (50, 20)] {
        let rate = turns(&store, scene, writers, each).await;
        say(&format!("{name}: {writers:2} writers: {rate:7.0} turns/s"));
    }
    for bite in [1, 10, 100] {
        let (leased, done) = leases(&store, scene, 4, bite).await;
        say(&format!(
            "{name}: 4 contenders, bites of {bite:3}: {leased:7.0} timers leased/s; {done:6.0} done/s (8 tasks)"
        ));
    }
    let since = Instant::now();
    for _ in 0..500 {
        let mut read = store.read().await.unwrap();
        read.cases_of_night(scene.association, NIGHT, at(60)).await.unwrap();
    }
    say(&format!("{name}: {:7.0} lists of a night of 62 cases/s, one reader", rate(500, since)));
    store.close().await;
}

#[tokio::main]
async fn main() {
    let path = std::env::temp_dir().join(format!("yoban-measure-{}.db", std::process::id()));
    measure("sqlite", &format!("sqlite:{}", path.display())).await;
    std::fs::remove_file(path).unwrap();
    let server = Cluster::start(Durability::PowerCuts).unwrap_or_else(|error| panic!("{error}"));
    measure("postgres", &server.new_database().unwrap()).await;
}
