import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { now } from '../app/clock.ts';
import { institutionOf, list, nameOf, secondsUntil, span } from '../app/format.ts';
import { type Send, useBusy } from '../app/send.ts';
import { PatientHead } from '../clinical/PatientPanel.tsx';
import { SbarView } from '../clinical/Sbar.tsx';
import { ScoreCard, VitalTiles } from '../clinical/Vitals.tsx';
import { t } from '../i18n/index.tsx';
import { caller, me } from '../model/call.ts';
import { Button } from '../ui/Button.tsx';
import { Choices, Dialog, Live, Notice, UrgencyChip } from '../ui/parts.tsx';
import { Scroll } from '../ui/Scroll.tsx';
import type { CallView, DeclineReason, VitalsView } from '../wire.ts';

const REASONS: readonly DeclineReason[] = ['withPatient', 'travelling', 'unavailable', 'other'];

/** A ring: why, in the order a doctor reads: urgency, situation, numbers. Two buttons under the thumb. */
export function Ring(props: { call: CallView; vitals: VitalsView | null; send: Send }): VNode {
  const { call, send } = props;
  const [declining, setDeclining] = useState(false);
  const [reason, setReason] = useState<DeclineReason | null>(null);
  const [busy, go] = useBusy();
  const own = me(call);
  const from = caller(call);
  const left = own?.legState.state === 'ringing' ? secondsUntil(own.legState.until, now.value) : null;
  const f = call.findings;
  return (
    <main class="ringpage" data-testid="screen-ring">
      <Live text={t('ring.incoming')} urgent />
      <header>
        <div class="row">
          <span class="ringdot" />
          <b class="grow">{t('ring.incoming')}</b>
          {left !== null && <span class="num soft">{t('ring.left', { n: left })}</span>}
        </div>
        {from && (
          <p class="soft">
            {t('ring.from', { who: nameOf(from.name) })}
            <br />
            {institutionOf(from)}
          </p>
        )}
      </header>
      <Scroll class="scroll" label={t('ring.reason')}>
        {call.patient && <PatientHead patient={call.patient} />}
        <div class="row wrap">
          {f?.urgency && <UrgencyChip urgency={f.urgency} />}
          <span class="chip num">{t('ring.waited', { span: span(now.value - call.requestedAt) })}</span>
        </div>
        {f?.redFlags && f.redFlags.length > 0 && (
          <Notice tone="bad">
            <b>{t('colon', { name: t('red.found'), text: list(f.redFlags.map((r) => t(`red.${r}`))) })}</b>
          </Notice>
        )}
        <ScoreCard view={props.vitals} small />
        <VitalTiles view={props.vitals} only={['spo2', 'pulse', 'bloodPressure', 'temperature']} />
        <section>
          <h3>{t('ring.reason')}</h3>
          <SbarView sbar={f?.sbar} />
        </section>
      </Scroll>
      <footer class="answers">
        <Button class="quiet" kind="stop" icon="cross" onClick={() => setDeclining(true)} testid="decline">
          {t('ring.decline')}
        </Button>
        <Button
          kind="yes"
          icon="phone"
          busy={busy === 'accept'}
          onClick={() => go('accept', () => send({ type: 'accept' }))}
          testid="accept"
        >
          {t('ring.accept')}
        </Button>
      </footer>
      {declining && (
        <Dialog
          title={t('ring.declineWhy')}
          onClose={() => setDeclining(false)}
          actions={
            <>
              <Button onClick={() => setDeclining(false)}>{t('back')}</Button>
              <Button
                kind="stop"
                disabled={!reason}
                busy={busy === 'decline'}
                testid="decline-yes"
                onClick={() => reason && go('decline', () => send({ type: 'decline', reason }))}
              >
                {t('ring.decline')}
              </Button>
            </>
          }
        >
          <div class="gap">
            <Choices
              name="decline"
              label={t('ring.declineWhy')}
              value={reason}
              options={REASONS.map((r) => ({ value: r, text: t(`ring.decline.${r}`) }))}
              onChange={setReason}
            />
          </div>
        </Dialog>
      )}
    </main>
  );
}
