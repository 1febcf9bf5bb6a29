import { YobanProblem } from '@yoban/sdk';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { arrival } from '../src/app/arrival.ts';
import { problem } from '../src/app/problem.ts';

const failing = (status: number, code: string) =>
  new YobanProblem({
    type: '',
    code,
    status,
    title: '届きません',
    titleEn: 'Away',
    next: '待つ',
    nextEn: 'Wait',
  });
const away = failing(503, 'no-connection');

/** Signs in after these failures, and notes each try. */
function door(...failures: YobanProblem[]) {
  const asked: string[] = [];
  const way = arrival(async (code) => {
    asked.push(code);
    const failure = failures.shift();
    if (failure) throw failure;
  });
  return { asked, way };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', new EventTarget());
  problem.value = null;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a link that is opened without a network', () => {
  it('is tried again by itself until there is an answer, and says so meanwhile', async () => {
    const { asked, way } = door(away, away, failing(409, 'request-in-flight'));
    const done = way.arrive('code');
    expect(way.state.value).toEqual({ late: false, asking: true });
    await vi.advanceTimersByTimeAsync(0);
    expect([asked.length, way.state.value]).toEqual([1, { late: true, asking: false }]);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await done).toBe(true);
    expect(asked).toEqual(['code', 'code', 'code', 'code']);
    expect([way.state.value, problem.value]).toEqual([null, null]);
  });

  it('does not wait when the network is back, or a person presses', async () => {
    const { asked, way } = door(away, away);
    const done = way.arrive('code');
    await vi.advanceTimersByTimeAsync(0);
    window.dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveLength(2);
    way.now();
    expect(await done).toBe(true);
    // What had been waiting is over with it.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(3);
  });

  it('ends with a no, which is shown', async () => {
    const { asked, way } = door(away, failing(401, 'sign-in-refused'));
    const done = way.arrive('code');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await done).toBe(false);
    expect([asked.length, problem.value?.code]).toEqual([2, 'sign-in-refused']);
  });

  it('says that it takes long before the first try has failed', async () => {
    const way = arrival(() => new Promise(() => undefined));
    void way.arrive('code');
    await vi.advanceTimersByTimeAsync(3_999);
    expect(way.state.value?.late).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(way.state.value).toEqual({ late: true, asking: true });
  });
});
