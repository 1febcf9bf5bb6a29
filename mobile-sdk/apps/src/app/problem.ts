import { signal } from '@preact/signals';
import { lang } from '../i18n/index.tsx';

/** What a person sees of a refusal: what happened, and what to do now. Both languages, so that a switch re-words it. */
export interface Shown {
  code: string;
  title: { ja: string; en: string };
  next: { ja: string; en: string };
  traceId?: string | null;
}

/** The problem on screen; one at a time, the newest. */
export const problem = signal<Shown | null>(null);

const isShown = (value: unknown): value is Shown => {
  if (typeof value !== 'object' || value === null) return false;
  const v = value as Partial<Shown>;
  return typeof v.code === 'string' && typeof v.title === 'object' && typeof v.next === 'object';
};

/** Shows whatever was thrown. Programs' own mistakes are shown too: a tap that does nothing is worse. */
export function showProblem(error: unknown): void {
  if (isShown(error)) {
    problem.value = error;
    return;
  }
  console.error(error);
  problem.value = { code: 'app', title: { ja: '', en: '' }, next: { ja: '', en: '' } };
}

/** What the server said of it; `null` where nobody did. */
export const titleOf = (shown: Shown): string | null => shown.title[lang.value] || null;
export const nextOf = (shown: Shown): string | null => shown.next[lang.value] || null;

/** Runs something a person asked for. False: it was refused, and the refusal is on screen. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    problem.value = null;
    return true;
  } catch (error) {
    showProblem(error);
    return false;
  }
}
