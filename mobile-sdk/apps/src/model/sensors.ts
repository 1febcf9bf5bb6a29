/** The cards of the bedside: which device belongs under which, and what one shows after a frame. */
import type { Profile } from '@yoban/sdk/gatt';
import { PATIENT_NAMES, type PatientName } from '@yoban/sdk/sensors';
import type { NewReading, Vital, VitalKind } from '../wire.ts';
import { inWords } from './vitals.ts';

export type SensorName = 'oximeter' | 'bloodPressure' | 'thermometer' | 'other';
/** `wrong`: it sends, and nothing of what its card is for. */
export type SensorPhase = 'off' | 'connecting' | 'measuring' | 'wrong' | 'lost' | 'failed';

export interface SensorView {
  name: SensorName;
  phase: SensorPhase;
  /** The last value as people read it, with its unit. */
  value: string | null;
  simulated: boolean;
}

interface Card {
  profiles: readonly Profile[];
  /** What it is there for. A cuff counts the pulse too: that is sent, and shown under no card. */
  kinds: readonly VitalKind[];
}

export const CARDS: Record<SensorName, Card> = {
  oximeter: { profiles: ['oximeterContinuous', 'oximeterSpot'], kinds: ['spo2', 'pulse'] },
  bloodPressure: { profiles: ['bloodPressure'], kinds: ['bloodPressure'] },
  thermometer: { profiles: ['thermometer'], kinds: ['temperature'] },
  other: { profiles: ['heartRate', 'weight', 'glucose'], kinds: ['heartRate', 'weight', 'glucose'] },
};
export const SENSORS = Object.keys(CARDS) as readonly SensorName[];

/** Whose card a frame belongs to. */
export const cardOf = (profile: Profile): SensorName | undefined =>
  SENSORS.find((name) => CARDS[name].profiles.includes(profile));

const words = (vital: Vital): string =>
  inWords({
    kind: vital.kind,
    reading: { id: '', vital, takenAt: 0, receivedAt: 0, source: { kind: 'simulated' }, flags: [] },
    values: [],
  });

/** The card after a device under it has sent these. */
export function afterFrame(
  before: SensorView,
  profile: Profile,
  readings: readonly Pick<NewReading, 'vital'>[],
): SensorView {
  const card = CARDS[before.name];
  const own = readings.filter(({ vital }) => card.kinds.includes(vital.kind));
  if (own.length > 0 && card.profiles.includes(profile)) {
    return { ...before, value: own.map((r) => words(r.vital)).join('  '), phase: 'measuring' };
  }
  // Its own frame without what the card is for: a cuff that found a pulse and no pressure.
  if (card.profiles.includes(profile)) return { ...before, phase: 'failed' };
  // A device that can do more than one thing is the right one once it has done this one.
  return before.value === null ? { ...before, phase: 'wrong' } : before;
}

/** FNV-1a: a patient's n-th kit has the same luck in every demonstration. */
export const seedOf = (text: string): number =>
  [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x0100_0193), 0x811c_9dc5) >>> 0;

/** Which of the nights the kit plays for this patient: always the same, and not everybody's the same. */
export const nightOf = (patient: string): PatientName =>
  PATIENT_NAMES[seedOf(patient) % PATIENT_NAMES.length] ?? 'stable';
