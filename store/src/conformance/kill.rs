//! A process that writes is killed at a random moment; every turn it reported as committed must be there, and
//! no half.
//!
//! The test program starts itself again as the writer, because only another process can be killed without us.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use super::scene::Scene;
use super::turns::turn_of;
use crate::Store;
use crate::timer::Subject;
use uuid::Uuid;
use yoban_domain::id::{AssociationId, CaseId};

/// Where the writer finds its database, case and association.
const URL: &str = "YOBAN_KILL_URL";
const CASE: &str = "YOBAN_KILL_CASE";
const ASSOCIATION: &str = "YOBAN_KILL_ASSOCIATION";

/// The writer's whole life: one turn after the other, each reported once it is committed, until it is killed.
pub async fn writer() {
    let id = |name| std::env::var(name).unwrap().parse::<Uuid>().unwrap();
    let (association, case) = (AssociationId(id(ASSOCIATION)), CaseId(id(CASE)));
    let store = Store::open(&std::env::var(URL).unwrap()).await.unwrap();
    let first = store.read().await.unwrap().load_case(case).await.unwrap().unwrap().last_seq + 1;
    // Bounded, so that a writer nobody kills ends as well.
    for round in first..first + 100_000 {
        turn_of(&store, association, case, round).await.unwrap();
        let mut out = std::io::stdout().lock();
        if writeln!(out, "committed {round}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// Starts the writer `rounds` times as `test` of this program, kills it after some of its turns, and looks.
pub async fn committed_turns_survive_a_kill(store: &Store, url: &str, test: &str, rounds: usize) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    for round in 0..rounds {
        let mut writer = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--ignored", "--nocapture", "--test-threads", "1"])
            .env(URL, url)
            .env(CASE, case.to_string())
            .env(ASSOCIATION, scene.association.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines().map_while(Result::ok);
        // A different number of turns each time; the kill then falls wherever the next turn happens to be.
        let patience = 3 + round * 7 % 23;
        let reported =
            |line: &String| line.rsplit_once("committed ").and_then(|(_, n)| n.parse::<i64>().ok());
        let seen = lines.by_ref().filter_map(|line| reported(&line)).take(patience).last();
        writer.kill().unwrap();
        writer.wait().unwrap();
        // What it had reported before it died but we had not read yet counts as well.
        let seen =
            lines.filter_map(|line| reported(&line)).last().or(seen).expect("the writer never committed");
        look(store, case, seen).await;
    }
}

async fn look(store: &Store, case: CaseId, reported: i64) {
    let mut turn = store.begin().await.unwrap();
    let row = turn.load_case_for_update(case).await.unwrap().unwrap();
    assert!(
        row.last_seq >= reported,
        "turn {reported} was reported as committed, the newest stored is {}",
        row.last_seq
    );
    assert_eq!(row.version, row.last_seq + 1, "half a turn was stored");
    let numbers: Vec<i64> =
        turn.facts_after(case, 0, 1_000_000).await.unwrap().iter().map(|fact| fact.seq).collect();
    assert_eq!(numbers, (1..=row.last_seq).collect::<Vec<_>>());
    let due: Vec<_> =
        turn.timers_of(Subject::Case(case)).await.unwrap().iter().map(|timer| timer.due).collect();
    assert_eq!(due, [super::scene::at(row.last_seq + 30)]);
    let said = all!(&mut *turn, (i64,), "SELECT count(*) FROM outbox").unwrap()[0].0;
    assert_eq!(said, row.last_seq);
    turn.rollback().await.unwrap();
}
