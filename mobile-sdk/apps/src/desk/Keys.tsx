import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type Key, t } from '../i18n/index.tsx';
import { Button } from '../ui/Button.tsx';
import { Dialog } from '../ui/parts.tsx';

export type Shortcut = 'help' | 'answer' | 'mute' | 'camera' | 'tabs' | 'end' | 'undo';

/** Single keys, so that a hand stays free; never while something is being typed. */
export const KEYS: Record<string, Shortcut> = {
  '?': 'help',
  a: 'answer',
  m: 'mute',
  v: 'camera',
  t: 'tabs',
  e: 'end',
  u: 'undo',
};

/** Whether keys belong to what is being typed, or to an open question. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest('input:not([type=radio]):not([type=checkbox]), textarea, select, dialog') !== null;
}

export function useShortcuts(run: (shortcut: Shortcut) => void): void {
  const current = useRef(run);
  current.current = run;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
      const shortcut = KEYS[event.key.toLowerCase()];
      if (!shortcut) return;
      event.preventDefault();
      current.current(shortcut);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}

export function KeysDialog({ onClose }: { onClose: () => void }): VNode {
  return (
    <Dialog
      title={t('keys.title')}
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {t('close')}
        </Button>
      }
    >
      <dl class="keys">
        {Object.entries(KEYS).map(([key, shortcut]) => (
          <div key={key}>
            <dt>
              <kbd>{key.toUpperCase()}</kbd>
            </dt>
            <dd>{t(`keys.${shortcut}` as Key)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
