/** What is late after a call is heard: softly, once when it becomes so and once with each reminder. */
import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n/index.tsx';
import { lateOf, type Owed, reminderOf } from '../model/queue.ts';
import type { Id, QueueItem } from '../wire.ts';
import { clockTime, nameOf } from './format.ts';

/** What is to be done: the row's words and the voice's. */
export const todo = ({ why }: Owed): string =>
  t(why === 'cancelled' ? 'queue.cancelled' : `queue.todo.${why}`);

/** With the hour of the next reminder: other words each time, or a voice would not read them again. */
function aloud(owed: Owed): string {
  const { item, why } = owed;
  return t('queue.aloud', {
    who: nameOf(item.patient),
    late: t(why === 'recheck' ? 'queue.recheckDue' : 'queue.overdue'),
    todo: todo(owed),
    time: item.deadline == null ? '' : clockTime(item.deadline),
  });
}

/**
 * The words for a live region. `free`: somebody is on duty on this page, talks to nobody and is rung by nobody; what
 * comes meanwhile is heard after. Whoever has the record open knows.
 */
export function useOwed(
  items: readonly QueueItem[],
  open: Id | null,
  free: boolean,
  remind: () => void,
): string {
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const [heard, setHeard] = useState<ReadonlySet<string>>(new Set());
  const late = lateOf(items);
  const seen = late.filter(({ item }) => item.session === open).map(reminderOf);
  const unread = late.filter((one) => !seen.includes(reminderOf(one)) && !read.has(reminderOf(one)));
  const fresh = unread.map(reminderOf).filter((one) => !heard.has(one));
  useEffect(() => {
    if (seen.length > 0) setRead(new Set([...read, ...seen]));
  }, [seen.join()]);
  useEffect(() => {
    if (!free || fresh.length === 0) return;
    remind();
    setHeard(new Set([...heard, ...fresh]));
  }, [free, fresh.join()]);
  return unread.map(aloud).join(' ');
}
