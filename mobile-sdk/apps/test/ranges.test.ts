/** What can be true stands in the server's table; what is typed at a screen is held to the same. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ENTRIES, type Entry, partsOf } from '../src/model/keypad.ts';
import { flowOf, OBSERVED, rateOf } from '../src/model/observed.ts';

const RULES = fileURLToPath(new URL('../../../domain/src/vitals/rules.rs', import.meta.url));

interface Range {
  decimals: number;
  low: number;
  high: number;
}

/** Of each `measure!(Spo2, "…", "…", "%" as "%", .0, 30..=100, …)`. */
function rules(source: string): Map<string, Range> {
  const text = '"[^"]*"';
  const call = `measure!\\(\\s*(\\w+), ${text}, ${text}, ${text} as ${text}, \\.(\\d), (\\d+)\\.\\.=(\\d+)`;
  return new Map(
    [...source.matchAll(new RegExp(call, 'g'))].map(([, name = '', decimals, low, high]) => [
      name,
      { decimals: Number(decimals), low: Number(low), high: Number(high) },
    ]),
  );
}

const MEASURES: Record<Entry, readonly string[]> = {
  temperature: ['Temperature'],
  bloodPressure: ['Systolic', 'Diastolic'],
  spo2: ['Spo2'],
  pulse: ['Pulse'],
};

describe('what is typed', () => {
  const source = readFileSync(RULES, 'utf8');
  const table = rules(source);

  it('is read from every row of the table', () => {
    expect(table.size).toBe(source.split('measure!(').length - 1);
  });

  it.each(ENTRIES)('on the keypad as %s has the limits of the table', (entry) => {
    const limits = partsOf(entry).map(({ decimals, low, high }) => ({ decimals, low, high }));
    expect(limits).toEqual(MEASURES[entry].map((name) => table.get(name)));
  });

  it.each(ENTRIES)('on the keypad as %s has room for its highest value', (entry) => {
    for (const part of partsOf(entry)) {
      expect(part.digits).toBe(String(part.high).length + part.decimals);
    }
  });

  it('by the nurse has the limits of the table', () => {
    expect(OBSERVED.respiratoryRate).toEqual(table.get('RespiratoryRate'));
    expect(OBSERVED.oxygenFlow).toEqual(table.get('OxygenFlow'));
  });

  it('by the nurse is a number that can be, nothing, or wrong', () => {
    expect(['', ' ', '1.5', '1,5', '２', '60', '0.1'].map(flowOf)).toEqual([
      null,
      null,
      '1.5',
      '1.5',
      '2',
      '60',
      '0.1',
    ]);
    for (const text of ['1.25', '100', 'abc', '0', '0.0', '-1', '60.1', '2L', '.5'])
      expect(flowOf(text), text).toBe('bad');
    expect(['', '1', '80', '１８'].map(rateOf)).toEqual([null, '1', '80', '18']);
    for (const text of ['0', '81', '18.5', 'x']) expect(rateOf(text), text).toBe('bad');
  });
});
