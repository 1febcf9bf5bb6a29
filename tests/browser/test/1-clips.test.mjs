/** The checks themselves: a voice and a picture are recognised, silence and another person's are not. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'node:test';
import { PEOPLE, cells, readCells, silence } from '../lib/clips.mjs';
import { whoIsHeard } from '../lib/hear.mjs';
import { peopleHeard, peopleSeen } from '../lib/media.mjs';
import { Night, STEP, clips, talk } from '../lib/night.mjs';
import { browserOf } from '../lib/people.mjs';
import { peopleIn, play, share, sound } from '../lib/recording.mjs';

const part = (curve, from, bins = 320) => Array.from({ length: bins }, (_, i) => curve[(from + i) % curve.length]);

test('each clip is heard as its own person, from any moment on', () => {
  for (const [name, clip] of Object.entries(clips)) {
    for (const from of [0, 140, 400]) {
      const heard = part(clip.curve, from).map((v, i) => v * 0.4 + 0.001 * (i % 3));
      assert.equal(whoIsHeard(heard, clips).who, name);
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
    assert.equal(whoIsHeard(part(clip.curve, 50), others).who, null, name);
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

test('in a call: another person’s picture, silence and a picture that stands still are noticed', { timeout: STEP }, async () => {
  const silent = join(mkdtempSync(join(tmpdir(), 'yoban-silence-')), 'silence.wav');
  writeFileSync(silent, silence(10));
  const night = await Night.begin();
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
