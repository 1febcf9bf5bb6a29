//! What a finished session's recording consists of.

use serde::{Deserialize, Serialize};
use yoban_domain::id::{LegId, SessionId};
use yoban_domain::time::Timestamp;
use yoban_domain::wire::rest::{FileMoment, RecordedMoment};

use super::{Codec, GapReason, Kind};

/// Name of the manifest beside the files.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Everything recorded of one session. Times are Unix ms of the server's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = Recording))]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Whose recording.
    pub session: SessionId,
    /// Folder of this session inside the recordings folder.
    pub folder: String,
    /// One entry per person, kind and segment, in order of their beginning.
    pub tracks: Vec<TrackFile>,
    /// All voices together; absent when nobody was heard or mixing failed.
    pub mix: Option<MixFile>,
    /// At least one segment was ended by a crash or a failing disk.
    pub interrupted: bool,
}

/// One file of a track.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = RecordedTrack))]
#[serde(rename_all = "camelCase")]
pub struct TrackFile {
    /// Whose sound or picture.
    pub leg: LegId,
    /// Sound or picture.
    pub kind: Kind,
    /// As sent.
    pub codec: Codec,
    /// File name relative to the session's folder.
    pub file: String,
    /// When the first sample or picture came, Unix ms.
    pub started_at: i64,
    /// Length of the file, ms.
    pub duration: i64,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// Packets (sound) or pictures in the file as they were sent, fillers not counted.
    pub units: u64,
    /// What is missing between beginning and end.
    pub gaps: Vec<Gap>,
    /// Ended by a crash or a failing disk instead of a stop.
    pub interrupted: bool,
}

/// All voices of a session in one file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = RecordedMix))]
#[serde(rename_all = "camelCase")]
pub struct MixFile {
    /// File name relative to the session's folder.
    pub file: String,
    /// Begin, Unix ms.
    pub started_at: i64,
    /// Length, ms.
    pub duration: i64,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
}

/// A stretch of time that is not in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = RecordedGap))]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Begin, Unix ms.
    pub from: i64,
    /// End, Unix ms.
    pub to: i64,
    /// Why.
    pub reason: GapReason,
}

impl Manifest {
    /// A moment of the call in the files; `None` when nobody was recorded then. What is lost or concealed is still
    /// recorded time, a pause is not.
    pub fn moment(&self, at: Timestamp) -> Option<RecordedMoment> {
        let running = self.tracks.iter().filter(|track| !track.paused(at.0));
        let tracks: Vec<_> = running.filter_map(|t| place(&t.file, t.started_at, t.duration, at.0)).collect();
        let mix = self.mix.as_ref().and_then(|mix| place(&mix.file, mix.started_at, mix.duration, at.0));
        (!tracks.is_empty()).then_some(RecordedMoment { mix, tracks })
    }
}

impl TrackFile {
    fn paused(&self, at: i64) -> bool {
        self.gaps.iter().any(|gap| gap.reason == GapReason::Consent && (gap.from..gap.to).contains(&at))
    }
}

fn place(file: &str, started_at: i64, duration: i64, at: i64) -> Option<FileMoment> {
    let into = at.checked_sub(started_at).filter(|into| (0..=duration).contains(into))?;
    Some(FileMoment { file: file.to_owned(), seconds: into as f64 / 1_000.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(file: &str, kind: Kind, codec: Codec, (from, to): (i64, i64), gaps: &[Gap]) -> TrackFile {
        TrackFile {
            leg: LegId(uuid::Uuid::from_u128(1)),
            kind,
            codec,
            file: file.to_owned(),
            started_at: from,
            duration: to - from,
            bytes: 1,
            sha256: String::new(),
            units: 1,
            gaps: gaps.to_vec(),
            interrupted: false,
        }
    }

    /// `(seconds in the mix, (file, seconds) of the tracks)`.
    type Found = Option<(Option<f64>, Vec<(String, f64)>)>;

    fn find(manifest: &Manifest, at: i64) -> Found {
        let found = manifest.moment(Timestamp(at))?;
        let tracks = found.tracks.into_iter().map(|moment| (moment.file, moment.seconds)).collect();
        Some((found.mix.map(|moment| moment.seconds), tracks))
    }

    #[test]
    fn a_moment_lies_in_the_files_that_ran_then_and_not_in_a_pause() {
        let pause = Gap { from: 20_000, to: 25_000, reason: GapReason::Consent };
        let again = Gap { from: 30_000, to: 31_000, reason: GapReason::Consent };
        let lost = Gap { from: 12_000, to: 13_000, reason: GapReason::Loss };
        let manifest = Manifest {
            session: SessionId(uuid::Uuid::from_u128(2)),
            folder: "f".to_owned(),
            tracks: vec![
                track("picture", Kind::Video, Codec::Vp8, (9_000, 40_000), &[lost, pause, again]),
                track("sound", Kind::Audio, Codec::Opus, (10_000, 40_000), &[pause, again]),
                track("later", Kind::Audio, Codec::Opus, (50_000, 60_000), &[]),
            ],
            mix: Some(MixFile {
                file: "mix".to_owned(),
                started_at: 10_000,
                duration: 50_000,
                bytes: 1,
                sha256: String::new(),
            }),
            interrupted: false,
        };
        let both =
            |picture: f64, sound: f64| vec![("picture".to_owned(), picture), ("sound".to_owned(), sound)];
        assert_eq!(find(&manifest, 8_999), None, "before anything was recorded");
        assert_eq!(
            find(&manifest, 9_500),
            Some((None, vec![("picture".to_owned(), 0.5)])),
            "before any voice"
        );
        assert_eq!(find(&manifest, 10_000), Some((Some(0.0), both(1.0, 0.0))));
        assert_eq!(find(&manifest, 12_345), Some((Some(2.345), both(3.345, 2.345))), "loss is recorded time");
        assert_eq!(find(&manifest, 19_999), Some((Some(9.999), both(10.999, 9.999))));
        for at in [20_000, 24_999, 30_500] {
            assert_eq!(find(&manifest, at), None, "paused at {at}");
        }
        // The pause keeps its length in every file, so that what comes after it lies where players show it.
        assert_eq!(find(&manifest, 25_000), Some((Some(15.0), both(16.0, 15.0))));
        assert_eq!(find(&manifest, 45_000), None, "between two segments, where the mix is silent");
        assert_eq!(find(&manifest, 51_000), Some((Some(41.0), vec![("later".to_owned(), 1.0)])));
        assert_eq!(find(&manifest, 60_001), None, "after the end");
        assert_eq!(find(&manifest, i64::MIN), None);
    }
}
