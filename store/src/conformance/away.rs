//! A store that is out of reach for a while, for those who must make good what they could not read or store meanwhile.

use crate::Store;

/// From now on no session can be read or stored, on any connection.
pub async fn take_away(store: &Store) {
    let mut turn = store.begin().await.unwrap();
    run!(&mut *turn, "ALTER TABLE sessions RENAME TO sessions_that_are_away").unwrap();
    turn.commit().await.unwrap();
}

/// Everything is where it was.
pub async fn bring_back(store: &Store) {
    let mut turn = store.begin().await.unwrap();
    run!(&mut *turn, "ALTER TABLE sessions_that_are_away RENAME TO sessions").unwrap();
    turn.commit().await.unwrap();
}
