import type { VNode } from 'preact';
import { keptOf } from '../app/drafts.ts';
import { typed } from '../app/reading.ts';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { flowOf, LONGEST_NUMBER, nothing, type Observed, rateOf } from '../model/observed.ts';
import { Button } from '../ui/Button.tsx';
import { Choices, Field } from '../ui/parts.tsx';
import type { ConsciousnessLevel, Id, Vital } from '../wire.ts';

const LEVELS: readonly ConsciousnessLevel[] = ['alert', 'confusion', 'voice', 'pain', 'unresponsive'];

/** What no home device measures: breathing, consciousness, oxygen. From the nurse's own eyes and ears. */
export function Observations({ session, send }: { session: Id; send: Send }): VNode {
  const entered = keptOf(session, 'observations');
  const observed = entered.value ?? nothing;
  const { rate, level, supply, flow } = observed;
  const enter = (part: Partial<Observed>) => entered.set({ ...observed, ...part });
  const [busy, go] = useBusy();
  const number = rateOf(rate);
  const litres = supply === 'oxygen' ? flowOf(flow) : null;
  const badRate = number === 'bad';
  const badFlow = litres === 'bad';
  const seen: Vital[] = [];
  if (number && !badRate) seen.push({ kind: 'respiratoryRate', value: number, unit: '/min' });
  if (level) seen.push({ kind: 'consciousness', level });
  if (supply === 'air') seen.push({ kind: 'oxygen', supply: { kind: 'air' } });
  if (supply === 'oxygen' && !badFlow) {
    const given = litres ? { flow: { value: litres, unit: 'L/min' as const } } : {};
    seen.push({ kind: 'oxygen', supply: { kind: 'oxygen', ...given } });
  }
  const save = () =>
    go('save', async () => {
      if (await send({ type: 'readings', readings: seen.map(typed) })) entered.stored(observed);
    });
  return (
    <section class="block">
      <h3>{t('vit.entry.title')}</h3>
      <Field label={t('vit.entry.respiration')} {...(badRate ? { error: t('vit.entry.range') } : {})}>
        <input
          class="input num short"
          inputMode="numeric"
          maxLength={LONGEST_NUMBER}
          value={rate}
          aria-invalid={badRate}
          data-testid="obs-rate"
          onInput={(event) => enter({ rate: event.currentTarget.value })}
        />
      </Field>
      <div class="field">
        <span>{t('vit.entry.consciousness')}</span>
        <Choices
          name="obs-level"
          label={t('vit.entry.consciousness')}
          columns={2}
          value={level}
          options={LEVELS.map((l) => ({ value: l, text: t(`vit.level.${l}`) }))}
          onChange={(chosen) => enter({ level: chosen })}
        />
      </div>
      <div class="field">
        <span>{t('vit.entry.oxygen')}</span>
        <Choices
          name="obs-oxygen"
          label={t('vit.entry.oxygen')}
          columns={2}
          value={supply}
          options={[
            { value: 'air', text: t('vit.air') },
            { value: 'oxygen', text: t('vit.oxygenOn') },
          ]}
          onChange={(chosen) => enter({ supply: chosen })}
        />
      </div>
      {supply === 'oxygen' && (
        <Field label={t('vit.entry.flow')} {...(badFlow ? { error: t('vit.entry.flow.range') } : {})}>
          <input
            class="input num short"
            inputMode="decimal"
            maxLength={LONGEST_NUMBER}
            value={flow}
            aria-invalid={badFlow}
            data-testid="obs-flow"
            onInput={(event) => enter({ flow: event.currentTarget.value })}
          />
        </Field>
      )}
      <Button
        kind="primary"
        icon="check"
        class="wide"
        busy={busy !== null}
        disabled={seen.length === 0 || badRate || badFlow}
        onClick={save}
        testid="obs-save"
      >
        {t('vit.entry.save')}
      </Button>
    </section>
  );
}
