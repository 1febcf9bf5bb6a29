/** What a page says where a press would go nowhere, and what it keeps. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { nurse, staffMe } from '../../fixtures/people.ts';
import { queue } from '../../fixtures/queue.ts';
import { asNurse, scenes } from '../../fixtures/scenes.ts';
import { LONGEST_TEXT } from '../../src/model/limits.ts';
import { at, play } from './play.ts';

export async function goesNowhere(browser: Browser, base: string): Promise<void> {
  // The desk's nurse at the phones' door.
  const door = await play(browser, base, 'phone', staffMe(nurse, 'desk'));
  await door.page.waitForSelector(at('screen-other-door'));
  assert.equal(await door.page.getAttribute(at('to-desk'), 'href'), '/desk/');
  await door.page.context().close();

  const { page, say, heard, hold, away, sent } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  // Letters do nothing once they are switched off.
  await page.click(at('help'));
  await page.uncheck(at('keys-letters'), { force: true });
  await page.keyboard.press('Escape');
  await page.waitForSelector(at('keys-letters'), { state: 'detached' });
  say({ type: 'queue', items: queue.filter((i) => i.session === 'session-2') });
  await page.waitForSelector(at('ringing'));
  await page.keyboard.press('a');
  await page.keyboard.press('?');
  await page.click(at('help'));
  await page.waitForSelector(`${at('keys-letters')}:not(:checked)`, { state: 'attached' });
  await page.check(at('keys-letters'), { force: true });
  assert.ok(!sent.some((m) => m.type === 'accept'));
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await heard('accept');
  say({ type: 'queue', items: [] });
  say({ type: 'call', call: { ...asNurse(scenes.answered), version: 1 } });
  // Chosen while the line gives no answer: it stands, and goes out later.
  await page.click(at('tab-check'));
  const answer = hold('assess');
  await page.check(at('urgency-orange'), { force: true });
  await heard('assess');
  await page.waitForFunction(
    (s) => document.querySelector<HTMLInputElement>(s)?.checked,
    at('urgency-orange'),
  );
  await page.clock.fastForward(3_000);
  await page.waitForSelector(at('sends-later'));
  answer();
  await page.waitForSelector(at('sends-later'), { state: 'detached' });
  // Too long: kept whole, counted, and not saved.
  await page.click(at('tab-finish'));
  await page.fill(at('note'), 'あ'.repeat(LONGEST_TEXT + 7));
  assert.match(await page.innerText(at('note-room')), /4000字まで.*7字多い/);
  assert.equal((await page.inputValue(at('note'))).length, LONGEST_TEXT + 7);
  assert.ok(await page.isDisabled(at('note-save')));
  await page.fill(at('note'), 'あ'.repeat(LONGEST_TEXT - 300));
  assert.match(await page.innerText(at('note-room')), /あと300字.*4000字まで/);
  // A link that is none.
  await page.route('**/api/v1/encounters/xyz', (route) =>
    route.fulfill({
      status: 400,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        type: 'about:blank',
        code: 'bad-request',
        status: 400,
        title: '',
        titleEn: '',
        next: '',
        nextEn: '',
      }),
    }),
  );
  await page.evaluate(() => {
    location.hash = '#/record/xyz';
  });
  await page.waitForSelector(at('record-wrong'));
  await page.click(at('back'));
  // Another window took over: nothing is left here to be pressed but the way back, and what was written stays.
  await away(4009);
  await page.waitForSelector(at('screen-replaced'));
  assert.equal(await page.locator(at('note')).count(), 0);
  await page.context().close();
}
