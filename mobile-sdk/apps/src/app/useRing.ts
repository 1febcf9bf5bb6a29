import { Ringer, type RingTone } from '@yoban/sdk';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Live } from './boot.ts';
import { attempt } from './problem.ts';

/** Being on duty on this page: unlocked by a tap, rung by calls, gone with the page. */
export interface Duty {
  on: boolean;
  go: () => Promise<void>;
  stop: () => Promise<void>;
  /** Rings for three seconds. */
  test: () => void;
  /** There is something to do, though nobody rings: heard once. */
  remind: () => void;
}

const TEST_MS = 3_000;
/** Long enough for the tone to die away. */
const NEWS_MS = 2_000;
/** Holds as long as this window, over loading it again. */
const KEPT = 'yoban.duty';

export function useDuty(live: Live, tone: RingTone, ringing: boolean, title: string): Duty {
  const [on, setOn] = useState(false);
  // One for the page's life: a new one would be mute until the next tap.
  const ringer = useMemo(() => new Ringer(), []);
  useEffect(() => {
    if (on && ringing) ringer.start(tone, title);
    else ringer.stop();
    return () => ringer.stop();
  }, [on, ringing, tone, title]);
  const go = async () => {
    // First the sound: a tap unlocks only what starts in it.
    await ringer.unlock();
    if (!(await attempt(() => live.client.setDuty(true)))) return;
    sessionStorage.setItem(KEPT, tone);
    setOn(true);
  };
  useEffect(() => {
    if (on || sessionStorage.getItem(KEPT) !== tone) return;
    // Loaded again while on duty, perhaps in a call: the first press anywhere makes the page ring again.
    const again = () => void go();
    document.addEventListener('click', again, { capture: true, once: true });
    return () => document.removeEventListener('click', again, { capture: true });
  }, [on, tone]);
  return {
    on,
    go,
    stop: async () => {
      sessionStorage.removeItem(KEPT);
      await attempt(() => live.client.setDuty(false));
      await ringer.lock();
      setOn(false);
    },
    test: () => ringer.sample(tone, TEST_MS),
    remind: () => ringer.sample('news', NEWS_MS),
  };
}
