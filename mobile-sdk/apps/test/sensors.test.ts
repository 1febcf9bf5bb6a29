import { PROFILES, type Profile } from '@yoban/sdk/gatt';
import { PATIENT_NAMES } from '@yoban/sdk/sensors';
import { describe, expect, it } from 'vitest';
import {
  afterFrame,
  CARDS,
  cardOf,
  nightOf,
  SENSORS,
  type SensorName,
  type SensorView,
} from '../src/model/sensors.ts';
import type { NewReading, Vital } from '../src/wire.ts';

type Flag = NonNullable<NewReading['flags']>[number];

const card = (name: SensorName, over: Partial<SensorView> = {}): SensorView => ({
  name,
  phase: 'measuring',
  value: null,
  simulated: false,
  ...over,
});
const pulse: Vital = { kind: 'pulse', value: '72', unit: '/min' };
const pressure: Vital = { kind: 'bloodPressure', systolic: '132', diastolic: '81', unit: 'mm[Hg]' };
const warm: Vital = { kind: 'temperature', value: '36.4', unit: 'Cel' };
const after = (view: SensorView, profile: Profile, ...vitals: Vital[]) =>
  afterFrame(
    view,
    profile,
    vitals.map((vital) => ({ vital })),
  );

describe('the cards of the bedside', () => {
  it('have a place for every device that is understood, each for one', () => {
    const offered = SENSORS.flatMap((name) => CARDS[name].profiles);
    expect([...offered].sort()).toEqual(Object.keys(PROFILES).sort());
    expect(offered.map(cardOf)).toEqual(SENSORS.flatMap((name) => CARDS[name].profiles.map(() => name)));
  });

  it('show what they are there for', () => {
    expect(after(card('bloodPressure'), 'bloodPressure', pressure, pulse)).toMatchObject({
      phase: 'done',
      value: '132/81 mmHg',
    });
    const glucose: Vital = { kind: 'glucose', value: '110', unit: 'mg/dL' };
    expect(after(card('other'), 'glucose', glucose)).toMatchObject({
      phase: 'done',
      value: '110 mg/dL',
    });
  });

  it('say that it is done, or what to put right, or that it still measures', () => {
    const frame = (name: SensorName, profile: Profile, vital: Vital, ...flags: Flag[]) =>
      afterFrame(card(name, { value: '1', hint: 'contact' }), profile, [{ vital, flags }]);
    expect(frame('bloodPressure', 'bloodPressure', pressure)).toMatchObject({
      phase: 'done',
      value: '132/81 mmHg',
      hint: undefined,
    });
    expect(
      frame('bloodPressure', 'bloodPressure', pressure, 'irregularPulse').phase,
      'nobody can mend it',
    ).toBe('done');
    expect(frame('bloodPressure', 'bloodPressure', pressure, 'cuffLoose')).toMatchObject({
      phase: 'again',
      value: null,
      hint: 'cuffLoose',
    });
    expect(frame('thermometer', 'thermometer', warm, 'earlyEstimate').phase).toBe('measuring');
    expect(frame('oximeter', 'oximeterContinuous', pulse, 'poorSignal')).toMatchObject({
      phase: 'measuring',
      hint: 'contact',
    });
    expect(frame('oximeter', 'oximeterContinuous', pulse).hint).toBeUndefined();
  });

  it('say so when another kind of device sends', () => {
    const wrong = after(card('oximeter'), 'thermometer', warm);
    expect(wrong).toMatchObject({ phase: 'wrong', value: null });
    expect(after(card('oximeter'), 'bloodPressure', pressure, pulse).phase).toBe('wrong');
    // The right one after it.
    expect(after(wrong, 'oximeterContinuous', pulse).phase).toBe('measuring');
  });

  it('leave a device in peace that can do more than its card asks', () => {
    const shows = card('thermometer', { value: '36.4 ℃' });
    expect(after(shows, 'oximeterContinuous', pulse)).toBe(shows);
  });

  it('say that it failed when the right device found no value of its own', () => {
    expect(after(card('bloodPressure'), 'bloodPressure', pulse).phase).toBe('failed');
  });
});

describe('the simulated kit', () => {
  it('plays a patient the same night each time, and patients different ones', () => {
    const patients = Array.from({ length: 60 }, (_, n) => `patient-${n}`);
    expect(patients.map(nightOf)).toEqual(patients.map(nightOf));
    const played = PATIENT_NAMES.map((name) => patients.filter((p) => nightOf(p) === name).length);
    for (const count of played) expect(count).toBeGreaterThan(5);
  });
});
