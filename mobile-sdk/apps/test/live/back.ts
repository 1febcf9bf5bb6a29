/** The browser's Back in a call, on each of the three. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { doctor, nurse, staffMe, tabletMe } from '../../fixtures/people.ts';
import { asDoctor, asNurse, asPatient, scenes } from '../../fixtures/scenes.ts';
import { at, play, ready } from './play.ts';

/** Back asks; Escape stays, a second Back stays, and what says yes leaves. */
async function asks(page: Page, dialog: string): Promise<void> {
  const here = page.url();
  const gone = () => page.waitForSelector(at(dialog), { state: 'detached' });
  const swipe = () => page.evaluate(() => history.back());
  await page.goBack();
  await page.waitForSelector(at(dialog));
  await page.keyboard.press('Escape');
  await gone();
  await swipe();
  await page.waitForSelector(at(dialog));
  await swipe();
  await gone();
  assert.equal(page.url(), here);
  await swipe();
  await page.waitForSelector(at(dialog));
}

export async function back(browser: Browser, base: string): Promise<void> {
  for (const [app, me, seen] of [
    ['desk', staffMe(nurse, 'desk'), asNurse],
    ['phone', staffMe(doctor, 'dutyDoctor'), asDoctor],
  ] as const) {
    const { page, say, heard, sent } = await play(browser, base, app, me);
    await page.click(at('go-on-duty'));
    say({ type: 'call', call: { ...seen(scenes.threeWay), version: 1 } });
    await page.waitForSelector('nav.callbar');
    await asks(page, 'leave-dialog');
    assert.ok(!sent.some((m) => m.type === 'leave'));
    await page.click(at('leave-yes'));
    await heard('leave');
    await page.context().close();
  }
  const { page, say, heard, sent } = await play(browser, base, 'tablet', tabletMe);
  await ready(page);
  say({ type: 'call', call: { ...asPatient(scenes.calling), version: 1 } });
  await page.waitForSelector(at('cancel'));
  await asks(page, 'cancel-dialog');
  say({ type: 'call', call: { ...asPatient(scenes.twoWay), version: 2 } });
  // Answered meanwhile: nobody asked to leave the call, and her face is not covered.
  await page.waitForSelector(at('cancel-dialog'), { state: 'detached' });
  await page.waitForSelector(at('measure'));
  assert.equal(await page.locator(at('leave-dialog')).count(), 0);
  // Measuring lies over the call: it closes first.
  await page.click(at('measure'));
  await page.waitForSelector(at('measure'), { state: 'detached' });
  await page.evaluate(() => history.back());
  await page.waitForSelector(at('measure'));
  assert.equal(await page.locator(at('leave-dialog')).count(), 0);
  await asks(page, 'leave-dialog');
  assert.ok(!sent.some((m) => m.type === 'leave' || m.type === 'cancel'));
  await page.click(at('leave-yes'));
  await heard('leave');
  await page.context().close();
}
