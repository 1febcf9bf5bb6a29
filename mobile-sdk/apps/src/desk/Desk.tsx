import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { now } from '../app/clock.ts';
import { type Kept, keptOf } from '../app/drafts.ts';
import { clockTime, nameOf, personName, stopwatch } from '../app/format.ts';
import type { MediaControls, MediaView } from '../app/media.ts';
import { type Send, useBusy } from '../app/send.ts';
import type { DutyNow } from '../app/useDutyList.ts';
import type { Equipment } from '../app/useEquipment.ts';
import { DangerChips } from '../clinical/Checks.tsx';
import {
  CallControls,
  CheckInQuestion,
  RecordingBar,
  RecordingQuestion,
  UndoBar,
} from '../clinical/Controls.tsx';
import { StopDuty } from '../clinical/Duty.tsx';
import { DutyList } from '../clinical/Invite.tsx';
import { ElsewhereCall, LeftCall } from '../clinical/LeftCall.tsx';
import { MediaTrouble } from '../clinical/MediaTrouble.tsx';
import { legText } from '../clinical/People.tsx';
import { Queue } from '../clinical/Queue.tsx';
import { Stage } from '../clinical/Stage.tsx';
import { TrendPlot } from '../clinical/TrendPlot.tsx';
import { ScoreCard, VitalTiles } from '../clinical/Vitals.tsx';
import { either, t } from '../i18n/index.tsx';
import {
  inCall,
  isClinician,
  isElsewhere,
  joinerAsked,
  mayTakeOver,
  missed,
  me as ownLeg,
  runningSince,
} from '../model/call.ts';
import { group, isLeftAlone } from '../model/queue.ts';
import { leftToDo, type Stays } from '../model/staff.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Brand, Empty, LangSwitch, Live, Notice, ThemeSwitch } from '../ui/parts.tsx';
import type { CallView, Id, Me, QueueItem, VitalsView } from '../wire.ts';
import { Bench, type Step } from './Bench.tsx';
import { KeysDialog, useShortcuts } from './Keys.tsx';

export interface DeskProps {
  me: Me;
  /** `null`: not here yet. */
  queue: readonly QueueItem[] | null;
  call: CallView | null;
  vitals: VitalsView | null;
  duty: DutyNow;
  equipment: Equipment;
  /** Asks for the equipment again. */
  onEquipment: () => void;
  media: MediaView;
  controls: MediaControls;
  send: Send;
  startStep?: Step;
  onClaim: (session: Id) => void;
  onOpen: (session: Id) => void;
  /** On duty: it rings here. */
  onDuty: boolean;
  /** Why one cannot go off duty now. */
  stays: Stays | null;
  onGoDuty: () => Promise<unknown>;
  onStopDuty: () => Promise<unknown>;
  /** Puts a call aside that is over, or that one has left; tonight's list keeps it. */
  onAside: () => void;
}

function Header({ props, onHelp }: { props: DeskProps; onHelp: () => void }): VNode {
  const { me } = props;
  const [busy, go] = useBusy();
  const waiting = group(props.queue ?? []).waiting.length;
  return (
    <header class="topbar">
      <Brand text={t('app.desk')} />
      <span class="soft assoc">{either(me.association, me.associationEn)}</span>
      {me.demo && <span class="chip warn">{t('app.demo.short')}</span>}
      <span class="grow" />
      {waiting > 0 && (
        <span class="chip bad alert" role="status" data-testid="waiting-count">
          <Icon name="bell" />
          {t('queue.waitingCount', { n: waiting })}
        </span>
      )}
      <span class="num clock">{clockTime(now.value)}</span>
      {props.onDuty ? (
        <>
          <span class="chip good" data-testid="on-duty">
            <Icon name="bell" />
            {t('duty.on')}
          </span>
          <StopDuty stays={props.stays} onStop={props.onStopDuty} />
        </>
      ) : (
        <>
          <span class="chip warn" data-testid="off-duty">
            <Icon name="bellOff" />
            {t('duty.off')}
          </span>
          <Button
            kind="primary"
            icon="bell"
            busy={busy !== null}
            onClick={() => go('duty', props.onGoDuty)}
            testid="go-on-duty"
          >
            {t('duty.go')}
          </Button>
        </>
      )}
      <ThemeSwitch />
      <LangSwitch />
      <Button icon="keyboard" label={t('keys.title')} onClick={onHelp} testid="help" />
    </header>
  );
}

const goneAt = ({ legState }: CallView['people'][number]): number => ('at' in legState ? legState.at : 0);

/** How long it lies over the picture. Shorter: overlooked by who writes; longer: the patient's face is covered. */
const MISSED_MS = 60_000;

/** Who was rung and does not come. It lies over the picture for a minute, or until it is put away; the list of people keeps it. */
function Missed({ call }: { call: CallView }): VNode {
  const [read, setRead] = useState<readonly string[]>([]);
  const shown = missed(call)
    .map((p) => ({ p, answer: `${p.leg} ${goneAt(p)}` }))
    .filter(({ p, answer }) => !read.includes(answer) && now.value - goneAt(p) < MISSED_MS);
  return (
    <>
      {shown.map(({ p, answer }) => (
        <div class="missed" key={answer} data-testid="missed">
          <Notice tone="warn" live>
            {t('colon', { name: personName(p), text: legText(p, now.value) })}
          </Notice>
          <Button
            icon="cross"
            kind="ghost"
            label={t('close')}
            onClick={() => setRead([...read, answer])}
            testid="missed-close"
          />
        </div>
      ))}
    </>
  );
}

function CallCentre(props: {
  call: CallView;
  desk: DeskProps;
  ending: boolean;
  setEnding: (on: boolean) => void;
}): VNode {
  const { call, desk } = props;
  const [busy, go] = useBusy();
  const since = runningSince(call);
  const own = ownLeg(call);
  const joiner = joinerAsked(call);
  const refused = call.people.find((p) => p.join.consent === 'refused' && inCall(p));
  const left = own?.legState.state === 'left' && call.state.state === 'active';
  return (
    <section class="centre" aria-label={t(`kind.${call.kind}`)}>
      <div class="callhead">
        <h1>{call.patient ? nameOf(call.patient.name) : t('legRole.patient')}</h1>
        {call.patient && <span class="soft">{t('age.short', { n: call.patient.age })}</span>}
        <span class="grow" />
        <span class="chip info">{t(`kind.${call.kind}`)}</span>
        <span class="chip">{t(`mode.${call.mode}`)}</span>
      </div>
      <div class="callhead under">
        {since && <span class="num soft">{t('call.duration', { span: stopwatch(now.value - since) })}</span>}
        <DangerChips call={call} />
        <span class="grow" />
        {call.state.state !== 'ended' && !left && (
          <RecordingBar call={call} mayRecord={desk.me.demo} send={desk.send} />
        )}
      </div>
      <Live text={call.waitingBesides > 0 ? t('queue.besides', { n: call.waitingBesides }) : ''} />
      {call.state.state === 'ended' ? (
        <Empty icon="check" title={t('call.ended')} sub={t(`call.ended.${leftToDo(call)}`)}>
          <Button icon="list" onClick={desk.onAside} testid="to-list">
            {t('queue.title')}
          </Button>
        </Empty>
      ) : left ? (
        <LeftCall send={desk.send} alone={!call.people.some((p) => isClinician(p) && inCall(p))} />
      ) : isElsewhere(call, desk.me.device) ? (
        <ElsewhereCall send={desk.send} />
      ) : (
        <>
          <Stage call={call} media={desk.media} onEnd={() => props.setEnding(true)}>
            <UndoBar call={call} send={desk.send} />
            <MediaTrouble media={desk.media} controls={desk.controls} phone={call.patient?.phone ?? null} />
            <RecordingQuestion call={call} send={desk.send} />
            <CheckInQuestion call={call} send={desk.send} />
            {joiner && (
              <Notice tone="info" live>
                {t('consent.asked', { who: personName(joiner) })}
              </Notice>
            )}
            {refused && (
              <Notice tone="bad" live>
                {t('consent.refused', { who: personName(refused) })}
              </Notice>
            )}
            {mayTakeOver(call) && (
              <Notice tone="warn" icon="phone" live>
                <div class="row wrap">
                  <span class="grow">{t('takeOver.body')}</span>
                  <Button
                    kind="yes"
                    busy={busy === 'takeOver'}
                    onClick={() => go('takeOver', () => desk.send({ type: 'accept' }))}
                    testid="take-over"
                  >
                    {t('takeOver.go')}
                  </Button>
                </div>
              </Notice>
            )}
            <Missed call={call} />
          </Stage>
          <CallControls
            call={call}
            media={desk.media}
            controls={desk.controls}
            send={desk.send}
            ending={props.ending}
            setEnding={props.setEnding}
          />
        </>
      )}
      <VitalTiles view={desk.vitals} compact />
      <div class="scorerow">
        <TrendPlot view={desk.vitals} height={118} />
        <ScoreCard view={desk.vitals} />
      </div>
    </section>
  );
}

/** The nurse's desk: who waits at the left, the call in the middle, the work beside it. */
export function Desk(props: DeskProps): VNode {
  const chosen = keptOf(props.call?.session ?? '', 'step') as Kept<Step>;
  const [ending, setEnding] = useState(false);
  const [help, setHelp] = useState(false);
  const { call } = props;
  const free = !call || call.state.state === 'ended' || ownLeg(call)?.legState.state === 'left';
  const waiting = group(props.queue ?? []).waiting;
  // With the end the reading is over: what is left to do comes by itself. Where one writes, one stays.
  const ended = call?.state.state === 'ended';
  const step = chosen.value ?? props.startStep ?? 'patient';
  useEffect(() => {
    if (ended && (step === 'patient' || step === 'doctor')) chosen.set('finish');
  }, [ended]);
  useShortcuts((shortcut) => {
    const first = waiting[0];
    if (shortcut === 'help') setHelp(true);
    if (shortcut === 'answer' && free && first) props.onClaim(first.session);
    if (!call) return;
    if (shortcut === 'mute') props.controls.microphone(props.media.microphone !== 'on');
    if (shortcut === 'camera') props.controls.camera(props.media.camera !== 'on');
    if (shortcut === 'tabs') document.querySelector<HTMLElement>('.tabs [aria-selected=true]')?.focus();
    if (shortcut === 'end' && call.state.state === 'active') setEnding(true);
    if (shortcut === 'undo' && call.state.state === 'closing') void props.send({ type: 'undoEnd' });
  });
  const first = waiting[0];
  return (
    <div class="deskgrid" data-testid="screen-desk">
      <Live
        text={
          first ? `${t(isLeftAlone(first) ? 'ring.alone' : 'ring.incoming')} ${nameOf(first.patient)}` : ''
        }
        urgent
      />
      <Header props={props} onHelp={() => setHelp(true)} />
      <aside class="left" aria-label={t('queue.title')}>
        <Queue
          items={props.queue}
          current={call?.session ?? null}
          onClaim={free ? props.onClaim : null}
          onOpen={props.onOpen}
        />
      </aside>
      <main class="mid">
        {call ? (
          <CallCentre call={call} desk={props} ending={ending} setEnding={setEnding} />
        ) : first ? (
          <div class="ringing" data-testid="ringing">
            <div class="ringmark">
              <span />
            </div>
            <p class={isLeftAlone(first) ? 'alone' : 'soft'}>
              {t(isLeftAlone(first) ? 'ring.alone' : 'ring.incoming')}
            </p>
            <h1>{nameOf(first.patient)}</h1>
            <p>
              {t('age', { n: first.age })}
              {t('dot')}
              <span class="num">
                {isLeftAlone(first)
                  ? t('ring.since', { time: clockTime(first.requestedAt) })
                  : t('ring.waited', { span: stopwatch(now.value - first.requestedAt) })}
              </span>
            </p>
            <Button
              kind="yes"
              icon="phone"
              class="big"
              onClick={() => props.onClaim(first.session)}
              testid="answer"
            >
              {t('queue.claim')}
            </Button>
          </div>
        ) : (
          <Empty icon="moon" title={t('call.none')} sub={t('call.noneSub')}>
            <Notice tone="info">{t('duty.warn')}</Notice>
          </Empty>
        )}
      </main>
      <aside class="right">
        {call ? (
          <Bench
            call={call}
            vitals={props.vitals}
            duty={props.duty}
            deskPhone={props.me.deskPhone}
            equipment={props.equipment}
            onEquipment={props.onEquipment}
            step={step}
            onStep={chosen.set}
            send={props.send}
          />
        ) : (
          <DutyList duty={props.duty} />
        )}
      </aside>
      {help && <KeysDialog onClose={() => setHelp(false)} />}
    </div>
  );
}
