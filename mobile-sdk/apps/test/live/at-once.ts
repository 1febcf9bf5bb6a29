/** Two write or decide at the same moment: the server takes the first, and the second reads it before theirs takes its place. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { doctor, nurse, staffMe } from '../../fixtures/people.ts';
import { record } from '../../fixtures/record.ts';
import { asNurse, scenes } from '../../fixtures/scenes.ts';
import type { CallView } from '../../src/wire.ts';
import { at, type Played, play } from './play.ts';

const theirs = scenes.decided.disposition;
const refusal = `${at('problem')}[data-code="changed-meanwhile"]`;

/** The nurse's decision is refused; then what the doctor decided arrives by `tell`. */
async function overtaken({ page, heard, refuse }: Played, tell: () => void): Promise<void> {
  await page.check(at('outcome-hospital'), { force: true });
  await page.fill(at('disp-advice'), '車で病院へ向かってください');
  refuse('dispose', 'changed-meanwhile');
  await page.click(at('disp-save'));
  assert.deepEqual((await heard('dispose')).seen, { stands: 'nothing' });
  await page.waitForSelector(refusal);
  tell();
  await page.waitForSelector(at('disp-theirs'));
  const said = (await page.textContent(at('disp-theirs'))) ?? '';
  assert.match(said, /橘 健一 が転帰を決めました/);
  assert.match(said, /往診[\s\S]*橘先生が3時ごろに/);
  assert.equal(
    await page.inputValue(at('disp-advice')),
    '車で病院へ向かってください',
    'what one wrote stays',
  );
  assert.ok(await page.isDisabled(at('disp-save')), 'not before it was read');
  await page.click(at('disp-theirs-mine'));
  await page.click(at('disp-save'));
  const again = await heard('dispose', 2);
  assert.deepEqual(again.seen, { stands: 'decision', disposition: theirs });
  assert.equal((again.disposition as { advice: string }).advice, '車で病院へ向かってください');
  // It is stored; the view that says so may come later.
  await page.waitForSelector(at('disp-theirs'), { state: 'detached' });
  assert.match((await page.textContent(at('decided'))) ?? '', /車で病院へ向かってください/);
}

export async function twoWhoDecide(browser: Browser, base: string): Promise<void> {
  const played = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  const { page, say } = played;
  await page.click(at('go-on-duty'));
  const call = asNurse(scenes.undecided);
  say({ type: 'call', call: { ...call, version: 1 } });
  await page.click(at('tab-finish'));
  const decided = { disposition: theirs, decidedBy: doctor };
  await overtaken(played, () => say({ type: 'call', call: { ...call, ...decided, version: 2 } }));
  await page.context().close();
}

/** From the record, where nothing but the refusal says that it must be read again. */
export async function twoWhoDecideLater(browser: Browser, base: string): Promise<void> {
  const played = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  const { page } = played;
  await page.click(at('go-on-duty'));
  const mayDecide = { sudden: false, cancelled: false };
  let stands: object = { disposition: null };
  await page.route('**/api/v1/encounters/session-9', (route) =>
    route.fulfill({
      contentType: 'application/json',
      body: JSON.stringify({ ...record, version: null, session: 'session-9', mayDecide, ...stands }),
    }),
  );
  await page.evaluate(() => {
    location.hash = '#/record/session-9';
  });
  await page.waitForSelector(at('disp-save'));
  stands = { disposition: theirs, decidedBy: doctor, seen: 8 };
  await overtaken(played, () => undefined);
  await page.context().close();
}

export async function twoWhoWrite(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, refuse } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  const call = asNurse(scenes.twoWay);
  const noted = (note: string): CallView => ({
    ...call,
    findings: call.findings ? { ...call.findings, note, noteBy: doctor } : null,
  });
  say({ type: 'call', call: { ...call, version: 1 } });
  await page.click(at('tab-finish'));
  const saves = async (p: Page, text: string) => {
    await p.fill(at('note'), text);
    await p.click(at('note-save'));
  };
  const seen = async (nth: number) => (await heard('assess', nth)).seen;
  const saw = (finding: object) => ({ stands: 'finding', finding });
  await saves(page, '一');
  assert.deepEqual(await seen(1), saw({ part: 'note', text: '' }));
  await page.waitForFunction(
    (selector) => /保存しました/.test(document.querySelector(selector)?.textContent ?? ''),
    at('note-save'),
  );
  // What was acknowledged stands there, though the view that shows it is not here yet.
  refuse('assess', 'changed-meanwhile');
  await saves(page, '一二');
  assert.deepEqual(await seen(2), saw({ part: 'note', text: '一' }));
  await page.waitForSelector(refusal);
  // The colleague took it out again: what had been acknowledged stands there no more.
  say({ type: 'call', call: { ...noted(''), version: 2 } });
  refuse('assess', 'changed-meanwhile');
  await page.click(at('note-save'));
  assert.deepEqual(await seen(3), saw({ part: 'note', text: '' }));
  say({ type: 'call', call: { ...noted('医師の文'), version: 3 } });
  await page.waitForSelector(at('theirs'));
  assert.match((await page.textContent(at('theirs'))) ?? '', /橘 健一 がこの欄を保存しました[\s\S]*医師の文/);
  assert.equal(await page.inputValue(at('note')), '一二');
  await page.click(at('theirs-take'));
  await page.click(at('note-save'));
  const chosen = await heard('assess', 4);
  assert.deepEqual(chosen.seen, saw({ part: 'note', text: '医師の文' }));
  assert.deepEqual(chosen.finding, { part: 'note', text: '医師の文\n一二' });
  // The write-up and the red flags say it too; where nothing was answered there is nothing to say.
  await page.click(at('tab-sbar'));
  await page.fill(at('sbar-situation'), '甲');
  await page.click(at('sbar-save'));
  const written = call.findings?.sbar ?? null;
  assert.deepEqual(await seen(5), saw({ part: 'sbar', sbar: written }));
  await page.click(at('tab-check'));
  await page.click(at('red-edit'));
  await page.click(at('red-bleeding-yes'));
  await page.click(at('red-save'));
  assert.deepEqual(await seen(6), saw({ part: 'redFlags', found: call.findings?.redFlags }));
  await page.context().close();
}

/** The steps of one press: the first of two colleagues stands, and the second reads whose it is before theirs takes its place. */
export async function twoWhoChoose(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, refuse } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  const fresh = { sudden: false, ledger: [] };
  const call: CallView = { ...asNurse(scenes.twoWay), findings: fresh };
  say({ type: 'call', call: { ...call, version: 1 } });
  await page.click(at('tab-check'));
  const seen = async (nth: number) => (await heard('assess', nth)).seen;
  const nothing = { stands: 'nothing' };
  const choose = (testid: string) => page.click(at(testid), { force: true });
  await choose('urgency-green');
  assert.deepEqual(await seen(1), nothing);
  // Chosen again before the view is here that shows the first: what was acknowledged stands there.
  await page.waitForSelector('[aria-busy=true]', { state: 'detached' });
  refuse('assess', 'changed-meanwhile');
  await choose('urgency-yellow');
  assert.deepEqual(await seen(2), { stands: 'finding', finding: { part: 'urgency', urgency: 'green' } });
  await page.waitForSelector(refusal);
  const theirs = { ...fresh, urgency: 'red', urgencyBy: doctor, sudden: true } as const;
  say({ type: 'call', call: { ...call, findings: theirs, version: 2 } });
  await page.waitForSelector(`${at('urgency-red')}:checked`);
  assert.match((await page.textContent(at('found-by'))) ?? '', /橘 健一 が記録しました/);
  await choose('urgency-orange');
  assert.deepEqual(await seen(3), { stands: 'finding', finding: { part: 'urgency', urgency: 'red' } });
  await choose('identity-known');
  assert.deepEqual(await seen(4), nothing);
  await page.click(at('red-all-no'));
  await page.click(at('red-save'));
  assert.deepEqual(await seen(5), nothing, 'also the first check of the red flags');
  await page.context().close();
}
