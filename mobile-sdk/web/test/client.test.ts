/** The whole client against a server that is a few lines: sign-in, socket, commands, readings, another person. */
import { beforeAll, expect, test } from 'vitest';
import { YobanClient } from '../src/client.ts';
import { MemoryStore } from '../src/storage.ts';
import type { NewReading } from '../src/types.ts';
import { FakeSocket, FakeTimers, installPage, settle } from './fakes.ts';
import { callView, me } from './samples.ts';

beforeAll(installPage);

const reading: NewReading = {
  id: 'r1',
  vital: { kind: 'pulse', value: '62', unit: '/min' },
  origin: { kind: 'manual' },
  flags: [],
};

/** What the network does with a request before the server has it; `never` swallows it. */
type Weather = (path: string) => Promise<Response | null>;
const never = () => new Promise<never>(() => undefined);

function setUp(storage = new MemoryStore(), weather: Weather = async () => null) {
  const timers = new FakeTimers();
  const sockets: FakeSocket[] = [];
  const asked: string[] = [];
  let who = me;
  const answer = async (url: string, init: RequestInit) => {
    const path = new URL(url).pathname;
    asked.push(`${init.method} ${path}`);
    const instead = await weather(path);
    if (instead) return instead;
    const body = url.endsWith('/sessions')
      ? { case: 'c', session: 's', existing: false }
      : { accessToken: 'access', refreshToken: 'refresh', expiresAt: timers.now + 600_000, me: who };
    return Response.json(body);
  };
  const client = new YobanClient({
    baseUrl: 'https://yoban.test/',
    storage,
    namespace: 'tablet',
    now: () => timers.now,
    random: () => 0,
    fetch: answer as typeof fetch,
    socket: (url, protocol) => {
      const socket = new FakeSocket(url, protocol);
      socket.clock = () => timers.now;
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    timers,
  });
  const setWho = (next: typeof me) => {
    who = next;
  };
  return { client, timers, sockets, asked, storage, setWho };
}

async function online(storage?: MemoryStore) {
  const made = setUp(storage);
  if ((await made.client.restore()) === null) await made.client.signIn('code');
  made.client.start();
  await settle();
  made.sockets[0]?.welcome();
  await settle();
  const socket = made.sockets[0];
  if (socket === undefined) throw new Error('no socket was opened');
  return { ...made, socket };
}

test('from the code to the first picture', async () => {
  const { client, socket, asked } = await online();
  expect(socket.url).toBe('wss://yoban.test/api/v1/signal');
  expect(socket.of('hello')[0]?.message.token).toBe('access');
  socket.say({ type: 'calls', calls: [callView()] }, 1);
  expect(client.store.getSnapshot()).toMatchObject({ connection: 'online', ready: true, me });
  expect(await client.tap()).toMatchObject({ session: 's' });
  expect(asked).toEqual(['POST /api/v1/sign-in', 'POST /api/v1/sessions']);
});

test('a reload is signed in without a code, as the same device', async () => {
  const first = await online();
  const second = await online(first.storage);
  expect(second.asked).toEqual([]);
  expect(second.client.device).toBe(first.client.device);
});

test('after a reload without a server its clock is as it was known before', async () => {
  const first = await online();
  const ahead = 600_000;
  first.socket.clock = () => first.timers.now + ahead;
  await first.timers.pass(20_000);
  expect(first.client.store.serverNow()).toBe(first.timers.now + ahead);
  const second = setUp(first.storage);
  expect(second.client.store.serverNow()).toBe(second.timers.now + ahead);
});

test('apps of one browser with names of their own do not share a device', () => {
  const storage = new MemoryStore();
  const options = { baseUrl: 'https://yoban.test', storage, timers: new FakeTimers() };
  const desk = new YobanClient({ ...options, namespace: 'desk' });
  const phone = new YobanClient({ ...options, namespace: 'phone' });
  expect(desk.device).not.toBe(phone.device);
});

test('readings measured without a server go out after the next start', async () => {
  const { client, storage, sockets } = setUp();
  await client.signIn('code');
  await expect(client.sendReadings([reading], 's')).rejects.toMatchObject({ code: 'no-connection' });
  expect(client.readingsWaiting).toBe(1);
  expect(sockets).toEqual([]);
  const after = await online(storage);
  expect(after.socket.of('readings').map((f) => f.message)).toEqual([
    { type: 'readings', session: 's', readings: [reading] },
  ]);
  after.socket.ackAll('readings');
  await settle();
  expect(after.client.readingsWaiting).toBe(0);
});

test('another person on the same device finds nothing of the one before', async () => {
  const made = await online();
  made.socket.say({ type: 'calls', calls: [callView()] }, 1);
  void made.client.sendReadings([reading], 's').catch(() => undefined);
  const room = made.client.room('s');
  made.setWho({ ...me, who: { kind: 'tablet', patient: 'other', name: '', nameLatin: '' } });
  await made.client.signIn('other code');
  expect(made.client.store.getSnapshot().calls).toEqual([]);
  expect(made.client.readingsWaiting).toBe(0);
  expect(made.socket.closedWith).toBe(1000);
  expect(made.client.room('s')).not.toBe(room);
});

const refused = {
  type: '',
  code: 'sign-in-needed',
  status: 401,
  title: '',
  titleEn: '',
  next: '',
  nextEn: '',
};
const other: typeof me = { ...me, who: { kind: 'tablet', patient: 'other', name: '', nameLatin: '' } };

/** Somebody whose reading could not be sent, and whose sign-in the server takes back. */
async function withdrawn() {
  let refuse = false;
  const made = setUp(new MemoryStore(), async (path) =>
    refuse && path === '/api/v1/token' ? Response.json(refused, { status: 401 }) : null,
  );
  await made.client.signIn('code');
  made.client.start();
  await settle();
  const socket = made.sockets[0];
  if (socket === undefined) throw new Error('no socket was opened');
  socket.welcome();
  socket.say({ type: 'calls', calls: [callView()] }, 1);
  void made.client.sendReadings([reading], 's').catch(() => undefined);
  refuse = true;
  socket.onclose?.({ code: 4001 });
  await settle();
  expect(made.client.store.getSnapshot()).toMatchObject({ connection: 'signed-out', me: null });
  return made;
}

/** What is sent once this client is online. */
async function sentOnline({ client, sockets }: ReturnType<typeof setUp>) {
  client.start();
  await settle();
  const socket = sockets.at(-1);
  socket?.welcome();
  await settle();
  return socket?.of('readings').map((f) => f.message.readings);
}

test('whoever comes after a sign-in was withdrawn finds nothing of the one before', async () => {
  const made = await withdrawn();
  const room = made.client.room('s');
  expect(made.client.store.getSnapshot()).toMatchObject({ calls: [], ready: false });
  made.setWho(other);
  await made.client.signIn('other code');
  expect(made.client.readingsWaiting).toBe(0);
  expect(made.client.room('s')).not.toBe(room);
  expect(await sentOnline(made)).toEqual([]);
});

test('nor after a reload, nor where the page was closed in the middle of the sign-in', async () => {
  for (const middle of [false, true]) {
    const { storage } = await withdrawn();
    const next = setUp(storage);
    expect(await next.client.restore()).toBeNull();
    next.setWho(other);
    const kept = storage.getItem('yoban.tablet.readings') ?? '';
    await next.client.signIn('other code');
    if (middle) storage.setItem('yoban.tablet.readings', kept);
    const after = setUp(storage);
    after.setWho(other);
    await after.client.restore();
    expect(after.client.readingsWaiting).toBe(0);
    expect(await sentOnline(after)).toEqual([]);
  }
});

test('the same person again finds the readings, and they go out', async () => {
  const { storage } = await withdrawn();
  const again = setUp(storage);
  await again.client.restore();
  // The name may have been written another way since: the person is the same.
  again.setWho({ ...me, who: { kind: 'tablet', patient: 'p', name: '佐藤 春', nameLatin: 'Haru Sato' } });
  await again.client.signIn('code');
  expect(await sentOnline(again)).toEqual([[reading]]);
});

test('signing out leaves no token behind', async () => {
  const made = await online();
  made.client.signOut();
  expect(made.client.me).toBeNull();
  const after = setUp(made.storage);
  expect(await after.client.restore()).toBeNull();
  after.client.start();
  await settle();
  expect(after.client.store.getSnapshot().connection).toBe('signed-out');
});

/** Signed in an hour ago: the access token has run out, and another must come first. */
async function fromBefore(weather: Weather) {
  const before = await online();
  before.client.stop();
  const made = setUp(before.storage, weather);
  made.timers.now = before.timers.now + 3_600_000;
  return made;
}

test('switched on again on a network that swallows everything, it is whoever it was, and goes on trying', async () => {
  const made = await fromBefore(never);
  let back: unknown = 'not yet';
  void made.client.restore().then((who) => {
    back = who;
  });
  await made.timers.pass(1_499);
  expect(back).toBe('not yet');
  await made.timers.pass(1);
  expect(back).toEqual(me);
  made.client.start();
  await settle();
  expect(made.client.store.getSnapshot()).toMatchObject({ connection: 'connecting', me });
  expect(made.asked).toEqual(['POST /api/v1/token']);
});

test('a no that comes after it was let in leaves nobody signed in', async () => {
  let refuse: (answer: Response) => void = () => undefined;
  const answer = new Promise<Response>((done) => {
    refuse = done;
  });
  const made = await fromBefore(() => answer);
  const back = made.client.restore();
  await made.timers.pass(1_500);
  expect(await back).toEqual(me);
  made.client.start();
  await settle();
  refuse(Response.json(refused, { status: 401 }));
  await settle();
  expect(made.client.store.getSnapshot()).toMatchObject({ connection: 'signed-out', me: null });
});

test('a token that is renewed goes to the running socket too', async () => {
  const made = await online();
  await made.timers.pass(535_000);
  expect(made.asked).not.toContain('POST /api/v1/token');
  await made.timers.pass(10_000);
  expect(made.asked).toContain('POST /api/v1/token');
  expect(made.socket.of('renew').map((f) => f.message.token)).toEqual(['access']);
});

test('what was said about duty is said again after a break', async () => {
  const made = await online();
  const done = made.client.setDuty(true);
  made.socket.ackAll('duty');
  await done;
  made.socket.onclose?.({ code: 1006 });
  await made.timers.pass(200);
  made.sockets[1]?.welcome(true);
  expect(made.sockets[1]?.of('duty').map((f) => f.message.ready)).toEqual([true]);
});
