import type { VNode } from 'preact';
import { institutionOf, nameOf } from '../app/format.ts';
import { type Send, useBusy } from '../app/send.ts';
import type { DutyNow } from '../app/useDutyList.ts';
import { t } from '../i18n/index.tsx';
import { inCall, isRung } from '../model/call.ts';
import { Button } from '../ui/Button.tsx';
import { Empty, Loading } from '../ui/parts.tsx';
import type { CallView, Line, OnDuty } from '../wire.ts';

const roleOf = (line: Line) => (line === 'visitingNurse' ? 'visitingNurse' : 'dutyDoctor');

function Candidate({ one, call, send }: { one: OnDuty; call: CallView; send: Send }): VNode {
  const [busy, go] = useBusy();
  const leg = call.people.find((p) => p.card?.person === one.card.person);
  const state =
    leg && inCall(leg) ? 'inCall' : one.busy ? 'busy' : one.reachable ? 'reachable' : 'unreachable';
  return (
    <li class="member" data-testid={`candidate-${one.card.person}`}>
      <div class="grow">
        <b>{nameOf(one.card.name)}</b>
        <div class="soft">{institutionOf(one.card)}</div>
        <span class={`chip ${state === 'reachable' || state === 'inCall' ? 'good' : 'warn'}`}>
          {t(`invite.${state}`)}
        </span>
      </div>
      <Button
        icon="phone"
        kind={state === 'reachable' ? 'primary' : 'plain'}
        disabled={state === 'inCall' || state === 'busy' || (leg !== undefined && isRung(leg))}
        busy={busy !== null}
        onClick={() =>
          go('invite', () => send({ type: 'invite', role: roleOf(one.line), person: one.card.person }))
        }
      >
        {t(leg && !isRung(leg) && !inCall(leg) ? 'invite.again' : 'invite.call')}
      </Button>
    </li>
  );
}

/** Everybody on duty now, while no call runs. */
export function DutyList({ duty }: { duty: DutyNow }): VNode {
  if (duty === 'unreadable')
    return <Empty icon="linkOff" title={t('invite.unreadable')} sub={t('invite.unreadableSub')} />;
  if (!duty) return <Loading text={t('invite.loading')} />;
  return (
    <section class="block dutylist" data-testid="duty-list">
      <h2>{t('duty.now')}</h2>
      {duty.length === 0 && <Empty icon="bellOff" title={t('invite.none')} sub={t('invite.noneSub')} />}
      <ul class="members">
        {duty.map((one) => {
          const state = one.busy ? 'busy' : one.reachable ? 'reachable' : 'unreachable';
          return (
            <li class="member" key={`${one.line}-${one.card.person}`}>
              <div class="grow">
                <b>{nameOf(one.card.name)}</b>
                <div class="soft">
                  {t(`line.${one.line}`)}
                  {t('dot')}
                  <span class="whole">{institutionOf(one.card)}</span>
                </div>
              </div>
              <span class={`chip ${state === 'reachable' ? 'good' : 'warn'}`}>{t(`invite.${state}`)}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** Who could be asked in, and who is busy. `null`: still being looked up. */
export function Invite({ duty, call, send }: { duty: DutyNow; call: CallView; send: Send }): VNode {
  const [busy, go] = useBusy();
  if (duty === 'unreadable')
    return <Empty icon="linkOff" title={t('invite.unreadable')} sub={t('invite.unreadableSub')} />;
  if (!duty) return <Loading text={t('invite.loading')} />;
  const free = (line: Line) => duty.some((d) => d.line === line && !d.busy);
  const others = duty.filter((d) => d.line !== 'desk');
  return (
    <section class="block">
      <h3>{t('invite.title')}</h3>
      {others.length === 0 ? (
        <Empty icon="bellOff" title={t('invite.none')} sub={t('invite.noneSub')} />
      ) : (
        <>
          <Button
            kind="primary"
            icon="bell"
            class="wide"
            busy={busy === 'any'}
            disabled={!free('dutyDoctor')}
            testid="invite-doctor"
            onClick={() => go('any', () => send({ type: 'invite', role: 'dutyDoctor' }))}
          >
            {t('invite.anyDoctor')}
          </Button>
          {(['dutyDoctor', 'visitingNurse'] as const).map((line) => {
            const people = others.filter((d) => d.line === line);
            return (
              people.length > 0 && (
                <div key={line}>
                  <h4>{t(`line.${line}`)}</h4>
                  <ul class="members">
                    {people.map((one) => (
                      <Candidate one={one} call={call} send={send} key={one.card.person} />
                    ))}
                  </ul>
                </div>
              )
            );
          })}
        </>
      )}
    </section>
  );
}
