import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { now, serverNow } from '../app/clock.ts';
import { clockTime } from '../app/format.ts';
import { type Key, type Params, T, t } from '../i18n/index.tsx';
import {
  answered,
  begun,
  type Draft,
  drafted,
  ENTRIES,
  type Entry,
  forward,
  partsOf,
  sameNow,
  shown,
  typed,
} from '../model/keypad.ts';
import { isOld } from '../model/typedAt.ts';
import { unitOf } from '../model/vitals.ts';
import { Button } from '../ui/Button.tsx';
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
  /** Otherwise a value is kept until there is a connection. */
  online: boolean;
  /** `takenAt`: when it was typed, which may be long ago. */
  onSend: (value: { vital: Vital; takenAt: Timestamp }) => Promise<boolean>;
  onBack: () => void;
  /** A question lies over the page: nothing of it is pressed. */
  asked?: boolean;
}

/** What is to be said about the number on the display. */
function words(draft: Draft, online: boolean, found: Draft, old: boolean): { k: Key; p?: Params } | null {
  if (draft.stage === 'sent') return { k: 'sens.manual.sent' };
  if (draft.stage === 'sending') return online ? null : { k: 'sens.manual.kept' };
  if (old && draft.keyed !== null) return { k: 'sens.manual.old', p: { time: clockTime(draft.keyed) } };
  return draft === found && begun(draft) ? { k: 'sens.manual.still' } : null;
}

/** Numbers read off a display, typed with large keys. */
export function Keypad({ draft, setDraft, online, onSend, onBack, asked }: KeypadProps): VNode {
  // As it was when the page came back.
  const [found] = useState(draft);
  const { entry, digits, at, stage } = draft;
  const parts = partsOf(entry);
  const part = parts[at] ?? parts[0];
  if (!part) return <main class="page" />;

  const next = () => {
    const { draft: moved, vital } = forward(draft);
    setDraft(() => moved);
    if (vital)
      void onSend({ vital, takenAt: draft.keyed ?? serverNow() }).then((stored) =>
        setDraft((d) => answered(d, moved, stored)),
      );
  };
  const old = begun(draft) && draft.keyed !== null && isOld(draft.keyed, now.value);
  const said = words(draft, online, found, old);
  const range = stage === 'range' ? t('sens.manual.range', { low: part.low, high: part.high }) : '';

  return (
    <main class="page" data-testid="screen-keypad" inert={asked}>
      <Live text={said ? t(said.k, said.p) : range} />
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
              <Button
                key={e}
                kind={e === entry ? 'primary' : 'plain'}
                pressed={e === entry}
                onClick={() => setDraft(() => drafted(e))}
                testid={`entry-${e}`}
              >
                <T k={choice[e]} />
              </Button>
            ))}
          </fieldset>
          <div>
            <div class="soft">
              <T k={label[entry][at] ?? choice[entry]} />
            </div>
            <output class="readout num" data-testid="readout">
              {parts.map((p, i) => (
                <span class={i === at ? '' : 'soft'} key={p.low}>
                  {i > 0 && '/'}
                  {shown(digits[i] ?? '', p) || '––'}
                </span>
              ))}
              <small>{unitOf(entry)}</small>
            </output>
          </div>
          <div class="keysaid">
            <p data-testid="keypad-said">{said ? <T {...said} /> : range}</p>
            {old && (
              <Button icon="check" onClick={() => setDraft((d) => sameNow(d, serverNow()))} testid="key-same">
                <T k="sens.manual.same" />
              </Button>
            )}
          </div>
        </section>
        <section class="keypad" aria-label={t('sens.manual.title')}>
          {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((n) => (
            <Button key={n} onClick={() => setDraft((d) => typed(d, n, serverNow()))} testid={`key-${n}`}>
              {n}
            </Button>
          ))}
          <Button
            onClick={() => setDraft((d) => typed(d, 'delete', serverNow()))}
            icon="undo"
            testid="key-delete"
          >
            <T k="sens.manual.delete" />
          </Button>
          <Button onClick={() => setDraft((d) => typed(d, '0', serverNow()))} testid="key-0">
            0
          </Button>
          <Button
            kind="primary"
            icon="check"
            busy={stage === 'sending' && online}
            onClick={next}
            testid="key-send"
          >
            <T k={at + 1 < parts.length ? 'next' : 'sens.manual.send'} />
          </Button>
        </section>
      </div>
    </main>
  );
}
