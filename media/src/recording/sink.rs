//! Where recorded bytes go. One door, so that an encrypting vault can stand behind it later.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use yoban_domain::id::SessionId;

/// Waits until what was appended before it was made is on the disk itself. After an error that must not be trusted (R11).
pub type DiskWait = Box<dyn FnOnce() -> io::Result<()> + Send>;

/// A place for recordings. Names are made by the recorder (`a-z 0-9 - .`), never taken from outside.
///
/// What was appended must be readable after the process is killed; what was synced, after a power cut. A vault seals each
/// append as one record, and reads end at the first record that is not whole.
pub trait Sink: Send + Sync {
    /// Sessions that have anything here.
    ///
    /// # Errors
    /// When the place cannot be read.
    fn sessions(&self) -> io::Result<Vec<SessionId>>;

    /// Names of a session's files; empty when there is none.
    ///
    /// # Errors
    /// When the place cannot be read.
    fn list(&self, session: SessionId) -> io::Result<Vec<String>>;

    /// Begins a file, replacing an unfinished one of the same name. Its name is safe from a power cut with its first sync.
    ///
    /// # Errors
    /// When it cannot be made.
    fn create(&self, session: SessionId, name: &str) -> io::Result<Box<dyn Segment>>;

    /// Reads what was appended to a file, from the start.
    ///
    /// # Errors
    /// `NotFound`, or when it cannot be read.
    fn read(&self, session: SessionId, name: &str) -> io::Result<Box<dyn Read + Send>>;

    /// Removes a file; one that is not there is fine.
    ///
    /// # Errors
    /// When it stays.
    fn remove(&self, session: SessionId, name: &str) -> io::Result<()>;

    /// Bytes that may still be written here.
    ///
    /// # Errors
    /// When the place does not say.
    fn free(&self) -> io::Result<u64>;
}

/// A file that is being written. Dropping it leaves what was appended.
pub trait Segment: Send {
    /// Appends bytes, past every buffer of this process. After an error the end of the file is unknown; append no more.
    ///
    /// # Errors
    /// Disk full and all else the disk may answer.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// The wait for everything that was appended so far; it may be called on another thread, while more is appended here.
    fn sync(&mut self) -> DiskWait;

    /// Syncs and gives the file its final name in one step that either happened or did not.
    ///
    /// # Errors
    /// What the disk answers.
    fn finish(self: Box<Self>, name: &str) -> io::Result<()>;
}

/// Plain files, one folder per session, for their owner's eyes alone. For the demo, until the vault exists.
#[derive(Debug, Clone)]
pub struct FileSink {
    dir: PathBuf,
}

impl FileSink {
    /// Uses (and makes) the folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(dir: impl Into<PathBuf>) -> io::Result<Self> {
        let dir = dir.into();
        private_folder(&dir)?;
        Ok(Self { dir })
    }

    fn folder(&self, session: SessionId) -> PathBuf {
        self.dir.join(session.0.simple().to_string())
    }

    fn path(&self, session: SessionId, name: &str) -> io::Result<PathBuf> {
        let plain = !name.starts_with('.')
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
        if !plain || name.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a name for a recording"));
        }
        Ok(self.folder(session).join(name))
    }
}

impl Sink for FileSink {
    fn sessions(&self) -> io::Result<Vec<SessionId>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            if entry.file_type()?.is_dir()
                && let Some(id) = entry.file_name().to_str().and_then(|name| name.parse::<SessionId>().ok())
                && self.folder(id) == entry.path()
            {
                found.push(id);
            }
        }
        found.sort();
        Ok(found)
    }

    fn list(&self, session: SessionId) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        let entries = match fs::read_dir(self.folder(session)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(names),
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_file()
                && let Ok(name) = entry.file_name().into_string()
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn create(&self, session: SessionId, name: &str) -> io::Result<Box<dyn Segment>> {
        let path = self.path(session, name)?;
        let folder = self.folder(session);
        let mut unsynced = vec![folder.clone()];
        if !folder.exists() {
            private_folder(&folder)?;
            unsynced.push(self.dir.clone());
        }
        let file = Arc::new(private_file(&path)?);
        Ok(Box::new(FileSegment { file, path, folder, unsynced }))
    }

    fn read(&self, session: SessionId, name: &str) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(BufReader::with_capacity(1 << 16, File::open(self.path(session, name)?)?)))
    }

    fn remove(&self, session: SessionId, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path(session, name)?) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn free(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.dir)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

struct FileSegment {
    file: Arc<File>,
    path: PathBuf,
    folder: PathBuf,
    /// Folders with names that no sync has seen yet.
    unsynced: Vec<PathBuf>,
}

impl Segment for FileSegment {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        (&*self.file).write_all(bytes)
    }

    fn sync(&mut self) -> DiskWait {
        let (file, folders) = (Arc::clone(&self.file), std::mem::take(&mut self.unsynced));
        Box::new(move || {
            file.sync_data()?;
            folders.iter().try_for_each(|folder| sync_folder(folder))
        })
    }

    fn finish(self: Box<Self>, name: &str) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, self.folder.join(name))?;
        sync_folder(&self.folder)?;
        self.unsynced
            .iter()
            .filter(|folder| **folder != self.folder)
            .try_for_each(|folder| sync_folder(folder))
    }
}

/// Makes a folder that its owner alone may enter; one that is there becomes so.
fn private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// Makes an empty file that its owner alone may read and write.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
