import { expect, test } from 'vitest';
import { YobanProblem } from '../src/problem.ts';
import { SignalLink } from '../src/signal-link.ts';
import { FakeSocket, FakeTimers, settle } from './fakes.ts';

function setUp(
  token: () => Promise<{ token: string } | { none: 'signed-out' | 'unreachable' }> = async () => ({
    token: 't',
  }),
) {
  const sockets: FakeSocket[] = [];
  const timers = new FakeTimers();
  const link = new SignalLink({
    url: 'wss://yoban.test/api/v1/signal',
    socket: (url, protocol) => {
      const socket = new FakeSocket(url, protocol);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    token,
    now: () => timers.now,
    random: () => 0,
    timers,
  });
  return { link, sockets, timers };
}

async function live() {
  const made = setUp();
  made.link.start();
  await settle();
  const [socket] = made.sockets;
  if (socket === undefined) throw new Error('no socket was opened');
  socket.welcome();
  return { ...made, socket };
}

test('says hello first, with the subprotocol, and no token in the address', async () => {
  const { socket, link } = await live();
  expect(socket.protocol).toBe('yoban.v1');
  expect(socket.url).not.toContain('t=');
  expect(socket.sent).toEqual([{ id: 1, message: { type: 'hello', token: 't', protocol: 1 } }]);
  expect(link.state).toBe('online');
});

test('a command resolves with its own ack and rejects with its own problem', async () => {
  const { socket, link } = await live();
  const first = link.send({ type: 'accept', session: 's' });
  const second = link.send({ type: 'leave', session: 's' });
  const [accept] = socket.of('accept');
  const [leave] = socket.of('leave');
  const problem = {
    type: 'x',
    code: 'not-in-call',
    status: 403,
    title: 'ja',
    titleEn: 'en',
    next: 'ja2',
    nextEn: 'en2',
  };
  socket.say({ type: 'problem', id: leave?.id ?? 0, problem });
  socket.ack(accept?.id ?? 0);
  await expect(first).resolves.toBeUndefined();
  const refused = await second.catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(YobanProblem);
  expect(refused).toMatchObject({
    code: 'not-in-call',
    status: 403,
    title: { ja: 'ja', en: 'en' },
    next: { ja: 'ja2', en: 'en2' },
  });
});

test('a command outlives the socket', async () => {
  const { socket, link, sockets, timers } = await live();
  const done = link.send({ type: 'accept', session: 's' });
  socket.onclose?.({ code: 1006 });
  expect(link.state).toBe('reconnecting');
  await timers.pass(200);
  const second = sockets[1];
  second?.welcome(true);
  expect(second?.of('accept')).toHaveLength(1);
  second?.ackAll('accept');
  await expect(done).resolves.toBeUndefined();
});

test('nobody waits for ever', async () => {
  const { link, timers } = await live();
  const done = link.send({ type: 'accept', session: 's' }, 9_000).catch((error: YobanProblem) => error.code);
  await timers.pass(9_000);
  expect(await done).toBe('unanswered');
});

test('what cannot be read is passed over', async () => {
  const { socket, link } = await live();
  const heard: string[] = [];
  link.on('message', (m) => heard.push(m.type));
  for (const data of ['{', 'null', '{"message":{}}', new ArrayBuffer(3)]) socket.onmessage?.({ data });
  socket.say({ type: 'queue', items: [] }, 1);
  socket.onmessage?.({ data: '{"seq":2,"message":{"type":"fromTheFuture"}}' });
  expect(heard).toEqual(['queue', 'fromTheFuture']);
});

test('a listener may send from within a message', async () => {
  const { socket, link } = await live();
  link.on('message', () => void link.send({ type: 'leave', session: 's' }).catch(() => undefined));
  socket.say({ type: 'queue', items: [] }, 1);
  expect(socket.of('leave')).toHaveLength(1);
});

test('signed out: no socket at all', async () => {
  const { link, sockets } = setUp(async () => ({ none: 'signed-out' }));
  link.start();
  await settle();
  expect(link.state).toBe('signed-out');
  expect(sockets).toEqual([]);
});
