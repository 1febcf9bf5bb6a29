/** The desk in the nurse's turns. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { nurse, staffMe } from '../../fixtures/people.ts';
import { queue } from '../../fixtures/queue.ts';
import { asNurse, camera, scenes } from '../../fixtures/scenes.ts';
import { vitals } from '../../fixtures/vitals.ts';
import { at, play } from './play.ts';

export async function deskNurse(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent, refuse } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
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
  assert.equal(await page.getAttribute('section.centre', 'aria-label'), '健康医療相談（看護師）');
  // The arrows choose a step and stand on it.
  const stands = (step: string) =>
    page.waitForFunction((id) => document.activeElement?.id === id, `tab-${step}`);
  await page.focus(at('tab-patient'));
  for (const [key, step] of [
    ['ArrowRight', 'check'],
    ['ArrowRight', 'vitals'],
    ['ArrowLeft', 'check'],
    ['End', 'finish'],
    ['ArrowRight', 'patient'],
    ['ArrowLeft', 'finish'],
    ['Home', 'patient'],
  ] as const) {
    await page.keyboard.press(key);
    await stands(step);
    assert.equal(await page.getAttribute(at(`tab-${step}`), 'aria-selected'), 'true');
  }
  // A flow that is none is said, not left out.
  await page.click(at('tab-vitals'));
  await page.check(at('obs-level-alert'), { force: true });
  await page.check(at('obs-oxygen-oxygen'), { force: true });
  for (const wrong of ['1.25', '100', 'abc']) {
    await page.fill(at('obs-flow'), wrong);
    await page.waitForSelector(`.field .error`);
    assert.ok(await page.isDisabled(at('obs-save')), wrong);
  }
  await page.fill(at('obs-flow'), '１，５');
  await page.waitForSelector(`.field .error`, { state: 'detached' });
  await page.click(at('obs-save'));
  const [, given] = (await heard('readings')).readings as { vital: object }[];
  assert.deepEqual(given?.vital, {
    kind: 'oxygen',
    supply: { kind: 'oxygen', flow: { value: '1.5', unit: 'L/min' } },
  });
  await page.click(at('tab-check'));
  await page.click(at('red-breathing-yes'));
  await page.click(at('red-save'));
  assert.deepEqual((await heard('assess')).finding, { part: 'redFlags', found: ['breathing'] });
  say({ type: 'call', call: { ...asNurse(scenes.asksForDoctor), version: 2 } });
  await page.click(at('tab-doctor'));
  // Refused, it is as it was; taken, it is said once.
  refuse('spokenConsent');
  await page.click(at('spoken-consent'));
  await page.waitForSelector(at('problem'));
  assert.equal((await heard('spokenConsent')).leg, 'leg-doctor');
  await page.click(`${at('spoken-consent')}:enabled:not([aria-busy])`);
  await heard('spokenConsent', 2);
  await page.waitForSelector(`${at('spoken-consent')}:disabled`);
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
  // Too late to be counted as there; not to say so.
  say({ type: 'call', call: { ...asNurse(scenes.answered), version: 7 } });
  await page.waitForSelector(at('check-in'), { state: 'detached' });
  say({ type: 'call', call: { ...asNurse(scenes.answered, scenes.checkInMissed), version: 8 } });
  assert.match(await page.innerText(at('check-in')), /不在とみなされています/);
  await page.click(at('still-here'));
  await heard('stillHere', 2);
  const declined = asNurse(scenes.doctorDeclined);
  // Long ago: the list of people says it, and the patient's face is free.
  say({ type: 'call', call: { ...declined, version: 9 } });
  await page.click(at('tab-doctor'));
  await page.getByTestId('member-dutyDoctor').getByText('断りました').first().waitFor({ state: 'attached' });
  assert.equal(await page.locator(at('missed')).count(), 0);
  const justNow = (p: (typeof declined.people)[number]) =>
    p.legState.state === 'declined' ? { ...p, legState: { ...p.legState, at: Date.now() } } : p;
  say({ type: 'call', call: { ...declined, people: declined.people.map(justNow), version: 10 } });
  await page.waitForSelector(at('check-in'), { state: 'detached' });
  await page.click(at('missed-close'));
  await page.waitForSelector(at('missed'), { state: 'detached' });
  // Another kind of care is another name, also for who hears the page; and REC is seen over an open record.
  say({ type: 'call', call: { ...asNurse(scenes.threeWayRecorded), version: 11 } });
  await page.waitForSelector('section.centre[aria-label="健康医療相談（医師）"]');
  await page.evaluate(() => {
    location.hash = '#/record/session-9';
  });
  await page.waitForSelector(`${at('over-talking')} ${at('rec')}`);
  await page.click(at('over-go'));
  say({ type: 'call', call: { ...asNurse(scenes.answered), version: 12 } });
  await page.click(at('end'));
  assert.ok(!sent.some((m) => m.type === 'end'), 'ending asks first');
  await page.context().close();
}

/** Loaded again with a call of before still to be decided: who rings comes first, and what one works on stays. */
export async function ringWins(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.waitForSelector(at('screen-duty'));
  const ring = queue.filter((i) => i.session === 'session-2');
  say({ type: 'call', call: { ...asNurse(scenes.undecided), version: 1 } });
  say({ type: 'queue', items: ring });
  await page.click(at('go-on-duty'));
  await page.waitForSelector(at('ringing'));
  // Somebody else answers it: now there is time for the other.
  say({ type: 'queue', items: [] });
  await page.waitForSelector(at('to-list'));
  say({ type: 'queue', items: ring });
  await page.waitForSelector(at('claim'));
  assert.equal(await page.locator(at('to-list')).count(), 1, 'nobody is torn away from what they write');
  await page.click(at('claim'));
  assert.equal((await heard('accept')).session, 'session-2');
  await page.context().close();
}

/** With the network away nobody says that a value is too old: the screen knows by itself. */
export async function valuesGrowOld(browser: Browser, base: string): Promise<void> {
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
