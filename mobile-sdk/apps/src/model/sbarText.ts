/** The write-up as a text that several people write. */
import type { Sbar } from '../wire.ts';
import { type Kind, plainText } from './draft.ts';

export const SBAR_PARTS = ['situation', 'background', 'assessment', 'recommendation'] as const;

export const noSbar: Sbar = { situation: '', background: '', assessment: '', recommendation: '' };

/** Part by part, as one text is. */
export const sbarText: Kind<Sbar> = {
  same: (a, b) => SBAR_PARTS.every((part) => a[part] === b[part]),
  both: (theirs, mine) => ({
    situation: plainText.both(theirs.situation, mine.situation),
    background: plainText.both(theirs.background, mine.background),
    assessment: plainText.both(theirs.assessment, mine.assessment),
    recommendation: plainText.both(theirs.recommendation, mine.recommendation),
  }),
};
