/** The last hour at most, as a plot wants it: one column of times, one per line, gaps as gaps, doubtful values apart. */
import type { Measure, Trend, VitalKind } from '../wire.ts';

export interface Line {
  kind: VitalKind;
  measure: Measure;
  /** `percent` has its own scale; everything else shares one. */
  scale: 'percent' | 'number';
}

export const LINES: readonly Line[] = [
  { kind: 'spo2', measure: 'spo2', scale: 'percent' },
  { kind: 'pulse', measure: 'pulse', scale: 'number' },
  { kind: 'bloodPressure', measure: 'systolic', scale: 'number' },
  { kind: 'bloodPressure', measure: 'diastolic', scale: 'number' },
];

type Column = (number | null)[];

export interface Plot {
  /** Seconds since 1970, ascending. */
  times: number[];
  /** Lines in the order of `LINES`. `null` breaks the line. */
  lines: Column[];
  /** Values with a flag against them, in the same order. */
  doubtful: Column[];
  empty: boolean;
}

/** Puts all lines on one column of times. A gap gets a time of its own just before the point behind it. */
export function plotOf(trends: readonly Trend[]): Plot {
  const cells = new Map<number, { line: number; value: number; doubtful: boolean }[]>();
  const breaks = new Map<number, Set<number>>();
  LINES.forEach((line, index) => {
    for (const point of trends.find((t) => t.kind === line.kind)?.points ?? []) {
      const value = Number(point.values.find((v) => v.measure === line.measure)?.value ?? Number.NaN);
      if (!Number.isFinite(value)) continue;
      const at = point.at / 1000;
      cells.set(at, [...(cells.get(at) ?? []), { line: index, value, doubtful: point.doubtful }]);
      if (point.gapBefore) {
        const gap = at - 0.001;
        breaks.set(gap, (breaks.get(gap) ?? new Set()).add(index));
      }
    }
  });
  const times = [...new Set([...cells.keys(), ...breaks.keys()])].sort((a, b) => a - b);
  const column = (): Column => times.map(() => null);
  const lines = LINES.map(column);
  const doubtful = LINES.map(column);
  // A line is broken by an explicit null; where it has no value of its own it passes (undefined in uPlot's words).
  const holes: (number | null | undefined)[][] = LINES.map(() => times.map(() => undefined));
  times.forEach((at, row) => {
    for (const cell of cells.get(at) ?? []) {
      const target = cell.doubtful ? doubtful[cell.line] : holes[cell.line];
      if (target) target[row] = cell.value;
    }
    for (const line of breaks.get(at) ?? []) {
      const target = holes[line];
      if (target) target[row] = null;
    }
  });
  holes.forEach((hole, i) => {
    lines[i] = hole as Column;
  });
  return { times, lines, doubtful, empty: cells.size === 0 };
}

/** Shorter: two readings half a minute apart look like a steep fall. Longer: a call's first minutes are a blob. */
const SHORTEST_MS = 10 * 60_000;
/** What the server sends. */
const LONGEST_MS = 60 * 60_000;

/**
 * What time the plot shows, seconds since 1970: from the first value until now, neither very short nor very long. `whole`:
 * of a record, all of it.
 */
export function windowOf(
  plot: Pick<Plot, 'times'>,
  now: number,
  whole = false,
): [from: number, until: number] {
  const first = (plot.times[0] ?? now / 1000) * 1000;
  const span = Math.min(Math.max(now - first, SHORTEST_MS), whole ? Number.POSITIVE_INFINITY : LONGEST_MS);
  return [(now - span) / 1000, now / 1000];
}
