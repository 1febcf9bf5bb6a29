/**
 * What staff have entered of a call and not stored yet, by part, and what of it a signature would leave out. Pure.
 *
 * A part that is not named in `UNSAVED` does not compile: the warning before signing must know each.
 */
import type { Finding, Found, RedFlag, Sbar } from '../wire.ts';
import type { Draft as Decision } from './disposition.ts';
import { type Draft, lost, plainText } from './draft.ts';
import { type Observed, observedNothing } from './observed.ts';
import { sbarText } from './sbarText.ts';

/** What whoever enters a finding saw in its place: theirs is put there, and in no other's place. */
export const stood = (finding: Finding | null): Found =>
  finding ? { stands: 'finding', finding } : { stands: 'nothing' };

/** Answers that are not saved yet, and what stood when they were given. */
export interface Asked {
  answers: Partial<Record<RedFlag, boolean>>;
  known: readonly RedFlag[];
}

/** NEWS2's other oxygen scale, chosen and not saved; `null` is the one that stands. */
export interface ScaleChange {
  chosen: 'one' | 'two' | null;
  reason: string;
}

export interface Entered {
  note: Draft<string>;
  sbar: Draft<Sbar>;
  /** The write-up is a draft made by the program. */
  'sbar-drafted': true;
  disposition: Decision;
  observations: Observed;
  'red-flags': Asked;
  'oxygen-scale': ScaleChange;
  recheck: string;
  /** Which panel is open, at the desk and on the phone. */
  step: string;
  tab: string;
}
export type Part = keyof Entered;

/** The texts of the record as they are stored. `undefined`: this screen does not have it. */
export interface Stored {
  note: string;
  sbar: Sbar | undefined;
}

/** Whether what is entered would be missed; `null` where nothing of the record is entered. In the order of the night. */
const UNSAVED: { [P in Part]: null | ((entered: Entered[P], stored: Stored) => boolean) } = {
  'red-flags': () => true,
  observations: (observed) => !observedNothing(observed),
  'oxygen-scale': ({ chosen }) => chosen !== null,
  sbar: (draft, { sbar }) => lost(sbarText, draft, sbar),
  note: (draft, { note }) => lost(plainText, draft, note),
  disposition: () => true,
  recheck: (note) => note.trim() !== '',
  'sbar-drafted': null,
  step: null,
  tab: null,
};
const PARTS = Object.keys(UNSAVED) as Part[];

export type Unsaved = Exclude<Part, 'sbar-drafted' | 'step' | 'tab'>;

/** The parts that were entered and are not in the record. */
export function unsavedParts(
  entered: <P extends Part>(part: P) => Entered[P] | null,
  stored: Stored,
): Unsaved[] {
  const open = <P extends Part>(part: P): boolean => {
    const value = entered(part);
    return value !== null && (UNSAVED[part]?.(value, stored) ?? false);
  };
  return PARTS.filter(open) as Unsaved[];
}
