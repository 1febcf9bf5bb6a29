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
  /** The socket breaks, and no other comes about. */
  away: () => Promise<void>;
  /** Resolves once the app sent a command of this type. */
  heard: (type: string) => Promise<Record<string, unknown>>;
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
  const waiting: { type: string; done: (message: Record<string, unknown>) => void }[] = [];
  let say: Played['say'] = () => undefined;
  let seq = 0;
  let hangUp: () => Promise<void> = async () => undefined;
  let reachable = true;
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
  await page.route('**/api/v1/encounters/**', (route) =>
    route.fulfill({ ...json(notFound, 404), contentType: 'application/problem+json' }),
  );
  await page.route('**/api/v1/duty', (route) => route.fulfill(json([])));
  // The first answer does not come: the list says so, and asks again.
  let asked = 0;
  await page.route('**/api/v1/sessions/*/equipment', (route) =>
    route.fulfill(asked++ === 0 ? json({}, 404) : json([camera])),
  );
  await page.route('**/api/v1/sessions', (route) => {
    sent.push({ type: 'tap' });
    for (const w of waiting.filter((w) => w.type === 'tap')) w.done({});
    return route.fulfill(json({ case: 'case-1', session: 'session-1', existing: false }, 201));
  });
  await page.routeWebSocket(/\/api\/v1\/signal/, (socket) => {
    if (!reachable) return void socket.close();
    hangUp = () => socket.close();
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
      socket.send(JSON.stringify({ message: { type: 'ack', id } }));
      sent.push(message);
      for (const w of waiting.filter((w) => w.type === message.type)) w.done(message);
    });
  });
  // The page's clock runs as ever, until a story turns it on.
  await page.clock.install();
  await page.goto(`${base}/${app}/#code=code-1`);
  const heard: Played['heard'] = (type) => {
    const before = sent.find((m) => m.type === type);
    if (before) return Promise.resolve(before);
    return new Promise((done, fail) => {
      // Not a measure of speed: without it a command that never comes would hold the run for good.
      const late = setTimeout(() => fail(new Error(`${app} never sent ${type}`)), 20_000);
      const settle = (message: Record<string, unknown>) => {
        clearTimeout(late);
        done(message);
      };
      waiting.push({ type, done: settle });
    });
  };
  const away = () => {
    reachable = false;
    return hangUp();
  };
  return { page, sent, say: (message) => say(message), away, heard };
}

export const at = (id: string) => `[data-testid="${id}"]`;
