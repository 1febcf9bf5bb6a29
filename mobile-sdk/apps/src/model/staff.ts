/** Which call a member of staff has on the screen, and what is done while there is no line to the server. */
import { unbroken } from '../app/format.ts';
import { t } from '../i18n/index.tsx';
import type { CallView, Id } from '../wire.ts';
import { inCall, isOver, me } from './call.ts';

/** In a call that runs: it cannot be put aside. */
export function stillIn(call: CallView): boolean {
  const own = me(call);
  return !isOver(call) && own !== null && inCall(own);
}

/** What a call is put aside under. One whose decision was taken back since is another matter: it comes back. */
export const asideKey = (call: CallView): string => `${call.session} ${call.takenBack ?? ''}`;

/**
 * The call one is in; else one left while it goes on; else an ended one whose decision or signature is still
 * missing. Of several the newest. `opened` wins among equals: it is the one a person just claimed.
 */
export function currentCall(calls: readonly CallView[], opened: Id | null): CallView | null {
  const rank = (call: CallView): number => {
    const own = me(call);
    if (!own) return 0;
    if (!isOver(call)) return inCall(own) ? 4 : own.legState.state === 'left' ? 3 : 0;
    const took = own.legState.state === 'left' || inCall(own);
    return took && !call.signed ? 2 : 0;
  };
  const ranked = calls
    .map((call) => ({ call, rank: rank(call) * 2 + (call.session === opened ? 1 : 0) }))
    .filter(({ rank: r }) => r > 1)
    .sort((a, b) => b.rank - a.rank || b.call.requestedAt - a.call.requestedAt);
  return ranked[0]?.call ?? null;
}

/** How the ring of `session` ended where this person neither answered nor declined it; else none. */
export function overRing(calls: readonly CallView[], session: Id | null): 'withdrawn' | 'timedOut' | null {
  const call = calls.find((one) => one.session === session);
  const state = call && me(call)?.legState.state;
  return state === 'withdrawn' || state === 'timedOut' ? state : null;
}

/**
 * What may have the screen by itself: a call that runs, and of those that are over the one that had it last; the first
 * one, where none had it yet. Another patient's form in its place would be taken for this one's.
 */
export const mayShow = (call: CallView, last: Id | null): boolean =>
  !isOver(call) || last === null || last === call.session;

/** Without a line to the server, at the desk itself: there is no other desk to telephone. */
export function deskAway(call: CallView | null): string {
  const phone = call && stillIn(call) ? call.patient?.phone : null;
  return phone ? t('link.desk.call', { phone: unbroken(phone) }) : t('link.desk.idle');
}

/** Why somebody cannot go off duty now; of a decision that is missing they are told only. */
export type Stays = 'talking' | 'waiting' | 'decision';

/** A doctor was let in: they decide and sign. */
export const doctorWasIn = (call: CallView): boolean =>
  call.people.some((p) => p.role === 'dutyDoctor' && p.join.consent === 'given');

/** What is left to do after a call, as this person reads it. */
export function leftToDo(call: CallView): 'signed' | 'sign' | 'sub' | 'doctorSigns' | 'doctorDecides' {
  if (call.signed) return 'signed';
  const theirs = me(call)?.role !== 'dutyDoctor' && doctorWasIn(call);
  if (call.disposition) return theirs ? 'doctorSigns' : 'sign';
  return theirs ? 'doctorDecides' : 'sub';
}

/** The decision of this call is missing, and it is this person's: the doctor's where one was let in, else the nurse's. */
function owesDecision(call: CallView): boolean {
  const own = me(call);
  if (!own || !isOver(call) || call.disposition) return false;
  if (own.legState.state !== 'left' && !inCall(own)) return false;
  return own.role === 'dutyDoctor' || (own.role === 'deskNurse' && !doctorWasIn(call));
}

/** `waiting`: somebody rings for this person. A decision that stays behind is the desk's in the end, and the night goes on. */
export function staysOnDuty(calls: readonly CallView[], waiting: boolean): Stays | null {
  if (calls.some(stillIn)) return 'talking';
  if (waiting) return 'waiting';
  return calls.some(owesDecision) ? 'decision' : null;
}
