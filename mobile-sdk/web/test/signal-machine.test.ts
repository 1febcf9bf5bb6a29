/** Plays the transcripts that every SDK is held to, and random histories against what must always hold. */
import { describe, expect, test } from 'vitest';
import {
  initialState,
  type SignalInput,
  type SignalOutput,
  type SignalState,
  step,
} from '../src/signal-machine.ts';

interface Transcript {
  name: string;
  about: string;
  steps: { at: number; random?: number; in: SignalInput; out: SignalOutput[] }[];
}

const files = import.meta.glob<Transcript>('../../conformance/signal/*.json', {
  eager: true,
  import: 'default',
});

describe('transcripts', () => {
  test('are there', () => {
    expect(Object.keys(files).length).toBeGreaterThanOrEqual(14);
  });

  for (const [path, transcript] of Object.entries(files)) {
    test(transcript.name, () => {
      expect(path).toContain(`/${transcript.name}.json`);
      let state = initialState();
      for (const { at, random = 0.5, in: input, out } of transcript.steps) {
        const turn = step(state, input, { now: at, random });
        expect({ at, out: turn.outputs }).toEqual({ at, out });
        state = turn.state;
      }
    });
  }
});

test('a step leaves the state it was given untouched', () => {
  const before = Object.freeze({ ...initialState(), pending: Object.freeze([]) as never[] });
  expect(() => step(before, { in: 'start' }, { now: 0, random: 0 })).not.toThrow();
  expect(before.phase).toBe('stopped');
});

/** A small generator with a seed, so that a failure can be played again (Numerical Recipes LCG). */
function dice(seed: number): (sides: number) => number {
  let value = seed >>> 0;
  return (sides) => {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    return Math.floor((value / 2 ** 32) * sides);
  };
}

const me = { device: 'd', association: '', associationEn: '', deskPhone: '', zone: '', demo: true };
const who = { kind: 'tablet', patient: 'p', name: '', nameLatin: '' } as const;

function randomInput(roll: (sides: number) => number, state: SignalState, key: number): SignalInput {
  // Mostly news of the running attempt, sometimes of a dead one.
  const attempt = roll(8) === 0 ? Math.max(0, state.attempt - 1) : state.attempt;
  const timers = ['retry', 'opening', 'heartbeat', 'probe', 'expiry'] as const;
  const session = 's';
  // Half of the time what leads on, so that many histories get through to `live`.
  if (roll(2) === 0) {
    if (state.phase === 'token') return { in: 'token', attempt, token: 't' };
    if (state.phase === 'opening') return { in: 'opened', attempt };
    if (state.phase === 'waiting') return { in: 'timer', timer: 'retry' };
    if (state.phase === 'stopped') return { in: 'start' };
  }
  switch (roll(14)) {
    case 0:
      return { in: 'start' };
    case 1:
      return roll(6) === 0 ? { in: 'stop' } : { in: 'check' };
    case 2:
      return { in: 'token', attempt, token: 't' };
    case 3:
      return { in: 'noToken', attempt, reason: roll(5) === 0 ? 'signed-out' : 'unreachable' };
    case 4:
      return { in: 'opened', attempt };
    case 5:
      return { in: 'closed', attempt, code: [1006, 4001, 4004, 4008, 4009, 4010, 4011][roll(7)] ?? 1006 };
    case 6:
    case 7: {
      const message = { type: 'welcome', stream: `s${roll(2)}`, resumed: roll(2) === 0 } as const;
      return {
        in: 'message',
        attempt,
        frame: { message: { ...message, heartbeatMs: 10_000, now: 0, me: { ...me, who } } },
      };
    }
    case 8:
      return { in: 'message', attempt, frame: { message: { type: 'ack', id: roll(12) } } };
    case 9:
      return { in: 'message', attempt, frame: { seq: 1 + roll(20), message: { type: 'queue', items: [] } } };
    case 10:
    case 11:
      return {
        in: 'command',
        key,
        message: { type: 'accept', session },
        patienceMs: roll(3) === 0 ? null : 20_000,
      };
    case 12:
      return { in: 'timer', timer: timers[roll(5)] ?? 'retry' };
    default:
      return roll(2) === 0 ? { in: 'online' } : { in: 'offline' };
  }
}

function fail(seed: number, input: SignalInput, why: string): never {
  throw new Error(`seed ${seed}: ${why} after ${JSON.stringify(input)}`);
}

test('random histories: every command is settled once, only the running socket is spoken to, nothing is lost', () => {
  let timesLive = 0;
  let timesEmitted = 0;
  for (let seed = 0; seed < 300; seed++) {
    const roll = dice(seed);
    let state = initialState();
    const asked = new Set<number>();
    const settled = new Set<number>();
    const opened = new Set<number>();
    for (let n = 0; n < 150; n++) {
      const input: SignalInput = n === 149 ? { in: 'stop' } : randomInput(roll, state, n);
      if (input.in === 'command') asked.add(input.key);
      const before = state;
      const turn = step(state, input, { now: n * 1_500, random: roll(100) / 100 });
      state = turn.state;
      if (state.phase === 'live' && before.phase !== 'live') timesLive += 1;
      for (const output of turn.outputs) {
        if (output.out === 'settled') {
          if (!asked.has(output.key) || settled.has(output.key))
            fail(seed, input, `settled ${output.key} twice`);
          settled.add(output.key);
        }
        if (output.out === 'open') {
          if (opened.has(output.attempt)) fail(seed, input, 'two sockets of one number');
          opened.add(output.attempt);
        }
        if (output.out === 'send') {
          if (output.attempt !== state.attempt || !opened.has(output.attempt))
            fail(seed, input, 'spoke to nobody');
          if (output.frame.message.type !== 'hello' && state.phase !== 'live')
            fail(seed, input, 'spoke too early');
        }
        if (output.out === 'emit' && input.in === 'message' && typeof input.frame.seq === 'number') {
          timesEmitted += 1;
          const stood = before.stream?.seq ?? 0;
          if (input.frame.seq <= stood) fail(seed, input, `told ${input.frame.seq} again, stood at ${stood}`);
        }
      }
      const open = new Set(state.pending.map((p) => p.key));
      for (const key of asked) {
        if (open.has(key) === settled.has(key)) fail(seed, input, `command ${key} is lost`);
      }
      const retries = turn.outputs.some((o) => o.out === 'schedule' && o.timer === 'retry');
      if (state.phase === 'waiting' && before.phase !== 'waiting' && !retries)
        fail(seed, input, 'sleeps for ever');
    }
    expect(settled.size).toBe(asked.size);
  }
  // The histories went where it matters.
  expect(timesLive).toBeGreaterThan(300);
  expect(timesEmitted).toBeGreaterThan(300);
});
