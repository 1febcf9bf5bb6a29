import type { VNode } from 'preact';
import { keptOf } from '../app/drafts.ts';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import type { ScaleChange } from '../model/entered.ts';
import { roomIn } from '../model/limits.ts';
import { Button } from '../ui/Button.tsx';
import { Choices, Field } from '../ui/parts.tsx';
import { TextArea } from '../ui/TextArea.tsx';
import type { Id, VitalsView } from '../wire.ts';

const unchanged: ScaleChange = { chosen: null, reason: '' };

/** NEWS2's oxygen scale for this patient tonight. The doctor alone chooses, and says why; no program switches it. */
export function OxygenScale(props: { session: Id; view: VitalsView | null; send: Send }): VNode | null {
  const { view, send } = props;
  const now = view?.score?.scale.kind ?? null;
  const entered = keptOf(props.session, 'oxygen-scale');
  const change = entered.value ?? unchanged;
  const { chosen, reason } = change;
  const [busy, go] = useBusy();
  if (now === null) return null;
  const changed = chosen !== null && chosen !== now;
  const save = () =>
    go('scale', async () => {
      const scale2 = chosen === 'two';
      if (await send({ type: 'setOxygenScale', scale2, reason: reason.trim() })) entered.stored(change);
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
        // Back to what stands is no change; what was typed waits for a second thought.
        onChange={(kind) => entered.set({ chosen: kind === now ? null : kind, reason })}
      />
      {changed && (
        <>
          <Field label={t('scale.reason')} hint={t('scale.reason.hint')}>
            <TextArea
              rows={2}
              value={reason}
              testid="scale-reason"
              onInput={(text) => entered.set({ chosen, reason: text })}
            />
          </Field>
          <Button
            kind="primary"
            icon="save"
            class="wide"
            busy={busy !== null}
            disabled={!reason.trim() || roomIn(reason) < 0}
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
