/** What the tablet decides: which question stands, which page gives way, what is said of a camera, when a value was typed. */
import { afterEach, describe, expect, it } from 'vitest';
import { doctorLeg, nurseLeg, patientLeg } from '../fixtures/people.ts';
import { asPatient, scenes } from '../fixtures/scenes.ts';
import { serverAhead } from '../src/app/clock.ts';
import { typed as reading } from '../src/app/reading.ts';
import { canWithdrawRecording, type Question, questionOf } from '../src/model/call.ts';
import { begun, drafted, forward, typed } from '../src/model/keypad.ts';
import { troubleOf } from '../src/model/sources.ts';
import { mayMeasure, type Screen } from '../src/model/tabletScreen.ts';

afterEach(() => {
  serverAhead.value = 0;
});

describe('a question', () => {
  const joins = {
    legState: { state: 'accepted', at: 1 },
    gateOpen: false,
    join: { consent: 'asked', at: 1 },
  } as const;
  const asksBoth = asPatient({
    ...scenes.asksToRecord,
    people: [patientLeg(), nurseLeg(), doctorLeg(joins)],
  });
  const recording: Question = { ask: 'recording' };
  const join: Question = { ask: 'join', leg: 'leg-doctor' };

  it('stays where it is until it is answered or withdrawn, whatever else is asked', () => {
    expect(questionOf(asksBoth, null)).toEqual(join);
    expect(questionOf(asksBoth, recording)).toBe(recording);
    expect(questionOf(asksBoth, join)).toBe(join);
    expect(questionOf(asPatient(scenes.asksForDoctor), recording)).toEqual(join);
    expect(questionOf(asPatient(scenes.asksToRecord), join)).toEqual(recording);
    expect(questionOf(asPatient(scenes.twoWay), join)).toBeNull();
  });

  it('about a recording can be taken back while others are still asked', () => {
    expect(canWithdrawRecording(asPatient(scenes.asksDoctorToRecord))).toBe(true);
  });
});

it('measuring gives way to every screen that must be seen', () => {
  const screens: Screen[] = ['idle', 'calling', 'fallback', 'incall', 'closing', 'left', 'after'];
  expect(screens.filter(mayMeasure)).toEqual(['idle', 'incall']);
});

describe('a camera or microphone that does not work', () => {
  it('is named, and the microphone first', () => {
    expect(troubleOf({ microphone: 'on', camera: 'off' }, [])).toBeNull();
    expect(troubleOf({ microphone: 'on', camera: 'denied' }, [])).toEqual({
      trouble: 'denied',
      source: 'camera',
    });
    expect(troubleOf({ microphone: 'absent', camera: 'absent' }, [])).toEqual({
      trouble: 'absent',
      source: 'both',
    });
    expect(troubleOf({ microphone: 'inUse', camera: 'denied' }, [])).toEqual({
      trouble: 'inUse',
      source: 'microphone',
    });
  });

  it('given up is not asked about again, and the other one is', () => {
    expect(troubleOf({ microphone: 'on', camera: 'denied' }, ['camera'])).toBeNull();
    expect(troubleOf({ microphone: 'denied', camera: 'denied' }, ['camera'])).toEqual({
      trouble: 'denied',
      source: 'microphone',
    });
    expect(troubleOf({ microphone: 'denied', camera: 'absent' }, ['camera', 'microphone'])).toBeNull();
    expect(troubleOf({ microphone: 'denied', camera: 'absent' }, ['both'])).toBeNull();
  });
});

describe('a typed value', () => {
  const digits = (...keys: string[]) => keys.reduce(typed, drafted('spo2'));

  it('has the time at which it was typed, by the clock of the server', () => {
    serverAhead.value = 600_000;
    const before = Date.now() + 600_000;
    const at = reading({ kind: 'spo2', value: '91', unit: '%' }).takenAt ?? 0;
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(Date.now() + 600_000);
  });

  it('on its way is not sent again by another press, and the next key begins the next value', () => {
    const sent = forward(digits('9', '1'));
    expect(sent.vital).toMatchObject({ value: '91' });
    expect(forward(sent.draft)).toEqual({ draft: sent.draft, vital: null });
    expect(typed(sent.draft, '8').digits).toEqual(['8']);
  });

  it('that was begun is known as such', () => {
    expect([drafted('spo2'), digits('9'), forward(digits('9', '1')).draft].map(begun)).toEqual([
      false,
      true,
      false,
    ]);
  });
});
