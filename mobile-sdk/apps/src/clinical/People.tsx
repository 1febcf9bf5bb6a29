import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { now } from '../app/clock.ts';
import { institutionOf, personName, secondsUntil } from '../app/format.ts';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { inCall, isRung } from '../model/call.ts';
import { equipmentIcon } from '../model/equipment.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Live } from '../ui/parts.tsx';
import type { CallView, Participant, Timestamp } from '../wire.ts';

/** Where a leg stands, in words, with the seconds that are left. */
export function legText(p: Participant, at: number): string {
  const s = p.legState;
  switch (s.state) {
    case 'ringing':
      return t('call.state.ringing', { n: secondsUntil(s.until, at) });
    case 'away':
      return t('call.state.away', { n: secondsUntil(s.until, at) });
    case 'declined':
      return t('call.state.declined', { why: t(`ring.decline.${s.reason}`) });
    case 'accepted':
    case 'joined':
      return p.gateOpen || p.role === 'patient' ? t(`call.state.${s.state}`) : t('call.state.gated');
    default:
      return t(`call.state.${s.state}`);
  }
}

/** The same for a voice, which says it when it changes: without seconds, or it would count for ever. */
function legSaid(p: Participant): string {
  if (p.join.consent === 'refused') return t('gate.refused');
  if (p.legState.state === 'ringing') return t('ring.incoming');
  if (p.legState.state === 'away') return t('tile.away');
  return legText(p, 0);
}

const iconOf = (p: Participant) => {
  if (p.equipment) return equipmentIcon(p.equipment);
  return p.role === 'patient' ? 'tablet' : p.role === 'deskNurse' ? 'desk' : 'mobile';
};

const tone = (p: Participant): string => {
  if (isRung(p)) return 'warn';
  if (!inCall(p)) return '';
  return p.gateOpen ? 'good' : 'warn';
};

function Person({ p, call, send }: { p: Participant; call: CallView; send: Send }): VNode {
  const [busy, go] = useBusy();
  // Which question was answered already: the view that says so may still be on its way.
  const [told, setTold] = useState<Timestamp | null>(null);
  const askedAt = p.join.consent === 'asked' ? p.join.at : null;
  const asks = askedAt !== null && inCall(p) && p.leg !== call.you;
  return (
    <li class="member" data-testid={`member-${p.role}`}>
      <Icon name={iconOf(p)} />
      <div class="grow">
        <b>{personName(p)}</b> {p.leg === call.you && <span class="chip">{t('you')}</span>}
        <div class="soft">
          {t(`legRole.${p.role}`)}
          {p.card && `${t('dot')}${institutionOf(p.card)}`}
          {p.card?.registeredYear && `${t('dot')}${t('card.registered', { year: p.card.registeredYear })}`}
        </div>
        {asks && (
          <div class="spoken">
            <p>{t('consent.spoken.sub', { who: personName(p) })}</p>
            <Button
              kind="yes"
              icon="check"
              class="wide"
              busy={busy === 'spoken'}
              disabled={told === askedAt}
              testid="spoken-consent"
              onClick={() =>
                go('spoken', async () => {
                  if (await send({ type: 'spokenConsent', leg: p.leg })) setTold(askedAt);
                })
              }
            >
              {t('consent.spoken')}
            </Button>
          </div>
        )}
      </div>
      <div class="member-end">
        <Live text={t('colon', { name: personName(p), text: legSaid(p) })} />
        <span class={`chip num ${tone(p)}`}>
          {p.join.consent === 'refused' ? t('gate.refused') : legText(p, now.value)}
        </span>
        {isRung(p) && p.role !== 'deskNurse' && (
          <Button
            icon="bellOff"
            busy={busy === 'withdraw'}
            testid="withdraw-invite"
            onClick={() => go('withdraw', () => send({ type: 'withdrawInvite', leg: p.leg }))}
          >
            {t('invite.stop')}
          </Button>
        )}
      </div>
    </li>
  );
}

/** Everybody by name, role and state; spoken consent stands beside the person it is about. */
export function People({ call, send }: { call: CallView; send: Send }): VNode {
  return (
    <ul class="members" aria-label={t('call.people')}>
      {call.people.map((p) => (
        <Person p={p} call={call} send={send} key={p.leg} />
      ))}
    </ul>
  );
}
