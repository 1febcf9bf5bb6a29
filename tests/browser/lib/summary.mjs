/**
 * A reporter for the very end of a log, where people look first: how long each file took, and where something failed
 * first: its name and what it said. Everything else is the spec reporter's.
 */
import { basename } from 'node:path';

/** Lines of the first failure's message that are told. */
const LINES = 12;

/** The message of a failure as the test threw it, without the runner's wrapping. */
function said(error) {
  const thrown = error?.cause ?? error;
  const message = String(thrown?.message ?? thrown).split('\n');
  const where = String(thrown?.stack ?? '').split('\n').filter((line) => /\((file:.*)?tests\/browser|at .*test\.mjs/.test(line));
  return [...message.slice(0, LINES), ...where.slice(0, 3)].join('\n');
}

/** The file a failure is told in: by what it threw, for steps are declared in `lib`; else what runs. */
const fileOf = (data, running) =>
  String(data.details.error?.cause?.stack ?? data.details.error?.stack).match(/[\w-]+\.test\.mjs/)?.[0] ?? [...running].join(' or ');

export default async function* summary(source) {
  const running = new Set();
  const times = [];
  const failed = [];
  for await (const { type, data } of source) {
    const file = basename(data.file ?? '');
    const whole = data.name === data.file;
    if (type === 'test:dequeue' && whole) running.add(file);
    if (type === 'test:complete' && whole) {
      running.delete(file);
      times.push([file, Math.round(data.details.duration_ms / 1000)]);
    }
    if (type === 'test:fail') failed.push({ name: data.name, file: fileOf(data, running), text: said(data.details.error) });
  }
  yield `${times.map(([file, seconds]) => `${String(seconds).padStart(6)} s  ${file}`).join('\n')}\n`;
  const [first, ...more] = failed;
  if (!first) return;
  const others = more.map(({ file, name }) => `  and ${file}: “${name}”\n`).join('');
  yield `${others}✗ ${first.file}: “${first.name}” failed first:\n${first.text}\n`;
}
