import { expect, test } from 'vitest';
import { clientProblems, YobanProblem } from '../src/problem.ts';
import { ReadingOutbox } from '../src/reading-outbox.ts';
import { MemoryStore, SafeStore } from '../src/storage.ts';
import type { NewReading } from '../src/types.ts';

const reading = (n: number): NewReading => ({
  id: `r${n}`,
  vital: { kind: 'pulse', value: String(60 + n), unit: '/min' },
  origin: { kind: 'manual' },
  flags: [],
});
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => reading(from + i));

function setUp(storage = new SafeStore(new MemoryStore(), 'test')) {
  const sent: { session: string | null; ids: string[] }[] = [];
  let fail: YobanProblem | null = null;
  const outbox = new ReadingOutbox(storage, async ({ session, readings }) => {
    if (fail !== null) throw fail;
    sent.push({ session: session ?? null, ids: readings.map((r) => r.id) });
  });
  return {
    outbox,
    sent,
    storage,
    failWith: (problem: YobanProblem | null) => {
      fail = problem;
    },
  };
}

test('fifty at a time, in order, each in its own session', async () => {
  const { outbox, sent } = setUp();
  await outbox.add([...range(0, 60)], 'a');
  await outbox.add(range(60, 62), 'b');
  expect(sent.map((s) => [s.session, s.ids.length])).toEqual([
    ['a', 50],
    ['a', 10],
    ['b', 2],
  ]);
  expect(sent.flatMap((s) => s.ids)).toEqual(range(0, 62).map((r) => r.id));
  expect(outbox.waiting).toBe(0);
});

test('without a server they are kept, also over a reload, and sent once', async () => {
  const { outbox, storage, failWith } = setUp();
  failWith(new YobanProblem(clientProblems.noConnection));
  await expect(outbox.add(range(0, 3), null)).rejects.toMatchObject({ code: 'no-connection' });
  const after = setUp(storage);
  expect(after.outbox.waiting).toBe(3);
  await after.outbox.add(range(2, 4), null);
  expect(after.sent.flatMap((s) => s.ids)).toEqual(['r0', 'r1', 'r2', 'r3']);
  expect(setUp(storage).outbox.waiting).toBe(0);
});

test('what the server refuses does not block what comes after it', async () => {
  const { outbox, sent, failWith } = setUp();
  failWith(new YobanProblem({ ...clientProblems.noConnection, code: 'not-in-call', status: 403 }));
  await expect(outbox.add(range(0, 1), 'a')).rejects.toMatchObject({ code: 'not-in-call' });
  failWith(null);
  await outbox.add(range(1, 2), 'a');
  expect(sent).toEqual([{ session: 'a', ids: ['r1'] }]);
});

test('readings added while a batch is under way go out too', async () => {
  const { outbox, sent } = setUp();
  await Promise.all([outbox.add(range(0, 1), 'a'), outbox.add(range(1, 2), 'a')]);
  expect(sent.flatMap((s) => s.ids)).toEqual(['r0', 'r1']);
});
