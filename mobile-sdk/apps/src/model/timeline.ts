/** The log of a case as it is read: what is left out or put together here is so on the screen alone. */
import type { Flag, Id, Measure, Measured, TimelineEntry } from '../wire.ts';

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

/** Something with a place in time: on the clock, or in what was recorded. */
export interface Placed {
  entry: TimelineEntry;
  /** Milliseconds. */
  at: number;
}

/** What one sensor measured without a stop. */
export interface Run<T extends Placed> {
  of: Measured;
  flags: readonly Flag[];
  /** In the order they came; never empty. */
  items: readonly T[];
}

/** Longer: a break in the measuring is not seen. Shorter: a thermometer that speaks twice a minute has no run. */
const BREAK_MS = 120_000;
/** Fewer are read as quickly one by one. */
const FEWEST = 3;
/** What nobody may miss among others. */
const ALONE: readonly Flag[] = ['implausible', 'futureStamped'];

/** Of one sensor, and one state of it: the same key. None for what has a line of its own. */
function sensor({ measured }: TimelineEntry): string | null {
  if (!measured || measured.source.kind === 'manual' || measured.values.length === 0) return null;
  if (measured.flags.some((flag) => ALONE.includes(flag))) return null;
  return JSON.stringify([measured.kind, measured.source, marks(measured)]);
}

/** What is known of a reading; that a worn sensor goes on measuring is nothing to know. */
const marks = ({ flags }: Measured): Flag[] => flags.filter((flag) => flag !== 'ongoing');

/**
 * One line for what one sensor gave without a stop, in the place of its first; what people typed, what nobody may miss, and
 * everything else keep lines of their own.
 */
export function inRuns<T extends Placed>(items: readonly T[]): (T | Run<T>)[] {
  const runs: { n: number; item: T }[][] = [];
  const open = new Map<string, { n: number; item: T }[]>();
  items.forEach((item, n) => {
    const key = sensor(item.entry);
    const held = key === null ? undefined : open.get(key);
    const last = held?.at(-1);
    if (held && last && item.at - last.item.at <= BREAK_MS) {
      held.push({ n, item });
      return;
    }
    const begun = [{ n, item }];
    runs.push(begun);
    if (key !== null) open.set(key, begun);
  });
  const lines = runs.flatMap((run): { n: number; line: T | Run<T> }[] => {
    const [first] = run;
    const of = first?.item.entry.measured;
    if (!first || !of || run.length < FEWEST) return run.map(({ n, item }) => ({ n, line: item }));
    return [{ n: first.n, line: { of, flags: marks(of), items: run.map(({ item }) => item) } }];
  });
  return lines.sort((a, b) => a.n - b.n).map(({ line }) => line);
}

/** The least and the most of each number of a run, in the digits they came in. */
export function rangesOf(run: Run<Placed>): [least: string, most: string][] {
  const digits = (measure: Measure) =>
    run.items
      .flatMap(({ entry }) => entry.measured?.values.filter((v) => v.measure === measure) ?? [])
      .map(({ value }) => value)
      .sort((a, b) => Number(a) - Number(b));
  return run.of.values
    .filter(({ measure }) => measure !== 'mean')
    .map(({ measure }) => digits(measure))
    .map((sorted) => [sorted[0] ?? '', sorted.at(-1) ?? '']);
}
