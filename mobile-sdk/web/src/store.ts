/** What the device knows, as one immutable value. For any framework: `subscribe` and `getSnapshot`. */
import type { ConnectionState } from './signal-machine.ts';
import type { CallView, Me, QueueItem, ServerMessage, SessionId, Timestamp, VitalsView } from './types.ts';

export interface CallState {
  readonly connection: ConnectionState;
  readonly me: Me | null;
  /** Calls this device has to do with, newest tap first. */
  readonly calls: readonly CallView[];
  /** Tonight's cases; for desk and phone. */
  readonly queue: readonly QueueItem[];
  readonly vitals: Readonly<Record<SessionId, VitalsView>>;
  /** Server's clock minus ours, milliseconds. */
  readonly clockOffset: number;
  /** The first full picture has arrived since sign-in. */
  readonly ready: boolean;
}

const EMPTY: CallState = {
  connection: 'stopped',
  me: null,
  calls: [],
  queue: [],
  vitals: {},
  clockOffset: 0,
  ready: false,
};

export class CallStore {
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #state: CallState = EMPTY;
  /** The stream could not be resumed: the next `calls` replaces all, older versions included. */
  #replaceAll = false;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  getSnapshot = (): CallState => this.#state;

  call(session: SessionId): CallView | null {
    return this.#state.calls.find((c) => c.session === session) ?? null;
  }

  /** The server's clock. Deadlines on screens count from this, for tablets' clocks are often wrong. */
  serverNow(): Timestamp {
    return this.#now() + this.#state.clockOffset;
  }

  setConnection(connection: ConnectionState): void {
    if (connection === this.#state.connection) return;
    this.#set({ connection });
  }

  setClock(clockOffset: number): void {
    if (clockOffset !== this.#state.clockOffset) this.#set({ clockOffset });
  }

  setMe(me: Me | null): void {
    this.#set({ me });
  }

  /** Forgets everything: another person signs in, or nobody. */
  clear(): void {
    this.#set({ ...EMPTY, connection: this.#state.connection, clockOffset: this.#state.clockOffset });
  }

  apply(message: ServerMessage): void {
    switch (message.type) {
      case 'welcome':
        this.#replaceAll = !message.resumed;
        return this.#set({ me: message.me });
      case 'calls':
        return this.#calls(message.calls);
      case 'call': {
        const others = this.#state.calls.filter((c) => c.session !== message.call.session);
        const call = newer(this.call(message.call.session), message.call);
        if (call === message.call) this.#set({ calls: sorted([...others, call]) });
        return;
      }
      case 'queue':
        return this.#set({ queue: message.items });
      case 'vitals': {
        const known = this.#state.vitals[message.vitals.session];
        if (known !== undefined && known.now > message.vitals.now) return;
        return this.#set({ vitals: { ...this.#state.vitals, [message.vitals.session]: message.vitals } });
      }
      default:
        return;
    }
  }

  #calls(incoming: CallView[]): void {
    const calls = this.#replaceAll ? incoming : incoming.map((c) => newer(this.call(c.session), c));
    const vitals: Record<SessionId, VitalsView> = {};
    for (const { session } of calls) {
      const known = this.#state.vitals[session];
      if (known !== undefined) vitals[session] = known;
    }
    // The queue stays until its own message replaces it: which of the two comes first is the server's choice.
    this.#replaceAll = false;
    this.#set({ calls: sorted(calls), vitals, ready: true });
  }

  #set(change: Partial<CallState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

function newer(known: CallView | null, incoming: CallView): CallView {
  return known !== null && known.version > incoming.version ? known : incoming;
}

function sorted(calls: CallView[]): CallView[] {
  return calls.sort((a, b) => b.requestedAt - a.requestedAt || a.session.localeCompare(b.session));
}
