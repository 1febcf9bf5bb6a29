/** Samples the running connection and says how good it is, and who speaks. */
import type { Peer } from './peer.ts';
import { type ConnectionQuality, qualityOf, settle } from './quality.ts';
import type { RemoteParticipant } from './remote-participant.ts';
import { type RoomStats, sampleOf } from './room-stats.ts';
import type { Timers } from './timers.ts';
import type { LegId } from './types.ts';

/** More often: speaking shows sooner, and `getStats` costs an old tablet. */
const EVERY_MS = 1_000;
/** Energy per second above which somebody speaks; a quiet room stays under a tenth of it. */
const SPEECH_ENERGY = 0.0005;

export interface QualityDeps {
  timers: Timers;
  peer: () => Peer | null;
  people: ReadonlyMap<LegId, RemoteParticipant>;
  changed: (quality: ConnectionQuality) => void;
  speaking: (p: RemoteParticipant) => void;
}

export class QualityWatch {
  shown: ConnectionQuality = 'unknown';
  readonly #deps: QualityDeps;
  #before: { peer: Peer; stats: RoomStats } | null = null;
  #last: ConnectionQuality = 'unknown';
  #timer: number | null = null;

  constructor(deps: QualityDeps) {
    this.#deps = deps;
  }

  start(): void {
    if (this.#timer === null) this.#again();
  }

  /** Another connection: its counters begin at zero. */
  restart(): void {
    this.#before = null;
  }

  stop(): void {
    if (this.#timer !== null) this.#deps.timers.clear(this.#timer);
    this.#timer = null;
    this.#before = null;
    this.#last = 'unknown';
    this.shown = 'unknown';
  }

  #again(): void {
    this.#timer = this.#deps.timers.set(EVERY_MS, () => {
      void this.#sample().finally(() => {
        if (this.#timer !== null) this.#again();
      });
    });
  }

  async #sample(): Promise<void> {
    const peer = this.#deps.peer();
    if (peer === null) return;
    const stats = await peer.stats().catch(() => null);
    if (stats === null || this.#timer === null || peer !== this.#deps.peer()) return;
    const before = this.#before;
    this.#before = { peer, stats };
    if (before?.peer !== peer) return;
    this.#speech(before.stats, stats);
    const sending = [...this.#deps.people.values()].some(
      (p) => p.audioTrack !== null && p.info.gateOpen && p.info.legState.state === 'joined',
    );
    const now = qualityOf(sampleOf(before.stats, stats, sending));
    const shown = settle(this.shown, this.#last, now);
    this.#last = now;
    if (shown === this.shown) return;
    this.shown = shown;
    this.#deps.changed(shown);
  }

  #speech(before: RoomStats, now: RoomStats): void {
    for (const { leg, audioEnergy } of now.people) {
      const person = this.#deps.people.get(leg);
      if (person === undefined) continue;
      const then = before.people.find((p) => p.leg === leg)?.audioEnergy ?? audioEnergy;
      const speaking = audioEnergy - then > SPEECH_ENERGY * (EVERY_MS / 1_000) && !person.isMuted;
      if (speaking === person.isSpeaking) continue;
      person.isSpeaking = speaking;
      this.#deps.speaking(person);
    }
  }
}
