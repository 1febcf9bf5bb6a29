import { describe, expect, it } from 'vitest';
import { twoCalls } from '../fixtures/queue.ts';
import { active } from '../fixtures/scenes.ts';
import { group, standOf, urgencyOf } from '../src/model/queue.ts';
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

  it('is owed by whoever may not open the call its line leads to, and has another to sign or decide', () => {
    const lines = (over: object, own: object = {}) =>
      group([{ ...twoCalls, ...over, calls: [{ ...later, ...own }] }]).owed;
    const shut = { mayOpen: false };
    const [own, none] = lines(shut, { signed: false });
    expect([own?.why, own?.late, own?.item.session, none]).toEqual([
      'signature',
      false,
      'session-8',
      undefined,
    ]);
    // The line is that call's, with the way to the others.
    expect(own?.item).toMatchObject({ urgency: 'red', mayOpen: true, deadline: null, ownerName: null });
    expect(own?.item.calls?.map((c) => [c.session, c.mayOpen])).toEqual([['session-7', false]]);
    expect(lines(shut, { disposition: null, signed: false }).map((o) => o.why)).toEqual(['decision']);
    expect(lines(shut)).toEqual([]);
    expect(lines(shut, { signed: false, mayOpen: false })).toEqual([]);
    expect(lines(shut, { signed: false, state: active })).toEqual([]);
    const takenBack = { ...twoCalls.state, reason: 'cancelledByPatient' };
    expect(lines(shut, { disposition: null, signed: false, state: takenBack })).toEqual([]);
    expect(lines({ ...shut, state: active }, { signed: false }), 'a call that runs goes before').toEqual([]);
    // Whoever may open the one it leads to does that first.
    expect(lines({}, { signed: false }).map((o) => o.item.session)).toEqual(['session-7']);
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
