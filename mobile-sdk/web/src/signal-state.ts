/** The signal machine's first state, its figures, and how a state is shown. */
import type { ConnectionState, SignalState } from './signal-types.ts';

export const PROTOCOL = 1;
/** Close codes of the socket (wire/mod.rs, the README says what each means); 4000 is ours: we took the socket for dead. */
export const CLOSE = {
  authentication: 4001,
  protocol: 4004,
  silent: 4008,
  replaced: 4009,
  goingAway: 4010,
  tooSlow: 4011,
};
export const DEAD = 4000;
export const NORMAL = 1000;

/** Back-off. Longer: a patient waits for a server that is back; shorter: 2,000 tablets storm a server that starts. */
export const BACK_OFF_MS = 250;
export const BACK_OFF_LIMIT_MS = 8_000;
/** From opening to `welcome`. */
export const OPENING_MS = 10_000;
/** A socket that says nothing for so long after a question is dead. Shorter: a slow radio cell counts as dead. */
export const PROBE_MS = 4_000;
/** Beats without a word of the server before the socket counts as dead. */
export const MISSED_BEATS = 2.5;
export const PENDING_LIMIT = 500;
/** Largest message the server takes, in bytes (wire/mod.rs). A longer one may cost the socket, and would the next one too. */
export const MAX_MESSAGE = 256 * 1024;

export function initialState(online = true): SignalState {
  return {
    phase: 'stopped',
    attempt: 0,
    nextId: 1,
    token: null,
    stream: null,
    pending: [],
    failures: 0,
    refused: false,
    heartbeatMs: 10_000,
    heardAt: 0,
    probe: null,
    everLive: false,
    online,
    duty: null,
    comeBackMs: null,
    shown: 'stopped',
  };
}

export function shownState(s: SignalState): ConnectionState {
  switch (s.phase) {
    case 'live':
      return 'online';
    case 'stopped':
    case 'replaced':
    case 'signed-out':
      return s.phase;
    default:
      if (!s.online) return 'offline';
      return s.everLive ? 'reconnecting' : 'connecting';
  }
}
