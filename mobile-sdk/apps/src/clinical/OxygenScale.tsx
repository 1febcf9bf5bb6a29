import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Choices, Field } from '../ui/parts.tsx';
import type { VitalsView } from '../wire.ts';

/** NEWS2's oxygen scale for this patient tonight. The doctor alone chooses, and says why; no program switches it. */
export function OxygenScale({ view, send }: { view: VitalsView | null; send: Send }): VNode | null {
  const now = view?.score?.scale.kind ?? null;
  const [chosen, setChosen] = useState<'one' | 'two' | null>(null);
  const [reason, setReason] = useState('');
  const [busy, go] = useBusy();
  if (now === null) return null;
  const changed = chosen !== null && chosen !== now;
  const save = () =>
    go('scale', async () => {
      if (!(await send({ type: 'setOxygenScale', scale2: chosen === 'two', reason: reason.trim() }))) return;
      setChosen(null);
      setReason('');
    });
  return (
    <section class="block">
      <h3>{t('scale.title')}</h3>
      <Choices
        name="oxygen-scale"
        label={t('scale.title')}
        value={chosen ?? now}
        options={[
          { value: 'one', text: t('scale.one') },
          { value: 'two', text: t('scale.two') },
        ]}
        onChange={setChosen}
      />
      {changed && (
        <>
          <Field label={t('scale.reason')} hint={t('scale.reason.hint')}>
            <textarea
              class="input"
              rows={2}
              value={reason}
              data-testid="scale-reason"
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </Field>
          <Button
            kind="primary"
            icon="save"
            class="wide"
            busy={busy !== null}
            disabled={!reason.trim()}
            onClick={save}
            testid="scale-save"
          >
            {t('scale.save')}
          </Button>
        </>
      )}
    </section>
  );
}
