import type { ServerMessage } from '@yoban/sdk';
import { useEffect, useState } from 'preact/hooks';
import type { OnDuty } from '../wire.ts';
import type { Live } from './boot.ts';

/** How often the list is read again with no news: a shift that begins or ends is told by nobody. */
const EVERY_MS = 15_000;
/** News of one moment, such as a nurse who comes back and is ready, is read once. Longer: she looks absent meanwhile. */
const SOON_MS = 300;

/** `null`: still being asked for. */
export type DutyNow = readonly OnDuty[] | null | 'unreadable';

export interface DutySource {
  read: () => Promise<readonly OnDuty[]>;
  /** What the server says; gives back what ends the listening. */
  listen: (heard: (message: Pick<ServerMessage, 'type'>) => void) => () => void;
}

/**
 * Tells who is on duty until the result is called. Read again when this page is welcomed, whose person is there only
 * from then on, and with each list of cases, which the server sends when somebody comes, goes or is taken.
 * After a failure the last answer stays, if there is one; asked again all the while.
 */
export function followDuty(
  source: DutySource,
  tell: (change: (before: DutyNow) => DutyNow) => void,
): () => void {
  let current = true;
  let soon: ReturnType<typeof setTimeout> | null = null;
  let reading = false;
  let again = false;
  const read = async () => {
    // One after the other: an older answer must not come last.
    again = reading;
    if (reading) return;
    reading = true;
    const found = await source.read().catch(() => null);
    reading = false;
    if (!current) return;
    tell((before) => found ?? (Array.isArray(before) ? before : 'unreadable'));
    if (again) void read();
  };
  const stop = source.listen(({ type }) => {
    if (type !== 'welcome' && type !== 'queue') return;
    soon ??= setTimeout(() => {
      soon = null;
      void read();
    }, SOON_MS);
  });
  void read();
  const timer = setInterval(read, EVERY_MS);
  return () => {
    current = false;
    stop();
    clearInterval(timer);
    if (soon !== null) clearTimeout(soon);
  };
}

/** Who is on duty now. */
export function useDutyList(live: Live, wanted: boolean): DutyNow {
  const [list, setList] = useState<DutyNow>(null);
  useEffect(() => {
    if (!wanted) return;
    const { rest, signal } = live.client;
    return followDuty({ read: () => rest.duty(), listen: (heard) => signal.on('message', heard) }, setList);
  }, [live, wanted]);
  return list;
}
