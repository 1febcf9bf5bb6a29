/** Off duty nothing rings, and yet nothing is hidden: who waits, what is owed, and why one cannot go now. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { doctor, nurse, ringing, staffMe } from '../../fixtures/people.ts';
import { queue } from '../../fixtures/queue.ts';
import { asDoctor, asNurse, scenes } from '../../fixtures/scenes.ts';
import { at, play } from './play.ts';

const rings = queue.filter((i) => i.session === 'session-2');

export async function goingOffDuty(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  const tones = () => page.evaluate(() => (window as unknown as { tones: number }).tones);
  await page.waitForSelector(at('screen-duty'));
  // At the gate: silent, and seen.
  say({ type: 'queue', items: rings });
  await page.waitForSelector(`${at('screen-duty')} ${at('gate-waiting')}`);
  // The same over an open record.
  await page.evaluate(() => {
    location.hash = '#/record/session-9';
  });
  await page.waitForSelector(at('over-waiting'));
  assert.match(await page.innerText(at('over-waiting')), /1人が待っています/);
  say({ type: 'queue', items: [] });
  await page.waitForSelector(at('over-offDuty'));
  assert.equal(await tones(), 0);
  await page.click(at('over-go'));
  assert.equal((await heard('duty')).ready, true);
  await page.waitForSelector(at('over-offDuty'), { state: 'detached' });
  await page.click(at('back'));
  await page.waitForSelector(at('on-duty'));

  // It is asked, and refused with its reason in a call and while somebody waits; a missing decision is told.
  const why = async (reason: RegExp, refused = true) => {
    await page.click(at('stop-duty'));
    await page.waitForSelector(at('stop-duty-why'));
    assert.match(await page.innerText(at('stop-duty-why')), reason);
    assert.equal(await page.isDisabled(at('stop-duty-yes')), refused);
    await page.click(at('stop-duty-no'));
    await page.waitForSelector(at('stop-duty-dialog'), { state: 'detached' });
  };
  say({ type: 'queue', items: rings });
  await page.waitForSelector(at('ringing'));
  await why(/待っている人/);
  say({ type: 'queue', items: [] });
  say({ type: 'call', call: { ...asNurse(scenes.answered), version: 1 } });
  await page.waitForSelector(at('mic'));
  await why(/通話中/);
  say({ type: 'call', call: { ...asNurse(scenes.undecided), version: 2 } });
  await page.waitForSelector(at('to-list'));
  await why(/転帰/, false);
  // Loaded again, nothing rings: the decision stays where it was, and the page says that it is mute.
  await page.reload();
  await page.waitForSelector(at('screen-duty'));
  say({ type: 'call', call: { ...asNurse(scenes.undecided), version: 2 } });
  await page.waitForSelector(at('off-duty'));
  await page.waitForSelector(at('to-list'));
  await page.click(at('go-on-duty'));
  await page.waitForSelector(at('on-duty'));
  say({ type: 'call', call: { ...asNurse(scenes.decided), version: 3 } });
  await page.click(at('to-list'));
  // A ring while it is being asked: not now.
  await page.click(at('stop-duty'));
  await page.waitForSelector(`${at('stop-duty-yes')}:enabled`);
  say({ type: 'queue', items: rings });
  await page.waitForSelector(`${at('stop-duty-yes')}:disabled`);
  say({ type: 'queue', items: [] });
  const off = sent.filter((m) => m.type === 'duty').length;
  await page.click(`${at('stop-duty-yes')}:enabled`);
  assert.equal((await heard('duty', off + 1)).ready, false);
  await page.waitForSelector(at('screen-duty'));
  // What is late does not go away with the duty.
  say({ type: 'queue', items: queue.filter((i) => i.session === 'session-3') });
  await page.click(`${at('gate-owed')} ${at('open-record')}`);
  await page.waitForSelector(at('over-offDuty'));
  await page.context().close();
}

/** The patient hangs up: it is said large, with their number, and the call can be ended from there. */
export async function patientHangsUp(browser: Browser, base: string): Promise<void> {
  for (const [app, me, call] of [
    ['desk', staffMe(nurse, 'desk'), asNurse(scenes.patientLeft)],
    ['phone', staffMe(doctor, 'dutyDoctor'), asDoctor(scenes.patientLeft)],
  ] as const) {
    const { page, say, heard } = await play(browser, base, app, me);
    await page.click(at('go-on-duty'));
    say({ type: 'call', call: { ...call, version: 1 } });
    await page.waitForSelector(at('patient-gone'));
    assert.match(await page.innerText(at('patient-gone')), /患者さんが電話を切りました/);
    assert.equal(await page.getAttribute(at('gone-phone'), 'href'), 'tel:09000001234');
    assert.equal(await page.locator(at('tile-patient')).count(), 0);
    await page.click(at(app === 'desk' ? 'gone-end' : 'end'));
    await page.click(at('end-yes'));
    await heard('end');
    // Nobody is being asked while the end can be taken back.
    const closing = { ...scenes.closing.state, until: Date.now() + 600_000 };
    const back = app === 'desk' ? asNurse(scenes.twoWay) : asDoctor(scenes.threeWay);
    const people = back.people.map((p) => ({ ...p, gateOpen: false }));
    say({ type: 'call', call: { ...back, people, state: closing, version: 2 } });
    await page.getByTestId('tile-patient').getByText('まもなく終わります').waitFor();
    assert.equal(await page.getByText('同意を待っています').count(), 0);
    await page.context().close();
  }
}

/** Who is alone with the patient is asked before leaving; afterwards nobody else's form takes the screen. */
export async function leavingAlone(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  const mine = asNurse(scenes.twoWay);
  // Another patient's call of this night, over and undecided.
  const other = {
    ...asNurse(scenes.undecided),
    session: 'session-8',
    case: 'case-8',
    requestedAt: mine.requestedAt - 600_000,
  };
  say({ type: 'call', call: { ...mine, version: 1 } });
  await page.waitForSelector(at('mic'));
  say({ type: 'call', call: { ...other, version: 1 } });
  await page.click(at('leave'));
  await page.waitForSelector(at('leave-dialog'));
  assert.ok(!sent.some((m) => m.type === 'leave'));
  await page.click(at('leave-no'));
  await page.waitForSelector(at('leave-dialog'), { state: 'detached' });
  await page.click(at('leave'));
  await page.click(at('leave-end'));
  await heard('end');
  say({ type: 'call', call: { ...mine, version: 2 } });
  await page.click(at('leave'));
  await page.click(at('leave-yes'));
  await heard('leave');
  // The desk is rung anew, and she is one of it.
  const people = mine.people.map((p) =>
    p.role === 'deskNurse' ? { ...p, gateOpen: false, legState: ringing } : p,
  );
  const alone = queue
    .filter((i) => i.session === 'session-1')
    .map((i) => ({ ...i, unattended: true, ownerName: null }));
  say({ type: 'queue', items: alone });
  say({ type: 'call', call: { ...mine, people, version: 3 } });
  await page.waitForSelector(at('ringing'));
  assert.match(await page.innerText(at('ringing')), /そばに誰もいなくなりました/);
  assert.match(await page.innerText(at('waits')), /誰もついていません/);
  // Somebody else takes it: the list, and nobody's form.
  say({ type: 'queue', items: alone.map((i) => ({ ...i, unattended: false })) });
  await page.waitForSelector(at('ringing'), { state: 'detached' });
  assert.equal(await page.locator(at('to-list')).count(), 0, "another patient's form comes by itself");
  await page.context().close();

  // With a nurse there it is no question.
  const doctorsPhone = await play(browser, base, 'phone', staffMe(doctor, 'dutyDoctor'));
  await doctorsPhone.page.click(at('go-on-duty'));
  doctorsPhone.say({ type: 'call', call: { ...asDoctor(scenes.threeWay), version: 1 } });
  await doctorsPhone.page.click(at('leave'));
  await doctorsPhone.heard('leave');
  await doctorsPhone.page.context().close();
}

/** The doctor is reminded of his own decision, and of nobody else's. */
export async function doctorOffDuty(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'phone', staffMe(doctor, 'dutyDoctor'));
  await page.click(at('go-on-duty'));
  await heard('duty');
  say({ type: 'call', call: { ...asDoctor(scenes.decided), disposition: null, version: 1 } });
  await page.click(at('to-list'));
  await page.click(at('stop-duty'));
  assert.match(await page.innerText(at('stop-duty-why')), /転帰/);
  say({ type: 'call', call: { ...asDoctor(scenes.decided), version: 2 } });
  say({ type: 'queue', items: queue.filter((i) => i.session === 'session-3') });
  await page.waitForSelector(at('stop-duty-why'), { state: 'detached' });
  await page.click(`${at('stop-duty-yes')}:enabled`);
  assert.equal((await heard('duty', 2)).ready, false);
  await page.waitForSelector(`${at('screen-duty')} ${at('gate-owed')}`);
  await page.context().close();
}
