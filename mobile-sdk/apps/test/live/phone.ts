/** The phone in the doctor's turns. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { doctor, nurse, staffMe } from '../../fixtures/people.ts';
import { asDoctor, asNurse, scenes } from '../../fixtures/scenes.ts';
import { vitals } from '../../fixtures/vitals.ts';
import { at, play } from './play.ts';

export async function dutyDoctor(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent } = await play(browser, base, 'phone', staffMe(doctor, 'dutyDoctor'));
  await page.click(at('go-on-duty'));
  await page.evaluate(() => {
    location.hash = '#/record/session-9';
  });
  await page.waitForSelector(at('back'));
  say({ type: 'call', call: { ...asDoctor(scenes.doctorRings), version: 0 } });
  await page.waitForSelector(at('screen-ring'));
  const shaken = () => page.evaluate(() => (window as unknown as { shaken: VibratePattern[] }).shaken);
  // A telephone in a pocket is felt; once it is answered, it is still.
  await page.waitForFunction(() => (window as unknown as { tones: number }).tones > 0);
  assert.deepEqual((await shaken()).at(-1), [600, 300]);
  say({ type: 'call', call: { ...asDoctor(scenes.doctorGated), version: 1 } });
  await page.waitForSelector(at('screen-gated'));
  assert.deepEqual((await shaken()).at(-1), 0);
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
  assert.equal(await page.getAttribute('nav.callbar', 'aria-label'), '通話の操作');
  // An open record does not hide that the call below it is recorded.
  await page.evaluate(() => {
    location.hash = '#/record/session-9';
  });
  await page.waitForSelector(`${at('over-talking')} ${at('rec')}`);
  say({ type: 'call', call: { ...asDoctor(scenes.threeWay), version: 3 } });
  await page.waitForSelector(`${at('over-talking')} ${at('rec')}`, { state: 'detached' });
  await page.waitForSelector(at('over-talking'));
  await page.context().close();
}

/** The line is gone in a recorded call: the banner that says so does not hide that it is recorded. */
export async function recordedWithoutLine(browser: Browser, base: string): Promise<void> {
  const { page, say, away } = await play(browser, base, 'phone', staffMe(doctor, 'dutyDoctor'));
  await page.setViewportSize({ width: 390, height: 844 });
  await page.click(at('go-on-duty'));
  say({ type: 'call', call: { ...asDoctor(scenes.threeWayRecorded), version: 1 } });
  await page.waitForSelector(at('rec-badge'));
  await away();
  await page.waitForSelector('[data-testid^=link-]');
  const onTop = await page.evaluate((selector) => {
    const box = document.querySelector(selector)?.getBoundingClientRect();
    if (!box) return null;
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return top?.closest('[data-testid]')?.getAttribute('data-testid');
  }, at('rec-badge'));
  assert.equal(onTop, 'rec-badge');
  await page.context().close();
}

/** To record is offered where the server does it, which is the demo; where it failed one may ask again. */
export async function asksToRecord(browser: Browser, base: string): Promise<void> {
  for (const [app, me, seen] of [
    ['desk', staffMe(nurse, 'desk'), asNurse],
    ['phone', staffMe(doctor, 'dutyDoctor'), asDoctor],
  ] as const) {
    for (const demo of [true, false]) {
      const { page, say } = await play(browser, base, app, { ...me, demo });
      await page.click(at('go-on-duty'));
      for (const [version, scene] of [scenes.threeWay, scenes.recordingFailed].entries()) {
        say({ type: 'call', call: { ...seen(scene), version } });
        await page.waitForSelector(version === 0 ? '.recbar' : at('rec-failed'), { state: 'attached' });
        assert.equal(await page.locator(at('rec-ask')).count(), demo ? 1 : 0, `${app} ${demo} ${version}`);
      }
      await page.context().close();
    }
  }
}
