/** One's own microphone and camera: what is wanted, what there is, and what is told about it. */
import {
  type CaptureChoice,
  type Captured,
  capture,
  captureOne,
  type Devices,
  type SourceKind,
} from './capture.ts';
import type { SafeStore } from './storage.ts';
import type { SourceState } from './types.ts';

export type { SourceKind };

/** A microphone or camera that does not serve. The call goes on without it. */
export interface MediaDevicesError {
  kind: SourceKind;
  state: SourceState;
  error: unknown;
}

export interface LocalHooks {
  /** Something changed: state, track, or both. */
  changed: () => void;
  failed: (error: MediaDevicesError) => void;
  /** The track to send from now on. */
  send: (kind: 'audio' | 'video', track: MediaStreamTrack | null) => Promise<void>;
}

interface Source {
  wanted: boolean;
  track: MediaStreamTrack | null;
  /** Why there is no track. */
  failure: SourceState | null;
  held: boolean;
}

const FRESH: Source = { wanted: false, track: null, failure: null, held: false };

export class LocalParticipant {
  readonly #devices: Devices | null;
  readonly #storage: SafeStore;
  readonly #hooks: LocalHooks;
  readonly #sources: Record<SourceKind, Source> = { microphone: { ...FRESH }, camera: { ...FRESH } };
  #choice: CaptureChoice;
  /** Device operations one after the other: two at once leave a camera running that nobody owns. */
  #queue: Promise<void> = Promise.resolve();
  #listening = false;
  /** How often the microphone was switched: the last one counts, whatever is waiting in the queue. */
  #switched = 0;

  constructor(devices: Devices | null, storage: SafeStore, hooks: LocalHooks) {
    this.#devices = devices;
    this.#storage = storage;
    this.#hooks = hooks;
    const kept = storage.get<Partial<CaptureChoice>>('devices') ?? {};
    this.#choice = { microphoneId: null, cameraId: null, facing: 'user', ...kept };
  }

  get microphone(): SourceState {
    return stateOf(this.#sources.microphone);
  }

  get camera(): SourceState {
    return stateOf(this.#sources.camera);
  }

  get isMicrophoneEnabled(): boolean {
    return this.microphone === 'on';
  }

  get isCameraEnabled(): boolean {
    return this.camera === 'on';
  }

  get audioTrack(): MediaStreamTrack | null {
    return this.#sources.microphone.track;
  }

  get videoTrack(): MediaStreamTrack | null {
    return this.#sources.camera.track;
  }

  /** `user`: the picture should be mirrored for its owner. */
  get facing(): 'user' | 'environment' {
    const facing = this.videoTrack?.getSettings?.().facingMode;
    return facing === 'environment' || facing === 'user' ? facing : this.#choice.facing;
  }

  /** Shows one's own picture; the element follows camera changes by `localChanged` and another `attach`. */
  attach(element: HTMLVideoElement): void {
    const track = this.videoTrack;
    element.muted = true;
    element.playsInline = true;
    element.autoplay = true;
    const shown =
      element.srcObject instanceof MediaStream ? element.srcObject.getVideoTracks()[0] : undefined;
    if (track === null) element.srcObject = null;
    else if (shown !== track) element.srcObject = new MediaStream([track]);
    if (track !== null) void element.play().catch(() => undefined);
  }

  /** Gets what is wanted and not there yet. Never fails: what is missing is in the states. */
  open(wanted: { microphone: boolean; camera: boolean }): Promise<void> {
    const switched = this.#switched;
    return this.#then(async () => {
      this.#listen(true);
      if (switched === this.#switched) this.#sources.microphone.wanted = wanted.microphone;
      this.#sources.camera.wanted = wanted.camera;
      await this.#getMissing();
    });
  }

  /**
   * Muting keeps the microphone: the first words after it are not lost to a device that starts. And it acts at once:
   * a camera that takes its time, or a browser's question that nobody answers, must not keep somebody audible.
   */
  setMicrophoneEnabled(enabled: boolean): Promise<void> {
    this.#switched += 1;
    const switched = this.#switched;
    const source = this.#sources.microphone;
    const apply = () => {
      source.wanted = enabled;
      if (source.track !== null) source.track.enabled = enabled;
    };
    apply();
    this.#hooks.changed();
    return this.#then(async () => {
      if (switched !== this.#switched) return;
      apply();
      if (enabled) await this.#getMissing();
      this.#hooks.changed();
    });
  }

  /** Switching off stops the camera itself, so that its light goes out. */
  setCameraEnabled(enabled: boolean): Promise<void> {
    return this.#then(async () => {
      this.#sources.camera.wanted = enabled;
      if (enabled) await this.#getMissing();
      else await this.#put('camera', null);
      this.#hooks.changed();
    });
  }

  /** The other camera: face or wound. One that is switched off stays off. Gives back whether the picture changed. */
  async flipCamera(): Promise<boolean> {
    let changed = false;
    await this.#then(async () => {
      const source = this.#sources.camera;
      const before = source.track?.getSettings?.().deviceId ?? null;
      const facing = this.facing === 'user' ? 'environment' : 'user';
      this.#choose({ cameraId: null, facing });
      if (!source.wanted) return this.#hooks.changed();
      // Many phones open one camera at a time, so the old one goes first.
      await this.#put('camera', null);
      await this.#getMissing();
      const now = source.track?.getSettings?.().deviceId ?? null;
      if (now !== null && now === before) await this.#nextCamera(before);
      changed = (source.track?.getSettings?.().deviceId ?? null) !== before;
      this.#hooks.changed();
    });
    return changed;
  }

  /** Another microphone or camera, also for the next call. */
  switchDevice(kind: SourceKind, id: string): Promise<void> {
    return this.#then(async () => {
      this.#choose(kind === 'microphone' ? { microphoneId: id } : { cameraId: id });
      if (!this.#sources[kind].wanted) return;
      await this.#put(kind, null);
      await this.#getMissing();
      this.#hooks.changed();
    });
  }

  /** Asks again for what was denied, in use or absent. Call it from a tap: browsers ask people only then. */
  retryDevices(): Promise<void> {
    return this.#then(async () => {
      for (const source of Object.values(this.#sources)) {
        if (source.track?.readyState === 'ended') source.track = null;
      }
      await this.#getMissing();
      this.#hooks.changed();
    });
  }

  /** Stops everything and lets the devices go. */
  close(): Promise<void> {
    return this.#then(async () => {
      this.#listen(false);
      for (const kind of ['microphone', 'camera'] as const) {
        this.#sources[kind].wanted = false;
        await this.#put(kind, null);
        this.#sources[kind].failure = null;
      }
      this.#hooks.changed();
    });
  }

  async #getMissing(): Promise<void> {
    const { microphone, camera } = this.#sources;
    const missing = {
      microphone: microphone.wanted && microphone.track === null,
      camera: camera.wanted && camera.track === null,
    };
    if (!missing.microphone && !missing.camera) return;
    const got = await capture(this.#devices, missing, this.#choice);
    if (got.microphone !== null) await this.#got('microphone', got.microphone);
    if (got.camera !== null) await this.#got('camera', got.camera);
    this.#hooks.changed();
  }

  async #got(kind: SourceKind, captured: Captured): Promise<void> {
    if ('track' in captured) return this.#put(kind, captured.track);
    this.#sources[kind].failure = captured.state;
    this.#hooks.failed({ kind, state: captured.state, error: captured.error });
  }

  async #put(kind: SourceKind, track: MediaStreamTrack | null): Promise<void> {
    const source = this.#sources[kind];
    const old = source.track;
    source.track = track;
    source.held = track?.muted ?? false;
    if (track !== null) {
      source.failure = null;
      track.enabled = source.wanted;
      this.#watch(kind, track);
    }
    await this.#hooks.send(kind === 'microphone' ? 'audio' : 'video', track);
    if (old !== null && old !== track) old.stop();
  }

  #watch(kind: SourceKind, track: MediaStreamTrack): void {
    const source = this.#sources[kind];
    const hold = (held: boolean) => {
      if (source.track !== track || source.held === held) return;
      // A telephone call, or another app on iOS, takes the device and gives it back.
      source.held = held;
      this.#hooks.changed();
    };
    track.onmute = () => hold(true);
    track.onunmute = () => hold(false);
    track.onended = () => {
      if (source.track !== track) return;
      void this.#then(async () => {
        if (source.track !== track) return;
        await this.#put(kind, null);
        // Pulled out, or taken for good: another device may serve.
        const got = await captureOne(this.#devices, kind, this.#choice);
        await this.#got(kind, got);
        this.#hooks.changed();
      });
    };
  }

  async #nextCamera(before: string): Promise<void> {
    const devices = (await this.#devices?.enumerateDevices().catch(() => [])) ?? [];
    const cameras = devices.filter((d) => d.kind === 'videoinput').map((d) => d.deviceId);
    if (cameras.length < 2) return;
    const next = cameras[(cameras.indexOf(before) + 1) % cameras.length] ?? null;
    this.#choose({ cameraId: next });
    await this.#put('camera', null);
    await this.#getMissing();
  }

  #choose(change: Partial<CaptureChoice>): void {
    this.#choice = { ...this.#choice, ...change };
    this.#storage.set('devices', this.#choice);
  }

  readonly #comeBack = (): void => {
    const failed = Object.values(this.#sources).some(
      (s) => s.wanted && s.track === null && s.failure !== 'denied',
    );
    // A device was plugged in, or the page is back from behind a telephone call.
    if (failed && document.visibilityState === 'visible') void this.retryDevices();
  };

  #listen(on: boolean): void {
    if (on === this.#listening || this.#devices === null || typeof document === 'undefined') return;
    this.#listening = on;
    const change = on ? 'addEventListener' : 'removeEventListener';
    this.#devices[change]('devicechange', this.#comeBack);
    document[change]('visibilitychange', this.#comeBack);
  }

  #then(run: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(run);
    this.#queue = done.catch(() => undefined);
    return done;
  }
}

function stateOf({ wanted, track, failure, held }: Source): SourceState {
  if (!wanted) return 'off';
  if (track === null) return failure ?? 'off';
  return held ? 'held' : 'on';
}
