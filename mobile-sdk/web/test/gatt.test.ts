/// <reference types="vite/client" />
/** Holds the decoders to the vectors that the Rust core is held to as well. */
import { describe, expect, test } from 'vitest';
import {
  decode,
  type Frame,
  float,
  floatText,
  PROFILES,
  type Profile,
  sfloat,
  toReadings,
} from '../src/gatt/index.ts';

interface Vector {
  name: string;
  hex: string;
  expect?: Frame;
  error?: string;
  /** In the file of floats. */
  format?: 'sfloat' | 'float';
  value?: string;
  absent?: string;
}

interface VectorFile {
  characteristic?: string;
  vectors: Vector[];
}

const files = import.meta.glob<VectorFile>('../../conformance/gatt/*.json', {
  eager: true,
  import: 'default',
});
const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const profiles = Object.keys(PROFILES) as Profile[];

function profileOf(uuid: string): Profile {
  const found = profiles.find((name) => PROFILES[name].characteristic === Number.parseInt(uuid, 16));
  if (found === undefined) throw new Error(`no decoder for ${uuid}`);
  return found;
}

const frames = Object.values(files).filter((file) => file.characteristic !== undefined);
const floats = files['../../conformance/gatt/medfloat.json']?.vectors ?? [];

test('every characteristic has vectors', () => {
  expect(frames.map((file) => profileOf(file.characteristic ?? '')).sort()).toEqual([...profiles].sort());
  expect(frames.flatMap((file) => file.vectors).length).toBeGreaterThanOrEqual(150);
});

for (const file of frames) {
  const profile = profileOf(file.characteristic ?? '');
  describe(profile, () => {
    for (const vector of file.vectors) {
      test(vector.name, () => {
        const decoded = decode(profile, bytes(vector.hex));
        if (vector.error !== undefined) expect(decoded).toEqual({ error: vector.error });
        else
          expect(decoded).toEqual({
            frame: { ...vector.expect, flags: [...(vector.expect?.flags ?? [])].sort() },
          });
      });
    }
  });
}

describe('medical floats', () => {
  test('there are vectors', () => expect(floats.length).toBeGreaterThanOrEqual(30));
  for (const vector of floats) {
    test(`${vector.format} ${vector.hex}`, () => {
      const raw = bytes(vector.hex);
      const view = new DataView(raw.buffer);
      const value =
        vector.format === 'sfloat' ? sfloat(view.getUint16(0, true)) : float(view.getUint32(0, true));
      expect(floatText(value)).toEqual(vector.absent ? { absent: vector.absent } : vector.value);
    });
  }
});

test('a frame becomes readings at the offset of its place', () => {
  const decoded = decode('bloodPressure', bytes('1e840051006200ea070304151e3b4800010400'));
  if ('error' in decoded) throw new Error(decoded.error);
  let next = 0;
  const readings = toReadings(decoded.frame, {
    origin: { kind: 'device', model: 'UA-651BLE' },
    newId: () => `id-${++next}`,
    utcOffsetMinutes: 540,
  });
  expect(readings.map((reading) => [reading.id, reading.vital.kind, reading.takenAt, reading.flags])).toEqual(
    [
      ['id-1', 'bloodPressure', Date.parse('2026-03-04T12:30:59Z'), ['irregularPulse']],
      ['id-2', 'pulse', Date.parse('2026-03-04T12:30:59Z'), ['irregularPulse']],
    ],
  );
});

test('a view into a larger buffer is read from its own start', () => {
  const whole = bytes('ffff00610048 00ffff'.replace(' ', ''));
  const decoded = decode('oximeterSpot', new DataView(whole.buffer, 2, 5));
  expect('frame' in decoded && decoded.frame.vitals.map((v) => v.kind)).toEqual(['spo2', 'pulse']);
});

/** Small linear congruential generator (Numerical Recipes constants): the same bytes on every run. */
function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
}

test('any bytes give an answer, a cut frame is truncated, a stretched one is refused', () => {
  const next = noise(20_260_304);
  let understood = 0;
  for (let round = 0; round < 6_000; round++) {
    const frame = Uint8Array.from({ length: next() % 28 }, next);
    for (const profile of profiles) {
      if ('error' in decode(profile, frame)) continue;
      understood++;
      // Heart-rate intervals have no announced length: cut between two it is a shorter whole.
      if (profile === 'heartRate' && ((frame[0] ?? 0) & 0x10) !== 0) continue;
      for (let end = 0; end < frame.length; end++) {
        expect(decode(profile, frame.subarray(0, end))).toEqual({ error: 'truncated' });
      }
      expect(decode(profile, Uint8Array.from([...frame, 0]))).toEqual({ error: 'trailing' });
    }
  }
  expect(understood).toBeGreaterThan(1000);
}, 60_000);
