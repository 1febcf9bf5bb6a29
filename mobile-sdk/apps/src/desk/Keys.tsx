import { signal } from '@preact/signals';
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

const KEEP = 'yoban.keys';

function kept(): boolean {
  try {
    return localStorage.getItem(KEEP) !== 'off';
  } catch {
    return true;
  }
}

/** Whether single letters do something: who speaks to the computer, or whose hand trembles, switches them off (WCAG 2.1.4). */
const letters = signal(kept());

function chooseLetters(on: boolean): void {
  letters.value = on;
  try {
    localStorage.setItem(KEEP, on ? 'on' : 'off');
  } catch {
    // Chosen for this visit alone.
  }
}

export function useShortcuts(run: (shortcut: Shortcut) => void): void {
  const current = useRef(run);
  current.current = run;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (!letters.peek()) return;
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
      <label class="choice gap">
        <input
          type="checkbox"
          checked={letters.value}
          data-testid="keys-letters"
          onChange={(event) => chooseLetters(event.currentTarget.checked)}
        />
        <span class="mark" />
        <span class="grow">
          {t('keys.letters')}
          <small class="soft"> {t('keys.lettersSub')}</small>
        </span>
      </label>
      <dl class={`keys ${letters.value ? '' : 'soft'}`}>
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
