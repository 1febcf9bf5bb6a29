import type { VNode } from 'preact';
import { type Key, T, t } from '../i18n/index.tsx';
import { me } from '../model/call.ts';
import { Live } from '../ui/parts.tsx';
import type { CallView } from '../wire.ts';

/** What the patient reads about the recording; nothing where none was spoken of, or where they are being asked. */
export function recordingWords(call: CallView): Key | null {
  const { phase } = call.recording;
  switch (phase) {
    case 'off':
      return null;
    case 'asking':
      return me(call)?.recording === 'none' ? null : 'tab.rec.asking';
    case 'withdrawn':
    case 'stopped':
      return 'tab.rec.ended';
    default:
      return `tab.rec.${phase}`;
  }
}

/** Recording runs, waits, or has ended: always in the same place, and said aloud when it changes. */
export function RecordingState({ call }: { call: CallView }): VNode {
  const words = recordingWords(call);
  const on = call.recording.phase === 'on';
  return (
    <>
      <Live text={words ? t(words) : ''} />
      {words ? (
        <span class={`rec ${on ? '' : 'waiting'}`} data-testid={on ? 'rec' : `rec-${call.recording.phase}`}>
          {on && <i />}
          <span>
            <T k={words} />
          </span>
        </span>
      ) : (
        <span />
      )}
    </>
  );
}

export type Over = 'call' | 'waiting' | 'sensors' | 'keypad';

/** The same on every other page of a call: in a corner where none of them has anything. */
export function RecordingFrame(props: { call: CallView; over: Over }): VNode {
  return (
    <div class={`recframe over-${props.over}`}>
      <RecordingState call={props.call} />
    </div>
  );
}
