/** One hidden `<audio>` per person. Knows the autoplay policy and the chosen loudspeaker. */
import type { RemoteTrack } from './remote-participant.ts';
import type { LegId } from './types.ts';

export class AudioOut {
  readonly #elements = new Map<LegId, HTMLAudioElement>();
  readonly #changed: (canPlay: boolean) => void;
  /** Whom the browser keeps silent until somebody taps. */
  readonly #refused = new Set<LegId>();
  #canPlay = true;
  #speaker: string | null;

  constructor(speaker: string | null, changed: (canPlay: boolean) => void) {
    this.#speaker = speaker;
    this.#changed = changed;
  }

  get canPlay(): boolean {
    return this.#canPlay;
  }

  /** The chosen one; none: whichever the device itself takes. */
  get speaker(): string | null {
    return this.#speaker;
  }

  add(leg: LegId, track: RemoteTrack): void {
    if (typeof document === 'undefined') return;
    const element = this.#elements.get(leg) ?? document.createElement('audio');
    if (!this.#elements.has(leg)) {
      this.#elements.set(leg, element);
      element.hidden = true;
      element.dataset.yobanLeg = leg;
      document.body.append(element);
      void this.#route(element);
    }
    track.attach(element);
    void this.#play(leg, element);
  }

  remove(leg: LegId): void {
    const element = this.#elements.get(leg);
    if (element === undefined) return;
    element.srcObject = null;
    element.remove();
    this.#elements.delete(leg);
    this.#refused.delete(leg);
    this.#tell();
  }

  clear(): void {
    for (const leg of [...this.#elements.keys()]) this.remove(leg);
  }

  /** From a tap: plays what the browser had kept silent. */
  async start(): Promise<boolean> {
    await Promise.all([...this.#elements].map(([leg, element]) => this.#play(leg, element)));
    return this.#canPlay;
  }

  async setSpeaker(id: string): Promise<void> {
    this.#speaker = id;
    await Promise.all([...this.#elements.values()].map((element) => this.#route(element)));
  }

  async #play(leg: LegId, element: HTMLAudioElement): Promise<void> {
    let refused = false;
    try {
      await element.play();
    } catch (error) {
      // `AbortError` is only our own change of source; the next play decides.
      if ((error as Error).name !== 'NotAllowedError') return;
      refused = true;
    }
    if (this.#elements.get(leg) !== element) return;
    if (refused) this.#refused.add(leg);
    else this.#refused.delete(leg);
    this.#tell();
  }

  async #route(element: HTMLAudioElement): Promise<void> {
    if (this.#speaker === null || !('setSinkId' in element)) return;
    // A loudspeaker that was pulled out leaves the default one, which is what the person hears then.
    await element.setSinkId(this.#speaker).catch(() => undefined);
  }

  /** One voice that plays does not make another be heard. */
  #tell(): void {
    const canPlay = this.#refused.size === 0;
    if (canPlay === this.#canPlay) return;
    this.#canPlay = canPlay;
    this.#changed(canPlay);
  }
}
