/** What the SDK needs of `localStorage`. */
export interface KeyValueStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  /** What else is kept there, to find what an earlier sign-in left. */
  readonly length?: number;
  key?(index: number): string | null;
}

/** Keeps values until the page closes; for tests, and where the browser forbids storage. */
export class MemoryStore implements KeyValueStore {
  readonly #values = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#values.set(key, value);
  }

  removeItem(key: string): void {
    this.#values.delete(key);
  }

  get length(): number {
    return this.#values.size;
  }

  key(index: number): string | null {
    return [...this.#values.keys()][index] ?? null;
  }
}

/** A random UUID. Version 7, so that ids sort by time like the server's. Works without a secure context too. */
export function uuid(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let time = Math.max(0, Math.floor(now));
  for (let i = 5; i >= 0; i--) {
    bytes[i] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Storage that never throws: private windows and full disks answer with errors where apps expect values. */
export class SafeStore {
  readonly #inner: KeyValueStore;
  readonly #fallback = new MemoryStore();
  readonly #prefix: string;

  constructor(inner: KeyValueStore | undefined, namespace: string) {
    this.#inner = inner ?? new MemoryStore();
    this.#prefix = `yoban.${namespace}.`;
  }

  /** The other namespaces of `family`, itself among them, under which something is kept as `key`. */
  others(family: string, key: string): SafeStore[] {
    const found: SafeStore[] = [];
    try {
      for (let i = 0; i < (this.#inner.length ?? 0); i++) {
        const name = /^yoban\.(.+)\.([^.]+)$/.exec(this.#inner.key?.(i) ?? '');
        const namespace = name?.[1];
        if (namespace === undefined || name?.[2] !== key || `yoban.${namespace}.` === this.#prefix) continue;
        if (namespace === family || namespace.startsWith(`${family}-`))
          found.push(new SafeStore(this.#inner, namespace));
      }
    } catch {
      // Nothing is found where nothing can be read.
    }
    return found;
  }

  get<T>(key: string): T | null {
    try {
      const text = this.#inner.getItem(this.#prefix + key) ?? this.#fallback.getItem(key);
      return text === null ? null : (JSON.parse(text) as T);
    } catch {
      return null;
    }
  }

  set(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    try {
      this.#inner.setItem(this.#prefix + key, text);
      this.#fallback.removeItem(key);
    } catch {
      this.#fallback.setItem(key, text);
    }
  }

  remove(key: string): void {
    this.#fallback.removeItem(key);
    try {
      this.#inner.removeItem(this.#prefix + key);
    } catch {
      // Nothing to remove where nothing can be kept.
    }
  }
}
