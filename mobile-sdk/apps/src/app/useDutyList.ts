import { useEffect, useState } from 'preact/hooks';
import type { OnDuty } from '../wire.ts';
import type { Live } from './boot.ts';

/** How often the list is read again. Shorter: load without use; longer: a busy doctor looks free. */
const EVERY_MS = 15_000;

/** Who is on duty now. `null` until it is known; after a failure the last answer stays. */
export function useDutyList(live: Live, wanted: boolean): readonly OnDuty[] | null {
  const [list, setList] = useState<readonly OnDuty[] | null>(null);
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    const read = () =>
      live.client.rest.duty().then(
        (found) => current && setList(found),
        () => undefined,
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
