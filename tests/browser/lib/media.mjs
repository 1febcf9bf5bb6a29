/** Looks at pictures and listens to voices inside a page, as decoded by the browser. */
import { BAR_HEIGHT, BIN, CELLS, HEIGHT, PEOPLE, readCells } from './clips.mjs';
import { whoIsHeard } from './hear.mjs';
import { PATIENCE } from './people.mjs';

/** One look: of every matching <video>, sixteen brightness values along the bar code and one colour. */
function look({ selector, cellCount, barAt, colourAt }) {
  return [...document.querySelectorAll(selector)].map((element) => {
    const { videoWidth: w, videoHeight: h } = element;
    if (element.hidden || !w || !h || element.readyState < 2) return null;
    const canvas = document.createElement('canvas');
    canvas.width = w;
    canvas.height = h;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(element, 0, 0);
    const mean = (x, y) => {
      const { data } = context.getImageData(Math.round(x) - 2, Math.round(y) - 2, 5, 5);
      const sum = [0, 0, 0];
      for (let i = 0; i < data.length; i += 4) for (let k = 0; k < 3; k += 1) sum[k] += data[i + k];
      return sum.map((s) => s / (data.length / 4));
    };
    const bar = Array.from({ length: cellCount }, (_, i) => {
      const [r, g, b] = mean(((i + 0.5) * w) / cellCount, h * barAt);
      return (r + g + b) / 3;
    });
    return { bar, colour: mean(w / 2, h * colourAt) };
  });
}

const colourOf = ({ u, v }) => [120 + 1.402 * (v - 128), 120 - 0.344 * (u - 128) - 0.714 * (v - 128), 120 + 1.772 * (u - 128)];

/** Whose clip one look shows: bar code and colour must agree. */
function whoIsSeen(look) {
  if (!look) return null;
  const read = readCells(look.bar.map((value) => value > 125));
  if (!read) return null;
  const [name, person] = Object.entries(PEOPLE).find(([, p]) => p.id === read.id) ?? [];
  if (!name) return null;
  const far = (p) => Math.hypot(...colourOf(p).map((c, i) => Math.min(255, Math.max(0, c)) - look.colour[i]));
  const nearest = Object.values(PEOPLE).sort((a, b) => far(a) - far(b))[0];
  return nearest === person ? { name, frame: read.frame } : null;
}

/** Different frames of one person that must be read before their picture counts as live. */
const LIVE = 4;

/** Frames of a picture that runs, while another one, were it there, would have shown more than `LIVE`. */
export const MEANWHILE = 24;

/**
 * Looks at the videos under `selector` until `count` of them move, each for `frames` different frames. Gives the set of
 * people seen live; what is not live within `timeout` is missing from it. To see that somebody is not there, look at
 * somebody who is for `MEANWHILE` frames: that takes as long as it takes on this machine.
 */
export async function peopleSeen(page, selector, { count = 1, frames: enough = LIVE, timeout = PATIENCE } = {}) {
  const frames = new Map();
  const until = Date.now() + timeout;
  const having = (least) => new Set([...frames].filter(([, set]) => set.size >= least).map(([name]) => name));
  while (Date.now() < until && having(enough).size < count) {
    const looks = await page.evaluate(look, {
      selector: selector.includes('video') ? selector : `${selector} video`,
      cellCount: CELLS,
      barAt: BAR_HEIGHT / 2 / HEIGHT,
      colourAt: 0.92,
    });
    for (const seen of looks.map(whoIsSeen)) {
      if (seen) frames.set(seen.name, (frames.get(seen.name) ?? new Set()).add(seen.frame));
    }
    await page.waitForTimeout(90);
  }
  return having(LIVE);
}

/** Puts every incoming picture on the page, out of sight: what comes is seen whether or not the screen shows it. */
export async function showAllReceived(page) {
  await page.evaluate(() => {
    document.querySelector('#all-received')?.remove();
    const box = document.createElement('div');
    box.id = 'all-received';
    box.style.cssText = 'position:fixed;left:0;top:0;width:2px;height:2px;overflow:hidden;opacity:0.01;pointer-events:none';
    document.body.append(box);
    for (const pc of window.yobanWatch.pcs.filter((p) => p.connectionState === 'connected')) {
      for (const { track } of pc.getReceivers()) {
        if (track.kind !== 'video') continue;
        const video = document.createElement('video');
        video.muted = true;
        video.srcObject = new MediaStream([track]);
        box.append(video);
        void video.play().catch(() => undefined);
      }
    }
  });
  return '#all-received';
}

/** Longest that a page is listened to for its voices; a busy machine plays a second of sound in more than a second. */
const HEARING = 40_000;

/**
 * Loudness over `bins` bins of every voice the page plays, by leg. Silence is a curve of zeros; a voice of which
 * nothing is decoded gives a short curve.
 */
async function listen(page, bins) {
  return page.evaluate(
    async ({ bins, bin, most }) => {
      const hear = async (track) => {
        const copy = track.clone();
        // Room for everything: what a busy page fetches late must not be missing from the curve.
        const reader = new MediaStreamTrackProcessor({ track: copy, maxBufferSize: 4096 }).readable.getReader();
        const curve = [];
        let sum = 0;
        let n = 0;
        const end = performance.now() + most;
        while (curve.length < bins) {
          const left = end - performance.now();
          if (left <= 0) break;
          const got = await Promise.race([reader.read(), new Promise((done) => setTimeout(() => done(null), left))]);
          if (got === null || got.done) break;
          const { value: sound } = got;
          const samples = new Float32Array(sound.numberOfFrames);
          sound.copyTo(samples, { planeIndex: 0, format: 'f32-planar' });
          const step = Math.round(sound.sampleRate * bin);
          sound.close();
          for (const s of samples) {
            sum += s * s;
            n += 1;
            if (n === step) {
              curve.push(Math.sqrt(sum / n));
              sum = 0;
              n = 0;
            }
          }
        }
        copy.stop();
        return curve;
      };
      const elements = [...document.querySelectorAll('audio[data-yoban-leg]')];
      const curves = await Promise.all(
        elements.map(async (element) => {
          const [track] = element.srcObject?.getAudioTracks() ?? [];
          if (!track || element.paused) return [element.dataset.yobanLeg, []];
          return [element.dataset.yobanLeg, await hear(track)];
        }),
      );
      return Object.fromEntries(curves);
    },
    { bins, bin: BIN, most: HEARING },
  );
}

/** Seconds of a voice until it is like nobody else, from any moment on; with five a busy machine is not told apart. */
export const STRANGER = 8;

/**
 * Who is heard on a page: one name per voice that plays, sorted; `?` for a voice that is silent or nobody's.
 * Waits until `count` voices play; a voice that is only just coming up is listened to again, twice at most, unless
 * that many are meant to be `silent`. `curves` are the loudness curves themselves, to hold other checks against.
 */
export async function peopleHeard(page, clips, count, { silent = 0, seconds = STRANGER } = {}) {
  await page.waitForFunction(
    (n) => [...document.querySelectorAll('audio[data-yoban-leg]')].filter((e) => !e.paused && e.srcObject).length === n,
    count,
  );
  for (let tries = 3; ; tries -= 1) {
    const curves = Object.values(await listen(page, Math.round(seconds / BIN)));
    const judged = curves.map((curve) => ({ ...whoIsHeard(curve, clips), bins: curve.length }));
    const unknown = judged.filter((j) => j.who === null).length;
    if (unknown <= silent || tries === 1) return { who: judged.map((j) => j.who ?? '?').sort(), judged, curves };
  }
}

/** What came in over all connections of a page, in total. */
export async function received(page) {
  return page.evaluate(async () => {
    const total = { bytes: 0, frames: 0, audioEnergy: 0 };
    for (const pc of window.yobanWatch.pcs) {
      if (pc.connectionState === 'closed') continue;
      for (const entry of (await pc.getStats()).values()) {
        if (entry.type !== 'inbound-rtp') continue;
        total.bytes += entry.bytesReceived ?? 0;
        total.frames += entry.framesDecoded ?? 0;
        total.audioEnergy += entry.totalAudioEnergy ?? 0;
      }
    }
    return total;
  });
}
