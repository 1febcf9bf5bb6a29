//! What a person says and looks like: Japanese speech by espeak-ng as Opus, and a moving picture of their own colour by
//! ffmpeg as VP8. Made at run time into `var/clips`, never kept in the repository.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use opus::{Application, Bitrate, Channels, Encoder};

use crate::sound::{PACKET, decode};
use crate::{random, repository, vp8};

/// Pictures per second.
pub const RATE: u32 = 15;
/// Pictures from one key frame to the next.
const GROUP: u32 = 15;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// The patient.
    Patient,
    /// The desk nurse.
    Nurse,
    /// The doctor.
    Doctor,
    /// The visiting nurse.
    Visitor,
    /// Somebody who is not in the call: what a check must not take for anybody else.
    Stranger,
}

impl Voice {
    /// Everybody.
    pub const ALL: [Self; 5] = [Self::Patient, Self::Nurse, Self::Doctor, Self::Visitor, Self::Stranger];

    const fn says(self) -> (&'static str, &'static str, &'static str, u32) {
        match self {
            Self::Patient => (
                "すみません、よなかに ごめんなさい。いきが くるしくて、あしも むくんで います。ねむれなくて、よびました。",
                "75",
                "135",
                0,
            ),
            Self::Nurse => (
                "はい、よるの まどぐち です。おかおが よく みえます。ゆっくり おおきく いきを すって、はいて ください。",
                "60",
                "160",
                90,
            ),
            Self::Doctor => (
                "とうばんの いし です。むくみは いつから ですか。けつあつと さんその かずを、いま いっしょに みて います。",
                "15",
                "145",
                180,
            ),
            Self::Visitor => (
                "ほうもん かんごし です。まくらもとに います。いきの かずは、いっぷんに にじゅうろっかい。くちびるの いろも みて います。",
                "90",
                "150",
                45,
            ),
            Self::Stranger => (
                "あした の てんきは くもり のち はれ、ところに より あめが ふる でしょう。なみの たかさは いち メートルです。",
                "40",
                "175",
                270,
            ),
        }
    }
}

/// A person's sound and picture, both to be repeated for ever.
pub struct Clip {
    /// Whose.
    pub whose: Voice,
    /// Opus packets of 20 ms.
    pub sound: Vec<Bytes>,
    /// The packets decoded, 8 kHz.
    pub voice: Vec<f32>,
    /// VP8 frames.
    pub pictures: Vec<Bytes>,
    known: HashSet<Bytes>,
}

impl Clip {
    /// The clip of a person; made once.
    pub fn of(whose: Voice) -> Arc<Self> {
        static MADE: [OnceLock<Arc<Clip>>; Voice::ALL.len()] = [const { OnceLock::new() }; Voice::ALL.len()];
        Arc::clone(MADE[whose as usize].get_or_init(|| Arc::new(Self::make(whose))))
    }

    fn make(whose: Voice) -> Self {
        let (text, pitch, speed, hue) = whose.says();
        let folder = repository().join("var/clips");
        std::fs::create_dir_all(&folder).unwrap();
        let speech = once(&folder, &format!("{whose:?}-1.pcm"), |to| {
            let wav = to.with_extension("wav");
            run(Command::new("espeak-ng")
                .args(["-v", "ja", "-p", pitch, "-s", speed, "-w"])
                .arg(&wav)
                .arg(text));
            run(ffmpeg()
                .arg("-i")
                .arg(&wav)
                .args([
                    "-af",
                    "silenceremove=stop_periods=-1:stop_duration=0.1:stop_threshold=-40dB",
                    "-ar",
                    "48000",
                    "-ac",
                    "1",
                    "-f",
                    "s16le",
                ])
                .arg(to));
            std::fs::remove_file(wav).unwrap();
        });
        let film = once(&folder, &format!("{whose:?}-1.ivf"), |to| {
            let source = format!("testsrc2=size=320x240:rate={RATE}:duration=8,hue=h={hue}");
            let group = GROUP.to_string();
            run(ffmpeg()
                .args(["-f", "lavfi", "-i", &source, "-c:v", "libvpx", "-b:v", "400k"])
                .args(["-deadline", "realtime", "-cpu-used", "8", "-g", &group, "-keyint_min", &group])
                .args(["-auto-alt-ref", "0", "-f", "ivf"])
                .arg(to));
        });
        let sound = encode(&speech);
        let pictures = vp8::read_ivf(&film);
        let known = pictures.iter().cloned().collect();
        Self { whose, voice: decode(sound.iter().map(Some)), sound, pictures, known }
    }

    /// Whether a frame is one of this person's.
    pub fn shows(&self, frame: &Bytes) -> bool {
        self.known.contains(frame)
    }

    /// Number of the next key frame at or after `from`.
    pub fn next_key(&self, from: usize) -> usize {
        let all = self.pictures.len();
        (from..from + all)
            .map(|n| n % all)
            .find(|n| self.pictures[*n].first().is_some_and(|b| b & 1 == 0))
            .unwrap()
    }
}

/// One packet of silence.
pub fn silence() -> Bytes {
    encoder().encode_vec(&[0; PACKET], 1_275).unwrap().into()
}

fn encoder() -> Encoder {
    let mut encoder = Encoder::new(48_000, Channels::Mono, Application::Voip).unwrap();
    encoder.set_bitrate(Bitrate::Bits(40_000)).unwrap();
    encoder
}

fn encode(speech: &[u8]) -> Vec<Bytes> {
    let samples: Vec<i16> = speech.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
    assert!(samples.len() > 3 * 48_000, "speech is too short");
    let mut encoder = encoder();
    samples.chunks_exact(PACKET).map(|frame| encoder.encode_vec(frame, 1_275).unwrap().into()).collect()
}

/// Makes a file unless it is there; several programs may want it at once.
fn once(folder: &Path, name: &str, make: impl FnOnce(&Path)) -> Bytes {
    let wanted = folder.join(name);
    if let Ok(known) = std::fs::read(&wanted) {
        return known.into();
    }
    let half: PathBuf = folder.join(format!("half-{}", random()));
    make(&half);
    std::fs::rename(&half, &wanted).unwrap();
    std::fs::read(wanted).unwrap().into()
}

/// ffmpeg, quiet and asking nothing.
pub fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"]);
    command
}

/// Runs a program to its end; panics with what it said when it fails or complains.
pub fn run(command: &mut Command) -> Vec<u8> {
    let done = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {said}");
    done.stdout
}
