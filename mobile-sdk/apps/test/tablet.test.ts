/** What the tablet decides: which question stands, which page gives way, what is said of a camera, when a value was typed. */
import { describe, expect, it } from 'vitest';
import { doctorLeg, nurseLeg, patientLeg } from '../fixtures/people.ts';
import { asPatient, scenes } from '../fixtures/scenes.ts';
import { typed as reading } from '../src/app/reading.ts';
import { canWithdrawRecording, type Question, questionOf } from '../src/model/call.ts';
import { begun, drafted, forward, sameNow, typed } from '../src/model/keypad.ts';
import { troubleOf, unwaived } from '../src/model/sources.ts';
import { mayMeasure, type Screen } from '../src/model/tabletScreen.ts';
import { isOld } from '../src/model/typedAt.ts';

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

it('a microphone or camera that is pressed again is asked about again, and the other one is not', () => {
  expect(unwaived(['microphone', 'camera'], 'microphone')).toEqual(['camera']);
  expect(unwaived(['both'], 'camera')).toEqual(['microphone']);
  expect(unwaived([], 'camera')).toEqual([]);
});

describe('a typed value', () => {
  /** One key a second. */
  const digits = (...keys: string[]) =>
    keys.reduce((draft, key, i) => typed(draft, key, 1_000 * (i + 1)), drafted('spo2'));

  it('has the time of its last key, however late it is sent, and a later one if it is still so', () => {
    expect([drafted('spo2').keyed, digits('9').keyed, digits('9', '1').keyed]).toEqual([null, 1_000, 2_000]);
    expect(digits('9', 'delete').keyed, 'all taken back').toBeNull();
    expect(typed(digits('9', '1', 'delete'), '2', 90_000).keyed, 'looked at again').toBe(90_000);
    expect(forward(digits('9', '1')).draft.keyed).toBe(2_000);
    expect(sameNow(digits('9', '1'), 7_000_000)).toEqual({ ...digits('9', '1'), keyed: 7_000_000 });
    expect(reading({ vital: { kind: 'spo2', value: '91', unit: '%' }, takenAt: 2_000 }).takenAt).toBe(2_000);
    expect([299_999, 300_000].map((ms) => isOld(0, ms))).toEqual([false, true]);
  });

  it('on its way is not sent again by another press, and the next key begins the next value', () => {
    const sent = forward(digits('9', '1'));
    expect(sent.vital).toMatchObject({ value: '91' });
    expect(forward(sent.draft)).toEqual({ draft: sent.draft, vital: null });
    expect(typed(sent.draft, '8', 9_000).digits).toEqual(['8']);
  });

  it('that was begun is known as such', () => {
    expect([drafted('spo2'), digits('9'), forward(digits('9', '1')).draft].map(begun)).toEqual([
      false,
      true,
      false,
    ]);
  });
});
