import { computed, signal } from '@preact/signals';
import type { VNode } from 'preact';
import { en } from './messages.en.ts';
import { ja, type Key } from './messages.ja.ts';
import { fill, type Params, pieces, plain } from './text.ts';

export type { Key } from './messages.ja.ts';
export type { Params } from './text.ts';
export type Lang = 'ja' | 'en';

const KEEP = 'yoban.lang';

function firstLang(): Lang {
  try {
    return localStorage.getItem(KEEP) === 'en' ? 'en' : 'ja';
  } catch {
    return 'ja';
  }
}

/** The language of this screen. Japanese unless somebody chose otherwise on this device. */
export const lang = signal<Lang>(firstLang());

export const locale = computed(() => (lang.value === 'ja' ? 'ja-JP' : 'en-GB'));

export function chooseLang(next: Lang): void {
  lang.value = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(KEEP, next);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

function raw(key: Key, params: Params): string {
  return fill(lang.value === 'ja' ? ja[key] : en[key], params, locale.value);
}

/** A text as a plain string: for labels, titles and speech. */
export const t = (key: Key, params: Params = {}): string => plain(raw(key, params));

/** A text that goes into another one with its furigana. */
export const ruby = (key: Key): string => raw(key, {});

/** Whether this screen draws furigana: the patient's does. */
export const readings = signal(false);

/** A text that has its readings in it: what a message is filled with, or what was put together. */
export function Read({ text }: { text: string }): VNode {
  return (
    <>
      {pieces(text).map((piece) =>
        piece.ruby && readings.value ? (
          <ruby>
            {piece.text}
            {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: an rt takes no focus; a voice reads the word below it and would say it twice */}
            <rt aria-hidden="true">{piece.ruby}</rt>
          </ruby>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}

/** A text, with furigana above it where this screen draws them. */
export const T = ({ k, p = {} }: { k: Key; p?: Params }): VNode => <Read text={raw(k, p)} />;

/** The Japanese or English member of a pair, as records keep them. */
export const either = (japanese: string, english: string): string =>
  lang.value === 'en' && english ? english : japanese;
