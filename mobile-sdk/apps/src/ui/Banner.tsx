import type { VNode } from 'preact';
import { unbroken } from '../app/format.ts';
import type { Link } from '../app/link.ts';
import { T } from '../i18n/index.tsx';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

/** The state of the line, when it is not as it should be. It lies over the page, so nothing moves. */
export function LinkBanner(props: {
  link: Link;
  /** The desk's number. */
  phone: string;
  /** What somebody at the desk itself does meanwhile; nobody else has words of their own. */
  away?: string;
  onReopen: () => void;
}): VNode | null {
  const { link } = props;
  if (link === 'online' || link === 'connecting' || link === 'stopped' || link === 'signed-out') return null;
  const sub = link === 'late' ? 'offline' : link;
  const waits = link === 'reconnecting' || link === 'late';
  return (
    <div class="banner-slot">
      <div
        class={`banner ${link === 'reconnecting' ? '' : 'bad'}`}
        role="status"
        data-testid={`link-${link}`}
      >
        {waits ? <span class="spinner" /> : <Icon name={link === 'offline' ? 'linkOff' : 'info'} />}
        <div class="grow">
          <div>
            <T k={`link.${link}`} />
          </div>
          <div class="sub">
            {sub === 'offline' && props.away ? (
              props.away
            ) : (
              <T k={`link.${sub}Sub`} p={{ phone: unbroken(props.phone) }} />
            )}
          </div>
        </div>
        {link === 'replaced' && (
          <Button kind="primary" onClick={props.onReopen} testid="link-reopen">
            <T k="link.reopen" />
          </Button>
        )}
      </div>
    </div>
  );
}
