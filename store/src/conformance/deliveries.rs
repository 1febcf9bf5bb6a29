//! The outbox: keys, leases, waiting.

use std::collections::BTreeMap;

use serde_json::json;
use tokio::task::JoinSet;
use yoban_domain::time::{Span, Timestamp};

use super::scene::{NIGHT, at, fresh};
use crate::outbox::{Backoff, NewDelivery, Put};
use crate::timer::Parked;
use crate::{Constraint, Error, Store};

const LEASE: Span = Span::seconds(30);

async fn put(store: &Store, key: &str, not_before: Timestamp) -> Put {
    let mut turn = store.begin().await.unwrap();
    let kind = "ring".into();
    let body = &json!({"key": key});
    let new = NewDelivery { association: None, kind, key, put: NIGHT, not_before, body };
    let put = turn.put_outbox(&new).await.unwrap();
    turn.commit().await.unwrap();
    put
}

async fn keys(store: &Store, now: Timestamp, owner: &str) -> Vec<(String, i64)> {
    let leased = store.lease_outbox(now, owner, LEASE, 100).await.unwrap();
    leased.into_iter().map(|delivery| (delivery.key, delivery.attempts)).collect()
}

pub async fn an_outbox_key_is_stored_once(store: &Store) {
    assert_eq!(put(store, "case/1/nurse/1", at(0)).await, Put::Stored);
    assert_eq!(put(store, "case/1/nurse/1", at(0)).await, Put::Duplicate);
    assert_eq!(put(store, "case/1/nurse/2", at(0)).await, Put::Stored);
    let leased = store.lease_outbox(at(0), "a", LEASE, 100).await.unwrap();
    assert_eq!(
        leased.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(),
        ["case/1/nurse/1", "case/1/nurse/2"]
    );
    assert_eq!(leased[0].body.read::<BTreeMap<String, String>>().unwrap()["key"], "case/1/nurse/1");
    // Done is remembered too: the same page is not sent again tomorrow.
    let mut turn = store.begin().await.unwrap();
    assert!(turn.outbox_done(leased[0].id, "a", at(1)).await.unwrap());
    turn.commit().await.unwrap();
    assert_eq!(put(store, "case/1/nurse/1", at(2)).await, Put::Duplicate);
    let mut turn = store.begin().await.unwrap();
    assert_eq!(turn.prune_outbox(at(1)).await.unwrap(), 0);
    assert_eq!(turn.prune_outbox(at(2)).await.unwrap(), 1, "the one that waits stays");
    turn.commit().await.unwrap();
    assert_eq!(put(store, "case/1/nurse/1", at(2)).await, Put::Stored);
}

pub async fn a_turn_taken_back_says_nothing(store: &Store) {
    let mut turn = store.begin().await.unwrap();
    let kind = "ring".into();
    let (put, not_before) = (NIGHT, NIGHT);
    let new = NewDelivery { association: None, kind, key: "k", put, not_before, body: &1 };
    turn.put_outbox(&new).await.unwrap();
    drop(turn);
    assert_eq!(keys(store, at(1000), "a").await, []);
    assert_eq!(store.read().await.unwrap().next_delivery().await.unwrap(), None);
}

pub async fn deliveries_wait_for_their_time(store: &Store) {
    put(store, "later", at(20)).await;
    put(store, "now", at(0)).await;
    assert_eq!(store.read().await.unwrap().next_delivery().await.unwrap(), Some(at(0)));
    assert_eq!(keys(store, at(19), "a").await, [("now".to_owned(), 1)]);
    assert_eq!(store.read().await.unwrap().next_delivery().await.unwrap(), Some(at(20)));
    assert_eq!(keys(store, at(20), "a").await, [("later".to_owned(), 1)]);
}

pub async fn racing_contenders_deliver_once(store: &Store) {
    for n in 0..60 {
        put(store, &format!("key {n:02}"), at(0)).await;
    }
    let mut contenders = JoinSet::new();
    for contender in 0..6 {
        let store = store.clone();
        contenders.spawn(async move {
            let (owner, mut mine, mut empty) = (format!("node {contender}"), Vec::new(), 0);
            while empty < 3 {
                let leased = store.lease_outbox(at(0), &owner, LEASE, 4).await.unwrap();
                empty = if leased.is_empty() { empty + 1 } else { 0 };
                for delivery in leased {
                    let mut turn = store.begin().await.unwrap();
                    assert!(turn.outbox_done(delivery.id, &owner, at(1)).await.unwrap());
                    turn.commit().await.unwrap();
                    mine.push(delivery.key);
                }
                assert!(mine.len() <= 60, "the same deliveries again and again");
            }
            mine
        });
    }
    let mut all: Vec<String> = contenders.join_all().await.into_iter().flatten().collect();
    all.sort_unstable();
    assert_eq!(all, (0..60).map(|n| format!("key {n:02}")).collect::<Vec<_>>());
}

pub async fn a_lost_delivery_is_taken_over(store: &Store) {
    put(store, "k", at(0)).await;
    let dead = store.lease_outbox(at(0), "dead", LEASE, 1).await.unwrap();
    assert_eq!(keys(store, at(29), "heir").await, []);
    assert_eq!(store.read().await.unwrap().next_delivery().await.unwrap(), Some(at(30)));
    assert_eq!(keys(store, at(30), "heir").await, [("k".to_owned(), 2)]);
    let mut turn = store.begin().await.unwrap();
    assert!(!turn.outbox_done(dead[0].id, "dead", at(31)).await.unwrap());
    assert!(!turn.outbox_retry_later(dead[0].id, "dead", at(31), Span(0)).await.unwrap());
    assert!(turn.outbox_done(dead[0].id, "heir", at(31)).await.unwrap());
    turn.commit().await.unwrap();
    assert_eq!(keys(store, at(1000), "heir").await, []);
}

pub async fn a_failed_delivery_comes_later(store: &Store) {
    put(store, "k", at(0)).await;
    let mut now = at(0);
    for attempt in 1..=8 {
        let leased = store.lease_outbox(now, "a", LEASE, 1).await.unwrap();
        assert_eq!(leased[0].attempts, attempt);
        let wait = Backoff::PAGE.after(attempt);
        let mut turn = store.begin().await.unwrap();
        assert!(turn.outbox_retry_later(leased[0].id, "a", now, wait).await.unwrap());
        turn.commit().await.unwrap();
        assert_eq!(keys(store, now.plus(Span(wait.0 - 1)), "b").await, []);
        now = now.plus(wait);
    }
    let waits: Vec<i64> = (1..=8).map(|attempt| Backoff::PAGE.after(attempt).0).collect();
    assert_eq!(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
    assert_eq!(Backoff::PAGE.after(i64::MAX), Backoff::PAGE.most);
}

pub async fn a_parked_delivery_is_in_nobodys_way(store: &Store) {
    for key in ["poison", "sound"] {
        put(store, key, at(0)).await;
    }
    let leased = store.lease_outbox(at(0), "a", LEASE, 1).await.unwrap();
    let mut turn = store.begin().await.unwrap();
    assert!(!turn.outbox_park(leased[0].id, "b", at(1)).await.unwrap(), "somebody else's");
    assert!(turn.outbox_park(leased[0].id, "a", at(1)).await.unwrap());
    turn.commit().await.unwrap();
    assert_eq!(store.read().await.unwrap().parked().await.unwrap(), Parked { deadlines: 0, deliveries: 1 });
    assert_eq!(keys(store, at(100), "a").await, [("sound".to_owned(), 1)]);
    assert_eq!(put(store, "poison", at(0)).await, Put::Duplicate, "its key stays taken");
    assert_eq!(store.unpark().await.unwrap(), Parked { deadlines: 0, deliveries: 1 });
    assert_eq!(keys(store, at(100), "a").await, [("poison".to_owned(), 1)], "from the first attempt on");
    assert_eq!(store.read().await.unwrap().parked().await.unwrap(), Parked::default());
}

pub async fn released_deliveries_are_free_at_once(store: &Store) {
    for key in ["kept", "released"] {
        put(store, key, at(0)).await;
    }
    assert_eq!(keys(store, at(1), "a").await, [("kept".to_owned(), 1), ("released".to_owned(), 1)]);
    assert_eq!(store.release_outbox("a").await.unwrap(), 2);
    assert_eq!(keys(store, at(1), "b").await, [("kept".to_owned(), 2), ("released".to_owned(), 2)]);
    let mut turn = store.begin().await.unwrap();
    let nameless = NewDelivery {
        association: Some(fresh()),
        kind: "ring".into(),
        key: "no such association",
        put: NIGHT,
        not_before: NIGHT,
        body: &0,
    };
    assert_eq!(turn.put_outbox(&nameless).await, Err(Error::Constraint(Constraint::Reference)));
}
