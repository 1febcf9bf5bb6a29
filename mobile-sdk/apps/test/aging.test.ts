import { effect, signal } from '@preact/signals';
import type { CallState } from '@yoban/sdk';
import { describe, expect, it } from 'vitest';
import { NOW } from '../fixtures/people.ts';
import { asNurse, scenes } from '../fixtures/scenes.ts';
import { vitals } from '../fixtures/vitals.ts';
import { aging, asOf } from '../src/model/aging.ts';
import { draftSbar } from '../src/model/sbar.ts';
import type { VitalKind, VitalsView } from '../src/wire.ts';

const MINUTE = 60_000;
const of = (view: VitalsView | undefined, kind: VitalKind) => view?.latest.find((l) => l.kind === kind);
const stale = (view: VitalsView | undefined) => view?.latest.filter((l) => l.stale).map((l) => l.kind);
const nothing = { situation: '', background: '', assessment: '', recommendation: '' };
const known: CallState = {
  connection: 'reconnecting',
  me: null,
  calls: [],
  queue: [],
  vitals: { 'session-1': vitals },
  clockOffset: 0,
  ready: true,
};

describe('vital signs without a word from the server', () => {
  it('grow old one by one, each at its own instant, and take the score with them', () => {
    const clock = signal(NOW);
    const state = aging(signal(known), clock);
    const view = (): VitalsView | undefined => state.value.vitals['session-1'];
    expect(stale(view())).toEqual(['temperature']);

    const end = of(vitals, 'spo2')?.staleAt ?? 0;
    clock.value = end - 1;
    expect(of(view(), 'spo2')).toMatchObject({ stale: false, counts: true });
    expect(view()?.outlived).toBeFalsy();
    clock.value = end;
    expect(of(view(), 'spo2')).toMatchObject({ stale: true, counts: false });
    expect(stale(view())).toEqual(['spo2', 'pulse', 'temperature']);
    expect(view()?.outlived, 'a score of old values says nothing').toBe(true);
    const call = asNurse(scenes.answered);
    const told = (of: VitalsView | null | undefined) => draftSbar(call, of ?? null, nothing).assessment;
    expect([told(vitals), told(view())].map((text) => text.includes('NEWS2'))).toEqual([true, false]);

    clock.value = NOW + 31 * MINUTE;
    expect(stale(view())).toHaveLength(vitals.latest.length);
  });

  it('leave a score alone that does not count them', () => {
    const items = vitals.score?.items.filter((i) => i.item !== 'spo2' && i.item !== 'pulse') ?? [];
    const score = vitals.score ? { ...vitals.score, items } : null;
    const view = asOf({ ...vitals, score }, NOW + 12 * MINUTE);
    expect(of(view, 'spo2')?.stale).toBe(true);
    expect(view.outlived).toBe(false);
  });

  it('are current again with the next message, and draw nothing anew meanwhile', () => {
    const clock = signal(NOW);
    const state = signal(known);
    const aged = aging(state, clock);
    let drawn = 0;
    let shown: CallState = known;
    const stop = effect(() => {
      shown = aged.value;
      drawn += 1;
    });
    for (let second = 1; second <= 500; second++) clock.value = NOW + second * 1000;
    expect([drawn, shown === known], 'the very same while nothing changes').toEqual([1, true]);
    clock.value = NOW + 12 * MINUTE;
    clock.value = NOW + 13 * MINUTE;
    expect(drawn, 'once for what grew old').toBe(2);
    const fresh = { ...vitals, latest: vitals.latest.map((l) => ({ ...l, staleAt: clock.value + MINUTE })) };
    state.value = { ...known, vitals: { 'session-1': fresh } };
    expect(of(shown.vitals['session-1'], 'spo2')?.stale).toBe(false);
    stop();
  });
});
