import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { now } from '../app/clock.ts';
import { type Kept, keptOf } from '../app/drafts.ts';
import { nameOf, stopwatch } from '../app/format.ts';
import type { MediaControls, MediaView } from '../app/media.ts';
import { type Send, useBusy } from '../app/send.ts';
import { DangerChips, Dangers, RedFlagStep, UrgencyStep } from '../clinical/Checks.tsx';
import {
  CallControls,
  CheckInQuestion,
  RecordingBar,
  RecordingQuestion,
  UndoBar,
} from '../clinical/Controls.tsx';
import { DispositionForm, decidingOf, NoteEditor, SignStep } from '../clinical/Finish.tsx';
import { KindPicker } from '../clinical/Kind.tsx';
import { ElsewhereCall, LeftCall } from '../clinical/LeftCall.tsx';
import { MediaTrouble } from '../clinical/MediaTrouble.tsx';
import { Observations } from '../clinical/Observations.tsx';
import { OxygenScale } from '../clinical/OxygenScale.tsx';
import { PatientPanel } from '../clinical/PatientPanel.tsx';
import { People } from '../clinical/People.tsx';
import { recordingSaid } from '../clinical/RecordingMark.tsx';
import { SbarView } from '../clinical/Sbar.tsx';
import { OwnTile, PatientGone, PersonTile } from '../clinical/Stage.tsx';
import { TrendPlot } from '../clinical/TrendPlot.tsx';
import { ScoreCard, VitalTiles } from '../clinical/Vitals.tsx';
import { type Key, t } from '../i18n/index.tsx';
import { inCall, isClinician, me, recordingAsksMe, runningSince } from '../model/call.ts';
import { sendsPicture } from '../model/equipment.ts';
import { leftToDo } from '../model/staff.ts';
import { Button } from '../ui/Button.tsx';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { Live } from '../ui/parts.tsx';
import { Scroll } from '../ui/Scroll.tsx';
import { WeakLine } from '../ui/WeakLine.tsx';
import type { CallView, VitalsView } from '../wire.ts';

export const TABS = ['call', 'vitals', 'sbar', 'note', 'decide'] as const;
export type Tab = (typeof TABS)[number];
const icons: Record<Tab, IconName> = {
  call: 'camera',
  vitals: 'heart',
  sbar: 'list',
  note: 'pen',
  decide: 'sign',
};

export interface PhoneCallProps {
  call: CallView;
  vitals: VitalsView | null;
  media: MediaView;
  controls: MediaControls;
  send: Send;
  deskPhone: string;
  mayRecord: boolean;
  startTab?: Tab;
  /** Open on another device of this person. */
  elsewhere?: boolean;
  onRecord: () => void;
}

/** Answered, and not let in yet, or not at all: why there is no picture, and what to read meanwhile. */
export function WaitConsent(props: {
  call: CallView;
  vitals: VitalsView | null;
  send: Send;
  onAside: () => void;
}): VNode {
  const { call, vitals, send } = props;
  const [busy, go] = useBusy();
  const refused = me(call)?.join.consent === 'refused';
  return (
    <main class="waitpage" data-testid="screen-gated">
      <Live text={t(refused ? 'gate.refused' : 'gate.title')} urgent={refused} />
      <section class={`gate ${refused ? 'bad' : ''}`}>
        {refused ? <Icon name="cross" /> : <span class="spinner" />}
        <h1>{t(refused ? 'gate.refused' : 'gate.title')}</h1>
        <p>{t(refused ? 'gate.refusedBody' : 'gate.body')}</p>
      </section>
      <Scroll class="scroll" label={t('phone.tab.sbar')}>
        {!refused && <p class="soft">{t('gate.meanwhile')}</p>}
        <ScoreCard view={vitals} small />
        <VitalTiles view={vitals} only={['spo2', 'pulse', 'bloodPressure', 'temperature']} />
        <Dangers call={call} />
        <SbarView sbar={call.findings?.sbar} />
        <PatientPanel patient={call.patient} />
      </Scroll>
      <footer class="answers">
        {refused ? (
          <Button icon="list" onClick={props.onAside} testid="to-list">
            {t('queue.title')}
          </Button>
        ) : (
          <Button
            icon="leave"
            busy={busy !== null}
            onClick={() => go('leave', () => send({ type: 'leave' }))}
            testid="leave"
          >
            {t('control.leave')}
          </Button>
        )}
      </footer>
    </main>
  );
}

function Panel({ tab, props }: { tab: Tab; props: PhoneCallProps }): VNode | null {
  const { call, vitals, send } = props;
  const nurse = me(call)?.role === 'visitingNurse';
  switch (tab) {
    case 'call':
      return null;
    case 'vitals':
      return (
        <>
          <ScoreCard view={vitals} />
          <VitalTiles view={vitals} />
          <TrendPlot view={vitals} height={160} />
          {nurse && <Observations session={call.session} send={send} />}
          {me(call)?.role === 'dutyDoctor' && (
            <OxygenScale session={call.session} view={vitals} send={send} />
          )}
        </>
      );
    case 'sbar':
      return (
        <>
          <Dangers call={call} />
          <SbarView sbar={call.findings?.sbar} />
          <PatientPanel patient={call.patient} />
          <section class="block">
            <h3>{t('call.people')}</h3>
            <People call={call} send={send} />
          </section>
        </>
      );
    case 'note':
      return (
        <>
          <NoteEditor call={call} send={send} />
          <UrgencyStep call={call} send={send} />
          {nurse && <RedFlagStep call={call} send={send} desk={props.deskPhone} />}
        </>
      );
    case 'decide':
      return (
        <>
          <KindPicker call={call} send={send} />
          <DispositionForm about={decidingOf(call)} send={send} />
          <SignStep call={call} send={send} />
          <Button icon="record" class="wide" onClick={props.onRecord} testid="open-record">
            {t('enc.open')}
          </Button>
        </>
      );
  }
}

/** The call on a phone: picture above, numbers over it, and one panel at a time below. */
export function PhoneCall(props: PhoneCallProps): VNode {
  const { call, media } = props;
  const chosen = keptOf(call.session, 'tab') as Kept<Tab>;
  const [ending, setEnding] = useState(false);
  // Filled, an upright screen shows half of a picture that lies: a wound at its edge is not seen.
  const [whole, setWhole] = useState(false);
  const patient = call.people.find((p) => p.role === 'patient');
  const beside = call.people.filter(
    (p) => p.leg !== call.you && p.role !== 'patient' && inCall(p) && sendsPicture(p),
  );
  const since = runningSince(call);
  const ended = call.state.state === 'ended';
  const closing = call.state.state === 'closing';
  const open = chosen.value ?? props.startTab ?? 'call';
  // Where one writes, one stays; what is gone with the call gives way to what is left to do.
  const tab = ended && open === 'call' ? 'decide' : open;
  const left = !ended && me(call)?.legState.state === 'left';
  const elsewhere = props.elsewhere ?? false;
  return (
    <main class={`phonecall tab-${tab}`} data-testid="screen-call">
      <UndoBar call={call} send={props.send} />
      {/* Said whichever tab is open; where the bar of the first one is, it says it itself. */}
      {tab !== 'call' && call.recording.phase !== 'off' && <Live text={recordingSaid(call)} />}
      {ended ? (
        <div class="endedhead">
          <Icon name="check" />
          <div>
            <b>{t('call.ended')}</b>
            <div class="soft">{t(`call.ended.${leftToDo(call)}`)}</div>
          </div>
        </div>
      ) : left ? (
        <LeftCall send={props.send} alone={!call.people.some((p) => isClinician(p) && inCall(p))} />
      ) : elsewhere ? (
        <ElsewhereCall send={props.send} />
      ) : (
        <div class="picture">
          {patient && inCall(patient) ? (
            <PersonTile p={patient} media={media} closing={closing} class={`main ${whole ? 'whole' : ''}`} />
          ) : (
            <PatientGone call={call} />
          )}
          <div class="pips">
            {beside.slice(0, 2).map((p) => (
              <PersonTile p={p} media={media} closing={closing} key={p.leg} />
            ))}
            <OwnTile media={media} />
          </div>
          <div class="overtrouble">
            <WeakLine media={media} />
            <MediaTrouble media={media} controls={props.controls} phone={call.patient?.phone ?? null} />
          </div>
          <div class="overvitals">
            {/* Not at the top: there the banner lies when the line is gone. */}
            <div class="runs">
              {call.recording.phase === 'on' && (
                <span class="rec" data-testid="rec-badge">
                  <i /> {t('rec.short')}
                </span>
              )}
              {since && <span class="chip num dark">{stopwatch(now.value - since)}</span>}
              <DangerChips call={call} />
              <button
                type="button"
                class="fit"
                aria-pressed={whole}
                data-testid="fit"
                onClick={() => setWhole(!whole)}
              >
                {t(whole ? 'picture.fill' : 'picture.whole')}
              </button>
            </div>
            <VitalTiles
              view={props.vitals}
              only={['spo2', 'pulse', 'bloodPressure', 'temperature']}
              compact
              brief
            />
          </div>
        </div>
      )}
      {!ended && !left && !elsewhere && (
        <CallControls
          call={call}
          media={media}
          controls={props.controls}
          send={props.send}
          ending={ending}
          setEnding={setEnding}
        />
      )}
      {call.state.state === 'closing' ? null : recordingAsksMe(call) ? (
        <RecordingQuestion call={call} send={props.send} />
      ) : (
        <CheckInQuestion call={call} send={props.send} />
      )}
      <div
        class="phonetabs"
        role="tablist"
        aria-label={call.patient ? nameOf(call.patient.name) : t('legRole.patient')}
      >
        {TABS.filter((name) => !(ended && name === 'call')).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-controls="phone-panel"
            aria-selected={tab === name}
            data-testid={`tab-${name}`}
            onClick={() => chosen.set(name)}
          >
            <Icon name={icons[name]} />
            {t(`phone.tab.${name}` as Key)}
          </button>
        ))}
      </div>
      <Scroll class="scroll" tab={{ panel: 'phone-panel', by: `tab-${tab}` }}>
        {tab === 'call' ? (
          <>
            <ScoreCard view={props.vitals} small />
            {!ended && !left && !elsewhere && (
              <RecordingBar call={call} mayRecord={props.mayRecord} send={props.send} />
            )}
            <Dangers call={call} />
            <People call={call} send={props.send} />
          </>
        ) : (
          <Panel tab={tab} props={props} />
        )}
      </Scroll>
    </main>
  );
}
