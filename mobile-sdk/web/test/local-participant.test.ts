import { beforeAll, expect, test } from 'vitest';
import { stateOfError } from '../src/capture.ts';
import { LocalParticipant, type MediaDevicesError } from '../src/local-participant.ts';
import { MemoryStore, SafeStore } from '../src/storage.ts';
import { FakeDevices, type FakeStream, FakeTrack, installPage, named, settle } from './fakes.ts';

beforeAll(installPage);

function setUp(
  devices: FakeDevices | null = new FakeDevices(),
  storage = new SafeStore(new MemoryStore(), 'test'),
) {
  const failed: MediaDevicesError[] = [];
  const sent: Record<string, unknown> = { audio: null, video: null };
  const states: string[] = [];
  const local = new LocalParticipant(devices as never, storage, {
    changed: () => {
      const state = `${local.microphone} ${local.camera}`;
      if (states.at(-1) !== state) states.push(state);
    },
    failed: (error) => failed.push(error),
    send: async (kind, track) => {
      sent[kind] = track;
    },
  });
  return { devices: devices ?? new FakeDevices(), local, failed, sent, states, storage };
}

const both = { microphone: true, camera: true };

test('both at once: one question to the person', async () => {
  const { local, devices, sent } = setUp();
  await local.open(both);
  expect(devices.asked).toHaveLength(1);
  expect([local.microphone, local.camera]).toEqual(['on', 'on']);
  expect(sent).toEqual({ audio: devices.given[0], video: devices.given[1] });
});

test.each([
  ['NotAllowedError', 'denied'],
  ['NotReadableError', 'inUse'],
  ['NotFoundError', 'absent'],
] as const)('a camera with %s is %s, and the microphone goes on', async (error, state) => {
  const devices = new FakeDevices();
  devices.camera = error;
  const { local, failed, sent } = setUp(devices);
  await local.open(both);
  expect([local.microphone, local.camera]).toEqual(['on', state]);
  expect(failed).toMatchObject([{ kind: 'camera', state }]);
  expect(sent.audio).toBeInstanceOf(FakeTrack);
  expect(sent.video).toBeNull();
});

test('nothing at all is no error: both states say why', async () => {
  const devices = new FakeDevices();
  devices.camera = 'NotFoundError';
  devices.microphone = 'NotAllowedError';
  const { local, failed } = setUp(devices);
  await local.open(both);
  expect([local.microphone, local.camera]).toEqual(['denied', 'absent']);
  expect(failed.map((f) => f.kind)).toEqual(['microphone', 'camera']);
});

test('a page without a secure context has no devices', async () => {
  const { local } = setUp(null);
  await local.open(both);
  expect([local.microphone, local.camera]).toEqual(['denied', 'denied']);
});

test('after permission was given, a retry brings the camera', async () => {
  const devices = new FakeDevices();
  devices.camera = 'NotAllowedError';
  const { local, sent } = setUp(devices);
  await local.open(both);
  devices.camera = null;
  await local.retryDevices();
  expect(local.camera).toBe('on');
  expect(sent.video).toBe(devices.live('video')[0]);
});

test('mute keeps the microphone, camera off lets the camera go', async () => {
  const { local, devices, sent } = setUp();
  await local.open(both);
  await local.setMicrophoneEnabled(false);
  expect(local.microphone).toBe('off');
  expect(devices.live('audio')).toHaveLength(1);
  expect(devices.live('audio')[0]?.enabled).toBe(false);
  await local.setCameraEnabled(false);
  expect(local.camera).toBe('off');
  expect(devices.live('video')).toEqual([]);
  expect(sent.video).toBeNull();
  await local.setMicrophoneEnabled(true);
  await local.setCameraEnabled(true);
  expect(devices.live('audio')[0]?.enabled).toBe(true);
  expect(sent.video).toBe(devices.live('video')[0]);
});

test('fast taps on the camera button leave one camera or none', async () => {
  const { local, devices, sent } = setUp();
  await local.open(both);
  void local.setCameraEnabled(false);
  void local.setCameraEnabled(true);
  void local.setCameraEnabled(false);
  await local.setCameraEnabled(true);
  expect(devices.live('video')).toHaveLength(1);
  expect(sent.video).toBe(devices.live('video')[0]);
  await local.setCameraEnabled(false);
  expect(devices.live('video')).toEqual([]);
});

test('switched off while the browser still opens it: the camera does not stay on behind the back', async () => {
  const { local, devices, sent } = setUp();
  void local.setCameraEnabled(true);
  await local.setCameraEnabled(false);
  await settle();
  expect(local.camera).toBe('off');
  expect(devices.live('video')).toEqual([]);
  expect(sent.video).toBeNull();
});

test('flip: the other camera, one at a time, and back', async () => {
  const { local, devices, sent } = setUp();
  await local.open(both);
  expect(await local.flipCamera()).toBe(true);
  expect(local.facing).toBe('environment');
  expect(devices.live('video').map((t) => t.settings.deviceId)).toEqual(['back']);
  expect(sent.video).toBe(devices.live('video')[0]);
  expect(await local.flipCamera()).toBe(true);
  expect(local.facing).toBe('user');
});

test('flip while the camera is off leaves it off, and the other side comes when it is switched on', async () => {
  const { local, devices, sent } = setUp();
  await local.open(both);
  await local.setCameraEnabled(false);
  expect(await local.flipCamera()).toBe(false);
  expect([local.camera, local.facing, sent.video]).toEqual(['off', 'environment', null]);
  expect(devices.live('video')).toEqual([]);
  await local.setCameraEnabled(true);
  expect(devices.live('video')[0]?.settings.facingMode).toBe('environment');
});

test('flip with two cameras that know nothing of facing takes the next one', async () => {
  const devices = new FakeDevices();
  devices.cameras = ['usb-1', 'usb-2'];
  const { local } = setUp(devices);
  await local.open(both);
  expect(await local.flipCamera()).toBe(true);
  expect(devices.live('video').map((t) => t.settings.deviceId)).toEqual(['usb-2']);
});

test('flip with one camera keeps it', async () => {
  const devices = new FakeDevices();
  devices.cameras = ['front'];
  const { local } = setUp(devices);
  await local.open(both);
  expect(await local.flipCamera()).toBe(false);
  expect(local.camera).toBe('on');
  expect(devices.live('video')).toHaveLength(1);
});

test('a telephone call takes the microphone and gives it back', async () => {
  const { local, devices, states } = setUp();
  await local.open(both);
  const [microphone] = devices.live('audio');
  microphone?.onmute?.();
  expect(local.microphone).toBe('held');
  microphone?.onunmute?.();
  expect(states).toEqual(['on on', 'held on', 'on on']);
});

test('a camera that is pulled out is replaced by another one, or said to be absent', async () => {
  const { local, devices, sent } = setUp();
  await local.open(both);
  await local.switchDevice('camera', 'back');
  const end = async () => {
    const [camera] = devices.live('video');
    if (camera !== undefined) camera.readyState = 'ended';
    camera?.onended?.();
    await settle();
  };
  devices.cameras = ['front'];
  await end();
  expect(devices.live('video').map((t) => t.settings.deviceId)).toEqual(['front']);
  devices.camera = 'NotFoundError';
  await end();
  expect(local.camera).toBe('absent');
  expect(sent.video).toBeNull();
});

test('the chosen devices are remembered; one that is gone does not stop the call', async () => {
  const { local, devices, storage } = setUp();
  await local.open(both);
  await local.switchDevice('camera', 'back');
  const later = setUp(new FakeDevices(), storage);
  await later.local.open(both);
  expect(later.devices.live('video')[0]?.settings.deviceId).toBe('back');
  const gone = new FakeDevices();
  gone.cameras = ['front'];
  const last = setUp(gone, storage);
  await last.local.open(both);
  expect(last.local.camera).toBe('on');
  expect(devices.live('video')).toHaveLength(1);
});

test('closing lets every device go', async () => {
  const { local, devices } = setUp();
  await local.open(both);
  await local.close();
  expect([...devices.live('audio'), ...devices.live('video')]).toEqual([]);
});

test('one own picture is shown silent', async () => {
  const { local, devices } = setUp();
  await local.open(both);
  const element = { muted: false, srcObject: null as unknown, play: async () => undefined };
  local.attach(element as never);
  expect(element.muted).toBe(true);
  expect((element.srcObject as FakeStream).tracks).toEqual(devices.live('video'));
});

test('old names of errors are known too', () => {
  expect(stateOfError(named('PermissionDeniedError'))).toBe('denied');
  expect(stateOfError(named('TrackStartError'))).toBe('inUse');
  expect(stateOfError(undefined)).toBe('absent');
});

/** The browser's question, or a camera that hangs: until the result is called nothing is given. */
function hanging(devices: FakeDevices): () => void {
  let go: () => void = () => undefined;
  devices.question = new Promise((done) => {
    go = done;
  });
  return () => go();
}

test('muting acts at once, also while a camera takes its time', async () => {
  const { local, devices } = setUp();
  await local.open({ microphone: true, camera: false });
  const go = hanging(devices);
  void local.setCameraEnabled(true);
  await settle();
  void local.setMicrophoneEnabled(false);
  expect([local.microphone, local.audioTrack?.enabled]).toEqual(['off', false]);
  void local.setMicrophoneEnabled(true);
  expect([local.microphone, local.audioTrack?.enabled]).toEqual(['on', true]);
  void local.setMicrophoneEnabled(false);
  go();
  await local.setMicrophoneEnabled(false);
  expect([local.microphone, local.audioTrack?.enabled, local.camera]).toEqual(['off', false, 'on']);
});

test('muted before the microphone is there, it comes muted, and is heard when the last tap says so', async () => {
  for (const last of [false, true]) {
    const { local, devices, states } = setUp();
    // One that waits in the queue, and one that has begun.
    const begun = local.close();
    const opened = local.open(both);
    if (last) await begun;
    const go = hanging(devices);
    const muted = local.setMicrophoneEnabled(false);
    await settle();
    const tapped = last ? local.setMicrophoneEnabled(true) : muted;
    go();
    await Promise.all([opened, tapped]);
    await local.setCameraEnabled(false);
    expect([local.microphone, local.audioTrack?.enabled ?? false]).toEqual(
      last ? ['on', true] : ['off', false],
    );
    if (!last) expect(states.filter((state) => state.startsWith('on'))).toEqual([]);
  }
});
