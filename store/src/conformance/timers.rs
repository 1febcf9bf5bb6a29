//! Timers: leases and fences.

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use yoban_domain::id::CaseId;
use yoban_domain::time::{Span, Timestamp};

use super::scene::{Scene, at};
use crate::timer::{Parked, Subject, Timer};
use crate::{Error, Store};

const LEASE: Span = Span::seconds(30);

/// A reason as the domain may write it: plain, or with data.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Reason {
    RingEnds,
    Review,
    LegRingEnds(u32),
}

async fn set(store: &Store, scene: &Scene, case: CaseId, wanted: &[(Reason, Timestamp)]) {
    let mut turn = store.begin().await.unwrap();
    turn.replace_timers(scene.association, Subject::Case(case), wanted).await.unwrap();
    turn.commit().await.unwrap();
}

async fn stored(store: &Store, case: CaseId) -> Vec<Timer> {
    store.read().await.unwrap().timers_of(Subject::Case(case)).await.unwrap()
}

async fn lease(store: &Store, now: Timestamp, owner: &str) -> Vec<Timer> {
    store.lease_due_timers(now, owner, LEASE, 1000).await.unwrap()
}

async fn done(store: &Store, timer: &Timer) -> bool {
    let mut turn = store.begin().await.unwrap();
    let fired = turn.timer_done(timer.id, timer.epoch).await.unwrap();
    turn.commit().await.unwrap();
    fired
}

pub async fn due_timers_come_in_order(store: &Store) {
    let scene = Scene::set(store).await;
    let mut expected = Vec::new();
    for seconds in [50, 10, 40, 20, 30, 20] {
        let case = scene.open_case(store).await;
        set(store, &scene, case, &[(Reason::RingEnds, at(seconds))]).await;
        expected.push((seconds, case));
    }
    expected.sort_by_key(|(seconds, _)| *seconds);
    assert_eq!(lease(store, at(9), "a").await, []);
    let first = store.lease_due_timers(at(40), "a", LEASE, 3).await.unwrap();
    let rest = store.lease_due_timers(at(40), "a", LEASE, 100).await.unwrap();
    let found: Vec<_> = first.iter().chain(&rest).map(|timer| timer.subject().unwrap()).collect();
    assert_eq!(found, expected[..5].iter().map(|(_, case)| Subject::Case(*case)).collect::<Vec<_>>());
    assert_eq!((first.len(), rest.len()), (3, 2));
    // Due exactly now counts as due.
    assert_eq!(lease(store, at(50), "a").await.len(), 1);
}

/// Eight contenders, 200 due timers, small bites: every timer is somebody's, none is two people's.
pub async fn racing_contenders_lease_each_timer_once(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    let wanted: Vec<_> = (0..200).map(|n| (Reason::LegRingEnds(n), at(i64::from(n % 7)))).collect();
    set(store, &scene, case, &wanted).await;
    let mut contenders = JoinSet::new();
    for contender in 0..8 {
        let store = store.clone();
        contenders.spawn(async move {
            let (owner, mut mine, mut empty) = (format!("node {contender}"), Vec::new(), 0);
            // PostgreSQL skips rows another contender is just claiming, so one empty answer is not yet the
            // end.
            while empty < 3 {
                let leased = store.lease_due_timers(at(10), &owner, LEASE, 5).await.unwrap();
                assert!(leased.len() <= 5);
                empty = if leased.is_empty() { empty + 1 } else { 0 };
                mine.extend(leased.into_iter().map(|timer| timer.id));
                assert!(mine.len() <= 200, "the same timers again and again");
            }
            mine
        });
    }
    let mut all: Vec<i64> = contenders.join_all().await.into_iter().flatten().collect();
    all.sort_unstable();
    let mut expected: Vec<i64> = stored(store, case).await.iter().map(|timer| timer.id).collect();
    expected.sort_unstable();
    assert_eq!(all, expected);
}

pub async fn an_expired_lease_is_taken_over(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    set(store, &scene, case, &[(Reason::RingEnds, at(0))]).await;
    let dead = lease(store, at(0), "dead").await;
    assert_eq!(lease(store, at(29), "heir").await, []);
    let heir = lease(store, at(30), "heir").await;
    assert_eq!((dead[0].id, dead[0].epoch), (heir[0].id, heir[0].epoch));
    assert_eq!((dead[0].attempts, heir[0].attempts), (1, 2));
    assert!(done(store, &heir[0]).await);
    // The one taken for dead wakes up: its turn must change nothing.
    assert!(!done(store, &dead[0]).await);
    assert_eq!(lease(store, at(1000), "heir").await, []);
}

pub async fn replacing_keeps_what_is_the_same(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    set(store, &scene, case, &[(Reason::RingEnds, at(0)), (Reason::Review, at(600))]).await;
    let leased = lease(store, at(0), "a").await;
    set(store, &scene, case, &[(Reason::Review, at(600)), (Reason::RingEnds, at(0))]).await;
    assert_eq!(stored(store, case).await[0], leased[0]);
    assert_eq!(lease(store, at(1), "b").await, [], "the lease was lost");
    assert!(done(store, &leased[0]).await);
}

pub async fn replacing_moves_and_removes(store: &Store) {
    let scene = Scene::set(store).await;
    let (case, other) = (scene.open_case(store).await, scene.open_case(store).await);
    set(store, &scene, other, &[(Reason::RingEnds, at(0))]).await;
    set(store, &scene, case, &[(Reason::RingEnds, at(1)), (Reason::LegRingEnds(7), at(2))]).await;
    let leased = lease(store, at(1), "a").await;
    let ours = leased.iter().find(|timer| timer.subject() == Ok(Subject::Case(case))).unwrap();
    // Moved: same row, new epoch, no lease; the other reason is gone, a third is new.
    set(store, &scene, case, &[(Reason::RingEnds, at(5)), (Reason::Review, at(600))]).await;
    let now = stored(store, case).await;
    assert_eq!((now[0].id, now[0].epoch, now[0].due), (ours.id, 2, at(5)));
    let reasons: Vec<Reason> = now.iter().map(|timer| timer.reason().unwrap()).collect();
    assert_eq!(reasons, [Reason::RingEnds, Reason::Review]);
    assert!(!done(store, ours).await, "fired for a deadline that was moved");
    let taken = lease(store, at(5), "b").await;
    assert_eq!(
        (taken.len(), taken[0].id, taken[0].attempts),
        (1, now[0].id, 1),
        "a new deadline, a new count"
    );
    set(store, &scene, case, &[]).await;
    assert_eq!(stored(store, case).await, []);
    // Another case's timers were never touched.
    assert_eq!(stored(store, other).await.len(), 1);
}

pub async fn of_one_reason_the_earlier_counts(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    set(store, &scene, case, &[(Reason::Review, at(9)), (Reason::Review, at(4)), (Reason::Review, at(6))])
        .await;
    assert_eq!(stored(store, case).await.iter().map(|timer| timer.due).collect::<Vec<_>>(), [at(4)]);
}

pub async fn a_stale_timer_changes_nothing(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    set(store, &scene, case, &[(Reason::RingEnds, at(0))]).await;
    let leased = lease(store, at(0), "a").await;
    // Two turns for the same firing at once: one acts.
    let mut contenders = JoinSet::new();
    for _ in 0..2 {
        let (store, timer) = (store.clone(), leased[0].clone());
        contenders.spawn(async move { done(&store, &timer).await });
    }
    let mut outcomes = contenders.join_all().await;
    outcomes.sort_unstable();
    assert_eq!(outcomes, [false, true]);
    // A turn that is taken back does not use the timer up.
    set(store, &scene, case, &[(Reason::RingEnds, at(1))]).await;
    let again = lease(store, at(1), "a").await;
    let mut turn = store.begin().await.unwrap();
    assert!(turn.timer_done(again[0].id, again[0].epoch).await.unwrap());
    turn.rollback().await.unwrap();
    assert!(done(store, &again[0]).await);
}

pub async fn timer_ids_are_never_used_again(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    let mut last = 0;
    for _ in 0..5 {
        set(store, &scene, case, &[(Reason::RingEnds, at(0))]).await;
        let timer = stored(store, case).await.remove(0);
        assert!(timer.id > last && timer.epoch == 1);
        last = timer.id;
        assert!(done(store, &timer).await);
    }
}

/// One unreadable row at the head of the queue must not keep the ring behind it from being heard.
pub async fn a_corrupt_timer_stands_in_nobodys_way(store: &Store) {
    let scene = Scene::set(store).await;
    let (bad, worse, good) =
        (scene.open_case(store).await, scene.open_case(store).await, scene.open_case(store).await);
    set(store, &scene, bad, &[(Reason::RingEnds, at(0))]).await;
    set(store, &scene, worse, &[(Reason::RingEnds, at(1))]).await;
    set(store, &scene, good, &[(Reason::RingEnds, at(2))]).await;
    let mut turn = store.begin().await.unwrap();
    run!(&mut *turn, "UPDATE timers SET reason = 'rnig' WHERE subject_id = $1", bad.0).unwrap();
    run!(&mut *turn, "UPDATE timers SET subject_kind = 'csae' WHERE subject_id = $1", worse.0).unwrap();
    turn.commit().await.unwrap();
    let leased = lease(store, at(2), "a").await;
    let id = |n: usize| leased[n].id.to_string();
    let column = |column, n| Err(Error::Corrupt { table: "timers", column, id: id(n) });
    assert_eq!(leased[0].reason::<Reason>(), column("reason", 0));
    assert_eq!(leased[1].subject().map(|_| Reason::Review), column("subject_kind", 1));
    assert_eq!((leased[2].subject(), leased[2].reason()), (Ok(Subject::Case(good)), Ok(Reason::RingEnds)));
}

pub async fn next_due_minds_leases(store: &Store) {
    let scene = Scene::set(store).await;
    let case = scene.open_case(store).await;
    let next = async || store.read().await.unwrap().next_due().await.unwrap();
    assert_eq!(next().await, None);
    set(store, &scene, case, &[(Reason::RingEnds, at(10)), (Reason::Review, at(600))]).await;
    assert_eq!(next().await, Some(at(10)));
    let leased = lease(store, at(10), "a").await;
    assert_eq!(next().await, Some(at(40)), "the end of the lease");
    assert!(done(store, &leased[0]).await);
    assert_eq!(next().await, Some(at(600)));
}

pub async fn released_timers_are_free_at_once(store: &Store) {
    let scene = Scene::set(store).await;
    let (ours, theirs) = (scene.open_case(store).await, scene.open_case(store).await);
    set(store, &scene, ours, &[(Reason::RingEnds, at(0))]).await;
    assert_eq!(lease(store, at(0), "leaving").await.len(), 1);
    set(store, &scene, theirs, &[(Reason::RingEnds, at(0))]).await;
    assert_eq!(lease(store, at(0), "staying").await.len(), 1);
    assert_eq!(store.release_timers("leaving").await.unwrap(), 1);
    let free = lease(store, at(0), "next").await;
    assert_eq!(free.iter().map(|timer| timer.subject().unwrap()).collect::<Vec<_>>(), [Subject::Case(ours)]);
}

/// A deadline that fails every time waits longer each time without keeping others waiting, and in the end is put aside
/// until it is changed or the program starts anew.
pub async fn a_parked_timer_is_in_nobodys_way(store: &Store) {
    let scene = Scene::set(store).await;
    let (bad, good) = (scene.open_case(store).await, scene.open_case(store).await);
    set(store, &scene, bad, &[(Reason::RingEnds, at(0))]).await;
    set(store, &scene, good, &[(Reason::RingEnds, at(1))]).await;
    let one = async |now| store.lease_due_timers(now, "a", LEASE, 1).await.unwrap().remove(0);
    let poison = one(at(1)).await;
    let mut turn = store.begin().await.unwrap();
    assert!(!turn.timer_retry_later(&poison, "b", at(1), Span::seconds(60)).await.unwrap(), "not b's");
    assert!(turn.timer_retry_later(&poison, "a", at(1), Span::seconds(60)).await.unwrap());
    turn.commit().await.unwrap();
    let next = one(at(1)).await;
    assert_eq!(next.subject(), Ok(Subject::Case(good)), "the one behind it is not kept waiting");
    assert!(done(store, &next).await);
    assert_eq!(store.read().await.unwrap().next_due().await.unwrap(), Some(at(61)));
    let again = one(at(61)).await;
    assert_eq!((again.id, again.attempts), (poison.id, 2));
    let mut turn = store.begin().await.unwrap();
    assert!(turn.timer_park(&again, "a", at(61)).await.unwrap());
    turn.commit().await.unwrap();
    assert_eq!(lease(store, at(10_000), "a").await, []);
    let mut read = store.read().await.unwrap();
    assert_eq!(read.next_due().await.unwrap(), None);
    assert_eq!(read.parked().await.unwrap(), Parked { deadlines: 1, deliveries: 0 });
    drop(read);
    set(store, &scene, bad, &[(Reason::RingEnds, at(70))]).await;
    let moved = one(at(70)).await;
    assert_eq!((moved.id, moved.attempts), (poison.id, 1), "a deadline that is changed counts anew");
    let mut turn = store.begin().await.unwrap();
    assert!(turn.timer_park(&moved, "a", at(70)).await.unwrap());
    turn.commit().await.unwrap();
    assert_eq!(store.unpark().await.unwrap(), Parked { deadlines: 1, deliveries: 0 });
    assert_eq!(one(at(70)).await.attempts, 1);
}
