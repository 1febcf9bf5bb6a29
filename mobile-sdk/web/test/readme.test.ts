/** The README's examples, held to the types of the package. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const README = readFileSync(`${HERE}../README.md`, 'utf8');

/** What an app around an example has. */
const AROUND = `
import type * as sdk from '@yoban/sdk';
declare const client: sdk.YobanClient;
declare const code: string;
declare const session: sdk.SessionId;
declare const leg: sdk.LegId;
declare const readings: sdk.NewReading[];
declare const video: HTMLVideoElement;
declare const audio: HTMLAudioElement;
declare const onDutyButton: HTMLButtonElement;
declare function render(state: sdk.CallState): void;
declare function greet(me: sdk.Me): void;
declare function show(...what: unknown[]): void;
declare function leave(to: sdk.PersonId | null): void;
`;

const examples = [...README.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((m) => m[1] ?? '');

/** Each example is a module: imports on top, the rest inside a function, so that names may repeat. */
function moduleOf(example: string): string {
  const lines = example.split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  const body = lines.filter((line) => !line.startsWith('import '));
  return `${AROUND}${imports.join('\n')}\nexport async function example() {\n${body.join('\n')}\n}\n`;
}

/** Compiles texts as if they lay in this folder. Gives the messages of the compiler. */
function compile(texts: readonly string[]): string[] {
  const files = new Map(texts.map((text, i) => [`${HERE}readme-example-${i}.ts`, text]));
  const { config } = ts.readConfigFile(`${HERE}../tsconfig.json`, ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, `${HERE}..`);
  // An example may name what it does not go on to use.
  Object.assign(options, { noUnusedLocals: false, noUnusedParameters: false });
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? getSourceFile(name, version, ...rest)
      : ts.createSourceFile(name, text, version, true);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .filter((d) => d.file && files.has(d.file.fileName))
    .map((d) => {
      const line = d.file?.text.slice(0, d.start).split('\n').at(-1) ?? '';
      const rest = d.file?.text.slice(d.start).split('\n')[0] ?? '';
      return `${line}${rest}\n  ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`;
    });
}

describe('the README', () => {
  it('has examples that compile, and would not get away with a method that is not there', () => {
    expect(examples.length).toBeGreaterThan(7);
    const found = compile([...examples, 'await client.tapp();'].map(moduleOf));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/tapp/);
  }, 180_000);
});
