import type { ComponentChildren, VNode } from 'preact';
import { useId } from 'preact/hooks';
import { now, serverNow } from '../app/clock.ts';
import { keptOf } from '../app/drafts.ts';
import { clockTime } from '../app/format.ts';
import { typed } from '../app/reading.ts';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import {
  changed,
  flowOf,
  LONGEST_NUMBER,
  nothing,
  rateOf,
  type Sight,
  sameNow,
  seenAt,
  sightings,
} from '../model/observed.ts';
import { isOld } from '../model/typedAt.ts';
import { Button } from '../ui/Button.tsx';
import { Choices, Field } from '../ui/parts.tsx';
import type { ConsciousnessLevel, Id, Timestamp } from '../wire.ts';

const LEVELS: readonly ConsciousnessLevel[] = ['alert', 'confusion', 'voice', 'pain', 'unresponsive'];

/** One thing to look at, and when it was looked at: what is saved carries that time. */
function Looked(props: {
  label: string;
  /** The field that the label is of. */
  field?: string;
  sight: Sight;
  at: Timestamp | null;
  onSame: () => void;
  children: ComponentChildren;
}): VNode {
  const { at, sight } = props;
  const old = at !== null && isOld(at, now.value);
  return (
    <div class="field">
      <div class="lookedat">
        {props.field ? <label for={props.field}>{props.label}</label> : <span>{props.label}</span>}
        {at !== null && (
          <span class={`seenat num ${old ? 'old' : ''}`} data-testid={`obs-${sight}-at`}>
            {t('vit.entry.at', { time: clockTime(at) })}
          </span>
        )}
        {old && (
          <Button icon="check" onClick={props.onSame} testid={`obs-${sight}-same`}>
            {t('vit.entry.same')}
          </Button>
        )}
      </div>
      {props.children}
    </div>
  );
}

/** What no home device measures: breathing, consciousness, oxygen. From the nurse's own eyes and ears. */
export function Observations({ session, send }: { session: Id; send: Send }): VNode {
  const entered = keptOf(session, 'observations');
  const observed = entered.value ?? nothing;
  const { rate, level, supply, flow } = observed;
  const enter = (part: Parameters<typeof changed>[1]) => entered.set(changed(observed, part, serverNow()));
  const look = (sight: Sight) => ({
    sight,
    at: seenAt(observed, sight),
    onSame: () => entered.set(sameNow(observed, sight, serverNow())),
  });
  const rateField = useId();
  const [busy, go] = useBusy();
  const badRate = rateOf(rate) === 'bad';
  const badFlow = supply === 'oxygen' && flowOf(flow) === 'bad';
  const seen = sightings(observed);
  const save = () =>
    go('save', async () => {
      if (await send({ type: 'readings', readings: seen.map(typed) })) entered.stored(observed);
    });
  return (
    <section class="block">
      <h3>{t('vit.entry.title')}</h3>
      <Looked label={t('vit.entry.respiration')} field={rateField} {...look('rate')}>
        <input
          class="input num short"
          id={rateField}
          inputMode="numeric"
          maxLength={LONGEST_NUMBER}
          value={rate}
          aria-invalid={badRate}
          data-testid="obs-rate"
          onInput={(event) => enter({ rate: event.currentTarget.value })}
        />
        {badRate && (
          <span class="error" role="alert">
            {t('vit.entry.range')}
          </span>
        )}
      </Looked>
      <Looked label={t('vit.entry.consciousness')} {...look('level')}>
        <Choices
          name="obs-level"
          label={t('vit.entry.consciousness')}
          columns={2}
          value={level}
          options={LEVELS.map((l) => ({ value: l, text: t(`vit.level.${l}`) }))}
          onChange={(chosen) => enter({ level: chosen })}
        />
      </Looked>
      <Looked label={t('vit.entry.oxygen')} {...look('oxygen')}>
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
      </Looked>
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
