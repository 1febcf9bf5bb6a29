/** Makes a page ring: sound made in code, vibration, a blinking title. One tap unlocks it and keeps the screen on. */
export type RingTone = 'desk' | 'phone' | 'waiting' | 'news';

export interface RingerState {
  /** Sound is allowed. */
  unlocked: boolean;
  ringing: RingTone | null;
  /** The screen is kept on. */
  awake: boolean;
}

export interface RingerOptions {
  /** 0 to 1. */
  volume?: number;
  changed?: (state: RingerState) => void;
}

interface Note {
  atMs: number;
  lengthMs: number;
  hertz: number;
}

interface Pattern {
  notes: Note[];
  /** Then it starts again. */
  lengthMs: number;
  vibration: number[];
}

/**
 * Two falling thirds for the desk, a faster call for a phone, a soft tick while one waits, two rising notes when there
 * is something to read. All between 500 and 1,100 Hz: old ears and small loudspeakers both lose what lies higher or
 * lower.
 */
const TONES: Record<RingTone, Pattern> = {
  desk: { notes: pairs(0, 880, 698, 320), lengthMs: 2_400, vibration: [400, 200, 400, 1_400] },
  phone: {
    notes: pairs(0, 988, 784, 180).concat(pairs(500, 988, 784, 180)),
    lengthMs: 1_800,
    vibration: [600, 300],
  },
  waiting: { notes: [{ atMs: 0, lengthMs: 350, hertz: 523 }], lengthMs: 3_000, vibration: [] },
  news: { notes: pairs(0, 523, 784, 600), lengthMs: 3_000, vibration: [] },
};
const BLINK_MS = 1_000;
const FADE_S = 0.02;

export class Ringer {
  readonly #options: RingerOptions;
  #context: AudioContext | null = null;
  #output: GainNode | null = null;
  #ringing: RingTone | null = null;
  /** What rings is only being tried, and stops by itself. */
  #sample: ReturnType<typeof setTimeout> | null = null;
  #lock: WakeLockSentinel | null = null;
  #wantAwake = false;
  #loop: ReturnType<typeof setTimeout> | null = null;
  #blink: ReturnType<typeof setInterval> | null = null;
  #title: string | null = null;

  constructor(options: RingerOptions = {}) {
    this.#options = options;
    if (typeof document !== 'undefined') document.addEventListener('visibilitychange', this.#shown);
  }

  get state(): RingerState {
    return {
      unlocked: this.#context?.state === 'running',
      ringing: this.#ringing,
      awake: this.#lock !== null,
    };
  }

  /** From a tap. Resolves to whether sound is allowed; the wake lock is best effort. */
  async unlock(): Promise<boolean> {
    this.#wantAwake = true;
    // Both before the first `await`: a tap counts only for what starts in it.
    const sound = this.#resume();
    const awake = this.#stayAwake();
    await Promise.all([sound, awake]);
    this.#changed();
    return this.state.unlocked;
  }

  /** Lets the screen sleep again and gives the sound back. */
  async lock(): Promise<void> {
    this.#wantAwake = false;
    this.stop();
    await this.#lock?.release().catch(() => undefined);
    this.#lock = null;
    const context = this.#context;
    this.#context = null;
    this.#output = null;
    await context?.close().catch(() => undefined);
    this.#changed();
  }

  /** `title` is shown in turn with the page's own while it rings. */
  start(tone: RingTone = 'desk', title?: string): void {
    if (this.#ringing === tone && this.#sample === null) return;
    this.stop();
    this.#ringing = tone;
    this.#play(tone);
    if (title !== undefined) this.#startBlinking(title);
    this.#changed();
  }

  /** Lets the tone be heard for so long. A real ring takes its place and is not cut short by it. */
  sample(tone: RingTone, lengthMs: number): void {
    if (this.#ringing !== null) return;
    this.start(tone);
    this.#sample = setTimeout(() => this.stop(), lengthMs);
  }

  stop(): void {
    if (this.#sample !== null) clearTimeout(this.#sample);
    this.#sample = null;
    if (this.#ringing === null) return;
    this.#ringing = null;
    if (this.#loop !== null) clearTimeout(this.#loop);
    this.#loop = null;
    this.#fadeOut();
    vibrate(0);
    this.#stopBlinking();
    this.#changed();
  }

  async #resume(): Promise<void> {
    if (typeof AudioContext === 'undefined') return;
    this.#context ??= new AudioContext();
    this.#context.onstatechange = () => this.#changed();
    await this.#context.resume().catch(() => undefined);
  }

  async #stayAwake(): Promise<void> {
    if (this.#lock !== null || typeof navigator === 'undefined' || !('wakeLock' in navigator)) return;
    try {
      const lock = await navigator.wakeLock.request('screen');
      this.#lock = lock;
      lock.addEventListener('release', () => {
        if (this.#lock === lock) this.#lock = null;
        this.#changed();
      });
    } catch {
      // Low battery, or the page is hidden: the ring itself does not depend on it.
    }
  }

  /** The browser takes the lock away from a hidden page, and on some phones the sound too. */
  readonly #shown = (): void => {
    if (document.visibilityState !== 'visible' || !this.#wantAwake) return;
    void Promise.all([this.#resume(), this.#stayAwake()]).then(() => this.#changed());
  };

  #play(tone: RingTone): void {
    const pattern = TONES[tone];
    if (pattern.vibration.length > 0) vibrate(pattern.vibration);
    this.#loop = setTimeout(() => this.#play(tone), pattern.lengthMs);
    const context = this.#context;
    if (context?.state !== 'running') return;
    this.#output ??= this.#makeOutput(context);
    const start = context.currentTime + 0.01;
    for (const note of pattern.notes) sound(context, this.#output, note, start);
  }

  #makeOutput(context: AudioContext): GainNode {
    const output = context.createGain();
    output.gain.value = this.#options.volume ?? 0.6;
    output.connect(context.destination);
    return output;
  }

  #fadeOut(): void {
    const output = this.#output;
    const context = this.#context;
    this.#output = null;
    if (output === null || context === null) return;
    output.gain.setTargetAtTime(0, context.currentTime, FADE_S);
    setTimeout(() => output.disconnect(), FADE_S * 5_000);
  }

  #startBlinking(title: string): void {
    if (typeof document === 'undefined') return;
    const own = document.title;
    this.#title = own;
    let on = false;
    const turn = () => {
      on = !on;
      document.title = on ? title : own;
    };
    turn();
    this.#blink = setInterval(turn, BLINK_MS);
  }

  #stopBlinking(): void {
    if (this.#blink !== null) clearInterval(this.#blink);
    this.#blink = null;
    if (this.#title !== null) document.title = this.#title;
    this.#title = null;
  }

  #changed(): void {
    this.#options.changed?.(this.state);
  }
}

function pairs(atMs: number, first: number, second: number, lengthMs: number): Note[] {
  return [
    { atMs, lengthMs, hertz: first },
    { atMs: atMs + lengthMs * 0.7, lengthMs, hertz: second },
  ];
}

/** One note: a sine with its octave, struck and dying away like a bell. */
function sound(context: AudioContext, output: GainNode, note: Note, start: number): void {
  const at = start + note.atMs / 1000;
  const end = at + note.lengthMs / 1000;
  for (const [multiple, share] of [
    [1, 0.7],
    [2, 0.2],
  ] as const) {
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.frequency.value = note.hertz * multiple;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(share, at + FADE_S);
    gain.gain.exponentialRampToValueAtTime(0.001, end);
    oscillator.connect(gain).connect(output);
    oscillator.start(at);
    oscillator.stop(end);
  }
}

function vibrate(pattern: number | number[]): void {
  // Not on iOS, and refused before the first tap.
  if (typeof navigator !== 'undefined' && 'vibrate' in navigator) navigator.vibrate(pattern);
}
