/** Readings that the server has not stored yet, kept over a dead socket and a reload. Each has its id, so twice is once. */
import { YobanProblem } from './problem.ts';
import type { SafeStore } from './storage.ts';
import type { Command, NewReading, SessionId } from './types.ts';

/** The wire's limit for one message. */
export const READINGS_PER_MESSAGE = 50;
/** About a day of one reading a minute per kind; beyond that the oldest go. */
const KEPT = 5_000;

interface Kept {
  session: SessionId | null;
  reading: NewReading;
}

/** As it is stored: readings and whose they are in one value, for the page may be closed at any moment. */
interface Stored {
  of: string | null;
  kept: Kept[];
}

type ReadingsMessage = Extract<Command, { type: 'readings' }>;

export class ReadingOutbox {
  readonly #storage: SafeStore;
  readonly #send: (message: ReadingsMessage) => Promise<void>;
  /** Who sends them; none: nobody has been here yet. */
  #of: string | null;
  #kept: Kept[];
  #last: Promise<void> = Promise.resolve();

  constructor(storage: SafeStore, send: (message: ReadingsMessage) => Promise<void>) {
    this.#storage = storage;
    this.#send = send;
    const stored = storage.get<Stored>('readings');
    this.#of = stored?.of ?? null;
    this.#kept = stored?.kept ?? [];
  }

  /**
   * Who sends from here on. What another one left is thrown away, however that one's sign-in ended: the server would
   * take it for theirs, or for their patient's.
   */
  belongsTo(who: string): void {
    if (who === this.#of) return;
    this.#of = who;
    this.#keep([]);
  }

  /**
   * What the same one kept under another sign-in goes out with the rest. Gives how many readings there somebody else's
   * are: only they can send them.
   */
  collect(places: readonly SafeStore[]): number {
    let theirs = 0;
    for (const place of places) {
      const stored = place.get<Stored>('readings');
      if (stored === null) continue;
      if (this.#of === null || stored.of !== this.#of) {
        theirs += stored.kept.length;
        continue;
      }
      const known = new Set(this.#kept.map((k) => k.reading.id));
      // Kept here before they go there: a page may be closed in between, and twice is once.
      this.#keep([...stored.kept.filter((k) => !known.has(k.reading.id)), ...this.#kept].slice(-KEPT));
      place.remove('readings');
    }
    return theirs;
  }

  get waiting(): number {
    return this.#kept.length;
  }

  /** Resolves when everything kept so far is stored; rejects where the server refused or the link was stopped. */
  add(readings: readonly NewReading[], session: SessionId | null): Promise<void> {
    const known = new Set(this.#kept.map((k) => k.reading.id));
    const fresh = readings.filter((r) => !known.has(r.id)).map((reading) => ({ session, reading }));
    this.#keep([...this.#kept, ...fresh].slice(-KEPT));
    return this.flush();
  }

  flush(): Promise<void> {
    // One after the other: whoever adds while a batch is under way waits for it, and for their own.
    const done = this.#last.then(() => this.#drain());
    this.#last = done.catch(() => undefined);
    return done;
  }

  clear(): void {
    this.#keep([]);
  }

  async #drain(): Promise<void> {
    let refused: YobanProblem | null = null;
    // Why the call did not take it: of two refusals of one reading the one that says more.
    let ofCall: YobanProblem | null = null;
    // So many of the oldest go one by one, since the batch they were in was refused: one of them may be the reason.
    let single = 0;
    while (this.#kept.length > 0) {
      const batch = this.#batch(single > 0 ? 1 : READINGS_PER_MESSAGE);
      single = Math.max(0, single - 1);
      const session = batch[0]?.session ?? null;
      const message: ReadingsMessage = { type: 'readings', readings: batch.map((k) => k.reading) };
      if (session !== null) message.session = session;
      try {
        await this.#send(message);
      } catch (error) {
        // A refusal will not change by asking again; anything else (no server, signed out) keeps what we have.
        if (!(error instanceof YobanProblem) || error.status >= 500 || [401, 408, 429].includes(error.status))
          throw error;
        if (batch.length > 1) {
          single = batch.length;
          continue;
        }
        // A call that is over takes no more: the value still belongs to the patient.
        const [{ reading }] = batch as [Kept];
        if (session !== null) {
          this.#keep(this.#kept.map((k) => (k.reading.id === reading.id ? { session: null, reading } : k)));
          single += 1;
          ofCall = error;
          continue;
        }
        refused = ofCall ?? error;
      }
      ofCall = null;
      const done = new Set(batch.map((k) => k.reading.id));
      this.#keep(this.#kept.filter((k) => !done.has(k.reading.id)));
    }
    if (refused !== null) throw refused;
  }

  /** The oldest readings of one session. */
  #batch(most: number): Kept[] {
    const session = this.#kept[0]?.session ?? null;
    const other = this.#kept.findIndex((k) => k.session !== session);
    return this.#kept.slice(0, Math.min(other < 0 ? this.#kept.length : other, most));
  }

  #keep(kept: Kept[]): void {
    this.#kept = kept;
    if (kept.length === 0) this.#storage.remove('readings');
    else this.#storage.set('readings', { of: this.#of, kept } satisfies Stored);
  }
}
