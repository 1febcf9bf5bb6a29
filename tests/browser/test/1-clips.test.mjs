/** The checks themselves: a voice and a picture are recognised, silence and another person's are not. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { BIN, PEOPLE, cells, readCells, silence } from '../lib/clips.mjs';
import { whoIsHeard } from '../lib/hear.mjs';
import { STRANGER, peopleHeard, peopleSeen } from '../lib/media.mjs';
import { Night, STEP, clips, talk } from '../lib/night.mjs';
import { browserOf } from '../lib/people.mjs';
import { lastsAsLong } from '../lib/recorded.mjs';
import { peopleIn, play, share, sound } from '../lib/recording.mjs';

const part = (curve, from, bins = STRANGER / BIN) => Array.from({ length: bins }, (_, i) => curve[(from + i) % curve.length]);

test('each clip is heard as its own person, from any moment on', () => {
  for (const [name, clip] of Object.entries(clips)) {
    for (let from = 0; from < clip.curve.length; from += 20) {
      const heard = part(clip.curve, from).map((v, i) => v * 0.4 + 0.001 * (i % 3));
      assert.equal(whoIsHeard(heard, clips).who, name, `${name} from ${from}`);
    }
  }
});

test('silence, hum and too short a piece are nobody', () => {
  assert.equal(whoIsHeard(new Array(320).fill(0), clips).who, null);
  assert.equal(whoIsHeard(new Array(320).fill(0.1), clips).who, null);
  assert.equal(whoIsHeard(part(clips.nurse.curve, 0, 60), clips).who, null);
  assert.equal(whoIsHeard([], clips).who, null);
});

test('a voice is nobody when its own clip is not among those looked for', () => {
  for (const [name, clip] of Object.entries(clips)) {
    const others = Object.fromEntries(Object.entries(clips).filter(([other]) => other !== name));
    for (let from = 0; from < clip.curve.length; from += 20) {
      assert.equal(whoIsHeard(part(clip.curve, from), others).who, null, `${name} from ${from}`);
    }
  }
});

test('in files: who speaks and who is in a mix is told, a missing voice and a torn file are noticed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'yoban-mix-'));
  try {
    const ffmpeg = (...args) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args]);
    const mix = join(folder, 'mix.ogg');
    const { patient, nurse, doctor } = clips;
    ffmpeg('-i', patient.audio, '-i', nurse.audio, '-filter_complex', 'adelay=0:all=1[a];[1]adelay=1500:all=1[b];[a][b]amix', mix);
    assert.ok(play(mix) > 10);
    const [all, p, n, d] = [mix, patient.audio, nurse.audio, doctor.audio].map(sound);
    assert.deepEqual(peopleIn(p, clips), ['patient']);
    assert.deepEqual(peopleIn(new Float32Array(p.length), clips), []);
    assert.ok(share(all, p, 0) > 0.3 && share(all, n, 1.5) > 0.3);
    assert.ok(share(all, d, 0) < 0.15, 'the doctor is not in it');
    assert.ok(share(all, n, 4) < 0.15, 'nor the nurse where she was not');
    assert.equal(share(all, new Float32Array(all.length), 0), 0);
    const torn = join(folder, 'torn.webm');
    ffmpeg('-i', nurse.video, '-c:v', 'libvpx', '-deadline', 'realtime', '-t', '3', torn);
    play(torn);
    truncateSync(torn, Math.floor(readFileSync(torn).length / 2));
    assert.throws(() => play(torn));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('in recordings: a picture or voice that stops early, begins late or goes on after REC is noticed', () => {
  const rec = [
    [10_000, 40_000],
    [50_000, 70_000],
  ];
  const track = { startedAt: 10_300, duration: 59_400, gaps: [{ from: 40_100, to: 50_200, reason: 'consent' }] };
  lastsAsLong([track], rec);
  lastsAsLong([{ startedAt: 10_300, duration: 30_000, gaps: [] }, { startedAt: 50_200, duration: 19_500, gaps: [] }], rec);
  const torn = [
    { ...track, duration: 2_000, gaps: [] },
    { ...track, duration: 31_800 },
    { ...track, startedAt: 12_300, duration: 57_400 },
    { ...track, duration: 62_000 },
    { ...track, gaps: [] },
    { ...track, gaps: [{ from: 38_000, to: 50_200, reason: 'consent' }] },
  ];
  for (const wrong of torn) assert.throws(() => lastsAsLong([wrong], rec), /REC/, JSON.stringify(wrong));
  assert.throws(() => lastsAsLong([], rec), /REC/);
  // A camera that was off for a while has less, and never more than REC.
  lastsAsLong([torn[0]], rec, { whole: false });
  for (const wrong of [torn[3], torn[4]]) assert.throws(() => lastsAsLong([wrong], rec, { whole: false }), /REC/);
});

test('in a call: another person’s picture, silence and a picture that stands still are noticed', { timeout: STEP }, async () => {
  const silent = join(mkdtempSync(join(tmpdir(), 'yoban-silence-')), 'silence.wav');
  writeFileSync(silent, silence(10));
  const night = await Night.begin(['desk']);
  const wrong = await browserOf({ video: clips.nurse.video, audio: silent });
  try {
    await night.falls();
    const { tablet, desk } = await night.bedsideAndDesk({ tablet: { browser: wrong } });
    await talk(tablet, desk);
    assert.deepEqual([...(await peopleSeen(desk.page, '[data-testid=tile-patient]'))], ['nurse']);
    assert.deepEqual((await peopleHeard(desk.page, clips, 1, { silent: 1 })).who, ['?']);
    await tablet.page.evaluate(async () => {
      const senders = window.yobanWatch.pcs.flatMap((pc) => pc.getSenders());
      await Promise.all(senders.filter((s) => s.track?.kind === 'video').map((s) => s.replaceTrack(null)));
    });
    await desk.page.waitForFunction(() => {
      const video = document.querySelector('[data-testid=tile-patient] video');
      const before = video.getVideoPlaybackQuality().totalVideoFrames;
      return new Promise((done) => setTimeout(() => done(video.getVideoPlaybackQuality().totalVideoFrames === before), 500));
    });
    assert.deepEqual([...(await peopleSeen(desk.page, '[data-testid=tile-patient]', { timeout: 2_000 }))], []);
  } finally {
    await wrong.close();
    await night.over();
    await night.end();
    rmSync(dirname(silent), { recursive: true });
  }
});

test('a bar code is read back, and one wrong cell makes it unreadable or another check fails', () => {
  for (const { id } of Object.values(PEOPLE)) {
    for (let frame = 0; frame < 256; frame += 1) assert.deepEqual(readCells(cells(id, frame)), { id, frame });
  }
  const torn = cells(2, 77);
  torn[0] = !torn[0];
  assert.equal(readCells(torn), null);
  assert.equal(readCells(new Array(16).fill(false)), null);
  assert.equal(readCells(new Array(16).fill(true)), null);
});
