import type { VNode } from 'preact';
import { RecordingMark } from '../clinical/RecordingMark.tsx';
import { t } from '../i18n/index.tsx';
import type { CallView } from '../wire.ts';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

interface OverRecordProps {
  what: 'talking' | 'ringing' | 'waiting' | 'offDuty';
  /** How many wait. */
  waiting?: number;
  /** The call that runs. */
  call?: CallView | null;
  onGo: () => void;
}

/** Below an open record: a call that runs or rings meanwhile is one press away, also where nothing rings on this page. */
export function OverRecord(props: OverRecordProps): VNode {
  return (
    <div
      class="overrecord"
      role={props.what === 'offDuty' ? 'status' : 'alert'}
      data-testid={`over-${props.what}`}
    >
      <Icon name={props.what === 'offDuty' ? 'bellOff' : 'phone'} />
      <b>{t(`over.${props.what}`, { n: props.waiting ?? 0 })}</b>
      <span class="grow">{props.call && <RecordingMark call={props.call} />}</span>
      <Button kind="primary" onClick={props.onGo} testid="over-go">
        {t(`over.${props.what}.go`)}
      </Button>
    </div>
  );
}
