import type { VNode } from 'preact';
import { unbroken } from '../app/format.ts';
import { t } from '../i18n/index.tsx';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

export type Link =
  | 'connecting'
  | 'online'
  | 'reconnecting'
  | 'offline'
  | 'replaced'
  | 'signed-out'
  | 'stopped';

/** The state of the line, when it is not as it should be. It lies over the page, so nothing moves. */
export function LinkBanner(props: { link: Link; phone: string; onReopen: () => void }): VNode | null {
  const { link } = props;
  if (link === 'online' || link === 'connecting' || link === 'stopped' || link === 'signed-out') return null;
  const key = link === 'replaced' ? 'replaced' : link === 'offline' ? 'offline' : 'reconnecting';
  return (
    <div class="banner-slot">
      <div class={`banner ${key === 'reconnecting' ? '' : 'bad'}`} role="status" data-testid={`link-${key}`}>
        {key === 'reconnecting' ? (
          <span class="spinner" />
        ) : (
          <Icon name={key === 'offline' ? 'linkOff' : 'info'} />
        )}
        <div class="grow">
          <div>{t(`link.${key}`)}</div>
          <div class="sub">{t(`link.${key}Sub`, { phone: unbroken(props.phone) })}</div>
        </div>
        {key === 'replaced' && (
          <Button kind="primary" onClick={props.onReopen} testid="link-reopen">
            {t('link.reopen')}
          </Button>
        )}
      </div>
    </div>
  );
}
