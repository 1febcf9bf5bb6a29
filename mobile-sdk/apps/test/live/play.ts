/** A server played by this script, one page at a time. */
import assert from 'node:assert/strict';
import type { Browser, Page, Route } from 'playwright-core';
import { camera } from '../../fixtures/scenes.ts';
import type { Me } from '../../src/wire.ts';

export interface Played {
  page: Page;
  /** What the app sent, newest last. */
  sent: { type: string; [key: string]: unknown }[];
  /** Says something on the socket. */
  say: (message: object) => void;
  /** The socket breaks, and no other comes about: each is closed with `code`, where one is given. */
  away: (code?: number) => Promise<void>;
  /** Another may come about. */
  back: () => void;
  /** Resolves once the app sent a command of this type, or as many of them as `nth` says. */
  heard: (type: string, nth?: number) => Promise<Record<string, unknown>>;
  /** From now on commands of this type get no answer; those that came get it once the result is called. */
  hold: (type: string) => () => void;
  /** The next command of this type is refused, with this code. */
  refuse: (type: string, code?: string) => void;
}

/** What happens to a sign-in on its way; true: it was taken care of. */
export type Door = (route: Route) => Promise<boolean>;
const open: Door = async () => false;

export async function play(
  browser: Browser,
  base: string,
  app: string,
  me: Me,
  door: Door = open,
): Promise<Played> {
  const context = await browser.newContext({
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    permissions: ['camera', 'microphone'],
  });
  // How many tones the page made: a mute one makes none. And how it shook.
  await context.addInitScript(() => {
    const start = OscillatorNode.prototype.start;
    const shaken: VibratePattern[] = [];
    Object.assign(window, { tones: 0, shaken });
    navigator.vibrate = (pattern) => shaken.push(pattern as VibratePattern) > 0;
    OscillatorNode.prototype.start = function (when) {
      (window as unknown as { tones: number }).tones += 1;
      start.call(this, when);
    };
  });
  const page = await context.newPage();
  const sent: Played['sent'] = [];
  const waiting: { type: string; nth: number; done: (message: Record<string, unknown>) => void }[] = [];
  const ofType = (type: string) => sent.filter((m) => m.type === type);
  const hear = (message: Played['sent'][number]) => {
    sent.push(message);
    const count = ofType(message.type).length;
    for (const w of waiting.filter((w) => w.type === message.type && w.nth === count)) w.done(message);
  };
  const held = new Map<string, (() => void)[]>();
  const refused = new Map<string, string>();
  let say: Played['say'] = () => undefined;
  let seq = 0;
  let hangUp: () => Promise<void> = async () => undefined;
  let reachable = true;
  let closing = {};
  page.on('pageerror', (error) => {
    throw error;
  });
  const json = (body: unknown, status = 200) => ({
    status,
    contentType: 'application/json',
    body: JSON.stringify(body),
  });
  await page.route('**/api/v1/sign-in', async (route) => {
    assert.equal(route.request().postDataJSON().code, 'code-1');
    if (await door(route)) return;
    await route.fulfill(json({ accessToken: 'a', refreshToken: 'r', expiresAt: Date.now() + 3_600_000, me }));
  });
  // No record is this person's: the page says so, and is all the same a page over which a call can ring.
  const notFound = {
    type: 'about:blank',
    code: 'not-found',
    status: 404,
    title: '',
    titleEn: '',
    next: '',
    nextEn: '',
  };
  for (const what of ['encounters', 'cases']) {
    await page.route(`**/api/v1/${what}/**`, (route) =>
      route.fulfill({ ...json(notFound, 404), contentType: 'application/problem+json' }),
    );
  }
  await page.route('**/api/v1/duty', (route) => route.fulfill(json([])));
  // The first answer does not come: the list says so, and asks again.
  let asked = 0;
  await page.route('**/api/v1/sessions/*/equipment', (route) =>
    route.fulfill(asked++ === 0 ? json({}, 404) : json([camera])),
  );
  await page.route('**/api/v1/sessions', (route) => {
    hear({ type: 'tap' });
    return route.fulfill(json({ case: 'case-1', session: 'session-1', existing: false }, 201));
  });
  await page.routeWebSocket(/\/api\/v1\/signal/, (socket) => {
    if (!reachable) return void socket.close(closing);
    hangUp = () => socket.close(closing);
    say = (message) => socket.send(JSON.stringify({ seq: ++seq, message }));
    socket.onMessage((text) => {
      const { id, message } = JSON.parse(String(text)) as { id: number; message: Played['sent'][number] };
      if (message.type === 'hello') {
        const welcome = {
          type: 'welcome',
          stream: 's',
          resumed: false,
          heartbeatMs: 10_000,
          now: Date.now(),
          me,
        };
        socket.send(JSON.stringify({ message: welcome }));
        say({ type: 'calls', calls: [] });
        if (me.who.kind === 'staff') say({ type: 'queue', items: [] });
        return;
      }
      if (message.type === 'ping') return;
      const code = refused.get(message.type);
      refused.delete(message.type);
      const answer = code
        ? { type: 'problem', id, problem: { ...notFound, code, status: 409 } }
        : { type: 'ack', id };
      const give = () => socket.send(JSON.stringify({ message: answer }));
      const later = held.get(message.type);
      if (later) later.push(give);
      else give();
      hear(message);
    });
  });
  // The page's clock runs as ever, until a story turns it on.
  await page.clock.install();
  await page.goto(`${base}/${app}/#code=code-1`);
  const heard: Played['heard'] = (type, nth = 1) => {
    const before = ofType(type)[nth - 1];
    if (before) return Promise.resolve(before);
    return new Promise((done, fail) => {
      // Not a measure of speed: without it a command that never comes would hold the run for good.
      const late = setTimeout(() => fail(new Error(`${app} never sent ${type} (${nth})`)), 20_000);
      const settle = (message: Record<string, unknown>) => {
        clearTimeout(late);
        done(message);
      };
      waiting.push({ type, nth, done: settle });
    });
  };
  const away = (code?: number) => {
    reachable = false;
    closing = code ? { code } : {};
    return hangUp();
  };
  const hold: Played['hold'] = (type) => {
    const answers: (() => void)[] = [];
    held.set(type, answers);
    return () => {
      held.delete(type);
      for (const give of answers) give();
    };
  };
  const refuse: Played['refuse'] = (type, code = 'not-now') => void refused.set(type, code);
  const back = () => {
    reachable = true;
  };
  return { page, sent, say: (message) => say(message), away, back, heard, hold, refuse };
}

export const at = (id: string) => `[data-testid="${id}"]`;

/** The tablet's first screen once its socket is there: from then on it hears what is said. */
export const ready = (page: Page) => page.waitForSelector('.ready:not(.bad) .icon');
