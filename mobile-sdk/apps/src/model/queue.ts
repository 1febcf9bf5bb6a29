/** Tonight's list in three groups. */
import type { QueueItem } from '../wire.ts';

export interface Groups {
  waiting: QueueItem[];
  running: QueueItem[];
  done: QueueItem[];
}

/**
 * Waiting longest first; done newest first, and above them whom somebody must look at again by now. What nobody looks
 * after counts as waiting, also in a running call.
 */
export function group(items: readonly QueueItem[]): Groups {
  const over = (i: QueueItem) => i.state.state === 'ended';
  const waiting = items.filter((i) => i.unattended && !over(i)).sort((a, b) => a.requestedAt - b.requestedAt);
  const running = items
    .filter((i) => !i.unattended && !over(i))
    .sort((a, b) => a.requestedAt - b.requestedAt);
  const due = (i: QueueItem) => Number(i.recheck?.due ?? false);
  const done = items.filter(over).sort((a, b) => due(b) - due(a) || b.requestedAt - a.requestedAt);
  return { waiting, running, done };
}
