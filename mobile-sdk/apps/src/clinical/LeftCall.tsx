import type { VNode } from 'preact';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Empty } from '../ui/parts.tsx';

/** The call is open on another device of this person: nothing here has camera or microphone until they go on here. */
export function ElsewhereCall({ send }: { send: Send }): VNode {
  const [busy, go] = useBusy();
  return (
    <Empty icon="devices" title={t('call.elsewhere.title')} sub={t('call.elsewhere.body')}>
      <Button
        kind="primary"
        icon="camera"
        busy={busy !== null}
        onClick={() => go('here', () => send({ type: 'comeBack' }))}
        testid="continue-here"
      >
        {t('call.elsewhere.here')}
      </Button>
    </Empty>
  );
}

/** One has left a call that goes on: the way back. */
export function LeftCall({ send }: { send: Send }): VNode {
  const [busy, go] = useBusy();
  return (
    <Empty icon="leave" title={t('call.left.title')} sub={t('call.left.body')}>
      <Button
        kind="primary"
        icon="undo"
        busy={busy !== null}
        onClick={() => go('back', () => send({ type: 'comeBack' }))}
        testid="come-back"
      >
        {t('call.left.back')}
      </Button>
    </Empty>
  );
}
