/** From numbers to a word a tired person can act on. */
export type ConnectionQuality = 'unknown' | 'good' | 'fair' | 'poor' | 'lost';

/** What one stretch of a few seconds showed. Shares from 0 to 1. */
export interface QualitySample {
  /** Packets that did not come, of those expected. None: nothing was expected. */
  lossIn: number | null;
  /** What the server reports missing of what we send. */
  lossOut: number | null;
  roundTripMs: number | null;
  /** Anything came in at all, though somebody sends. None: nobody sends. */
  receiving: boolean | null;
}

/** Bounds of "good" and "fair" (ITU-T G.114 for delay; speech with Opus stays clear up to about 3 % loss). */
const GOOD = { loss: 0.03, roundTripMs: 300 };
const FAIR = { loss: 0.1, roundTripMs: 600 };

export function qualityOf(sample: QualitySample): ConnectionQuality {
  if (sample.receiving === false) return 'lost';
  const losses = [sample.lossIn, sample.lossOut].filter((l) => l !== null);
  if (losses.length === 0 && sample.roundTripMs === null) return 'unknown';
  const loss = Math.max(0, ...losses);
  const roundTrip = sample.roundTripMs ?? 0;
  if (loss <= GOOD.loss && roundTrip <= GOOD.roundTripMs) return 'good';
  if (loss <= FAIR.loss && roundTrip <= FAIR.roundTripMs) return 'fair';
  return 'poor';
}

const ORDER: ConnectionQuality[] = ['good', 'fair', 'poor', 'lost'];

/** Worse at once, better only when two samples in a row agree: a word that flickers helps nobody. */
export function settle(
  shown: ConnectionQuality,
  last: ConnectionQuality,
  now: ConnectionQuality,
): ConnectionQuality {
  if (now === 'unknown' || shown === 'unknown') return now;
  if (ORDER.indexOf(now) >= ORDER.indexOf(shown)) return now;
  return ORDER.indexOf(last) < ORDER.indexOf(shown) ? worse(last, now) : shown;
}

function worse(a: ConnectionQuality, b: ConnectionQuality): ConnectionQuality {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b;
}
