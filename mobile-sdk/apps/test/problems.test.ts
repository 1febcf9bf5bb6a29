/** Every refusal a person can meet, by its stable code: what happened and what to do, in both languages. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { clientProblems } from '../../web/src/problem.ts';
import { refusalKey } from '../src/clinical/Kind.tsx';
import { ja } from '../src/i18n/messages.ja.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const JAPANESE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

type Texts = [title: string, titleEn: string, next: string, nextEn: string];

function rust(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'tests' ? [] : rust(path);
    return name.endsWith('.rs') && name !== 'tests.rs' ? [path] : [];
  });
}

const sources = ['domain/src', 'signaling/src', 'media/src', 'api/src'].flatMap((f) => rust(join(ROOT, f)));
const TEXT = '"((?:[^"\\\\]|\\\\[\\s\\S])*)"';
const FOUR = new RegExp(`\\[\\s*${[TEXT, TEXT, TEXT, TEXT].join(',\\s*')},?\\s*\\]`, 'g');

/** The four texts wherever a source has them, in the order `Problem::new` takes them. */
function textsIn(code: string): Texts[] {
  return [...code.matchAll(FOUR)].map((m) => m.slice(1, 5).map((s) => s.replace(/\\\n\s*/g, '')) as Texts);
}

/** What is wrong with a set of texts. */
function faults([title, titleEn, next, nextEn]: Texts): string[] {
  const found: string[] = [];
  if (!JAPANESE.test(title) || !JAPANESE.test(next)) found.push('no Japanese');
  if (JAPANESE.test(titleEn + nextEn) || !/^[A-Z]/.test(titleEn) || !/^[A-Z]/.test(nextEn))
    found.push('no English');
  if (next === title || nextEn === titleEn) found.push('the next step only repeats what happened');
  // Four lines of the notice at the tablet's size.
  if (title.length > 32 || next.length > 60) found.push('too long to be read at a glance');
  if (/\b(token|HTTP|JSON|SDP|server error|exception)\b/i.test(title + titleEn))
    found.push('speaks of machines');
  return found;
}

/** Seen by programs alone: an independent client's media request. */
const FOR_PROGRAMS = /sdp/i;

describe('problems', () => {
  const server = sources
    .filter((file) => /Problem::new|fn refusal_text/.test(readFileSync(file, 'utf8')))
    .flatMap((file) =>
      textsIn(readFileSync(file, 'utf8')).map((texts) => ({ file: file.slice(ROOT.length), texts })),
    );

  it('tell what happened and what to do, in both languages', () => {
    expect(faults(['通話は終わっています', '通話', 'x', 'Wait'])).not.toEqual([]);
    expect(server.length).toBeGreaterThan(38);
    const wrong = server
      .filter(({ texts }) => !FOR_PROGRAMS.test(texts[1]))
      .flatMap(({ file, texts }) => faults(texts).map((what) => `${file}: ${texts[0]}: ${what}`));
    expect(wrong).toEqual([]);
  });

  it('have their texts for every code: each arm of the refusals has four', () => {
    const file = readFileSync(join(ROOT, 'domain/src/wire/problem/refused.rs'), 'utf8');
    const table = file.slice(file.indexOf('fn refusal_text'));
    const arms = table.match(/Refused::\w+(\([^)]*\))?\s*(=>|\|)/g) ?? [];
    expect(arms.length).toBeGreaterThan(25);
    expect(textsIn(table)).toHaveLength(arms.length);
  });

  it('are as good where only the client sees them', () => {
    for (const p of Object.values(clientProblems)) {
      expect(faults([p.title, p.titleEn, p.next, p.nextEn]), p.code).toEqual([]);
    }
  });

  it('explain why an online examination is not possible, code by code', () => {
    const session = sources.map((file) => readFileSync(file, 'utf8')).join('\n');
    const codes = [...session.matchAll(/NotExamination\((?:N|NotExamination)::\w+\) => "([a-z-]+)"/g)].map(
      (m) => m[1],
    );
    expect(codes.length).toBe(5);
    for (const code of codes) expect(Object.keys(ja)).toContain(refusalKey(code ?? ''));
    expect(new Set(codes.map((code) => refusalKey(code ?? ''))).size).toBe(codes.length);
  });
});
