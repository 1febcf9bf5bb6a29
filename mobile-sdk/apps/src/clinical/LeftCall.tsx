import type { VNode } from 'preact';
import { type Send, useBusy } from '../app/send.ts';
import { t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Empty } from '../ui/parts.tsx';

/** The call is open on another device of this person: nothing here has camera or microphone until they go on here. */
export const ElsewhereCall = ({ send }: { send: Send }): VNode => (
  <Empty icon="devices" title={t('call.elsewhere.title')} sub={t('call.elsewhere.body')}>
    <ComeBack send={send} icon="camera" text={t('call.elsewhere.here')} testid="continue-here" />
  </Empty>
);

/** One has left a call that goes on: the way back. `alone`: nobody else is with the patient. */
export const LeftCall = ({ send, alone }: { send: Send; alone: boolean }): VNode => (
  <Empty icon="leave" title={t('call.left.title')} sub={t(alone ? 'call.left.alone' : 'call.left.body')}>
    <ComeBack send={send} icon="undo" text={t('call.left.back')} testid="come-back" />
  </Empty>
);

function ComeBack(props: { send: Send; icon: 'camera' | 'undo'; text: string; testid: string }): VNode {
  const [busy, go] = useBusy();
  return (
    <Button
      kind="primary"
      icon={props.icon}
      busy={busy !== null}
      onClick={() => go('back', () => props.send({ type: 'comeBack' }))}
      testid={props.testid}
    >
      {props.text}
    </Button>
  );
}
