/** What a nurse saw is of when she saw it, however late it is saved. */
import { expect, it } from 'vitest';
import { changed, nothing, sameNow, seenAt, sightings } from '../src/model/observed.ts';

const typed = changed(changed(nothing, { rate: '2' }, 1_000), { rate: '22' }, 2_000);
const times = (observed: typeof nothing) =>
  sightings(observed).map(({ vital, takenAt }) => [vital.kind, takenAt]);

it('each value has the time of its own last change', () => {
  const all = changed(changed(typed, { level: 'alert' }, 5_000), { supply: 'oxygen' }, 6_000);
  expect(times(all)).toEqual([
    ['respiratoryRate', 2_000],
    ['consciousness', 5_000],
    ['oxygen', 6_000],
  ]);
  const more = changed(all, { flow: '2' }, 90_000);
  expect(times(more).at(-1), 'how much is part of what').toEqual(['oxygen', 90_000]);
  expect(times(changed(more, { rate: '24' }, 95_000))[0], 'looked at again').toEqual([
    'respiratoryRate',
    95_000,
  ]);
});

it('one that is said to be so still is of then, and the others are not', () => {
  const both = sameNow(changed(typed, { level: 'voice' }, 3_000), 'rate', 80_000);
  expect(times(both)).toEqual([
    ['respiratoryRate', 80_000],
    ['consciousness', 3_000],
  ]);
});

it('where nothing stands there is no time, and what is no number is not sent', () => {
  expect(seenAt(nothing, 'rate')).toBeNull();
  expect(seenAt(changed(typed, { rate: '' }, 3_000), 'rate')).toBeNull();
  expect(times(changed(typed, { rate: '220' }, 3_000))).toEqual([]);
  expect(times(changed(changed(nothing, { supply: 'oxygen' }, 1), { flow: '99' }, 2))).toEqual([]);
  expect(sightings(changed(nothing, { supply: 'oxygen' }, 1))[0]?.vital).toEqual({
    kind: 'oxygen',
    supply: { kind: 'oxygen' },
  });
});
