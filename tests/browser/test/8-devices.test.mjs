/** Cameras, loudspeakers, a screen that stays on, the other language and the night: on the live pages. */
import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { peopleHeard } from '../lib/media.mjs';
import { Night, STEP, clips, live, talk } from '../lib/night.mjs';
import { browserOf, onDuty } from '../lib/people.mjs';

let night;
before(async () => {
  night = await Night.begin();
  // The time to take an end back passes three times faster: one call here follows another.
  await night.falls(['--demo-hurry', '3']);
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

/**
 * What the operating system says of each device, by the name of the browser's error; none: it works. The operating
 * system is outside, so it is played; `window.devices` changes it.
 */
function played(devices) {
  const real = MediaDevices.prototype.getUserMedia;
  window.devices = devices;
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    const { microphone, camera } = window.devices;
    const error = (wanted.audio && microphone) || (wanted.video && camera);
    if (error) throw new DOMException('played', error);
    return real.call(this, wanted);
  };
}

/** Other errors from now on. */
const now = (window, devices) => window.page.evaluate((next) => Object.assign(window, { devices: next }), devices);
const IN_USE = 'NotReadableError';
const ABSENT = 'NotFoundError';

/** What the tablet says is wrong, once it says this: on a page of its own while it rings, over the picture in the call. */
async function trouble(tablet, title, where = 'screen-trouble') {
  // Said aloud without furigana, in words of its own.
  await tablet.by(where).getByText(title, { exact: true }).first().waitFor({ state: 'attached' });
  return tablet.plain(where);
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
    // Its decision is missing, and whoever goes off duty is told; it is made from the record.
    await desk.taps('stop-duty');
    await desk.sees('stop-duty-why');
    await desk.taps('stop-duty-no');
    await desk.taps('open-record');
    await desk.chooses('outcome-advice');
    await desk.writes('disp-advice', '温かくしてお休みください。');
    await desk.taps('disp-save');
    await desk.sees('disp-change');
    await desk.taps('back');
    await desk.taps('stop-duty');
    await desk.taps('stop-duty-yes');
    await desk.sees('screen-duty');
    await desk.page.waitForFunction(() => window.yobanWatch.locks.every((lock) => lock.released));
    await desk.close();
  } finally {
    await browser.close();
  }
});

let ready = null;
/** The n-th patient's tablet, and the one nurse who takes all these calls. */
async function bedside(n, options) {
  ready ??= night.open('desk', 1).then(async (desk) => {
    await onDuty(desk);
    return desk;
  });
  const [tablet, desk] = await Promise.all([night.open('tablet', n, options), ready]);
  await tablet.sees('screen-idle');
  return { tablet, desk };
}

/** The patient's voice alone is heard at the desk. */
async function hears(desk) {
  const heard = await peopleHeard(desk.page, clips, 1);
  assert.deepEqual(heard.who, ['patient'], JSON.stringify(heard.judged));
}

/** Ends the call and puts it aside. */
async function endOf(desk, tablet) {
  await desk.taps('end');
  await desk.taps('end-yes');
  await tablet.sees('screen-after');
  await desk.taps('to-list');
}

story('camera and microphone in use or absent: the tablet names which, the call goes on with what there is, and it comes back', async () => {
  const { tablet, desk } = await bedside(1, { init: [played, { camera: IN_USE }] });
  await tablet.taps('call');
  assert.match(await trouble(tablet, 'カメラをほかのアプリが使っています'), /声だけで続ける.*03-0000-0199/s);
  await desk.taps('answer');
  await tablet.taps('audio-only');
  await tablet.sees('screen-incall');
  const tile = desk.by('tile-patient');
  await tile.getByText('カメラをほかのアプリが使っています').waitFor();
  await now(tablet, {});
  await tablet.taps('camera');
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  await endOf(desk, tablet);

  await now(tablet, { microphone: IN_USE });
  await tablet.taps('again');
  const said = await trouble(tablet, 'マイクをほかのアプリが使っています');
  assert.match(said, /このまま続ける.*03-0000-0199/s);
  assert.doesNotMatch(said, /カメラ|声だけ/);
  await now(tablet, { microphone: ABSENT });
  await tablet.taps('retry-media');
  assert.match(await trouble(tablet, 'マイクが見つかりません'), /線が抜けていないか.*このまま続ける/s);
  await tablet.taps('audio-only');
  await desk.taps('answer');
  await tablet.sees('screen-incall');
  await tile.getByText('マイクがありません').waitFor();
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient'], 'the picture goes on');
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
  await now(tablet, {});
  await tablet.taps('mic');
  await tile.getByText('マイクがありません').waitFor({ state: 'detached' });
  await hears(desk);
  await endOf(desk, tablet);

  await now(tablet, { camera: ABSENT });
  await tablet.taps('again');
  assert.match(await trouble(tablet, 'カメラが見つかりません'), /声だけで続ける.*03-0000-0199/s);
  await tablet.taps('audio-only');
  await desk.taps('answer');
  await tile.getByText('カメラがありません').waitFor();
  await hears(desk);
  await endOf(desk, tablet);
  await tablet.close();
});

story('the browser may not use the camera, then not the microphone: said, gone on without, and back once it is allowed', async () => {
  const browser = await browserOf(clips.patient, 'asking');
  try {
    const { tablet, desk } = await bedside(2, { browser, permissions: ['microphone'] });
    const tile = desk.by('tile-patient');
    await tablet.taps('call');
    assert.match(await trouble(tablet, 'カメラを使う許可がありません'), /声だけで続ける.*03-0000-0199/s);
    await tablet.taps('audio-only');
    await desk.taps('answer');
    await tablet.sees('screen-incall');
    await tile.getByText('カメラを使う許可がありません').waitFor();
    assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
    await hears(desk);
    await endOf(desk, tablet);

    await tablet.context.clearPermissions();
    await tablet.context.grantPermissions(['camera']);
    await tablet.taps('again');
    const said = await trouble(tablet, 'マイクを使う許可がありません');
    assert.match(said, /このまま続ける.*03-0000-0199/s);
    assert.doesNotMatch(said, /カメラ/);
    await tablet.taps('audio-only');
    await desk.taps('answer');
    await tile.getByText('マイクを使う許可がありません').waitFor();
    assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
    await tablet.context.grantPermissions(['camera', 'microphone']);
    await tablet.taps('mic');
    await tile.getByText('マイクを使う許可がありません').waitFor({ state: 'detached' });
    await hears(desk);
    await endOf(desk, tablet);
  } finally {
    await browser.close();
  }
});

story('no camera and no microphone: words, the telephone number, and the nurse is still seen', async () => {
  const browser = await browserOf(clips.patient, 'none');
  try {
    const { tablet, desk } = await bedside(3, { browser });
    await tablet.taps('call');
    await desk.taps('answer');
    assert.match(await trouble(tablet, 'カメラとマイクが見つかりません', 'trouble'), /このまま続ける.*03-0000-0199/s);
    await tablet.picture('tablet-absent');
    assert.deepEqual(await live(tablet, 'stage'), ['nurse'], 'seen behind the note');
    await tablet.taps('audio-only');
    await tablet.seesNot('trouble');
    await desk.by('tile-patient').getByText('カメラがありません').waitFor();
    await desk.by('tile-patient').getByText('マイクがありません').waitFor();
    await endOf(desk, tablet);
  } finally {
    await browser.close();
  }
});

story('English and the night on all three live pages, kept when they are loaded again', async () => {
  const windows = await Promise.all([night.open('tablet', 4), night.open('desk', 1), night.open('phone', 0)]);
  const [tablet, desk, phone] = windows;
  await tablet.sees('screen-idle');
  await tablet.taps('settings');
  // The desk still has the form of the call before, whose decision is missing.
  const words = { tablet: /Call/, desk: /The call has ended/, phone: /duty/i };
  const names = { tablet: 'Yae Takizawa', desk: 'Susumu Izumiya', phone: 'Ryo Akatsuki' };
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
