import { describe, expect, test } from 'vitest';
import type { YobanProblem } from '../src/problem.ts';
import { RestClient } from '../src/rest.ts';
import { SessionKeeper } from '../src/session-keeper.ts';
import { MemoryStore, SafeStore } from '../src/storage.ts';
import { FakeTimers, settle } from './fakes.ts';
import { me } from './samples.ts';

type Answer = { status: number; body?: unknown } | 'lost';

/** A server that gives the answers in turn, the last one for ever. */
function server(...answers: Answer[]) {
  const asked: { url: string; headers: Headers; body: unknown }[] = [];
  const waits: number[] = [];
  const tokens: boolean[] = [];
  const request = async (url: string, init: RequestInit) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? 'lost';
    asked.push({
      url,
      headers: init.headers as Headers,
      body: init.body === undefined ? undefined : JSON.parse(String(init.body)),
    });
    if (answer === 'lost') throw new TypeError('Failed to fetch');
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), {
      status: answer.status,
    });
  };
  const rest = new RestClient({
    baseUrl: 'https://yoban.test',
    fetch: request as typeof fetch,
    now: () => 1_000,
    random: () => 1,
    wait: async (ms) => void waits.push(ms),
    timers: new FakeTimers(),
    token: async (fresh) => {
      tokens.push(fresh);
      return fresh ? 'new' : 'old';
    },
  });
  return { rest, asked, waits, tokens };
}

const problem = (status: number, code: string) => ({
  status,
  body: {
    type: `urn:yoban:problem:${code}`,
    code,
    status,
    title: 'ja',
    titleEn: 'en',
    next: 'ja',
    nextEn: 'en',
  },
});
const codeOf = (promise: Promise<unknown>) => promise.then(() => 'ok').catch((e: YobanProblem) => e.code);

/** A server whose answers come in parts, each some seconds after the one before; none: silence for ever. */
function slow(...answers: { total?: number; parts: number[]; silent?: boolean }[]) {
  const timers = new FakeTimers();
  let asked = 0;
  const request = async (_: string, init: RequestInit) => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? { parts: [] };
    let at = 0;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        init.signal?.addEventListener('abort', () =>
          controller.error(new DOMException('gone', 'AbortError')),
        );
        for (const seconds of answer.parts) {
          at += seconds * 1000;
          timers.set(at, () => controller.enqueue(new Uint8Array(3)));
        }
        if (!answer.silent) timers.set(at, () => controller.close());
      },
    });
    const headers = answer.total === undefined ? {} : { 'Content-Length': String(answer.total) };
    return new Response(body, { headers: { 'Content-Type': 'audio/ogg', ...headers } });
  };
  const rest = new RestClient({
    baseUrl: 'https://yoban.test',
    fetch: request as typeof fetch,
    now: () => 1_000,
    random: () => 1,
    wait: async () => undefined,
    timers,
    token: async () => 'token',
  });
  return { rest, timers, asked: () => asked };
}

describe('REST', () => {
  test('a recording may take as long as it takes, while it comes, and says how much has come', async () => {
    const { rest, timers, asked } = slow({ total: 12, parts: [9, 9, 9, 9] });
    const told: [number, number | null][] = [];
    const file = rest.recordingFile('s', 'mix.ogg', (received, total) => told.push([received, total]));
    await timers.pass(40_000);
    const blob = await file;
    expect([blob.size, blob.type]).toEqual([12, 'audio/ogg']);
    expect(told).toEqual([3, 6, 9, 12].map((received) => [received, 12]));
    expect(asked()).toBe(1);
  });

  test('an answer that falls silent in its middle is asked for again', async () => {
    const { rest, timers, asked } = slow({ parts: [1], silent: true }, { parts: [1, 1] });
    const file = rest.recordingFile('s', 'mix.ogg');
    await timers.pass(30_000);
    expect((await file).size).toBe(6);
    expect(asked()).toBe(2);
  });

  test('silence without end is told as no connection', async () => {
    const { rest, timers, asked } = slow({ parts: [], silent: true });
    const code = codeOf(rest.recordingFile('s', 'mix.ogg'));
    await timers.pass(60_000);
    expect(await code).toBe('no-connection');
    expect(asked()).toBe(4);
  });

  test('the tap carries token and key, and the key stays the same when the answer got lost', async () => {
    const { rest, asked, waits } = server(
      'lost',
      { status: 503 },
      { status: 201, body: { case: 'c', session: 's', existing: false } },
    );
    expect(await rest.tap()).toEqual({ case: 'c', session: 's', existing: false });
    expect(asked.map((a) => a.url)).toEqual(Array(3).fill('https://yoban.test/api/v1/sessions'));
    const keys = asked.map((a) => a.headers.get('Idempotency-Key'));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(asked[0]?.headers.get('Authorization')).toBe('Bearer old');
    expect(waits).toEqual([500, 1_000]);
  });

  test('a refusal is told at once', async () => {
    const { rest, asked } = server(problem(409, 'call-ended'));
    expect(await codeOf(rest.tap())).toBe('call-ended');
    expect(asked).toHaveLength(1);
  });

  test('what the server still works on is asked for again; a failure is not', async () => {
    const busy = server(problem(409, 'request-in-flight'), { status: 200, body: [] });
    expect(await busy.rest.duty()).toEqual([]);
    const broken = server(problem(500, 'internal'), { status: 200, body: [] });
    expect(await codeOf(broken.rest.duty())).toBe('internal');
  });

  test('an expired token is renewed once', async () => {
    const { rest, asked, tokens } = server(problem(401, 'authentication'), { status: 200, body: [] });
    expect(await rest.duty()).toEqual([]);
    expect(tokens).toEqual([false, true]);
    expect(asked[1]?.headers.get('Authorization')).toBe('Bearer new');
    const refused = server(problem(401, 'authentication'));
    expect(await codeOf(refused.rest.duty())).toBe('authentication');
    expect(refused.asked).toHaveLength(2);
  });

  test('the equipment of a bedside is asked for by its call', async () => {
    const camera = { device: 'd', kind: 'bedsideCamera', name: 'カメラ', nameEn: 'Camera' };
    const { rest, asked } = server({ status: 200, body: [camera] });
    expect(await rest.equipment('s/1')).toEqual([camera]);
    expect(asked[0]?.url).toBe('https://yoban.test/api/v1/sessions/s%2F1/equipment');
  });

  test('a page of some proxy is not mistaken for an answer', async () => {
    const { rest } = server({ status: 500, body: '<html>' });
    expect(await codeOf(rest.duty())).toBe('not-readable');
  });

  test('gives up in the end', async () => {
    const { rest, asked } = server('lost');
    expect(await codeOf(rest.duty())).toBe('no-connection');
    expect(asked).toHaveLength(4);
  });
});

describe('tokens', () => {
  function keeper(...answers: Answer[]) {
    const made = server(...answers);
    const timers = new FakeTimers();
    const renewed: string[] = [];
    const storage = new SafeStore(new MemoryStore(), 'test');
    const deps = {
      rest: made.rest,
      storage,
      serverNow: () => timers.now,
      timers,
      renewed: (t: string) => void renewed.push(t),
    };
    return { ...made, timers, renewed, storage, deps, keeper: new SessionKeeper(deps) };
  }
  const signedIn = (n: number, expiresAt: number) => ({
    status: 200,
    body: { accessToken: `access-${n}`, refreshToken: `refresh-${n}`, expiresAt, me },
  });

  test('renewed a minute before it expires, each time with the newest refresh token', async () => {
    const {
      keeper: k,
      timers,
      asked,
      renewed,
    } = keeper(signedIn(1, 300_000), signedIn(2, 600_000), signedIn(3, 900_000));
    await k.signIn('code');
    await timers.pass(239_000);
    expect(renewed).toEqual([]);
    await timers.pass(2_000);
    expect(renewed).toEqual(['access-2']);
    await timers.pass(300_000);
    expect(renewed).toEqual(['access-2', 'access-3']);
    expect(asked.slice(1).map((a) => a.body)).toEqual([
      { refreshToken: 'refresh-1' },
      { refreshToken: 'refresh-2' },
    ]);
  });

  test('a code that serves once is asked for under one key until there is an answer, over a reload too', async () => {
    const { keeper: k, deps, asked } = keeper('lost', 'lost', 'lost', 'lost', signedIn(1, 300_000));
    expect(await codeOf(k.signIn('code'))).toBe('no-connection');
    const after = new SessionKeeper(deps);
    expect(after.unanswered).toBe('code');
    expect(await after.signIn('code')).toEqual(me);
    expect(after.unanswered).toBeNull();
    expect(asked).toHaveLength(5);
    expect(new Set(asked.map((a) => a.headers.get('Idempotency-Key'))).size).toBe(1);
    expect(new Set(asked.map((a) => JSON.stringify(a.body))).size).toBe(1);
    expect(asked[0]?.headers.get('Authorization')).toBeNull();
  });

  test('another code is another attempt, and so is one that was refused', async () => {
    const { keeper: k, asked } = keeper('lost', 'lost', 'lost', 'lost', problem(401, 'sign-in-refused'));
    await codeOf(k.signIn('one'));
    expect(await codeOf(k.signIn('two'))).toBe('sign-in-refused');
    expect(k.unanswered).toBeNull();
    await codeOf(k.signIn('two'));
    const keys = asked.map((a) => a.headers.get('Idempotency-Key'));
    expect(new Set(keys).size).toBe(3);
  });

  test('signing out forgets the code too', async () => {
    const { keeper: k } = keeper('lost');
    await codeOf(k.signIn('code'));
    k.forget();
    expect(k.unanswered).toBe('code');
    k.signOut();
    expect(k.unanswered).toBeNull();
  });

  test('two who need a fresh token at once cause one refresh', async () => {
    const { keeper: k, asked } = keeper(signedIn(1, 300_000), signedIn(2, 600_000));
    await k.signIn('code');
    const both = await Promise.all([k.token(true), k.token(true)]);
    expect(both).toEqual([{ token: 'access-2' }, { token: 'access-2' }]);
    expect(asked).toHaveLength(2);
  });

  test('a reload keeps who is signed in, and the device', async () => {
    const { keeper: k, deps } = keeper(signedIn(1, 300_000));
    await k.signIn('code');
    const after = new SessionKeeper(deps);
    expect(after.me).toEqual(me);
    expect(after.device).toBe(k.device);
    expect(await after.token(false)).toEqual({ token: 'access-1' });
  });

  test('what somebody in the way answers signs nobody out', async () => {
    const inTheWay: Answer[] = [
      { status: 403, body: '<html>' },
      { status: 401, body: { message: 'Proxy' } },
      problem(400, 'invalid'),
      problem(401, 'authentication'),
    ];
    for (const answer of inTheWay) {
      const { keeper: k, deps } = keeper(signedIn(1, 300_000), answer);
      await k.signIn('code');
      expect(await k.token(true)).toEqual({ none: 'unreachable' });
      expect(new SessionKeeper(deps).me).toEqual(me);
    }
  });

  test('a refused refresh signs out; a server that is away does not', async () => {
    const away = keeper(signedIn(1, 300_000), 'lost');
    await away.keeper.signIn('code');
    expect(await away.keeper.token(true)).toEqual({ none: 'unreachable' });
    expect(away.keeper.me).toEqual(me);
    const refused = keeper(signedIn(1, 300_000), problem(401, 'sign-in-needed'));
    await refused.keeper.signIn('code');
    expect(await refused.keeper.token(true)).toEqual({ none: 'signed-out' });
    expect(refused.keeper.me).toBeNull();
    await settle();
  });
});
