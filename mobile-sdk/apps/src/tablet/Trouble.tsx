import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { telephone } from '../app/format.ts';
import { T, t } from '../i18n/index.tsx';
import type { Source, Trouble } from '../model/sources.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Live } from '../ui/parts.tsx';

/** Camera or microphone do not work: why, the way on with sound alone, and the telephone as the last way. */
export function MediaTrouble(props: {
  trouble: Trouble;
  source: Source;
  phone: string;
  /** The microphone works, so that sound alone is a way on. */
  soundWorks: boolean;
  onRetry: () => void;
  onAudioOnly: () => void;
  /** A question lies over the page: nothing of it is pressed but the telephone number. */
  asked?: boolean;
}): VNode {
  const what = t(`tab.media.${props.source}`);
  useEffect(() => {
    // The sign to press stands in the address bar, which a full screen hides.
    if (props.trouble === 'denied' && document.fullscreenElement)
      void document.exitFullscreen().catch(() => undefined);
  }, [props.trouble]);
  return (
    <main class="page" data-testid="screen-trouble">
      <Live text={t(`tab.media.${props.trouble}.title`, { what })} urgent />
      <div class="centre">
        <div class="emblem bad">
          <Icon name={props.soundWorks ? 'cameraOff' : 'micOff'} />
        </div>
        <h1>
          <T k={`tab.media.${props.trouble}.title`} p={{ what }} />
        </h1>
        <p class="lead">
          <T k={`tab.media.${props.trouble}.body`} />
        </p>
        <div class="row" style={{ gap: '24px' }} inert={props.asked}>
          <Button kind="primary" icon="undo" onClick={props.onRetry} testid="retry-media">
            <T k="tab.retry" />
          </Button>
          <Button icon={props.soundWorks ? 'mic' : 'right'} onClick={props.onAudioOnly} testid="audio-only">
            <T k={props.soundWorks ? 'tab.media.audioOnly' : 'tab.media.goOn'} />
          </Button>
        </div>
        <div>
          <p class="soft">
            <T k="tab.media.phone" />
          </p>
          <a class="hugephone num" href={telephone(props.phone)}>
            {props.phone}
          </a>
        </div>
      </div>
    </main>
  );
}
