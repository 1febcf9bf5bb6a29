//! Something that is seen, and that others wait upon.

use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::PATIENCE;

/// Value with waiters. Waiting is by condition, never by a fixed time.
pub struct Shared<T>(Arc<(Mutex<T>, watch::Sender<()>)>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Default> Default for Shared<T> {
    fn default() -> Self {
        Self(Arc::new((Mutex::new(T::default()), watch::Sender::new(()))))
    }
}

impl<T> Shared<T> {
    /// Changes the value and wakes who waits.
    pub fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let result = change(&mut self.0.0.lock().unwrap());
        self.0.1.send_replace(());
        result
    }

    /// Looks at the value as it is now.
    pub fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.0.0.lock().unwrap())
    }

    /// Waits until `look` finds something; panics with `summary` when it never does.
    pub async fn until<R>(
        &self,
        what: &str,
        mut look: impl FnMut(&T) -> Option<R>,
        summary: impl FnOnce(&T) -> String,
    ) -> R {
        let mut changed = self.0.1.subscribe();
        let waiting = async {
            loop {
                if let Some(found) = self.look(&mut look) {
                    return found;
                }
                changed.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("never happened: {what}\n{}", self.look(summary)),
        }
    }
}
