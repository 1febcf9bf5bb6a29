import type { VNode } from 'preact';
import { t } from '../i18n/index.tsx';
import { Button } from './Button.tsx';
import { Empty } from './parts.tsx';

/** Another window of this device has taken over: nothing pressed here would go anywhere. What was written is kept. */
export const Replaced = ({ onReopen }: { onReopen: () => void }): VNode => (
  <main class="norecord" data-testid="screen-replaced">
    <Empty icon="devices" title={t('link.replaced')} sub={t('link.replacedSub')}>
      <Button kind="primary" onClick={onReopen} testid="link-reopen">
        {t('link.reopen')}
      </Button>
    </Empty>
  </main>
);
