/** The cards of the bedside: which device belongs under which, and what one shows after a frame. */
import type { Profile } from '@yoban/sdk/gatt';
import { PATIENT_NAMES, type PatientName } from '@yoban/sdk/sensors';
import type { NewReading, Vital, VitalKind } from '../wire.ts';
import { inWords } from './vitals.ts';

type NewFlag = NonNullable<NewReading['flags']>[number];

export type SensorName = 'oximeter' | 'bloodPressure' | 'thermometer' | 'other';
/**
 * `wrong`: it sends, and nothing of what its card is for. `done`: one value is there, and that was it. `again`: a value
 * came, and the device says itself why it does not count.
 */
export type SensorPhase = 'off' | 'connecting' | 'measuring' | 'done' | 'again' | 'wrong' | 'lost' | 'failed';

/** What somebody at the bedside can put right. */
export type Hint = 'cuffLoose' | 'movement' | 'wrongPosition' | 'contact';

const HINTS: Partial<Record<NewFlag, Hint>> = {
  cuffLoose: 'cuffLoose',
  movement: 'movement',
  wrongPosition: 'wrongPosition',
  noContact: 'contact',
  notOnUser: 'contact',
  poorSignal: 'contact',
};

export interface SensorView {
  name: SensorName;
  phase: SensorPhase;
  /** The last value as people read it, with its unit. */
  value: string | null;
  simulated: boolean;
  /** What to do, as the device's last frame has it. */
  hint?: Hint | undefined;
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

/** These go on and on; the others measure once. */
const CONTINUOUS: readonly Profile[] = ['oximeterContinuous', 'heartRate'];

/** The card after a device under it has sent these. */
export function afterFrame(
  before: SensorView,
  profile: Profile,
  readings: readonly Pick<NewReading, 'vital' | 'flags'>[],
): SensorView {
  const card = CARDS[before.name];
  const own = readings.filter(({ vital }) => card.kinds.includes(vital.kind));
  if (own.length > 0 && card.profiles.includes(profile)) {
    const flags = own.flatMap((r) => r.flags ?? []);
    const hint = flags.flatMap((flag) => HINTS[flag] ?? [])[0];
    const value = own.map((r) => words(r.vital)).join('  ');
    const goesOn =
      CONTINUOUS.includes(profile) || flags.includes('ongoing') || flags.includes('earlyEstimate');
    if (goesOn) return { ...before, value, hint, phase: 'measuring' };
    // A number that is not used must not look as if it were.
    return hint
      ? { ...before, value: null, hint, phase: 'again' }
      : { ...before, value, hint, phase: 'done' };
  }
  // Its own frame without what the card is for: a cuff that found a pulse and no pressure.
  if (card.profiles.includes(profile)) return { ...before, hint: undefined, phase: 'failed' };
  // A device that can do more than one thing is the right one once it has done this one.
  return before.value === null ? { ...before, phase: 'wrong' } : before;
}

/** FNV-1a: a patient's n-th kit has the same luck in every demonstration. */
export const seedOf = (text: string): number =>
  [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x0100_0193), 0x811c_9dc5) >>> 0;

/** Which of the nights the kit plays for this patient: always the same, and not everybody's the same. */
export const nightOf = (patient: string): PatientName =>
  PATIENT_NAMES[seedOf(patient) % PATIENT_NAMES.length] ?? 'stable';
