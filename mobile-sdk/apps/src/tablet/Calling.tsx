import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { now } from '../app/clock.ts';
import { institutionOf, list, nameRead, span, telephone } from '../app/format.ts';
import type { Picture } from '../app/media.ts';
import { type Send, useBusy } from '../app/send.ts';
import { type Key, Read, T, t } from '../i18n/index.tsx';
import { connectionBroke, isClinician, others, rung } from '../model/call.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Dialog, Live } from '../ui/parts.tsx';
import { VideoTile } from '../ui/VideoTile.tsx';
import type { CallView, Participant, Timestamp } from '../wire.ts';
import { DeskPhone } from './DeskPhone.tsx';
import { LeaveDialog } from './Leave.tsx';

export interface CallingProps {
  call: CallView;
  /** Since when the patient waits. */
  since: Timestamp;
  phone: string;
  own: Picture | null;
  send: Send;
}

function Callee({ person }: { person: Participant }): VNode {
  return (
    <li class="callee">
      <Icon name="bell" />
      <span>
        <b>{person.card ? <Read text={nameRead(person.card.name)} /> : <T k="tab.calling.desk" />}</b>
        <br />
        <span class="soft">{person.card ? institutionOf(person.card) : ''}</span>
      </span>
    </li>
  );
}

/** Only before anybody answered: afterwards one hangs up. */
function CancelDialog({ send, onClose }: { send: Send; onClose: () => void }): VNode {
  const [busy, go] = useBusy();
  return (
    <Dialog
      testid="cancel-dialog"
      title={<T k="tab.calling.cancelSure" />}
      onClose={onClose}
      actions={
        <>
          <Button kind="primary" onClick={onClose}>
            <T k="tab.calling.keep" />
          </Button>
          <Button
            busy={busy === 'cancel'}
            testid="cancel-yes"
            onClick={() => go('cancel', () => send({ type: 'cancel' }))}
          >
            <T k="tab.calling.cancel" />
          </Button>
        </>
      }
    >
      <p>
        <T k="tab.calling.cancelSureSub" />
      </p>
    </Dialog>
  );
}

function Cancel({ send }: { send: Send }): VNode {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button icon="cross" onClick={() => setAsking(true)} testid="cancel">
        <T k="tab.calling.cancel" />
      </Button>
      {asking && <CancelDialog send={send} onClose={() => setAsking(false)} />}
    </>
  );
}

/** Left alone in a running call: whoever does not want to wait can hang up, as in the call. */
function HangUp({ send }: { send: Send }): VNode {
  const [leaving, setLeaving] = useState(false);
  return (
    <>
      <Button icon="hangup" onClick={() => setLeaving(true)} testid="leave">
        <T k="tab.incall.leave" />
      </Button>
      {leaving && <LeaveDialog send={send} onClose={() => setLeaving(false)} />}
    </>
  );
}

/** The question behind the way out. */
export const WayOutDialog = (props: { call: CallView; send: Send; onClose: () => void }): VNode =>
  props.call.state.state === 'waiting' ? (
    <CancelDialog send={props.send} onClose={props.onClose} />
  ) : (
    <LeaveDialog send={props.send} onClose={props.onClose} />
  );

const WayOut = ({ call, send }: { call: CallView; send: Send }): VNode =>
  call.state.state === 'waiting' ? <Cancel send={send} /> : <HangUp send={send} />;

/** Below each page of a ring: the way out, the number, and 119. */
export const WaitingFoot = (props: { call: CallView; phone: string; send: Send }): VNode => (
  <footer class="foot">
    <WayOut call={props.call} send={props.send} />
    <DeskPhone phone={props.phone} />
    <p class="soft">
      <T k="tab.emergency.hint" />
    </p>
  </footer>
);

/** What goes on, in a few words. */
export function ringing(call: CallView): Key {
  if (others(call).some((p) => isClinician(p) && p.legState.state !== 'away')) return 'tab.calling.answered';
  return call.state.state === 'waiting' ? 'tab.calling.title' : 'tab.calling.alone';
}

/** Somebody is being rung: who, for how long, and the way out. */
export function Calling({ call, since, phone, own, send }: CallingProps): VNode {
  const again = (call.desk?.round ?? 1) > 1;
  const waiting = call.state.state === 'waiting';
  const title = ringing(call);
  const alone = connectionBroke(call) ? 'tab.calling.aloneSub' : 'tab.calling.leftSub';
  const people = rung(call).filter((p) => p.role === 'deskNurse');
  return (
    <main class="page" data-testid="screen-calling">
      <Live text={t(title)} />
      <div class="halves">
        <section class="waitbox">
          <h1>
            <T k={title} />
          </h1>
          <p class="lede">
            <T k={!waiting ? alone : again ? 'tab.calling.again' : 'tab.calling.sub'} />
          </p>
          <p class="waited num">
            <T k="tab.calling.waited" p={{ span: span(now.value - since) }} />
          </p>
          <ul class="stack" aria-label={t('tab.calling.who')}>
            {people.length ? (
              people.slice(0, 2).map((p) => <Callee person={p} key={p.leg} />)
            ) : (
              <li class="callee">
                <Icon name="bell" />
                <b>
                  <T k="tab.calling.desk" />
                </b>
              </li>
            )}
          </ul>
        </section>
        <section class="pulsebox">
          <div class="pulse">
            <Icon name="phone" />
          </div>
          <div class="mirrorbox">
            <VideoTile picture={own} label={t('tile.you')} mirrored />
            <p>
              <T k="tab.calling.mirror" />
            </p>
          </div>
        </section>
      </div>
      <WaitingFoot call={call} phone={phone} send={send} />
    </main>
  );
}

/** Nobody answered yet: the telephone number, 119 in plain words, and the ringing goes on. */
export function Fallback({ call, since, phone, send }: Omit<CallingProps, 'own'>): VNode {
  const names = rung(call).flatMap((p) => (p.card ? [nameRead(p.card.name)] : []));
  return (
    <main class="page" data-testid="screen-fallback">
      <Live text={`${t('tab.fallback.title')} ${phone}`} urgent />
      <div class="fallgrid">
        <section class="stack" style={{ justifyContent: 'center', gap: '26px' }}>
          <h1>
            <T k="tab.fallback.title" />
          </h1>
          <div>
            <div class="soft">
              <T k="tab.fallback.phone" />
            </div>
            <a
              class="hugephone num"
              style={{ '--signs': phone.length }}
              href={telephone(phone)}
              data-testid="desk-phone"
            >
              {phone}
            </a>
          </div>
          <p>
            <T k="tab.fallback.why" />
          </p>
        </section>
        <section class="box119" aria-labelledby="h119">
          <h2 id="h119">
            <T k="tab.fallback.119" />
          </h2>
          <ul>
            {(['a', 'b', 'c', 'd'] as const).map((letter) => (
              <li key={letter}>
                <Icon name="alert" />
                <span>
                  <T k={`tab.fallback.119.${letter}`} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      </div>
      <footer class="foot">
        <WayOut call={call} send={send} />
        <div class="row">
          <span class="spinner" />
          <span role="status">
            <T k="tab.fallback.still" /> <Read text={list(names)} />
          </span>
          <span class="num soft">
            <T k="tab.calling.waited" p={{ span: span(now.value - since) }} />
          </span>
        </div>
      </footer>
    </main>
  );
}
