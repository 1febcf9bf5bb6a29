/**
 * `node tests/bench/screen.mjs COUNT`: so many calls between a tablet and a desk in headless Chromium, each on a server
 * of its own, with the tools of tests/browser. One JSON object per call on stdout: lists of milliseconds.
 *
 * All times are the pages' own `Date.now()` on one machine: whole milliseconds, one clock.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { Night, clips } from '../browser/lib/night.mjs';
import { browserOf } from '../browser/lib/people.mjs';

/** Somebody who never pauses: when the first sound comes must not depend on what is being said. */
function talker(clip) {
  const path = clip.audio.replace(/\.wav$/, '-unbroken.wav');
  if (existsSync(path)) return { ...clip, audio: path };
  const gaps = 'silenceremove=stop_periods=-1:stop_duration=0.05:stop_threshold=-35dB';
  const part = `${path}.part`;
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', clip.audio, '-af', gaps, '-ar', '48000', '-ac', '1', '-f', 'wav', part]);
  renameSync(part, path);
  return { ...clip, audio: path };
}

/** In the page, before the call: notes when the first sound louder than nothing was decoded of any voice. */
function listen() {
  const QUIET = 0.003;
  window.yobanBench = {};
  const Real = window.RTCPeerConnection;
  const hear = async (track) => {
    const reader = new MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
    while (!window.yobanBench.sound) {
      const { value, done } = await reader.read();
      if (done) return;
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
      value.close();
      if (samples.some((s) => Math.abs(s) > QUIET)) window.yobanBench.sound ??= Date.now();
    }
    await reader.cancel();
  };
  window.RTCPeerConnection = class extends Real {
    constructor(...args) {
      super(...args);
      this.addEventListener('track', ({ track }) => {
        if (track.kind === 'audio') void hear(track);
      });
    }
  };
}

const KINDS = ['spo2', 'bloodPressure', 'temperature'];

async function call(night) {
  await night.falls();
  const { tablet, desk } = await night.bedsideAndDesk();
  await Promise.all([tablet, desk].map((window) => window.page.evaluate(listen)));
  await tablet.taps('call');
  await desk.sees('ringing');
  await desk.taps('answer');
  await Promise.all([
    tablet.page.waitForFunction(() => window.yobanBench.sound && window.yobanWatch.frames.stage),
    desk.page.waitForFunction(() => window.yobanBench.sound && window.yobanWatch.frames['tile-patient']),
  ]);
  await tablet.taps('measure');
  for (const sensor of ['oximeter', 'bloodPressure', 'thermometer']) await tablet.taps(`start-${sensor}`);
  for (const kind of KINDS) {
    await desk.page.waitForFunction((key) => key in window.yobanWatch.seen, `vital-${kind} has a value`);
  }
  const [atTablet, atDesk] = await Promise.all([tablet.noted(), desk.noted()]);
  const [heardTablet, heardDesk] = await Promise.all(
    [tablet, desk].map((window) => window.page.evaluate(() => window.yobanBench.sound)),
  );
  const answered = atDesk.clicks.answer;
  const times = {
    ring: [atDesk.seen.ringing - atTablet.clicks.call],
    'frame-desk': [atDesk.frames['tile-patient'] - answered],
    'frame-tablet': [atTablet.frames.stage - answered],
    'sound-desk': [heardDesk - answered],
    'sound-tablet': [heardTablet - answered],
    reading: KINDS.map((kind) => atDesk.seen[`vital-${kind} has a value`] - atTablet.sent[kind]),
  };
  const problems = await night.over();
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return times;
}

const count = Number(process.argv[2]);
const night = await Night.begin();
try {
  for (const [name, clip] of Object.entries({ tablet: clips.patient, desk: clips.nurse })) {
    await night.browsers[name].close();
    night.browsers[name] = await browserOf(talker(clip));
  }
  // The first call warms caches and browsers.
  await call(night);
  for (let n = 0; n < count; n += 1) console.log(JSON.stringify(await call(night)));
} finally {
  await night.end();
}
