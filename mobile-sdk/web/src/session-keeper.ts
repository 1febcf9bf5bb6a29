/** Who is signed in on this device: tokens, their renewal, the device's own id. */
import { YobanProblem } from './problem.ts';
import type { RestClient } from './rest.ts';
import type { NoToken } from './signal-machine.ts';
import { type SafeStore, uuid } from './storage.ts';
import type { Timers } from './timers.ts';
import type { Me, SignedIn } from './types.ts';

/** A token is renewed this long before it expires, so that no request meets an expired one. */
const RENEW_BEFORE_MS = 60_000;
/** Before the socket told the server's time, a tablet whose clock runs ahead takes every token for expired. */
const RENEW_AT_LEAST_MS = 20_000;
/** The longest a browser timer holds. */
const LONGEST_TIMER_MS = 2_000_000_000;

export interface KeeperDeps {
  rest: RestClient;
  storage: SafeStore;
  /** The server's clock as far as it is known. */
  serverNow: () => number;
  timers: Timers;
  /** A new access token is here. */
  renewed: (token: string) => void;
}

/** A sign-in that has no answer: what it takes to ask again as the same. */
interface Attempt {
  code: string;
  key: string;
}

export class SessionKeeper {
  readonly #deps: KeeperDeps;
  #signedIn: SignedIn | null;
  #refreshing: Promise<SignedIn> | null = null;
  #timer: number | null = null;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#signedIn = deps.storage.get<SignedIn>('signed-in');
  }

  get me(): Me | null {
    return this.#signedIn?.me ?? null;
  }

  /** The id this browser keeps. */
  get device(): string {
    const known = this.#deps.storage.get<string>('device');
    if (known !== null) return known;
    const fresh = uuid(this.#deps.serverNow());
    this.#deps.storage.set('device', fresh);
    return fresh;
  }

  /** The code of a sign-in that was begun and has no answer yet, also by a page that is closed since. */
  get unanswered(): string | null {
    return this.#deps.storage.get<Attempt>('signing-in')?.code ?? null;
  }

  /** With the same code as one time before that had no answer: the same attempt, and the code is not used twice. */
  async signIn(code: string): Promise<Me> {
    const before = this.#deps.storage.get<Attempt>('signing-in');
    const attempt = before?.code === code ? before : { code, key: uuid(this.#deps.serverNow()) };
    this.#deps.storage.set('signing-in', attempt);
    try {
      const signedIn = await this.#deps.rest.signIn(code, this.device, attempt.key);
      this.#deps.storage.remove('signing-in');
      return this.#keep(signedIn).me;
    } catch (error) {
      if (!(error instanceof YobanProblem && error.mayPass)) this.#deps.storage.remove('signing-in');
      throw error;
    }
  }

  /** A person said so: nothing is left of whoever was here, or was to be. */
  signOut(): void {
    this.forget();
    this.#deps.storage.remove('signing-in');
  }

  forget(): void {
    this.#signedIn = null;
    this.#stopTimer();
    this.#deps.storage.remove('signed-in');
  }

  /** An access token that still holds; `fresh` asks for another one than the last. */
  async token(fresh: boolean): Promise<{ token: string } | { none: NoToken }> {
    const known = this.#signedIn;
    if (known === null) return { none: 'signed-out' };
    if (!fresh && known.expiresAt - this.#deps.serverNow() > RENEW_BEFORE_MS / 2)
      return { token: known.accessToken };
    try {
      return { token: (await this.#refresh(known)).accessToken };
    } catch (error) {
      // In the server's own word alone: a proxy in the way, too, answers 401 or 403, and the tokens are gone for good.
      const refused = error instanceof YobanProblem && error.code === 'sign-in-needed';
      if (refused) this.forget();
      return { none: refused ? 'signed-out' : 'unreachable' };
    }
  }

  /** Renews ahead of time until `forget`. */
  watch(): void {
    this.#stopTimer();
    const known = this.#signedIn;
    if (known === null) return;
    const left = known.expiresAt - this.#deps.serverNow() - RENEW_BEFORE_MS;
    const afterMs = Math.min(Math.max(left, RENEW_AT_LEAST_MS), LONGEST_TIMER_MS);
    this.#timer = this.#deps.timers.set(afterMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const answer = await this.token(this.#due());
    if ('token' in answer) this.#deps.renewed(answer.token);
    this.watch();
  }

  #due(): boolean {
    const known = this.#signedIn;
    return known !== null && known.expiresAt - this.#deps.serverNow() <= RENEW_BEFORE_MS + 1_000;
  }

  /** One refresh at a time: whoever needs a token meanwhile gets the same one. */
  #refresh(known: SignedIn): Promise<SignedIn> {
    this.#refreshing ??= this.#deps.rest
      .refresh(known.refreshToken)
      .then((fresh) => this.#keep(fresh))
      .finally(() => {
        this.#refreshing = null;
      });
    return this.#refreshing;
  }

  #keep(fresh: SignedIn): SignedIn {
    this.#signedIn = fresh;
    this.#deps.storage.set('signed-in', fresh);
    this.watch();
    return fresh;
  }

  #stopTimer(): void {
    if (this.#timer !== null) this.#deps.timers.clear(this.#timer);
    this.#timer = null;
  }
}
