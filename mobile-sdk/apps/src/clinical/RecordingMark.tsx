import type { VNode } from 'preact';
import { t } from '../i18n/index.tsx';
import type { CallView } from '../wire.ts';

/** What the recording of a call does, in words; why it broke off, and what to do about it. */
export function recordingSaid({ recording }: CallView): string {
  if (recording.phase === 'off') return '';
  return t(recording.phase === 'failed' ? `rec.failed.${recording.reason}` : `rec.${recording.phase}`);
}

/** What the recording of a call does, in a few words; nothing where none was spoken of. */
export function RecordingMark({ call }: { call: CallView }): VNode | null {
  const { phase } = call.recording;
  if (phase === 'off') return null;
  if (phase === 'on') {
    return (
      <span class="rec" data-testid="rec">
        <i /> {t('rec.short')}
      </span>
    );
  }
  return (
    <span class={`chip wrapping ${phase === 'failed' ? 'bad' : 'warn'}`} data-testid={`rec-${phase}`}>
      {recordingSaid(call)}
    </span>
  );
}
