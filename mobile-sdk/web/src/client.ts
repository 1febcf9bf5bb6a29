/** The entrance: who is signed in, the socket, what is known, commands, rooms. */
import { type Diagnosis, diagnose } from './diagnose.ts';
import type { Unsubscribe } from './emitter.ts';
import { clientProblems, YobanProblem } from './problem.ts';
import { ReadingOutbox } from './reading-outbox.ts';
import { RestClient } from './rest.ts';
import { Room } from './room.ts';
import { SessionKeeper } from './session-keeper.ts';
import { SignalLink } from './signal-link.ts';
import { type KeyValueStore, SafeStore } from './storage.ts';
import { CallStore } from './store.ts';
import { steadyTimers, type Timers } from './timers.ts';
import type { Command, Me, NewReading, Requested, SessionId } from './types.ts';

export interface ClientOptions {
  /** Origin of the server, for instance `location.origin`. */
  baseUrl: string;
  /** Where tokens and device id are kept, for instance `localStorage`. Default: until the page closes. */
  storage?: KeyValueStore;
  /** Keeps several apps of one browser apart. */
  namespace?: string;
  now?: () => number;
  random?: () => number;
  fetch?: typeof fetch;
  socket?: (url: string, protocol: string) => WebSocket;
  timers?: Timers;
}

const SOCKET_PATH = '/api/v1/signal';
/** Longer: a page that was loaded on a dead network shows nothing. Shorter: one signed out since is shown as signed in. */
const RESTORE_MS = 1_500;
/** Smaller: a write with every heartbeat for a difference that nobody sees. */
const CLOCK_KEPT_MS = 1_000;

export class YobanClient {
  readonly store: CallStore;
  readonly rest: RestClient;
  readonly signal: SignalLink;
  readonly #storage: SafeStore;
  readonly #keeper: SessionKeeper;
  readonly #outbox: ReadingOutbox;
  readonly #rooms = new Map<SessionId, Room>();
  readonly #timers: Timers;
  readonly #options: ClientOptions;
  #stopListening: Unsubscribe | null = null;

  constructor(options: ClientOptions) {
    const { now = Date.now, random = Math.random, namespace = 'app', storage } = options;
    const baseUrl = options.baseUrl.replace(/\/+$/, '');
    this.#options = { ...options, baseUrl };
    this.#timers = options.timers ?? steadyTimers();
    this.#storage = new SafeStore(storage, namespace);
    this.store = new CallStore(now);
    this.rest = new RestClient({
      baseUrl,
      now,
      random,
      // Called through a closure: a browser's `fetch` refuses to be another object's method.
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      wait: (ms) => new Promise((resolve) => void this.#timers.set(ms, resolve)),
      timers: this.#timers,
      token: async (fresh) => {
        const answer = await this.#keeper.token(fresh);
        if ('token' in answer) return answer.token;
        if (answer.none === 'unreachable') throw new YobanProblem(clientProblems.noConnection);
        return null;
      },
    });
    this.#keeper = new SessionKeeper({
      rest: this.rest,
      storage: this.#storage,
      serverNow: () => this.store.serverNow(),
      timers: this.#timers,
      renewed: (token) => this.signal.take({ in: 'renew', token }),
    });
    this.signal = new SignalLink({
      url: `${baseUrl.replace(/^http/, 'ws')}${SOCKET_PATH}`,
      socket: options.socket ?? ((url, protocol) => new WebSocket(url, protocol)),
      token: (fresh) => this.#keeper.token(fresh),
      now,
      random,
      timers: this.#timers,
    });
    this.#outbox = new ReadingOutbox(this.#storage, (message) => this.signal.send(message, null));
    this.signal.on('state', (state) => {
      this.store.setConnection(state);
      // Its sign-in was withdrawn while it ran: the page asks for another, perhaps somebody else's.
      if (state === 'signed-out') this.store.clear();
      // Readings kept from before a reload, or from before the link was stopped.
      if (state === 'online') this.#outbox.flush().catch(() => undefined);
    });
    // What is measured before the next greeting, perhaps after a reload without a network, has the server's time too.
    this.store.setClock(this.#storage.get<number>('clock') ?? 0);
    this.signal.on('clock', (offset) => {
      const kept = this.#storage.get<number>('clock');
      if (kept === null || Math.abs(kept - offset) > CLOCK_KEPT_MS) this.#storage.set('clock', offset);
      this.store.setClock(offset);
    });
    this.signal.on('message', (message) => this.store.apply(message));
    this.#settle(this.#keeper.me);
  }

  get me(): Me | null {
    return this.store.getSnapshot().me;
  }

  get device(): string {
    return this.#keeper.device;
  }

  /** Readings the server has not stored yet. */
  get readingsWaiting(): number {
    return this.#outbox.waiting;
  }

  /**
   * Looks under the other sign-ins of this device whose namespace is `family` or begins with `family-`. What this person
   * left there is sent from here; gives how many readings wait there that somebody else left, and only they can send.
   */
  collectReadings(family: string): number {
    if (this.me === null) return 0;
    const waited = this.#outbox.waiting;
    const theirs = this.#outbox.collect(this.#storage.others(family, 'readings'));
    const online = this.store.getSnapshot().connection === 'online';
    if (online && this.#outbox.waiting > waited) this.#outbox.flush().catch(() => undefined);
    return theirs;
  }

  /** The code of a sign-in whose answer never came: to be tried again with `signIn`. */
  get unansweredSignIn(): string | null {
    return this.#keeper.unanswered;
  }

  /**
   * Signs in with the code of a link or QR. Whoever was signed in here is forgotten first. Without an answer
   * (the problem `mayPass`) the same code may be tried again, after a reload too, although it serves once.
   */
  async signIn(code: string): Promise<Me> {
    const me = await this.#keeper.signIn(code);
    this.#leaveRooms();
    this.signal.stop();
    this.store.clear();
    this.#settle(me);
    return me;
  }

  /**
   * Who is signed in from before, if the server still agrees; without an answer at once, as far as we know. A no that
   * comes later, to the socket, leaves nobody signed in.
   */
  async restore(): Promise<Me | null> {
    if (this.#keeper.me === null) return null;
    let late = 0;
    const patience = new Promise<void>((done) => {
      late = this.#timers.set(RESTORE_MS, done);
    });
    await Promise.race([this.#keeper.token(false), patience]);
    this.#timers.clear(late);
    this.#settle(this.#keeper.me);
    return this.#keeper.me;
  }

  /** Opens the socket and keeps it open. */
  start(): void {
    this.#listen();
    this.#keeper.watch();
    this.signal.start();
  }

  /** Closes the socket; media stops too. */
  stop(): void {
    this.#stopListening?.();
    this.#stopListening = null;
    this.#leaveRooms();
    this.signal.stop();
  }

  /** After `'replaced'`: this tab shall be the one. */
  takeOver(): void {
    this.start();
  }

  signOut(): void {
    this.stop();
    this.#keeper.signOut();
    this.#outbox.clear();
    this.store.clear();
  }

  /** The tablet's tap: a new call, or the one that runs already. */
  tap(): Promise<Requested> {
    return this.rest.tap();
  }

  /** Resolves when the server has stored the command. */
  send(command: Command): Promise<void> {
    return this.signal.send(command);
  }

  /** Whether this device may ring; said again after every reconnect. */
  setDuty(ready: boolean): Promise<void> {
    return this.signal.send({ type: 'duty', ready });
  }

  /** Keeps the readings until the server has them. Ids are the caller's. */
  sendReadings(readings: readonly NewReading[], session: SessionId | null = null): Promise<void> {
    return this.#outbox.add(readings, session);
  }

  /** The media of a call; the same object for the same session. */
  room(session: SessionId): Room {
    const known = this.#rooms.get(session);
    if (known !== undefined) return known;
    const room = new Room({
      session,
      signal: this.signal,
      store: this.store,
      storage: this.#storage,
      timers: this.#timers,
    });
    this.#rooms.set(session, room);
    room.on('disconnected', (reason) => {
      if (reason === 'callEnded') this.#rooms.delete(session);
    });
    return room;
  }

  /** Looks at everything a call needs, before it is needed. */
  diagnose(): Promise<Diagnosis> {
    const state = this.store.getSnapshot().connection;
    return diagnose({
      baseUrl: this.#options.baseUrl,
      fetch: this.#options.fetch ?? ((input, init) => fetch(input, init)),
      socketOnline: state === 'stopped' ? null : state === 'online',
    });
  }

  /** Who is here now. With nobody here the readings stay: the same one may come back. */
  #settle(me: Me | null): void {
    if (me === null) return this.store.clear();
    this.#outbox.belongsTo(idOf(me));
    this.store.setMe(me);
  }

  #leaveRooms(): void {
    for (const room of this.#rooms.values()) room.disconnect();
    this.#rooms.clear();
  }

  #listen(): void {
    if (this.#stopListening !== null || typeof window === 'undefined') return;
    const online = () => this.signal.take({ in: 'online' });
    const offline = () => this.signal.take({ in: 'offline' });
    const shown = () => {
      if (document.visibilityState === 'visible') this.signal.take({ in: 'check' });
    };
    window.addEventListener('online', online);
    window.addEventListener('offline', offline);
    document.addEventListener('visibilitychange', shown);
    this.#stopListening = () => {
      window.removeEventListener('online', online);
      window.removeEventListener('offline', offline);
      document.removeEventListener('visibilitychange', shown);
    };
  }
}

/** The same for one patient, person or device, whatever else is told about them. */
function idOf({ who }: Me): string {
  switch (who.kind) {
    case 'tablet':
      return `patient ${who.patient}`;
    case 'staff':
      return `person ${who.card.person}`;
    case 'equipment':
      return `device ${who.card.device}`;
  }
}
