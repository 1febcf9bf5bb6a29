/** What is late after a call is seen and heard, again with each reminder, and not by whoever has it open. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { doctor, nurse, staffMe } from '../../fixtures/people.ts';
import { queue } from '../../fixtures/queue.ts';
import { asDoctor, asNurse, scenes } from '../../fixtures/scenes.ts';
import { at, play } from './play.ts';

/** Notes and partials of the short tone. */
const ONE = 4;

export async function lateIsHeard(browser: Browser, base: string): Promise<void> {
  for (const [app, me, running] of [
    ['desk', staffMe(nurse, 'desk'), asNurse(scenes.twoWay)],
    ['phone', staffMe(doctor, 'dutyDoctor'), asDoctor(scenes.threeWay)],
  ] as const) {
    const { page, say } = await play(browser, base, app, me);
    const tones = () => page.evaluate(() => (window as unknown as { tones: number }).tones);
    const rang = (times: number) =>
      page.waitForFunction((n) => (window as unknown as { tones: number }).tones >= n, times * ONE);
    /** The tone has died away. */
    const still = () => page.clock.runFor(2_500);
    const aloud = (words: string) => page.getByRole('status').filter({ hasText: words });
    await page.click(at('go-on-duty'));
    const row = (session: string, minutes: number, over = {}) =>
      queue
        .filter((i) => i.session === session)
        .map((i) => ({ ...i, deadline: Date.UTC(2026, 10, 22, 17, minutes), ...over }));
    const promised = { recheck: { at: Date.UTC(2026, 10, 22, 17, 0), due: false } };
    say({ type: 'queue', items: row('session-5', 0, promised) });
    await page.waitForSelector(at('queue-done'));
    assert.equal(await page.locator(at('queue-owed')).count(), 0, 'promised for later');
    say({ type: 'queue', items: row('session-5', 10) });
    await rang(1);
    await aloud('大西 和子：再確認の時刻です。患者さんに連絡し').filter({ hasText: '2:10' }).waitFor();
    assert.match(await page.innerText(at('queue-owed')), /再確認の時刻です[\s\S]*患者さんに連絡/);
    // A second one: only it is new.
    await still();
    const both = row('session-3', 12).concat(row('session-5', 10));
    say({ type: 'queue', items: both });
    await rang(2);
    await aloud('古賀 文江：期限を過ぎています。転帰を決めてください').waitFor();
    assert.equal(await page.locator(at('overdue')).count(), 1);
    await still();
    // The same rows again, and a reminder of the one whose record is open: nothing new.
    say({ type: 'queue', items: both });
    await page.click(`${at('queue-owed')} :nth-child(1 of li) ${at('open-record')}`);
    await aloud('大西 和子').waitFor({ state: 'detached' });
    say({ type: 'queue', items: row('session-3', 12).concat(row('session-5', 20)) });
    await page.click(at('back'));
    await page.waitForSelector(at('queue-owed'));
    // What comes while one talks waits until one has left.
    say({ type: 'call', call: { ...running, version: 1 } });
    await page.waitForSelector(at('mic'));
    say({ type: 'queue', items: row('session-3', 22).concat(row('session-5', 30)) });
    await aloud('2:22').waitFor({ state: 'attached' });
    assert.equal(await tones(), 2 * ONE);
    say({ type: 'calls', calls: [] });
    await rang(3);
    assert.equal(await tones(), 3 * ONE, 'both at once are one tone');
    await page.context().close();
  }
}
