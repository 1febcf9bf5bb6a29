/** A text that two may write: nothing typed is called stored, and nobody's text replaces another's unasked. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  acknowledged,
  type Draft,
  keptMine,
  plainText,
  refused,
  seen,
  sent,
  standing,
  tookIn,
  written,
} from '../src/model/draft.ts';
import { LONGEST_TEXT, roomIn } from '../src/model/limits.ts';
import { sbarText } from '../src/model/sbarText.ts';

const stands = (draft: Draft<string> | null, stored: string) => standing(plainText, draft, stored);
const write = (draft: Draft<string> | null, stored: string, mine: string) =>
  written(plainText, draft, stored, mine);

describe('a text one writes', () => {
  const typed = write(null, '', 'a');

  it('is what is stored, until something is typed', () => {
    expect(stands(null, 'x')).toEqual({ text: 'x', saved: true, theirs: null });
    expect(stands(typed, '')).toEqual({ text: 'a', saved: false, theirs: null });
    expect(stands(write(typed, '', ''), ''), 'typed back').toMatchObject({ saved: true });
  });

  it('is saved once it was acknowledged, whether or not the view that shows it is here', () => {
    const out = sent(typed, 'a');
    expect(stands(out, '')).toMatchObject({ text: 'a', saved: false });
    expect(stands(out, 'a'), 'the view came first').toMatchObject({ saved: true, theirs: null });
    const done = acknowledged(out, 'a');
    expect(stands(done, '')).toEqual({ text: 'a', saved: true, theirs: null });
    expect(stands(done, 'a')).toEqual({ text: 'a', saved: true, theirs: null });
  });

  it('is not saved where something was typed until the answer came', () => {
    const more = acknowledged(write(sent(typed, 'a'), '', 'ab'), 'a');
    for (const stored of ['', 'a']) {
      expect(stands(more, stored)).toEqual({ text: 'ab', saved: false, theirs: null });
    }
  });

  it('gives way to another person’s where nothing was being written', () => {
    const done = acknowledged(sent(typed, 'a'), 'a');
    expect(stands(done, 'theirs')).toEqual({ text: 'theirs', saved: true, theirs: null });
    const on = write(done, 'theirs', 'theirs, and more');
    expect(stands(on, 'theirs')).toEqual({ text: 'theirs, and more', saved: false, theirs: null });
  });

  it('is put in the place of what its writer saw there, whatever the view shows by then', () => {
    const over = (draft: Draft<string>, stored: string) => seen(plainText, draft, stored);
    expect(over(typed, '')).toBe('');
    // Acknowledged, the view still on its way, and typed on.
    const more = write(acknowledged(sent(typed, 'a'), 'a'), '', 'ab');
    expect(over(more, '')).toBe('a');
    expect(over(more, 'a')).toBe('a');
    // Somebody saved theirs after it: refused, and what was saved before is no longer what stands there.
    const no = refused(sent(more, 'ab'));
    expect(stands(no, 'theirs')).toEqual({ text: 'ab', saved: false, theirs: 'theirs' });
    for (const chosen of [keptMine(no, 'theirs'), tookIn(plainText, no, 'theirs')]) {
      expect(over(chosen, 'theirs')).toBe('theirs');
      expect(stands(chosen, 'theirs')).toMatchObject({ saved: false, theirs: null });
    }
    // They put back what had stood: what was saved before it must not be taken to stand there still.
    expect(over(no, '')).toBe('');
    expect(over(keptMine(more, 'theirs'), 'theirs'), 'read and left, before any try').toBe('theirs');
    expect(over(tookIn(plainText, more, 'theirs'), 'theirs')).toBe('theirs');
  });

  it('stands beside another person’s until one has chosen', () => {
    expect(stands(typed, 'theirs')).toEqual({ text: 'a', saved: false, theirs: 'theirs' });
    expect(stands(tookIn(plainText, typed, 'theirs'), 'theirs')).toEqual({
      text: 'theirs\na',
      saved: false,
      theirs: null,
    });
    const mine = keptMine(typed, 'theirs');
    expect(stands(mine, 'theirs')).toEqual({ text: 'a', saved: false, theirs: null });
    expect(stands(mine, 'their next')).toMatchObject({ theirs: 'their next' });
  });

  it('holds nothing twice when both texts are kept', () => {
    expect(plainText.both('a', 'a, b')).toBe('a, b');
    expect(plainText.both('a, b', 'a')).toBe('a, b');
    const one = { situation: 's', background: '', assessment: 'x', recommendation: '' };
    const two = { situation: 's', background: 'b', assessment: 'y', recommendation: '' };
    expect(sbarText.same(one, { ...one })).toBe(true);
    expect(sbarText.same(one, two)).toBe(false);
    expect(sbarText.both(one, two)).toEqual({
      situation: 's',
      background: 'b',
      assessment: 'x\ny',
      recommendation: '',
    });
  });
});

it('has one field for texts, which knows its end', () => {
  const src = fileURLToPath(new URL('../src/', import.meta.url));
  const fields = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.tsx') && readFileSync(join(src, file), 'utf8').includes('<textarea'),
  );
  expect(fields).toEqual([join('ui', 'TextArea.tsx')]);
  expect(readFileSync(join(src, 'ui/TextArea.tsx'), 'utf8')).not.toContain('maxLength');
});

it('takes as long a text as the server does, and no longer', () => {
  const rust = fileURLToPath(new URL('../../../domain/src/session/input.rs', import.meta.url));
  const limit = /LONGEST_TEXT: usize = ([\d_]+);/.exec(readFileSync(rust, 'utf8'))?.[1];
  expect(LONGEST_TEXT).toBe(Number(limit?.replaceAll('_', '')));
  expect(roomIn('')).toBe(LONGEST_TEXT);
  // A browser counts a rare character as two: never more than the server's characters.
  expect(LONGEST_TEXT - roomIn('𠮟')).toBeGreaterThanOrEqual([...'𠮟'].length);
});
