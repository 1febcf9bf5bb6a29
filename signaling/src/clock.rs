//! The one clock. Everything below asks it or gets `now` as an argument; tests turn a virtual one by hand.

use std::time::Duration;

use tokio::sync::watch;
use yoban_domain::time::{Span, Timestamp};

/// How long a system sleep lasts at most before the wall clock is looked at again: it may have been set meanwhile.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// What time it is, and how to wait for an instant.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's wall clock.
    System,
    /// A clock that moves only when it is turned, whatever the database does meanwhile.
    Virtual(VirtualClock),
}

impl Clock {
    /// Now, in whole milliseconds.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_now(),
            Self::Virtual(clock) => *clock.0.borrow(),
        }
    }

    /// Returns once it is `at` or later.
    pub async fn until(&self, at: Timestamp) {
        match self {
            Self::System => loop {
                let Span(left) = at.since(system_now());
                let Ok(left) = u64::try_from(left) else { return };
                if left == 0 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(left).min(LOOK_AGAIN)).await;
            },
            Self::Virtual(clock) => {
                // The sender lives in `clock` itself, so waiting cannot fail.
                let mut turned = clock.0.subscribe();
                let _closed = turned.wait_for(|now| *now >= at).await;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn system_now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A clock that is turned by hand. Cheap to clone; all clones show the same time.
#[derive(Clone, Debug)]
pub struct VirtualClock(watch::Sender<Timestamp>);

impl VirtualClock {
    /// A clock that stands at `at`.
    pub fn at(at: Timestamp) -> Self {
        Self(watch::Sender::new(at))
    }

    /// Moves it forward; never back.
    pub fn turn(&self, span: Span) {
        self.0.send_modify(|now| *now = now.plus(Span(span.0.max(0))));
    }
}
