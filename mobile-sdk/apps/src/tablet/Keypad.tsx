import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { now, serverNow } from '../app/clock.ts';
import { clockTime } from '../app/format.ts';
import { type Key, type Params, T, t } from '../i18n/index.tsx';
import {
  answered,
  asSent,
  begun,
  corrects,
  type Draft,
  drafted,
  ENTRIES,
  type Entry,
  forward,
  lately,
  partsOf,
  type Sent,
  sameNow,
  shown,
  swapped,
  typed,
} from '../model/keypad.ts';
import { isOld } from '../model/typedAt.ts';
import { unitOf } from '../model/vitals.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Live } from '../ui/parts.tsx';
import type { Timestamp, Vital } from '../wire.ts';

const label: Record<Entry, readonly Key[]> = {
  temperature: ['sens.thermometer'],
  bloodPressure: ['sens.manual.systolic', 'sens.manual.diastolic'],
  spo2: ['sens.manual.spo2'],
  pulse: ['sens.manual.pulse'],
};
const choice: Record<Entry, Key> = {
  temperature: 'sens.thermometer',
  bloodPressure: 'sens.bloodPressure',
  spo2: 'sens.manual.spo2',
  pulse: 'sens.manual.pulse',
};

/** What stands on the keypad. Whoever shows it keeps it, so that it outlives a page that has to give way. */
export interface Typing {
  draft: Draft;
  setDraft: (change: (now: Draft) => Draft) => void;
}

export interface KeypadProps extends Typing {
  /** What went from this tablet, oldest first. */
  sent: readonly Sent[];
  onSent: (value: Sent) => void;
  /** Otherwise a value is kept until there is a connection. */
  online: boolean;
  /** `takenAt`: when it was typed, which may be long ago. */
  onSend: (value: { vital: Vital; takenAt: Timestamp }) => Promise<boolean>;
  onBack: () => void;
  /** A question lies over the page: nothing of it is pressed. */
  asked?: boolean;
}

interface Words {
  k: Key;
  p?: Params;
  /** It cannot be sent like this. */
  bad?: boolean;
}

/** What is to be said about the number on the display. */
function words(
  draft: Draft,
  { online, sent }: Pick<KeypadProps, 'online' | 'sent'>,
  found: Draft,
  old: boolean,
): Words | null {
  const { entry, digits, at, stage } = draft;
  if (stage === 'sent') return { k: corrects(sent) ? 'sens.manual.corrected' : 'sens.manual.sent' };
  if (stage === 'sending') return online ? null : { k: 'sens.manual.kept' };
  if (stage === 'range') {
    const { low = 0, high = 0 } = partsOf(entry)[at] ?? {};
    return { k: 'sens.manual.range', p: { low, high }, bad: true };
  }
  if (stage === 'inverted')
    return { k: digits[0] === digits[1] ? 'sens.manual.equal' : 'sens.manual.inverted', bad: true };
  if (old && draft.keyed !== null) return { k: 'sens.manual.old', p: { time: clockTime(draft.keyed) } };
  return draft === found && begun(draft) ? { k: 'sens.manual.still' } : null;
}

/** Keys of a keyboard do what the large ones do, unless a question lies over the page. */
function useKeyboard(asked: boolean, onKey: (key: string) => void): void {
  const now = useRef(onKey);
  now.current = onKey;
  useEffect(() => {
    if (asked) return;
    // Whoever goes from button to button with Tab presses the one that is reached; a finger leaves the focus anywhere.
    let byTab = false;
    const finger = () => {
      byTab = false;
    };
    const key = (event: KeyboardEvent) => {
      if (event.key === 'Tab') byTab = true;
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === 'Enter' && byTab) return;
      const pressed = { Enter: 'send', Backspace: 'delete', Delete: 'delete' }[event.key] ?? event.key;
      if (!/^(\d|send|delete)$/.test(pressed)) return;
      event.preventDefault();
      now.current(pressed);
    };
    window.addEventListener('pointerdown', finger);
    window.addEventListener('keydown', key);
    return () => {
      window.removeEventListener('pointerdown', finger);
      window.removeEventListener('keydown', key);
    };
  }, [asked]);
}

/** One kind of number, and below it what was sent of it lately. */
function Kind(props: { entry: Entry; chosen: boolean; last: Sent | undefined; onClick: () => void }): VNode {
  const { entry, last } = props;
  return (
    <Button
      kind={props.chosen ? 'primary' : 'plain'}
      pressed={props.chosen}
      onClick={props.onClick}
      testid={`entry-${entry}`}
    >
      <span class="what">
        <T k={choice[entry]} />
      </span>
      {last && (
        <span class="lately num" data-testid={`sent-${entry}`}>
          <Icon name="check" />
          <span class="sr">{t('sens.manual.wasSent')}</span>
          {`${last.text} ${unitOf(entry)}`}
          <span class="soft">{clockTime(last.at)}</span>
        </span>
      )}
    </Button>
  );
}

/** Numbers read off a display, typed with large keys. What was sent stays on the display until the next key. */
export function Keypad(props: KeypadProps): VNode {
  const { draft, setDraft, online, onSend, onBack, asked = false } = props;
  // As it was when the page came back.
  const [found] = useState(draft);
  const { entry, digits, at, stage } = draft;
  const parts = partsOf(entry);

  const next = () => {
    const { draft: moved, vital } = forward(draft);
    setDraft(() => moved);
    if (!vital) return;
    void onSend({ vital, takenAt: draft.keyed ?? serverNow() }).then((stored) => {
      if (stored) props.onSent({ entry, text: asSent(moved), at: serverNow() });
      setDraft((d) => answered(d, moved, stored));
    });
  };
  const key = (name: string) => (name === 'send' ? next() : setDraft((d) => typed(d, name, serverNow())));
  useKeyboard(asked, key);
  const old = begun(draft) && draft.keyed !== null && isOld(draft.keyed, now.value);
  const said = words(draft, props, found, old);
  const kinds = lately(props.sent, now.value);
  const there = stage === 'sent';

  return (
    <main class="page" data-testid="screen-keypad" inert={asked}>
      <Live
        text={[there && `${asSent(draft)} ${unitOf(entry)}`, said && t(said.k, said.p)]
          .filter(Boolean)
          .join(' ')}
      />
      <header class="topline">
        <Button icon="left" onClick={onBack} testid="back">
          <T k="tab.back" />
        </Button>
        <h1 class="grow">
          <T k="sens.manual.title" />
        </h1>
      </header>
      <div class="keygrid">
        <section class="stack">
          <fieldset class="kinds" aria-label={t('sens.manual.title')}>
            {ENTRIES.map((e) => (
              <Kind
                key={e}
                entry={e}
                chosen={e === entry}
                last={kinds[e]}
                onClick={() => setDraft(() => drafted(e))}
              />
            ))}
          </fieldset>
          <div>
            <div class="soft">
              <T k={there ? choice[entry] : (label[entry][at] ?? choice[entry])} />
            </div>
            <output
              class={`readout num ${there ? 'there' : ''} ${said?.bad ? 'bad' : ''}`}
              data-testid="readout"
            >
              {there && <Icon name="check" />}
              {there ? (
                <span>{asSent(draft)}</span>
              ) : (
                parts.map((p, i) => (
                  <span class={i === at ? '' : 'soft'} key={p.low}>
                    {i > 0 && '/'}
                    {shown(digits[i] ?? '', p) || '––'}
                  </span>
                ))
              )}
              <small>{unitOf(entry)}</small>
            </output>
          </div>
          <div class="keysaid">
            <p data-testid="keypad-said" class={said?.bad ? 'bad' : ''}>
              {said?.bad && <Icon name="alert" />}
              <span>{said && <T k={said.k} p={said.p ?? {}} />}</span>
            </p>
            {stage === 'inverted' && digits[0] !== digits[1] && (
              <Button icon="flip" onClick={() => setDraft((d) => swapped(d, serverNow()))} testid="key-swap">
                <T k="sens.manual.swap" />
              </Button>
            )}
            {old && (
              <Button icon="check" onClick={() => setDraft((d) => sameNow(d, serverNow()))} testid="key-same">
                <T k="sens.manual.same" />
              </Button>
            )}
          </div>
        </section>
        <section class="keypad" aria-label={t('sens.manual.title')}>
          {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((n) => (
            <Button key={n} onClick={() => key(n)} testid={`key-${n}`}>
              {n}
            </Button>
          ))}
          <Button onClick={() => key('delete')} icon="undo" testid="key-delete">
            <T k="sens.manual.delete" />
          </Button>
          <Button onClick={() => key('0')} testid="key-0">
            0
          </Button>
          <Button
            kind="primary"
            icon="check"
            busy={stage === 'sending' && online}
            onClick={() => key('send')}
            testid="key-send"
          >
            <T k={at + 1 < parts.length ? 'next' : 'sens.manual.send'} />
          </Button>
        </section>
      </div>
    </main>
  );
}
