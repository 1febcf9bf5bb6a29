/**
 * When to ask for a media connection, when to move to the new one, when to give up. What happened goes in, what
 * to do comes out. The server offers once per connection; where the network changed, a new connection is built
 * beside the old one and the old one is closed when the new one carries.
 */
import type { ConnectionId } from './types.ts';

export type RoomState = 'disconnected' | 'connecting' | 'connected' | 'reconnecting';
/** Why media stopped for good. */
export type DisconnectReason = 'client' | 'callEnded' | 'notInCall' | 'signedOut' | 'replaced' | 'elsewhere';
export type MediaTimer = 'ask' | 'offer' | 'setup' | 'trouble' | 'network';
export type PeerState = 'connected' | 'disconnected' | 'failed';

export type MediaInput =
  | { in: 'want' }
  | { in: 'unwant'; reason: DisconnectReason }
  /** The server has the request. */
  | { in: 'asked' }
  | { in: 'refused'; code: string }
  | { in: 'offer'; connection: ConnectionId }
  | { in: 'peer'; connection: ConnectionId; state: PeerState }
  | { in: 'gone'; connection: ConnectionId; retry: boolean }
  /** The device's way to the network changed. */
  | { in: 'networkChanged' }
  /** The server lost our stream: it may have been restarted. */
  | { in: 'streamLost' }
  | { in: 'timer'; timer: MediaTimer };

export type MediaOutput =
  | { out: 'ask' }
  | { out: 'make'; connection: ConnectionId }
  /** Show this connection's pictures and play its sound. */
  | { out: 'use'; connection: ConnectionId }
  | { out: 'close'; connection: ConnectionId }
  | { out: 'schedule'; timer: MediaTimer; afterMs: number }
  | { out: 'cancel'; timer: MediaTimer }
  | { out: 'state'; state: RoomState; reason: DisconnectReason | null };

export interface MediaState {
  wanted: boolean;
  current: ConnectionId | null;
  next: ConnectionId | null;
  /** `connect` is on its way, or its offer. */
  asking: boolean;
  /** The current connection carries. */
  carries: boolean;
  everConnected: boolean;
  failures: number;
  shown: RoomState;
}

/** From the server's `ack` to its offer. */
const OFFER_MS = 5_000;
/** From an offer to a connection. */
const SETUP_MS = 10_000;
/** ICE `disconnected` often heals; longer: the person talks to nobody, shorter: every hiccup costs a handshake. */
const TROUBLE_MS = 2_000;
/** Several signs of one change come at once. */
const NETWORK_MS = 300;
const BACK_OFF_MS = 500;
const BACK_OFF_LIMIT_MS = 8_000;

/** Refusals that asking again cannot change. */
const FINAL: Record<string, DisconnectReason> = {
  'call-ended': 'callEnded',
  'not-in-call': 'notInCall',
  'not-found': 'notInCall',
  'other-device': 'elsewhere',
  'signed-out': 'signedOut',
  'sign-in-needed': 'signedOut',
};

export const initialMedia: MediaState = {
  wanted: false,
  current: null,
  next: null,
  asking: false,
  carries: false,
  everConnected: false,
  failures: 0,
  shown: 'disconnected',
};

/** One step. */
export function stepMedia(
  before: MediaState,
  input: MediaInput,
): { state: MediaState; outputs: MediaOutput[] } {
  const s: MediaState = { ...before };
  const out: MediaOutput[] = [];
  const schedule = (timer: MediaTimer, afterMs: number) => out.push({ out: 'schedule', timer, afterMs });
  const cancel = (timer: MediaTimer) => out.push({ out: 'cancel', timer });
  let reason: DisconnectReason | null = null;

  const ask = () => {
    if (!s.wanted || s.asking || s.next !== null) return;
    s.asking = true;
    cancel('ask');
    out.push({ out: 'ask' });
  };
  const askLater = () => {
    if (s.next !== null || s.asking) return;
    schedule('ask', Math.min(BACK_OFF_MS * 2 ** s.failures, BACK_OFF_LIMIT_MS));
    s.failures = Math.min(s.failures + 1, 16);
  };
  const drop = (which: 'current' | 'next') => {
    const connection = s[which];
    if (connection === null) return;
    out.push({ out: 'close', connection });
    s[which] = null;
    if (which === 'current') s.carries = false;
    else cancel('setup');
  };
  const stop = (why: DisconnectReason) => {
    s.wanted = false;
    s.asking = false;
    for (const timer of ['ask', 'offer', 'setup', 'trouble', 'network'] as const) cancel(timer);
    drop('next');
    drop('current');
    s.everConnected = false;
    s.failures = 0;
    reason = why;
  };

  switch (input.in) {
    case 'want':
      s.wanted = true;
      if (s.current === null) ask();
      break;
    case 'unwant':
      if (s.wanted) stop(input.reason);
      break;
    case 'asked':
      if (s.asking) schedule('offer', OFFER_MS);
      break;
    case 'refused': {
      if (!s.asking) break;
      s.asking = false;
      const final = FINAL[input.code];
      if (final !== undefined) stop(final);
      else askLater();
      break;
    }
    case 'offer':
      if (!s.wanted) break;
      s.asking = false;
      cancel('offer');
      cancel('ask');
      drop('next');
      s.next = input.connection;
      out.push({ out: 'make', connection: input.connection });
      schedule('setup', SETUP_MS);
      break;
    case 'peer':
      if (input.connection === s.next) {
        if (input.state === 'connected') {
          const old = s.current;
          s.current = s.next;
          s.next = null;
          s.carries = true;
          s.everConnected = true;
          s.failures = 0;
          cancel('setup');
          cancel('trouble');
          out.push({ out: 'use', connection: input.connection });
          // The old one is closed only now: until here it went on carrying what it could.
          if (old !== null) out.push({ out: 'close', connection: old });
        } else if (input.state === 'failed') {
          drop('next');
          askLater();
        }
      } else if (input.connection === s.current) {
        s.carries = input.state === 'connected';
        if (input.state === 'connected') cancel('trouble');
        if (input.state === 'disconnected') schedule('trouble', TROUBLE_MS);
        if (input.state === 'failed') {
          cancel('trouble');
          ask();
        }
      }
      break;
    case 'gone':
      if (input.connection === s.next) {
        drop('next');
        askLater();
      } else if (input.connection === s.current) {
        drop('current');
        // Nobody is left waiting: where there is no place any more, the server says so when it is asked.
        if (input.retry) ask();
        else askLater();
      }
      break;
    case 'networkChanged':
      if (s.wanted && s.everConnected) schedule('network', NETWORK_MS);
      break;
    case 'streamLost':
      // An offer of the old server will never come or never connect.
      if (!s.wanted) break;
      s.asking = false;
      cancel('offer');
      drop('next');
      ask();
      break;
    case 'timer':
      switch (input.timer) {
        case 'ask':
        case 'network':
          ask();
          break;
        case 'trouble':
          if (!s.carries) ask();
          break;
        case 'offer':
          if (!s.asking) break;
          s.asking = false;
          askLater();
          break;
        case 'setup':
          drop('next');
          askLater();
          break;
      }
      break;
  }

  const shown = shownState(s);
  if (shown !== s.shown) {
    s.shown = shown;
    out.push({ out: 'state', state: shown, reason });
  }
  return { state: s, outputs: out };
}

function shownState(s: MediaState): RoomState {
  if (!s.wanted) return 'disconnected';
  if (s.current !== null && s.carries) return 'connected';
  return s.everConnected ? 'reconnecting' : 'connecting';
}
