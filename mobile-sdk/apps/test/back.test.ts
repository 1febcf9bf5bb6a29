/** What the browser's Back means while a call runs, and when none does. */
import { expect, it } from 'vitest';
import { markOf, onStep } from '../src/app/back.ts';

it('asks on the floor of a call, and nowhere above it', () => {
  expect(onStep('floor', true)).toBe('ask');
  expect(onStep('guard', true)).toBe('nothing');
  expect(onStep(null, true)).toBe('nothing');
});

it('goes on past the floor of a call that is over', () => {
  expect(onStep('floor', false)).toBe('goOn');
  expect(onStep('guard', false)).toBe('nothing');
  expect(onStep(null, false)).toBe('nothing');
});

it('reads its own marks alone', () => {
  expect(markOf({ back: 'floor' })).toBe('floor');
  expect(markOf({ back: 'guard' })).toBe('guard');
  expect([null, 'floor', {}, { back: 1 }].map(markOf)).toEqual([null, null, null, null]);
});
