/** What staff type: it stays until it is stored, is never called stored before, and nobody's text replaces another's unasked. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { doctor, nurse, staffMe } from '../../fixtures/people.ts';
import { asDoctor, asNurse, type Scene, scenes } from '../../fixtures/scenes.ts';
import type { CallView } from '../../src/wire.ts';
import { at, play } from './play.ts';

const value = (page: Page, id: string) => page.inputValue(at(id));
const noted = (call: CallView, note: string): CallView => ({
  ...call,
  findings: call.findings ? { ...call.findings, note } : null,
});
const openRecord = (page: Page) =>
  page.evaluate(() => {
    location.hash = '#/record/session-9';
  });

export async function typedStays(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  let version = 0;
  const tell = (...parts: Scene[]) =>
    say({ type: 'call', call: { ...asNurse(...parts), version: ++version } });
  tell(scenes.answered);
  await page.click(at('tab-check'));
  await page.click(at('red-bleeding-no'));
  await page.click(at('tab-vitals'));
  await page.fill(at('obs-rate'), '22');
  await page.check(at('obs-level-alert'), { force: true });
  await page.click(at('tab-sbar'));
  await page.click(at('sbar-fill'));
  await page.fill(at('sbar-situation'), '横になると苦しい');
  await page.click(at('tab-finish'));
  await page.fill(at('note'), '起坐呼吸');
  await page.check(at('outcome-houseCall'), { force: true });
  await page.fill(at('disp-advice'), '上半身を起こしてお待ちください');
  const there = async () => {
    await page.click(at('tab-check'));
    assert.equal(await page.getAttribute(at('red-bleeding-no'), 'aria-pressed'), 'true');
    await page.click(at('tab-vitals'));
    assert.equal(await value(page, 'obs-rate'), '22');
    assert.ok(await page.isChecked(at('obs-level-alert')));
    await page.click(at('tab-sbar'));
    assert.equal(await value(page, 'sbar-situation'), '横になると苦しい');
    await page.waitForSelector('.panel .notice.warn');
    await page.click(at('tab-finish'));
    assert.equal(await value(page, 'note'), '起坐呼吸');
    assert.ok(await page.isChecked(at('outcome-houseCall')));
    assert.equal(await value(page, 'disp-advice'), '上半身を起こしてお待ちください');
  };
  await there();
  await openRecord(page);
  await page.click(at('over-go'));
  // Back where one was, not at the first step.
  assert.equal(await page.getAttribute(at('tab-finish'), 'aria-selected'), 'true');
  await there();
  tell(scenes.undecided);
  await page.waitForSelector(at('to-list'));
  await there();
  await page.click(at('note-save'));
  assert.deepEqual((await heard('assess')).finding, { part: 'note', text: '起坐呼吸' });
  await page.click(at('disp-save'));
  await heard('dispose');
  // It stands as soon as it is stored; the view that says so may come later.
  await page.waitForSelector(at('decided'));
  assert.equal(await page.locator(at('disp-save')).count(), 0);
  tell(scenes.undecided, { disposition: scenes.decided.disposition });
  await page.waitForSelector(at('decided'));
  // Who signs is told of what would not be in it, by name, until it is.
  const missing = async () => {
    await page.click(at('tab-finish'));
    await page.click(at('sign'));
    await page.waitForSelector(at('sign-dialog'));
    const said = await page.locator(at('sign-unsaved')).allTextContents();
    await page.click(at('sign-no'));
    return /（(.*)）/.exec(said.join())?.[1];
  };
  assert.equal(await missing(), '危険な症状の確認、観察、SBAR');
  await page.click(at('tab-check'));
  await page.click(at('red-all-no'));
  await page.click(at('red-save'));
  await page.click(at('tab-vitals'));
  await page.click(at('obs-save'));
  await heard('readings');
  await page.waitForFunction(
    (s) => document.querySelector<HTMLInputElement>(s)?.value === '',
    at('obs-rate'),
  );
  assert.equal(await missing(), 'SBAR');
  await page.click(at('tab-sbar'));
  // The write-up that came with the end of the call is another's.
  await page.click(at('theirs-mine'));
  await page.click(at('sbar-save'));
  await page.waitForSelector(`${at('sbar-save')}:disabled:not([aria-busy])`);
  assert.equal(await missing(), undefined);
  await page.fill(at('note'), '起坐呼吸、続き');
  assert.equal(await missing(), '記録');
  await page.context().close();
}

export async function typedOnThePhone(browser: Browser, base: string): Promise<void> {
  const { page, say } = await play(browser, base, 'phone', staffMe(doctor, 'dutyDoctor'));
  await page.click(at('go-on-duty'));
  say({ type: 'call', call: { ...asDoctor(scenes.threeWay), version: 1 } });
  await page.click(at('tab-decide'));
  // What the server would refuse is not offered, and it is said why.
  assert.ok(await page.isDisabled(at('outcome-prescription')));
  assert.match((await page.textContent(at('no-prescription'))) ?? '', /オンライン診療が必要/);
  await page.fill(at('disp-advice'), 'うかがいます');
  await page.click(at('tab-note'));
  await page.fill(at('note'), '湿性ラ音');
  await page.click(at('tab-call'));
  await page.click(at('tab-note'));
  assert.equal(await value(page, 'note'), '湿性ラ音');
  await openRecord(page);
  await page.click(at('over-go'));
  assert.equal(await value(page, 'note'), '湿性ラ音');
  const examined = asDoctor(scenes.threeWay);
  const findings = { ...examined.findings, prescribesFrom: Date.now() - 60_000 };
  say({ type: 'call', call: { ...examined, findings, version: 2 } });
  await page.click(at('tab-decide'));
  await page.waitForSelector(`${at('outcome-prescription')}:enabled`, { state: 'attached' });
  assert.equal(await page.locator(at('no-prescription')).count(), 0);
  await page.click(at('tab-note'));
  // The nurse ends the call in the middle of a word: the hand stays where it writes.
  await page.focus(at('note'));
  const over = { ...asDoctor(scenes.decided), disposition: null, findings: asDoctor({}).findings };
  say({ type: 'call', call: { ...over, version: 3 } });
  await page.waitForSelector('.endedhead');
  await page.keyboard.press('End');
  await page.keyboard.type('あり');
  assert.equal(await value(page, 'note'), '湿性ラ音あり');
  await page.click(at('tab-decide'));
  assert.equal(await value(page, 'disp-advice'), 'うかがいます');
  await page.context().close();
}

export async function twoWriters(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, hold } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  let version = 0;
  const tell = (call: CallView) => say({ type: 'call', call: { ...call, version: ++version } });
  const call = asNurse(scenes.twoWay);
  const save = at('note-save');
  const says = (text: RegExp) =>
    page.waitForFunction(
      ([selector, source]) =>
        new RegExp(source as string).test(document.querySelector(selector as string)?.textContent ?? ''),
      [save, text.source],
    );
  tell(call);
  await page.click(at('tab-finish'));
  await page.fill(at('note'), '一');
  const release = hold('assess');
  await page.click(save);
  await heard('assess');
  await page.fill(at('note'), '一二');
  release();
  await page.waitForSelector(`${save}:not([aria-busy])`);
  tell(noted(call, '一'));
  await says(/記録を保存/);
  assert.equal(await value(page, 'note'), '一二', 'the answer to the first part does not take the second');
  assert.ok(await page.isEnabled(save));
  await page.click(save);
  assert.deepEqual((await heard('assess', 2)).finding, { part: 'note', text: '一二' });
  // Said before the view that shows it is here, and after.
  await says(/保存しました/);
  tell(noted(call, '一二'));
  await says(/保存しました/);
  // Nothing is being written: another's text comes in by itself.
  tell(noted(call, '医師の文'));
  await page.waitForFunction(
    (s) => document.querySelector<HTMLTextAreaElement>(s)?.value === '医師の文',
    at('note'),
  );
  // Something is: both are there, and one is asked.
  await page.fill(at('note'), '看護師の文');
  tell(noted(call, '医師の次の文'));
  await page.waitForSelector(at('theirs'));
  assert.equal(await value(page, 'note'), '看護師の文');
  assert.match((await page.textContent(at('theirs'))) ?? '', /医師の次の文/);
  assert.ok(await page.isDisabled(save), 'not before one has chosen');
  await page.click(at('theirs-take'));
  assert.equal(await value(page, 'note'), '医師の次の文\n看護師の文');
  tell(noted(call, '医師の三つめ'));
  await page.click(at('theirs-mine'));
  await page.click(save);
  assert.deepEqual((await heard('assess', 3)).finding, { part: 'note', text: '医師の次の文\n看護師の文' });
  // The write-up is held to the same.
  await page.click(at('tab-sbar'));
  await page.fill(at('sbar-situation'), '甲');
  const go = hold('assess');
  await page.click(at('sbar-save'));
  await heard('assess', 4);
  await page.fill(at('sbar-situation'), '甲乙');
  go();
  await page.waitForSelector(`${at('sbar-save')}:enabled:not([aria-busy])`);
  assert.equal(await value(page, 'sbar-situation'), '甲乙');
  await page.context().close();
}

/** A colleague's yes is not taken away by an older "no" that was not saved yet. */
export async function twoWhoCheck(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  const call = asNurse(scenes.redFlag, {});
  const findings = (redFlags: string[] | null) => ({ ...call, findings: { ...call.findings, redFlags } });
  say({ type: 'call', call: { ...findings(null), version: 1 } });
  await page.click(at('tab-check'));
  await page.click(at('red-all-no'));
  // Before she saves, the visiting nurse at the bedside has found something.
  say({ type: 'call', call: { ...findings(['chestPain']), version: 2 } });
  await page.waitForSelector(at('red-theirs'));
  assert.equal(await page.getAttribute(at('red-chestPain-yes'), 'aria-pressed'), 'true');
  await page.click(at('red-save'));
  assert.deepEqual((await heard('assess')).finding, { part: 'redFlags', found: ['chestPain'] });
  await page.context().close();
}

/** To check again, and to change a decision, begins with what stands, and can be left. */
export async function secondThoughts(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  const decided = { disposition: scenes.decided.disposition };
  say({ type: 'call', call: { ...asNurse(scenes.redFlag, decided), version: 1 } });
  await page.click(at('tab-check'));
  const [script, panel] = await Promise.all(
    [at('panel-119'), '#bench-panel'].map((s) => page.locator(s).boundingBox()),
  );
  assert.ok(script && panel && script.y < panel.y + 40, 'what is to be read out stands at the top');
  await page.click(at('red-edit'));
  await page.waitForSelector(at('panel-119'));
  assert.equal(await page.getAttribute(at('red-breathing-yes'), 'aria-pressed'), 'true');
  assert.equal(await page.getAttribute(at('red-seizure-no'), 'aria-pressed'), 'true');
  assert.doesNotMatch(
    (await page.textContent(at('red-save'))) ?? '',
    /電話/,
    'a button that records says so',
  );
  await page.click(at('red-cancel'));
  await page.waitForSelector(at('red-edit'));
  await page.click(at('tab-finish'));
  await page.click(at('disp-change'));
  assert.ok(await page.isChecked(at('outcome-houseCall')));
  assert.equal(await value(page, 'disp-advice'), decided.disposition.advice);
  await page.fill(at('disp-advice'), 'べつの説明');
  await page.click(at('disp-cancel'));
  assert.match((await page.textContent(at('decided'))) ?? '', /橘先生/);
  await page.click(at('disp-change'));
  assert.equal(await value(page, 'disp-advice'), decided.disposition.advice);
  await page.click(at('disp-save'));
  assert.deepEqual((await heard('dispose')).disposition, decided.disposition);
  await page.waitForSelector(at('disp-change'));
  await page.context().close();
}
