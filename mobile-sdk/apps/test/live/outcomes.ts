/** Each outcome that a doctor can choose, pressed and sent as what it is. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { doctor, staffMe } from '../../fixtures/people.ts';
import { asDoctor, scenes } from '../../fixtures/scenes.ts';
import { at, play } from './play.ts';

export async function everyOutcome(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'phone', staffMe(doctor, 'dutyDoctor'));
  await page.click(at('go-on-duty'));
  let version = 0;
  const call = { ...asDoctor(scenes.threeWay), findings: scenes.notSudden.findings };
  say({ type: 'call', call: { ...call, version: ++version } });
  await page.click(at('tab-decide'));
  const kinds = [
    'advice',
    'nurseVisit',
    'houseCall',
    'hospital',
    'ambulance',
    'nextDay',
    'recheckAt',
  ] as const;
  for (const [n, kind] of kinds.entries()) {
    if (n > 0) await page.click(at('disp-change'));
    await page.check(at(`outcome-${kind}`), { force: true });
    assert.equal(await page.locator(at('disp-time')).count(), kind === 'recheckAt' ? 1 : 0);
    await page.fill(at('disp-advice'), `説明 ${kind}`);
    if (kind === 'recheckAt') {
      // Without its time nothing is promised, and nothing is sent.
      await page.click(at('disp-save'));
      await page.getByText('時刻').first().waitFor();
      await page.fill(at('disp-time'), '06:30');
      await page.locator(at('disp-when')).filter({ hasText: '6:30' }).waitFor();
    }
    await page.click(at('disp-save'));
    const { disposition } = (await heard('dispose', n + 1)) as {
      disposition: { outcome: { outcome: string; at?: number }; advice: string };
    };
    const { outcome, at: promised } = disposition.outcome;
    assert.deepEqual([outcome, disposition.advice], [kind, `説明 ${kind}`]);
    if (kind !== 'recheckAt') assert.equal(promised, undefined);
    else {
      const clock = { timeZone: 'Asia/Tokyo', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
      assert.equal(new Intl.DateTimeFormat('en-GB', clock).format(promised), '06:30');
      const ahead = (promised ?? 0) - Date.now();
      assert.ok(ahead > -60_000 && ahead <= 24 * 3_600_000, `${ahead} ms ahead`);
    }
    await page.waitForSelector(at('disp-change'));
  }
  await page.context().close();
}
