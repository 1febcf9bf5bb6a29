import type { VNode } from 'preact';
import { useRef } from 'preact/hooks';
import type { Send } from '../app/send.ts';
import type { DutyNow } from '../app/useDutyList.ts';
import type { Equipment } from '../app/useEquipment.ts';
import { IdentityStep, RedFlagStep, UrgencyStep } from '../clinical/Checks.tsx';
import { EquipmentList } from '../clinical/Equipment.tsx';
import { DispositionForm, decidingOf, NoteEditor, SignStep } from '../clinical/Finish.tsx';
import { Invite } from '../clinical/Invite.tsx';
import { KindPicker } from '../clinical/Kind.tsx';
import { Observations } from '../clinical/Observations.tsx';
import { PatientPanel } from '../clinical/PatientPanel.tsx';
import { People } from '../clinical/People.tsx';
import { SbarEditor } from '../clinical/Sbar.tsx';
import { type Key, t } from '../i18n/index.tsx';
import { mayCallDoctor } from '../model/call.ts';
import { doctorWasIn, leftToDo } from '../model/staff.ts';
import { Icon } from '../ui/Icon.tsx';
import { Scroll } from '../ui/Scroll.tsx';
import type { CallView, VitalsView } from '../wire.ts';

export const STEPS = ['patient', 'check', 'vitals', 'sbar', 'doctor', 'finish'] as const;
export type Step = (typeof STEPS)[number];

/** Which steps have their finding. */
export function doneSteps(call: CallView, vitals: VitalsView | null): Set<Step> {
  const f = call.findings;
  const done = new Set<Step>();
  if (f?.identity && f.redFlags && f.urgency) done.add('check');
  const byNurse = ['respiratoryRate', 'consciousness', 'oxygen'];
  if (byNurse.every((kind) => vitals?.latest.some((l) => l.kind === kind && !l.stale))) done.add('vitals');
  if (f?.sbar) done.add('sbar');
  if (doctorWasIn(call)) done.add('doctor');
  if (['signed', 'doctorSigns'].includes(leftToDo(call))) done.add('finish');
  return done;
}

export interface BenchProps {
  call: CallView;
  vitals: VitalsView | null;
  duty: DutyNow;
  deskPhone: string;
  equipment: Equipment;
  onEquipment: () => void;
  step: Step;
  onStep: (step: Step) => void;
  send: Send;
}

function Panel(props: BenchProps): VNode {
  const { call, vitals, send } = props;
  switch (props.step) {
    case 'patient':
      return <PatientPanel patient={call.patient} />;
    case 'check':
      return (
        <>
          <IdentityStep call={call} send={send} />
          <RedFlagStep call={call} send={send} desk={props.deskPhone} />
          <UrgencyStep call={call} send={send} />
        </>
      );
    case 'vitals':
      return <Observations session={call.session} send={send} />;
    case 'sbar':
      return <SbarEditor call={call} vitals={vitals} send={send} />;
    case 'doctor':
      return (
        <>
          <section class="block">
            <h3>{t('call.people')}</h3>
            <People call={call} send={send} />
          </section>
          <Invite duty={props.duty} call={call} send={send} />
          <EquipmentList call={call} found={props.equipment} onRetry={props.onEquipment} send={send} />
        </>
      );
    case 'finish':
      return (
        <>
          <KindPicker call={call} send={send} />
          <NoteEditor call={call} send={send} />
          <DispositionForm
            about={decidingOf(call)}
            send={send}
            onDoctor={mayCallDoctor(call) ? () => props.onStep('doctor') : null}
          />
          <SignStep call={call} send={send} />
        </>
      );
  }
}

/** The nurse's work beside the call, in the order of the night: each step one panel. */
export function Bench(props: BenchProps): VNode {
  const done = doneSteps(props.call, props.vitals);
  const label = (step: Step): Key => `step.${step}`;
  const tabs = useRef<HTMLDivElement>(null);
  /** The focus goes with the choice: the next key goes on from there. */
  const go = (to: number) => {
    const next = STEPS[(to + STEPS.length) % STEPS.length];
    if (!next) return;
    props.onStep(next);
    tabs.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <section class="bench">
      <div class="tabs" role="tablist" ref={tabs} aria-label={t('keys.tabs')}>
        {STEPS.map((step, i) => (
          <button
            key={step}
            type="button"
            role="tab"
            id={`tab-${step}`}
            aria-controls="bench-panel"
            aria-selected={props.step === step}
            tabIndex={props.step === step ? 0 : -1}
            data-testid={`tab-${step}`}
            onClick={() => props.onStep(step)}
            onKeyDown={(event) => {
              if (event.key === 'ArrowRight') go(i + 1);
              if (event.key === 'ArrowLeft') go(i - 1);
              if (event.key === 'Home') go(0);
              if (event.key === 'End') go(-1);
            }}
          >
            <span class="no num" aria-hidden="true">
              {done.has(step) ? <Icon name="check" /> : i + 1}
            </span>
            {t(label(step))}
            {done.has(step) && <span class="sr">{t('step.done')}</span>}
          </button>
        ))}
      </div>
      <Scroll class="panel" tab={{ panel: 'bench-panel', by: `tab-${props.step}` }}>
        <Panel {...props} />
      </Scroll>
    </section>
  );
}
