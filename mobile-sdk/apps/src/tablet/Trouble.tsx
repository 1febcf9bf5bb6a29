import type { ComponentChildren, VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { now } from '../app/clock.ts';
import { span } from '../app/format.ts';
import type { Send } from '../app/send.ts';
import { T, t } from '../i18n/index.tsx';
import type { Source, Trouble } from '../model/sources.ts';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Live } from '../ui/parts.tsx';
import type { CallView, Timestamp } from '../wire.ts';
import { ringing, WaitingFoot } from './Calling.tsx';

export interface TroubleProps {
  trouble: Trouble;
  source: Source;
  phone: string;
  /** The microphone works, so that sound alone is a way on. */
  soundWorks: boolean;
  onRetry: () => void;
  onAudioOnly: () => void;
}

/** The sign to press stands in the address bar, which a full screen hides. */
function useAddressBar(trouble: Trouble): void {
  useEffect(() => {
    if (trouble === 'denied' && document.fullscreenElement)
      void document.exitFullscreen().catch(() => undefined);
  }, [trouble]);
}

/** Why, and the two ways on. */
function Said(props: TroubleProps & { children?: ComponentChildren }): VNode {
  const { trouble, soundWorks } = props;
  const what = t(`tab.media.${props.source}`);
  useAddressBar(trouble);
  return (
    <>
      <Live text={t(`tab.media.${trouble}.title`, { what })} urgent />
      <div class="emblem bad">
        <Icon name={soundWorks ? 'cameraOff' : 'micOff'} />
      </div>
      <div class="told">
        <h1>
          <T k={`tab.media.${trouble}.title`} p={{ what }} />
        </h1>
        <p class="lead">
          <T k={`tab.media.${trouble}.body`} />
        </p>
      </div>
      <div class="row waysOn">
        <Button kind="primary" icon="undo" onClick={props.onRetry} testid="retry-media">
          <T k="tab.retry" />
        </Button>
        <Button icon={soundWorks ? 'mic' : 'right'} onClick={props.onAudioOnly} testid="audio-only">
          <T k={soundWorks ? 'tab.media.audioOnly' : 'tab.media.goOn'} />
        </Button>
      </div>
      {props.children}
    </>
  );
}

/** Camera or microphone do not work while somebody is rung: the ring goes on, and its way out, the number and 119 stay. */
export const TroublePage = (
  props: TroubleProps & { call: CallView; since: Timestamp; send: Send },
): VNode => (
  <main class="page" data-testid="screen-trouble">
    <p class="ringline">
      <Icon name="bell" />
      <b>
        <T k={ringing(props.call)} />
      </b>
      <span class="soft num">
        <T k="tab.calling.waited" p={{ span: span(now.value - props.since) }} />
      </span>
    </p>
    <div class="centre">
      <Said {...props} />
    </div>
    <WaitingFoot call={props.call} phone={props.phone} send={props.send} />
  </main>
);

/** The same in the call: over the picture, so that whoever answered is seen. */
export const TroubleNote = (props: TroubleProps): VNode => (
  <section class="troublenote" data-testid="trouble">
    <Said {...props}>
      <p class="soft otherwise">
        <T k="tab.media.phone" /> <b class="num">{props.phone}</b>
      </p>
    </Said>
  </section>
);
