/** Sound that the browser keeps back until somebody taps, as after a tablet that started anew in the middle of a call. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AudioOut } from '../src/audio-out.ts';
import { RemoteTrack } from '../src/remote-participant.ts';
import { FakeTrack, installPage, named, settle } from './fakes.ts';

/** What every element says to `play` now; none: it plays. */
let refusal: string | null = null;

class FakeAudio {
  hidden = false;
  readonly dataset: Record<string, string> = {};
  srcObject: unknown = null;
  playing = false;
  there = true;
  async play(): Promise<void> {
    if (refusal !== null) throw named(refusal);
    this.playing = true;
  }
  remove(): void {
    this.there = false;
  }
}

let page: FakeAudio[] = [];
beforeEach(() => {
  installPage();
  refusal = null;
  page = [];
  vi.stubGlobal('document', {
    createElement: () => new FakeAudio(),
    body: { append: (element: FakeAudio) => page.push(element) },
  });
});
afterEach(() => vi.unstubAllGlobals());

function setUp() {
  const told: boolean[] = [];
  const out = new AudioOut(null, (can) => told.push(can));
  const add = async (leg: string) => {
    out.add(leg, new RemoteTrack('audio', new FakeTrack('audio') as never));
    await settle();
  };
  return { out, told, add };
}

test('sound plays by itself where the browser lets it, and nothing is said', async () => {
  const { out, told, add } = setUp();
  await add('nurse');
  expect(page.map((e) => [e.playing, e.hidden, e.dataset.yobanLeg])).toEqual([[true, true, 'nurse']]);
  expect([out.canPlay, told]).toEqual([true, []]);
});

test('a refused play is told once; a tap plays everybody who was kept silent', async () => {
  const { out, told, add } = setUp();
  refusal = 'NotAllowedError';
  await add('nurse');
  await add('doctor');
  expect([out.canPlay, told]).toEqual([false, [false]]);
  // Not from a tap, as when the page is shown again: it stays refused, and stays said.
  expect(await out.start()).toBe(false);
  expect(told).toEqual([false]);
  refusal = null;
  expect(await out.start()).toBe(true);
  expect(page.map((e) => e.playing)).toEqual([true, true]);
  expect([out.canPlay, told]).toEqual([true, [false, true]]);
});

test('one voice that plays does not hide that another is kept silent', async () => {
  const { out, told, add } = setUp();
  refusal = 'NotAllowedError';
  await add('nurse');
  refusal = null;
  await add('doctor');
  expect([out.canPlay, told]).toEqual([false, [false]]);
  out.remove('nurse');
  expect([out.canPlay, told]).toEqual([true, [false, true]]);
});

test('whoever goes while the browser still thinks leaves no question behind', async () => {
  const { out, told, add } = setUp();
  refusal = 'NotAllowedError';
  const added = add('nurse');
  out.clear();
  await added;
  expect([out.canPlay, told]).toEqual([true, []]);
  expect(page.map((e) => e.there)).toEqual([false]);
});

test('our own change of source is no refusal', async () => {
  const { out, told, add } = setUp();
  refusal = 'AbortError';
  await add('nurse');
  expect([out.canPlay, told]).toEqual([true, []]);
});
