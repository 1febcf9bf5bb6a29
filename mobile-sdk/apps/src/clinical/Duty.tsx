import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { list, nameOf } from '../app/format.ts';
import { useBusy } from '../app/send.ts';
import { either, t } from '../i18n/index.tsx';
import type { Stays } from '../model/staff.ts';
import { Button } from '../ui/Button.tsx';
import { LeftBehind } from '../ui/LeftBehind.tsx';
import { Brand, Dialog, LangSwitch, Live, Notice, ThemeSwitch } from '../ui/parts.tsx';
import type { Id, Me, QueueItem } from '../wire.ts';
import { OwedList } from './Queue.tsx';

/** Going off duty makes the page mute: it is asked, and not possible while a patient counts on this person. */
export function StopDuty(props: { stays: Stays | null; onStop: () => Promise<unknown> }): VNode {
  const [asking, setAsking] = useState(false);
  const [busy, go] = useBusy();
  return (
    <>
      <Button icon="bellOff" onClick={() => setAsking(true)} testid="stop-duty">
        {t('duty.stop')}
      </Button>
      {asking && (
        <Dialog
          testid="stop-duty-dialog"
          title={t('duty.stop.sure')}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)} testid="stop-duty-no">
                {t('duty.stop.stay')}
              </Button>
              <Button
                kind="stop"
                icon="bellOff"
                disabled={props.stays === 'talking' || props.stays === 'waiting'}
                busy={busy !== null}
                testid="stop-duty-yes"
                onClick={() =>
                  go('stop', async () => {
                    await props.onStop();
                    setAsking(false);
                  })
                }
              >
                {t('duty.stop')}
              </Button>
            </>
          }
        >
          {props.stays ? (
            <div data-testid="stop-duty-why">
              <Notice tone="warn" live>
                {t(`duty.stays.${props.stays}`)}
              </Notice>
            </div>
          ) : (
            <p>{t('duty.stop.sub')}</p>
          )}
        </Dialog>
      )}
    </>
  );
}

/** Before the first tap nothing can ring; the page says so, and what it cannot do. Who waits and what is owed is there all the same. */
export function DutyGate(props: {
  me: Me;
  /** How many wait for whoever goes on duty here. */
  waiting: number;
  /** Tonight's list, for what is owed. */
  queue: readonly QueueItem[];
  /** Readings that somebody else left here unsent. */
  leftBehind: number;
  onGo: () => Promise<unknown>;
  onOpen: (session: Id) => void;
  onSignOut: () => void;
}): VNode {
  const { me, onGo } = props;
  const [busy, go] = useBusy();
  const staff = me.who.kind === 'staff' ? me.who : null;
  return (
    <main class="dutygate" data-testid="screen-duty">
      <section class="card">
        <div class="row wrap">
          <span class="grow">
            <Brand />
          </span>
          <ThemeSwitch />
          <LangSwitch />
        </div>
        <p class="soft">{either(me.association, me.associationEn)}</p>
        <h1>{staff ? nameOf(staff.card.name) : ''}</h1>
        <p>
          {staff && t(`role.${staff.card.role}`)}
          {staff &&
            staff.onDuty.length > 0 &&
            `${t('dot')}${t('duty.lines', { lines: list(staff.onDuty.map((l) => t(`line.${l}`))) })}`}
        </p>
        <p>
          <b>{t('duty.off.title')}</b>
        </p>
        <Live text={props.waiting > 0 ? t('duty.waiting', { n: props.waiting }) : ''} urgent />
        {props.waiting > 0 && (
          <div class="gatewaits" data-testid="gate-waiting">
            <Notice tone="bad" icon="bell">
              <b>{t('duty.waiting', { n: props.waiting })}</b>
              <div>{t('duty.waitingSub')}</div>
            </Notice>
          </div>
        )}
        {staff && staff.onDuty.length === 0 && <Notice tone="warn">{t('duty.notOnRota')}</Notice>}
        <Button
          kind="primary"
          icon="bell"
          class="wide big"
          busy={busy !== null}
          onClick={() => go('go', onGo)}
          testid="go-on-duty"
        >
          {t('duty.go')}
        </Button>
        <p class="soft">{t('duty.go.sub')}</p>
        <OwedList items={props.queue} onOpen={props.onOpen} />
        <Notice tone="info">{t('duty.warn')}</Notice>
        <LeftBehind readings={props.leftBehind} />
        {me.demo && <p class="soft">{t('app.demo')}</p>}
        <div class="row">
          <span class="grow" />
          <Button kind="ghost" icon="leave" onClick={props.onSignOut} testid="sign-out">
            {t('signout')}
          </Button>
        </div>
      </section>
    </main>
  );
}
