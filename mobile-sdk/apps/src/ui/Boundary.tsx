import { Component, type ComponentChildren, type VNode } from 'preact';
import { telephone } from '../app/format.ts';
import { T, t } from '../i18n/index.tsx';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';
import { Live } from './parts.tsx';

/** What is left when a screen broke: the telephone, 119, and loading the page again. The call itself goes on at the server. */
export function Broken(props: { phone: string; onReload: () => void }): VNode {
  return (
    <main class="halt" data-testid="screen-broken">
      <Live text={t('broken.title')} urgent />
      <div class="emblem bad">
        <Icon name="alert" />
      </div>
      <h1>
        <T k="broken.title" />
      </h1>
      <p>
        <T k="broken.body" />
      </p>
      <Button kind="primary" icon="undo" onClick={props.onReload} testid="reload">
        <T k="broken.reload" />
      </Button>
      {props.phone && (
        <div>
          <p class="soft">
            <T k="broken.phone" />
          </p>
          <a class="hugephone num" href={telephone(props.phone)} data-testid="desk-phone">
            {props.phone}
          </a>
        </div>
      )}
      <p>
        <T k="broken.119" />
      </p>
    </main>
  );
}

interface Props {
  /** The desk's number, as far as it is known yet. */
  phone: () => string;
  children: ComponentChildren;
}

/** Stands around an app: a mistake in one part must not leave a patient before an empty page. */
export class Boundary extends Component<Props, { broken: boolean }> {
  override state = { broken: false };

  static override getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render({ phone, children }: Props): ComponentChildren {
    return this.state.broken ? <Broken phone={phone()} onReload={() => location.reload()} /> : children;
  }
}
