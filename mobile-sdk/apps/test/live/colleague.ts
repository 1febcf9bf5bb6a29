/** An open record, and a colleague who was quicker: what they decided is there at once, and what was typed stays. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { doctor, nurse, nurse2, staffMe } from '../../fixtures/people.ts';
import { queue } from '../../fixtures/queue.ts';
import { record } from '../../fixtures/record.ts';
import { asDoctor, scenes } from '../../fixtures/scenes.ts';
import { at, play } from './play.ts';

const unsigned = {
  ...record,
  version: null,
  signedBy: null,
  signedAt: null,
  digest: null,
  disposition: null,
};
const theirs = { outcome: { outcome: 'ambulance' }, advice: '119に電話してください' } as const;

export async function quickerColleague(browser: Browser, base: string): Promise<void> {
  for (const [app, me, session] of [
    ['desk', staffMe(nurse, 'desk'), 'session-3'],
    ['phone', staffMe(doctor, 'dutyDoctor'), 'session-1'],
  ] as const) {
    const { page, say } = await play(browser, base, app, me);
    await page.click(at('go-on-duty'));
    let shown: object = { ...unsigned, mayDecide: { sudden: false, cancelled: false } };
    await page.route(`**/api/v1/encounters/${session}`, (route) =>
      route.fulfill({
        contentType: 'application/json',
        body: JSON.stringify({ ...record, ...shown, session, case: `case-${session}` }),
      }),
    );
    let version = 0;
    /** The desk hears of it by its list, who was in the call by the call. */
    const news = (over: object) => {
      version += 1;
      const rows = queue.filter((i) => i.session === session);
      if (app === 'desk') say({ type: 'queue', items: rows.map((i) => ({ ...i, ...over })) });
      else say({ type: 'call', call: { ...asDoctor(scenes.undecided), version } });
    };
    news({});
    await page.evaluate((s) => {
      location.hash = `#/record/${s}`;
    }, session);
    await page.click(at('outcome-advice'));
    await page.fill(at('disp-advice'), '朝まで様子をみてください');
    shown = { ...shown, disposition: theirs };
    news({ disposition: theirs.outcome });
    await page.getByText(theirs.advice).waitFor();
    assert.equal(await page.inputValue(at('disp-advice')), '朝まで様子をみてください');
    // Signed there is no form any more; the words are kept until they are put away.
    shown = { disposition: theirs };
    news({ disposition: theirs.outcome, signed: true });
    await page.getByText('朝まで様子をみてください').waitFor();
    assert.equal(await page.locator(at('disp-save')).count(), 0);
    await page.click(at('unsent-drop'));
    await page.waitForSelector(at('unsent'), { state: 'detached' });
    // The same with a second look.
    shown = { mayRecheck: true };
    news({ recheck: { at: 0, due: true } });
    await page.fill(at('recheck-note'), '熱が下がった');
    shown = { rechecked: { at: record.signedAt, by: nurse2, note: 'よく眠っている' } };
    news({ signed: true });
    await page.getByText('よく眠っている').waitFor();
    assert.match(await page.innerText(at('unsent')), /熱が下がった/);
    await page.context().close();
  }
}
