import type { VNode } from 'preact';
import { list, nameOf } from '../app/format.ts';
import { useBusy } from '../app/send.ts';
import { either, t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { LeftBehind } from '../ui/LeftBehind.tsx';
import { Brand, LangSwitch, Notice, ThemeSwitch } from '../ui/parts.tsx';
import type { Me } from '../wire.ts';

/** Before the first tap nothing can ring; the page says so, and what it cannot do. */
export function DutyGate(props: {
  me: Me;
  /** Readings that somebody else left here unsent. */
  leftBehind: number;
  onGo: () => Promise<unknown>;
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
            `・${t('duty.lines', { lines: list(staff.onDuty.map((l) => t(`line.${l}`))) })}`}
        </p>
        <p>
          <b>{t('duty.off.title')}</b>
        </p>
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
