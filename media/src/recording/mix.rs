//! All voices of a session in one Ogg/Opus file, mono, made from the final sound files after the end.

use std::io::{self, Read};

use opus::{Application, Bitrate, Channels, Decoder, Encoder};
use yoban_domain::id::SessionId;

use super::Kind;
use super::manifest::{MixFile, TrackFile};
use super::ogg_page::{PRE_SKIP, Pages};
use super::opus_packet::silence;
use super::output::Output;
use super::scan::AudioReader;
use super::sink::Sink;

/// File name beside the tracks.
pub(crate) const MIX: &str = "mix.ogg";
const RATE: u32 = 48_000;
const MS: i64 = 48;
/// 20 ms.
const FRAME: i64 = 960;
/// Longest Opus packet, samples.
const MAX_PACKET: usize = 5_760;
/// Page length: seek points.
const PAGE_FRAMES: i64 = 50;
/// A mix longer than this is a wrong clock, not a call.
const MAX_MS: i64 = 24 * 3_600_000;

/// Mixes; `None` where there is no sound.
///
/// # Errors
/// When the disk fails, or the tracks claim to lie more than a day apart.
pub(crate) fn make(
    sink: &dyn Sink,
    session: SessionId,
    tracks: &[TrackFile],
    bitrate: i32,
) -> io::Result<Option<MixFile>> {
    let sound: Vec<_> = tracks.iter().filter(|track| track.kind == Kind::Audio).collect();
    let Some(started_at) = sound.iter().map(|track| track.started_at).min() else {
        return Ok(None);
    };
    let end = sound.iter().map(|track| track.started_at + track.duration).max().unwrap_or(started_at);
    if end - started_at > MAX_MS {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "tracks lie more than a day apart"));
    }
    let mut voices = Vec::new();
    for track in sound {
        if let Some(reader) = AudioReader::open(sink.read(session, &track.file)?)? {
            voices.push(Voice::new(reader, (track.started_at - started_at) * MS)?);
        }
    }
    let mut encoder = Encoder::new(RATE, Channels::Mono, Application::Voip).map_err(io::Error::other)?;
    encoder.set_bitrate(Bitrate::Bits(bitrate)).map_err(io::Error::other)?;
    let mut out = Output::new(sink, session, MIX)?;
    let mut pages = Pages::new(0);
    out.write(&pages.header(1))?;

    // The encoder's own delay is skipped by players, so that much more is encoded at the end.
    let total = (end - started_at) * MS + PRE_SKIP;
    let (mut at, mut idle) = (0, false);
    let (mut sum, mut samples, mut packet) =
        (vec![0_i32; FRAME as usize], vec![0_i16; FRAME as usize], vec![0; 1_500]);
    while at < total {
        sum.fill(0);
        let mut heard = false;
        for voice in &mut voices {
            heard |= voice.add(at, &mut sum)?;
        }
        for (sample, sum) in samples.iter_mut().zip(&sum) {
            *sample = (*sum).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
        if !pages.is_empty() && (at / FRAME % PAGE_FRAMES == 0 || !pages.fits(packet.len())) {
            out.write(&pages.take(false))?;
        }
        at += FRAME;
        if heard {
            if std::mem::take(&mut idle) {
                encoder.reset_state().map_err(io::Error::other)?;
            }
            let size = encoder.encode(&samples, &mut packet).map_err(io::Error::other)?;
            pages.add(packet.get(..size).unwrap_or_default(), at.min(total));
        } else {
            // Nobody is there: minutes between two segments cost nothing.
            idle = true;
            silence(FRAME).for_each(|(packet, _)| pages.add(&packet, at.min(total)));
        }
    }
    out.write(&pages.take(true))?;
    let (bytes, sha256) = out.finish(MIX)?;
    let duration = end - started_at;
    Ok(Some(MixFile { file: MIX.to_owned(), started_at, duration, bytes, sha256 }))
}

/// One track being decoded.
struct Voice {
    reader: AudioReader<Box<dyn Read + Send>>,
    decoder: Decoder,
    /// Decoded, not yet mixed.
    ready: Vec<i16>,
    /// Where `ready` begins in the mix, samples.
    begins: i64,
    /// Samples still to be thrown away.
    skip: usize,
    ended: bool,
    room: Vec<i16>,
}

impl Voice {
    fn new(reader: AudioReader<Box<dyn Read + Send>>, begins: i64) -> io::Result<Self> {
        let decoder = Decoder::new(RATE, Channels::Mono).map_err(io::Error::other)?;
        let (ready, room) = (Vec::new(), vec![0; MAX_PACKET]);
        Ok(Self { reader, decoder, ready, begins, skip: PRE_SKIP as usize, ended: false, room })
    }

    /// Adds this voice to the frame at `at`; says whether the track covers any of it.
    fn add(&mut self, at: i64, sum: &mut [i32]) -> io::Result<bool> {
        if self.begins >= at + FRAME {
            return Ok(false);
        }
        while !self.ended && self.begins + (self.ready.len() as i64) < at + FRAME {
            self.decode()?;
        }
        let from = usize::try_from(self.begins - at).unwrap_or_default();
        let take = self.ready.len().min(sum.len().saturating_sub(from));
        for (sum, sample) in sum.iter_mut().skip(from).zip(self.ready.drain(..take)) {
            *sum += i32::from(sample);
        }
        self.begins += take as i64;
        Ok(take > 0)
    }

    fn decode(&mut self) -> io::Result<()> {
        let Some(packet) = self.reader.next_packet()? else {
            self.ended = true;
            return Ok(());
        };
        // A packet its sender garbled is as long a silence.
        let decoded = self.decoder.decode(&packet.data, &mut self.room, false).unwrap_or_else(|_| {
            let length = usize::try_from(packet.samples).unwrap_or_default().min(MAX_PACKET);
            self.room.iter_mut().take(length).for_each(|sample| *sample = 0);
            length
        });
        let skip = self.skip.min(decoded);
        self.skip -= skip;
        self.ready.extend(self.room.iter().take(decoded).skip(skip));
        Ok(())
    }
}
