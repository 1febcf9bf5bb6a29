import type { VNode } from 'preact';
import { t } from '../i18n/index.tsx';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

/** Below an open record: a call that runs or rings meanwhile is one press away. */
export function OverRecord(props: { what: 'talking' | 'ringing'; onGo: () => void }): VNode {
  return (
    <div class="overrecord" role="alert" data-testid={`over-${props.what}`}>
      <Icon name="phone" />
      <b class="grow">{t(`over.${props.what}`)}</b>
      <Button kind="primary" onClick={props.onGo} testid="over-go">
        {t(`over.${props.what}.go`)}
      </Button>
    </div>
  );
}
