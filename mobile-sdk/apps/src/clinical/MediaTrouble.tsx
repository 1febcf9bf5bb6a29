import type { VNode } from 'preact';
import { unbroken } from '../app/format.ts';
import type { MediaControls, MediaView } from '../app/media.ts';
import { t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/parts.tsx';
import type { SourceState } from '../wire.ts';

const BAD: readonly SourceState[] = ['denied', 'inUse', 'absent'];
type Bad = 'denied' | 'inUse' | 'absent';

/** One's own microphone or camera does not work, or the browser keeps the sound back: why, and the way on. */
export function MediaTrouble(props: {
  media: MediaView;
  controls: MediaControls;
  phone: string | null;
}): VNode | null {
  const { media, controls } = props;
  const mute = BAD.includes(media.microphone);
  const bad = (mute ? media.microphone : media.camera) as Bad;
  if (media.soundBlocked) {
    return (
      <Notice tone="warn" icon="speaker" live>
        <div class="row wrap" data-testid="sound-blocked">
          <b class="grow">{t('trouble.sound')}</b>
          <Button kind="primary" icon="speaker" onClick={controls.startSound} testid="start-sound">
            {t('trouble.sound.go')}
          </Button>
        </div>
      </Notice>
    );
  }
  if (!mute && !BAD.includes(media.camera)) return null;
  return (
    <Notice tone={mute ? 'bad' : 'warn'} icon={mute ? 'micOff' : 'cameraOff'} live>
      <div class="row wrap" data-testid={`trouble-${mute ? 'microphone' : 'camera'}-${bad}`}>
        <div class="grow">
          <b>{t(mute ? `trouble.microphone.${bad}` : `trouble.camera.${bad}`)}</b>
          <div>
            {mute
              ? props.phone
                ? t('trouble.microphone.on', { phone: unbroken(props.phone) })
                : t('trouble.microphone.on.desk')
              : t('trouble.camera.on')}
          </div>
        </div>
        <Button icon="undo" onClick={controls.retry} testid="retry-media">
          {t('retry')}
        </Button>
      </div>
    </Notice>
  );
}
