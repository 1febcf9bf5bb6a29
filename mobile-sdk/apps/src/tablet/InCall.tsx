import type { VNode } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { list, personRead } from '../app/format.ts';
import type { MediaControls, MediaView } from '../app/media.ts';
import { type Send, useBusy } from '../app/send.ts';
import { T, t } from '../i18n/index.tsx';
import { canWithdrawRecording, heardLast, onStage, others, rung } from '../model/call.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/parts.tsx';
import { VideoTile } from '../ui/VideoTile.tsx';
import { WeakLine } from '../ui/WeakLine.tsx';
import type { CallView, Id, Participant, SourceState } from '../wire.ts';
import { LeaveDialog } from './Leave.tsx';
import { PersonCard, PersonTile, Told } from './PersonCard.tsx';
import { RecordingState } from './RecordingState.tsx';
import { SpeakerDialog } from './Speaker.tsx';

export interface InCallProps {
  call: CallView;
  media: MediaView;
  controls: MediaControls;
  send: Send;
  onMeasure: () => void;
  /** A question lies over the page: nothing of it is pressed but the ways out and to help. */
  asked?: boolean;
  /** Camera or microphone that do not work, told over the picture. */
  trouble?: VNode | null;
  /** Microphone or camera was pressed while it does not work. */
  onAgain: (source: 'camera' | 'microphone') => void;
}

/** Those shown large, each with name and role. Nobody there yet: the place is. */
function Stage({ large, media }: { large: readonly Participant[]; media: MediaView }): VNode {
  if (large.length === 0) {
    return (
      <VideoTile
        class="stage"
        picture={null}
        label={t('tab.incall.connecting')}
        veil={{ icon: 'link', text: <T k="tab.incall.connecting" /> }}
      />
    );
  }
  return (
    <>
      {large.map((p) => (
        <div class="large" key={p.leg}>
          <PersonTile person={p} media={media} class="stage" testid="stage" />
          <Told person={p} />
        </div>
      ))}
    </>
  );
}

/** Microphone or camera: what it is, and on a line of its own that it is off or does not work. */
function SourceButton(props: {
  source: 'mic' | 'camera';
  state: SourceState;
  title: string;
  onClick: () => void;
  children: VNode;
}): VNode {
  const on = props.state === 'on';
  return (
    <Button
      icon={on ? props.source : `${props.source}Off`}
      class={on ? '' : 'off'}
      pressed={on}
      testid={props.source}
      title={props.title}
      onClick={props.onClick}
    >
      <span>{props.children}</span>
      {!on && (
        <span class="state">
          <T k={props.state === 'off' ? 'tab.incall.off' : 'tab.incall.cannot'} />
        </span>
      )}
    </Button>
  );
}

/** The call as the patient sees it: the faces large, everybody by name, and six plain buttons. */
export function InCall(props: InCallProps): VNode {
  const { call, media, controls, send, onMeasure, asked = false } = props;
  const [leaving, setLeaving] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const [busy, go] = useBusy();
  const heard = useRef<Id[]>([]);
  const before = useRef<Id[]>([]);
  const speaking = [...media.seats].filter(([, seat]) => seat.speaking).map(([leg]) => leg);
  heard.current = heardLast(heard.current, speaking);
  const large = onStage(call, heard.current, before.current);
  before.current = large.map((p) => p.leg);
  const beside = others(call).filter((p) => !large.includes(p));
  const coming = rung(call).map(personRead);
  const micOn = media.microphone === 'on';
  const cameraOn = media.camera === 'on';
  const press = (source: 'camera' | 'microphone') => {
    // Asked for again; what does not help is told again.
    if (media[source] !== 'on' && media[source] !== 'off') props.onAgain(source);
    controls[source](media[source] !== 'on');
  };
  return (
    <main class="call" data-testid="screen-incall">
      <div class={`stagebox of${large.length}`} inert={asked}>
        <Stage large={large} media={media} />
        <div class="badges">
          <RecordingState call={call} />
          {canWithdrawRecording(call) && (
            <Button
              icon="cross"
              busy={busy === 'withdraw'}
              testid="withdraw"
              onClick={() => go('withdraw', () => send({ type: 'answerRecording', yes: false }))}
            >
              <T k={call.recording.phase === 'on' ? 'tab.rec.withdraw' : 'tab.rec.takeBack'} />
            </Button>
          )}
          <WeakLine media={media} />
        </div>
        {props.trouble}
      </div>
      <aside class="side" aria-label={t('call.people')} inert={asked}>
        <VideoTile
          picture={media.own}
          label={t('tile.you')}
          mirrored={media.mirrored}
          testid="own"
          muted={!micOn}
          mutedLabel={t('source.muted')}
          veil={
            media.camera === 'on' ? null : { icon: 'cameraOff', text: <T k={`tab.own.${media.camera}`} /> }
          }
          plate={
            <span class="role">
              <T k="tab.incall.me" />
            </span>
          }
        />
        {beside.map((p) => (
          <PersonCard person={p} media={media} key={p.leg} />
        ))}
        {coming.length > 0 && (
          <p class="soft" role="status">
            <T k="tab.incall.coming" p={{ who: list(coming) }} />
          </p>
        )}
      </aside>
      <nav class="controls" aria-label={t('control.group')}>
        <div class="tools" inert={asked}>
          <SourceButton
            source="mic"
            state={media.microphone}
            title={t(micOn ? 'control.mute' : 'control.unmute')}
            onClick={() => press('microphone')}
          >
            <T k="tab.incall.mute" />
          </SourceButton>
          <SourceButton
            source="camera"
            state={media.camera}
            title={t(cameraOn ? 'control.cameraOff' : 'control.cameraOn')}
            onClick={() => press('camera')}
          >
            <T k="tab.incall.camera" />
          </SourceButton>
          <Button
            icon="flip"
            disabled={!media.canFlip}
            testid="flip"
            title={t('control.flip')}
            onClick={controls.flip}
          >
            <T k="tab.incall.flip" />
          </Button>
          <Button
            icon="speaker"
            testid="speaker"
            title={t('control.speaker')}
            onClick={() => setChoosing(true)}
          >
            <T k="tab.incall.sound" />
          </Button>
          <Button icon="thermometer" testid="measure" onClick={onMeasure}>
            <T k="tab.incall.measure" />
          </Button>
        </div>
        <Button kind="stop" icon="hangup" class="hang" testid="leave" onClick={() => setLeaving(true)}>
          <T k="tab.incall.leave" />
        </Button>
      </nav>
      {media.soundBlocked && (
        <Dialog
          title={<T k="tab.sound.title" />}
          onClose={controls.startSound}
          actions={
            <Button kind="primary" icon="speaker" onClick={controls.startSound} testid="start-sound">
              <T k="tab.sound.go" />
            </Button>
          }
        >
          <p>
            <T k="tab.sound.body" />
          </p>
        </Dialog>
      )}
      {choosing && <SpeakerDialog media={media} controls={controls} onClose={() => setChoosing(false)} />}
      {leaving && <LeaveDialog send={send} onClose={() => setLeaving(false)} />}
    </main>
  );
}
