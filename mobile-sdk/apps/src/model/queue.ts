/** Tonight's list in four groups. */
import type { CaseCall, QueueItem, Urgency } from '../wire.ts';

/** What somebody is to do after a call, now. */
export interface Owed {
  item: QueueItem;
  /** The decision or the signature is missing, the patient took the call back and was not asked yet, or it is time for the second look. */
  why: 'decision' | 'signature' | 'cancelled' | 'recheck';
  /** Its time is over, and the server reminds until it is done. */
  late: boolean;
}

export interface Groups {
  waiting: QueueItem[];
  owed: Owed[];
  running: QueueItem[];
  done: QueueItem[];
}

/** The case as the line of one of its other calls. What is promised and by when is said of the call it leads to. */
function ledBy(item: QueueItem, call: CaseCall): QueueItem {
  const { session, requestedAt, state, urgency, disposition, signed, mayOpen } = item;
  const itself: CaseCall = { session, requestedAt, state, urgency, disposition, signed, mayOpen };
  const others = (item.calls ?? []).filter((other) => other.session !== call.session);
  const calls = [itself, ...others].sort((a, b) => a.requestedAt - b.requestedAt);
  return { ...item, ...call, owner: null, ownerName: null, deadline: null, recheck: null, calls };
}

/** What is owed of one call, by those who can open its record: to nobody else is there anything to do. */
function owedIn(item: QueueItem): Owed | null {
  const { state } = item;
  if (state.state !== 'ended' || !item.mayOpen) return null;
  if (item.recheck?.due) return { item, why: 'recheck', late: true };
  if (item.disposition) return item.signed ? null : { item, why: 'signature', late: false };
  if (state.reason === 'cancelledByPatient') return { item, why: 'cancelled', late: state.overdue };
  return { item, why: 'decision', late: state.overdue };
}

/** What is owed of one case. Its line leads to one call: to whoever may not open that one, another may be theirs to do. */
function owedOf(item: QueueItem): Owed | null {
  if (item.state.state !== 'ended' || item.mayOpen) return owedIn(item);
  // Of a call that was taken back the next one answers.
  const theirs = (item.calls ?? []).filter((call) => standOf(call) !== 'cancelled');
  return theirs.map((call) => owedIn(ledBy(item, call))).find((owed) => owed !== null) ?? null;
}

/** Waits in the middle of a call: everybody else has gone. */
export const isLeftAlone = (item: QueueItem): boolean => item.unattended && item.state.state === 'active';

/** What is late, oldest call first. */
export const lateOf = (items: readonly QueueItem[]): Owed[] => group(items).owed.filter(({ late }) => late);

/** Another one with each reminder: the server moves the deadline on. */
export const reminderOf = ({ item }: Owed): string => `${item.session} ${item.deadline ?? ''}`;

/** Waiting and owed longest first, done newest first. What nobody looks after counts as waiting, also in a running call. */
export function group(items: readonly QueueItem[]): Groups {
  const over = (i: QueueItem) => i.state.state === 'ended';
  const oldest = (a: QueueItem, b: QueueItem) => a.requestedAt - b.requestedAt;
  return {
    waiting: items.filter((i) => i.unattended && !over(i)).sort(oldest),
    owed: [...items].sort(oldest).flatMap((i) => owedOf(i) ?? []),
    running: items.filter((i) => !i.unattended && !over(i)).sort(oldest),
    done: items.filter((i) => over(i) && !owedOf(i)).sort((a, b) => oldest(b, a)),
  };
}

/** The colour of a case: that of its newest call which has one. An older call that lacks its decision does not hide it. */
export function urgencyOf(item: QueueItem): Urgency | null {
  const calls: Pick<CaseCall, 'requestedAt' | 'urgency'>[] = [item, ...(item.calls ?? [])];
  const coloured = calls.filter((c) => c.urgency).sort((a, b) => b.requestedAt - a.requestedAt);
  return coloured[0]?.urgency ?? null;
}

/** What is said of a call that is only linked to. */
export function standOf(call: CaseCall): 'running' | 'cancelled' | 'undecided' | 'unsigned' | 'signed' {
  if (call.state.state !== 'ended') return 'running';
  if (call.disposition) return call.signed ? 'signed' : 'unsigned';
  return call.state.reason === 'cancelledByPatient' ? 'cancelled' : 'undecided';
}
