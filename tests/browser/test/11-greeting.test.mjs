/** What the terminal shows at the start: each QR code is read as a phone's camera reads it, and is the link beside it. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import jsqr from 'jsqr';
import { PATIENCE } from '../lib/people.mjs';

const MADE = '10.77.3.1';
/** Words before a command that give it a network of its own with one LAN address. */
const NETWORK = ['unshare', '-rn', 'sh', '-c', `ip link set lo up && ip addr add ${MADE}/24 dev lo && exec "$@"`, 'network'];

/** A made LAN address with the words that make it; else this machine's own, or none at all. */
function lan() {
  if (spawnSync(NETWORK[0], [...NETWORK.slice(1), 'true']).status === 0) return { address: MADE, words: NETWORK };
  const all = Object.values(networkInterfaces()).flat();
  const own = all.find(({ family, internal, address }) => family === 'IPv4' && !internal && /^(10|192\.168)\./.test(address));
  return own ? { address: own.address, words: [] } : null;
}

/** What the program greets with; it is ended then. */
async function greeting(words, address) {
  const folder = mkdtempSync(join(tmpdir(), 'yoban-greeting-'));
  const options = ['serve', '--demo', '--listen', address, '--port', '0', '--http-port', '0', '--data', folder];
  const [command, ...rest] = [...words, process.env.YOBAN_BIN, ...options];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    let shown = '';
    let said = '';
    child.stderr.on('data', (text) => (said += text));
    await new Promise((done, fail) => {
      const late = setTimeout(() => fail(new Error(`no greeting:\n${shown}${said}`)), PATIENCE);
      child.once('exit', (code) => fail(new Error(`it ended (${code}):\n${shown}${said}`)));
      child.stdout.setEncoding('utf8').on('data', (text) => {
        shown += text;
        if (!shown.includes('Ctrl-C stops.')) return;
        clearTimeout(late);
        done();
      });
    });
    return shown;
  } finally {
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await gone;
    rmSync(folder, { recursive: true, force: true });
  }
}

const BLOCKS = { ' ': [0, 0], '▀': [1, 0], '▄': [0, 1], '█': [1, 1] };
/** Points per module: what a camera sees is larger than one point. */
const SCALE = 4;

/** The printed blocks as a picture. */
function picture(lines) {
  const rows = lines.flatMap((line) => [0, 1].map((half) => [...line].map((block) => BLOCKS[block][half])));
  const [width, height] = [rows[0].length * SCALE, rows.length * SCALE];
  const points = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const light = rows[Math.floor(y / SCALE)][Math.floor(x / SCALE)] ? 0 : 255;
      points.set([light, light, light, 255], (y * width + x) * 4);
    }
  }
  return { points, width, height };
}

function read(lines) {
  const { points, width, height } = picture(lines);
  return jsqr(points, width, height, { inversionAttempts: 'dontInvert' })?.data ?? null;
}

/** Each code on the terminal with the link that stands before it. */
function codes(shown) {
  const found = [];
  let link = null;
  let lines = [];
  for (const line of [...shown.split('\n'), '']) {
    const block = line.match(/^\x1b\[30;107m([ ▀▄█]+)\x1b\[0m$/);
    if (block) lines.push(block[1]);
    else if (lines.length > 0) {
      found.push({ link, lines });
      lines = [];
    }
    link = line.match(/https?:\/\/\S+/)?.[0] ?? link;
  }
  return found;
}

test('every QR code of the greeting is the link beside it, and leads to the network’s address', async () => {
  const at = lan();
  if (!at) {
    console.log('# NAMED FALLBACK: no network namespaces and no LAN address here; the codes of /trust and the unit tests of qr.rs stand for it');
    return;
  }
  const found = codes(await greeting(at.words, at.address));
  assert.equal(found.length, 4, 'the way to the certificate, tablet, desk and phone');
  for (const { link, lines } of found) {
    assert.equal(read(lines), link);
    assert.equal(new URL(link).hostname, at.address);
    // A code that lost its middle is not read: what was read came from these blocks.
    assert.equal(read(lines.map((line, i) => (i > 5 && i < lines.length - 5 ? ' '.repeat(line.length) : line))), null);
  }
  const [trust, ...apps] = found.map(({ link }) => new URL(link));
  assert.deepEqual([trust.protocol, trust.pathname], ['http:', '/trust']);
  assert.deepEqual(apps.map((url) => url.pathname), ['/tablet', '/desk', '/phone']);
  for (const url of apps) assert.match(`${url.protocol}${url.hash}`, /^https:#code=\w+$/);
  assert.equal(new Set(found.map(({ link }) => link)).size, 4);
});
