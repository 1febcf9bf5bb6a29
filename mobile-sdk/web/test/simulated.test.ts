/** The simulated kit: the same night for the same seed, plausible values, real failures. */
import { describe, expect, test } from 'vitest';
import { decode, type Frame, type NewReading } from '../src/gatt/index.ts';
import { PATIENT_NAMES, SimulatedSensors, Simulation } from '../src/sensors/index.ts';
import type { SimulatedFrame, SimulationOptions } from '../src/sensors/simulated.ts';
import { FakeTimers } from './fake-bluetooth.ts';

const STARTED = Date.UTC(2026, 2, 4, 12, 0, 0);

function night(options: Partial<SimulationOptions>, seconds: number): SimulatedFrame[] {
  const simulation = new Simulation({
    seed: 1,
    patient: 'heartFailure',
    startedAt: STARTED,
    utcOffsetMinutes: 540,
    ...options,
  });
  const frames: SimulatedFrame[] = [];
  for (let frame = simulation.next(); frame.at <= seconds; frame = simulation.next()) frames.push(frame);
  return frames;
}

function understood(frames: SimulatedFrame[]): { at: number; frame: Frame }[] {
  return frames.flatMap(({ at, profile, bytes }) => {
    const decoded = decode(profile, bytes);
    return 'frame' in decoded ? [{ at, frame: decoded.frame }] : [];
  });
}

function values(frames: SimulatedFrame[], kind: string): { at: number; value: number }[] {
  return understood(frames).flatMap(({ at, frame }) =>
    frame.vitals.flatMap((vital) => {
      if (vital.kind !== kind) return [];
      if (vital.kind === 'bloodPressure') return [{ at, value: Number(vital.systolic) }];
      return 'value' in vital ? [{ at, value: Number(vital.value) }] : [];
    }),
  );
}

const mean = (list: { value: number }[]) => list.reduce((sum, { value }) => sum + value, 0) / list.length;

test('the same seed gives the same bytes, another seed others', () => {
  const bytes = (seed: number) =>
    night({ seed }, 900).map(({ at, bytes }) => `${at} ${[...bytes].join(',')}`);
  expect(bytes(7)).toEqual(bytes(7));
  expect(bytes(8)).not.toEqual(bytes(7));
});

test('a device’s own luck does not hang on how often another one measured', () => {
  const options = { patient: 'heartFailure', startedAt: STARTED, utcOffsetMinutes: 540 } as const;
  const cuffs = (oximeter: number, seed: number) => {
    const simulation = new Simulation({ seed, ...options });
    return Array.from({ length: 40 }, (_, n) => {
      // Fewer than the forty seconds after which the cuff measures by itself.
      if (n < oximeter) simulation.next();
      if (oximeter > 0) simulation.measure('thermometer', 5);
      const decoded = decode('bloodPressure', simulation.measure('cuff', 5).bytes);
      if ('error' in decoded) throw new Error(decoded.error);
      const [vital] = decoded.frame.vitals;
      return `${vital?.kind === 'bloodPressure' ? vital.systolic : 'failed'} ${decoded.frame.flags.join()}`;
    });
  };
  expect(cuffs(18, 7)).toEqual(cuffs(0, 7));
  expect(cuffs(0, 8)).not.toEqual(cuffs(0, 7));
  expect(cuffs(0, 7).filter((c) => c.startsWith('failed')).length).toBeGreaterThan(0);
});

test('frames come in order of time', () => {
  const times = night({ seed: 3 }, 3600).map(({ at }) => at);
  expect(times.length).toBeGreaterThan(1000);
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test('a failing heart: saturation falls and the pulse climbs, with noise', () => {
  const frames = night({ seed: 11, faultless: true }, 1200);
  const [spo2, pulse] = [values(frames, 'spo2'), values(frames, 'pulse')];
  const early = (list: typeof spo2) => mean(list.filter(({ at }) => at < 60));
  const late = (list: typeof spo2) => mean(list.filter(({ at }) => at > 900));
  expect(early(spo2)).toBeGreaterThan(92.5);
  expect(late(spo2)).toBeLessThan(88.5);
  expect(late(pulse) - early(pulse)).toBeGreaterThan(18);
  expect(new Set(spo2.filter(({ at }) => at > 900).map(({ value }) => value)).size).toBeGreaterThan(1);
  const cuffs = understood(frames).filter(({ frame }) => frame.vitals[0]?.kind === 'bloodPressure');
  expect(cuffs.length).toBeGreaterThanOrEqual(4);
  expect(cuffs.every(({ frame }) => frame.flags.includes('irregularPulse'))).toBe(true);
});

test('a fever is a fever', () => {
  const temperatures = values(night({ patient: 'fever', seed: 5 }, 3600), 'temperature');
  expect(temperatures.length).toBeGreaterThanOrEqual(5);
  expect(temperatures.every(({ value }) => value > 38 && value < 39.6)).toBe(true);
});

describe.each(PATIENT_NAMES)('%s', (patient) => {
  test.each([1, 2, 3, 4])('seed %i stays within what a body can do', (seed) => {
    const frames = night({ patient, seed }, 3600);
    for (const { value } of values(frames, 'spo2'))
      expect(value >= 60 && value <= 100, `SpO2 ${value}`).toBe(true);
    for (const { value } of values(frames, 'pulse'))
      expect(value >= 40 && value <= 170, `pulse ${value}`).toBe(true);
    for (const { value } of values(frames, 'bloodPressure')) expect(value >= 80 && value <= 200).toBe(true);
  });
});

test('a long night has every kind of failure, a faultless one none', () => {
  const hours = night({ seed: 21 }, 4 * 3600);
  const all = understood(hours);
  const marked = (flag: string) => all.filter(({ frame }) => frame.flags.some((f) => f === flag)).length;
  expect(marked('notOnUser')).toBeGreaterThan(0);
  expect(marked('poorSignal')).toBeGreaterThan(0);
  expect(marked('lowPerfusion')).toBeGreaterThan(0);
  expect(marked('movement') + marked('cuffLoose')).toBeGreaterThan(0);
  expect(hours.length - all.length, 'torn frames').toBeGreaterThan(0);
  const off = all.filter(({ frame }) => frame.flags.includes('notOnUser'));
  expect(off.every(({ frame }) => frame.vitals.length === 0 && frame.absent.length === 2)).toBe(true);
  const oximeter = hours.filter(({ profile }) => profile === 'oximeterContinuous').map(({ at }) => at);
  const gaps = oximeter.map((at, i) => at - (oximeter[i - 1] ?? at));
  expect(Math.max(...gaps), 'out of reach').toBeGreaterThan(4);

  const clean = night({ seed: 21, faultless: true, patient: 'stable' }, 3600);
  expect(understood(clean)).toHaveLength(clean.length);
  expect(understood(clean).every(({ frame }) => frame.flags.every((f) => f === 'ongoing'))).toBe(true);
});

test('the kit in real time: readings with their device time, measured on demand, silent after stop', async () => {
  const timers = new FakeTimers();
  let ids = 0;
  const kit = new SimulatedSensors({
    seed: 2,
    patient: 'stable',
    faultless: true,
    timers,
    now: () => timers.now,
    newId: () => `id-${++ids}`,
    utcOffsetMinutes: 540,
  });
  const readings: NewReading[] = [];
  kit.on('readings', (list) => readings.push(...list));
  kit.start();
  kit.start();
  await timers.pass(60_000);
  const of = (kind: string) => readings.filter((r) => r.vital.kind === kind);
  expect(of('spo2')).toHaveLength(31);
  expect(of('bloodPressure').map((r) => r.takenAt)).toEqual([STARTED + 40_000]);
  expect(of('temperature')[0]?.origin).toEqual({ kind: 'simulated', model: 'SIM-T' });
  expect(new Set(readings.map((r) => r.id)).size).toBe(readings.length);
  expect(readings.every((r) => (r.takenAt ?? 0) <= timers.now)).toBe(true);
  kit.measure('cuff');
  expect(of('bloodPressure').map((r) => r.takenAt)).toEqual([STARTED + 40_000, STARTED + 60_000]);
  kit.stop();
  const heard = readings.length;
  await timers.pass(60_000);
  kit.measure('thermometer');
  expect([readings.length, timers.pauses]).toEqual([heard, []]);
});

test('in a hurry the devices keep the real clock', async () => {
  const timers = new FakeTimers();
  const kit = new SimulatedSensors({ seed: 2, patient: 'fever', pace: 20, timers, now: () => timers.now });
  const ahead: number[] = [];
  kit.on('readings', (list) => ahead.push(...list.map((r) => (r.takenAt ?? 0) - timers.now)));
  kit.start();
  await timers.pass(30_000);
  kit.stop();
  expect(ahead.length).toBeGreaterThan(300);
  expect(Math.max(...ahead)).toBeLessThanOrEqual(0);
});
