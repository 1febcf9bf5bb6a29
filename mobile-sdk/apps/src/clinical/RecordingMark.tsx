import type { VNode } from 'preact';
import { t } from '../i18n/index.tsx';
import type { CallView } from '../wire.ts';

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
      {t(`rec.${phase}`)}
    </span>
  );
}
