/** The large keypad for numbers read off a display. Pure: digits in, a checked reading out. */
import type { Timestamp, Vital } from '../wire.ts';

export type Entry = 'temperature' | 'bloodPressure' | 'spo2' | 'pulse';
export const ENTRIES: readonly Entry[] = ['temperature', 'bloodPressure', 'spo2', 'pulse'];

/** One number of an entry: how many digits behind the point, and what can be true. */
interface Part {
  decimals: 0 | 1;
  low: number;
  high: number;
  digits: number;
}

/** What a living adult can show (domain/src/vitals/rules.rs); the server decides again and marks, never drops. */
const PARTS: Record<Entry, readonly Part[]> = {
  temperature: [{ decimals: 1, low: 25, high: 45, digits: 3 }],
  bloodPressure: [
    { decimals: 0, low: 40, high: 300, digits: 3 },
    { decimals: 0, low: 20, high: 200, digits: 3 },
  ],
  spo2: [{ decimals: 0, low: 30, high: 100, digits: 3 }],
  pulse: [{ decimals: 0, low: 20, high: 300, digits: 3 }],
};

export const partsOf = (entry: Entry): readonly Part[] => PARTS[entry];

/** One more key. A digit beyond the longest number is not taken. */
export function press(digits: string, key: string, part: Part): string {
  if (key === 'delete') return digits.slice(0, -1);
  if (!/^\d$/.test(key) || digits.length >= part.digits) return digits;
  return digits === '0' ? key : digits + key;
}

/** How the digits read: a thermometer's last digit stands behind the point, as on its display. */
export function shown(digits: string, part: Part): string {
  if (part.decimals === 0 || digits.length < part.digits) return digits;
  return `${digits.slice(0, -1)}.${digits.slice(-1)}`;
}

/** The number is complete and can be true. */
export function fits(digits: string, part: Part): boolean {
  if (digits === '') return false;
  const value = Number(shown(digits, part));
  return value >= part.low && value <= part.high;
}

/** A complete number as it is sent and shown back. `37` on the keypad is 37.0 on the thermometer. */
const whole = (digits: string, part: Part): string =>
  part.decimals === 1 && digits.length < part.digits ? `${digits}.0` : shown(digits, part);

/** All numbers of an entry as they are sent, without the unit: `37.2`, `120/80`. */
export const asSent = ({ entry, digits }: Pick<Draft, 'entry' | 'digits'>): string =>
  PARTS[entry].map((part, i) => whole(digits[i] ?? '', part)).join('/');

/** The reading of complete parts; none while one does not fit. */
export function vitalOf(entry: Entry, digits: readonly string[]): Vital | null {
  const parts = PARTS[entry];
  if (!parts.every((part, i) => fits(digits[i] ?? '', part))) return null;
  const at = (i: number) => whole(digits[i] ?? '', parts[i] as Part);
  switch (entry) {
    case 'temperature':
      return { kind: 'temperature', value: at(0), unit: 'Cel' };
    case 'bloodPressure':
      return { kind: 'bloodPressure', systolic: at(0), diastolic: at(1), unit: 'mm[Hg]' };
    case 'spo2':
      return { kind: 'spo2', value: at(0), unit: '%' };
    case 'pulse':
      return { kind: 'pulse', value: at(0), unit: '/min' };
  }
}

/** What stands on the keypad. */
export interface Draft {
  entry: Entry;
  /** One text of digits per number of the entry. */
  digits: readonly string[];
  /** Which number is being typed. */
  at: number;
  /** When the last key was pressed, by the server's clock: then the number was on the display. `null`: no digits. */
  keyed: Timestamp | null;
  /**
   * Where it stands: being typed, on its way to the server, stored there (and still on the display, for whoever looks
   * whether it was the right one), out of range, or with the upper pressure not above the lower one.
   */
  stage: 'typing' | 'sending' | 'sent' | 'range' | 'inverted';
}

export const drafted = (entry: Entry): Draft => ({
  entry,
  digits: partsOf(entry).map(() => ''),
  at: 0,
  keyed: null,
  stage: 'typing',
});

/** Digits that were neither sent nor deleted. */
export const begun = (draft: Draft): boolean =>
  draft.stage === 'typing' && draft.digits.some((d) => d !== '');

const partOf = (draft: Draft): Part => partsOf(draft.entry)[draft.at] as Part;

const isGone = (draft: Draft): boolean => draft.stage === 'sending' || draft.stage === 'sent';

/**
 * One more key. A value that is on its way is gone from the hand: the key begins the next one. Deleting where nothing
 * stands goes back to the number before.
 */
export function typed(draft: Draft, key: string, now: Timestamp): Draft {
  const from = isGone(draft) ? drafted(draft.entry) : draft;
  if (key === 'delete' && from.at > 0 && from.digits[from.at] === '')
    return { ...from, at: from.at - 1, stage: 'typing' };
  const digits = from.digits.map((d, i) => (i === from.at ? press(d, key, partOf(from)) : d));
  return { ...from, digits, keyed: digits.some((d) => d !== '') ? now : null, stage: 'typing' };
}

/** Two pressures typed the wrong way round, put right. Whoever presses it has looked: it is of now. */
export const swapped = (draft: Draft, now: Timestamp): Draft => ({
  ...draft,
  digits: [...draft.digits].reverse(),
  keyed: now,
  stage: 'typing',
});

/** Looked at again, and still so. */
export const sameNow = (draft: Draft, now: Timestamp): Draft => ({ ...draft, keyed: now });

/** The large key: the next number, or the value to send once all are there, or why it cannot be sent. */
export function forward(draft: Draft): { draft: Draft; vital: Vital | null } {
  // Pressed again while it is on its way, or there: it is kept already.
  if (isGone(draft)) return { draft, vital: null };
  if (!fits(draft.digits[draft.at] ?? '', partOf(draft))) {
    return { draft: { ...draft, stage: 'range' }, vital: null };
  }
  if (draft.at + 1 < draft.digits.length)
    return { draft: { ...draft, at: draft.at + 1, stage: 'typing' }, vital: null };
  const [upper, lower] = draft.digits.map(Number);
  // The server would keep it and score it as what cannot be; here somebody can still look.
  if (draft.entry === 'bloodPressure' && Number(upper) <= Number(lower))
    return { draft: { ...draft, stage: 'inverted' }, vital: null };
  return { draft: { ...draft, stage: 'sending' }, vital: vitalOf(draft.entry, draft.digits) };
}

/** The server has answered for `sent`. What was begun meanwhile is another draft and stays as it is. */
export function answered(now: Draft, sent: Draft, stored: boolean): Draft {
  if (now !== sent) return now;
  return { ...sent, stage: stored ? 'sent' : 'typing' };
}

/** A value that went to the server from here. */
export interface Sent {
  entry: Entry;
  /** Without its unit. */
  text: string;
  at: Timestamp;
}

/** Longer: a value of the evening stands there in the morning as if it were still so. Shorter: nobody can look again. */
const LATELY_MS = 3_600_000;

/** The newest of each kind that went lately. */
export const lately = (all: readonly Sent[], now: Timestamp): Partial<Record<Entry, Sent>> =>
  Object.fromEntries(all.filter((s) => now - s.at < LATELY_MS).map((s) => [s.entry, s]));

/** Longer: the next measurement is taken for the correction of the last. */
const MENDING_MS = 5 * 60_000;

/** Whether the newest takes the place of another one of its kind, which was sent just before. */
export function corrects(all: readonly Sent[]): boolean {
  const newest = all.at(-1);
  const before = all.slice(0, -1).findLast((s) => s.entry === newest?.entry);
  if (!newest || !before) return false;
  return newest.at - before.at < MENDING_MS && newest.text !== before.text;
}
