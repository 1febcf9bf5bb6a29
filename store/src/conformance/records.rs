//! Readings and signed records.

use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;
use yoban_domain::id::ReadingId;

use super::scene::{NIGHT, Scene, at, fresh};
use crate::encounter::NewEncounterVersion;
use crate::reading::{Insertion, ReadingHead};
use crate::session::SessionHead;
use crate::{Backend, Constraint, Error, Store};

fn reading(scene: &Scene, session: &SessionHead, seq: i64) -> ReadingHead {
    ReadingHead {
        id: ReadingId(Uuid::from_u128(u128::try_from(seq + 1_000_000).unwrap())),
        association: scene.association,
        case: Some(session.case),
        session: Some(session.id),
        patient: scene.patient,
        device: scene.tablet,
        taken: at(seq),
        received: at(seq + 1),
        kind: "spo2".into(),
    }
}

async fn insert(store: &Store, head: &ReadingHead, value: i64) -> Insertion {
    let mut turn = store.begin().await.unwrap();
    let insertion = turn.insert_reading(head, &json!({"value": value})).await.unwrap();
    turn.commit().await.unwrap();
    insertion
}

pub async fn a_reading_is_stored_once_by_its_id(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    let first = reading(&scene, &session, 1);
    assert_eq!(insert(store, &first, 97).await, Insertion::Stored);
    let rows = store.read().await.unwrap().readings_of_case(session.case).await.unwrap();
    assert_eq!(rows[0].body.read::<Value>().unwrap(), json!({"value": 97}));
    // The same id again, whatever comes with it, changes nothing and gives what is there: the caller compares.
    let mut turn = store.begin().await.unwrap();
    let (_, phone) = scene.neighbour(&mut turn).await;
    turn.commit().await.unwrap();
    for again in [
        ReadingHead { received: at(50), ..first.clone() },
        ReadingHead { device: phone, taken: at(900), ..first.clone() },
    ] {
        assert_eq!(insert(store, &again, 80).await, Insertion::Present(Box::new(rows[0].clone())));
    }
    assert_eq!(store.read().await.unwrap().readings_of_case(session.case).await.unwrap(), rows);
    let other = ReadingHead { id: fresh(), ..first.clone() };
    assert_eq!(insert(store, &other, 97).await, Insertion::Stored, "another id is another reading");
}

pub async fn racing_readings_are_stored_once(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    let mut contenders = JoinSet::new();
    for _ in 0..6 {
        let (store, session) = (store.clone(), session.clone());
        contenders.spawn(async move {
            let mut new = 0;
            for seq in 0..20 {
                let head = ReadingHead { received: NIGHT, ..reading(&scene, &session, seq) };
                new += usize::from(insert(&store, &head, seq).await == Insertion::Stored);
            }
            new
        });
    }
    assert_eq!(contenders.join_all().await.into_iter().sum::<usize>(), 20);
    assert_eq!(store.read().await.unwrap().readings_of_case(session.case).await.unwrap().len(), 20);
}

pub async fn readings_come_in_the_order_taken(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    // They arrive out of order, one of them long before this night's case.
    for seq in [3, 1, 4, 2] {
        insert(store, &reading(&scene, &session, seq), seq).await;
    }
    let routine = ReadingHead { case: None, session: None, ..reading(&scene, &session, -5000) };
    insert(store, &routine, 5).await;
    let mut read = store.read().await.unwrap();
    let seqs = |rows: Vec<crate::reading::ReadingRow>| {
        rows.iter().map(|row| (row.head.taken.0 - NIGHT.0) / 1_000).collect::<Vec<_>>()
    };
    assert_eq!(seqs(read.readings_of_case(session.case).await.unwrap()), [1, 2, 3, 4]);
}

fn version<'a>(scene: &Scene, session: &SessionHead, version: i64, text: &'a str) -> NewEncounterVersion<'a> {
    NewEncounterVersion {
        session: session.id,
        association: scene.association,
        version,
        text,
        digest: &[0, 1, 2, 255],
        signed_by: scene.doctor,
        signed: at(version),
    }
}

async fn sign(store: &Store, new: &NewEncounterVersion<'_>) -> Result<(), Error> {
    let mut turn = store.begin().await.unwrap();
    turn.insert_encounter_version(new).await?;
    turn.commit().await
}

pub async fn signed_versions_keep_their_bytes(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    // Order of keys, spaces, doubled keys and escapes are part of what was signed.
    let text = "{ \"b\": 1.50,\n\t\"a\": \"\\u0041\", \"b\": 2 }";
    assert_eq!(store.read().await.unwrap().latest_encounter_version(session.id).await.unwrap(), None);
    sign(store, &version(&scene, &session, 1, text)).await.unwrap();
    sign(store, &version(&scene, &session, 2, "{}")).await.unwrap();
    let mut read = store.read().await.unwrap();
    let rows = read.encounter_versions(session.id).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.body.as_str()).collect::<Vec<_>>(), [text, "{}"]);
    assert_eq!(
        (rows[0].digest.as_slice(), rows[0].signed_by, rows[0].signed),
        (&[0, 1, 2, 255][..], scene.doctor, at(1))
    );
    assert_eq!(read.latest_encounter_version(session.id).await.unwrap(), rows.last().cloned());
    drop(read);
    let torn = sign(store, &version(&scene, &session, 3, "{")).await;
    assert_eq!(torn, Err(Error::Constraint(Constraint::Value)));
}

pub async fn signed_versions_never_change(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    sign(store, &version(&scene, &session, 1, "{}")).await.unwrap();
    assert_eq!(sign(store, &version(&scene, &session, 1, "[]")).await, Err(Error::Conflict));
    assert_eq!(sign(store, &version(&scene, &session, 3, "[]")).await, Err(Error::Conflict), "skips one");
    let refused = Err(Error::Constraint(Constraint::AppendOnly));
    let mut turn = store.begin().await.unwrap();
    assert_eq!(run!(&mut *turn, "UPDATE encounter_versions SET body = '[]'"), refused);
    let mut turn = {
        drop(turn);
        store.begin().await.unwrap()
    };
    assert_eq!(run!(&mut *turn, "DELETE FROM encounter_versions"), refused);
    let mut turn = {
        drop(turn);
        store.begin().await.unwrap()
    };
    let whole = match store.backend() {
        Backend::Sqlite => run!(
            &mut *turn,
            "INSERT OR REPLACE INTO encounter_versions
             (session_id, version, association_id, body, digest, signed_by, signed_ms)
             SELECT session_id, version, association_id, '[]', digest, signed_by, signed_ms
             FROM encounter_versions"
        ),
        Backend::Postgres => run!(&mut *turn, "TRUNCATE encounter_versions"),
    };
    assert_eq!(whole, refused);
    drop(turn);
    let rows = store.read().await.unwrap().encounter_versions(session.id).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.body.as_str()).collect::<Vec<_>>(), ["{}"]);
}

pub async fn two_signatures_make_one_version(store: &Store) {
    let scene = Scene::set(store).await;
    let session = scene.start_session(store).await;
    let mut contenders = JoinSet::new();
    for _ in 0..6 {
        let (store, session) = (store.clone(), session.clone());
        contenders.spawn(async move { sign(&store, &version(&scene, &session, 1, "{}")).await });
    }
    let outcomes = contenders.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    assert_eq!(
        outcomes.iter().filter(|outcome| **outcome == Err(Error::Conflict)).count(),
        5,
        "{outcomes:?}"
    );
}
