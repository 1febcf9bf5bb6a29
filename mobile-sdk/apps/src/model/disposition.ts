/** The decision form: what is missing, and what is sent. */
import type { Decided, Disposition, Outcome, OutcomeKind, Timestamp } from '../wire.ts';

/** What is asked for. */
export interface Form {
  kind: OutcomeKind | null;
  advice: string;
  reason: string;
  /** `HH:MM` in the association's zone, as the time field gives it. */
  time: string;
  /** The very instant `time` was promised for; `null` once the field was touched, or where nothing was promised. */
  at: Timestamp | null;
}

/** The form, and the decision in whose place it was written: what stood when it was begun, or what was read since. */
export interface Draft extends Form {
  over: Disposition | null;
}

export const emptyForm: Form = { kind: null, advice: '', reason: '', time: '', at: null };

const sameDecision = (a: Disposition, b: Disposition): boolean =>
  a.advice === b.advice &&
  (a.reasonOnline ?? null) === (b.reasonOnline ?? null) &&
  a.outcome.outcome === b.outcome.outcome &&
  (a.outcome.outcome !== 'recheckAt' || b.outcome.outcome !== 'recheckAt' || a.outcome.at === b.outcome.at);

/**
 * What somebody else decided since this was begun: it is read before it is replaced. `mine` is what would be sent: where
 * that stands already, as after an answer that was lost, there is nothing to read.
 */
export function overtakenBy(
  draft: Draft,
  stands: Disposition | null,
  mine: Disposition | null,
): Disposition | null {
  const known = [draft.over, mine].some((one) => one && stands && sameDecision(one, stands));
  return known ? null : stands;
}

/** What whoever decides saw there: theirs is put in its place, and in no other's. */
export const standsThere = (disposition: Disposition | null): Decided =>
  disposition ? { stands: 'decision', disposition } : { stands: 'nothing' };

/** A decision as a form again, to be changed. A promise that stands stays the same one while its time is not touched. */
export function formOf(disposition: Disposition, zone: string): Form {
  const { outcome } = disposition;
  const at = outcome.outcome === 'recheckAt' ? outcome.at : null;
  const time =
    at === null
      ? ''
      : new Intl.DateTimeFormat('en-GB', {
          timeZone: zone,
          hour: '2-digit',
          minute: '2-digit',
          hourCycle: 'h23',
        }).format(at);
  return {
    kind: outcome.outcome,
    advice: disposition.advice,
    reason: disposition.reasonOnline ?? '',
    time,
    at,
  };
}

/** The words of a decision that does not stand any more. What it promised for a time that has passed is promised anew. */
export function formerOf(disposition: Disposition, now: number, zone: string): Form {
  const form = formOf(disposition, zone);
  return form.at !== null && form.at <= now ? { ...form, time: '', at: null } : form;
}

/** When the second look is promised for; none while there is no time. */
export const promisedAt = (form: Form, now: number, zone: string): number | null =>
  form.at ?? nextTime(form.time, now, zone);

/** Outcomes after which nobody sees the patient tonight. */
const ONLINE: readonly OutcomeKind[] = ['advice', 'prescription', 'recheckAt', 'nextDay'];

/** Sudden illness (`Findings.sudden`) may end online only with the doctor's reason. */
export const needsReason = (kind: OutcomeKind | null, sudden: boolean): boolean =>
  kind !== null && ONLINE.includes(kind) && sudden;

/** What only a doctor can decide of a sudden illness: to nobody else it is offered, with or without a reason. */
export const doctorOnly = (kind: OutcomeKind | null, sudden: boolean, doctor: boolean): boolean =>
  !doctor && needsReason(kind, sudden);

/** Why nobody takes a prescription from this person now; `null`: it is taken. `from` is the server's `prescribesFrom`. */
export function noPrescription(
  doctor: boolean,
  from: Timestamp | null | undefined,
  now: Timestamp,
): 'doctor' | 'examination' | null {
  if (!doctor) return 'doctor';
  return from != null && from <= now ? null : 'examination';
}

/** The next instant at which the zone's clock shows `time`, after `now`. None for nonsense. */
export function nextTime(time: string, now: number, zone: string): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(time);
  if (!match) return null;
  const wanted = Number(match[1]) * 60 + Number(match[2]);
  if (Number(match[1]) > 23 || Number(match[2]) > 59) return null;
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0);
  const present = part('hour') * 60 + part('minute');
  const ahead = (wanted - present + 24 * 60) % (24 * 60) || 24 * 60;
  return Math.floor(now / 60_000) * 60_000 + ahead * 60_000;
}

export type Missing = 'kind' | 'advice' | 'reason' | 'time';

/** What keeps the draft from being sent, in the order of the form. */
export function missing(draft: Form, sudden: boolean, now: number, zone: string): Missing[] {
  const out: Missing[] = [];
  if (!draft.kind) out.push('kind');
  if (draft.kind === 'recheckAt' && promisedAt(draft, now, zone) === null) out.push('time');
  if (!draft.advice.trim()) out.push('advice');
  if (needsReason(draft.kind, sudden) && !draft.reason.trim()) out.push('reason');
  return out;
}

/** What is sent; none while something is missing. */
export function dispositionOf(draft: Form, sudden: boolean, now: number, zone: string): Disposition | null {
  if (!draft.kind || missing(draft, sudden, now, zone).length > 0) return null;
  const at = promisedAt(draft, now, zone);
  const outcome: Outcome =
    draft.kind === 'recheckAt' ? { outcome: 'recheckAt', at: at ?? now } : { outcome: draft.kind };
  const reason = draft.reason.trim();
  return {
    outcome,
    advice: draft.advice.trim(),
    ...(needsReason(draft.kind, sudden) ? { reasonOnline: reason } : {}),
  };
}
