/**
 * What grows old by the screen's own clock. The server says when a value is too old to count, and sends the view anew
 * when that time has come; while it is out of reach nobody else does.
 */
import { computed, type ReadonlySignal } from '@preact/signals';
import type { CallState } from '@yoban/sdk';
import type { Latest, Timestamp, VitalsView } from '../wire.ts';

const grownOld = (latest: Latest, at: Timestamp): boolean => !latest.stale && at >= latest.staleAt;

/** A score that counts a value which is too old says nothing about now. */
const outlived = (view: VitalsView, at: Timestamp): boolean =>
  view.score?.items.some((item) => item.staleAt != null && at >= item.staleAt) ?? false;

/** The view as it stands at `at`, if nothing was heard since it was made. */
export function asOf(view: VitalsView, at: Timestamp): VitalsView {
  const latest = view.latest.map((l) => (grownOld(l, at) ? { ...l, stale: true, counts: false } : l));
  return { ...view, latest, outlived: outlived(view, at) };
}

/** How much of it does not hold any more. */
const changes = (view: VitalsView, at: Timestamp): number =>
  view.latest.filter((l) => grownOld(l, at)).length + (outlived(view, at) ? 1 : 0);

/** What the device knows, with what has grown old since. Another object only when something did. */
export function aging(
  known: ReadonlySignal<CallState>,
  clock: ReadonlySignal<Timestamp>,
): ReadonlySignal<CallState> {
  // A number first: whoever reads what follows is not drawn anew each second.
  const changed = computed(() =>
    Object.values(known.value.vitals).reduce((sum, view) => sum + changes(view, clock.value), 0),
  );
  return computed(() => {
    if (changed.value === 0) return known.value;
    const vitals = Object.entries(known.value.vitals).map(([id, view]) => [id, asOf(view, clock.peek())]);
    return { ...known.value, vitals: Object.fromEntries(vitals) };
  });
}
