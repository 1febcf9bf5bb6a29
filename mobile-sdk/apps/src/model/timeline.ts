/** The log of a case as it is read: what is left out here is left out on the screen alone. */
import type { Id, TimelineEntry } from '../wire.ts';

/** A kind of media that held for less has no line. Longer: a real change of care is not seen. Shorter: each start of a call
 * shows rows that nobody can read. The printed page uses the same. */
const SHORTEST_MS = 1_000;

/** Without the changes of media that only passed while the others came up. */
export function lasting(timeline: readonly TimelineEntry[]): TimelineEntry[] {
  const moves = timeline.filter((entry) => entry.fact === 'modeChanged');
  const passed = moves.filter((entry, n) => (moves[n + 1]?.at ?? Infinity) - entry.at < SHORTEST_MS);
  return timeline.filter((entry) => !passed.includes(entry));
}

/** What happened in one call, and to the case as a whole: the other calls of the case have records of their own. */
export function ofCall(timeline: readonly TimelineEntry[], session: Id): TimelineEntry[] {
  return timeline.filter((entry) => entry.session === undefined || entry.session === session);
}
