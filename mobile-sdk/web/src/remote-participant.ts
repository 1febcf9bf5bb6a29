/** The others in the call, and what comes from them. */
import type { LegId, Participant } from './types.ts';

export type TrackKind = 'audio' | 'video';

/** Sound or picture of one person. The same object through reconnects; what flows in it changes underneath. */
export class RemoteTrack {
  readonly kind: TrackKind;
  readonly #elements = new Set<HTMLMediaElement>();
  #track: MediaStreamTrack;

  constructor(kind: TrackKind, track: MediaStreamTrack) {
    this.kind = kind;
    this.#track = track;
  }

  get mediaStreamTrack(): MediaStreamTrack {
    return this.#track;
  }

  /** Shows the track in `element` from now on. */
  attach<E extends HTMLMediaElement>(element: E): E {
    this.#elements.add(element);
    this.#show(element);
    return element;
  }

  /** Empties `element`, or every element. */
  detach(element?: HTMLMediaElement): void {
    for (const one of element === undefined ? [...this.#elements] : [element]) {
      if (this.#elements.delete(one)) one.srcObject = null;
    }
  }

  /** @internal Another connection carries it now. */
  swap(track: MediaStreamTrack): void {
    if (track === this.#track) return;
    this.#track = track;
    for (const element of this.#elements) this.#show(element);
  }

  #show(element: HTMLMediaElement): void {
    const shown = element.srcObject instanceof MediaStream ? element.srcObject.getTracks()[0] : undefined;
    element.autoplay = true;
    if (this.kind === 'video') {
      // Sound has its own element: inside a video element it stays silent until the first frame.
      element.muted = true;
      (element as HTMLVideoElement).playsInline = true;
    }
    if (shown !== this.#track) element.srcObject = new MediaStream([this.#track]);
    void element.play().catch(() => undefined);
  }
}

export class RemoteParticipant {
  readonly leg: LegId;
  /** As the server describes this person now. */
  info: Participant;
  audioTrack: RemoteTrack | null = null;
  videoTrack: RemoteTrack | null = null;
  isSpeaking = false;

  constructor(info: Participant) {
    this.leg = info.leg;
    this.info = info;
  }

  get isMuted(): boolean {
    return this.info.microphone !== 'on';
  }

  get isCameraOff(): boolean {
    return this.info.camera !== 'on';
  }
}

/** In the call as people see it: answered, and neither left nor turned down. */
export function isInCall(person: Participant): boolean {
  return ['accepted', 'joined', 'away'].includes(person.legState.state);
}
