/** The tablet beside the bed: its settings, its loudspeaker, what it says aloud, and the way to the address bar. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { tabletMe } from '../../fixtures/people.ts';
import { asPatient, scenes } from '../../fixtures/scenes.ts';
import { at, play, ready } from './play.ts';

/** Brightness chosen once can be left to the clock again; the loudspeaker that is in use is marked, after a reload too. */
export async function settings(browser: Browser, base: string): Promise<void> {
  const { page, say } = await play(browser, base, 'tablet', tabletMe);
  const pressed = () =>
    page
      .locator(`${at('settings-dialog')} [data-testid^=theme-][aria-pressed=true]`)
      .evaluateAll((found) => found.map((e) => e.getAttribute('data-testid')));
  await page.click(at('settings'));
  assert.deepEqual(await pressed(), ['theme-auto']);
  const bright = () => page.evaluate(() => document.documentElement.dataset.theme);
  const byItself = await bright();
  const other = byItself === 'night' ? 'day' : 'night';
  await page.click(at(`theme-${other}`));
  assert.equal(await bright(), other);
  await page.reload();
  await page.click(at('settings'));
  assert.deepEqual(await pressed(), [`theme-${other}`]);
  await page.click(at('theme-auto'));
  assert.deepEqual([await bright(), await pressed()], [byItself, ['theme-auto']]);
  await page.keyboard.press('Escape');

  const inCall = () => say({ type: 'call', call: { ...asPatient(scenes.twoWay), version: 1 } });
  const chosen = `${at('speaker-dialog')} input:checked`;
  await ready(page);
  await page.click(at('call'));
  inCall();
  await page.click(at('speaker'));
  await page.waitForSelector(chosen, { state: 'attached' });
  // The way of the device itself is there before the list of devices is.
  const choices = page.locator(`${at('speaker-dialog')} input`);
  await choices.nth(1).waitFor({ state: 'attached' });
  const offered = await choices.count();
  assert.ok(offered > 1, `${offered} loudspeakers`);
  const before = await page.inputValue(chosen);
  await page
    .locator(`${at('speaker-dialog')} label.choice`)
    .last()
    .click();
  const last = await page.inputValue(chosen);
  assert.notEqual(last, before);
  await page.reload();
  await ready(page);
  inCall();
  await page.click(at('speaker'));
  await page.waitForFunction(
    ([selector, id]) => document.querySelector<HTMLInputElement>(selector as string)?.value === id,
    [chosen, last],
  );
  await page.context().close();
}

/** A sensor sends every second. A voice says its number once, and then seldom; only one place says it. */
export async function seldomAloud(browser: Browser, base: string): Promise<void> {
  const { page } = await play(browser, base, 'tablet', tabletMe);
  await page.click(at('measure'));
  await page.click(at('start-oximeter'));
  await page.waitForSelector(`${at('sensor-oximeter')} .value :not(.soft)`);
  const aloud = `${at('screen-sensors')} :is([role=status], [role=alert], [aria-live])`;
  assert.equal(await page.locator(aloud).count(), 1);
  await page.evaluate(
    ([voice, display]) => {
      const count = (name: string, selector: string) => {
        const element = document.querySelector(selector);
        let before = element?.textContent;
        Object.assign(window, { [name]: 0 });
        new MutationObserver(() => {
          if (element?.textContent === before) return;
          before = element?.textContent;
          (window as unknown as Record<string, number>)[name] =
            ((window as unknown as Record<string, number>)[name] ?? 0) + 1;
        }).observe(element as Element, { subtree: true, childList: true, characterData: true });
      };
      count('said', voice as string);
      count('shown', display as string);
    },
    [aloud, `${at('sensor-oximeter')} .value`],
  );
  // Two minutes, second by second: what is drawn is drawn between them.
  await page.clock.pauseAt(Date.now() + 30_000);
  for (let second = 0; second < 120; second++) await page.clock.runFor(1_000);
  const { said, shown } = await page.evaluate(() => {
    const seen = window as unknown as { said: number; shown: number };
    return { said: seen.said, shown: seen.shown };
  });
  assert.ok(shown > 10, `shown ${shown} times`);
  assert.ok(said >= 1 && said <= 6, `said ${said} times`);
  await page.context().close();
}

/** Permission is given in the address bar: a page that speaks of it does not hide it. */
export async function addressBar(browser: Browser, base: string): Promise<void> {
  const { page, say } = await play(browser, base, 'tablet', tabletMe);
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = async ({ video }: MediaStreamConstraints = {}) => {
      if (video) throw new DOMException('played', 'NotAllowedError');
      return new AudioContext().createMediaStreamDestination().stream;
    };
  });
  const full = () => page.evaluate(() => document.fullscreenElement !== null);
  await ready(page);
  await page.click(at('call'));
  await page.waitForFunction(() => document.fullscreenElement !== null);
  say({ type: 'call', call: { ...asPatient(scenes.calling), version: 1 } });
  await page.waitForSelector(at('screen-trouble'));
  await page.waitForFunction(() => document.fullscreenElement === null);
  // Gone on without: it stays as it is, and the camera is not spoken of again.
  await page.click(at('audio-only'));
  await page.waitForSelector(at('screen-calling'));
  say({ type: 'call', call: { ...asPatient(scenes.twoWay), version: 2 } });
  await page.waitForSelector(at('screen-incall'));
  assert.equal(await full(), false);
  await page.context().close();
}

/**
 * A camera that may not be used hides neither the ring nor who answers it; pressed later, it is asked about again. And
 * whoever is left alone is told why, since when, and how to hang up.
 */
export async function answeredAllTheSame(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'tablet', tabletMe);
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = async ({ video }: MediaStreamConstraints = {}) => {
      if (video) throw new DOMException('played', 'NotAllowedError');
      return new AudioContext().createMediaStreamDestination().stream;
    };
  });
  let version = 0;
  const tell = (scene: Parameters<typeof asPatient>[0]) =>
    say({ type: 'call', call: { ...asPatient(scene), version: ++version } });
  const words = async (id: string) => {
    await page.waitForSelector(at(id));
    return page.locator(at(id)).evaluate((element) => {
      const copy = element.cloneNode(true) as Element;
      for (const small of copy.querySelectorAll('rt')) small.remove();
      return copy.textContent ?? '';
    });
  };
  await ready(page);
  await page.click(at('call'));
  tell(scenes.calling);
  assert.match(await words('screen-trouble'), /看護師を呼んでいます.*カメラを使う許可.*03-0000-1192.*119/s);
  await page.click(at('cancel'));
  await page.waitForSelector(at('cancel-dialog'));
  await page.keyboard.press('Escape');
  // Answered: the nurse is there, and the trouble is a note over her picture.
  tell(scenes.twoWay);
  assert.match(await words('trouble'), /カメラを使う許可がありません/);
  assert.match(await words('screen-incall'), /森下 奈緒/);
  assert.match(await words('own'), /許可がありません/);
  await page.click(at('audio-only'));
  await page.waitForSelector(at('trouble'), { state: 'detached' });
  await page.click(at('camera'));
  await page.waitForSelector(at('trouble'));
  await page.click(at('audio-only'));
  // The nurse leaves on purpose, and then nobody comes in the first round.
  const round = (n: number, ago: number) => ({
    desk: { round: n, until: Date.now() + 60_000, ringing: true, fallback: false },
    // In the second one of them is busy.
    people: scenes.aloneLeft.people.slice(0, 4 - n).map((p) =>
      p.role === 'patient'
        ? p
        : {
            ...p,
            legState: { state: 'ringing', since: Date.now() - ago, until: Date.now() + 30_000 } as const,
          },
    ),
  });
  tell(round(1, 90_000));
  assert.match(await words('screen-calling'), /看護師が離れました.*1分\d+秒待っています.*03-0000-1192.*119/s);
  tell(round(2, 1_000));
  await page.waitForFunction(() => document.querySelectorAll('.callee').length === 1);
  assert.match(await words('screen-calling'), /1分\d+秒待っています/, 'not anew with the round');
  await page.click(at('leave'));
  await page.click(at('leave-yes'));
  await heard('leave');
  await page.context().close();
}

/** Calling again from the page of a decision: it says that it is on its way, and without a network that it cannot. */
export async function callsAgain(browser: Browser, base: string): Promise<void> {
  const { page, say, away } = await play(browser, base, 'tablet', tabletMe);
  await ready(page);
  say({ type: 'call', call: { ...asPatient(scenes.decided), version: 1 } });
  await page.waitForSelector(at('screen-after'));
  const held: (() => Promise<void>)[] = [];
  await page.route('**/api/v1/sessions', (route) => void held.push(() => route.fallback()));
  await page.click(at('again'));
  await page.waitForSelector(`${at('again')}[aria-busy]`);
  for (const go of held) await go();
  await page.waitForSelector(`${at('again')}:not([aria-busy])`);
  await away();
  await page.waitForSelector(`${at('again')}.off`);
  await page.context().close();
}

/** The kit's cuff says that it is done, or what to put right, and can be started again; nothing measures for ever. */
export async function measuresOnce(browser: Browser, base: string): Promise<void> {
  const { page } = await play(browser, base, 'tablet', tabletMe);
  await page.click(at('measure'));
  for (const name of ['bloodPressure', 'thermometer']) {
    await page.click(at(`start-${name}`));
    await page.waitForFunction(
      (selector) => {
        const copy = document.querySelector(selector)?.cloneNode(true) as Element | undefined;
        for (const small of copy?.querySelectorAll('rt') ?? []) small.remove();
        return /できました|測れませんでした|測ってください/.test(copy?.textContent ?? '');
      },
      at(`sensor-${name}`),
    );
    await page.waitForSelector(at(`start-${name}`));
  }
  await page.context().close();
}
