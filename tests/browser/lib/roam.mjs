/**
 * One story on a network of its own: `unshare -rmn node roam.mjs`. Here are the server and the desk; in a namespace
 * behind a cable are the tablet and its browser, whose address changes in the middle of the call.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Night, clips, figure, live, talk } from './night.mjs';
import { browserOf } from './people.mjs';

const SERVER = '10.77.1.1';
const HOME = '10.77.1.2/24';
const OTHER = '10.77.1.9/24';

const ip = (words) => execFileSync('ip', words.split(' '), { encoding: 'utf8' });

function cable() {
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  ip('link set lo up');
  ip('netns add bedside');
  // No IPv6: its addresses come a second after the cable, and a browser drops what it loads when one does.
  const still = 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6';
  execFileSync('sh', ['-c', still]);
  execFileSync('nsenter', ['--net=/run/netns/bedside', 'sh', '-c', still]);
  ip('link add desk type veth peer name tablet netns bedside');
  ip(`addr add ${SERVER}/24 dev desk`);
  ip(`-n bedside addr add ${HOME} dev tablet`);
  ip('-n bedside link set lo up');
  ip('-n bedside link set tablet up');
  ip('link set desk up');
}

cable();
const folder = mkdtempSync(join(tmpdir(), 'yoban-roam-'));
const inside = join(folder, 'browser-at-the-bedside');
writeFileSync(inside, `#!/bin/sh\nexec nsenter --net=/run/netns/bedside "$YOBAN_CHROMIUM" "$@"\n`, { mode: 0o755 });
const night = new Night();
try {
  night.browsers = { tablet: await browserOf(clips.patient, 'all', inside), desk: await browserOf(clips.nurse) };
  await night.falls([], { listen: SERVER });
  const { tablet, desk } = await night.bedsideAndDesk({ tablet: { base: `https://${SERVER}:${night.server.port}` } });
  await talk(tablet, desk);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
  const before = await tablet.page.evaluate(() => window.yobanWatch.pcs.length);

  ip(`-n bedside addr del ${HOME} dev tablet`);
  ip(`-n bedside addr add ${OTHER} dev tablet`);
  const at = Date.now();
  await tablet.page.waitForFunction(
    (n) => window.yobanWatch.pcs.slice(n).some((pc) => pc.connectionState === 'connected'),
    before,
  );
  figure('address changed to a new media connection', Date.now() - at);
  const pcs = await tablet.page.evaluate(() => window.yobanWatch.pcs.map((pc) => [pc.connectionState, pc.madeBeside]));
  assert.ok(pcs[before][1] > 0, `the new connection was made while the old one still stood: ${JSON.stringify(pcs)}`);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
  await tablet.page.waitForFunction((n) => window.yobanWatch.pcs[n - 1].connectionState === 'closed', before);
  await tablet.sees('screen-incall');
  await tablet.seesNot('link-reconnecting');
  assert.equal(await desk.by('queue-item').count(), 1, 'the same case');
  assert.deepEqual(await night.over(), [], 'no page throws');
} finally {
  await night.end();
  rmSync(folder, { recursive: true });
}
