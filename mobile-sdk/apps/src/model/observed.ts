/** What a nurse typed of what no home device measures. Pure: text in, a number to send out, or that it cannot be one. */
import { narrow } from '../app/format.ts';
import type { ConsciousnessLevel, Timestamp, Vital } from '../wire.ts';

/** What is typed or chosen. */
interface Values {
  rate: string;
  level: ConsciousnessLevel | null;
  supply: 'air' | 'oxygen' | null;
  flow: string;
}
export type Sight = 'rate' | 'level' | 'oxygen';

/** The form as it stands. */
export interface Observed extends Values {
  /**
   * When each was changed last, by the server's clock. The last change and not the first key: who changes a value has
   * looked again, and a slip of the finger is mended within seconds.
   */
  at: Readonly<Partial<Record<Sight, Timestamp>>>;
}
export const nothing: Observed = { rate: '', level: null, supply: null, flow: '', at: {} };

const SIGHT: Record<keyof Values, Sight> = { rate: 'rate', level: 'level', supply: 'oxygen', flow: 'oxygen' };

/** Something was typed or chosen. */
export function changed(observed: Observed, part: Partial<Values>, now: Timestamp): Observed {
  const sights = (Object.keys(part) as (keyof Values)[]).map((name) => [SIGHT[name], now]);
  return { ...observed, ...part, at: { ...observed.at, ...Object.fromEntries(sights) } };
}

/** Looked at again, and still so. */
export const sameNow = (observed: Observed, sight: Sight, now: Timestamp): Observed => ({
  ...observed,
  at: { ...observed.at, [sight]: now },
});

/** When a value that stands there was seen; `null` where nothing stands. */
export function seenAt(observed: Observed, sight: Sight): Timestamp | null {
  const { rate, level, supply, at } = observed;
  const there = { rate: rate.trim() !== '', level: level !== null, oxygen: supply !== null }[sight];
  return there ? (at[sight] ?? null) : null;
}

/** Nothing was entered, or all of it was taken back. */
export const observedNothing = ({ rate, level, supply }: Observed): boolean =>
  rate.trim() === '' && level === null && supply === null;

/** What a living adult can show (domain/src/vitals/rules.rs). */
export const OBSERVED = {
  respiratoryRate: { decimals: 0, low: 1, high: 80 },
  /** Oxygen that flows flows faster than zero. */
  oxygenFlow: { decimals: 1, low: 0, high: 60 },
} as const;

/** More than a number of the table above needs, with room for a slip. */
export const LONGEST_NUMBER = 8;

/** `null`: nothing was typed. `bad`: it is no such number. */
export type Typed = string | null | 'bad';

function numberOf(
  text: string,
  { decimals, low, high }: { decimals: 0 | 1; low: number; high: number },
): Typed {
  const digits = narrow(text).trim().replace(',', '.');
  if (digits === '') return null;
  const form = decimals === 0 ? /^\d{1,3}$/ : /^\d{1,3}(\.\d)?$/;
  const value = Number(digits);
  return form.test(digits) && value > 0 && value >= low && value <= high ? digits : 'bad';
}

export const rateOf = (text: string): Typed => numberOf(text, OBSERVED.respiratoryRate);
export const flowOf = (text: string): Typed => numberOf(text, OBSERVED.oxygenFlow);

/** What can be saved, each with the time at which it was seen. What is no number is left out. */
export function sightings(observed: Observed): { vital: Vital; takenAt: Timestamp }[] {
  const { rate, level, supply, flow } = observed;
  const out: { vital: Vital; takenAt: Timestamp }[] = [];
  const add = (sight: Sight, vital: Vital) => {
    const takenAt = seenAt(observed, sight);
    if (takenAt !== null) out.push({ vital, takenAt });
  };
  const number = rateOf(rate);
  if (number && number !== 'bad') add('rate', { kind: 'respiratoryRate', value: number, unit: '/min' });
  if (level) add('level', { kind: 'consciousness', level });
  if (supply === 'air') add('oxygen', { kind: 'oxygen', supply: { kind: 'air' } });
  const litres = supply === 'oxygen' ? flowOf(flow) : 'bad';
  if (litres !== 'bad') {
    const given = litres ? { flow: { value: litres, unit: 'L/min' as const } } : {};
    add('oxygen', { kind: 'oxygen', supply: { kind: 'oxygen', ...given } });
  }
  return out;
}
