/** The tablet in the patient's turns. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { tabletMe } from '../../fixtures/people.ts';
import { asPatient, scenes } from '../../fixtures/scenes.ts';
import type { Participant } from '../../src/wire.ts';
import { at, play, ready } from './play.ts';

/** An answer that takes presses by now. */
const takes = (id: string) => `${at(id)}:not([aria-disabled])`;
const askedDoctor = scenes.asksForDoctor.people.at(-1) as Participant;
const agreed = (people: Participant[]) =>
  people.map((p): Participant => (p.role === 'patient' ? { ...p, recording: 'yes' } : p));

export async function patient(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent } = await play(browser, base, 'tablet', tabletMe);
  await page.click(at('call'));
  await heard('tap');
  say({ type: 'call', call: { ...asPatient(scenes.asksToRecord), version: 1 } });
  // By keyboard alone: the question has the focus, Tab reaches both answers, Enter answers, and the focus goes back.
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
  // The focus moves once the screen is drawn.
  const comesTo = (id: string) =>
    page.waitForFunction((wanted) => document.activeElement?.getAttribute('data-testid') === wanted, id);
  await comesTo('ask-recording');
  await page.waitForSelector(takes('recording-no'));
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'recording-no');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'recording-yes');
  // Round and round, and never behind the question.
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'recording-no');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await focused(), 'recording-yes');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  assert.equal((await heard('answerRecording')).yes, false);
  say({ type: 'call', call: { ...asPatient(scenes.twoWay), version: 2 } });
  await page.waitForSelector(at('ask-recording'), { state: 'detached' });
  await page.focus(at('measure'));
  say({ type: 'call', call: { ...asPatient(scenes.asksForDoctor), version: 3 } });
  await comesTo('ask-join');
  say({ type: 'call', call: { ...asPatient(scenes.threeWay), version: 4 } });
  await page.waitForSelector(at('ask-join'), { state: 'detached' });
  const people = await page.locator(at('person')).evaluateAll((found) =>
    found.map((element) => {
      const copy = element.cloneNode(true) as Element;
      for (const small of copy.querySelectorAll('rt')) small.remove();
      return [...copy.children].map((line) => line.textContent?.trim());
    }),
  );
  assert.deepEqual(people.sort(), [
    ['森下 奈緒', '窓口の看護師'],
    ['橘 健一', '当番医', 'たちばな在宅クリニック', '医師の登録 2004年'],
  ]);
  await comesTo('measure');
  // Escape is no to a question, and Tab leaves nothing out of reach.
  await page.focus(at('leave'));
  await page.keyboard.press('Enter');
  await page.waitForSelector(at('leave-dialog'));
  await page.keyboard.press('Escape');
  await page.waitForSelector(at('leave-dialog'), { state: 'detached' });
  await comesTo('leave');
  assert.ok(!sent.some((m) => m.type === 'leave'));
  const reached = new Set<string | null | undefined>();
  for (let press = 0; press < 40; press++) {
    await page.keyboard.press('Tab');
    reached.add(await focused());
  }
  for (const id of ['mic', 'camera', 'speaker', 'measure', 'leave'])
    assert.ok(reached.has(id), `Tab reaches ${id}`);
  assert.equal(await page.getAttribute('nav.controls', 'aria-label'), '通話の操作');
  // What is recorded is said on every page of the call, once on each.
  say({ type: 'call', call: { ...asPatient(scenes.threeWayRecorded), version: 5 } });
  await page.click(at('measure'));
  for (const [screen, next] of [
    ['screen-sensors', 'manual'],
    ['screen-keypad', 'back'],
    ['screen-sensors', 'back'],
    ['screen-incall', 'measure'],
  ] as const) {
    await page.waitForSelector(at(screen));
    await page.waitForSelector(at('rec'));
    assert.equal(await page.locator(at('rec')).count(), 1, screen);
    await page.click(at(next));
  }
  say({ type: 'call', call: { ...asPatient(scenes.threeWay), version: 6 } });
  await page.waitForSelector(at('rec'), { state: 'detached' });
  await page.click(at('back'));
  say({ type: 'call', call: { ...asPatient(scenes.patientLeft), version: 7 } });
  await page.click(at('come-back'));
  await heard('comeBack');
  say({ type: 'call', call: { ...asPatient(scenes.decided), version: 8 } });
  await page.click(at('done'));
  await page.waitForSelector(at('screen-idle'));
  assert.ok(!sent.some((m) => m.type === 'cancel'));
  await page.context().close();
}

/** What is decided, taken back and decided anew after the patient put it away comes to the patient, and is heard. */
export async function decidedLater(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'tablet', tabletMe);
  await ready(page);
  await page.click(at('call'));
  await heard('tap');
  const aloud = '[aria-live].sr';
  const putAway = async () => {
    await page.click(at('done'));
    await page.waitForSelector(at('screen-idle'));
    assert.equal((await page.textContent(aloud))?.trim(), '');
    // The tone before it has died away.
    await page.clock.fastForward(3_000);
  };
  const tones = () => page.evaluate(() => (window as unknown as { tones: number }).tones);
  const words = async (heading: RegExp) => {
    await page.waitForSelector(at('screen-after'));
    await page.waitForFunction(
      ([selector, source]) =>
        new RegExp(source as string).test(document.querySelector(selector as string)?.textContent ?? ''),
      [aloud, heading.source],
    );
  };
  const rings = async (before: number) =>
    page.waitForFunction((n) => (window as unknown as { tones: number }).tones > n, before);

  say({ type: 'call', call: { ...asPatient(scenes.undecided), version: 1 } });
  await words(/記録をまとめています/);
  assert.equal(await tones(), 0, 'nothing new: it stood there when the call was over');
  await putAway();
  say({ type: 'call', call: { ...asPatient(scenes.toHospital), version: 2 } });
  await words(/救急車[\s\S]*横にならず/);
  await rings(0);
  await putAway();
  let before = await tones();
  say({ type: 'call', call: { ...asPatient(scenes.undecided), version: 3 } });
  await words(/もう一度考えています/);
  await rings(before);
  // Not put away: what comes now is heard as well.
  await page.clock.fastForward(3_000);
  before = await tones();
  say({ type: 'call', call: { ...asPatient(scenes.decided), version: 4 } });
  await words(/決まったことが変わりました[\s\S]*橘先生が3時ごろ/);
  await rings(before);
  await putAway();
  // Loaded anew, it is put away still.
  await page.reload();
  await ready(page);
  say({ type: 'call', call: { ...asPatient(scenes.decided), version: 5 } });
  await page.waitForSelector(at('last'));
  await page.waitForSelector(at('screen-idle'));
  // A time of another day is told with its day.
  const disposition = {
    outcome: { outcome: 'recheckAt', at: Date.now() + 72_000_000 },
    advice: 'おだいじに。',
  };
  say({ type: 'call', call: { ...asPatient(scenes.decided), disposition, version: 6 } });
  await words(/月\d+日 \d+:\d\d[\s\S]*おだいじに/);
  assert.match((await page.textContent(at('screen-after'))) ?? '', /月\d+日 \d+:\d\d/);
  await page.context().close();
}

/** Two questions: the one on the screen stays until it is answered, and a double tap does not answer the next. */
export async function questionsInTurn(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent } = await play(browser, base, 'tablet', tabletMe);
  await ready(page);
  await page.click(at('call'));
  const both = { ...scenes.asksToRecord, people: [...scenes.asksToRecord.people, askedDoctor] };
  say({ type: 'call', call: { ...asPatient(scenes.asksToRecord), version: 1 } });
  await page.waitForSelector(takes('recording-yes'));
  say({ type: 'call', call: { ...asPatient(both), version: 2 } });
  // Drawn by then: the question before it is the same one still.
  await page.locator(at('person')).nth(1).waitFor();
  assert.equal(await page.locator(at('ask-join')).count(), 0);
  await page.click(at('recording-yes'));
  assert.equal((await heard('answerRecording')).yes, true);
  // The page's time stands still: how fast this machine is decides nothing.
  await page.clock.pauseAt(Date.now() + 60_000);
  say({
    type: 'call',
    call: {
      ...asPatient({ ...both, recording: { phase: 'on' } }, { people: agreed(both.people) }),
      version: 3,
    },
  });
  await page.waitForSelector(at('ask-join'));
  // The second tap of two, and a third.
  const press = () => page.locator(at('join-yes')).evaluate((button: HTMLElement) => button.click());
  for (const ms of [100, 500]) {
    await page.clock.runFor(ms);
    await press();
  }
  await page.clock.resume();
  await page.waitForSelector(takes('join-no'));
  await page.click(at('join-no'));
  assert.deepEqual(
    [(await heard('answerJoin')).yes, sent.filter((m) => m.type === 'answerJoin').length],
    [false, 1],
  );
  await page.context().close();
}

/** A finger on what lies behind a question does nothing, but for the way out and the number to call. */
export async function behindAQuestion(browser: Browser, base: string): Promise<void> {
  const { page, say, heard, sent } = await play(browser, base, 'tablet', tabletMe);
  await ready(page);
  await page.click(at('call'));
  const open = (id: string) => page.locator(at(id)).evaluate((e) => e.closest('[inert]') === null);
  /** As a finger does: at a place, whatever lies there. */
  const press = async (id: string) => {
    const box = await page.locator(at(id)).boundingBox();
    assert.ok(box, id);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  };
  const recorded = { ...scenes.recorded, people: [...scenes.recorded.people, askedDoctor] };
  let version = 0;
  const tell = (scene: Partial<typeof recorded>) =>
    say({ type: 'call', call: { ...asPatient(scene), version: ++version } });
  tell(recorded);
  await page.waitForSelector(takes('join-yes'));
  await press('withdraw');
  for (const id of ['withdraw', 'mic', 'camera', 'flip', 'speaker', 'measure'])
    assert.equal(await open(id), false, id);
  assert.ok(await open('leave'), 'one can always hang up');
  await page.locator(at('leave')).evaluate((button: HTMLElement) => button.click());
  await page.waitForSelector(at('leave-dialog'));
  await page.keyboard.press('Escape');
  await page.waitForSelector(at('leave-dialog'), { state: 'detached' });
  // On the measuring pages, too.
  tell(scenes.recorded);
  await page.waitForSelector(at('ask-join'), { state: 'detached' });
  await page.click(at('measure'));
  for (const [screen, behind, next] of [
    ['screen-sensors', 'manual', 'manual'],
    ['screen-keypad', 'back', 'back'],
  ] as const) {
    await page.waitForSelector(at(screen));
    tell(recorded);
    await page.waitForSelector(takes('join-yes'));
    await press(behind);
    assert.equal(await page.locator(at(screen)).count(), 1, screen);
    assert.equal(await open(screen), false, screen);
    tell(scenes.recorded);
    await page.waitForSelector(at('ask-join'), { state: 'detached' });
    // Answered or withdrawn, it takes presses again.
    await page.click(at(next));
  }
  await page.click(at('back'));
  await page.click(at('withdraw'));
  assert.equal((await heard('answerRecording')).yes, false);
  assert.equal(sent.filter((m) => m.type === 'answerRecording').length, 1, 'not the one behind the question');
  await page.context().close();
}

/** A mistake in a screen leaves the number and a way back, not an empty page. */
export async function brokenScreen(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'tablet', tabletMe);
  await page.click(at('call'));
  await heard('tap');
  say({
    type: 'call',
    call: {
      ...asPatient(scenes.twoWay),
      people: asPatient(scenes.twoWay).people.map(() => null),
      version: 1,
    },
  });
  await page.waitForSelector(at('screen-broken'));
  assert.equal(
    await page.getAttribute(at('desk-phone'), 'href'),
    `tel:${tabletMe.deskPhone.replaceAll('-', '')}`,
  );
  await page.click(at('reload'));
  await page.waitForSelector(at('screen-idle'));
  await page.context().close();
}
