//! Plain files behind a sink that does first what a test wants.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use yoban_domain::id::SessionId;

use super::clips::Temp;
use crate::recording::{DiskWait, FileSink, Segment, Sink};

/// What is done before the sink does its work; an error is its answer.
pub type Hook = Arc<dyn Fn(SessionId, &str) -> io::Result<()> + Send + Sync>;

pub struct Hooked {
    inner: FileSink,
    dir: PathBuf,
    list: Hook,
    create: Hook,
    read: Hook,
    sync: Hook,
    /// Whose waits for the disk were asked for, in their order.
    pub waits: Arc<Mutex<Vec<SessionId>>>,
    pub disk: Arc<Disk>,
    /// What is appended to a file and what is removed changes what is free.
    pub fills: bool,
}

pub struct Disk {
    /// Bytes that the sink says are free.
    pub free: AtomicU64,
    /// The least that was ever free after an append, where appends count.
    pub lowest: AtomicU64,
}

impl Hooked {
    pub fn new(temp: &Temp) -> Self {
        let nothing: Hook = Arc::new(|_, _| Ok(()));
        Self {
            inner: FileSink::new(temp.path("rec")).unwrap(),
            dir: temp.path("rec"),
            list: Arc::clone(&nothing),
            create: Arc::clone(&nothing),
            read: Arc::clone(&nothing),
            sync: nothing,
            waits: Arc::default(),
            disk: Arc::new(Disk { free: AtomicU64::new(u64::MAX), lowest: AtomicU64::new(u64::MAX) }),
            fills: false,
        }
    }

    pub fn on_list(
        mut self,
        hook: impl Fn(SessionId, &str) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.list = Arc::new(hook);
        self
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
        (self.list)(session, "")?;
        self.inner.list(session)
    }
    fn create(&self, session: SessionId, name: &str) -> io::Result<Box<dyn Segment>> {
        (self.create)(session, name)?;
        let inner = self.inner.create(session, name)?;
        let (name, sync, waits) = (name.to_owned(), Arc::clone(&self.sync), Arc::clone(&self.waits));
        let disk = self.fills.then(|| Arc::clone(&self.disk));
        Ok(Box::new(HookedSegment { inner, session, name, sync, waits, disk }))
    }
    fn read(&self, session: SessionId, name: &str) -> io::Result<Box<dyn io::Read + Send>> {
        (self.read)(session, name)?;
        self.inner.read(session, name)
    }
    fn remove(&self, session: SessionId, name: &str) -> io::Result<()> {
        let size =
            fs::metadata(self.dir.join(session.0.simple().to_string()).join(name)).map(|meta| meta.len());
        self.inner.remove(session, name)?;
        if self.fills {
            self.disk.free.fetch_add(size.unwrap_or(0), Ordering::Relaxed);
        }
        Ok(())
    }
    fn free(&self) -> io::Result<u64> {
        Ok(self.disk.free.load(Ordering::Relaxed))
    }
}

struct HookedSegment {
    inner: Box<dyn Segment>,
    session: SessionId,
    name: String,
    sync: Hook,
    waits: Arc<Mutex<Vec<SessionId>>>,
    disk: Option<Arc<Disk>>,
}

impl Segment for HookedSegment {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(disk) = &self.disk {
            let take = |free: u64| free.checked_sub(bytes.len() as u64);
            let before = disk.free.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
            let before = before.map_err(|_| io::Error::from(io::ErrorKind::StorageFull))?;
            disk.lowest.fetch_min(before - bytes.len() as u64, Ordering::Relaxed);
        }
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
