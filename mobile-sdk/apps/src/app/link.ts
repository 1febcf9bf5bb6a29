/** The line to the server, as a person should read it. */
import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';
import type { ConnectionState } from '@yoban/sdk';

/** `late`: this page was never connected, and it takes longer than it should. */
export type Link = ConnectionState | 'late';

/** A tap would not get through, or its answer would not be seen here. */
export const cannotCall = (link: Link): boolean =>
  link === 'offline' || link === 'reconnecting' || link === 'late' || link === 'replaced';

/** Longer: who needs help waits before a page that cannot call. Shorter: each slow network is taken for none. */
const LATE_MS = 2_000;

export function linkOf(connection: ReadonlySignal<ConnectionState>): ReadonlySignal<Link> {
  const late = signal(false);
  effect(() => {
    late.value = false;
    if (connection.value !== 'connecting') return;
    const timer = setTimeout(() => {
      late.value = true;
    }, LATE_MS);
    return () => clearTimeout(timer);
  });
  return computed(() => (connection.value === 'connecting' && late.value ? 'late' : connection.value));
}
