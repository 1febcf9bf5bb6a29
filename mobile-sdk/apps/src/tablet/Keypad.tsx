import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useBusy } from '../app/send.ts';
import { type Key, T, t } from '../i18n/index.tsx';
import { answered, drafted, ENTRIES, type Entry, forward, partsOf, shown, typed } from '../model/keypad.ts';
import { unitOf } from '../model/vitals.ts';
import { Button } from '../ui/Button.tsx';
import { Live } from '../ui/parts.tsx';
import type { Vital } from '../wire.ts';

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

/** Numbers read off a display, typed with large keys. */
export function Keypad(props: { onSend: (vital: Vital) => Promise<boolean>; onBack: () => void }): VNode {
  const [draft, setDraft] = useState(() => drafted('temperature'));
  const [busy, go] = useBusy();
  const { entry, digits, at, stage } = draft;
  const parts = partsOf(entry);
  const part = parts[at] ?? parts[0];
  if (!part) return <main class="page" />;

  const next = () =>
    go('send', async () => {
      const { draft: moved, vital } = forward(draft);
      setDraft(moved);
      if (!vital) return;
      const stored = await props.onSend(vital);
      setDraft((now) => answered(now, moved, stored));
    });
  const message =
    stage === 'sent'
      ? t('sens.manual.sent')
      : stage === 'range'
        ? t('sens.manual.range', { low: part.low, high: part.high })
        : '';

  return (
    <main class="page" data-testid="screen-keypad">
      <Live text={message} />
      <header class="topline">
        <Button icon="left" onClick={props.onBack} testid="back">
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
                onClick={() => setDraft(drafted(e))}
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
          <p style={{ minHeight: '3.2em' }}>{stage === 'sent' ? <T k="sens.manual.sent" /> : message}</p>
        </section>
        <section class="keypad" aria-label={t('sens.manual.title')}>
          {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map((n) => (
            <Button key={n} onClick={() => setDraft((d) => typed(d, n))} testid={`key-${n}`}>
              {n}
            </Button>
          ))}
          <Button onClick={() => setDraft((d) => typed(d, 'delete'))} icon="undo" testid="key-delete">
            <T k="sens.manual.delete" />
          </Button>
          <Button onClick={() => setDraft((d) => typed(d, '0'))} testid="key-0">
            0
          </Button>
          <Button kind="primary" icon="check" busy={busy === 'send'} onClick={next} testid="key-send">
            <T k={at + 1 < parts.length ? 'next' : 'sens.manual.send'} />
          </Button>
        </section>
      </div>
    </main>
  );
}
