/**
 * What cameras and microphones deliver in the tests: one picture and one voice per person, made at run time.
 *
 * The picture has the person's colour below and a bar code above: 16 cells, of which three are a fixed start, three
 * say who, eight count the frame, and two are a check. The voice says the person's own sentences, with pauses of its
 * own between the words, so that two people's loudness over time have nothing in common.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const WIDTH = 320;
export const HEIGHT = 240;
const FPS = 15;
export const CELLS = 16;
export const BAR_HEIGHT = 48;
/** Frames before the counter and the clip begin again; eight bits. */
const FRAMES = 256;

/** Length of one bin of a loudness curve, seconds. */
export const BIN = 0.025;

/** Who says what. `u`, `v`: colour of the picture (BT.601). `voice`: how high and how fast. */
export const PEOPLE = {
  patient: {
    id: 1,
    u: 100,
    v: 205,
    voice: ['-p', '70', '-s', '120'],
    words: ['もしもし', 'むねが', 'すこし', 'くるしくて', 'よるから', 'ねむれません', 'あしも', 'むくんでいます', 'どうしたら', 'よいでしょうか'],
    pauses: [900, 150, 600, 200, 1200, 100, 350, 800, 150, 1500],
  },
  nurse: {
    id: 2,
    u: 80,
    v: 70,
    voice: ['-p', '55', '-s', '165'],
    words: ['はい', 'まどぐちの', 'かんごしです', 'いつからですか', 'さんそを', 'はかりましょう', 'だいじょうぶですよ', 'おちついて', 'いきを', 'すってください'],
    pauses: [250, 1400, 100, 1000, 120, 700, 1600, 150, 450, 900],
  },
  doctor: {
    id: 3,
    u: 205,
    v: 95,
    voice: ['-p', '25', '-s', '145'],
    words: ['とうばんの', 'いしです', 'おくすりは', 'のみましたか', 'いまから', 'うかがいます', 'たいじゅうは', 'ふえていますか', 'しんぱい', 'いりません'],
    pauses: [100, 500, 1300, 130, 300, 1800, 120, 250, 1100, 140],
  },
};

/** The sixteen cells of one frame, as booleans. */
export function cells(id, frame) {
  const bits = [true, false, true];
  for (let i = 2; i >= 0; i -= 1) bits.push(Boolean((id >> i) & 1));
  for (let i = 7; i >= 0; i -= 1) bits.push(Boolean((frame >> i) & 1));
  const check = (id * 7 + frame * 3 + (frame >> 4)) & 3;
  bits.push(Boolean(check & 2), Boolean(check & 1));
  return bits;
}

/** Who and which frame, or null where there is no whole bar code. */
export function readCells(bits) {
  if (bits.length !== CELLS) return null;
  const number = (from, to) => bits.slice(from, to).reduce((n, bit) => n * 2 + (bit ? 1 : 0), 0);
  const id = number(3, 6);
  const frame = number(6, 14);
  return cells(id, frame).every((bit, i) => bit === bits[i]) ? { id, frame } : null;
}

function picture(person, frame) {
  const y = Buffer.alloc(WIDTH * HEIGHT, 120);
  const bits = cells(person.id, frame);
  const cell = WIDTH / CELLS;
  for (let row = 0; row < BAR_HEIGHT; row += 1) {
    for (let i = 0; i < CELLS; i += 1) y.fill(bits[i] ? 225 : 25, row * WIDTH + i * cell, row * WIDTH + (i + 1) * cell);
  }
  // Something that moves, so that an encoder has work and a frozen picture is seen by eye too.
  const x = (frame * 5) % (WIDTH - 40);
  for (let row = 150; row < 190; row += 1) y.fill(200, row * WIDTH + x, row * WIDTH + x + 40);
  const quarter = (WIDTH / 2) * (HEIGHT / 2);
  const u = Buffer.alloc(quarter, person.u);
  const v = Buffer.alloc(quarter, person.v);
  u.fill(128, 0, (BAR_HEIGHT / 2) * (WIDTH / 2));
  v.fill(128, 0, (BAR_HEIGHT / 2) * (WIDTH / 2));
  return [Buffer.from('FRAME\n'), y, u, v];
}

function video(person, path) {
  const parts = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FPS}:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < FRAMES; frame += 1) parts.push(...picture(person, frame));
  writeFileSync(path, Buffer.concat(parts));
}

function speech(person, path) {
  const spoken = person.words.map((word, i) => `${word}<break time="${person.pauses[i]}ms"/>`).join('');
  const raw = `${path}.raw.wav`;
  execFileSync('espeak-ng', ['-v', 'ja', ...person.voice, '-a', '150', '-m', '-w', raw, `<speak>${spoken}</speak>`]);
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-i', raw, '-ar', '48000', '-ac', '1', '-c:a', 'pcm_s16le', '-f', 'wav', path]);
}

/** A WAV file of nothing, 48 kHz mono. */
export function silence(seconds) {
  const length = seconds * 48000 * 2;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(48000, 24);
  head.writeUInt32LE(48000 * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(length, 40);
  return Buffer.concat([head, Buffer.alloc(length)]);
}

/** Loudness (root mean square per bin) of samples between -1 and 1. */
export function loudnessOf(samples, rate) {
  const step = Math.round(rate * BIN);
  const curve = [];
  for (let i = 0; i + step <= samples.length; i += step) {
    let sum = 0;
    for (let k = i; k < i + step; k += 1) sum += samples[k] ** 2;
    curve.push(Math.sqrt(sum / step));
  }
  return curve;
}

/** Loudness of a 16-bit mono WAV file of 48 kHz. */
export function loudness(path) {
  const file = readFileSync(path);
  let at = 12;
  while (file.toString('latin1', at, at + 4) !== 'data') at += 8 + file.readUInt32LE(at + 4);
  const sound = file.subarray(at + 8, Math.min(file.length, at + 8 + file.readUInt32LE(at + 4)));
  const samples = Float32Array.from({ length: sound.length >> 1 }, (_, i) => sound.readInt16LE(i * 2) / 32768);
  return loudnessOf(samples, 48000);
}

/** Makes what is missing in `folder`; gives paths and loudness curves per person. */
export function clips(folder) {
  mkdirSync(folder, { recursive: true });
  const made = (path, make) => {
    if (existsSync(path)) return path;
    // Two files of stories may want it at once.
    const part = `${path}.${process.pid}.part`;
    make(part);
    renameSync(part, path);
    return path;
  };
  return Object.fromEntries(
    Object.entries(PEOPLE).map(([name, person]) => {
      const picturePath = made(join(folder, `${name}-v1.y4m`), (path) => video(person, path));
      const voicePath = made(join(folder, `${name}-v1.wav`), (path) => speech(person, path));
      return [name, { ...person, video: picturePath, audio: voicePath, curve: loudness(voicePath) }];
    }),
  );
}
