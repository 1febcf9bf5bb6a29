import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { rules, rulesOf } from './styles.ts';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** On glass nothing hovers: a rule for it may not change anything a person needs. */
const onHover = (found: ReturnType<typeof rules>) =>
  found.filter((r) => /:hover/.test(r.selector)).map((r) => `${r.file}: ${r.selector}`);

/** Takes the keyboard's mark away without giving another. */
const unmarked = (found: ReturnType<typeof rules>) =>
  found
    // `.ask` is a question that takes the focus as a whole, so that it is read; it cannot be pressed.
    .filter((r) => ![':focus', '.tablet .ask:focus-visible'].includes(r.selector))
    .filter((r) => /outline:\s*(none|0)/.test(r.body))
    .map((r) => `${r.file}: ${r.selector}`);

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sources(path) : path.endsWith('.tsx') ? [path] : [];
  });
}

describe('styles', () => {
  it('reveal nothing by hovering', () => {
    expect(onHover(rulesOf('.menu:hover .sub { display: block }', 'x.css'))).toHaveLength(1);
    expect(onHover(rules())).toEqual([]);
  });

  it('take no focus mark away', () => {
    expect(unmarked(rulesOf('.btn:focus-visible { outline: none; }', 'x.css'))).toHaveLength(1);
    expect(unmarked(rules())).toEqual([]);
  });

  it('say in words what a tooltip says: a title stands only where the same text is the name or on the screen', () => {
    const shown = (title: string, code: string) =>
      code.includes(`aria-label={${title}}`) || code.includes('children ? undefined : label');
    for (const file of sources(SRC)) {
      const code = readFileSync(file, 'utf8');
      // On plain elements alone; `Button` and `Dialog` are read where they draw them.
      for (const [, title = ''] of code.matchAll(/<[a-z][^>]*?\stitle=\{((?:[^{}]|\{[^{}]*\})*)\}/g)) {
        expect(shown(title, code), `${file}: title={${title}}`).toBe(true);
      }
    }
  });
});
