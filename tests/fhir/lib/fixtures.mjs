// The stories' bundles: from YOBAN_FHIR_FIXTURES, else written by the domain's own example.
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBundles } from '../gate.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

function folder() {
  const named = process.env.YOBAN_FHIR_FIXTURES;
  if (named) return named;
  const made = mkdtempSync(join(tmpdir(), 'yoban-fhir-'));
  const run = ['run', '--quiet', '--locked', '-p', 'yoban-domain', '--example', 'fhir_fixtures', '--', made];
  execFileSync('cargo', run, { cwd: root, stdio: 'inherit' });
  return made;
}

export const bundles = readBundles([folder()]);

/** A fresh copy of one story's bundle. */
export function story(name) {
  const found = bundles.find(([file]) => file.endsWith(`${name}.json`));
  if (!found) throw new Error(`no story ${name}`);
  return structuredClone(found[1]);
}
