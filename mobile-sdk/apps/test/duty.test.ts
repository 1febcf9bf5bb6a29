/** Who is on duty: read again with the news, once for all that comes together, and never an older answer last. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type DutyNow, followDuty } from '../src/app/useDutyList.ts';
import type { OnDuty } from '../src/wire.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const answer = (name: string) => [{ name }] as unknown as OnDuty[];

function following() {
  const asked: { give: (list: OnDuty[]) => void; fail: () => void }[] = [];
  let heard: (message: { type: 'welcome' | 'queue' | 'vitals' }) => void = () => undefined;
  let listening = true;
  let shown: DutyNow = null;
  const stop = followDuty(
    {
      read: () => new Promise((give, fail) => asked.push({ give, fail: () => fail(new Error('away')) })),
      listen: (tell) => {
        heard = tell as typeof heard;
        return () => {
          listening = false;
        };
      },
    },
    (change) => {
      shown = change(shown);
    },
  );
  const give = async (n: number, name: string | null) => {
    if (name === null) asked[n]?.fail();
    else asked[n]?.give(answer(name));
    await vi.advanceTimersByTimeAsync(0);
  };
  return {
    asked,
    say: (type: 'welcome' | 'queue' | 'vitals') => heard({ type }),
    give,
    stop,
    shown: () => shown,
    listening: () => listening,
  };
}
/** Long before the list would be read again without news. */
const SHORTLY = 1_000;

it('is read again once this page is there, and when the server has news, long before the next look', async () => {
  const duty = following();
  await duty.give(0, 'nobody');
  for (const [n, type] of [
    [1, 'welcome'],
    [2, 'queue'],
  ] as const) {
    duty.say(type);
    await vi.advanceTimersByTimeAsync(SHORTLY);
    expect(duty.asked).toHaveLength(n + 1);
    await duty.give(n, type);
    expect(duty.shown()).toEqual(answer(type));
  }
  duty.say('vitals');
  await vi.advanceTimersByTimeAsync(SHORTLY);
  expect(duty.asked).toHaveLength(3);
});

it('is read once for news that come together, and never an older answer last', async () => {
  const duty = following();
  for (let n = 0; n < 5; n++) duty.say('queue');
  await vi.advanceTimersByTimeAsync(SHORTLY);
  // The first reading has no answer yet: what is asked now waits for it.
  expect(duty.asked).toHaveLength(1);
  await duty.give(0, 'old');
  expect(duty.asked).toHaveLength(2);
  await duty.give(1, 'new');
  expect(duty.shown()).toEqual(answer('new'));
  expect(duty.asked).toHaveLength(2);
});

it('stays as it was over a failure, is looked at again all the while, and ends', async () => {
  const duty = following();
  await duty.give(0, null);
  expect(duty.shown()).toBe('unreadable');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(duty.asked).toHaveLength(2);
  await duty.give(1, 'somebody');
  await duty.give(2, null);
  expect(duty.shown()).toEqual(answer('somebody'));
  duty.say('queue');
  duty.stop();
  const before = duty.asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect([duty.asked.length, duty.listening()]).toEqual([before, false]);
});
