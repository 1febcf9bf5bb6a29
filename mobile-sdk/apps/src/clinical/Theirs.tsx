import type { VNode } from 'preact';
import type { Writing } from '../app/drafts.ts';
import { nameOf } from '../app/format.ts';
import { t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Notice } from '../ui/parts.tsx';
import type { PersonCard } from '../wire.ts';

/** Somebody else stored theirs while one was writing: both are there, and nothing is replaced unasked. */
export function Theirs<T>(props: {
  writing: Writing<T>;
  /** Who wrote what is stored. */
  by: PersonCard | null | undefined;
  show: (theirs: T) => string;
}): VNode | null {
  const { theirs, takeIn, keepMine } = props.writing;
  const { by } = props;
  if (theirs === null) return null;
  return (
    <div data-testid="theirs">
      <Notice tone="warn" icon="people" live>
        <b>{by ? t('theirs.titleBy', { who: nameOf(by.name) }) : t('theirs.title')}</b>
        <p class="pre quote">{props.show(theirs)}</p>
        <div class="row wrap">
          <Button icon="check" onClick={takeIn} testid="theirs-take">
            {t('theirs.both')}
          </Button>
          <Button onClick={keepMine} testid="theirs-mine">
            {t('theirs.mine')}
          </Button>
        </div>
      </Notice>
    </div>
  );
}

/** Written and not stored, and there is no form for it any more: somebody else was first. */
export function Unsent({ text, onDrop }: { text: string; onDrop: () => void }): VNode | null {
  if (!text.trim()) return null;
  return (
    <div data-testid="unsent">
      <Notice tone="warn" icon="pen" live>
        <b>{t('unsent.title')}</b>
        <p class="pre quote">{text}</p>
        <Button icon="cross" onClick={onDrop} testid="unsent-drop">
          {t('unsent.drop')}
        </Button>
      </Notice>
    </div>
  );
}
