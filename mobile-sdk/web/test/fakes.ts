/** The edge of the browser, invented: sockets, timers, peers, devices. Nothing in here decides anything. */
import type { Timers } from '../src/timers.ts';
import type { ClientFrame, ClientMessage, ServerMessage } from '../src/types.ts';
import { me } from './samples.ts';

/** Timers that go off when the test says so, in their order. */
export class FakeTimers implements Timers {
  now = 0;
  #last = 0;
  readonly #waiting = new Map<number, { at: number; run: () => void }>();

  set(afterMs: number, run: () => void): number {
    this.#last += 1;
    this.#waiting.set(this.#last, { at: this.now + afterMs, run });
    return this.#last;
  }

  clear(id: number): void {
    this.#waiting.delete(id);
  }

  /** Lets time pass, and everything that waits for a promise happen. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await settle();
    for (;;) {
      const due = [...this.#waiting]
        .filter(([, w]) => w.at <= end)
        .sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
      if (due === undefined) break;
      this.#waiting.delete(due[0]);
      this.now = due[1].at;
      due[1].run();
      await settle();
    }
    this.now = end;
  }
}

/** Lets every promise that can go on go on. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 30; n++) await Promise.resolve();
}

export class FakeSocket {
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: ClientFrame[] = [];
  closedWith: number | null = null;
  /** The server's clock. */
  clock = () => 0;

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {}

  send(text: string): void {
    const frame: ClientFrame = JSON.parse(text);
    this.sent.push(frame);
    if (frame.message.type === 'ping') {
      queueMicrotask(() => this.say({ type: 'pong', id: frame.id, now: this.clock() }));
    }
  }

  close(code: number): void {
    this.closedWith = code;
  }

  say(message: ServerMessage, seq?: number): void {
    this.onmessage?.({ data: JSON.stringify(seq === undefined ? { message } : { seq, message }) });
  }

  welcome(resumed = false, stream = 'a'): void {
    this.onopen?.();
    this.say({ type: 'welcome', stream, resumed, heartbeatMs: 10_000, now: this.clock(), me });
  }

  /** What was sent of one type. */
  of<T extends ClientMessage['type']>(
    type: T,
  ): { id: number; message: Extract<ClientMessage, { type: T }> }[] {
    return this.sent.filter((f) => f.message.type === type) as never;
  }

  ack(id: number): void {
    this.say({ type: 'ack', id });
  }

  /** Acknowledges everything of one type that was sent so far. */
  ackAll(type: ClientMessage['type']): void {
    for (const { id } of this.of(type)) this.ack(id);
  }
}

export class FakeTrack extends EventTarget {
  enabled = true;
  muted = false;
  readyState: 'live' | 'ended' = 'live';
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;
  onended: (() => void) | null = null;

  constructor(
    readonly kind: 'audio' | 'video',
    readonly settings: MediaTrackSettings = {},
  ) {
    super();
  }

  stop(): void {
    this.readyState = 'ended';
  }

  getSettings(): MediaTrackSettings {
    return this.settings;
  }
}

export class FakeStream {
  constructor(readonly tracks: FakeTrack[] = []) {}
  getTracks = () => this.tracks;
  getAudioTracks = () => this.tracks.filter((t) => t.kind === 'audio');
  getVideoTracks = () => this.tracks.filter((t) => t.kind === 'video');
}

/** An error as browsers name them. */
export const named = (name: string) => Object.assign(new Error(name), { name });

/** Microphone and cameras; each may be made to fail by an error name. */
export class FakeDevices extends EventTarget {
  microphone: string | null = null;
  camera: string | null = null;
  cameras = ['front', 'back'];
  readonly asked: MediaStreamConstraints[] = [];
  readonly given: FakeTrack[] = [];
  /** The person reads the browser's question, or the camera starts: nothing is given before. */
  question: Promise<void> = Promise.resolve();

  getUserMedia = async (constraints: MediaStreamConstraints): Promise<MediaStream> => {
    this.asked.push(constraints);
    // A browser takes its time: whoever does not wait for it meets the next request half-way.
    for (let n = 0; n < 5; n++) await Promise.resolve();
    await this.question;
    const tracks: FakeTrack[] = [];
    if (constraints.audio) {
      if (this.microphone !== null) throw named(this.microphone);
      tracks.push(new FakeTrack('audio', { deviceId: 'mic' }));
    }
    if (constraints.video) {
      if (this.camera !== null) throw named(this.camera);
      const video = constraints.video as { deviceId?: { exact: string }; facingMode?: { ideal: string } };
      const facing = video.facingMode?.ideal === 'environment' ? 'back' : 'front';
      const id =
        video.deviceId?.exact ?? (this.cameras.includes(facing) ? facing : (this.cameras[0] ?? 'front'));
      if (!this.cameras.includes(id)) throw named('OverconstrainedError');
      tracks.push(
        new FakeTrack('video', { deviceId: id, facingMode: id === 'back' ? 'environment' : 'user' }),
      );
    }
    this.given.push(...tracks);
    return new FakeStream(tracks) as unknown as MediaStream;
  };

  enumerateDevices = async (): Promise<MediaDeviceInfo[]> =>
    this.cameras.map((deviceId) => ({ kind: 'videoinput', deviceId })) as MediaDeviceInfo[];

  live(kind: 'audio' | 'video'): FakeTrack[] {
    return this.given.filter((t) => t.kind === kind && t.readyState === 'live');
  }
}

interface FakeTransceiver {
  mid: string;
  direction: string;
  sender: { track: unknown; replaceTrack: (track: unknown) => Promise<void> };
}

/** A peer connection whose server offers two m-lines up and `slots` pairs down. */
export class FakePeer {
  static made: FakePeer[] = [];
  ontrack: ((event: unknown) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  oniceconnectionstatechange: (() => void) | null = null;
  connectionState = 'new';
  iceConnectionState = 'new';
  localDescription: { sdp: string } | null = null;
  closed = false;
  readonly transceivers: FakeTransceiver[] = [];
  readonly down: FakeTrack[] = [];
  stats: Record<string, unknown>[] = [];

  constructor(readonly slots = 2) {
    FakePeer.made.push(this);
  }

  async setRemoteDescription(): Promise<void> {
    for (const mid of ['0', '1']) {
      const sender = {
        track: null as unknown,
        replaceTrack: async (track: unknown) => {
          sender.track = track;
        },
      };
      this.transceivers.push({ mid, direction: 'recvonly', sender });
    }
    for (let slot = 0; slot < this.slots; slot++) {
      for (const [offset, kind] of (['audio', 'video'] as const).entries()) {
        const track = new FakeTrack(kind);
        this.down.push(track);
        const transceiver = { mid: String(2 + slot * 2 + offset) };
        this.ontrack?.({ track, streams: [{ id: `s${slot}` }], transceiver });
      }
    }
  }

  getTransceivers = () => this.transceivers;
  createAnswer = async () => ({ type: 'answer', sdp: 'answer' });

  async setLocalDescription(description: { sdp: string }): Promise<void> {
    this.localDescription = description;
  }

  getStats = async () => new Map(this.stats.map((s) => [String(s.id), s]));

  close(): void {
    this.closed = true;
    this.connectionState = 'closed';
  }

  become(state: 'connected' | 'disconnected' | 'failed'): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

/** The globals that code of a page expects. */
export function installPage(): void {
  Object.assign(globalThis, { MediaStream: FakeStream });
}
