/** The media of one call. The call itself (who is asked in, who leaves) is commands and views; this is sound and picture. */
import { AudioOut } from './audio-out.ts';
import type { Devices } from './capture.ts';
import { Emitter, type Unsubscribe } from './emitter.ts';
import { LocalParticipant, type MediaDevicesError, type SourceKind } from './local-participant.ts';
import { MediaLink } from './media-link.ts';
import type { DisconnectReason, RoomState } from './media-machine.ts';
import { watchNetwork, whenShown } from './network-watch.ts';
import type { PeerFactory } from './peer.ts';
import { clientProblems, YobanProblem } from './problem.ts';
import type { ConnectionQuality } from './quality.ts';
import { QualityWatch } from './quality-watch.ts';
import type { RemoteParticipant, RemoteTrack, TrackKind } from './remote-participant.ts';
import type { RoomStats } from './room-stats.ts';
import { Roster } from './roster.ts';
import type { SignalLink } from './signal-link.ts';
import type { SafeStore } from './storage.ts';
import type { CallStore } from './store.ts';
import type { Timers } from './timers.ts';
import type { LegId, ServerMessage, SessionId } from './types.ts';

export type { DisconnectReason, RoomState };

export interface ConnectOptions {
  /** Default: both. */
  microphone?: boolean;
  camera?: boolean;
}

export type RoomEvents = {
  connected: [];
  reconnecting: [];
  reconnected: [];
  disconnected: [DisconnectReason];
  stateChanged: [RoomState];
  participantConnected: [RemoteParticipant];
  participantDisconnected: [RemoteParticipant];
  participantChanged: [RemoteParticipant];
  trackSubscribed: [RemoteTrack, RemoteParticipant];
  trackUnsubscribed: [RemoteTrack, RemoteParticipant];
  trackMuted: [TrackKind, RemoteParticipant];
  trackUnmuted: [TrackKind, RemoteParticipant];
  localChanged: [LocalParticipant];
  mediaDevicesError: [MediaDevicesError];
  devicesChanged: [MediaDeviceInfo[]];
  audioPlaybackStatusChanged: [boolean];
  qualityChanged: [ConnectionQuality];
};

export interface RoomDeps {
  session: SessionId;
  signal: SignalLink;
  store: CallStore;
  storage: SafeStore;
  timers: Timers;
  /** Default: the browser's. */
  devices?: Devices | null;
  peers?: PeerFactory;
}

export class Room extends Emitter<RoomEvents> {
  readonly session: SessionId;
  readonly localParticipant: LocalParticipant;
  readonly #deps: RoomDeps;
  readonly #devices: Devices | null;
  readonly #roster: Roster;
  readonly #audio: AudioOut;
  readonly #quality: QualityWatch;
  readonly #link: MediaLink;
  #listening: Unsubscribe[] = [];
  #declared = '';
  /** Devices are on their way: what they do is told when it is known, not as switched off before. */
  #opening = false;
  /** The call was seen; without that, its absence only means that its view is still on the way. */
  #known = false;
  #connecting: { promise: Promise<void>; resolve: () => void; reject: (why: YobanProblem) => void } | null =
    null;

  constructor(deps: RoomDeps) {
    super();
    this.#deps = deps;
    this.session = deps.session;
    this.#devices = deps.devices === undefined ? browserDevices() : deps.devices;
    this.localParticipant = new LocalParticipant(this.#devices, deps.storage, {
      changed: () => this.#localChanged(),
      failed: (error) => this.emit('mediaDevicesError', error),
      send: (kind, track) => this.#link.replace(kind, track),
    });
    this.#link = new MediaLink({
      session: deps.session,
      signal: deps.signal,
      timers: deps.timers,
      peers: deps.peers ?? (() => new RTCPeerConnection()),
      tracks: () => ({ audio: this.localParticipant.audioTrack, video: this.localParticipant.videoTrack }),
      state: (state, reason) => this.#stateChanged(state, reason),
      slots: (peer) => this.#roster.setSlots(peer?.slots ?? [], peer?.people ?? []),
    });
    this.#audio = new AudioOut(deps.storage.get<string>('speaker'), (can) =>
      this.emit('audioPlaybackStatusChanged', can),
    );
    this.#roster = new Roster({
      joined: (p) => this.emit('participantConnected', p),
      left: (p) => this.emit('participantDisconnected', p),
      changed: (p) => this.emit('participantChanged', p),
      muted: (kind, p, muted) => this.emit(muted ? 'trackMuted' : 'trackUnmuted', kind, p),
      subscribed: (track, p) => {
        if (track.kind === 'audio') this.#audio.add(p.leg, track);
        this.emit('trackSubscribed', track, p);
      },
      unsubscribed: (track, p) => {
        if (track.kind === 'audio') this.#audio.remove(p.leg);
        this.emit('trackUnsubscribed', track, p);
      },
    });
    this.#quality = new QualityWatch({
      timers: deps.timers,
      peer: () => this.#link.used,
      people: this.#roster.people,
      changed: (quality) => this.emit('qualityChanged', quality),
      speaking: (p) => this.emit('participantChanged', p),
    });
  }

  get state(): RoomState {
    return this.#link.state;
  }

  get remoteParticipants(): ReadonlyMap<LegId, RemoteParticipant> {
    return this.#roster.people;
  }

  get quality(): ConnectionQuality {
    return this.state === 'connected' ? this.#quality.shown : 'unknown';
  }

  get canPlaybackAudio(): boolean {
    return this.#audio.canPlay;
  }

  get canChooseSpeaker(): boolean {
    return typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype;
  }

  /** The loudspeaker that was chosen, in an earlier call perhaps; none: whichever the device itself takes. */
  get speaker(): string | null {
    return this.#audio.speaker;
  }

  /**
   * Gets the devices and a connection, both at once: the others are seen and heard while a camera still starts or a
   * person still reads the browser's question. Resolves when both are there; devices that fail do not stop it.
   */
  async connect({ microphone = true, camera = true }: ConnectOptions = {}): Promise<void> {
    if (this.#connecting !== null) return this.#connecting.promise;
    if (this.state === 'connected') return;
    this.#connecting = waiter();
    const { promise } = this.#connecting;
    this.#listen();
    this.#opening = true;
    const opened = this.localParticipant.open({ microphone, camera }).finally(() => {
      this.#opening = false;
      if (this.#link.wanted) this.#declare();
    });
    this.#link.take({ in: 'want' });
    await Promise.all([promise, opened]);
  }

  /** Media only; hanging up is the command `leave`. */
  disconnect(): void {
    this.#end('client');
  }

  /** A new connection beside the running one. */
  reconnectNow(): void {
    this.#link.take({ in: 'networkChanged' });
  }

  /** From a tap, where the browser forbids sound without one. */
  startAudio(): Promise<boolean> {
    return this.#audio.start();
  }

  async devices(): Promise<MediaDeviceInfo[]> {
    return (await this.#devices?.enumerateDevices().catch(() => [])) ?? [];
  }

  async switchActiveDevice(kind: MediaDeviceKind, id: string): Promise<void> {
    if (kind === 'audiooutput') {
      this.#deps.storage.set('speaker', id);
      return this.#audio.setSpeaker(id);
    }
    return this.localParticipant.switchDevice(kind === 'audioinput' ? 'microphone' : 'camera', id);
  }

  /** Numbers of the running connection; none without one. */
  async stats(): Promise<RoomStats | null> {
    return (await this.#link.used?.stats()) ?? null;
  }

  #heard(message: ServerMessage): void {
    this.#link.heard(message);
    if (message.type !== 'welcome') return;
    // A new server knows nothing of what was declared to the old one, and saying it twice does no harm.
    this.#declared = '';
    this.#declare();
  }

  #callChanged(): void {
    const { connection, ready } = this.#deps.store.getSnapshot();
    const call = this.#deps.store.call(this.session);
    if (connection === 'signed-out') return this.#end('signedOut');
    if (connection === 'replaced') return this.#end('replaced');
    if (call !== null) {
      this.#known = true;
      this.#roster.setCall(call);
    }
    // Ended, or no longer listed. A call that is only closing may still be taken back.
    if (call?.state.state === 'ended' || (ready && this.#known && call === null)) this.#end('callEnded');
  }

  #end(reason: DisconnectReason): void {
    if (this.#listening.length === 0) return;
    const waiting = this.#connecting;
    this.#connecting = null;
    this.#link.take({ in: 'unwant', reason });
    if (this.#listening.length > 0) this.#release(reason);
    waiting?.reject(new YobanProblem(clientProblems.noConnection));
  }

  #stateChanged(state: RoomState, reason: DisconnectReason | null): void {
    this.emit('stateChanged', state);
    if (state === 'connected') {
      const first = this.#connecting;
      this.#connecting = null;
      first?.resolve();
      this.emit(first === null ? 'reconnected' : 'connected');
    }
    if (state === 'reconnecting') this.emit('reconnecting');
    if (state === 'disconnected') this.#release(reason ?? 'client');
  }

  #release(reason: DisconnectReason): void {
    for (const stop of this.#listening) stop();
    this.#listening = [];
    this.#connecting?.reject(new YobanProblem(clientProblems.noConnection));
    this.#connecting = null;
    this.#quality.stop();
    this.#roster.clear();
    this.#audio.clear();
    this.#declared = '';
    void this.localParticipant.close();
    this.emit('disconnected', reason);
  }

  #listen(): void {
    if (this.#listening.length > 0) return;
    const devicesChanged = () => void this.devices().then((list) => this.emit('devicesChanged', list));
    this.#devices?.addEventListener('devicechange', devicesChanged);
    this.#listening = [
      this.#deps.signal.on('message', (message) => this.#heard(message)),
      this.#deps.store.subscribe(() => this.#callChanged()),
      watchNetwork(() => this.#link.take({ in: 'networkChanged' })),
      () => this.#devices?.removeEventListener('devicechange', devicesChanged),
      // A telephone call or a suspended page leaves elements paused.
      whenShown(() => void this.#audio.start()),
    ];
    this.#quality.start();
    this.#callChanged();
  }

  #localChanged(): void {
    this.emit('localChanged', this.localParticipant);
    if (this.#link.wanted) this.#declare();
  }

  /** Tells the server what our sources do, when that is news. */
  #declare(): void {
    const { microphone, camera } = this.localParticipant;
    const news = `${microphone} ${camera}`;
    if (news === this.#declared || this.#opening || this.#listening.length === 0) return;
    this.#declared = news;
    this.#deps.signal.send({ type: 'declare', session: this.session, microphone, camera }).catch(() => {
      // Said again with the next change or the next socket.
      if (this.#declared === news) this.#declared = '';
    });
  }
}

function browserDevices(): Devices | null {
  return globalThis.navigator?.mediaDevices ?? null;
}

function waiter() {
  let resolve: () => void = () => undefined;
  let reject: (why: YobanProblem) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // An app that does not wait for it must not see an unhandled rejection beside the event.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

export type { SourceKind };
