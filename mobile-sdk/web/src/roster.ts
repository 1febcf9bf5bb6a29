/** Who is in the room: people from the call view, tracks from the connection's slots. Says what changed. */
import type { Slot } from './peer.ts';
import { isInCall, RemoteParticipant, RemoteTrack, type TrackKind } from './remote-participant.ts';
import type { CallView, LegId, SourceState } from './types.ts';

export interface RosterHooks {
  joined: (p: RemoteParticipant) => void;
  left: (p: RemoteParticipant) => void;
  changed: (p: RemoteParticipant) => void;
  subscribed: (track: RemoteTrack, p: RemoteParticipant) => void;
  unsubscribed: (track: RemoteTrack, p: RemoteParticipant) => void;
  muted: (kind: TrackKind, p: RemoteParticipant, muted: boolean) => void;
}

export class Roster {
  readonly people = new Map<LegId, RemoteParticipant>();
  readonly #hooks: RosterHooks;
  #slots: readonly Slot[] = [];
  #map: readonly (LegId | null)[] = [];

  constructor(hooks: RosterHooks) {
    this.#hooks = hooks;
  }

  /** The call as it is now. */
  setCall(call: CallView | null): void {
    const others = (call?.people ?? []).filter((p) => p.leg !== call?.you && isInCall(p));
    for (const [leg, known] of [...this.people]) {
      if (others.some((p) => p.leg === leg)) continue;
      this.#detach(known);
      this.people.delete(leg);
      this.#hooks.left(known);
    }
    for (const info of others) {
      const known = this.people.get(info.leg);
      if (known === undefined) {
        const fresh = new RemoteParticipant(info);
        this.people.set(info.leg, fresh);
        this.#hooks.joined(fresh);
        continue;
      }
      const before = known.info;
      if (same(before, info)) continue;
      known.info = info;
      this.#tellMuted('audio', known, before.microphone, info.microphone);
      this.#tellMuted('video', known, before.camera, info.camera);
      this.#hooks.changed(known);
    }
    this.#place();
  }

  /** Slots of the connection in use, and who is in them. */
  setSlots(slots: readonly Slot[], map: readonly (LegId | null)[]): void {
    this.#slots = slots;
    this.#map = map;
    this.#place();
  }

  clear(): void {
    this.setSlots([], []);
    for (const person of [...this.people.values()]) {
      this.people.delete(person.leg);
      this.#hooks.left(person);
    }
  }

  #place(): void {
    for (const person of this.people.values()) {
      const index = this.#map.indexOf(person.leg);
      const slot = index < 0 ? undefined : this.#slots[index];
      this.#set(person, 'audio', slot?.audio ?? null);
      this.#set(person, 'video', slot?.video ?? null);
    }
  }

  #set(person: RemoteParticipant, kind: TrackKind, track: MediaStreamTrack | null): void {
    const known = kind === 'audio' ? person.audioTrack : person.videoTrack;
    if (track !== null && known !== null) return known.swap(track);
    if (track === null && known === null) return;
    const now = track === null ? null : new RemoteTrack(kind, track);
    if (kind === 'audio') person.audioTrack = now;
    else person.videoTrack = now;
    if (known !== null) {
      // A slot keeps its last frame: whoever is gone must not stay on the screen.
      known.detach();
      this.#hooks.unsubscribed(known, person);
    }
    if (now !== null) this.#hooks.subscribed(now, person);
  }

  #detach(person: RemoteParticipant): void {
    this.#set(person, 'audio', null);
    this.#set(person, 'video', null);
  }

  #tellMuted(kind: TrackKind, person: RemoteParticipant, before: SourceState, now: SourceState): void {
    if ((before === 'on') !== (now === 'on')) this.#hooks.muted(kind, person, now !== 'on');
  }
}

/** Views are small: comparing their text is simpler than comparing their parts, and as sure. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
