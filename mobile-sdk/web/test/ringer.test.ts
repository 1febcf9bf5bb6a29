import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Ringer } from '../src/ringer.ts';

/** Counts notes; plays nothing. */
class FakeAudio {
  static notes: { hertz: number; at: number }[] = [];
  state = 'suspended';
  currentTime = 0;
  destination = {};
  onstatechange = null;
  resume = async () => {
    this.state = 'running';
  };
  close = async () => undefined;
  createGain = () => {
    const parameter = {
      value: 0,
      setValueAtTime: vi.fn(),
      linearRampToValueAtTime: vi.fn(),
      exponentialRampToValueAtTime: vi.fn(),
      setTargetAtTime: vi.fn(),
    };
    return { gain: parameter, connect: (to: unknown) => to, disconnect: vi.fn() };
  };
  createOscillator = () => {
    const frequency = { value: 0 };
    const start = (at: number) => FakeAudio.notes.push({ hertz: frequency.value, at });
    return { frequency, connect: (to: unknown) => to, start, stop: vi.fn() };
  };
}

const page = { title: 'よばん', visibilityState: 'visible', addEventListener: vi.fn() };
const vibrated: (number | number[])[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  FakeAudio.notes = [];
  vibrated.length = 0;
  page.title = 'よばん';
  vi.stubGlobal('AudioContext', FakeAudio);
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { vibrate: (p: number | number[]) => vibrated.push(p) });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('rings on until it is stopped, then is silent and the title is as before', async () => {
  const ringer = new Ringer();
  expect(await ringer.unlock()).toBe(true);
  ringer.start('desk', '着信');
  const once = FakeAudio.notes.length;
  expect(once).toBeGreaterThan(0);
  expect(page.title).toBe('着信');
  vi.advanceTimersByTime(1_000);
  expect(page.title).toBe('よばん');
  vi.advanceTimersByTime(10_000);
  expect(FakeAudio.notes.length).toBeGreaterThanOrEqual(once * 4);
  ringer.stop();
  const heard = FakeAudio.notes.length;
  vi.advanceTimersByTime(10_000);
  expect(FakeAudio.notes.length).toBe(heard);
  expect(page.title).toBe('よばん');
  expect(vibrated.at(-1)).toBe(0);
  expect(ringer.state).toMatchObject({ ringing: null, unlocked: true });
});

test('starting twice is ringing once; another tone replaces the first', async () => {
  const ringer = new Ringer();
  await ringer.unlock();
  ringer.start('phone');
  const once = FakeAudio.notes.length;
  ringer.start('phone');
  expect(FakeAudio.notes.length).toBe(once);
  ringer.start('waiting');
  expect(ringer.state.ringing).toBe('waiting');
  expect(FakeAudio.notes.slice(once).every((n) => n.hertz < 1_100)).toBe(true);
});

test('a ring that comes while the tone is tried goes on until it is answered', async () => {
  const ringer = new Ringer();
  await ringer.unlock();
  ringer.sample('phone', 3_000);
  vi.advanceTimersByTime(1_000);
  ringer.start('phone', '着信');
  expect(page.title).toBe('着信');
  vi.advanceTimersByTime(10_000);
  expect(ringer.state.ringing).toBe('phone');
  // Trying it again is nothing while it rings.
  ringer.sample('phone', 3_000);
  vi.advanceTimersByTime(10_000);
  expect(ringer.state.ringing).toBe('phone');
  ringer.stop();
  ringer.sample('desk', 3_000);
  expect(ringer.state.ringing).toBe('desk');
  vi.advanceTimersByTime(3_000);
  expect(ringer.state.ringing).toBeNull();
});

test('without an unlocking tap it still vibrates and blinks, and says that it is mute', () => {
  const ringer = new Ringer();
  ringer.start('phone', '着信');
  expect(FakeAudio.notes).toEqual([]);
  expect(vibrated).toHaveLength(1);
  expect(page.title).toBe('着信');
  expect(ringer.state.unlocked).toBe(false);
  ringer.stop();
});
