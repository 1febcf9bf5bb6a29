/** Reads `RTCPeerConnection.getStats()` into what tests, quality words and support need. */
import type { QualitySample } from './quality.ts';
import type { LegId } from './types.ts';

/** What came in from one person, totals since the connection began. */
export interface PersonStats {
  leg: LegId;
  audioPackets: number;
  audioLost: number;
  /** Grows while somebody speaks (W3C `totalAudioEnergy`). */
  audioEnergy: number;
  videoPackets: number;
  videoLost: number;
  framesDecoded: number;
  framesPerSecond: number;
  width: number;
  height: number;
  codec: string | null;
}

export interface RoomStats {
  people: PersonStats[];
  sentAudioPackets: number;
  sentVideoPackets: number;
  framesEncoded: number;
  /** Why the encoder holds back: `none`, `cpu`, `bandwidth`, `other`. */
  limitedBy: string;
  roundTripMs: number | null;
  /** What the server reports missing of what we send, 0 to 1. */
  lossOut: number | null;
  srtpCipher: string | null;
}

type Entry = Record<string, unknown> & { id: string; type: string };

/** `slots`: by the mid of a receiver, whose it is. */
export function readStats(
  report: Iterable<[string, unknown]>,
  legOfMid: (mid: string) => LegId | null,
): RoomStats {
  const entries = new Map<string, Entry>();
  for (const [id, entry] of report) entries.set(id, entry as Entry);
  const people = new Map<LegId, PersonStats>();
  const stats: RoomStats = {
    people: [],
    sentAudioPackets: 0,
    sentVideoPackets: 0,
    framesEncoded: 0,
    limitedBy: 'none',
    roundTripMs: null,
    lossOut: null,
    srtpCipher: null,
  };
  for (const entry of entries.values()) {
    switch (entry.type) {
      case 'inbound-rtp': {
        const leg = legOfMid(text(entry.mid) ?? '');
        if (leg === null) break;
        const person = people.get(leg) ?? emptyPerson(leg);
        people.set(leg, person);
        addInbound(person, entry, entries);
        break;
      }
      case 'outbound-rtp':
        if (entry.kind === 'audio') stats.sentAudioPackets += number(entry.packetsSent);
        else {
          stats.sentVideoPackets += number(entry.packetsSent);
          stats.framesEncoded += number(entry.framesEncoded);
          stats.limitedBy = text(entry.qualityLimitationReason) ?? stats.limitedBy;
        }
        break;
      case 'remote-inbound-rtp':
        stats.lossOut = Math.max(stats.lossOut ?? 0, number(entry.fractionLost));
        break;
      case 'candidate-pair':
        if (entry.nominated === true && typeof entry.currentRoundTripTime === 'number') {
          stats.roundTripMs = Math.round(entry.currentRoundTripTime * 1000);
        }
        break;
      case 'transport':
        stats.srtpCipher = text(entry.srtpCipher) ?? stats.srtpCipher;
        break;
      default:
        break;
    }
  }
  stats.people = [...people.values()];
  return stats;
}

/** What changed between two readings of one connection. `expecting`: somebody's sound should come in. */
export function sampleOf(before: RoomStats, now: RoomStats, expecting: boolean): QualitySample {
  const total = (s: RoomStats) => {
    let got = 0;
    let lost = 0;
    for (const p of s.people) {
      got += p.audioPackets + p.videoPackets;
      lost += p.audioLost + p.videoLost;
    }
    return { got, lost };
  };
  const then = total(before);
  const current = total(now);
  const got = Math.max(0, current.got - then.got);
  const lost = Math.max(0, current.lost - then.lost);
  return {
    lossIn: got + lost === 0 ? null : lost / (got + lost),
    lossOut: now.lossOut,
    roundTripMs: now.roundTripMs,
    receiving: expecting ? got > 0 : null,
  };
}

function emptyPerson(leg: LegId): PersonStats {
  return {
    leg,
    audioPackets: 0,
    audioLost: 0,
    audioEnergy: 0,
    videoPackets: 0,
    videoLost: 0,
    framesDecoded: 0,
    framesPerSecond: 0,
    width: 0,
    height: 0,
    codec: null,
  };
}

function addInbound(person: PersonStats, entry: Entry, entries: Map<string, Entry>): void {
  if (entry.kind === 'audio') {
    person.audioPackets += number(entry.packetsReceived);
    person.audioLost += number(entry.packetsLost);
    person.audioEnergy += number(entry.totalAudioEnergy);
    return;
  }
  person.videoPackets += number(entry.packetsReceived);
  person.videoLost += number(entry.packetsLost);
  person.framesDecoded += number(entry.framesDecoded);
  person.framesPerSecond = number(entry.framesPerSecond);
  person.width = number(entry.frameWidth);
  person.height = number(entry.frameHeight);
  person.codec = text(entries.get(text(entry.codecId) ?? '')?.mimeType) ?? person.codec;
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
