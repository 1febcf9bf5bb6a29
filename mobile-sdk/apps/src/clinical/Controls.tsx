import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { now } from '../app/clock.ts';
import { secondsUntil } from '../app/format.ts';
import type { MediaControls, MediaView } from '../app/media.ts';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { canWithdrawRecording, inCall, mayEnd, me, onlyClinician, recordingAsksMe } from '../model/call.ts';
import { SpeakerDialog } from '../tablet/Speaker.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog, Live, Notice } from '../ui/parts.tsx';
import type { CallView } from '../wire.ts';
import { LeaveQuestion } from './LeaveQuestion.tsx';
import { RecordingMark, recordingSaid } from './RecordingMark.tsx';

export interface ControlsProps {
  call: CallView;
  media: MediaView;
  controls: MediaControls;
  send: Send;
  /** The question "end for everybody?" is on screen. */
  ending: boolean;
  setEnding: (ending: boolean) => void;
}

/** Microphone, camera, loudspeaker, leave and end. */
export function CallControls({ call, media, controls, send, ending, setEnding }: ControlsProps): VNode {
  const [choosing, setChoosing] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const [busy, go] = useBusy();
  const leave = () => go('leave', () => send({ type: 'leave' }));
  const mic = media.microphone === 'on';
  const camera = media.camera === 'on';
  return (
    <nav class="callbar" aria-label={t('control.group')}>
      <Button
        icon={mic ? 'mic' : 'micOff'}
        class={mic ? '' : 'off'}
        pressed={mic}
        title={t(mic ? 'control.mute' : 'control.unmute')}
        onClick={() => controls.microphone(!mic)}
        testid="mic"
      >
        {t('control.short.mute')}
      </Button>
      <Button
        icon={camera ? 'camera' : 'cameraOff'}
        class={camera ? '' : 'off'}
        pressed={camera}
        title={t(camera ? 'control.cameraOff' : 'control.cameraOn')}
        onClick={() => controls.camera(!camera)}
        testid="camera"
      >
        {t('control.short.camera')}
      </Button>
      <Button
        icon="flip"
        title={t('control.flip')}
        disabled={!media.canFlip}
        onClick={controls.flip}
        testid="flip"
      >
        {t('control.short.flip')}
      </Button>
      <Button icon="speaker" title={t('control.speaker')} onClick={() => setChoosing(true)} testid="speaker">
        {t('control.short.speaker')}
      </Button>
      <span class="grow" />
      <Button
        icon="leave"
        title={t('control.leave')}
        busy={busy === 'leave'}
        onClick={() => (onlyClinician(call) ? setLeaving(true) : leave())}
        testid="leave"
      >
        {t('control.short.leave')}
      </Button>
      {mayEnd(call) && (
        <Button
          icon="hangup"
          kind="stop"
          title={t('control.end')}
          onClick={() => setEnding(true)}
          testid="end"
        >
          {t('control.short.end')}
        </Button>
      )}
      {choosing && <SpeakerDialog media={media} controls={controls} onClose={() => setChoosing(false)} />}
      {leaving && onlyClinician(call) && (
        <LeaveQuestion call={call} send={send} onClose={() => setLeaving(false)} />
      )}
      {ending && (
        <Dialog
          testid="end-dialog"
          title={t('call.endSure')}
          onClose={() => setEnding(false)}
          actions={
            <>
              <Button onClick={() => setEnding(false)} testid="end-no">
                {t('call.goOn')}
              </Button>
              <Button
                kind="stop"
                icon="hangup"
                busy={busy === 'end'}
                testid="end-yes"
                onClick={() =>
                  go('end', async () => {
                    if (await send({ type: 'end' })) setEnding(false);
                  })
                }
              >
                {t('control.end')}
              </Button>
            </>
          }
        >
          <p>{t('call.endSureSub')}</p>
        </Dialog>
      )}
    </nav>
  );
}

/** Ten seconds in which the end can be taken back. */
export function UndoBar({ call, send }: { call: CallView; send: Send }): VNode | null {
  const [busy, go] = useBusy();
  if (call.state.state !== 'closing') return null;
  return (
    <div class="undobar" data-testid="undo-bar">
      <Live text={t('closing.title')} urgent />
      <div class="grow">
        <b>{t('closing.title')}</b>
        <div class="num">{t('closing.left', { n: secondsUntil(call.state.until, now.value) })}</div>
      </div>
      <Button
        kind="primary"
        icon="undo"
        busy={busy !== null}
        onClick={() => go('undo', () => send({ type: 'undoEnd' }))}
        testid="undo"
      >
        {t('control.undo')}
      </Button>
    </div>
  );
}

/**
 * A page left open must not stand as a clinician for ever: does the call go on? Whoever is in it may answer. Whoever did not
 * answer counts as nobody until they say that they are here.
 */
export function CheckInQuestion({ call, send }: { call: CallView; send: Send }): VNode | null {
  const [busy, go] = useBusy();
  const own = me(call);
  if (call.state.state !== 'active' || !own || !inCall(own)) return null;
  if (!call.checkIn && !call.missedCheckIn) return null;
  const title = t(call.missedCheckIn ? 'checkIn.missed' : 'checkIn.title');
  const sub = call.missedCheckIn
    ? t(call.desk ? 'checkIn.missed.rung' : 'checkIn.missed.sub')
    : t('checkIn.left', { n: secondsUntil(call.checkIn?.answerBy ?? 0, now.value) });
  return (
    <Notice tone="warn" icon="clock">
      <Live text={title} urgent />
      <div class="row wrap" data-testid="check-in">
        <div class="grow">
          <b>{title}</b>
          <div class="num">{sub}</div>
        </div>
        <Button
          kind="primary"
          icon="check"
          busy={busy !== null}
          onClick={() => go('here', () => send({ type: 'stillHere' }))}
          testid="still-here"
        >
          {t(call.missedCheckIn ? 'checkIn.here' : 'checkIn.yes')}
        </Button>
      </div>
    </Notice>
  );
}

/** What recording does, the question to oneself, and the ways to ask and stop. */
export function RecordingBar(props: {
  call: CallView;
  /** Outside the demo the server refuses it: recordings are not encrypted yet. */
  mayRecord: boolean;
  send: Send;
}): VNode {
  const { call, send } = props;
  const [busy, go] = useBusy();
  const { phase } = call.recording;
  const idle =
    phase === 'off' ||
    phase === 'refused' ||
    phase === 'withdrawn' ||
    phase === 'stopped' ||
    phase === 'failed';
  return (
    <div class="recbar">
      <Live text={recordingSaid(call)} />
      <RecordingMark call={call} />
      {idle && props.mayRecord && (
        <Button
          icon="dot"
          busy={busy === 'ask'}
          onClick={() => go('ask', () => send({ type: 'askRecording' }))}
          testid="rec-ask"
        >
          {t('recording.ask')}
        </Button>
      )}
      {!idle && (
        <Button
          busy={busy === 'stop'}
          onClick={() => go('stop', () => send({ type: 'stopRecording' }))}
          testid="rec-stop"
        >
          {t('recording.stop')}
        </Button>
      )}
      {canWithdrawRecording(call) && (
        <Button
          busy={busy === 'withdraw'}
          onClick={() => go('withdraw', () => send({ type: 'answerRecording', yes: false }))}
          testid="rec-withdraw"
        >
          {t('recording.withdraw')}
        </Button>
      )}
    </div>
  );
}

/** The question about recording, to a clinician. */
export function RecordingQuestion({ call, send }: { call: CallView; send: Send }): VNode | null {
  const [busy, go] = useBusy();
  if (!recordingAsksMe(call)) return null;
  const answer = (yes: boolean) => go(String(yes), () => send({ type: 'answerRecording', yes }));
  return (
    <Notice tone="warn" icon="dot" live>
      <div class="row wrap" data-testid="rec-question">
        <div class="grow">
          <b>{t('recording.answer')}</b>
          <div>{t('recording.answerSub')}</div>
        </div>
        <Button busy={busy === 'false'} onClick={() => answer(false)} testid="rec-no">
          {t('no')}
        </Button>
        <Button kind="yes" busy={busy === 'true'} onClick={() => answer(true)} testid="rec-yes">
          {t('yes')}
        </Button>
      </div>
    </Notice>
  );
}
