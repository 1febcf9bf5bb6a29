/** The shell around the signal machine: a real socket, real timers, promises for commands. */
import { Emitter } from './emitter.ts';
import { YobanProblem } from './problem.ts';
import {
  type ConnectionState,
  initialState,
  type NoToken,
  type SignalInput,
  type SignalOutput,
  type SignalTimer,
  step,
} from './signal-machine.ts';
import { NamedTimers, type Timers } from './timers.ts';
import type { Command, ServerFrame, ServerMessage } from './types.ts';

export const SUBPROTOCOL = 'yoban.v1';
/** How long a command waits for the socket or an answer. Longer: a tap works after the person has given up. */
export const PATIENCE_MS = 30_000;

/** Gets an access token; says why there is none. */
export type TokenSource = (fresh: boolean) => Promise<{ token: string } | { none: NoToken }>;

export interface SignalDeps {
  url: string;
  socket: (url: string, protocol: string) => WebSocket;
  token: TokenSource;
  now: () => number;
  random: () => number;
  timers: Timers;
}

export type SignalEvents = {
  state: [ConnectionState];
  clock: [number];
  message: [ServerMessage];
};

interface Waiter {
  resolve: () => void;
  reject: (problem: YobanProblem) => void;
}

export class SignalLink extends Emitter<SignalEvents> {
  readonly #deps: SignalDeps;
  #state = initialState(globalThis.navigator?.onLine ?? true);
  #socket: WebSocket | null = null;
  #lastKey = 0;
  readonly #waiters = new Map<number, Waiter>();
  readonly #timers: NamedTimers<SignalTimer>;
  readonly #inputs: SignalInput[] = [];
  #busy = false;

  constructor(deps: SignalDeps) {
    super();
    this.#deps = deps;
    this.#timers = new NamedTimers(deps.timers);
  }

  get state(): ConnectionState {
    return this.#state.shown;
  }

  start(): void {
    this.take({ in: 'start' });
  }

  stop(): void {
    this.take({ in: 'stop' });
  }

  /** Resolves when the server has stored the command; rejects with its problem. */
  send(message: Command, patienceMs: number | null = PATIENCE_MS): Promise<void> {
    this.#lastKey += 1;
    const key = this.#lastKey;
    return new Promise((resolve, reject) => {
      this.#waiters.set(key, { resolve, reject });
      this.take({ in: 'command', key, message, patienceMs });
    });
  }

  /** Feeds the machine. Outputs may cause inputs: those are taken in turn, never in the middle of a step. */
  take(input: SignalInput): void {
    this.#inputs.push(input);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        const context = { now: this.#deps.now(), random: this.#deps.random() };
        const { state, outputs } = step(this.#state, next, context);
        this.#state = state;
        for (const output of outputs) this.#do(output);
      }
    } finally {
      this.#busy = false;
    }
  }

  #do(output: SignalOutput): void {
    switch (output.out) {
      case 'token':
        void this.#fetchToken(output.attempt, output.fresh);
        return;
      case 'open':
        return this.#open(output.attempt);
      case 'close':
        this.#socket?.close(output.code);
        this.#socket = null;
        return;
      case 'send':
        this.#socket?.send(JSON.stringify(output.frame));
        return;
      case 'schedule':
        return this.#timers.set(output.timer, output.afterMs, () =>
          this.take({ in: 'timer', timer: output.timer }),
        );
      case 'cancel':
        return this.#timers.clear(output.timer);
      case 'state':
        return this.emit('state', output.state);
      case 'clock':
        return this.emit('clock', output.offset);
      case 'emit':
        return this.emit('message', output.message);
      case 'settled': {
        const waiter = this.#waiters.get(output.key);
        this.#waiters.delete(output.key);
        if (output.problem === null) waiter?.resolve();
        else waiter?.reject(new YobanProblem(output.problem));
        return;
      }
    }
  }

  async #fetchToken(attempt: number, fresh: boolean): Promise<void> {
    const answer = await this.#deps.token(fresh);
    if ('token' in answer) this.take({ in: 'token', attempt, token: answer.token });
    else this.take({ in: 'noToken', attempt, reason: answer.none });
  }

  #open(attempt: number): void {
    let socket: WebSocket;
    try {
      socket = this.#deps.socket(this.#deps.url, SUBPROTOCOL);
    } catch {
      this.#inputs.push({ in: 'closed', attempt, code: 1006 });
      return;
    }
    this.#socket = socket;
    socket.onopen = () => this.take({ in: 'opened', attempt });
    socket.onclose = ({ code }) => {
      if (this.#socket === socket) this.#socket = null;
      this.take({ in: 'closed', attempt, code });
    };
    socket.onmessage = ({ data }) => {
      const frame = readFrame(data);
      if (frame !== null) this.take({ in: 'message', attempt, frame });
    };
  }
}

/** A newer server may say what this client cannot read: that is passed over, not a reason to break. */
function readFrame(data: unknown): ServerFrame | null {
  if (typeof data !== 'string') return null;
  try {
    const frame = JSON.parse(data) as ServerFrame;
    return typeof frame?.message?.type === 'string' ? frame : null;
  } catch {
    return null;
  }
}
