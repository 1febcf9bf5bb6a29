/** The vocabulary of the signal machine: what may happen to it and what it wants done. */
import type {
  ClientFrame,
  ClientMessage,
  Command,
  Problem,
  ServerFrame,
  ServerMessage,
  StreamPosition,
} from './types.ts';

/** How the socket stands, as a person would say it. */
export type ConnectionState =
  | 'stopped'
  | 'connecting'
  | 'online'
  | 'reconnecting'
  | 'offline'
  | 'replaced'
  | 'signed-out';

/** Timers by name; scheduling one replaces the one of the same name. */
export type SignalTimer = 'retry' | 'opening' | 'heartbeat' | 'probe' | 'expiry';

/** Why there is no token. */
export type NoToken = 'signed-out' | 'unreachable';

export type SignalInput =
  | { in: 'start' }
  | { in: 'stop' }
  /** The answer to output `token`. */
  | { in: 'token'; attempt: number; token: string }
  | { in: 'noToken'; attempt: number; reason: NoToken }
  /** A fresh token for the running socket. */
  | { in: 'renew'; token: string }
  | { in: 'opened'; attempt: number }
  | { in: 'closed'; attempt: number; code: number }
  | { in: 'message'; attempt: number; frame: ServerFrame }
  /** A command of the app; `patienceMs` none: waits for ever. */
  | { in: 'command'; key: number; message: Command; patienceMs: number | null }
  | { in: 'timer'; timer: SignalTimer }
  | { in: 'online' }
  | { in: 'offline' }
  /** The page was shown again, or the network changed: is the socket still there? */
  | { in: 'check' };

export type SignalOutput =
  /** Get a token and answer with `token` or `noToken`; `fresh`: the last one was refused. */
  | { out: 'token'; attempt: number; fresh: boolean }
  | { out: 'open'; attempt: number }
  | { out: 'close'; attempt: number; code: number }
  | { out: 'send'; attempt: number; frame: ClientFrame }
  | { out: 'schedule'; timer: SignalTimer; afterMs: number }
  | { out: 'cancel'; timer: SignalTimer }
  | { out: 'state'; state: ConnectionState }
  /** Server's clock minus ours, in milliseconds. */
  | { out: 'clock'; offset: number }
  | { out: 'emit'; message: ServerMessage }
  /** A command is done; none: stored by the server. */
  | { out: 'settled'; key: number; problem: Problem | null };

/** A command that has no answer yet. */
export interface Pending {
  key: number;
  message: Command;
  /** Number on the running socket; none: not sent on it. */
  id: number | null;
  /** Sent on some socket. */
  sent: boolean;
  expiresAt: number | null;
}

export type Phase =
  | 'stopped'
  | 'token'
  | 'opening'
  | 'greeting'
  | 'live'
  | 'waiting'
  | 'replaced'
  | 'signed-out';

export interface SignalState {
  phase: Phase;
  /** Names one try to connect; news of another number is news of a dead socket. */
  attempt: number;
  nextId: number;
  token: string | null;
  stream: StreamPosition | null;
  pending: readonly Pending[];
  /** Tries in a row that did not reach `welcome`. */
  failures: number;
  /** The token was refused since the last `welcome`: the next one has to be a fresh one, however long it takes to get it. */
  refused: boolean;
  heartbeatMs: number;
  heardAt: number;
  probe: { id: number; at: number } | null;
  everLive: boolean;
  online: boolean;
  /** What the app last said about ringing; said again on every socket. */
  duty: boolean | null;
  /** The server named a time to come back after. */
  comeBackMs: number | null;
  shown: ConnectionState;
}

/** What a step may look at beside the state. */
export interface StepContext {
  /** Our clock, milliseconds. */
  now: number;
  /** From 0 to 1, for jitter. */
  random: number;
}

export type { ClientMessage };
