/** The stylesheets as data, for the tests that read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../src/styles/', import.meta.url));

export interface Rule {
  file: string;
  selector: string;
  body: string;
}

/** Every innermost rule of every stylesheet, without comments. */
export function rules(only?: string): Rule[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.css') && (!only || file === only))
    .flatMap((file) => rulesOf(readFileSync(FOLDER + file, 'utf8'), file));
}

export function rulesOf(css: string, file: string): Rule[] {
  const plain = css.replace(/\/\*[\s\S]*?\*\//g, '');
  return [...plain.matchAll(/([^{};]+)\{([^{}]*)\}/g)].map(([, selector = '', body = '']) => ({
    file,
    selector: selector.trim().replace(/\s+/g, ' '),
    body: body.trim(),
  }));
}

/** The declarations of a rule, by property; the last one wins. */
export function declarations(body: string): Map<string, string> {
  return new Map(
    body
      .split(';')
      .map((line) => line.split(/:([\s\S]*)/).map((part) => part.trim()))
      .filter(([name]) => name)
      .map(([name = '', value = '']) => [name, value]),
  );
}
