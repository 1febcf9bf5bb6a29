import type { VNode } from 'preact';
import { t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Icon } from '../ui/Icon.tsx';
import { Empty } from '../ui/parts.tsx';

/** A desk nurse on the phones' page: here she could answer, and do nothing of what an answer asks of her. */
export const OtherDoor = ({ onSignOut }: { onSignOut: () => void }): VNode => (
  <main class="norecord" data-testid="screen-other-door">
    <Empty icon="desk" title={t('door.title')} sub={t('door.body')}>
      <a class="btn primary" href="/desk/" data-testid="to-desk">
        <Icon name="right" />
        {t('door.go')}
      </a>
      <Button kind="ghost" icon="leave" onClick={onSignOut} testid="sign-out">
        {t('signout')}
      </Button>
    </Empty>
  </main>
);
