/** Tonight's list in four groups. */
import type { QueueItem } from '../wire.ts';

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

/** What is owed of one case, by those who can open its record: to nobody else is there anything to do. */
function owedOf(item: QueueItem): Owed | null {
  const { state } = item;
  if (state.state !== 'ended' || !item.mayOpen) return null;
  if (item.recheck?.due) return { item, why: 'recheck', late: true };
  if (item.disposition) return item.signed ? null : { item, why: 'signature', late: false };
  if (state.reason === 'cancelledByPatient') return { item, why: 'cancelled', late: state.overdue };
  return { item, why: 'decision', late: state.overdue };
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
