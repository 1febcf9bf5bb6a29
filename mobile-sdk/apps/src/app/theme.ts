import { computed, effect, signal } from '@preact/signals';
import { now } from './clock.ts';
import { hourOf } from './format.ts';

export type Choice = 'auto' | 'night' | 'day';
const KEEP = 'yoban.theme';

function kept(): Choice {
  try {
    const value = localStorage.getItem(KEEP);
    return value === 'night' || value === 'day' ? value : 'auto';
  } catch {
    return 'auto';
  }
}

export const themeChoice = signal<Choice>(kept());

/** From 17:00 to 7:00 the screens are dark unless somebody chose otherwise. */
export const theme = computed<'night' | 'day'>(() => {
  if (themeChoice.value !== 'auto') return themeChoice.value;
  const hour = hourOf(now.value);
  return hour >= 17 || hour < 7 ? 'night' : 'day';
});

export function chooseTheme(next: Choice): void {
  themeChoice.value = next;
  try {
    localStorage.setItem(KEEP, next);
  } catch {
    // Chosen for this visit alone.
  }
}

/** Keeps the document's theme in step; call once per page. */
export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
}
