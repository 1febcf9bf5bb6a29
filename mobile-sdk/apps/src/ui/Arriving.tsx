import type { VNode } from 'preact';
import type { Arrival } from '../app/arrival.ts';
import { T, t } from '../i18n/index.tsx';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import { Live, LoadingPage } from './parts.tsx';

/** Before it is known who is here. Without a network it says so, and goes on by itself. */
export function Arriving({ arrival }: { arrival: Pick<Arrival, 'state' | 'now'> }): VNode {
  const state = arrival.state.value;
  if (!state?.late) return <LoadingPage {...(state ? { text: t('signin.busy') } : {})} />;
  return (
    <main class="halt" data-testid="screen-arriving">
      <Live text={t('arrive.title')} urgent />
      <div class="emblem">
        <Icon name="linkOff" />
      </div>
      <h1>
        <T k="arrive.title" />
      </h1>
      <p>
        <T k="arrive.body" />
      </p>
      <Button kind="primary" icon="undo" busy={state.asking} onClick={arrival.now} testid="arrive-now">
        <T k="arrive.now" />
      </Button>
    </main>
  );
}
