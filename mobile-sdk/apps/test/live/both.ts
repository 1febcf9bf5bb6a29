/** Nurse and doctor in a call: the patient sees both, large and moving, each above their own name. */
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { tabletMe } from '../../fixtures/people.ts';
import { asPatient, scenes } from '../../fixtures/scenes.ts';
import { at, play, ready } from './play.ts';

const COLOURS = {
  'leg-nurse': 'rgb(0, 160, 0)',
  'leg-doctor': 'rgb(0, 0, 200)',
  'leg-visiting': 'rgb(200, 0, 0)',
};
type Leg = keyof typeof COLOURS;
const LEGS = Object.keys(COLOURS) as Leg[];

/** The server's end of a connection: a slot for each of these colours, on which a white bar walks. */
async function offer(page: Page): Promise<string> {
  return page.evaluate(async (colours) => {
    const pc = new RTCPeerConnection();
    Object.assign(window, { pc });
    for (const kind of ['audio', 'video']) pc.addTransceiver(kind, { direction: 'recvonly' });
    const ids = colours.map((colour) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
      const g = canvas.getContext('2d') as CanvasRenderingContext2D;
      let x = 0;
      const draw = () => {
        g.fillStyle = colour;
        g.fillRect(0, 0, 320, 240);
        g.fillStyle = '#fff';
        x = (x + 8) % 80;
        g.fillRect(x, 0, 8, 240);
      };
      draw();
      setInterval(draw, 50);
      const stream = canvas.captureStream();
      const [track] = stream.getTracks() as [MediaStreamTrack];
      pc.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
      return stream.id;
    });
    await pc.setLocalDescription(await pc.createOffer());
    if (pc.iceGatheringState !== 'complete') {
      await new Promise<void>((done) => {
        pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && done();
      });
    }
    return ids.reduce((sdp, id, i) => sdp.replaceAll(id, `s${i}`), pc.localDescription?.sdp ?? '');
  }, Object.values(COLOURS));
}

/** Whose pictures stand above which names, once each of so many has shown so many different frames. */
function seen(page: Page, tiles: string, count: number): Promise<string[]> {
  return page.evaluate(
    async ([selector, wanted]) => {
      const frames = new Map<Element, number>();
      const shown = () => [...document.querySelectorAll<HTMLVideoElement>(`${selector} video:not([hidden])`)];
      const watch = (video: HTMLVideoElement) => {
        frames.set(video, (frames.get(video) ?? 0) + 1);
        video.requestVideoFrameCallback(() => watch(video));
      };
      const enough = () => shown().filter((video) => (frames.get(video) ?? 0) > 20);
      // Not a measure of speed: without it pictures that stand still would hold the run for good.
      for (let turn = 0; turn < 300 && enough().length !== wanted; turn++) {
        for (const video of shown()) if (!frames.has(video)) watch(video);
        await new Promise((next) => requestAnimationFrame(next));
        await new Promise((next) => setTimeout(next, 50));
      }
      const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
      const g = canvas.getContext('2d') as CanvasRenderingContext2D;
      return enough().map((video) => {
        g.drawImage(video, 0.6 * video.videoWidth, 20, 1, 1, 0, 0, 1, 1);
        const [r = 0, green = 0, b = 0] = g.getImageData(0, 0, 1, 1).data;
        const most = Math.max(r, green, b);
        const copy = video.closest('figure')?.parentElement?.cloneNode(true) as Element;
        for (const small of copy.querySelectorAll('rt')) small.remove();
        const name = copy.querySelector('[data-testid="person"] b')?.textContent?.trim();
        return `${name}: ${most === r ? 'red' : most === green ? 'green' : 'blue'}`;
      });
    },
    [tiles, count] as const,
  );
}

export async function bothPictures(browser: Browser, base: string): Promise<void> {
  const { page, say, heard } = await play(browser, base, 'tablet', tabletMe);
  await ready(page);
  await page.click(at('call'));
  const server = await page.context().newPage();
  await server.goto(`${base}/fixtures/index.html`);
  await page.bringToFront();
  say({ type: 'call', call: { ...asPatient(scenes.twoWay), version: 1 } });
  await heard('connect');
  const connection = 'connection-1';
  say({ type: 'offer', session: asPatient(scenes.twoWay).session, connection, sdp: await offer(server) });
  const { sdp } = await heard('answer');
  await server.evaluate(
    (answer) =>
      (window as unknown as { pc: RTCPeerConnection }).pc.setRemoteDescription({
        type: 'answer',
        sdp: answer,
      }),
    String(sdp),
  );
  const map = (...legs: Leg[]) =>
    say({ type: 'map', connection, slots: LEGS.map((leg) => (legs.includes(leg) ? leg : null)) });
  const stage = at('stage');
  map('leg-nurse');
  assert.deepEqual(await seen(page, stage, 1), ['森下 奈緒: green']);
  // The doctor comes: beside the nurse, who keeps her place.
  map('leg-nurse', 'leg-doctor');
  say({ type: 'call', call: { ...asPatient(scenes.threeWay), version: 2 } });
  assert.deepEqual(await seen(page, stage, 2), ['森下 奈緒: green', '橘 健一: blue']);
  const [first, second] = await page.locator(stage).evaluateAll((tiles) =>
    tiles.map((tile) => {
      const { left, top, width, height } = tile.getBoundingClientRect();
      return { left, top, width, height };
    }),
  );
  assert.ok(first && second && second.left > first.left + first.width, 'beside each other');
  assert.deepEqual([second.width, second.height, second.top], [first.width, first.height, first.top]);
  // A third is seen too, small; and nobody else moved.
  map(...LEGS);
  say({ type: 'call', call: { ...asPatient(scenes.threeSeen), version: 3 } });
  assert.deepEqual(await seen(page, at('small'), 1), ['小野寺 舞: red']);
  assert.deepEqual(await seen(page, stage, 2), ['森下 奈緒: green', '橘 健一: blue']);
  // The nurse leaves: the doctor has the whole place.
  map('leg-doctor');
  say({ type: 'call', call: { ...asPatient(scenes.nurseLeft), version: 4 } });
  assert.deepEqual(await seen(page, stage, 1), ['橘 健一: blue']);
  await page.context().close();
}
