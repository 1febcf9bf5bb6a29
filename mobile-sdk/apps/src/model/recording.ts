/** What there is to hear and see of a recorded call, and what happened at which place of it. */
import type {
  Participant,
  PlacedReading,
  RecordedFile,
  RecordedTrack,
  Recording,
  TimelineEntry,
  Timestamp,
} from '../wire.ts';
import type { Placed } from './timeline.ts';

/** The pictures of one person: a new file begins with every connection. */
export interface Sight {
  person: Participant | null;
  files: RecordedTrack[];
}

export interface Playlist {
  /** What is listened to: all voices, else the first voice there is. */
  sound: RecordedFile | null;
  /** The mix is not there (yet): this is one voice alone. */
  alone: boolean;
  sights: Sight[];
  /** Every file as it was recorded, for keeping. */
  files: { person: Participant | null; track: RecordedTrack }[];
  interrupted: boolean;
}

export function playlistOf(
  recordings: readonly Recording[],
  people: readonly Participant[],
): Playlist | null {
  const tracks = recordings.flatMap((r) => r.tracks);
  const mix = recordings.find((r) => r.mix)?.mix ?? null;
  const voice = tracks.find((t) => t.kind === 'audio') ?? null;
  if (tracks.length === 0 && !mix) return null;
  const who = (leg: string) => people.find((p) => p.leg === leg) ?? null;
  const legs = [...new Set(tracks.filter((t) => t.kind === 'video').map((t) => t.leg))];
  return {
    sound: mix ?? voice,
    alone: !mix && voice !== null,
    sights: legs.map((leg) => ({
      person: who(leg),
      files: tracks.filter((t) => t.leg === leg && t.kind === 'video'),
    })),
    files: tracks.map((track) => ({ person: who(track.leg), track })),
    interrupted: recordings.some((r) => r.interrupted),
  };
}

/** Recorded, and its files are not made yet: seconds after the end of a call. */
export function inTheMaking(timeline: readonly TimelineEntry[]): boolean {
  const last = (...facts: string[]) => timeline.findLast((entry) => facts.includes(entry.fact))?.seq ?? 0;
  return last('recordingStarted') > last('recordingFinished', 'recordingFailed');
}

/** The first picture comes later than the first sound. Larger: a picture stands still longer before it moves. */
const LEAD_MS = 1_000;

/** The file a person's picture is in at this moment, with the second inside it. None: there was no picture. */
export function fileAt(
  files: readonly RecordedTrack[],
  at: Timestamp,
): { file: string; second: number } | null {
  const track = files.find((f) => at >= f.startedAt - LEAD_MS && at < f.startedAt + f.duration);
  if (!track || track.gaps.some((gap) => at >= gap.from && at < gap.to)) return null;
  return { file: track.file, second: Math.max(0, at - track.startedAt) / 1000 };
}

/**
 * What happened while the sound ran, with the milliseconds after which it is heard. A reading lies where it was measured, as
 * the server placed it; the line of the log says when it came.
 */
export function moments(
  sound: RecordedFile,
  timeline: readonly TimelineEntry[],
  placed: readonly PlacedReading[],
): Placed[] {
  const measured = new Map(placed.map(({ reading, recorded }) => [reading, inFile(sound, recorded)]));
  return timeline
    .map((entry) => ({ entry, at: entry.reading ? measured.get(entry.reading) : during(sound, entry.at) }))
    .filter((moment): moment is Placed => moment.at !== undefined)
    .sort((a, b) => a.at - b.at || a.entry.seq - b.entry.seq);
}

function inFile({ file }: RecordedFile, recorded: PlacedReading['recorded']): number | undefined {
  const places = recorded ? [...recorded.tracks, ...(recorded.mix ? [recorded.mix] : [])] : [];
  const seconds = places.find((place) => place.file === file)?.seconds;
  return seconds === undefined ? undefined : seconds * 1000;
}

const during = ({ startedAt, duration }: RecordedFile, at: Timestamp): number | undefined =>
  at >= startedAt && at < startedAt + duration ? at - startedAt : undefined;
