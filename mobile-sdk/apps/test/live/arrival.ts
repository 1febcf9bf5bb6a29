/** Coming in: by a link, and from before. */
import assert from 'node:assert/strict';
import type { Browser, Route } from 'playwright-core';
import { tabletMe } from '../../fixtures/people.ts';
import { at, play, ready } from './play.ts';

const refusal = {
  type: 'about:blank',
  code: 'sign-in-refused',
  status: 401,
  title: 'このコードは使えません',
  titleEn: 'This code does not work',
  next: '新しいコードを窓口に頼んでください',
  nextEn: 'Ask the desk for a new code',
};

/** A link is opened without a network: the page says so, goes on by itself, and uses the code once. */
export async function arrival(browser: Browser, base: string): Promise<void> {
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

/** A tablet is switched on again where the network takes everything and gives nothing back: the number is there. */
export async function switchedOnAgain(browser: Browser, base: string): Promise<void> {
  const { page } = await play(browser, base, 'tablet', tabletMe);
  await page.waitForSelector(at('screen-idle'));
  // Long after: its access token has run out.
  await page.evaluate(() => {
    const key = Object.keys(localStorage).find((k) => k.endsWith('signed-in'));
    if (!key) throw new Error('nobody was kept');
    localStorage.setItem(
      key,
      JSON.stringify({ ...JSON.parse(localStorage.getItem(key) ?? ''), expiresAt: 0 }),
    );
  });
  const asked: Route[] = [];
  await page.route('**/api/v1/token', (route) => void asked.push(route));
  await page.reload();
  const banner = await page.waitForSelector(at('link-late'));
  // A try ends after ten seconds without an answer: nobody has waited for that.
  assert.equal(asked.length, 1, 'before the first try is given up');
  assert.ok((await banner.innerText()).replace(/\D/g, '').endsWith(tabletMe.deskPhone.replace(/\D/g, '')));
  assert.match(await page.innerText(at('screen-idle')), /電話/);
  // And it goes on by itself.
  await page.unroute('**/api/v1/token');
  await page.route('**/api/v1/token', (route) =>
    route.fulfill({
      contentType: 'application/json',
      body: JSON.stringify({
        accessToken: 'b',
        refreshToken: 'r2',
        expiresAt: Date.now() + 3_600_000,
        me: tabletMe,
      }),
    }),
  );
  for (const route of asked) await route.abort('timedout');
  await page.waitForSelector(at('link-late'), { state: 'detached' });
  await page.waitForSelector(`${at('call')}:not(.off)`);
  await page.context().close();
}

/** A sign-in is withdrawn and the tablet goes to another bedside: nothing the one before measured or typed is there. */
export async function anotherPatient(browser: Browser, base: string): Promise<void> {
  const me = { ...tabletMe };
  const { page, away, back, heard, sent } = await play(browser, base, 'tablet', me);
  await ready(page);
  await page.click(at('measure'));
  await page.click(at('manual'));
  await away();
  await page.waitForSelector('[data-testid^=link-]');
  await page.click(at('entry-spo2'));
  for (const key of ['9', '1', 'send', '8']) await page.click(at(`key-${key}`));
  assert.match(await page.innerText(at('readout')), /8/);
  await page.route('**/api/v1/token', (route) =>
    route.fulfill({
      status: 401,
      contentType: 'application/problem+json',
      body: JSON.stringify({ ...refusal, code: 'sign-in-needed' }),
    }),
  );
  await away(4001);
  await page.waitForSelector(at('screen-signin'));
  me.who = { kind: 'tablet', patient: 'patient-2', name: '別の 人', nameLatin: 'Somebody Else' };
  back();
  await page.fill(at('code'), 'code-1');
  await page.click(at('signin'));
  await ready(page);
  await page.waitForSelector(at('screen-idle'));
  await page.click(at('measure'));
  await page.click(at('manual'));
  await page.click(at('entry-spo2'));
  assert.doesNotMatch(await page.innerText(at('readout')), /\d/);
  // One of their own goes out, and would go behind whatever waited.
  for (const key of ['9', '7', 'send']) await page.click(at(`key-${key}`));
  await heard('readings');
  assert.deepEqual(
    sent
      .filter((m) => m.type === 'readings')
      .flatMap((m) => m.readings as { vital: { value: string } }[])
      .map((r) => r.vital.value),
    ['97'],
  );
  await page.context().close();
}

/**
 * Readings that never left wait under older links of this tablet: the patient's own go out now, and of another patient's
 * it is said how many wait and how they are sent.
 */
export async function leftUnsent(browser: Browser, base: string): Promise<void> {
  const { page, heard, sent } = await play(browser, base, 'tablet', tabletMe);
  await ready(page);
  assert.equal(await page.locator(at('left-behind-open')).count(), 0);
  const patient = tabletMe.who.kind === 'tablet' ? tabletMe.who.patient : '';
  await page.evaluate((own) => {
    const keep = (place: string, of: string, ids: string[]) => {
      const reading = (id: string) => ({
        id,
        vital: { kind: 'pulse', value: '72', unit: '/min' },
        origin: { kind: 'manual' },
        flags: [],
      });
      const kept = ids.map((id) => ({ session: null, reading: reading(id) }));
      localStorage.setItem(`yoban.tablet-${place}.readings`, JSON.stringify({ of, kept }));
    };
    keep('old', `patient ${own}`, ['own']);
    keep('older', 'patient other', ['theirs-1', 'theirs-2']);
  }, patient);
  await page.reload();
  await heard('readings');
  const ids = sent
    .filter((m) => m.type === 'readings')
    .flatMap((m) => m.readings as { id: string }[])
    .map((r) => r.id);
  assert.deepEqual(ids, ['own']);
  assert.match((await page.textContent(at('left-behind-open'))) ?? '', /測定[^ ]* 2件/);
  await page.click(at('left-behind-open'));
  assert.match((await page.textContent(at('left-behind'))) ?? '', /QR コード/);
  // Another window of theirs has sent them.
  await page.evaluate(() => {
    const key = 'yoban.tablet-older.readings';
    localStorage.removeItem(key);
    window.dispatchEvent(new StorageEvent('storage', { key }));
  });
  await page.waitForSelector(at('left-behind'), { state: 'detached' });
  assert.equal(await page.evaluate(() => localStorage.getItem('yoban.tablet-old.readings')), null);
  await page.context().close();
}
