import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { equipmentOf, institutionOf, nameOf } from '../app/format.ts';
import { type Send, useBusy } from '../app/send.ts';
import { type Key, ruby, T, t } from '../i18n/index.tsx';
import { equipmentIcon } from '../model/equipment.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Live } from '../ui/parts.tsx';
import { useFocus } from '../ui/useFocus.ts';
import type { Participant } from '../wire.ts';

function Answers(props: { busy: string | null; onAnswer: (yes: boolean) => void; testid: string }): VNode {
  return (
    <div class="answers">
      <Button busy={props.busy === 'no'} onClick={() => props.onAnswer(false)} testid={`${props.testid}-no`}>
        {t('no')}
      </Button>
      <Button
        kind="yes"
        icon="check"
        busy={props.busy === 'yes'}
        onClick={() => props.onAnswer(true)}
        testid={`${props.testid}-yes`}
      >
        {t('yes')}
      </Button>
    </div>
  );
}

/** May this person join? Nothing of the patient reaches them before はい. */
export function AskJoin({ person, send }: { person: Participant; send: Send }): VNode {
  const [busy, go] = useBusy();
  const ref = useRef<HTMLElement>(null);
  useFocus(() => ref.current?.focus());
  const { card } = person;
  const name = person.equipment ? equipmentOf(person.equipment) : '';
  const role = t(`legRole.${person.role}`);
  const title = person.equipment ? 'tab.consent.device' : 'tab.consent.title';
  const roleKey: Key = `tab.role.${person.role}`;
  return (
    <section
      class="ask"
      role="alertdialog"
      aria-labelledby="ask-join"
      tabIndex={-1}
      ref={ref}
      data-testid="ask-join"
    >
      <Live text={t(title, { role, name })} urgent />
      <h1 id="ask-join">
        <T k={title} p={{ role: ruby(`tab.role.${person.role}`), name }} />
      </h1>
      <div class="idcard">
        <div class="face" aria-hidden="true">
          <Icon name={person.equipment ? equipmentIcon(person.equipment) : 'person'} />
        </div>
        {card ? (
          <div>
            <div>
              <b>{nameOf(card.name)}</b>{' '}
              <span class="soft">
                <T k={roleKey} />
              </span>
            </div>
            <div>{institutionOf(card)}</div>
            {card.registeredYear && (
              <div class="soft">
                <T k="tab.consent.registered" p={{ year: card.registeredYear }} />
              </div>
            )}
          </div>
        ) : person.equipment ? (
          <div>
            <b>{equipmentOf(person.equipment)}</b>{' '}
            <span class="soft">
              <T k={roleKey} />
            </span>
          </div>
        ) : (
          <T k="tab.consent.unnamed" />
        )}
      </div>
      <p>
        <T k={person.equipment ? `tab.consent.${person.equipment.kind}` : 'tab.consent.body'} />
      </p>
      <Answers
        testid="join"
        busy={busy}
        onAnswer={(yes) => go(yes ? 'yes' : 'no', () => send({ type: 'answerJoin', leg: person.leg, yes }))}
      />
    </section>
  );
}

/** May we record? Asked apart from everything else. */
export function AskRecording({ send }: { send: Send }): VNode {
  const [busy, go] = useBusy();
  const ref = useRef<HTMLElement>(null);
  useFocus(() => ref.current?.focus());
  return (
    <section
      class="ask"
      role="alertdialog"
      aria-labelledby="ask-rec"
      tabIndex={-1}
      ref={ref}
      data-testid="ask-recording"
    >
      <Live text={t('tab.rec.title')} urgent />
      <h1 id="ask-rec">
        <T k="tab.rec.title" />
      </h1>
      <p>
        <T k="tab.rec.body" />
      </p>
      <Answers
        testid="recording"
        busy={busy}
        onAnswer={(yes) => go(yes ? 'yes' : 'no', () => send({ type: 'answerRecording', yes }))}
      />
    </section>
  );
}
