import { describe, expect, it } from 'vitest';

import {
  answered,
  asSent,
  corrects,
  type Draft,
  drafted,
  type Entry,
  fits,
  forward,
  lately,
  partsOf,
  press,
  type Sent,
  shown,
  swapped,
  typed,
  vitalOf,
} from '../src/model/keypad.ts';

describe('the keypad', () => {
  const [temperature] = partsOf('temperature');
  const [systolic] = partsOf('bloodPressure');
  if (!temperature || !systolic) throw new Error('parts');

  it('puts the point of a temperature by itself', () => {
    const digits = ['3', '6', '5', '9'].reduce((d, key) => press(d, key, temperature), '');
    expect(digits).toBe('365');
    expect(shown(digits, temperature)).toBe('36.5');
    expect(shown('36', temperature)).toBe('36');
    expect(press(digits, 'delete', temperature)).toBe('36');
  });

  it('takes no number that cannot be true', () => {
    expect(fits('999', temperature)).toBe(false);
    expect(fits('', systolic)).toBe(false);
    expect(fits('30', systolic)).toBe(false);
    expect(vitalOf('bloodPressure', ['164', ''])).toBeNull();
    expect(vitalOf('bloodPressure', ['164', '92'])).toEqual({
      kind: 'bloodPressure',
      systolic: '164',
      diastolic: '92',
      unit: 'mm[Hg]',
    });
  });

  const keys = (draft: Draft, all: string) => [...all].reduce((d, key) => typed(d, key, 0), draft);
  /** All numbers of one entry typed and sent: the value is on its way. */
  const sending = (entry: Entry, ...numbers: string[]) =>
    numbers.reduce((draft, number) => forward(keys(draft, number)).draft, drafted(entry));

  it('shows what the server has until the next key; refused, the number stands to be mended', () => {
    const sent = sending('bloodPressure', '142', '84');
    expect(sent).toMatchObject({ stage: 'sending', digits: ['142', '84'] });
    const there = answered(sent, sent, true);
    expect(there).toEqual({ ...sent, stage: 'sent' });
    expect(asSent(there)).toBe('142/84');
    expect(forward(there), 'not sent twice').toEqual({ draft: there, vital: null });
    expect(typed(there, '9', 0)).toMatchObject({ digits: ['9', ''], at: 0, stage: 'typing' });
    expect(typed(there, 'delete', 0).digits).toEqual(['', '']);
    expect(answered(sent, sent, false)).toEqual({ ...sent, stage: 'typing' });
    expect(forward(keys(drafted('spo2'), '9'))).toMatchObject({ draft: { stage: 'range' }, vital: null });
  });

  it('asks about an upper pressure that is not above the lower one, and lets them be swapped', () => {
    const wrong = forward(keys(forward(keys(drafted('bloodPressure'), '80')).draft, '120'));
    expect(wrong).toMatchObject({ vital: null, draft: { stage: 'inverted', digits: ['80', '120'] } });
    const right = forward(swapped(wrong.draft, 7_000));
    expect(right.vital).toMatchObject({ systolic: '120', diastolic: '80' });
    expect(right.draft.keyed).toBe(7_000);
    expect(sending('bloodPressure', '90', '90').stage, 'the same is not above either').toBe('inverted');
    expect(sending('bloodPressure', '91', '90').stage).toBe('sending');
  });

  it('goes back to the number before when there is nothing left to delete', () => {
    const lower = forward(keys(drafted('bloodPressure'), '15')).draft;
    expect(lower.stage, 'too low').toBe('range');
    const second = forward(keys(drafted('bloodPressure'), '158')).draft;
    const back = typed(typed(typed(second, '9', 0), 'delete', 0), 'delete', 0);
    expect(back).toMatchObject({ at: 0, digits: ['158', ''] });
    expect(typed(back, 'delete', 0).digits).toEqual(['15', '']);
  });

  it('sends and shows a temperature with its point', () => {
    expect(vitalOf('temperature', ['37'])).toMatchObject({ value: '37.0' });
    expect(vitalOf('temperature', ['372'])).toMatchObject({ value: '37.2' });
    expect(asSent({ entry: 'temperature', digits: ['37'] })).toBe('37.0');
  });

  it('knows what went lately, and what took the place of another value', () => {
    const went = (entry: Entry, text: string, at: number): Sent => ({ entry, text, at });
    const wrong = went('bloodPressure', '185/92', 1_000);
    const warm = went('temperature', '37.2', 60_000);
    const right = went('bloodPressure', '158/92', 120_000);
    expect(lately([wrong, warm, right], 130_000)).toEqual({ bloodPressure: right, temperature: warm });
    expect(lately([wrong, warm, right], 3_670_000)).toEqual({ bloodPressure: right });
    expect(corrects([wrong, warm, right])).toBe(true);
    expect(corrects([wrong, warm]), 'another kind').toBe(false);
    expect(corrects([wrong, { ...wrong, at: 9_000 }]), 'the same again').toBe(false);
    expect(corrects([wrong, { ...right, at: 400_000 }]), 'measured anew').toBe(false);
  });

  it('keeps what is typed while the answer to the value before it is on its way', () => {
    const pressure = sending('bloodPressure', '142', '84');
    const next = keys(drafted('temperature'), '3');
    for (const stored of [true, false]) expect(answered(next, pressure, stored)).toBe(next);
    expect(forward(keys(next, '78')).vital).toMatchObject({ kind: 'temperature', value: '37.8' });

    const sent = sending('spo2', '96');
    const again = typed(sent, '9', 0);
    expect(again.digits, 'not behind the old digits').toEqual(['9']);
    expect(answered(again, sent, true)).toBe(again);
  });
});
