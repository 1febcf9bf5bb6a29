/** Values typed by hand: without a connection, while the call changes underneath, and saved long afterwards. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { nurse, staffMe, tabletMe } from '../../fixtures/people.ts';
import { asNurse, asPatient, scenes } from '../../fixtures/scenes.ts';
import { at, play, ready } from './play.ts';

const keys = async (page: Page, ...names: string[]) => {
  for (const name of names) await page.click(at(`key-${name}`));
};
const said = (page: Page, words: RegExp) =>
  page.waitForFunction(
    ([selector, source]) => {
      const copy = document.querySelector(selector as string)?.cloneNode(true) as Element | undefined;
      for (const small of copy?.querySelectorAll('rt') ?? []) small.remove();
      return new RegExp(source as string).test(copy?.textContent ?? '');
    },
    [at('keypad-said'), words.source],
  );

/** Typed over a dead link: said to be kept, a second one too, and each delivered with the time at which it was typed. */
export async function typedOffline(browser: Browser, base: string): Promise<void> {
  const { page, say, away, back, sent } = await play(browser, base, 'tablet', tabletMe);
  await ready(page);
  await page.click(at('call'));
  say({ type: 'call', call: { ...asPatient(scenes.twoWay), version: 1 } });
  await page.click(at('measure'));
  await page.click(at('manual'));
  await away();
  await page.waitForSelector('[data-testid^=link-]');
  await page.click(at('entry-spo2'));
  await keys(page, '9', '1', 'send');
  const first = Date.now();
  await said(page, /つながりしだい/);
  await keys(page, 'send');
  await keys(page, '9', '2', 'send');
  await said(page, /つながりしだい/);
  assert.ok(!sent.some((m) => m.type === 'readings'));
  await page.clock.fastForward(40 * 60_000);
  back();
  await page.waitForSelector('[data-testid^=link-]', { state: 'detached' });
  await said(page, /送りました/);
  const readings = sent
    .filter((m) => m.type === 'readings')
    .flatMap((m) => m.readings as { vital: { value: string }; takenAt: number }[]);
  assert.deepEqual(
    readings.map((r) => r.vital.value),
    ['91', '92'],
    'each once',
  );
  for (const { takenAt } of readings)
    assert.ok(Math.abs(takenAt - first) < 10 * 60_000, `typed at ${first}, sent as of ${takenAt}`);
  await page.context().close();
}

/** What the nurse saw and saved later is of when she saw it; what she says is still so, of then. */
export async function seenEarlier(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'desk', staffMe(nurse, 'desk'));
  await page.click(at('go-on-duty'));
  say({ type: 'call', call: { ...asNurse(scenes.answered), version: 1 } });
  await page.click(at('tab-vitals'));
  const clock = () => page.evaluate(() => Date.now());
  const begun = await clock();
  await page.fill(at('obs-rate'), '22');
  await page.check(at('obs-level-alert'), { force: true });
  const typed = await clock();
  await page.waitForSelector(at('obs-rate-at'));
  assert.equal(await page.locator(at('obs-rate-same')).count(), 0);
  await page.clock.fastForward(40 * 60_000);
  await page.click(at('obs-level-same'));
  await page.waitForSelector(at('obs-level-same'), { state: 'detached' });
  await page.check(at('obs-oxygen-air'), { force: true });
  await page.click(at('obs-save'));
  const { readings } = (await heard('readings')) as unknown as {
    readings: { vital: { kind: string }; takenAt: number }[];
  };
  const of = (kind: string) => readings.find((r) => r.vital.kind === kind)?.takenAt ?? 0;
  const rate = of('respiratoryRate');
  // Readings carry the server's time, which a page knows within a round trip.
  const near = 120_000;
  assert.ok(
    rate > begun - near && rate < typed + near,
    `typed between ${begun} and ${typed}, saved as of ${rate}`,
  );
  for (const kind of ['consciousness', 'oxygen'])
    assert.ok(of(kind) > begun + 40 * 60_000 - near, `${kind} is of now: ${of(kind)}`);
  await page.context().close();
}

/** The nurse is lost while the patient types: the number and 119 are seen, and what was typed is there afterwards. */
export async function measuringGivesWay(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'tablet', tabletMe);
  await ready(page);
  await page.click(at('call'));
  let version = 0;
  const scene = (...parts: Parameters<typeof asPatient>) => {
    version += 1;
    say({ type: 'call', call: { ...asPatient(...parts), version } });
  };
  const type = async () => {
    await page.click(at('measure'));
    await page.click(at('manual'));
    await page.waitForSelector(at('screen-keypad'));
  };
  scene(scenes.twoWay);
  await type();
  await keys(page, '3', '7');
  scene(scenes.alone);
  await page.waitForSelector(at('screen-calling'));
  scene(scenes.alone, {
    desk: { round: 2, until: Date.now() + 100_000, ringing: false, fallback: true },
  });
  await page.waitForSelector(at('screen-fallback'));
  assert.match((await page.textContent('.box119')) ?? '', /119/);
  // Back in the call the face comes first; the digits are where they were.
  scene(scenes.twoWay);
  await page.waitForSelector(at('screen-incall'));
  await type();
  assert.match((await page.textContent(at('readout'))) ?? '', /37/);
  await said(page, /さきほどの数字/);
  // Minutes later it is a number of before, unless the patient says that it is still so.
  assert.equal(await page.locator(at('key-same')).count(), 0);
  await page.clock.fastForward(6 * 60_000);
  await said(page, /\d:\d\d に入れた数字です/);
  await page.click(at('key-same'));
  await page.waitForSelector(at('key-same'), { state: 'detached' });
  const then = await page.evaluate(() => Date.now());
  await page.clock.fastForward(20 * 60_000);
  await page.waitForSelector(at('key-same'));
  await keys(page, 'send');
  const { readings } = (await heard('readings')) as unknown as { readings: { takenAt: number }[] };
  const late = (readings[0]?.takenAt ?? 0) - then;
  // By the server's clock, which the page knows to some milliseconds.
  assert.ok(Math.abs(late) < 120_000, `said at ${then} to be so, sent as of ${late} ms later`);
  for (const [parts, screen] of [
    [scenes.closing, 'screen-closing'],
    [scenes.decided, 'screen-after'],
  ] as const) {
    scene(parts);
    await page.waitForSelector(at(screen));
  }
  await page.context().close();
}

/**
 * What was sent stands on the display with its unit, and by its kind until long after; one that takes its place is said
 * to. Two pressures the wrong way round do not leave. The keys of a keyboard serve as well.
 */
export async function sentIsShown(browser: Browser, base: string): Promise<void> {
  const { page, heard, sent } = await play(browser, base, 'tablet', tabletMe);
  await ready(page);
  await page.click(at('measure'));
  await page.click(at('manual'));
  await page.waitForSelector(at('screen-keypad'));
  const shows = (id: string, words: RegExp) =>
    page.waitForFunction(
      ([selector, source]) =>
        new RegExp(source as string).test(document.querySelector(selector as string)?.textContent ?? ''),
      [at(id), words.source],
    );
  const values = () =>
    sent.filter((m) => m.type === 'readings').flatMap((m) => m.readings as { vital: object }[]);
  for (const key of ['3', '7', '9', 'Backspace', '2', 'Enter']) await page.keyboard.press(key);
  assert.deepEqual(((await heard('readings')).readings as { vital: object }[])[0]?.vital, {
    kind: 'temperature',
    value: '37.2',
    unit: 'Cel',
  });
  await shows('readout', /37\.2℃/);
  await said(page, /送りました。まちがえたら/);
  await shows('sent-temperature', /37\.2 ℃\d+:\d\d/);
  await keys(page, '3', '7', '5', 'send');
  await heard('readings', 2);
  await said(page, /打ち直した数字を送りました/);
  await shows('readout', /37\.5℃/);
  await shows('sent-temperature', /37\.5 ℃/);
  await page.click(at('entry-bloodPressure'));
  await keys(page, '8', '0', 'send', '1', '2', '0', 'send', 'send');
  await said(page, /上の値が、\s*下の値より小さいです/);
  assert.equal(values().length, 2, 'not sent like that');
  await page.click(at('key-swap'));
  await keys(page, 'send');
  await heard('readings', 3);
  assert.deepEqual(values()[2]?.vital, {
    kind: 'bloodPressure',
    systolic: '120',
    diastolic: '80',
    unit: 'mm[Hg]',
  });
  await shows('readout', /120\/80mmHg/);
  // By Tab from key to key, Enter presses the one that is reached.
  await page.click(at('entry-spo2'));
  await page.focus(at('key-8'));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await shows('readout', /^9%/);
  // What went is gone from the display when one comes back, and stands by its kind.
  await keys(page, '6', 'send');
  await shows('readout', /96%/);
  await page.click(at('back'));
  await page.click(at('manual'));
  await shows('readout', /––/);
  await page.click(at('entry-spo2'));
  await shows('sent-spo2', /96 %/);
  await page.clock.fastForward(61 * 60_000);
  await page.waitForSelector(at('sent-spo2'), { state: 'detached' });
  await page.context().close();
}
