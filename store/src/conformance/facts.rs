//! The log of a case, and text that only one of the databases would take.

use serde_json::{Value, json};
use tokio::task::JoinSet;
use yoban_domain::id::CaseId;

use super::scene::{NIGHT, Scene};
use crate::fact::NewFact;
use crate::{Backend, Constraint, Error, Store};

async fn append(store: &Store, scene: &Scene, case: CaseId, count: usize, keep: bool) -> i64 {
    let body = json!({"n": count});
    let facts: Vec<_> = (0..count).map(|_| NewFact { at: NIGHT, kind: "note".into(), body: &body }).collect();
    let mut turn = store.begin().await.unwrap();
    let last = turn.append_facts(case, scene.association, &facts).await.unwrap();
    if keep {
        turn.commit().await.unwrap();
    } else {
        turn.rollback().await.unwrap();
    }
    last
}

pub async fn facts_number_without_gaps(store: &Store) {
    let scene = Scene::set(store).await;
    let (case, other) = (scene.open_case(store).await, scene.open_case(store).await);
    assert_eq!(append(store, &scene, case, 3, true).await, 3);
    assert_eq!(append(store, &scene, case, 2, false).await, 5);
    assert_eq!(append(store, &scene, case, 1, true).await, 4);
    assert_eq!(append(store, &scene, case, 0, true).await, 4);
    assert_eq!(append(store, &scene, other, 1, true).await, 1);
    let mut read = store.read().await.unwrap();
    let numbers =
        |facts: Vec<crate::fact::FactRow>| facts.into_iter().map(|fact| fact.seq).collect::<Vec<_>>();
    assert_eq!(numbers(read.facts_after(case, 0, 100).await.unwrap()), [1, 2, 3, 4]);
    assert_eq!(numbers(read.facts_after(case, 2, 100).await.unwrap()), [3, 4]);
    assert_eq!(numbers(read.facts_after(case, 0, 2).await.unwrap()), [1, 2]);
    assert_eq!(numbers(read.facts_after(case, 4, 100).await.unwrap()), [0_i64; 0]);
    assert_eq!(read.load_case(case).await.unwrap().unwrap().last_seq, 4);
}

pub async fn racing_facts_number_without_gaps(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    let mut contenders = JoinSet::new();
    for contender in 0..8_usize {
        let store = store.clone();
        contenders.spawn(async move {
            for round in 0..20 {
                // Every third turn is taken back.
                append(&store, &scene, case, 1 + contender % 2, round % 3 != 0).await;
            }
        });
    }
    contenders.join_all().await;
    let facts = store.read().await.unwrap().facts_after(case, 0, 10_000).await.unwrap();
    let kept = 13 * (4 + 4 * 2);
    assert_eq!(facts.iter().map(|fact| fact.seq).collect::<Vec<_>>(), (1..=kept).collect::<Vec<_>>());
}

pub async fn facts_are_append_only(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    append(store, &scene, case, 2, true).await;
    let refused = Err(Error::Constraint(Constraint::AppendOnly));
    let mut turn = store.begin().await.unwrap();
    assert_eq!(run!(&mut *turn, "UPDATE facts SET kind = 'other' WHERE seq = 1"), refused);
    let mut turn = {
        drop(turn);
        store.begin().await.unwrap()
    };
    assert_eq!(run!(&mut *turn, "DELETE FROM facts WHERE seq = 2"), refused);
    let mut turn = {
        drop(turn);
        store.begin().await.unwrap()
    };
    let whole = match store.backend() {
        Backend::Sqlite => run!(
            &mut *turn,
            "INSERT OR REPLACE INTO facts (case_id, seq, association_id, at_ms, kind, body)
             SELECT case_id, seq, association_id, at_ms, 'other', body FROM facts"
        ),
        Backend::Postgres => run!(&mut *turn, "TRUNCATE facts"),
    };
    assert_eq!(whole, refused);
    drop(turn);
    let facts = store.read().await.unwrap().facts_after(case, 0, 10).await.unwrap();
    assert_eq!(facts.iter().map(|fact| fact.kind.as_str()).collect::<Vec<_>>(), ["note", "note"]);
}

pub async fn facts_need_their_own_tenant(store: &Store) {
    let (ours, theirs) = (Scene::set(store).await, Scene::set(store).await);
    let case = ours.open_case(store).await;
    let fact = NewFact { at: NIGHT, kind: "note".into(), body: &json!({}) };
    let mut turn = store.begin().await.unwrap();
    assert_eq!(turn.append_facts(case, theirs.association, &[fact]).await, Err(Error::Conflict));
    drop(turn);
    assert_eq!(store.read().await.unwrap().facts_after(case, 0, 10).await.unwrap(), []);
}

/// PostgreSQL knows no NUL in text. JSON may carry one escaped, and a patient's device may send one.
pub async fn nul_is_kept_in_bodies_and_refused_in_keys(store: &Store) {
    let body = json!({"said": "a\u{0}b"});
    let mut turn = store.begin().await.unwrap();
    turn.put_setting_once("with nul inside", &body).await.unwrap();
    assert_eq!(turn.setting("with nul inside").await.unwrap().unwrap().read::<Value>().unwrap(), body);
    assert_eq!(turn.put_setting_once("a\u{0}b", &1).await, Err(Error::Constraint(Constraint::Value)));
}
