import type { VNode } from 'preact';
import { now } from '../app/clock.ts';
import { clockTime, dayTime, nameOf, nightTime, span } from '../app/format.ts';
import { todo } from '../app/useOwed.ts';
import { type Key, t } from '../i18n/index.tsx';
import { group, isLeftAlone, type Owed, urgencyOf } from '../model/queue.ts';
import { Button } from '../ui/Button.tsx';
import { Empty, Loading, UrgencyChip } from '../ui/parts.tsx';
import type { Id, QueueItem } from '../wire.ts';
import { CaseCalls } from './CaseCalls.tsx';

export interface QueueProps {
  /** `null`: not here yet. */
  items: readonly QueueItem[] | null;
  current: Id | null;
  /** None where this person may not claim. */
  onClaim: ((session: Id) => void) | null;
  onOpen: (session: Id) => void;
  /** What an empty list means here. */
  emptySub?: Key;
}

function Item({ item, owed, props }: { item: QueueItem; owed?: Owed; props: QueueProps }): VNode {
  const over = item.state.state === 'ended';
  const waiting = item.unattended && !over;
  const cancelled = over && item.state.state === 'ended' && item.state.reason === 'cancelledByPatient';
  const owner = item.ownerName && nameOf(item.ownerName);
  const undecided = over && !item.disposition;
  const urgency = urgencyOf(item);
  const others = item.calls ?? [];
  return (
    <li
      class={`qitem ${waiting ? 'waiting' : ''} ${owed?.late ? 'late' : ''} ${item.session === props.current ? 'current' : ''}`}
      data-testid="queue-item"
    >
      <div class="row">
        <b class="grow">
          {nameOf(item.patient)} <small class="soft">{t('age.short', { n: item.age })}</small>
        </b>
        {urgency && <UrgencyChip urgency={urgency} what={false} />}
      </div>
      <div class="row wrap facts-line">
        <span class="num soft">{clockTime(item.requestedAt)}</span>
        {waiting && (
          <b class="num alarm" data-testid="waits">
            {isLeftAlone(item)
              ? t('queue.unattended')
              : t('wait.since', { span: span(now.value - item.requestedAt) })}
          </b>
        )}
        {!waiting && owner && <span class="soft">{t('queue.owner', { who: owner })}</span>}
        {item.disposition && !item.recheck && (
          <span class="chip wrapping">
            {t(`outcome.${item.disposition.outcome}`)}{' '}
            {item.disposition.outcome === 'recheckAt' && dayTime(item.disposition.at)}
          </span>
        )}
        {item.recheck && (
          <span class="chip num" data-testid="recheck-at">
            {t('queue.recheck', { time: nightTime(item.recheck.at) })}
          </span>
        )}
        {item.recheck?.due && (
          <span class="chip bad" data-testid="recheck-due">
            {t('queue.recheckDue')}
          </span>
        )}
        {cancelled && undecided && <span class="chip warn wrapping">{t('queue.cancelled')}</span>}
        {!cancelled && undecided && !owed?.late && <span class="chip warn">{t('queue.needsDecision')}</span>}
        {over && item.disposition && (
          <span class={`chip ${item.signed ? 'good' : 'warn'}`}>
            {t(item.signed ? 'queue.signed' : 'queue.unsigned')}
          </span>
        )}
        {owed?.late && owed.why !== 'recheck' && (
          <span class="chip bad" data-testid="overdue">
            {t('queue.overdue')}
          </span>
        )}
      </div>
      {owed && owed.why !== 'cancelled' && (
        <p>
          {todo(owed)}
          {!owed.late && item.deadline != null && (
            <span class="soft num"> {t('queue.deadline', { time: nightTime(item.deadline) })}</span>
          )}
        </p>
      )}
      {waiting && props.onClaim ? (
        <Button
          kind="yes"
          icon="phone"
          class="wide"
          onClick={() => props.onClaim?.(item.session)}
          testid="claim"
        >
          {t('queue.claim')}
        </Button>
      ) : over && !item.mayOpen ? (
        others.every((call) => !call.mayOpen) && (
          <p class="soft" data-testid="record-closed">
            {t('queue.notYours')}
          </p>
        )
      ) : over ? (
        <Button
          icon="record"
          kind={owed ? 'primary' : 'plain'}
          onClick={() => props.onOpen(item.session)}
          testid="open-record"
        >
          {t('queue.record')}
        </Button>
      ) : null}
      <CaseCalls calls={others} onOpen={props.onOpen} />
    </li>
  );
}

/** Tonight's cases: who waits first, then what is owed, then who is looked after, then what is done. */
export function Queue(props: QueueProps): VNode {
  if (props.items === null) return <Loading />;
  const groups = group(props.items);
  if (props.items.length === 0)
    return <Empty icon="moon" title={t('queue.empty')} sub={t(props.emptySub ?? 'queue.emptySub')} />;
  const rows = {
    waiting: groups.waiting.map((item) => <Item item={item} props={props} key={item.session} />),
    owed: groups.owed.map((owed) => (
      <Item item={owed.item} owed={owed} props={props} key={owed.item.session} />
    )),
    running: groups.running.map((item) => <Item item={item} props={props} key={item.session} />),
    done: groups.done.map((item) => <Item item={item} props={props} key={item.session} />),
  };
  return (
    <div class="queue">
      {(['waiting', 'owed', 'running', 'done'] as const).map((name) =>
        name === 'owed' && rows.owed.length === 0 ? null : (
          <section key={name} aria-label={t(`queue.${name}`)} data-testid={`queue-${name}`}>
            <h3>
              {t(`queue.${name}`)} <span class="num soft">{rows[name].length}</span>
            </h3>
            {name === 'waiting' && rows.waiting.length === 0 && (
              <p class="soft quiet">{t('queue.nobodyWaiting')}</p>
            )}
            <ul>{rows[name]}</ul>
          </section>
        ),
      )}
    </div>
  );
}

/** What is to be done now, where the rest of the list is not: at the gate before duty. */
export function OwedList(props: {
  items: readonly QueueItem[];
  onOpen: (session: Id) => void;
}): VNode | null {
  const { owed } = group(props.items);
  if (owed.length === 0) return null;
  const rows = { items: props.items, current: null, onClaim: null, onOpen: props.onOpen };
  return (
    <section class="queue" aria-label={t('queue.owed')} data-testid="gate-owed">
      <div>
        <h3>
          {t('queue.owed')} <span class="num soft">{owed.length}</span>
        </h3>
        <p class="soft quiet">{t('duty.owed')}</p>
        <ul>
          {owed.map((one) => (
            <Item item={one.item} owed={one} props={rows} key={one.item.session} />
          ))}
        </ul>
      </div>
    </section>
  );
}
