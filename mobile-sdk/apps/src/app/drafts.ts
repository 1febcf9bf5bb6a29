/** What is being entered and not stored yet, by call: it outlives the panel it is entered in, not the page. */
import { signal } from '@preact/signals';
import {
  acknowledged,
  type Draft,
  type Kind,
  keptMine,
  refused,
  type Standing,
  seen,
  sent,
  standing,
  tookIn,
  written,
} from '../model/draft.ts';
import { type Entered, type Part, type Stored, type Unsaved, unsavedParts } from '../model/entered.ts';
import type { Id } from '../wire.ts';

const kept = signal<ReadonlyMap<string, unknown>>(new Map());

function put(key: string, value: unknown): void {
  const next = new Map(kept.peek());
  if (value === null) next.delete(key);
  else next.set(key, value);
  kept.value = next;
}

/** Somebody else is at this page now. */
export function forgetDrafts(): void {
  if (kept.peek().size > 0) kept.value = new Map();
}

export interface Kept<T> {
  /** `null`: nothing is being entered. */
  value: T | null;
  /** What stands there now, also where the screen has moved on since it was drawn. */
  now: () => T | null;
  set: (value: T | null) => void;
  /** After it was stored: gone, unless something else was entered meanwhile. */
  stored: (value: T) => void;
}

/** A half-filled form of a call. */
export function keptOf<P extends Part>(session: Id, part: P): Kept<Entered[P]> {
  type T = Entered[P];
  const key = `${session} ${part}`;
  const now = () => (kept.peek().get(key) as T | undefined) ?? null;
  return {
    value: (kept.value.get(key) as T | undefined) ?? null,
    now,
    set: (value) => put(key, value),
    stored: (value) => {
      if (now() === value) put(key, null);
    },
  };
}

/** What was entered for the record of this call and is not in it yet. */
export const unsaved = (session: Id, stored: Stored): Unsaved[] =>
  unsavedParts((part) => keptOf(session, part).value, stored);

export interface Writing<T> extends Standing<T> {
  write: (text: T) => void;
  /**
   * Sends what stands there now, in the place of what its writer saw there. What is typed until the answer is here
   * stays, and is not called saved.
   */
  save: (send: (text: T, seen: T) => Promise<boolean>) => Promise<boolean>;
  /** Both texts, where somebody else stored theirs meanwhile. */
  takeIn: () => void;
  keepMine: () => void;
}

/** A text of a call that others may write too. */
export function writingOf<T>(
  session: Id,
  part: { [P in Part]: Entered[P] extends Draft<T> ? P : never }[Part],
  kind: Kind<T>,
  stored: T,
): Writing<T> {
  const { value, now, set } = keptOf(session, part) as unknown as Kept<Draft<T>>;
  const stands = standing(kind, value, stored);
  const change = (step: (draft: Draft<T>) => Draft<T>) => {
    const draft = now();
    if (draft) set(step(draft));
  };
  return {
    ...stands,
    write: (text) => set(written(kind, now(), stored, text)),
    save: async (send) => {
      const draft = now();
      if (!draft) return true;
      const text = draft.mine;
      change((d) => sent(d, text));
      const ok = await send(text, seen(kind, draft, stored));
      change((d) => (ok ? acknowledged(d, text) : refused(d)));
      return ok;
    },
    takeIn: () => {
      const { theirs } = stands;
      if (theirs !== null) change((d) => tookIn(kind, d, theirs));
    },
    keepMine: () => {
      const { theirs } = stands;
      if (theirs !== null) change((d) => keptMine(d, theirs));
    },
  };
}
