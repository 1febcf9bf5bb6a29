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

test('one reading that the server refuses costs no other', async () => {
  const sent: string[] = [];
  const outbox = new ReadingOutbox(new SafeStore(new MemoryStore(), 'test'), async ({ readings }) => {
    if (readings.some((r) => r.id === 'r7'))
      throw new YobanProblem({ ...clientProblems.noConnection, code: 'bad-reading', status: 422 });
    sent.push(...readings.map((r) => r.id));
  });
  await expect(outbox.add(range(0, 60), 'a')).rejects.toMatchObject({ code: 'bad-reading' });
  const all = range(0, 60).map((r) => r.id);
  expect(sent).toEqual(all.filter((id) => id !== 'r7'));
  expect(outbox.waiting).toBe(0);
});

test('what a call that is over does not take goes to the patient', async () => {
  const sent: { session: string | null; id: string }[] = [];
  const outbox = new ReadingOutbox(
    new SafeStore(new MemoryStore(), 'test'),
    async ({ session, readings }) => {
      if (session === 'over')
        throw new YobanProblem({ ...clientProblems.noConnection, code: 'call-ended', status: 409 });
      sent.push(...readings.map((r) => ({ session: session ?? null, id: r.id })));
    },
  );
  await outbox.add(range(0, 2), 'over');
  await outbox.add(range(2, 3), 'next');
  expect(sent).toEqual([
    { session: null, id: 'r0' },
    { session: null, id: 'r1' },
    { session: 'next', id: 'r2' },
  ]);
});

test('what neither call nor patient takes is refused with what the call said', async () => {
  const sent: (string | null)[] = [];
  const outbox = new ReadingOutbox(
    new SafeStore(new MemoryStore(), 'test'),
    async ({ session, readings }) => {
      sent.push(readings[0]?.id ?? null);
      if (readings[0]?.id === 'r2') return;
      const code = session === undefined ? 'invalid' : 'record-signed';
      throw new YobanProblem({ ...clientProblems.noConnection, code, status: 409 });
    },
  );
  await expect(outbox.add(range(1, 2), 'a')).rejects.toMatchObject({ code: 'record-signed' });
  await outbox.add(range(2, 3), null);
  await expect(outbox.add(range(3, 4), null)).rejects.toMatchObject({ code: 'invalid' });
  expect(sent).toEqual(['r1', 'r1', 'r2', 'r3']);
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

test('what the same one kept under another sign-in goes out too; what another one kept there is counted and stays', async () => {
  const inner = new MemoryStore();
  const place = (namespace: string) => new SafeStore(inner, namespace);
  for (const [namespace, of, from] of [
    ['app-old', 'me', 0],
    ['app-older', 'somebody', 10],
    ['app', 'somebody else', 20],
    ['other-app', 'somebody', 30],
    ['app-new', 'me', 40],
  ] as const) {
    const left = setUp(place(namespace));
    left.outbox.belongsTo(of);
    left.failWith(new YobanProblem(clientProblems.noConnection));
    await expect(left.outbox.add(range(from, from + 2), 'a')).rejects.toMatchObject({
      code: 'no-connection',
    });
  }
  const { outbox, sent, storage } = setUp(place('app-new'));
  const elsewhere = () => storage.others('app', 'readings');
  const nobody = setUp(place('app-fresh'));
  expect(nobody.outbox.collect(nobody.storage.others('app', 'readings')), 'nobody is here yet').toBe(8);
  expect(outbox.collect(elsewhere())).toBe(4);
  expect(outbox.waiting).toBe(4);
  expect(outbox.collect(elsewhere()), 'once').toBe(4);
  await outbox.flush();
  expect(sent).toEqual([{ session: 'a', ids: ['r0', 'r1', 'r40', 'r41'] }]);
  outbox.collect(elsewhere());
  expect(outbox.waiting, 'sent once').toBe(0);
  expect(setUp(place('app-older')).outbox.waiting).toBe(2);
});
