import type { VNode } from 'preact';
import { type Send, useBusy } from '../app/send.ts';
import { T } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/parts.tsx';

/** Hanging up is asked about: a hand that shakes presses it, too. */
export function LeaveDialog({ send, onClose }: { send: Send; onClose: () => void }): VNode {
  const [busy, go] = useBusy();
  return (
    <Dialog
      testid="leave-dialog"
      title={<T k="tab.incall.leaveSure" />}
      onClose={onClose}
      actions={
        <>
          <Button kind="primary" onClick={onClose} testid="leave-no">
            <T k="tab.incall.stay" />
          </Button>
          <Button
            kind="stop"
            icon="hangup"
            busy={busy === 'leave'}
            testid="leave-yes"
            onClick={() => go('leave', () => send({ type: 'leave' }))}
          >
            <T k="tab.incall.leave" />
          </Button>
        </>
      }
    >
      <p>
        <T k="tab.incall.leaveSureSub" />
      </p>
    </Dialog>
  );
}
