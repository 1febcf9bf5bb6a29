import type { VNode } from 'preact';
import { clockTime, list, nameRead, nightTime } from '../app/format.ts';
import { cannotCall, type Link } from '../app/link.ts';
import { type Send, useBusy } from '../app/send.ts';
import { type Key, T, t } from '../i18n/index.tsx';
import { others } from '../model/call.ts';
import { Button } from '../ui/Button.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { Live } from '../ui/parts.tsx';
import type { CallView, OutcomeKind, Timestamp } from '../wire.ts';
import { DeskPhone } from './DeskPhone.tsx';

export const emblem: Record<OutcomeKind, IconName> = {
  advice: 'chat',
  prescription: 'pill',
  nurseVisit: 'house',
  houseCall: 'house',
  ambulance: 'ambulance',
  hospital: 'hospital',
  recheckAt: 'clock',
  nextDay: 'calendar',
  cancelledAndChecked: 'check',
};

/** After hanging up while the case is open: one way back. */
export function Left({ call, phone, send }: { call: CallView; phone: string; send: Send }): VNode {
  const still = others(call).flatMap((p) => (p.card ? [nameRead(p.card.name)] : []));
  return (
    <Outside of="left" icon="hangup" back="undo" phone={phone} send={send} testid="come-back">
      <p class="soft">{still.length > 0 && <T k="tab.left.still" p={{ who: list(still) }} />}</p>
    </Outside>
  );
}

/** Another tablet of the patient has the call. */
export const Elsewhere = ({ phone, send }: { phone: string; send: Send }): VNode => (
  <Outside of="elsewhere" icon="devices" back="camera" phone={phone} send={send} testid="continue-here" />
);

interface OutsideProps {
  of: 'left' | 'elsewhere';
  icon: 'hangup' | 'devices';
  /** On the button that leads back. */
  back: 'undo' | 'camera';
  phone: string;
  send: Send;
  testid: string;
  children?: VNode;
}

/** The call goes on, and this tablet is not in it. */
function Outside({ of, icon, back, phone, send, testid, children }: OutsideProps): VNode {
  const [busy, go] = useBusy();
  return (
    <main class="page" data-testid={`screen-${of}`}>
      <Live text={t(`tab.${of}.title`)} />
      <div class="centre">
        <div class="emblem">
          <Icon name={icon} />
        </div>
        <h1>
          <T k={`tab.${of}.title`} />
        </h1>
        <p class="lead">
          <T k={`tab.${of}.body`} />
        </p>
        <Button
          kind="primary"
          class="big"
          icon={back}
          busy={busy === 'back'}
          testid={testid}
          onClick={() => go('back', () => send({ type: 'comeBack' }))}
        >
          <T k={of === 'left' ? 'tab.left.back' : 'tab.elsewhere.here'} />
        </Button>
        {children}
      </div>
      {/* The tablet that has the call may be the one that broke. */}
      <footer class="foot">
        <DeskPhone phone={phone} />
        <p class="soft">
          <T k="tab.emergency.hint" />
        </p>
      </footer>
    </main>
  );
}

/** Ended by a clinician, and not yet beyond taking back. */
export function Closing(): VNode {
  return (
    <main class="page" data-testid="screen-closing">
      <Live text={t('tab.closing.title')} />
      <div class="centre">
        <div class="emblem">
          <Icon name="moon" />
        </div>
        <h1>
          <T k="tab.closing.title" />
        </h1>
        <p class="lead">
          <T k="tab.closing.body" />
        </p>
      </div>
    </main>
  );
}

/** What became of a decision that the patient was told before. */
export interface News {
  /** It was taken back. */
  again: boolean;
  /** Another one took its place, at this time. */
  changedAt: Timestamp | null;
}

/** What stands there now, in words; `again`: there was a decision, and it was taken back. */
const headingOf = (call: CallView, again: boolean): Key => {
  if (call.disposition) return `tab.outcome.${call.disposition.outcome.outcome}`;
  if (call.state.state === 'ended' && call.state.reason === 'cancelledByPatient')
    return 'tab.after.cancelled';
  return again ? 'tab.after.rethink' : 'tab.after.pending';
};

/** The same for who listens. Another piece of advice is news too, where the outcome is the same. */
export function saidAfter(call: CallView, { again, changedAt }: News): string {
  const outcome = call.disposition?.outcome;
  const when = outcome?.outcome === 'recheckAt' && t('tab.after.at', { time: nightTime(outcome.at) });
  const changed = changedAt !== null && t('tab.after.changed', { time: clockTime(changedAt) });
  return [changed, t(headingOf(call, again)), when, call.disposition?.advice].filter(Boolean).join('\n');
}

/** After the call: what was decided, in plain words, and how to call again. */
export function After(props: {
  call: CallView;
  news: News;
  phone: string;
  link: Link;
  calling: boolean;
  onAgain: () => void;
  onDone: () => void;
}): VNode {
  const { call } = props;
  const { again, changedAt } = props.news;
  const cancelled = call.state.state === 'ended' && call.state.reason === 'cancelledByPatient';
  const decided = call.disposition;
  const kind = decided?.outcome.outcome;
  const offline = cannotCall(props.link);
  return (
    <main class="page" data-testid="screen-after">
      <div class="centre">
        {decided && kind ? (
          <section class="decision" aria-labelledby="decided">
            <div class="emblem">
              <Icon name={emblem[kind]} />
            </div>
            <div>
              <p class={changedAt === null ? 'soft' : 'changed'}>
                {changedAt === null ? (
                  <T k="tab.after.title" />
                ) : (
                  <T k="tab.after.changed" p={{ time: clockTime(changedAt) }} />
                )}
              </p>
              <h1 id="decided">
                <T k={headingOf(call, again)} />
              </h1>
              {kind === 'ambulance' && (
                <p>
                  <T k="tab.after.119" />
                </p>
              )}
              {decided.outcome.outcome === 'recheckAt' && (
                <p>
                  <T k="tab.after.at" p={{ time: nightTime(decided.outcome.at) }} />
                </p>
              )}
            </div>
            <p class="advice" data-testid="advice">
              {decided.advice}
            </p>
            {kind === 'ambulance' && (
              <ul class="advice">
                {(['a', 'b', 'c'] as const).map((letter) => (
                  <li class="row" key={letter}>
                    <Icon name="check" />
                    <span>
                      <T k={`tab.119.${letter}`} />
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </section>
        ) : (
          <>
            {!cancelled && <span class="spinner" style={{ fontSize: '44px' }} />}
            <h1>
              <T k={headingOf(call, again)} />
            </h1>
            <p class="lead">
              <T
                k={
                  cancelled
                    ? 'tab.after.cancelledSub'
                    : again
                      ? 'tab.after.rethinkSub'
                      : 'tab.after.pendingSub'
                }
              />
            </p>
          </>
        )}
        <p role="status">
          <T k={offline ? 'tab.after.offline' : 'tab.after.again'} />
        </p>
      </div>
      <footer class="foot">
        <Button icon="left" onClick={props.onDone} testid="done">
          <T k="tab.after.done" />
        </Button>
        <DeskPhone phone={props.phone} />
        <Button
          kind={offline ? 'plain' : 'primary'}
          icon="phone"
          class={`again ${offline ? 'off' : ''}`}
          busy={props.calling}
          onClick={props.onAgain}
          testid="again"
        >
          <T k="tab.after.call" />
        </Button>
      </footer>
    </main>
  );
}
