/** Windows that are closed, a disk that is full, a network that changes: people are told, and the call goes on. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, afterEach, before } from 'node:test';
import { Night, STEP, bringDoctor, live, talk } from '../lib/night.mjs';
import { onDuty } from '../lib/people.mjs';
import { Reader, fetchRecording } from '../lib/recording.mjs';
import { canMount, canNetwork } from '../lib/server.mjs';

let night;
/** The story on a network of its own, told beside the others: how it ends and what it said. */
let roams = null;
before(async () => {
  if (canNetwork()) roams = roam();
  night = await Night.begin();
});
after(() => night?.end());

async function roam() {
  const script = new URL('../lib/roam.mjs', import.meta.url).pathname;
  const child = spawn('unshare', ['-rmn', process.execPath, script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const code = await new Promise((done) => child.once('exit', done));
  return { code, said };
}
afterEach(async () => {
  assert.deepEqual(await night.over(), [], 'no page throws');
});

const story = (name, run) => test(name, { timeout: STEP }, run);

story('the doctor’s page is closed, then the desk’s: the others are told, and another nurse takes the same case', async () => {
  // Until the desk is rung again for a patient who is alone passes five times faster.
  await night.falls(['--demo-hurry', '5']);
  const { tablet, desk } = await night.bedsideAndDesk();
  const phone = await night.open('phone');
  await onDuty(phone);
  await talk(tablet, desk);
  await bringDoctor(tablet, desk, phone);
  assert.deepEqual(await live(desk, 'tile-dutyDoctor'), ['doctor']);

  await phone.close();
  await desk.by('tile-dutyDoctor').getByText('つながり直すのを待っています').waitFor();
  await desk.by('member-dutyDoctor').getByText('通信が切れています').waitFor();
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);

  const other = await night.open('desk', 1);
  await onDuty(other);
  await desk.close();
  assert.match(await tablet.plain('screen-calling'), /看護師をもう一度呼んでいます.*通信が切れました/s);
  await other.sees('ringing');
  await other.taps('answer');
  // The tap covers her too: nobody is left who could explain, and the patient may be unable to press.
  await other.sees('tile-patient');
  assert.deepEqual(await live(other, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
  assert.equal(await other.by('queue-item').count(), 1, 'the same case');
});

story('the disk has no room for a recording: whoever asks reads it at once, and nobody is asked to agree', async () => {
  const own = canMount();
  // Less than is kept free: of a small disk of its own, or of whatever disk this is.
  await night.falls(own ? [] : ['--keep-free', String(2 ** 40)], own ? { room: '60k' } : {});
  const { tablet, desk } = await night.bedsideAndDesk();
  await talk(tablet, desk);
  await desk.taps('rec-ask');
  assert.match(await desk.text('problem'), /録画を保存する場所が足りません.*録画せずに続けてください/s);
  assert.equal(await tablet.by('recording-yes').count(), 0);
  await desk.sees('rec-ask');
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
});

story('the disk fills up while recording: everybody reads it, the call goes on, and what was written plays', async () => {
  const own = canMount();
  await night.falls(['--keep-free', '0'], own ? { room: '16m' } : {});
  const { tablet, desk } = await night.bedsideAndDesk();
  await talk(tablet, desk);
  if (!own) {
    console.log('# NAMED FALLBACK: no mount namespace here; the recordings’ folder is made unusable instead of full');
    rmSync(night.server.recordings, { recursive: true });
    writeFileSync(night.server.recordings, '');
  }
  await desk.taps('rec-ask');
  await tablet.taps('recording-yes');
  const disk = night.server.inside(night.server.recordings);
  const ballast = join(disk, 'ballast');
  if (own) {
    await Promise.all([desk.sees('rec'), tablet.sees('rec')]);
    // All but what two people send in some seconds; the disk itself refuses what comes then.
    const { bavail, bsize } = statfsSync(disk);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 400_000));
  }
  const why = own ? '保存先がいっぱい' : '保存先に書けません';
  assert.match(await desk.text('rec-failed'), new RegExp(`録画が止まりました。通話は続けられます.*${why}`, 's'));
  await tablet.sees('rec-failed');
  await Promise.all([desk.seesNot('rec'), tablet.seesNot('rec')]);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
  const reader = await Reader.as(night.server, 'desk');
  const [{ session, case: thread }] = await reader.json('/api/v1/cases');
  const { timeline } = await reader.json(`/api/v1/cases/${thread}`);
  const failed = timeline.filter(({ fact }) => fact === 'recordingFailed');
  assert.equal(failed.length, 1);
  assert.match(JSON.stringify(failed), own ? /保存する場所がいっぱいです/ : /書き込みを受け付けません/);
  await desk.taps('tab-check');
  await desk.chooses('urgency-green');
  if (!own) return;
  // Somebody makes room: after the call the files are made, and nothing was lost of what was written.
  rmSync(ballast);
  await desk.taps('end');
  await desk.taps('end-yes');
  const { tracks, close } = await fetchRecording(reader, session);
  assert.ok(tracks.filter(({ kind }) => kind === 'audio').length >= 2, 'the sound of both');
  for (const { path } of tracks) execFileSync('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-']);
  close();
});

story('the tablet loses its network and finds another: it says so, and socket and media come back', async () => {
  await night.falls();
  const { tablet, desk } = await night.bedsideAndDesk();
  await talk(tablet, desk);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  const before = await tablet.page.evaluate(() => [window.yobanWatch.sockets.length, window.yobanWatch.pcs.length]);
  await tablet.context.setOffline(true);
  assert.match(await tablet.text('link-offline'), /インターネットにつながっていません.*03-0000-0199/);
  await tablet.context.setOffline(false);
  await tablet.seesNot('link-offline');
  await tablet.page.waitForFunction(
    ([sockets, pcs]) =>
      window.yobanWatch.sockets.length > sockets &&
      window.yobanWatch.sockets.at(-1).readyState === WebSocket.OPEN &&
      window.yobanWatch.pcs.slice(pcs).some((pc) => pc.connectionState === 'connected'),
    before,
  );
  await tablet.sees('screen-incall');
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
  assert.equal(await desk.by('queue-item').count(), 1);
});

story('the tablet gets another address in the middle of the call: a new connection beside the old one carries on', async () => {
  if (!roams) {
    console.log('# NAMED FALLBACK: no network namespaces here; the story before this one, where the browser is cut off, stands for it');
    return;
  }
  const { code, said } = await roams;
  assert.equal(code, 0, said);
  console.log(said.trimEnd());
});
