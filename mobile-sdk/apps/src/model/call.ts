/** What a screen asks about a call. Pure: the call in, an answer out. */
import type { CallView, Id, LegState, Participant, PersonCard, Timestamp } from '../wire.ts';

const IN_CALL = new Set<LegState['state']>(['accepted', 'joined', 'away']);
const RUNG = new Set<LegState['state']>(['invited', 'ringing']);

export const inCall = (p: Participant): boolean => IN_CALL.has(p.legState.state);
export const isRung = (p: Participant): boolean => RUNG.has(p.legState.state);
export const isClinician = (p: Participant): boolean =>
  p.role === 'deskNurse' || p.role === 'dutyDoctor' || p.role === 'visitingNurse';

export const me = (call: CallView): Participant | null => call.people.find((p) => p.leg === call.you) ?? null;

/** Another device of the person has camera, microphone and media of this call, also while its end can be taken back. */
export const hasOtherDevice = (call: CallView, device: Id | null): boolean =>
  Boolean(call.yourDevice && device) && call.yourDevice !== device;

/** The person is in a call that goes on, on another device of theirs. */
export function isElsewhere(call: CallView, device: Id | null): boolean {
  const own = me(call);
  const runs = call.state.state === 'waiting' || call.state.state === 'active';
  return runs && own !== null && inCall(own) && hasOtherDevice(call, device);
}

/** Everybody else who is in the call now: clinicians first, doctors before nurses. */
export function others(call: CallView): Participant[] {
  const order = ['dutyDoctor', 'deskNurse', 'visitingNurse', 'patient', 'device'];
  return call.people
    .filter((p) => p.leg !== call.you && inCall(p))
    .sort((a, b) => order.indexOf(a.role) - order.indexOf(b.role));
}

/** Who is being rung now. */
export const rung = (call: CallView): Participant[] => call.people.filter((p) => isRung(p));

/** Who was asked in and did not come, as long as nobody of the same role is being rung or there instead. */
export function missed(call: CallView): Participant[] {
  const there = new Set(call.people.filter((p) => isRung(p) || inCall(p)).map((p) => p.role));
  return call.people.filter(
    (p) => (p.legState.state === 'declined' || p.legState.state === 'timedOut') && !there.has(p.role),
  );
}

const clinicians = (call: CallView): Participant[] => call.people.filter(isClinician);

/** Nobody is with the patient since a connection broke; otherwise whoever was there has left. */
export const connectionBroke = (call: CallView): boolean =>
  clinicians(call).some((p) => p.legState.state === 'away');

/**
 * Since when the patient waits: for the first answer, or since the last clinician was gone from a running call. Who left
 * and is rung anew with the others tells no longer when that was: then since the ring.
 */
export function waitingSince(call: CallView): Timestamp {
  if (call.state.state !== 'active') return call.requestedAt;
  const gone = clinicians(call).flatMap(({ legState: s }) => {
    if (s.state === 'away') return [s.since];
    return s.state === 'left' ? [s.at] : [];
  });
  const rings = clinicians(call).flatMap(({ legState: s }) => (s.state === 'ringing' ? [s.since] : []));
  const ring = rings.length > 0 ? [Math.min(...rings)] : [];
  return Math.max(call.requestedAt, ...(connectionBroke(call) ? gone : [...gone, ...ring]));
}

/** Since when the patient is out of a call that goes on: they hung up. */
export function hungUpSince(call: CallView): Timestamp | null {
  const s = call.people.find((p) => p.role === 'patient')?.legState;
  return call.state.state === 'active' && s?.state === 'left' ? s.at : null;
}

/** The joiner the patient is asked about, oldest question first. */
export function joinerAsked(call: CallView): Participant | null {
  const asked = call.people.filter((p) => p.join.consent === 'asked' && inCall(p));
  const at = (p: Participant) => (p.join.consent === 'asked' ? p.join.at : 0);
  return asked.sort((a, b) => at(a) - at(b))[0] ?? null;
}

/** Recording was asked for and this person has not answered. */
export function recordingAsksMe(call: CallView): boolean {
  const own = me(call);
  const open = call.recording.phase === 'asking' || call.recording.phase === 'paused';
  return open && own?.gateOpen === true && own.recording === 'none';
}

/** What the patient is asked. Of two that wait, one is on the screen. */
export type Question = { ask: 'recording' } | { ask: 'join'; leg: Id };

/** `before` is on the screen and stays there until it is answered or withdrawn: a finger may be on its way to it. */
export function questionOf(call: CallView, before: Question | null): Question | null {
  const recording = recordingAsksMe(call);
  const asked = (leg: Id) =>
    call.people.some((p) => p.leg === leg && p.join.consent === 'asked' && inCall(p));
  if (before?.ask === 'recording' && recording) return before;
  if (before?.ask === 'join' && asked(before.leg)) return before;
  const joiner = joinerAsked(call);
  if (joiner) return { ask: 'join', leg: joiner.leg };
  return recording ? { ask: 'recording' } : null;
}

/** Whether this person agreed to a recording that runs or may run again, and so can withdraw. */
export function canWithdrawRecording(call: CallView): boolean {
  const phase = call.recording.phase;
  return (phase === 'on' || phase === 'paused' || phase === 'asking') && me(call)?.recording === 'yes';
}

/** The call is over, or about to be. */
export const isOver = (call: CallView): boolean => call.state.state === 'ended';

/** A nurse of the desk who waits for the patient's yes may answer the ring herself once nobody else is with the patient. */
export function mayTakeOver(call: CallView): boolean {
  const own = me(call);
  if (own === null || !inCall(own)) return false;
  return own.role === 'deskNurse' && own.join.consent === 'asked' && Boolean(call.desk);
}

/** Nobody but this clinician is with the patient: without them the call stands alone. */
export function onlyClinician(call: CallView): boolean {
  const own = me(call);
  if (call.state.state !== 'active' || own === null || !inCall(own) || !own.gateOpen) return false;
  return !call.people.some((p) => p !== own && isClinician(p) && inCall(p) && p.gateOpen);
}

/** The call runs, and no doctor is in it or on the way. */
export const mayCallDoctor = (call: CallView): boolean =>
  call.state.state === 'active' &&
  !call.people.some((p) => p.role === 'dutyDoctor' && (inCall(p) || isRung(p)));

/** A desk nurse ends for all; so does a duty doctor. A visiting nurse and the patient leave. */
export function mayEnd(call: CallView): boolean {
  const own = me(call);
  return own?.gateOpen === true && (own.role === 'deskNurse' || own.role === 'dutyDoctor');
}

/** The clinician who leads: a doctor with an open gate, else a nurse. */
export function lead(call: CallView): Participant | null {
  const open = call.people.filter((p) => p.gateOpen && inCall(p));
  return (
    open.find((p) => p.role === 'dutyDoctor') ??
    open.find((p) => p.role === 'deskNurse') ??
    open.find((p) => p.role === 'visitingNurse') ??
    null
  );
}

/** How many of the others are shown large. More: each too small for old eyes. Fewer: one of two is not seen. */
const LARGE = 2;

/** Who can be shown large: their gate is open, and they are a person. */
const canBeLarge = (p: Participant): boolean => p.gateOpen && p.role !== 'device';

/** Who was heard last, newest first. */
export const heardLast = (before: readonly Id[], speaking: readonly Id[]): Id[] => [
  ...speaking,
  ...before.filter((leg) => !speaking.includes(leg)),
];

/**
 * Whom the large pictures show: of more than there is room for, who was heard last, who was shown before, and the leading
 * clinician. Each keeps the place they had in `before`; who is new takes the place of who is gone.
 */
export function onStage(call: CallView, heard: readonly Id[], before: readonly Id[]): Participant[] {
  const place = (list: readonly Id[], { leg }: Participant) => {
    const at = list.indexOf(leg);
    return at < 0 ? Number.MAX_SAFE_INTEGER : at;
  };
  const shown = others(call)
    .filter(canBeLarge)
    .sort((a, b) => place(heard, a) - place(heard, b) || place(before, a) - place(before, b))
    .slice(0, LARGE);
  const entering = shown.filter((p) => !before.includes(p.leg));
  const placed = before.map((leg) => shown.find((p) => p.leg === leg) ?? entering.shift());
  return [...placed, ...entering].filter((p) => p !== undefined);
}

/** Patient and clinicians wait for each other no longer: when the call began to run. */
export function runningSince(call: CallView): Timestamp | null {
  return call.state.state === 'active' || call.state.state === 'closing' ? call.state.since : null;
}

/** Who invited or leads, for the ring screen. */
export function caller(call: CallView): PersonCard | null {
  return lead(call)?.card ?? null;
}

/** The calls of staff by what they ask of the person now. */
export interface Sorted {
  ringing: CallView[];
  current: CallView | null;
}

/** What rings for this person, and the call they are in. */
export function sortCalls(calls: readonly CallView[]): Sorted {
  const live = calls.filter((c) => !isOver(c));
  const rings = live.filter((c) => {
    const own = me(c);
    return own !== null && isRung(own);
  });
  const current = live.find((c) => {
    const own = me(c);
    return own !== null && inCall(own);
  });
  return { ringing: rings, current: current ?? null };
}
