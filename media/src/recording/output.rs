//! A final file while it is written.

use std::io::{self, Read as _};

use ring::digest::{Context, SHA256};
use yoban_domain::id::SessionId;

use super::manifest::MANIFEST;
use super::sink::{Segment, Sink};

/// How the names begin of what is not yet what it will be.
pub(crate) const PASSING: &str = "tmp-";

/// Whether a file on its way to its final name is the manifest.
pub(crate) fn is_manifest(passing: &str) -> bool {
    passing.strip_prefix(PASSING) == Some(MANIFEST)
}

/// Writes a final file under a passing name and digests it. When it comes to nothing, nothing stays of it.
pub(crate) struct Output<'a> {
    segment: Box<dyn Segment>,
    passing: Passing<'a>,
    digest: Context,
    buffer: Vec<u8>,
    bytes: u64,
}

impl<'a> Output<'a> {
    pub(crate) fn new(sink: &'a dyn Sink, session: SessionId, name: &str) -> io::Result<Self> {
        let passing = Passing { sink, session, name: format!("{PASSING}{name}"), over: false };
        let segment = sink.create(session, &passing.name)?;
        let buffer = Vec::with_capacity(1 << 18);
        Ok(Self { segment, passing, digest: Context::new(&SHA256), buffer, bytes: 0 })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= 1 << 18 { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.digest.update(&self.buffer);
        self.bytes += self.buffer.len() as u64;
        self.segment.append(&self.buffer)?;
        self.buffer.clear();
        Ok(())
    }

    /// Reads everything back, compares, gives the file its name. Size and SHA-256.
    pub(crate) fn finish(mut self, name: &str) -> io::Result<(u64, String)> {
        self.flush()?;
        self.segment.sync()()?;
        let digest = self.digest.finish();
        let mut input = self.passing.sink.read(self.passing.session, &self.passing.name)?;
        let (mut again, mut part) = (Context::new(&SHA256), vec![0; 1 << 16]);
        loop {
            match input.read(&mut part)? {
                0 => break,
                read => again.update(part.get(..read).unwrap_or_default()),
            }
        }
        if again.finish().as_ref() != digest.as_ref() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "what was written does not read back"));
        }
        self.segment.finish(name)?;
        self.passing.over = true;
        let hex = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok((self.bytes, hex))
    }
}

/// A file on its way to its final name; unless it got there, it is removed.
struct Passing<'a> {
    sink: &'a dyn Sink,
    session: SessionId,
    name: String,
    over: bool,
}

impl Drop for Passing<'_> {
    fn drop(&mut self) {
        if !self.over
            && let Err(error) = self.sink.remove(self.session, &self.name)
        {
            tracing::warn!(session = ?self.session, %error, "an unfinished file stays until the next try");
        }
    }
}
