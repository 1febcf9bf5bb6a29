/** REST under `/api/v1`: problems as errors, idempotency keys, retries with jitter. */
import { clientProblems, isProblem, YobanProblem } from './problem.ts';
import { uuid } from './storage.ts';
import type { Timers } from './timers.ts';
import type {
  CaseId,
  CaseView,
  DemoPerson,
  EncounterView,
  EquipmentCard,
  NewReadings,
  OnDuty,
  PlacedReading,
  QueueItem,
  ReadingsStored,
  Recording,
  Requested,
  SessionId,
  SignedIn,
} from './types.ts';

/** What the REST client needs from outside. */
export interface RestDeps {
  baseUrl: string;
  fetch: typeof fetch;
  now: () => number;
  random: () => number;
  wait: (ms: number) => Promise<void>;
  timers: Timers;
  /** An access token; with `fresh` a new one. None: signed out. */
  token: (fresh: boolean) => Promise<string | null>;
}

interface Ask {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  /** Without a token. */
  open?: boolean;
  /** `GET`, and `POST` with a key: may be sent again when the answer is missing. */
  repeatable: boolean;
  /** Idempotency key, where it must outlive this request. */
  key?: string;
  /** Told of every part of the answer that comes. */
  onPart?: Progress;
}

/** How much of a file has come: bytes, and bytes in all where the server says so. */
export type Progress = (received: number, total: number | null) => void;

/** How often an idempotent request is sent in all. More would keep a person waiting beyond patience. */
const ATTEMPTS = 4;
const FIRST_WAIT_MS = 250;
/** Silence that ends a request, before its answer and within it. A long recording may take as long as it takes, while it comes. */
const SILENCE_MS = 10_000;

export class RestClient {
  readonly #deps: RestDeps;

  constructor(deps: RestDeps) {
    this.#deps = deps;
  }

  /** The tap: a new call, or the one that runs already. */
  tap(): Promise<Requested> {
    return this.#json({ method: 'POST', path: '/api/v1/sessions', repeatable: true, body: {} });
  }

  /** A code may serve once: under the same `key` the server answers a repeated request as it did the first. */
  signIn(code: string, device: string, key: string): Promise<SignedIn> {
    const ask = { method: 'POST', path: '/api/v1/sign-in', body: { code, device }, open: true } as const;
    return this.#json({ ...ask, repeatable: true, key });
  }

  refresh(refreshToken: string): Promise<SignedIn> {
    // Under one key: asked again because the answer was lost, the server gives the tokens it gave before.
    const ask = { method: 'POST', path: '/api/v1/token', body: { refreshToken }, open: true } as const;
    return this.#json({ ...ask, repeatable: true });
  }

  storeReadings(body: NewReadings): Promise<ReadingsStored> {
    return this.#json({ method: 'POST', path: '/api/v1/readings', body, repeatable: true });
  }

  /** Tonight's cases; the socket's `queue` tells the same as it changes. */
  cases(): Promise<QueueItem[]> {
    return this.#json({ method: 'GET', path: '/api/v1/cases', repeatable: true });
  }

  case(id: CaseId): Promise<CaseView> {
    return this.#json({ method: 'GET', path: `/api/v1/cases/${encodeURIComponent(id)}`, repeatable: true });
  }

  encounter(session: SessionId): Promise<EncounterView> {
    return this.#json({
      method: 'GET',
      path: `/api/v1/encounters/${encodeURIComponent(session)}`,
      repeatable: true,
    });
  }

  /** The encounter as a FHIR bundle. */
  encounterFhir(session: SessionId): Promise<unknown> {
    const path = `/fhir/R4/Encounter/${encodeURIComponent(session)}/$everything`;
    return this.#json({ method: 'GET', path, repeatable: true });
  }

  /** The encounter as a page to read and print (HTML). A link cannot carry the token: show it from this text. */
  async encounterPage(session: SessionId, language: 'ja' | 'en'): Promise<string> {
    const path = `/api/v1/encounters/${encodeURIComponent(session)}/page?lang=${language}`;
    return (await this.#ask({ method: 'GET', path, repeatable: true })).text();
  }

  /** Manifests of what was recorded. */
  recordings(session: SessionId): Promise<Recording[]> {
    const path = `/api/v1/encounters/${encodeURIComponent(session)}/recordings`;
    return this.#json({ method: 'GET', path, repeatable: true });
  }

  /** Every reading of the call, and where it lies in the recorded files. */
  placedReadings(session: SessionId): Promise<PlacedReading[]> {
    const path = `/api/v1/encounters/${encodeURIComponent(session)}/recordings/readings`;
    return this.#json({ method: 'GET', path, repeatable: true });
  }

  /** One file of a recording, by its name in a manifest. */
  async recordingFile(session: SessionId, file: string, onPart?: Progress): Promise<Blob> {
    const path = `/api/v1/encounters/${encodeURIComponent(session)}/recordings/${encodeURIComponent(file)}`;
    return (await this.#ask({ method: 'GET', path, repeatable: true, ...(onPart && { onPart }) })).blob();
  }

  /** Cameras and displays one could bring into this call now, with `bringEquipment`. */
  equipment(session: SessionId): Promise<EquipmentCard[]> {
    const path = `/api/v1/sessions/${encodeURIComponent(session)}/equipment`;
    return this.#json({ method: 'GET', path, repeatable: true });
  }

  duty(): Promise<OnDuty[]> {
    return this.#json({ method: 'GET', path: '/api/v1/duty', repeatable: true });
  }

  /** People of the demo, each with a sign-in code. Refused outside demo mode. */
  demoPeople(): Promise<DemoPerson[]> {
    return this.#json({ method: 'GET', path: '/api/v1/demo/people', open: true, repeatable: true });
  }

  async #json<T>(ask: Ask): Promise<T> {
    return (await readJson(await this.#ask(ask))) as T;
  }

  async #ask(ask: Ask): Promise<Response> {
    const key = ask.method === 'POST' ? (ask.key ?? uuid(this.#deps.now())) : null;
    let renewed = false;
    let last = new YobanProblem(clientProblems.noConnection);
    for (let attempt = 0; attempt < (ask.repeatable ? ATTEMPTS : 1); attempt++) {
      if (attempt > 0) {
        const longest = FIRST_WAIT_MS * 2 ** attempt;
        await this.#deps.wait(longest / 2 + (this.#deps.random() * longest) / 2);
      }
      let answer = await this.#once(ask, key, false);
      if (answer?.status === 401 && ask.open !== true && !renewed) {
        renewed = true;
        answer = await this.#once(ask, key, true);
      }
      if (answer === null) continue;
      if (answer.ok) return answer;
      last = await problemOf(answer);
      // A server that failed is not asked again at once: it would fail again.
      if (!last.mayPass || answer.status === 500) break;
    }
    throw last;
  }

  /** One request and its whole answer; none when that did not come. */
  async #once(ask: Ask, key: string | null, fresh: boolean): Promise<Response | null> {
    const headers = new Headers({ Accept: 'application/json, application/problem+json' });
    if (ask.open !== true) {
      const token = await this.#deps.token(fresh);
      if (token === null) throw new YobanProblem(clientProblems.signedOut);
      headers.set('Authorization', `Bearer ${token}`);
    }
    if (key !== null) headers.set('Idempotency-Key', key);
    if (ask.body !== undefined) headers.set('Content-Type', 'application/json');
    const given = new AbortController();
    const init: RequestInit = { method: ask.method, headers, signal: given.signal };
    if (ask.body !== undefined) init.body = JSON.stringify(ask.body);
    const { fetch: request, timers } = this.#deps;
    const silence = () => timers.set(SILENCE_MS, () => given.abort());
    let timer = silence();
    const heard = () => {
      timers.clear(timer);
      timer = silence();
    };
    try {
      const answer = await request(`${this.#deps.baseUrl}${ask.path}`, init);
      heard();
      return await whole(answer, (received, total) => {
        heard();
        ask.onPart?.(received, total);
      });
    } catch {
      return null;
    } finally {
      timers.clear(timer);
    }
  }
}

/** The answer with all of its body, which may break off like any way does. */
async function whole(answer: Response, onPart: Progress): Promise<Response> {
  if (answer.body === null) return answer;
  const length = answer.headers.get('Content-Length');
  // The length of a compressed body is not that of what is read here.
  const total = length === null || answer.headers.has('Content-Encoding') ? null : Number(length);
  const reader = answer.body.getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let received = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    received += part.value.length;
    onPart(received, total);
  }
  const type = answer.headers.get('Content-Type') ?? '';
  return new Response(new Blob(parts, { type }), { status: answer.status, headers: answer.headers });
}

async function readJson(answer: Response): Promise<unknown> {
  if (answer.status === 204) return undefined;
  try {
    return await answer.json();
  } catch {
    throw new YobanProblem(clientProblems.notReadable);
  }
}

async function problemOf(answer: Response): Promise<YobanProblem> {
  try {
    const body: unknown = await answer.json();
    if (isProblem(body)) return new YobanProblem(body);
  } catch {
    // Not JSON: a proxy answered.
  }
  return new YobanProblem({ ...clientProblems.notReadable, status: answer.status });
}
