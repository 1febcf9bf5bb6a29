/**
 * A text that one person writes while another may store theirs: what stands in the field, whether it is saved, and
 * whether somebody else stored something meanwhile. Pure: draft and stored text in, an answer out.
 */

/** What the writing needs to know of a text, which may be of several parts. */
export interface Kind<T> {
  same: (a: T, b: T) => boolean;
  /** Both texts in one, nothing twice. */
  both: (theirs: T, mine: T) => T;
}

export interface Draft<T> {
  readonly mine: T;
  /** Stored texts the writer has seen or sent. Another one is somebody else's. */
  readonly known: readonly T[];
  /** What was acknowledged last. */
  readonly saved: T | null;
}

export interface Standing<T> {
  /** What the field shows. */
  text: T;
  /** Nothing in the field would be lost. */
  saved: boolean;
  /** What somebody else stored while this was being written. */
  theirs: T | null;
}

const clean = <T>(kind: Kind<T>, draft: Draft<T>): boolean =>
  draft.saved !== null && kind.same(draft.mine, draft.saved);

const knows = <T>(kind: Kind<T>, draft: Draft<T>, stored: T): boolean =>
  draft.known.some((text) => kind.same(text, stored));

export function standing<T>(kind: Kind<T>, draft: Draft<T> | null, stored: T): Standing<T> {
  if (!draft) return { text: stored, saved: true, theirs: null };
  const known = knows(kind, draft, stored);
  // Acknowledged; the view that shows it may still be on its way.
  if (clean(kind, draft)) return { text: known ? draft.mine : stored, saved: true, theirs: null };
  const same = kind.same(draft.mine, stored);
  return { text: draft.mine, saved: same, theirs: known || same ? null : stored };
}

/**
 * What was written is stored nowhere. Of a screen that does not have the stored text the draft itself must say: as it
 * was found, nothing was written.
 */
export function lost<T>(kind: Kind<T>, draft: Draft<T>, stored: T | undefined): boolean {
  const found = stored ?? draft.known[0];
  return found === undefined ? !clean(kind, draft) : !standing(kind, draft, found).saved;
}

/** Something was typed. */
export function written<T>(kind: Kind<T>, draft: Draft<T> | null, stored: T, mine: T): Draft<T> {
  if (!draft || (clean(kind, draft) && !knows(kind, draft, stored)))
    return { mine, known: [stored], saved: null };
  return { ...draft, mine };
}

/** `text` is on its way to the server, or its answer is here. */
export const sent = <T>(draft: Draft<T>, text: T): Draft<T> => ({ ...draft, known: [...draft.known, text] });
export const acknowledged = <T>(draft: Draft<T>, text: T): Draft<T> => ({ ...draft, saved: text });
/** What was acknowledged before stands there no more, as far as one knows: the view says what does. */
export const refused = <T>(draft: Draft<T>): Draft<T> => ({ ...draft, saved: null });

/**
 * What the writer takes to be stored: the server puts theirs in its place, and in no other's. The view that shows what
 * was acknowledged last may still be on its way.
 */
export const seen = <T>(kind: Kind<T>, draft: Draft<T>, stored: T): T =>
  draft.saved !== null && knows(kind, draft, stored) ? draft.saved : stored;

/** Somebody else's text was read: into one's own, or left to be replaced by it. */
export const tookIn = <T>(kind: Kind<T>, draft: Draft<T>, theirs: T): Draft<T> => ({
  ...draft,
  mine: kind.both(theirs, draft.mine),
  known: [...draft.known, theirs],
  saved: null,
});
export const keptMine = <T>(draft: Draft<T>, theirs: T): Draft<T> => ({
  ...draft,
  known: [...draft.known, theirs],
  saved: null,
});

/** One text. */
export const plainText: Kind<string> = {
  same: (a, b) => a === b,
  both: (theirs, mine) => {
    if (mine.includes(theirs)) return mine;
    return theirs.includes(mine) ? theirs : `${theirs}\n${mine}`;
  },
};
