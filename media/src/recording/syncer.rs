//! The thread that waits for the disk itself, so that the recording thread never does. What is written already outlives
//! the process that wrote it; waiting for the disk is for a power cut alone.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender};

use yoban_domain::id::SessionId;

use super::sink::DiskWait;

/// What of one session is to be synced. A session sends the next when it has heard of the last: what a slow disk has to do
/// does not pile up.
pub(crate) struct Batch {
    pub(crate) session: SessionId,
    pub(crate) files: Vec<DiskWait>,
    pub(crate) done: Sender<io::Result<()>>,
}

/// Syncs until nobody can ask any more.
pub(crate) fn run(batches: &Receiver<Batch>) {
    for Batch { session, files, done } in batches {
        let all = || files.into_iter().try_for_each(|wait| wait());
        let result = catch_unwind(AssertUnwindSafe(all));
        let result = result.unwrap_or_else(|_| Err(io::Error::other("the syncing panicked")));
        // Nobody waits for what a session synced at its close: it is finished from what was written.
        if let Err(unheard) = done.send(result)
            && let Err(error) = unheard.0
        {
            tracing::error!(?session, %error, "raw files of a recording that ended are not safe from a power cut");
        }
    }
}
