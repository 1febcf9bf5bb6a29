/** The browser keeps the sound back until somebody taps: a page that started anew in the middle of a call. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { doctor, staffMe, tabletMe } from '../../fixtures/people.ts';
import { asDoctor, asPatient, scenes } from '../../fixtures/scenes.ts';
import { serverSide } from './media.ts';
import { at, play, ready } from './play.ts';

/** Not every browser refuses a page that nobody touched: this one does until a real tap, in the words of the standard. */
const refuses = () => {
  let tapped = false;
  addEventListener('pointerup', (event) => (tapped ||= event.isTrusted), true);
  const start = HTMLAudioElement.prototype.play;
  Object.defineProperty(HTMLAudioElement.prototype, 'autoplay', { set: () => undefined });
  HTMLAudioElement.prototype.play = async function () {
    if (!tapped) throw new DOMException('played', 'NotAllowedError');
    return start.call(this);
  };
};

export async function soundHeldBack(browser: Browser, base: string): Promise<void> {
  for (const { app, me, call, leg, tile, words } of [
    {
      app: 'tablet',
      me: tabletMe,
      call: asPatient(scenes.twoWay),
      leg: 'leg-nurse',
      tile: 'stage',
      words: '音おとが止とまっています',
    },
    {
      app: 'phone',
      me: staffMe(doctor, 'dutyDoctor'),
      call: asDoctor(scenes.threeWay),
      leg: 'leg-patient',
      tile: 'tile-patient',
      words: 'ブラウザが',
    },
  ]) {
    const played = await play(browser, base, app, me);
    const { page, say } = played;
    await page.evaluate(refuses);
    if (app === 'tablet') await ready(page);
    const { connect } = await serverSide(played, base, { call, leg, tile });
    say({ type: 'call', call: { ...call, version: 1 } });
    await connect(1);
    const voice = page.locator(`audio[data-yoban-leg="${leg}"]`);
    const heard = () => voice.evaluate((audio: HTMLAudioElement) => [audio.paused, audio.currentTime]);
    await page.getByText(words).first().waitFor();
    await page.waitForSelector(at('start-sound'));
    assert.deepEqual(await heard(), [true, 0]);
    await page.click(at('start-sound'));
    await page.waitForSelector(at('start-sound'), { state: 'detached' });
    await page.waitForFunction((selector) => {
      const audio = document.querySelector<HTMLAudioElement>(selector);
      return audio !== null && !audio.paused && audio.currentTime > 0;
    }, `audio[data-yoban-leg="${leg}"]`);
    await page.context().close();
  }
}
