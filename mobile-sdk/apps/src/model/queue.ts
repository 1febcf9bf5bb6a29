/** Tonight's list in three groups. */
import { nameOf } from '../app/format.ts';
import type { CallView, Me, PersonCard, QueueItem } from '../wire.ts';

export interface Groups {
  waiting: QueueItem[];
  running: QueueItem[];
  done: QueueItem[];
}

/** Waiting longest first; done newest first. What nobody looks after counts as waiting, also in a running call. */
export function group(items: readonly QueueItem[]): Groups {
  const over = (i: QueueItem) => i.state.state === 'ended';
  const waiting = items.filter((i) => i.unattended && !over(i)).sort((a, b) => a.requestedAt - b.requestedAt);
  const running = items
    .filter((i) => !i.unattended && !over(i))
    .sort((a, b) => a.requestedAt - b.requestedAt);
  const done = items.filter(over).sort((a, b) => b.requestedAt - a.requestedAt);
  return { waiting, running, done };
}

/** Who must act, as the language writes them. */
export function ownerOf(item: QueueItem, known: readonly PersonCard[]): string | null {
  const { owner } = item;
  const card = owner?.owner === 'person' ? known.find((c) => c.person === owner.person) : undefined;
  const name = card?.name ?? item.ownerName;
  return name ? nameOf(name) : null;
}

/** Everybody whose card a member of staff has at hand: their own, and those of their calls. */
export function cardsOf(me: Me, calls: readonly CallView[]): PersonCard[] {
  const own = me.who.kind === 'staff' ? [me.who.card] : [];
  return [...own, ...calls.flatMap((c) => c.people.flatMap((p) => (p.card ? [p.card] : [])))];
}
