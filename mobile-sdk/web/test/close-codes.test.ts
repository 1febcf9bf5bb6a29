/** The socket's close codes are the server's, and the README says what each one means. */
import { expect, test } from 'vitest';
import readme from '../README.md?raw';
import { CLOSE, DEAD, initialState, type SignalInput, step } from '../src/signal-machine.ts';
import { MAX_MESSAGE } from '../src/signal-state.ts';

const sources = import.meta.glob<string>('../../../domain/src/wire/mod.rs', {
  query: '?raw',
  import: 'default',
  eager: true,
});
const [rust = ''] = Object.values(sources);

const camel = (name: string) =>
  name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());

test('every code of the server is known by its name, and none beside them', () => {
  const [, close = ''] = /pub mod close \{([\s\S]*?)\n\}/.exec(rust) ?? [];
  const theirs = [...close.matchAll(/pub const (\w+): u16 = (\d+);/g)];
  expect(theirs.length).toBeGreaterThanOrEqual(6);
  expect(CLOSE).toEqual(Object.fromEntries(theirs.map(([, name = '', code]) => [camel(name), Number(code)])));
});

test('the README has a line for each', () => {
  const lines = [...readme.matchAll(/^\| (4\d{3}) +\|/gm)].map(([, code]) => Number(code));
  expect(lines.sort()).toEqual([DEAD, ...Object.values(CLOSE)].sort());
});

/** A live link with these commands on their way. */
function live(...texts: string[]) {
  let state = initialState();
  const out: unknown[] = [];
  const take = (input: SignalInput) => {
    const turn = step(state, input, { now: 0, random: 0 });
    state = turn.state;
    out.push(...turn.outputs);
    return turn.outputs;
  };
  const connect = () => {
    const { attempt } = state;
    take({ in: 'token', attempt, token: 't' });
    take({ in: 'opened', attempt });
    const me = {
      device: 'd',
      association: '',
      associationEn: '',
      deskPhone: '',
      zone: '',
      demo: true,
      who: { kind: 'tablet', patient: 'p', name: '', nameLatin: '' },
    } as const;
    const welcome = {
      type: 'welcome',
      stream: 's',
      resumed: false,
      heartbeatMs: 10_000,
      now: 0,
      me,
    } as const;
    return take({ in: 'message', attempt, frame: { message: welcome } });
  };
  take({ in: 'start' });
  const first = connect();
  texts.forEach((text, key) => {
    take({
      in: 'command',
      key,
      message: { type: 'assess', session: 's', finding: { part: 'note', text } },
      patienceMs: null,
    });
  });
  const begun = [...out];
  const closed = (code: number) => take({ in: 'closed', attempt: state.attempt, code });
  const again = () => {
    take({ in: 'timer', timer: 'retry' });
    return connect();
  };
  return { closed, again, first, begun };
}

const settled = (outputs: readonly unknown[]) =>
  (outputs as { out: string }[]).filter((o) => o.out === 'settled');
const notes = (outputs: readonly unknown[]) =>
  (outputs as { out: string; frame?: { message: { type: string } } }[]).filter(
    (o) => o.out === 'send' && o.frame?.message.type === 'assess',
  ).length;

test('what the server would not take is given back as too long and never sent; what just fits is', () => {
  const [, limit = ''] = /pub const MAX_MESSAGE: usize = ([\d *]+);/.exec(rust) ?? [];
  expect(limit.split('*').reduce((product, n) => product * Number(n), 1)).toBe(MAX_MESSAGE);
  // Bytes count, not characters.
  const link = live('short', 'あ'.repeat(MAX_MESSAGE / 3), 'x'.repeat(MAX_MESSAGE - 200));
  expect(settled(link.begun)).toMatchObject([{ key: 1, problem: { code: 'too-large', status: 413 } }]);
  expect(notes(link.first)).toBe(0);
  expect(notes(link.begun)).toBe(2);
  expect(settled(link.closed(CLOSE.protocol))).toEqual([]);
  expect(notes(link.again())).toBe(2);
});

test('a link that was merely slow loses nothing', () => {
  const link = live('one', 'two');
  expect(settled(link.closed(CLOSE.tooSlow))).toEqual([]);
  expect(notes(link.again())).toBe(2);
});
