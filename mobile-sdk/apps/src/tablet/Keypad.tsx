import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { useBusy } from '../app/send.ts';
import { type Key, T, t } from '../i18n/index.tsx';
import { ENTRIES, type Entry, fits, partsOf, press, shown, vitalOf } from '../model/keypad.ts';
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
  const [entry, setEntry] = useState<Entry>('temperature');
  const [digits, setDigits] = useState<string[]>(['']);
  const [at, setAt] = useState(0);
  const [sent, setSent] = useState(false);
  const [tried, setTried] = useState(false);
  const [busy, go] = useBusy();
  const parts = partsOf(entry);
  const part = parts[at] ?? parts[0];
  if (!part) return <main class="page" />;

  const choose = (next: Entry) => {
    setEntry(next);
    setDigits(partsOf(next).map(() => ''));
    setAt(0);
    setSent(false);
    setTried(false);
  };
  const key = (name: string) => {
    setSent(false);
    setTried(false);
    setDigits(digits.map((d, i) => (i === at ? press(d, name, part) : d)));
  };
  const forward = () =>
    go('send', async () => {
      if (!fits(digits[at] ?? '', part)) {
        setTried(true);
        return;
      }
      if (at + 1 < parts.length) {
        setAt(at + 1);
        return;
      }
      const vital = vitalOf(entry, digits);
      if (vital && (await props.onSend(vital))) {
        setDigits(parts.map(() => ''));
        setAt(0);
        setSent(true);
      }
    });
  const message = sent
    ? t('sens.manual.sent')
    : tried
      ? t('sens.manual.range', { low: part.low, high: part.high })
      : '';

  return (
    <main class="page" data-testid="screen-keypad">
      <Live text={message} />
      <header class="topline">
        <Button icon="left" onClick={props.onBack} testid="back">
          {t('back')}
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
                onClick={() => choose(e)}
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
          <p style={{ minHeight: '3.2em' }}>
            {sent ? (
              <T k="sens.manual.sent" />
            ) : tried ? (
              t('sens.manual.range', { low: part.low, high: part.high })
            ) : (
              ''
            )}
          </p>
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
          <Button kind="primary" icon="check" busy={busy === 'send'} onClick={forward} testid="key-send">
            <T k={at + 1 < parts.length ? 'next' : 'sens.manual.send'} />
          </Button>
        </section>
      </div>
    </main>
  );
}
