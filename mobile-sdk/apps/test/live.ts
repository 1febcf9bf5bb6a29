/**
 * The apps joined to the SDK, against a server played by this script: that taps and keys become the right commands
 * and views the right screens, in the turns of a night that tests/browser does not play.
 *
 *   npm run live -w @yoban/apps
 */
import assert from 'node:assert/strict';
import type { Browser, Page, Route } from 'playwright-core';
import { doctor, nurse, staffMe, tabletMe } from '../fixtures/people.ts';
import { queue } from '../fixtures/queue.ts';
import { asDoctor, asNurse, asPatient, camera, scenes } from '../fixtures/scenes.ts';
import { vitals } from '../fixtures/vitals.ts';
import type { Me } from '../src/wire.ts';
import { withBrowser } from './browser.ts';

interface Played {
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
type Door = (route: Route) => Promise<boolean>;
const open: Door = async () => false;

async function play(browser: Browser, base: string, app: string, me: Me, door: Door = open): Promise<Played> {
  const context = await browser.newContext({
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    permissions: ['camera', 'microphone'],
  });
  // How many tones the page made: a mute one makes none.
  await context.addInitScript(() => {
    const start = OscillatorNode.prototype.start;
    Object.assign(window, { tones: 0 });
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

const refusal = {
  type: 'about:blank',
  code: 'sign-in-refused',
  status: 401,
  title: 'このコードは使えません',
  titleEn: 'This code does not work',
  next: '新しいコードを窓口に頼んでください',
  nextEn: 'Ask the desk for a new code',
};
const at = (id: string) => `[data-testid="${id}"]`;

/** A link is opened without a network: the page says so, goes on by itself, and uses the code once. */
async function arrival(browser: Browser, base: string): Promise<void> {
  const asked: { key: string | undefined; device: string }[] = [];
  let reachable = false;
  const { page } = await play(browser, base, 'tablet', tabletMe, async (route) => {
    const request = route.request();
    asked.push({ key: request.headers()['idempotency-key'], device: request.postDataJSON().device });
    if (!reachable) await route.abort('internetdisconnected');
    return !reachable;
  });
  // By itself, and by the button.
  await page.waitForSelector(at('screen-arriving'));
  const before = asked.length;
  await page.click(`${at('arrive-now')}:not([aria-busy])`);
  await page.waitForSelector(`${at('arrive-now')}[aria-busy]`);
  await page.waitForSelector(`${at('arrive-now')}:not([aria-busy])`);
  assert.ok(asked.length > before, 'the button asks at once');
  // The page is loaded anew meanwhile: the code is not in its address any more, and not lost.
  assert.ok(!page.url().includes('code='));
  await page.reload();
  await page.waitForSelector(at('screen-arriving'));
  reachable = true;
  await page.waitForSelector(at('screen-idle'));
  assert.ok(asked.length > before + 2);
  assert.deepEqual(new Set(asked.map((a) => `${a.key} ${a.device}`)).size, 1, 'one attempt, one device');
  assert.ok(asked[0]?.key);
  // Opened once more, the code has served: whoever it signed in is still here.
  await page.unroute('**/api/v1/sign-in');
  await page.route('**/api/v1/sign-in', (route) =>
    route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify(refusal) }),
  );
  await page.goto('about:blank');
  await page.goto(`${base}/tablet/#code=code-1`);
  await page.waitForSelector(at('screen-idle'));
  assert.equal(await page.locator(at('problem')).count(), 0);
  await page.context().close();
}

async function patient(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent } = await play(browser, base, 'tablet', tabletMe);
  await page.click(at('call'));
  await heard('tap');
  say({ type: 'call', call: { ...asPatient(scenes.asksToRecord), version: 1 } });
  // By keyboard alone: the question has the focus, Tab reaches both answers, Enter answers, and the focus goes back.
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
  // The focus moves once the screen is drawn.
  const comesTo = (id: string) =>
    page.waitForFunction((wanted) => document.activeElement?.getAttribute('data-testid') === wanted, id);
  await comesTo('ask-recording');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'recording-no');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'recording-yes');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  assert.equal((await heard('answerRecording')).yes, false);
  say({ type: 'call', call: { ...asPatient(scenes.twoWay), version: 2 } });
  await page.waitForSelector(at('ask-recording'), { state: 'detached' });
  await page.focus(at('measure'));
  say({ type: 'call', call: { ...asPatient(scenes.asksForDoctor), version: 3 } });
  await comesTo('ask-join');
  say({ type: 'call', call: { ...asPatient(scenes.threeWay), version: 4 } });
  await page.waitForSelector(at('ask-join'), { state: 'detached' });
  const people = await page.locator(at('person')).evaluateAll((found) =>
    found.map((element) => {
      const copy = element.cloneNode(true) as Element;
      for (const small of copy.querySelectorAll('rt')) small.remove();
      return [...copy.children].map((line) => line.textContent?.trim());
    }),
  );
  assert.deepEqual(people.sort(), [
    ['森下 奈緒', '窓口の看護師'],
    ['橘 健一', '当番医', 'たちばな在宅クリニック', '医師の登録 2004年'],
  ]);
  await comesTo('measure');
  // Escape is no to a question, and Tab leaves nothing out of reach.
  await page.focus(at('leave'));
  await page.keyboard.press('Enter');
  await page.waitForSelector(at('leave-dialog'));
  await page.keyboard.press('Escape');
  await page.waitForSelector(at('leave-dialog'), { state: 'detached' });
  await comesTo('leave');
  assert.ok(!sent.some((m) => m.type === 'leave'));
  const reached = new Set<string | null | undefined>();
  for (let press = 0; press < 40; press++) {
    await page.keyboard.press('Tab');
    reached.add(await focused());
  }
  for (const id of ['mic', 'camera', 'speaker', 'measure', 'leave'])
    assert.ok(reached.has(id), `Tab reaches ${id}`);
  say({ type: 'call', call: { ...asPatient(scenes.patientLeft), version: 5 } });
  await page.click(at('come-back'));
  await heard('comeBack');
  say({ type: 'call', call: { ...asPatient(scenes.decided), version: 6 } });
  await page.click(at('done'));
  await page.waitForSelector(at('screen-idle'));
  assert.ok(!sent.some((m) => m.type === 'cancel'));
  await page.context().close();
}

/** A mistake in a screen leaves the number and a way back, not an empty page. */
async function brokenScreen(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'tablet', tabletMe);
  await page.click(at('call'));
  await heard('tap');
  say({
    type: 'call',
    call: {
      ...asPatient(scenes.twoWay),
      people: asPatient(scenes.twoWay).people.map(() => null),
      version: 1,
    },
  });
  await page.waitForSelector(at('screen-broken'));
  assert.equal(
    await page.getAttribute(at('desk-phone'), 'href'),
    `tel:${tabletMe.deskPhone.replaceAll('-', '')}`,
  );
  await page.click(at('reload'));
  await page.waitForSelector(at('screen-idle'));
  await page.context().close();
}

async function deskNurse(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  assert.equal((await heard('duty')).ready, true);
  // Another language does not make the page mute, and an open record hides no ring.
  await page.click(at('lang-en'));
  await page.evaluate(() => {
    location.hash = '#/record/session-9';
  });
  await page.waitForSelector(at('back'));
  say({ type: 'queue', items: queue.filter((i) => i.session === 'session-2') });
  await page.waitForFunction(() => (window as unknown as { tones: number }).tones > 0);
  await page.click(at('over-go'));
  await page.waitForSelector(at('ringing'));
  await page.click(at('lang-ja'));
  await page.keyboard.press('a');
  assert.equal((await heard('accept')).session, 'session-2');
  say({ type: 'call', call: { ...asNurse(scenes.answered), version: 1 } });
  say({ type: 'vitals', vitals });
  await page.waitForSelector(at('vital-spo2'));
  assert.match(await page.innerText(at('vital-temperature')), /古い値/);
  await page.click(at('tab-check'));
  await page.click(at('red-breathing-yes'));
  await page.click(at('red-save'));
  assert.deepEqual((await heard('assess')).finding, { part: 'redFlags', found: ['breathing'] });
  say({ type: 'call', call: { ...asNurse(scenes.asksForDoctor), version: 2 } });
  await page.click(at('tab-doctor'));
  await page.check(at('spoken-consent'));
  assert.equal((await heard('spokenConsent')).leg, 'leg-doctor');
  const move = at(`equipment-${camera.device}-move`);
  const camera_ = (state: string) =>
    page.waitForSelector(`${at(`equipment-${camera.device}`)}[data-state=${state}]`);
  await page.click(at('equipment-retry'));
  await camera_('ready');
  await page.focus(move);
  await page.keyboard.press('Enter');
  assert.equal((await heard('bringEquipment')).device, camera.device);
  say({ type: 'call', call: { ...asNurse(scenes.cameraAsked), version: 3 } });
  await camera_('asked');
  assert.ok(
    await page.evaluate((s) => document.activeElement === document.querySelector(s), move),
    'focus stays',
  );
  say({ type: 'call', call: { ...asNurse(scenes.cameraOn), version: 4 } });
  await camera_('on');
  await page.keyboard.press('Enter');
  assert.equal((await heard('withdrawInvite')).leg, `leg-${camera.device}`);
  say({ type: 'call', call: { ...asNurse(scenes.cameraGone), version: 5 } });
  await camera_('gone');
  say({ type: 'call', call: { ...asNurse(scenes.answered, scenes.checkIn), version: 6 } });
  await page.click(at('still-here'));
  await heard('stillHere');
  say({ type: 'call', call: { ...asNurse(scenes.doctorDeclined), version: 7 } });
  await page.waitForSelector(at('check-in'), { state: 'detached' });
  await page.click(at('missed-close'));
  await page.waitForSelector(at('missed'), { state: 'detached' });
  say({ type: 'call', call: { ...asNurse(scenes.answered), version: 8 } });
  await page.click(at('end'));
  assert.ok(!sent.some((m) => m.type === 'end'), 'ending asks first');
  await page.context().close();
}

/** With the network away nobody says that a value is too old: the screen knows by itself. */
async function valuesGrowOld(browser: Browser, base: string): Promise<void> {
  const { page, say, away } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  say({ type: 'call', call: { ...asNurse(scenes.answered), version: 1 } });
  const staleAt = Date.now() + 600_000;
  const latest = vitals.latest.map((l) => ({ ...l, stale: false, staleAt }));
  const items = vitals.score?.items.map((i) => (i.reading ? { ...i, staleAt } : i));
  say({ type: 'vitals', vitals: { ...vitals, latest, score: { ...vitals.score, items } } });
  await page.waitForSelector(`${at('vital-spo2')}:not(.stale)`);
  await page.waitForSelector(`${at('news2')} .total`);
  await away();
  await page.waitForSelector('[data-testid^=link-]');
  await page.clock.fastForward(601_000);
  await page.waitForSelector(`${at('vital-spo2')}.stale`);
  assert.match(await page.innerText(at('vital-spo2')), /古い値/);
  await page.waitForSelector(`${at('news2')} .total`, { state: 'detached' });
  await page.context().close();
}

async function dutyDoctor(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent } = await play(browser, base, 'phone', staffMe(doctor, 'dutyDoctor'));
  await page.click(at('go-on-duty'));
  await page.evaluate(() => {
    location.hash = '#/record/session-9';
  });
  await page.waitForSelector(at('back'));
  say({ type: 'call', call: { ...asDoctor(scenes.doctorRings), version: 0 } });
  await page.waitForSelector(at('screen-ring'));
  say({ type: 'call', call: { ...asDoctor(scenes.doctorGated), version: 1 } });
  await page.waitForSelector(at('screen-gated'));
  assert.equal(await page.locator('video').count(), 0, 'no picture before consent');
  say({ type: 'call', call: { ...asDoctor(scenes.threeWayRecorded), version: 2 } });
  say({ type: 'vitals', vitals });
  await page.click(at('tab-vitals'));
  await page.check(at('oxygen-scale-two'), { force: true });
  assert.ok(await page.isDisabled(at('scale-save')), 'not without a reason');
  await page.fill(at('scale-reason'), 'II型呼吸不全を確認');
  assert.ok(!sent.some((m) => m.type === 'setOxygenScale'), 'choosing alone changes nothing');
  await page.click(at('scale-save'));
  const { scale2, reason } = await heard('setOxygenScale');
  assert.deepEqual({ scale2, reason }, { scale2: true, reason: 'II型呼吸不全を確認' });
  await page.click(at('tab-decide'));
  assert.ok(await page.isDisabled(at('kind-onlineExamination')));
  await page.waitForSelector(at('kind-refused'));
  await page.context().close();
}

const FAKE_MEDIA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
const STORIES = [arrival, patient, brokenScreen, deskNurse, valuesGrowOld, dutyDoctor];
const only = process.argv
  .find((a) => a.startsWith('--only='))
  ?.slice(7)
  .split(',');
await withBrowser(FAKE_MEDIA, async (browser, base) => {
  for (const story of STORIES.filter((s) => !only || only.includes(s.name))) {
    await story(browser, base);
    console.log(`ok ${story.name}`);
  }
});
