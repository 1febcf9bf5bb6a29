/** What a nurse typed of what no home device measures. Pure: text in, a number to send out, or that it cannot be one. */
import { narrow } from '../app/format.ts';
import type { ConsciousnessLevel } from '../wire.ts';

/** The form as it stands. */
export interface Observed {
  rate: string;
  level: ConsciousnessLevel | null;
  supply: 'air' | 'oxygen' | null;
  flow: string;
}
export const nothing: Observed = { rate: '', level: null, supply: null, flow: '' };

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
