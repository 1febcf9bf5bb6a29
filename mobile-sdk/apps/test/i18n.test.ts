import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { en } from '../src/i18n/messages.en.ts';
import { ja } from '../src/i18n/messages.ja.ts';
import { fill, type Message, pieces, plain } from '../src/i18n/text.ts';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

const forms = (message: Message): string[] =>
  typeof message === 'string' ? [message] : [message.one, message.other].filter((m) => m !== undefined);
const holes = (text: string): string[] =>
  [...plain(text).matchAll(/\{([a-zA-Z]+)\}/g)].map((m) => m[1] ?? '').sort();
const JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
/** The names of the languages are written in their own language everywhere. */
const OWN = new Set(['lang.ja', 'lang.en']);

describe('messages', () => {
  const keys = Object.keys(ja) as (keyof typeof ja)[];

  it('exist in both languages, none empty', () => {
    expect(Object.keys(en).sort()).toEqual([...keys].sort());
    for (const key of keys) {
      expect(ja[key].trim(), key).not.toBe('');
      for (const text of forms(en[key])) expect(text.trim(), key).not.toBe('');
    }
  });

  it('have the same parameters in both languages', () => {
    for (const key of keys) {
      for (const text of forms(en[key])) expect(holes(text), key).toEqual(holes(ja[key]));
    }
  });

  it('keep Japanese out of English', () => {
    for (const key of keys.filter((k) => !OWN.has(k))) {
      for (const text of forms(en[key])) expect(text, key).not.toMatch(JAPANESE);
    }
  });

  it('put readings above kanji alone', () => {
    for (const key of keys) {
      for (const { text, ruby } of pieces(ja[key])) {
        if (!ruby) continue;
        expect(text, `${key}: ${text}`).toMatch(/^[\p{Script=Han}々]+$/u);
        expect(ruby, `${key}: ${text}`).toMatch(/^\p{Script=Hiragana}+$/u);
      }
    }
  });

  it('are all used, and nothing else is asked for', () => {
    const code = files(SRC)
      .filter((f) => /\.tsx?$/.test(f) && !f.includes('/i18n/ja/') && !f.includes('/i18n/en/'))
      .map((f) => readFileSync(f, 'utf8'))
      .join('\n');
    // `t(`red.${flag}`)` asks for every key that begins with `red.`.
    const prefixes = [...code.matchAll(/`([a-zA-Z0-9]+\.[a-zA-Z0-9.]*)\$\{/g)].map((m) => m[1] ?? '');
    const said = new Set([...code.matchAll(/(['"])([\w.-]+)\1/g)].map((m) => m[2] ?? ''));
    const unused = keys.filter((key) => !said.has(key) && !prefixes.some((p) => key.startsWith(p)));
    expect(unused).toEqual([]);
  });
});

describe('source', () => {
  it('has no text outside the messages', () => {
    const found: string[] = [];
    for (const file of files(SRC).filter((f) => /\.tsx?$/.test(f) && !f.includes('/i18n/'))) {
      readFileSync(file, 'utf8')
        .split('\n')
        .forEach((line, i) => {
          const code = line
            .replace(/\/\/.*$/, '')
            .replace(/^\s*(\/\*\*|\*).*$/, '')
            .replace(/\/\*.*?\*\//g, '');
          // The dot between two messages is another one in English.
          if (JAPANESE.test(code) || code.includes('・')) found.push(`${file}:${i + 1} ${line.trim()}`);
          // Words between tags.
          if (/>\s*[A-Za-z]{3,}[^<>{}=()]*<\//.test(code)) found.push(`${file}:${i + 1} ${line.trim()}`);
        });
    }
    expect(found).toEqual([]);
  });
});

describe('fill', () => {
  it('chooses the plural form of the language', () => {
    const message = { one: '{n} person', other: '{n} people' };
    expect(fill(message, { n: 1 }, 'en-GB')).toBe('1 person');
    expect(fill(message, { n: 2 }, 'en-GB')).toBe('2 people');
    expect(fill(message, { n: 1 }, 'ja-JP')).toBe('1 people');
  });

  it('leaves a hole without a parameter visible', () => {
    expect(fill('あと{n}秒', {}, 'ja-JP')).toBe('あと{n}秒');
  });

  it('takes furigana apart and away', () => {
    expect(pieces('{呼|よ}ぶ')).toEqual([{ text: '呼', ruby: 'よ' }, { text: 'ぶ' }]);
    expect(plain('{看護師|かんごし}を{呼|よ}ぶ')).toBe('看護師を呼ぶ');
  });
});
