/** IEEE 11073-20601 medical floats. Precision is kept: 0xF014 is "2.0", 0x0002 is "2" (HL7 PHD). */
import type { AbsentReason } from './frame.ts';

/** `mantissa × 10^exponent`, or why there is no number. */
export type MedFloat = { mantissa: number; exponent: number } | { absent: AbsentReason };

const SFLOAT_SPECIAL = new Map<number, AbsentReason>([
  [0x07ff, 'not-a-number'],
  [0x07fe, 'positive-infinity'],
  [0x0802, 'negative-infinity'],
  [0x0800, 'error'],
  [0x0801, 'error'],
]);

const FLOAT_SPECIAL = new Map<number, AbsentReason>([
  [0x007f_ffff, 'not-a-number'],
  [0x007f_fffe, 'positive-infinity'],
  [0x0080_0002, 'negative-infinity'],
  [0x0080_0000, 'error'],
  [0x0080_0001, 'error'],
]);

/** Reads a 16-bit SFLOAT: 4-bit signed exponent, 12-bit signed mantissa. */
export function sfloat(word: number): MedFloat {
  const absent = SFLOAT_SPECIAL.get(word);
  if (absent !== undefined) return { absent };
  return { mantissa: signed(word & 0x0fff, 12), exponent: signed(word >>> 12, 4) };
}

/**
 * Reads a 32-bit FLOAT: 8-bit signed exponent, 24-bit signed mantissa. Exponents outside -12 to 9 are noise and
 * give `error`; inside, every number is a whole one below 2^53 or has at most 12 decimals.
 */
export function float(word: number): MedFloat {
  const absent = FLOAT_SPECIAL.get(word);
  if (absent !== undefined) return { absent };
  const exponent = signed(word >>> 24, 8);
  if (exponent < -12 || exponent > 9) return { absent: 'error' };
  return { mantissa: signed(word & 0x00ff_ffff, 24), exponent };
}

/** A medical float as decimal text, with its point moved `shift` places to the right. */
export function floatText(value: MedFloat, shift = 0): string | { absent: AbsentReason } {
  return 'absent' in value ? value : decimalText(value.mantissa, value.exponent + shift);
}

/** `digits × 10^exponent` as plain text; a negative exponent keeps its zeros ("2.0"). */
export function decimalText(digits: number, exponent: number): string {
  if (exponent >= 0) return (digits * 10 ** exponent).toString();
  const scale = -exponent;
  const text = Math.abs(digits)
    .toString()
    .padStart(scale + 1, '0');
  const sign = digits < 0 ? '-' : '';
  return `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

function signed(value: number, bits: number): number {
  const limit = 2 ** (bits - 1);
  return value >= limit ? value - 2 * limit : value;
}
