/** Cameras, loudspeakers, a screen that stays on, the other language and the night: on the live pages. */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { Night, STEP, clips, live, talk } from '../lib/night.mjs';
import { browserOf } from '../lib/people.mjs';

let night;
before(async () => {
  night = await Night.begin();
  await night.falls();
});
after(() => night?.end());

const story = (name, run) => test(name, { timeout: STEP }, run);

/** The camera of one's own picture. */
const camera = (window) =>
  window.page.evaluate(() => document.querySelector('[data-testid=own] video').srcObject?.getVideoTracks()[0]?.getSettings().deviceId);

/** Different brightnesses in the middle of a received picture: a test picture that moves has many. */
async function moves(window, tile) {
  await window.page.waitForFunction((id) => {
    const video = document.querySelector(`[data-testid=${id}] video`);
    if (!video || video.readyState < 2) return false;
    const count = video.getVideoPlaybackQuality().totalVideoFrames;
    return new Promise((done) => setTimeout(() => done(video.getVideoPlaybackQuality().totalVideoFrames > count + 2), 500));
  }, tile);
}

/** Another app has the camera until `window.freeCamera()`: the operating system is outside, so it is played. */
function cameraInUse() {
  const real = MediaDevices.prototype.getUserMedia;
  let busy = true;
  window.freeCamera = () => {
    busy = false;
  };
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    if (busy && wanted.video) throw new DOMException('Could not start video source', 'NotReadableError');
    return real.call(this, wanted);
  };
}

/** The page keeps the screen on. */
const awake = () => window.yobanWatch.locks.some((lock) => !lock.released);

story('the screen stays on; two cameras, face and wound; loudspeakers; off duty the screen may sleep', async () => {
  const browser = await browserOf(clips.patient, 'two');
  try {
    const { tablet, desk } = await night.bedsideAndDesk({ tablet: { browser } });
    await desk.page.waitForFunction(awake);
    assert.equal(await tablet.page.evaluate(awake), false);
    await talk(tablet, desk);
    await tablet.page.waitForFunction(awake);
    // The browser takes it from a hidden page; shown again the page asks for it again.
    await tablet.page.evaluate(() => window.yobanWatch.locks.at(-1).release());
    await tablet.page.waitForFunction(() => window.yobanWatch.locks.every((lock) => lock.released));
    await tablet.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await tablet.page.waitForFunction(awake);
    await moves(desk, 'tile-patient');
    assert.ok(await desk.by('flip').isDisabled(), 'with one camera there is nothing to flip');
    const before = await camera(tablet);
    assert.ok(before);
    await tablet.taps('flip');
    await tablet.page.waitForFunction(
      (old) => {
        const track = document.querySelector('[data-testid=own] video').srcObject?.getVideoTracks()[0];
        return track?.readyState === 'live' && track.getSettings().deviceId !== old;
      },
      before,
    );
    await moves(desk, 'tile-patient');

    await tablet.taps('speaker');
    const dialog = await tablet.sees('speaker-dialog');
    const offered = await dialog.locator('label.choice').allInnerTexts();
    assert.ok(offered.length > 1, offered.join());
    await dialog.locator('label.choice').last().click();
    await tablet.page.waitForFunction(() => {
      const sinks = [...document.querySelectorAll('audio[data-yoban-leg]')].map((e) => e.sinkId);
      const chosen = document.querySelector('[data-testid=speaker-dialog] input:checked')?.value;
      return chosen && sinks.length === 1 && sinks[0] === chosen;
    });
    await dialog.getByRole('button').last().click();
    await tablet.seesNot('speaker-dialog');
    await endOf(desk, tablet);
    await desk.taps('stop-duty');
    await desk.sees('screen-duty');
    await desk.page.waitForFunction(() => window.yobanWatch.locks.every((lock) => lock.released));
    await desk.close();
  } finally {
    await browser.close();
  }
});

/** Ends the call and puts it aside. */
async function endOf(desk, tablet) {
  await desk.taps('end');
  await desk.taps('end-yes');
  await tablet.sees('screen-after');
  await desk.taps('to-list');
}

story('the camera is in use elsewhere: the tablet says so, goes on with the voice, and gets it back', async () => {
  const { tablet, desk } = await night.bedsideAndDesk({ n: 1, tablet: { init: cameraInUse } });
  await tablet.taps('call');
  assert.match(await tablet.plain('screen-trouble'), /カメラをほかのアプリが使っています.*声だけで続ける.*03-0000-0199/s);
  await desk.taps('answer');
  await tablet.taps('audio-only');
  await tablet.sees('screen-incall');
  await desk.by('tile-patient').getByText('カメラをほかのアプリが使っています').waitFor();
  await tablet.page.evaluate(() => window.freeCamera());
  await tablet.taps('camera');
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  await endOf(desk, tablet);
  await Promise.all([desk.close(), tablet.close()]);
});

story('English and the night on all three live pages, kept when they are loaded again', async () => {
  const windows = await Promise.all([night.open('tablet', 2), night.open('desk', 1), night.open('phone', 0)]);
  const [tablet, desk, phone] = windows;
  await tablet.sees('screen-idle');
  await tablet.taps('settings');
  const words = { tablet: /Call/, desk: /On duty|duty/i, phone: /duty/i };
  const names = { tablet: 'Fumi Asahina', desk: 'Minori Ariake', phone: 'Ryo Akatsuki' };
  for (const window of windows) {
    await window.taps('lang-en');
    const shown = async () => window.page.locator('main').innerText();
    assert.match(await shown(), words[window.app]);
    assert.match(await shown(), new RegExp(names[window.app]));
    assert.doesNotMatch(await shown(), /当番|看護師|呼/);
    assert.equal(await window.page.locator('html').getAttribute('lang'), 'en');
    const light = () =>
      window.page.evaluate(() => {
        const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
        return (r + g + b) / 3;
      });
    await window.taps('theme-day');
    await window.page.waitForFunction(() => document.documentElement.dataset.theme === 'day');
    const day = await light();
    await window.taps('theme-night');
    await window.page.waitForFunction(() => document.documentElement.dataset.theme === 'night');
    const dark = await light();
    assert.ok(day > 180 && dark < 70, `${window.app}: day ${day}, night ${dark}`);
  }
  for (const window of windows) {
    await window.page.reload();
    await window.page.getByText(names[window.app]).first().waitFor();
    assert.equal(await window.page.evaluate(() => document.documentElement.dataset.theme), 'night');
  }
  await Promise.all(windows.map((window) => window.close()));
  assert.deepEqual([tablet, desk, phone].flatMap((w) => w.problems), []);
});

test('no page threw an error on the way', async () => {
  assert.deepEqual(await night.over(), []);
});
