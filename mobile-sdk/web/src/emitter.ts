/** Takes a listener away again. */
export type Unsubscribe = () => void;

/** Typed events. A listener that throws does not keep the others from hearing. */
export class Emitter<Events extends { [name: string]: unknown[] }> {
  readonly #listeners: { [K in keyof Events]?: Set<(...args: Events[K]) => void> } = {};

  on<K extends keyof Events>(name: K, listener: (...args: Events[K]) => void): Unsubscribe {
    let set = this.#listeners[name];
    if (set === undefined) {
      set = new Set();
      this.#listeners[name] = set;
    }
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  protected emit<K extends keyof Events>(name: K, ...args: Events[K]): void {
    for (const listener of [...(this.#listeners[name] ?? [])]) {
      try {
        listener(...args);
      } catch (error) {
        // Shown like any uncaught error, but after everybody was told.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
