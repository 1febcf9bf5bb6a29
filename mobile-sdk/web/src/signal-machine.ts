/**
 * The signal link as data: what happened goes in, what to do comes out. No clock, no socket, no randomness.
 * `../conformance/signal/*.json` hold its behaviour and that of the other SDKs.
 */
import { clientProblems } from './problem.ts';
import {
  CLOSE,
  MAX_MESSAGE,
  MISSED_BEATS,
  OPENING_MS,
  PENDING_LIMIT,
  PROBE_MS,
  PROTOCOL,
  shownState,
} from './signal-state.ts';
import type {
  NoToken,
  Pending,
  SignalInput,
  SignalOutput,
  SignalState,
  SignalTimer,
  StepContext,
} from './signal-types.ts';
import { Workbench } from './signal-workbench.ts';
import type { ClientMessage, Command, Problem, ServerFrame, ServerMessageOf } from './types.ts';

export { CLOSE, DEAD, initialState, PROTOCOL } from './signal-state.ts';
export type * from './signal-types.ts';

/** One step. */
export function step(
  before: SignalState,
  input: SignalInput,
  context: StepContext,
): { state: SignalState; outputs: SignalOutput[] } {
  const turn = new Turn(before, context);
  turn.take(input);
  turn.show();
  return { state: turn.s, outputs: turn.out };
}

const RUNNING = new Set(['token', 'opening', 'greeting', 'live', 'waiting']);

/** Measured on the wire: in bytes, as the frame with the longest number. */
function isTooLong(message: Command): boolean {
  const frame = JSON.stringify({ id: Number.MAX_SAFE_INTEGER, message });
  return new TextEncoder().encode(frame).length > MAX_MESSAGE;
}

class Turn extends Workbench {
  take(input: SignalInput): void {
    if ('attempt' in input && input.attempt !== this.s.attempt) return;
    switch (input.in) {
      case 'start':
        if (!RUNNING.has(this.s.phase)) this.#begin(false);
        return;
      case 'stop':
        return this.halt('stopped', clientProblems.noConnection);
      case 'token':
        return this.#gotToken(input.token);
      case 'noToken':
        return this.#noToken(input.reason);
      case 'renew':
        this.s.token = input.token;
        if (this.s.phase === 'live') this.send({ type: 'renew', token: input.token });
        return;
      case 'opened':
        return this.#opened();
      case 'closed':
        return this.#closed(input.code);
      case 'message':
        return this.#heard(input.frame);
      case 'command':
        return this.#command(input.key, input.message, input.patienceMs);
      case 'timer':
        return this.#timer(input.timer);
      case 'online':
        this.s.online = true;
        return this.#check();
      case 'offline':
        // The browser may be wrong about this, so a socket that still answers stays.
        this.s.online = false;
        return this.#check();
      case 'check':
        return this.#check();
    }
  }

  /** Says how the link stands, when that changed. */
  show(): void {
    const state = shownState(this.s);
    if (state === this.s.shown) return;
    this.s.shown = state;
    this.out.push({ out: 'state', state });
  }

  #begin(fresh: boolean): void {
    this.s.attempt += 1;
    this.s.phase = 'token';
    this.cancel('retry');
    this.out.push({ out: 'token', attempt: this.s.attempt, fresh });
  }

  #gotToken(token: string): void {
    if (this.s.phase !== 'token') return;
    this.s.token = token;
    this.s.phase = 'opening';
    this.s.nextId = 1;
    this.s.probe = null;
    this.s.pending = this.s.pending.map((p) => ({ ...p, id: null }));
    this.out.push({ out: 'open', attempt: this.s.attempt });
    this.schedule('opening', OPENING_MS);
  }

  #noToken(reason: NoToken): void {
    if (this.s.phase !== 'token') return;
    if (reason === 'signed-out') this.halt('signed-out', clientProblems.signedOut);
    else this.backOff();
  }

  #opened(): void {
    if (this.s.phase !== 'opening' || this.s.token === null) return;
    this.s.phase = 'greeting';
    const hello: ClientMessage = { type: 'hello', token: this.s.token, protocol: PROTOCOL };
    if (this.s.stream !== null) hello.resume = this.s.stream;
    const id = this.send(hello);
    this.s.probe = { id, at: this.now };
  }

  #heard(frame: ServerFrame): void {
    this.s.heardAt = this.now;
    this.#cancelProbe();
    const { message } = frame;
    // Before `welcome` nothing has a place in the stream; only refusals make sense.
    if (this.s.phase !== 'live' && message.type !== 'welcome' && message.type !== 'problem') return;
    if (typeof frame.seq === 'number' && this.s.stream !== null) {
      if (frame.seq <= this.s.stream.seq) return;
      this.s.stream = { ...this.s.stream, seq: frame.seq };
    }
    switch (message.type) {
      case 'welcome':
        return this.#welcome(message);
      case 'pong':
        return this.#clock(message.id, message.now);
      case 'ack':
        return this.#settleId(message.id, null);
      case 'problem':
        if (typeof message.id === 'number') this.#settleId(message.id, message.problem);
        this.out.push({ out: 'emit', message });
        return;
      case 'goingAway':
        this.s.comeBackMs = message.afterMs;
        break;
      default:
        break;
    }
    this.out.push({ out: 'emit', message });
  }

  #welcome(message: ServerMessageOf<'welcome'>): void {
    if (this.s.phase !== 'greeting') return;
    this.s.phase = 'live';
    this.s.everLive = true;
    this.s.refused = false;
    this.s.comeBackMs = null;
    this.s.heartbeatMs = message.heartbeatMs;
    const seq = message.resumed && this.s.stream?.stream === message.stream ? this.s.stream.seq : 0;
    this.s.stream = { stream: message.stream, seq };
    this.cancel('opening');
    this.schedule('heartbeat', this.s.heartbeatMs);
    if (this.s.probe !== null) this.#clock(this.s.probe.id, message.now);
    this.out.push({ out: 'emit', message });
    if (this.s.duty !== null && !this.s.pending.some((p) => p.message.type === 'duty')) {
      this.send({ type: 'duty', ready: this.s.duty });
    }
    this.s.pending = this.s.pending.map((p) => this.#dispatch(p));
  }

  #command(key: number, message: Command, patienceMs: number | null): void {
    if (isTooLong(message)) {
      this.out.push({ out: 'settled', key, problem: clientProblems.tooLarge });
      return;
    }
    if (message.type === 'duty') this.s.duty = message.ready;
    if (!RUNNING.has(this.s.phase) || this.s.pending.length >= PENDING_LIMIT) {
      const problem = this.s.phase === 'signed-out' ? clientProblems.signedOut : clientProblems.noConnection;
      this.out.push({ out: 'settled', key, problem });
      return;
    }
    const expiresAt = patienceMs === null ? null : this.now + patienceMs;
    const pending: Pending = { key, message, id: null, sent: false, expiresAt };
    this.s.pending = [...this.s.pending, this.s.phase === 'live' ? this.#dispatch(pending) : pending];
    this.scheduleExpiry();
  }

  #dispatch(pending: Pending): Pending {
    return { ...pending, id: this.send(pending.message), sent: true };
  }

  #settleId(id: number, problem: Problem | null): void {
    const found = this.s.pending.find((p) => p.id === id);
    if (found === undefined) return;
    this.s.pending = this.s.pending.filter((p) => p !== found);
    this.out.push({ out: 'settled', key: found.key, problem });
    this.scheduleExpiry();
  }

  #timer(timer: SignalTimer): void {
    switch (timer) {
      case 'retry':
        // A time the server named counts once; one that stays away longer is asked by back-off.
        this.s.comeBackMs = null;
        if (this.s.phase === 'waiting') this.#begin(this.s.refused);
        return;
      case 'opening':
        if (this.s.phase === 'opening' || this.s.phase === 'greeting') this.drop();
        return;
      case 'heartbeat':
        if (this.s.phase !== 'live') return;
        if (this.now - this.s.heardAt > this.s.heartbeatMs * MISSED_BEATS) return this.drop();
        // Only a link that lasted counts as good: one that breaks after each welcome must not be tried without pause.
        this.s.failures = 0;
        this.#ping();
        this.schedule('heartbeat', this.s.heartbeatMs);
        return;
      case 'probe':
        if (this.s.phase === 'live' && this.s.probe !== null) this.drop();
        return;
      case 'expiry': {
        const late = (p: Pending) => p.expiresAt !== null && p.expiresAt <= this.now;
        for (const p of this.s.pending.filter(late)) {
          const problem = p.sent ? clientProblems.unanswered : clientProblems.noConnection;
          this.out.push({ out: 'settled', key: p.key, problem });
        }
        this.s.pending = this.s.pending.filter((p) => !late(p));
        this.scheduleExpiry();
        return;
      }
    }
  }

  /** Something changed around us: ask a live socket for a sign of life, and do not sit out a back-off. */
  #check(): void {
    if (this.s.phase === 'live') {
      this.#ping();
      this.schedule('probe', PROBE_MS);
    } else if (this.s.phase === 'waiting' && this.s.online && this.s.comeBackMs === null) {
      this.s.failures = 0;
      this.#begin(this.s.refused);
    }
  }

  #ping(): void {
    const id = this.send({ type: 'ping' });
    this.s.probe = { id, at: this.now };
  }

  #clock(id: number, serverNow: number): void {
    if (this.s.probe?.id !== id) return;
    // The server read its clock about half-way between question and answer.
    const offset = Math.round(serverNow - (this.s.probe.at + this.now) / 2);
    this.s.probe = null;
    this.out.push({ out: 'clock', offset });
  }

  #cancelProbe(): void {
    if (this.s.probe !== null && this.s.phase === 'live') this.cancel('probe');
  }

  #closed(code: number): void {
    if (!['opening', 'greeting', 'live'].includes(this.s.phase)) return;
    switch (code) {
      case CLOSE.authentication:
        if (this.s.refused) return this.halt('signed-out', clientProblems.signedOut);
        this.s.refused = true;
        this.quiet();
        return this.#begin(true);
      case CLOSE.replaced:
        return this.halt('replaced', clientProblems.noConnection);
      default:
        return this.backOff();
    }
  }
}
