import { describe, expect, it } from 'vitest';
import { queue, twoCalls } from '../fixtures/queue.ts';
import { active } from '../fixtures/scenes.ts';
import { callsBeside, standOf, urgencyOf } from '../src/model/queue.ts';
import type { QueueItem } from '../src/wire.ts';

describe('a case with several calls', () => {
  const [later] = twoCalls.calls ?? [];
  if (!later) throw new Error('fixtures');

  it('has the colour of its newest call, which an older one without a decision does not hide', () => {
    expect(urgencyOf(twoCalls)).toBe('red');
    expect(urgencyOf({ ...twoCalls, calls: [{ ...later, urgency: null }] })).toBe('yellow');
    expect(urgencyOf({ ...twoCalls, calls: [{ ...later, requestedAt: 0 }] })).toBe('yellow');
    expect(urgencyOf({ ...twoCalls, urgency: null, calls: [] })).toBe(null);
  });

  it('leads from each call to the others', () => {
    const beside = (session: string) => callsBeside([...queue, twoCalls], session).map((c) => c.session);
    expect([beside('session-7'), beside('session-8')]).toEqual([['session-8'], ['session-7']]);
    expect([beside('session-4'), beside('nobody')]).toEqual([[], []]);
    const third = { ...later, session: 'first', requestedAt: 0 };
    const calls = callsBeside([{ ...twoCalls, calls: [later, third] }], 'session-7');
    expect(calls.map((c) => c.session)).toEqual(['first', 'session-8']);
  });

  it('says of each what became of it', () => {
    expect(standOf(later)).toBe('signed');
    expect(standOf({ ...later, signed: false })).toBe('unsigned');
    expect(standOf({ ...later, disposition: null })).toBe('undecided');
    const cancelled = { ...twoCalls.state, reason: 'cancelledByPatient' } as QueueItem['state'];
    expect(standOf({ ...later, disposition: null, state: cancelled })).toBe('cancelled');
    expect(standOf({ ...later, disposition: null, state: active })).toBe('running');
  });
});
