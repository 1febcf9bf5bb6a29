import { useEffect, useState } from 'preact/hooks';
import type { OnDuty } from '../wire.ts';
import type { Live } from './boot.ts';

/** How often the list is read again. Shorter: load without use; longer: a busy doctor looks free. */
const EVERY_MS = 15_000;

/** `null`: still being asked for. */
export type DutyNow = readonly OnDuty[] | null | 'unreadable';

/** Who is on duty now. After a failure the last answer stays, if there is one; asked again all the while. */
export function useDutyList(live: Live, wanted: boolean): DutyNow {
  const [list, setList] = useState<DutyNow>(null);
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    const read = () =>
      live.client.rest.duty().then(
        (found) => current && setList(found),
        () => current && setList((before) => (Array.isArray(before) ? before : 'unreadable')),
      );
    void read();
    const timer = setInterval(read, EVERY_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [live, wanted]);
  return list;
}
