import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Room } from '../src/room.ts';
import { SignalLink } from '../src/signal-link.ts';
import { MemoryStore, SafeStore } from '../src/storage.ts';
import { CallStore } from '../src/store.ts';
import type { CallView } from '../src/types.ts';
import {
  FakeDevices,
  FakePeer,
  FakeSocket,
  type FakeStream,
  FakeTimers,
  installPage,
  settle,
} from './fakes.ts';
import { callView, participant } from './samples.ts';

beforeAll(installPage);
beforeEach(() => {
  FakePeer.made = [];
});

const nurse = participant('nurse');
const doctor = participant('doctor', { role: 'dutyDoctor' });
const patient = participant('me', { role: 'patient' });

async function setUp() {
  const timers = new FakeTimers();
  const sockets: FakeSocket[] = [];
  const store = new CallStore(() => timers.now);
  const signal = new SignalLink({
    url: 'wss://yoban.test/api/v1/signal',
    socket: (url, protocol) => {
      const socket = new FakeSocket(url, protocol);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    token: async () => ({ token: 't' }),
    now: () => timers.now,
    random: () => 0,
    timers,
  });
  signal.on('state', (state) => store.setConnection(state));
  signal.on('message', (message) => store.apply(message));
  signal.start();
  await settle();
  sockets[0]?.welcome();
  const devices = new FakeDevices();
  const storage = new SafeStore(new MemoryStore(), 'test');
  const peers = () => new FakePeer() as unknown as RTCPeerConnection;
  const room = new Room({ session: 's', signal, store, storage, timers, devices: devices as never, peers });
  const heard: string[] = [];
  for (const name of ['connected', 'reconnecting', 'reconnected', 'disconnected'] as const) {
    room.on(name, (...args: unknown[]) => heard.push([name, ...args].join(' ')));
  }
  room.on('trackSubscribed', (track, p) => heard.push(`+${track.kind} ${p.leg}`));
  room.on('trackUnsubscribed', (track, p) => heard.push(`-${track.kind} ${p.leg}`));
  let version = 1;
  const socket = () => sockets.at(-1) as FakeSocket;
  const show = (change: Partial<CallView>) => {
    version += 1;
    socket().say({ type: 'call', call: callView({ version, people: [patient, nurse], ...change }) });
  };
  return { room, socket, timers, heard, devices, show, store, signal };
}

/** A room that carries, over connection `c1` with the nurse in the first slot. */
async function connected() {
  const made = await setUp();
  made.show({});
  const done = made.room.connect();
  await settle();
  await offer(made, 'c1', ['nurse', null]);
  FakePeer.made[0]?.become('connected');
  await done;
  return made;
}

async function offer(
  { socket }: Awaited<ReturnType<typeof setUp>>,
  connection: string,
  slots: (string | null)[],
) {
  socket().ackAll('connect');
  socket().say({ type: 'offer', session: 's', connection, sdp: `offer ${connection}` });
  socket().say({ type: 'map', connection, slots });
  await settle();
}

/** A video element as far as tracks touch it. */
const element = () => ({ srcObject: null as FakeStream | null, muted: false, play: async () => undefined });

describe('one call', () => {
  test('asks, answers with its own tracks on mid 0 and 1, and shows who the map names', async () => {
    const made = await connected();
    const [peer] = FakePeer.made;
    expect(peer?.transceivers.map((t) => [t.mid, t.direction, t.sender.track])).toEqual([
      ['0', 'sendonly', made.devices.given[0]],
      ['1', 'sendonly', made.devices.given[1]],
    ]);
    expect(
      made
        .socket()
        .of('answer')
        .map((f) => f.message),
    ).toEqual([{ type: 'answer', connection: 'c1', sdp: 'answer' }]);
    expect(
      made
        .socket()
        .of('declare')
        .map((f) => f.message),
    ).toEqual([{ type: 'declare', session: 's', microphone: 'on', camera: 'on' }]);
    expect(made.heard).toEqual(['+audio nurse', '+video nurse', 'connected']);
    expect(made.room.remoteParticipants.get('nurse')?.videoTrack?.mediaStreamTrack).toBe(peer?.down[1]);
    expect(made.room.remoteParticipants.has('me')).toBe(false);
  });

  test('people come and go by map alone, and nobody stays on the screen as a frozen picture', async () => {
    const made = await connected();
    const shown = element();
    made.room.remoteParticipants.get('nurse')?.videoTrack?.attach(shown as never);
    expect(shown.srcObject?.tracks).toEqual([FakePeer.made[0]?.down[1]]);
    expect(shown.muted).toBe(true);
    made.show({ people: [patient, nurse, doctor] });
    made.socket().say({ type: 'map', connection: 'c1', slots: ['nurse', 'doctor'] });
    expect(made.room.remoteParticipants.get('doctor')?.audioTrack?.mediaStreamTrack).toBe(
      FakePeer.made[0]?.down[2],
    );
    made.socket().say({ type: 'map', connection: 'c1', slots: [null, 'doctor'] });
    expect(shown.srcObject).toBeNull();
    expect(made.room.remoteParticipants.get('nurse')?.videoTrack).toBeNull();
    expect(FakePeer.made).toHaveLength(1);
    expect(made.heard.slice(3)).toEqual(['+audio doctor', '+video doctor', '-audio nurse', '-video nurse']);
  });

  test('a joiner who only rings is no participant', async () => {
    const made = await connected();
    made.show({
      people: [patient, nurse, participant('doctor', { legState: { state: 'ringing', since: 0, until: 9 } })],
    });
    expect([...made.room.remoteParticipants.keys()]).toEqual(['nurse']);
  });

  test('muting is told, once, both ways', async () => {
    const made = await connected();
    const muted: string[] = [];
    made.room.on('trackMuted', (kind, p) => muted.push(`${kind} ${p.leg} off`));
    made.room.on('trackUnmuted', (kind, p) => muted.push(`${kind} ${p.leg} on`));
    made.show({ people: [patient, participant('nurse', { microphone: 'off' })] });
    made.show({ people: [patient, participant('nurse', { microphone: 'off' })] });
    made.show({ people: [patient, nurse] });
    expect(muted).toEqual(['audio nurse off', 'audio nurse on']);
    await made.room.localParticipant.setMicrophoneEnabled(false);
    expect(made.socket().of('declare').at(-1)?.message).toMatchObject({ microphone: 'off', camera: 'on' });
  });

  test('the others are there while the browser still asks for the camera; ours follows without a new offer', async () => {
    const made = await setUp();
    let answer = () => {};
    made.devices.question = new Promise((done) => {
      answer = done;
    });
    made.show({});
    const done = made.room.connect();
    await settle();
    await offer(made, 'c1', ['nurse', null]);
    FakePeer.made[0]?.become('connected');
    expect(made.heard).toEqual(['+audio nurse', '+video nurse', 'connected']);
    const sent = () => FakePeer.made[0]?.transceivers.map((t) => [t.direction, t.sender.track]);
    expect(sent()).toEqual([
      ['sendonly', null],
      ['sendonly', null],
    ]);
    // The socket comes back meanwhile.
    made.socket().onclose?.({ code: 1006 });
    await made.timers.pass(150);
    made.socket().welcome(true);
    await settle();
    expect(made.socket().of('declare'), 'nothing is said of what is not known').toEqual([]);
    answer();
    await done;
    expect(sent()).toEqual([
      ['sendonly', made.devices.given[0]],
      ['sendonly', made.devices.given[1]],
    ]);
    expect(
      made
        .socket()
        .of('declare')
        .map((f) => f.message),
    ).toEqual([{ type: 'declare', session: 's', microphone: 'on', camera: 'on' }]);
    expect(FakePeer.made).toHaveLength(1);
  });

  test('without a camera the call goes on, and the server knows', async () => {
    const made = await setUp();
    made.devices.camera = 'NotReadableError';
    const errors: string[] = [];
    made.room.on('mediaDevicesError', ({ kind, state }) => errors.push(`${kind} ${state}`));
    made.show({});
    const done = made.room.connect();
    await settle();
    await offer(made, 'c1', ['nurse', null]);
    FakePeer.made[0]?.become('connected');
    await done;
    expect(errors).toEqual(['camera inUse']);
    expect(made.socket().of('declare').at(-1)?.message).toMatchObject({ microphone: 'on', camera: 'inUse' });
    expect(FakePeer.made[0]?.transceivers.map((t) => [t.direction, t.sender.track === null])).toEqual([
      ['sendonly', false],
      ['sendonly', true],
    ]);
    made.devices.camera = null;
    await made.room.localParticipant.retryDevices();
    expect(FakePeer.made[0]?.transceivers[1]?.sender.track).toBe(made.devices.live('video')[0]);
  });
});

describe('another way to the network', () => {
  test('a new connection beside the old one; pictures move over and the old one closes', async () => {
    const made = await connected();
    const shown = element();
    const track = made.room.remoteParticipants.get('nurse')?.videoTrack;
    track?.attach(shown as never);
    made.room.reconnectNow();
    await made.timers.pass(300);
    await offer(made, 'c2', [null, 'nurse']);
    const [old, fresh] = FakePeer.made;
    expect(old?.closed).toBe(false);
    fresh?.become('connected');
    expect(old?.closed).toBe(true);
    expect(made.room.remoteParticipants.get('nurse')?.videoTrack).toBe(track);
    expect(shown.srcObject?.tracks).toEqual([fresh?.down[3]]);
    expect(made.heard.slice(3)).toEqual([]);
    made.socket().say({ type: 'connectionGone', session: 's', connection: 'c1', retry: false });
    expect(made.room.state).toBe('connected');
  });

  test('ICE that stays away for two seconds brings a new connection', async () => {
    const made = await connected();
    expect(made.socket().of('ping')).toHaveLength(0);
    FakePeer.made[0]?.become('disconnected');
    expect(made.heard.at(-1)).toBe('reconnecting');
    expect(made.socket().of('ping'), 'the socket is asked whether it still lives').toHaveLength(1);
    await made.timers.pass(1_999);
    expect(made.socket().of('connect')).toHaveLength(1);
    await made.timers.pass(1);
    expect(made.socket().of('connect')).toHaveLength(2);
    await offer(made, 'c2', ['nurse', null]);
    FakePeer.made[1]?.become('connected');
    expect(made.heard.at(-1)).toBe('reconnected');
  });

  test('socket and media both lost: one request, sent when the socket is back', async () => {
    const made = await connected();
    made.socket().onclose?.({ code: 1006 });
    FakePeer.made[0]?.become('failed');
    await made.timers.pass(150);
    made.socket().welcome(true);
    await settle();
    expect(made.socket().of('connect')).toHaveLength(1);
  });

  test('a request that waits for a restarted server is not doubled', async () => {
    const made = await setUp();
    made.show({});
    made.room.connect().catch(() => undefined);
    await settle();
    expect(made.socket().of('connect')).toHaveLength(1);
    made.socket().onclose?.({ code: 1006 });
    await made.timers.pass(150);
    made.socket().welcome(false, 'b');
    await settle();
    expect(made.socket().of('connect')).toHaveLength(1);
  });

  test('a restarted server is asked for a new connection, and told again what we send', async () => {
    const made = await connected();
    made.socket().ackAll('declare');
    made.socket().onclose?.({ code: 1006 });
    await made.timers.pass(150);
    made.socket().welcome(false, 'b');
    await settle();
    expect(made.socket().of('connect')).toHaveLength(1);
    expect(made.socket().of('declare')).toHaveLength(1);
  });
});

describe('the end', () => {
  test('of the call: media, devices and people are gone, with the reason', async () => {
    const made = await connected();
    made.show({ state: { state: 'closing', by: 'x', since: 0, until: 10 } });
    expect(made.room.state).toBe('connected');
    made.show({ state: { state: 'ended', at: 1, reason: 'completed', remindAt: 2, overdue: false } });
    await settle();
    expect(made.heard.at(-1)).toBe('disconnected callEnded');
    expect(FakePeer.made[0]?.closed).toBe(true);
    expect(made.devices.live('audio')).toEqual([]);
    expect(made.room.remoteParticipants.size).toBe(0);
  });

  test('by a list that no longer names the call', async () => {
    const made = await connected();
    made.socket().say({ type: 'calls', calls: [] });
    expect(made.heard.at(-1)).toBe('disconnected callEnded');
  });

  test('a call whose view is still on the way has not ended', async () => {
    const made = await setUp();
    made.socket().say({ type: 'calls', calls: [] });
    void made.room.connect();
    await settle();
    expect(made.room.state).toBe('connecting');
  });

  test('leaving while the browser still asks for the camera', async () => {
    const made = await setUp();
    made.show({});
    const done = made.room.connect().catch((error: Error) => error.name);
    made.room.disconnect();
    expect(await done).toBe('YobanProblem');
    await settle();
    await offer(made, 'c1', ['nurse', null]);
    expect(FakePeer.made, 'the offer comes too late').toEqual([]);
    expect(made.devices.live('video')).toEqual([]);
    expect(made.socket().of('declare')).toEqual([]);
  });

  test('and again: the same room connects afresh', async () => {
    const made = await connected();
    made.room.disconnect();
    await settle();
    const done = made.room.connect();
    await settle();
    await offer(made, 'c9', ['nurse', null]);
    FakePeer.made[1]?.become('connected');
    await done;
    expect(made.heard.slice(-2)).toEqual(['+video nurse', 'connected']);
  });

  test('refused for good', async () => {
    const made = await setUp();
    made.show({});
    const done = made.room.connect().catch((error: Error) => error.name);
    await settle();
    const [{ id } = { id: 0 }] = made.socket().of('connect');
    const problem = {
      type: '',
      code: 'not-in-call',
      status: 403,
      title: '',
      titleEn: '',
      next: '',
      nextEn: '',
    };
    made.socket().say({ type: 'problem', id, problem });
    expect(await done).toBe('YobanProblem');
    expect(made.heard).toEqual(['disconnected notInCall']);
  });

  test('a listener that leaves at the first picture is obeyed', async () => {
    const made = await setUp();
    made.room.on('trackSubscribed', () => made.room.disconnect());
    made.show({});
    made.room.connect().catch(() => undefined);
    await settle();
    await offer(made, 'c1', ['nurse', null]);
    FakePeer.made[0]?.become('connected');
    await settle();
    expect(made.room.state).toBe('disconnected');
    expect(FakePeer.made[0]?.closed).toBe(true);
    expect(made.heard.at(-1)).toBe('disconnected client');
  });
});
