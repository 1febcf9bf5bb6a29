/** The recording of a call as its files are: fetched from the server, opened with ffmpeg, and whose voice is in them. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loudnessOf } from './clips.mjs';
import { whoIsHeard } from './hear.mjs';
import { PATIENCE } from './people.mjs';

const RATE = 8000;
/** Bins of 25 ms in which somebody is recognised: eight seconds. */
const STRETCH = 320;

/** Reads the server's REST as one of the demo people, on a device of its own. */
export class Reader {
  static async as(server, app, n = 0) {
    const { code } = server.people.filter((p) => p.app === app)[n];
    const answer = await fetch(`${server.base}/api/v1/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, device: randomUUID() }),
    });
    if (!answer.ok) throw new Error(`sign-in: ${answer.status}`);
    const reader = new Reader();
    Object.assign(reader, { server, token: (await answer.json()).accessToken });
    return reader;
  }

  async get(path) {
    const answer = await fetch(`${this.server.base}${path}`, { headers: { authorization: `Bearer ${this.token}` } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  async json(path) {
    return (await this.get(path)).json();
  }
}

/** The finished recording of a session, its files in a folder of their own. `close` removes them. */
export async function fetchRecording(reader, session) {
  const path = `/api/v1/encounters/${session}/recordings`;
  const until = Date.now() + PATIENCE;
  let manifests = await reader.json(path);
  while (manifests.length === 0) {
    if (Date.now() > until) throw new Error('the recording is not finished');
    await new Promise((done) => setTimeout(done, 100));
    manifests = await reader.json(path);
  }
  const folder = mkdtempSync(join(tmpdir(), 'yoban-recording-'));
  const [manifest] = manifests;
  const fetched = async (entry) => {
    const bytes = Buffer.from(await (await reader.get(`${path}/${entry.file}`)).arrayBuffer());
    if (bytes.length !== entry.bytes) throw new Error(`${entry.file}: ${bytes.length} bytes, the manifest says ${entry.bytes}`);
    writeFileSync(join(folder, entry.file), bytes);
    return { ...entry, path: join(folder, entry.file) };
  };
  const tracks = [];
  for (const track of manifest.tracks) tracks.push(await fetched(track));
  const mix = manifest.mix && (await fetched(manifest.mix));
  return { manifest, tracks, mix, close: () => rmSync(folder, { recursive: true, force: true }) };
}

/** When REC was on, by the case's time line: pairs of Unix ms. */
export function recordedTimes(timeline) {
  const intervals = [];
  let from = null;
  for (const { fact, at } of timeline) {
    if (fact === 'recordingStarted') from ??= at;
    else if (from !== null && ['recordingPaused', 'recordingStopped', 'recordingFailed', 'ended'].includes(fact)) {
      intervals.push([from, at]);
      from = null;
    }
  }
  return intervals;
}

/** The pieces of time that a person's tracks hold: a file goes on over a pause for consent and says so as a gap. */
export function recordedPieces(tracks) {
  return tracks
    .flatMap(({ startedAt, duration, gaps }) => {
      const pauses = gaps.filter((gap) => gap.reason === 'consent');
      const from = [startedAt, ...pauses.map((gap) => gap.to)];
      const to = [...pauses.map((gap) => gap.from), startedAt + duration];
      return from.map((at, i) => [at, to[i]]);
    })
    .sort((a, b) => a[0] - b[0]);
}

/** Decodes a whole file. Gives its length in seconds; throws where ffmpeg has anything to say against it. */
export function play(path) {
  // In the file's own time: a guessed frame rate would take two pictures that came close together for one.
  const args = ['-v', 'error', '-xerror', '-i', path, '-fps_mode', 'passthrough', '-enc_time_base', '-1', '-f', 'null', '-'];
  const { status, stderr } = spawnSync('ffmpeg', args, { encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`${path}: ${stderr}`);
  const told = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path]);
  return Number(told);
}

/** The sound of a file, 8 kHz mono, -1 to 1. */
export function sound(path) {
  const args = ['-v', 'error', '-i', path, '-ar', RATE, '-ac', '1', '-f', 'f32le', '-'].map(String);
  const bytes = execFileSync('ffmpeg', args, { maxBuffer: 1 << 28 });
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~3)));
}

/** Everybody who is recognised in a sound, stretch by stretch; silence and mixtures are nobody. */
export function peopleIn(samples, clips) {
  const curve = loudnessOf(samples, RATE);
  const found = new Set();
  const last = Math.max(0, curve.length - STRETCH);
  for (let from = 0; from <= last; from += STRETCH / 8) {
    const { who } = whoIsHeard(curve.slice(from, from + STRETCH), clips);
    if (who) found.add(who);
  }
  return [...found].sort();
}

/** Seconds that are compared, and how far two files' clocks may be apart. */
const PIECE = 2 * RATE;
const SLIP = 0.06 * RATE;

/**
 * How much of `mix` is `voice`, which begins `offset` seconds after it: the normalised correlation, sample by sample,
 * where the voice is loudest. 1: nothing else; 0: not in it.
 */
export function share(mix, voice, offset) {
  const shift = Math.round(offset * RATE);
  let best = { power: 0, from: -1 };
  for (let from = 0; from + PIECE <= voice.length; from += PIECE / 4) {
    const at = from + shift;
    if (at - SLIP < 0 || at + PIECE + SLIP > mix.length) continue;
    const power = energy(voice, from);
    if (power > best.power) best = { power, from };
  }
  if (best.from < 0 || best.power < 1e-3) return 0;
  let most = 0;
  for (let slip = -SLIP; slip <= SLIP; slip += 1) {
    const at = best.from + shift + slip;
    let product = 0;
    for (let i = 0; i < PIECE; i += 1) product += mix[at + i] * voice[best.from + i];
    const own = energy(mix, at);
    if (own > 1e-3) most = Math.max(most, product / Math.sqrt(own * best.power));
  }
  return most;
}

function energy(samples, from) {
  let sum = 0;
  for (let i = from; i < from + PIECE; i += 1) sum += samples[i] ** 2;
  return sum;
}

/** Opens files in Chromium's own player: a page of its own with nothing but the player. */
export async function inPlayer(context, { path, kind }, run) {
  const type = kind === 'video' ? 'video/webm' : 'audio/ogg';
  const server = createServer((request, response) => {
    if (request.url === '/file') {
      const bytes = readFileSync(path);
      response.writeHead(200, { 'content-type': type, 'content-length': bytes.length });
      response.end(bytes);
    } else {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(`<!doctype html><${kind} id="player" src="/file" muted></${kind}>`);
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const page = await context.newPage();
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.evaluate(() => document.querySelector('#player').play());
    return await run(page);
  } finally {
    await page.close();
    server.closeAllConnections();
    server.close();
  }
}
