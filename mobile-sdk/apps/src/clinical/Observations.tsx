import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { narrow } from '../app/format.ts';
import { typed } from '../app/reading.ts';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Choices, Field } from '../ui/parts.tsx';
import type { ConsciousnessLevel, NewReading } from '../wire.ts';

const LEVELS: readonly ConsciousnessLevel[] = ['alert', 'confusion', 'voice', 'pain', 'unresponsive'];

/** What no home device measures: breathing, consciousness, oxygen. From the nurse's own eyes and ears. */
export function Observations({ send }: { send: Send }): VNode {
  const [rate, setRate] = useState('');
  const [level, setLevel] = useState<ConsciousnessLevel | null>(null);
  const [supply, setSupply] = useState<'air' | 'oxygen' | null>(null);
  const [flow, setFlow] = useState('');
  const [busy, go] = useBusy();
  const number = narrow(rate);
  const badRate = number !== '' && !(/^\d{1,2}$/.test(number) && Number(number) >= 1 && Number(number) <= 80);
  const litres = narrow(flow).replace(',', '.');
  const goodFlow = /^\d{1,2}(\.\d)?$/.test(litres) && Number(litres) > 0 && Number(litres) <= 60;
  const readings: NewReading[] = [];
  if (number && !badRate) readings.push(typed({ kind: 'respiratoryRate', value: number, unit: '/min' }));
  if (level) readings.push(typed({ kind: 'consciousness', level }));
  if (supply === 'air') readings.push(typed({ kind: 'oxygen', supply: { kind: 'air' } }));
  if (supply === 'oxygen') {
    const given = goodFlow ? { flow: { value: litres, unit: 'L/min' as const } } : {};
    readings.push(typed({ kind: 'oxygen', supply: { kind: 'oxygen', ...given } }));
  }
  const save = () =>
    go('save', async () => {
      if (!(await send({ type: 'readings', readings }))) return;
      setRate('');
      setLevel(null);
      setSupply(null);
      setFlow('');
    });
  return (
    <section class="block">
      <h3>{t('vit.entry.title')}</h3>
      <Field label={t('vit.entry.respiration')} {...(badRate ? { error: t('vit.entry.range') } : {})}>
        <input
          class="input num short"
          inputMode="numeric"
          value={rate}
          aria-invalid={badRate}
          data-testid="obs-rate"
          onInput={(event) => setRate(event.currentTarget.value)}
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
          onChange={setLevel}
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
          onChange={setSupply}
        />
      </div>
      {supply === 'oxygen' && (
        <Field label={t('vit.entry.flow')}>
          <input
            class="input num short"
            inputMode="decimal"
            value={flow}
            data-testid="obs-flow"
            onInput={(event) => setFlow(event.currentTarget.value)}
          />
        </Field>
      )}
      <Button
        kind="primary"
        icon="check"
        class="wide"
        busy={busy !== null}
        disabled={readings.length === 0 || badRate}
        onClick={save}
        testid="obs-save"
      >
        {t('vit.entry.save')}
      </Button>
    </section>
  );
}
