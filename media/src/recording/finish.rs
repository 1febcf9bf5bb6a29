//! Makes final files out of raw ones, at the end of a session and after a crash. Doing it twice changes nothing.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read as _};

use yoban_domain::id::{LegId, SessionId};
use yoban_domain::session::RecordingFailure;

use super::manifest::{MANIFEST, Manifest, TrackFile};
use super::output::{Output, PASSING};
use super::place::{Placement, lip_shift};
use super::sidecar::{self, Notes};
use super::sink::Sink;
use super::{Codec, Kind, failure, final_audio, final_video, mix};

/// Work for the finishing thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Job {
    /// Make final files of the raw ones with numbers below this.
    Finish(SessionId, u32),
    /// Its manifest stands; whoever was told may have died before storing it, so it is told once more.
    Tell(SessionId),
}

/// What recorders that ended or died left in a sink. A session that cannot be looked into is logged and left for the next
/// start: the others must not wait for it.
///
/// # Errors
/// When the sessions cannot be listed.
pub(crate) fn left_behind(sink: &dyn Sink) -> io::Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for session in sink.sessions()? {
        match sink.list(session) {
            Ok(names) => jobs.extend(job_of(session, &names)),
            Err(error) => tracing::error!(?session, %error, "recording not looked into"),
        }
    }
    Ok(jobs)
}

pub(crate) fn job_of(session: SessionId, names: &[String]) -> Option<Job> {
    let open = names.iter().any(|name| name.starts_with("raw-") || name.starts_with(PASSING));
    if !open && names.iter().any(|name| name == MANIFEST) {
        return Some(Job::Tell(session));
    }
    // The numbers are taken now: a call that goes on after a restart adds newer files meanwhile.
    let last = names.iter().filter_map(|name| Raw::parse(name)).map(|raw| raw.number).max();
    (!names.is_empty()).then_some(Job::Finish(session, last.map_or(0, |last| last.saturating_add(1))))
}

/// Does one job; says the manifest that now stands.
///
/// # Errors
/// When a file cannot be read or written; the raw files stay.
pub(crate) fn work(sink: &dyn Sink, job: Job, mix_bitrate: i32) -> io::Result<Option<Manifest>> {
    match job {
        Job::Finish(session, below) => finish_session(sink, session, below, mix_bitrate).map(Some),
        Job::Tell(session) => read_manifest(sink, session),
    }
}

impl Job {
    pub(crate) const fn session(self) -> SessionId {
        match self {
            Self::Finish(session, _) | Self::Tell(session) => session,
        }
    }
}

/// A raw file by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) name: String,
    pub(crate) number: u32,
    pub(crate) leg: LegId,
    pub(crate) codec: Codec,
}

impl Raw {
    fn parse(name: &str) -> Option<Self> {
        let (stem, extension) = name.strip_prefix("raw-")?.split_once('.')?;
        let mut parts = stem.split('-');
        let (number, leg, kind) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        let codec = [Codec::Opus, Codec::Vp8, Codec::H264]
            .into_iter()
            .find(|codec| codec.extension() == extension && codec.kind().name() == kind)?;
        Some(Self { name: name.to_owned(), number, leg, codec })
    }

    pub(crate) fn final_name(&self) -> String {
        self.name.trim_start_matches("raw-").to_owned()
    }
}

/// Finishes the files with numbers below `below`; a session that was opened again meanwhile keeps its newer ones.
///
/// A final file is a copy, so as much room is needed as the largest picture takes, and not as much again as was recorded: each
/// raw picture goes as soon as its final file stands in the manifest. Raw sound goes last, once the mix that is made of it stands
/// there, too: while any of it is left, the session is known to be unfinished.
fn finish_session(sink: &dyn Sink, session: SessionId, below: u32, mix_bitrate: i32) -> io::Result<Manifest> {
    let names = sink.list(session)?;
    for name in names.iter().filter(|name| name.starts_with(PASSING)) {
        sink.remove(session, name)?;
    }
    let folder = session.0.simple().to_string();
    let mut manifest = read_manifest(sink, session)?.unwrap_or(Manifest {
        session,
        folder,
        tracks: Vec::new(),
        mix: None,
        interrupted: false,
    });
    let mut notes = BTreeMap::new();
    for name in names.iter().filter(|name| name.starts_with("sync-")) {
        sidecar::read(sink.read(session, name)?, &mut notes)?;
    }
    let raws: Vec<Raw> =
        names.iter().filter_map(|name| Raw::parse(name)).filter(|raw| raw.number < below).collect();
    let placements = placements(&raws, &notes);
    let (sounds, pictures): (Vec<Raw>, Vec<Raw>) =
        raws.into_iter().partition(|raw| raw.codec.kind() == Kind::Audio);
    let final_file = |raw: &Raw| -> io::Result<Option<TrackFile>> {
        let (empty, nowhere) = (Notes::default(), Placement::new(&[], 0));
        let notes = notes.get(&raw.number).unwrap_or(&empty);
        make(sink, session, raw, placements.get(&raw.number).unwrap_or(&nowhere), notes)
    };

    for raw in &pictures {
        if !manifest.lists(raw)
            && let Some(track) = final_file(raw)?
        {
            manifest.add(track);
            write_manifest(sink, &manifest)?;
            sink.remove(session, &raw.name)?;
        }
    }
    let mut new_sound = false;
    for raw in &sounds {
        if !manifest.lists(raw)
            && let Some(track) = final_file(raw)?
        {
            manifest.add(track);
            new_sound = true;
        }
    }
    if new_sound {
        manifest.mix = match mix::make(sink, session, &manifest.tracks, mix_bitrate) {
            Ok(mixed) => mixed,
            Err(full) if failure(&full) == RecordingFailure::NoRoom => return Err(full),
            // The tracks are the record; a mix can be made again.
            Err(error) => {
                tracing::error!(?session, %error, "no mix");
                None
            }
        };
    }
    write_manifest(sink, &manifest)?;
    // The pictures that were empty, or in the manifest before a crash, are still there.
    for raw in pictures.iter().chain(&sounds) {
        sink.remove(session, &raw.name)?;
    }
    Ok(manifest)
}

/// The final file of a raw one; `None` when nothing is in it.
fn make(
    sink: &dyn Sink,
    session: SessionId,
    raw: &Raw,
    placement: &Placement,
    notes: &Notes,
) -> io::Result<Option<TrackFile>> {
    let made = match raw.codec.kind() {
        Kind::Audio => final_audio::make(sink, session, raw, placement)?,
        Kind::Video => final_video::make(sink, session, raw, placement)?,
    };
    Ok(made.map(|made| {
        let mut gaps = notes.gaps.clone();
        gaps.extend(made.stalls);
        gaps.sort_by_key(|gap| gap.from);
        TrackFile {
            leg: raw.leg,
            kind: raw.codec.kind(),
            codec: raw.codec,
            file: raw.final_name(),
            started_at: made.started_at,
            duration: made.duration_ms,
            bytes: made.bytes,
            sha256: made.sha256,
            units: made.units,
            gaps,
            interrupted: !notes.ended,
        }
    }))
}

impl Manifest {
    fn lists(&self, raw: &Raw) -> bool {
        self.tracks.iter().any(|track| track.file == raw.final_name())
    }

    fn add(&mut self, track: TrackFile) {
        self.interrupted |= track.interrupted;
        self.tracks.push(track);
        self.tracks.sort_by_key(|track| (track.started_at, track.file.clone()));
    }
}

fn write_manifest(sink: &dyn Sink, manifest: &Manifest) -> io::Result<()> {
    let mut output = Output::new(sink, manifest.session, MANIFEST)?;
    output.write(&serde_json::to_vec_pretty(manifest)?)?;
    output.finish(MANIFEST).map(|_| ())
}

fn read_manifest(sink: &dyn Sink, session: SessionId) -> io::Result<Option<Manifest>> {
    let mut content = Vec::new();
    match sink.read(session, MANIFEST) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?.read_to_end(&mut content)?,
    };
    // It appears whole or not at all; one that cannot be read is damage, and must not be overwritten.
    Ok(Some(serde_json::from_slice(&content)?))
}

/// Time maps of all files, pictures moved to the sound of the same person.
fn placements(raws: &[Raw], notes: &BTreeMap<u32, Notes>) -> HashMap<u32, Placement> {
    let empty = Notes::default();
    let note = |raw: &Raw| notes.get(&raw.number).unwrap_or(&empty);
    let begun: BTreeMap<u32, i64> =
        notes.iter().filter_map(|(number, notes)| Some((*number, notes.begin?.3))).collect();
    // Numbers rise with time. What a crash left without a word in the map is near what began before it, or else after.
    let near = |number: u32| {
        begun.range(..number).next_back().or_else(|| begun.range(number..).next()).map(|(_, at)| *at)
    };
    let mut all: HashMap<u32, Placement> = raws
        .iter()
        .map(|raw| {
            let started_at =
                note(raw).begin.map(|(.., at)| at).or_else(|| near(raw.number)).unwrap_or_default();
            (raw.number, Placement::new(&note(raw).points, started_at))
        })
        .collect();
    let mut sound: HashMap<LegId, Vec<(i64, i64)>> = HashMap::new();
    for raw in raws.iter().filter(|raw| raw.codec.kind() == Kind::Audio) {
        if let Some(place) = all.get(&raw.number)
            && let Some(offset) = place.sender_offset(&note(raw).reports)
        {
            sound.entry(raw.leg).or_default().push((place.offset(0), offset));
        }
    }
    for raw in raws.iter().filter(|raw| raw.codec.kind() == Kind::Video) {
        let Some(place) = all.get_mut(&raw.number) else {
            continue;
        };
        let begins = place.offset(0);
        // The person's sound that began nearest to this picture: a rejoined sender has a new clock.
        let near = sound.get(&raw.leg).and_then(|list| list.iter().min_by_key(|(at, _)| (at - begins).abs()));
        place.shift(lip_shift(near.map(|(_, offset)| *offset), place.sender_offset(&note(raw).reports)));
    }
    all
}

/// What a final file turned out to be.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) started_at: i64,
    pub(crate) duration_ms: i64,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
    pub(crate) units: u64,
    pub(crate) stalls: Vec<super::Gap>,
}
