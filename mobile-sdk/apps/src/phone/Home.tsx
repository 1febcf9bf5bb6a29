import type { VNode } from 'preact';
import { now } from '../app/clock.ts';
import { clockTime, nameOf } from '../app/format.ts';
import { StopDuty } from '../clinical/Duty.tsx';
import { Queue } from '../clinical/Queue.tsx';
import { either, t } from '../i18n/index.tsx';
import type { Stays } from '../model/staff.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Brand, LangButton, Notice, ThemeSwitch } from '../ui/parts.tsx';
import type { Id, Me, QueueItem } from '../wire.ts';

/** On duty, and nobody calls: the state, the warning about closed pages, tonight's list. */
export function Home(props: {
  me: Me;
  /** `null`: not here yet. */
  queue: readonly QueueItem[] | null;
  onOpen: (session: Id) => void;
  /** The last ring ended without an answer from here: how. */
  over: 'withdrawn' | 'timedOut' | null;
  stays: Stays | null;
  onStopDuty: () => Promise<unknown>;
  onTest: () => void;
}): VNode {
  const { me } = props;
  const card = me.who.kind === 'staff' ? me.who.card : null;
  return (
    <main class="home" data-testid="screen-home">
      <header class="row">
        <span class="grow">
          <Brand />
        </span>
        <ThemeSwitch />
        <LangButton />
      </header>
      <section class="card onduty">
        <div class="beacon">
          <Icon name="bell" />
        </div>
        <div class="grow">
          <div class="chip good">{t('duty.on')}</div>
          <h1>{card ? nameOf(card.name) : ''}</h1>
          <p class="soft">{either(me.association, me.associationEn)}</p>
        </div>
        <span class="num bigtime">{clockTime(now.value)}</span>
      </section>
      {props.over && (
        <div data-testid="ring-over">
          <Notice tone="info" icon="bellOff" live>
            {t(`ring.over.${props.over}`)}
          </Notice>
        </div>
      )}
      <p>
        <b>{t('duty.noRing')}</b> <span class="soft">{t('duty.noRingSub')}</span>
      </p>
      <Notice tone="info">{t('duty.warn')}</Notice>
      <div class="row wrap">
        <Button icon="speaker" onClick={props.onTest} testid="test-sound">
          {t('duty.testSound')}
        </Button>
        <StopDuty stays={props.stays} onStop={props.onStopDuty} />
      </div>
      <section>
        <h2>{t('queue.title')}</h2>
        <Queue
          items={props.queue}
          current={null}
          onClaim={null}
          onOpen={props.onOpen}
          emptySub="queue.emptySubPhone"
        />
      </section>
      {me.demo && <p class="soft">{t('app.demo')}</p>}
    </main>
  );
}
