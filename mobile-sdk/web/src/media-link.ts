/** Carries out what the media machine decides for one call: asks, answers, keeps the connections. */
import {
  type DisconnectReason,
  initialMedia,
  type MediaInput,
  type MediaOutput,
  type MediaTimer,
  type RoomState,
  stepMedia,
} from './media-machine.ts';
import { type OwnTracks, Peer, type PeerFactory, videoCodecs } from './peer.ts';
import { YobanProblem } from './problem.ts';
import type { SignalLink } from './signal-link.ts';
import { NamedTimers, type Timers } from './timers.ts';
import type { ConnectionId, LegId, ServerMessage, SessionId } from './types.ts';

export interface MediaLinkDeps {
  session: SessionId;
  signal: SignalLink;
  timers: Timers;
  peers: PeerFactory;
  /** Our sound and picture as they are now, for a new connection. */
  tracks: () => OwnTracks;
  state: (state: RoomState, reason: DisconnectReason | null) => void;
  /** The connection in use, or who is in its slots, changed. */
  slots: (peer: Peer | null) => void;
}

/** Maps of connections that are not built yet; a server never has more than a few open for one leg. */
const MAPS_KEPT = 8;

export class MediaLink {
  readonly #deps: MediaLinkDeps;
  readonly #peers = new Map<ConnectionId, Peer>();
  readonly #offers = new Map<ConnectionId, string>();
  readonly #maps = new Map<ConnectionId, (LegId | null)[]>();
  readonly #timers: NamedTimers<MediaTimer>;
  #state = initialMedia;
  #used: Peer | null = null;
  #asking = false;
  readonly #inputs: MediaInput[] = [];
  #busy = false;

  constructor(deps: MediaLinkDeps) {
    this.#deps = deps;
    this.#timers = new NamedTimers(deps.timers);
  }

  get state(): RoomState {
    return this.#state.shown;
  }

  get wanted(): boolean {
    return this.#state.wanted;
  }

  /** The connection that carries. */
  get used(): Peer | null {
    return this.#used;
  }

  /** Sends another track on every connection, the one being built included. */
  async replace(kind: 'audio' | 'video', track: MediaStreamTrack | null): Promise<void> {
    // A connection that is just closing refuses; the next one starts with the right track.
    const each = [...this.#peers.values()].map((peer) => peer.replace(kind, track).catch(() => undefined));
    await Promise.all(each);
  }

  /** Feeds the machine. Listeners may feed it again: that is taken in turn, never in the middle of a step. */
  take(input: MediaInput): void {
    this.#inputs.push(input);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        const { state, outputs } = stepMedia(this.#state, next);
        this.#state = state;
        for (const output of outputs) this.#do(output);
      }
    } finally {
      this.#busy = false;
    }
  }

  #do(output: MediaOutput): void {
    switch (output.out) {
      case 'ask':
        void this.#ask();
        return;
      case 'make':
        void this.#make(output.connection);
        return;
      case 'use':
        this.#used = this.#peers.get(output.connection) ?? null;
        return this.#deps.slots(this.#used);
      case 'close': {
        const peer = this.#peers.get(output.connection);
        this.#peers.delete(output.connection);
        this.#maps.delete(output.connection);
        peer?.close();
        if (peer !== undefined && peer === this.#used) this.#used = null;
        return;
      }
      case 'schedule':
        return this.#timers.set(output.timer, output.afterMs, () =>
          this.take({ in: 'timer', timer: output.timer }),
        );
      case 'cancel':
        return this.#timers.clear(output.timer);
      case 'state':
        return this.#deps.state(output.state, output.reason);
    }
  }

  async #ask(): Promise<void> {
    // One that waits for the socket is sent when the socket is back; a second one would give two connections.
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#deps.signal.send({ type: 'connect', session: this.#deps.session, ...videoCodecs() });
      this.#asking = false;
      this.take({ in: 'asked' });
    } catch (error) {
      this.#asking = false;
      this.take({ in: 'refused', code: error instanceof YobanProblem ? error.code : 'unanswered' });
    }
  }

  async #make(connection: ConnectionId): Promise<void> {
    const sdp = this.#offers.get(connection);
    this.#offers.delete(connection);
    if (sdp === undefined) return;
    const peer = new Peer(connection, this.#deps.peers, (state) => {
      // Media that stops is often the first sign of another address: the socket is dead then too, and would be found
      // out only by its heartbeat, while the new connection is asked for through it.
      if (state !== 'connected') this.#deps.signal.take({ in: 'check' });
      this.take({ in: 'peer', connection, state });
    });
    peer.people = this.#maps.get(connection) ?? [];
    this.#peers.set(connection, peer);
    try {
      const answer = await peer.answer(sdp, this.#deps.tracks);
      if (this.#peers.get(connection) !== peer) return;
      await this.#deps.signal.send({ type: 'answer', connection, sdp: answer });
    } catch {
      // An offer that cannot be answered, or an answer the server no longer wants: the next connection will do.
      this.take({ in: 'peer', connection, state: 'failed' });
    }
  }

  heard(message: ServerMessage): void {
    switch (message.type) {
      case 'offer':
        if (message.session !== this.#deps.session) return;
        this.#offers.set(message.connection, message.sdp);
        return this.take({ in: 'offer', connection: message.connection });
      case 'map': {
        const peer = this.#peers.get(message.connection);
        this.#maps.set(message.connection, message.slots);
        // Maps also come for other rooms and connections that are closed: keep the newest few.
        for (const old of [...this.#maps.keys()].slice(0, -MAPS_KEPT)) {
          if (!this.#peers.has(old)) this.#maps.delete(old);
        }
        if (peer !== undefined) peer.people = message.slots;
        if (peer !== undefined && peer === this.#used) this.#deps.slots(peer);
        return;
      }
      case 'connectionGone':
        if (message.session !== this.#deps.session) return;
        return this.take({ in: 'gone', connection: message.connection, retry: message.retry });
      case 'welcome':
        if (!message.resumed) this.take({ in: 'streamLost' });
        return;
      default:
        return;
    }
  }
}
