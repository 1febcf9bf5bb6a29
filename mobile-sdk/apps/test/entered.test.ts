/** What a signature would leave out: everything that was entered and not stored, and nothing else. */
import { describe, expect, it } from 'vitest';
import { emptyForm } from '../src/model/disposition.ts';
import { acknowledged, plainText, sent, written } from '../src/model/draft.ts';
import { type Entered, type Part, type Stored, unsavedParts } from '../src/model/entered.ts';
import { nothing } from '../src/model/observed.ts';
import { noSbar, sbarText } from '../src/model/sbarText.ts';

const stored: Stored = { note: '所見', sbar: noSbar };
const left = (entered: Partial<Entered>, at: Stored = stored) =>
  unsavedParts(<P extends Part>(part: P) => (entered as Entered)[part] ?? null, at);

const note = written(plainText, null, '所見', '所見と続き');
const sbar = written(sbarText, null, noSbar, { ...noSbar, situation: '息苦しい' });

describe('a signature leaves out', () => {
  it.each([
    ['red-flags', { answers: { bleeding: false }, known: [] }],
    ['observations', { ...nothing, rate: '22' }],
    ['observations', { ...nothing, level: 'alert' }],
    ['observations', { ...nothing, supply: 'air' }],
    ['oxygen-scale', { chosen: 'two', reason: '' }],
    ['oxygen-scale', { chosen: 'two', reason: '高二酸化炭素血症' }],
    ['sbar', sbar],
    ['note', note],
    ['disposition', { ...emptyForm, over: null }],
    ['recheck', 'よく眠っている'],
  ] as [Part, never][])('%s that was not stored', (part, entered) => {
    expect(left({ [part]: entered })).toEqual([part]);
  });

  it('each of several, in the order of the night', () => {
    expect(
      left({
        note,
        sbar,
        disposition: { ...emptyForm, over: null },
        observations: { ...nothing, rate: '22' },
      }),
    ).toEqual(['observations', 'sbar', 'note', 'disposition']);
  });

  it('nothing where all was stored or taken back', () => {
    expect(
      left({
        observations: nothing,
        'oxygen-scale': { chosen: null, reason: '書きかけ' },
        note: acknowledged(sent(note, note.mine), note.mine),
        sbar: written(sbarText, sbar, noSbar, noSbar),
        recheck: ' ',
        'sbar-drafted': true,
        step: 'finish',
        tab: 'decide',
      }),
    ).toEqual([]);
  });

  it('what was typed, also where the screen does not have the stored text beside it', () => {
    const unseen = { ...stored, sbar: undefined };
    expect(left({ sbar }, unseen)).toEqual(['sbar']);
    expect(left({ sbar: sent(sbar, sbar.mine) }, unseen), 'on its way, or refused').toEqual(['sbar']);
    expect(left({ sbar: acknowledged(sent(sbar, sbar.mine), sbar.mine) }, unseen)).toEqual([]);
    expect(left({ sbar: written(sbarText, sbar, noSbar, noSbar) }, unseen), 'typed back').toEqual([]);
  });
});
