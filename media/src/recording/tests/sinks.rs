//! Plain files behind a sink that does first what a test wants.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use yoban_domain::id::SessionId;

use super::clips::Temp;
use crate::recording::{DiskWait, FileSink, Segment, Sink};

/// What is done before the sink does its work; an error is its answer.
pub type Hook = Arc<dyn Fn(SessionId, &str) -> io::Result<()> + Send + Sync>;

pub struct Hooked {
    inner: FileSink,
    create: Hook,
    read: Hook,
    sync: Hook,
    /// Whose waits for the disk were asked for, in their order.
    pub waits: Arc<Mutex<Vec<SessionId>>>,
    /// Bytes that it says are free.
    pub free: AtomicU64,
}

impl Hooked {
    pub fn new(temp: &Temp) -> Self {
        let nothing: Hook = Arc::new(|_, _| Ok(()));
        Self {
            inner: FileSink::new(temp.path("rec")).unwrap(),
            create: Arc::clone(&nothing),
            read: Arc::clone(&nothing),
            sync: nothing,
            waits: Arc::default(),
            free: AtomicU64::new(u64::MAX),
        }
    }

    pub fn on_create(
        mut self,
        hook: impl Fn(SessionId, &str) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.create = Arc::new(hook);
        self
    }

    pub fn on_read(
        mut self,
        hook: impl Fn(SessionId, &str) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.read = Arc::new(hook);
        self
    }

    /// Runs where the wait for the disk runs.
    pub fn on_sync(
        mut self,
        hook: impl Fn(SessionId, &str) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.sync = Arc::new(hook);
        self
    }
}

impl Sink for Hooked {
    fn sessions(&self) -> io::Result<Vec<SessionId>> {
        self.inner.sessions()
    }
    fn list(&self, session: SessionId) -> io::Result<Vec<String>> {
        self.inner.list(session)
    }
    fn create(&self, session: SessionId, name: &str) -> io::Result<Box<dyn Segment>> {
        (self.create)(session, name)?;
        let inner = self.inner.create(session, name)?;
        let (name, sync, waits) = (name.to_owned(), Arc::clone(&self.sync), Arc::clone(&self.waits));
        Ok(Box::new(HookedSegment { inner, session, name, sync, waits }))
    }
    fn read(&self, session: SessionId, name: &str) -> io::Result<Box<dyn io::Read + Send>> {
        (self.read)(session, name)?;
        self.inner.read(session, name)
    }
    fn remove(&self, session: SessionId, name: &str) -> io::Result<()> {
        self.inner.remove(session, name)
    }
    fn free(&self) -> io::Result<u64> {
        Ok(self.free.load(Ordering::Relaxed))
    }
}

struct HookedSegment {
    inner: Box<dyn Segment>,
    session: SessionId,
    name: String,
    sync: Hook,
    waits: Arc<Mutex<Vec<SessionId>>>,
}

impl Segment for HookedSegment {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.inner.append(bytes)
    }
    fn sync(&mut self) -> DiskWait {
        self.waits.lock().unwrap().push(self.session);
        let (wait, hook) = (self.inner.sync(), Arc::clone(&self.sync));
        let (session, name) = (self.session, self.name.clone());
        Box::new(move || hook(session, &name).and_then(|()| wait()))
    }
    fn finish(self: Box<Self>, name: &str) -> io::Result<()> {
        self.inner.finish(name)
    }
}
