/** One hidden `<audio>` per person. Knows the autoplay policy and the chosen loudspeaker. */
import type { RemoteTrack } from './remote-participant.ts';
import type { LegId } from './types.ts';

export class AudioOut {
  readonly #elements = new Map<LegId, HTMLAudioElement>();
  readonly #changed: (canPlay: boolean) => void;
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
    void this.#play(element);
  }

  remove(leg: LegId): void {
    const element = this.#elements.get(leg);
    if (element === undefined) return;
    element.srcObject = null;
    element.remove();
    this.#elements.delete(leg);
  }

  clear(): void {
    for (const leg of [...this.#elements.keys()]) this.remove(leg);
  }

  /** From a tap: plays what the browser had kept silent. */
  async start(): Promise<boolean> {
    await Promise.all([...this.#elements.values()].map((element) => this.#play(element)));
    if (this.#elements.size === 0) this.#tell(true);
    return this.#canPlay;
  }

  async setSpeaker(id: string): Promise<void> {
    this.#speaker = id;
    await Promise.all([...this.#elements.values()].map((element) => this.#route(element)));
  }

  async #play(element: HTMLAudioElement): Promise<void> {
    try {
      await element.play();
      this.#tell(true);
    } catch (error) {
      // `AbortError` is only our own change of source; the next play decides.
      if ((error as Error).name === 'NotAllowedError') this.#tell(false);
    }
  }

  async #route(element: HTMLAudioElement): Promise<void> {
    if (this.#speaker === null || !('setSinkId' in element)) return;
    // A loudspeaker that was pulled out leaves the default one, which is what the person hears then.
    await element.setSinkId(this.#speaker).catch(() => undefined);
  }

  #tell(canPlay: boolean): void {
    if (canPlay === this.#canPlay) return;
    this.#canPlay = canPlay;
    this.#changed(canPlay);
  }
}
