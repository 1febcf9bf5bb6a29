import type { VNode } from 'preact';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { mayEnd, onlyClinician } from '../model/call.ts';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/parts.tsx';
import type { CallView } from '../wire.ts';

/** To leave the call, to stay, or to end it for everybody. */
export function LeaveQuestion(props: { call: CallView; send: Send; onClose: () => void }): VNode {
  const { call, send, onClose } = props;
  const [busy, go] = useBusy();
  const alone = onlyClinician(call);
  const say = (type: 'leave' | 'end') =>
    go(type, async () => {
      if (await send({ type })) onClose();
    });
  return (
    <Dialog
      testid="leave-dialog"
      title={t(alone ? 'call.leaveSure' : 'call.leaveAsk')}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose} testid="leave-no">
            {t('call.goOn')}
          </Button>
          <Button icon="leave" busy={busy === 'leave'} onClick={() => say('leave')} testid="leave-yes">
            {t('control.leave')}
          </Button>
          {mayEnd(call) && (
            <Button
              kind="stop"
              icon="hangup"
              busy={busy === 'end'}
              onClick={() => say('end')}
              testid="leave-end"
            >
              {t('control.end')}
            </Button>
          )}
        </>
      }
    >
      <p>{t(alone ? 'call.leaveSub' : 'call.left.body')}</p>
    </Dialog>
  );
}
