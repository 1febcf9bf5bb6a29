/**
 * Timers that keep time in a hidden page. Browsers let a hidden page's timers run once a minute; a desk on duty
 * in a background tab would miss its heartbeats and its ring. A worker's timers are not slowed down.
 */
export interface Timers {
  set(afterMs: number, run: () => void): number;
  clear(id: number): void;
}

/** Timers under names, as the state machines ask for them: setting one again replaces it. */
export class NamedTimers<Name extends string> {
  readonly #timers: Timers;
  readonly #running = new Map<Name, number>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  set(name: Name, afterMs: number, run: () => void): void {
    this.clear(name);
    const id = this.#timers.set(afterMs, () => {
      this.#running.delete(name);
      run();
    });
    this.#running.set(name, id);
  }

  clear(name: Name): void {
    const id = this.#running.get(name);
    if (id !== undefined) this.#timers.clear(id);
    this.#running.delete(name);
  }
}

export const windowTimers: Timers = {
  set: (afterMs, run) => setTimeout(run, afterMs) as unknown as number,
  clear: (id) => clearTimeout(id),
};

const WORKER = `const t=new Map();onmessage=({data:[i,m]})=>{if(m===null){clearTimeout(t.get(i));t.delete(i)}
else t.set(i,setTimeout(()=>{t.delete(i);postMessage(i)},m))}`;

/** Timers of a worker; those of the window where the page's policy allows no `blob:` worker. */
export function steadyTimers(): Timers {
  if (typeof Worker === 'undefined' || typeof URL.createObjectURL !== 'function') return windowTimers;
  let worker: Worker | null = null;
  const url = URL.createObjectURL(new Blob([WORKER], { type: 'text/javascript' }));
  const waiting = new Map<number, { run: () => void; afterMs: number }>();
  let last = 0;
  const fire = (id: number) => {
    const found = waiting.get(id);
    waiting.delete(id);
    found?.run();
  };
  const fallBack = () => {
    // A forbidden worker fails after its construction: what it was asked to do is done here.
    worker = null;
    for (const [id, { afterMs }] of waiting) setTimeout(() => fire(id), afterMs);
  };
  try {
    worker = new Worker(url);
    worker.onmessage = ({ data }: MessageEvent<number>) => fire(data);
    worker.onerror = fallBack;
  } catch {
    worker = null;
  }
  return {
    set(afterMs, run) {
      last += 1;
      const id = last;
      waiting.set(id, { run, afterMs });
      if (worker === null) setTimeout(() => fire(id), afterMs);
      else worker.postMessage([id, afterMs]);
      return id;
    },
    clear(id) {
      waiting.delete(id);
      worker?.postMessage([id, null]);
    },
  };
}
