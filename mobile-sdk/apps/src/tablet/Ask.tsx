import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { equipmentOf, institutionOf, nameRead } from '../app/format.ts';
import { type Send, useBusy } from '../app/send.ts';
import { type Key, Read, ruby, T, t } from '../i18n/index.tsx';
import { equipmentIcon } from '../model/equipment.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Live } from '../ui/parts.tsx';
import { useFocus } from '../ui/useFocus.ts';
import type { Participant } from '../wire.ts';

/** Shorter: the second half of a double tap answers the next question. Longer: who has read it waits. */
const CALM_MS = 700;

/**
 * A question over the call. Until it is answered, the keyboard and a voice find nothing else, and a finger only the way
 * out and the telephone number (`asked` of the pages below).
 */
function Ask(props: {
  id: string;
  testid: string;
  /** For the ear. */
  said: string;
  title: ComponentChildren;
  /** What its answers are called in tests. */
  answers: string;
  onAnswer: (yes: boolean) => Promise<boolean>;
  children: ComponentChildren;
}): VNode {
  const [busy, go] = useBusy();
  const [fresh, setFresh] = useState(true);
  const ref = useRef<HTMLElement>(null);
  useFocus(() => ref.current?.focus());
  useEffect(() => {
    const timer = setTimeout(() => setFresh(false), CALM_MS);
    return () => clearTimeout(timer);
  }, []);
  /** From the last answer back to the first, and the other way: nothing behind is reached. */
  const around = (event: KeyboardEvent) => {
    if (event.key !== 'Tab') return;
    const stops = [...(ref.current?.querySelectorAll('button') ?? [])];
    const at = stops.indexOf(document.activeElement as HTMLButtonElement);
    const next = stops.at(event.shiftKey ? (at < 0 ? -1 : at - 1) : (at + 1) % stops.length);
    event.preventDefault();
    next?.focus();
  };
  const answer = (yes: boolean) => go(yes ? 'yes' : 'no', () => props.onAnswer(yes));
  return (
    <section
      class="ask"
      role="alertdialog"
      aria-modal="true"
      aria-labelledby={props.id}
      tabIndex={-1}
      ref={ref}
      data-testid={props.testid}
      onKeyDown={around}
    >
      <Live text={props.said} urgent />
      <h1 id={props.id}>{props.title}</h1>
      {props.children}
      <div class="answers">
        <Button
          busy={busy === 'no'}
          fresh={fresh}
          onClick={() => answer(false)}
          testid={`${props.answers}-no`}
        >
          {t('no')}
        </Button>
        <Button
          kind="yes"
          icon="check"
          busy={busy === 'yes'}
          fresh={fresh}
          onClick={() => answer(true)}
          testid={`${props.answers}-yes`}
        >
          {t('yes')}
        </Button>
      </div>
    </section>
  );
}

/** May this person join? Nothing of the patient reaches them before はい. */
export function AskJoin({ person, send }: { person: Participant; send: Send }): VNode {
  const { card } = person;
  const name = person.equipment ? equipmentOf(person.equipment) : '';
  const role = t(`legRole.${person.role}`);
  const title = person.equipment ? 'tab.consent.device' : 'tab.consent.title';
  const roleKey: Key = `tab.role.${person.role}`;
  return (
    <Ask
      id="ask-join"
      testid="ask-join"
      said={t(title, { role, name })}
      title={<T k={title} p={{ role: ruby(roleKey), name }} />}
      answers="join"
      onAnswer={(yes) => send({ type: 'answerJoin', leg: person.leg, yes })}
    >
      <div class="idcard">
        <div class="face" aria-hidden="true">
          <Icon name={person.equipment ? equipmentIcon(person.equipment) : 'person'} />
        </div>
        {card ? (
          <div>
            <div>
              <b>
                <Read text={nameRead(card.name)} />
              </b>{' '}
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
    </Ask>
  );
}

/** May we record? Asked apart from everything else. */
export function AskRecording({ send }: { send: Send }): VNode {
  return (
    <Ask
      id="ask-rec"
      testid="ask-recording"
      said={t('tab.rec.title')}
      title={<T k="tab.rec.title" />}
      answers="recording"
      onAnswer={(yes) => send({ type: 'answerRecording', yes })}
    >
      <p>
        <T k="tab.rec.body" />
      </p>
    </Ask>
  );
}
