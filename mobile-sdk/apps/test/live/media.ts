/** Sound and picture that stop while the socket lives: said in words on every app, over a real connection. */
import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { doctor, nurse, staffMe, tabletMe } from '../../fixtures/people.ts';
import { asDoctor, asNurse, asPatient, scenes } from '../../fixtures/scenes.ts';
import type { CallView, Me } from '../../src/wire.ts';
import { at, type Played, play, ready } from './play.ts';

interface Sending {
  pc: RTCPeerConnection;
}

/** The server's end of a connection, in a page of its own: one slot with the browser's own tone and picture. */
async function offer(page: Played['page']): Promise<string> {
  return page.evaluate(async () => {
    const pc = new RTCPeerConnection();
    Object.assign(window, { pc });
    for (const kind of ['audio', 'video']) pc.addTransceiver(kind, { direction: 'recvonly' });
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    for (const track of stream.getTracks())
      pc.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
    await pc.setLocalDescription(await pc.createOffer());
    if (pc.iceGatheringState !== 'complete') {
      await new Promise<void>((done) => {
        pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && done();
      });
    }
    // Slots are called by their number.
    return (pc.localDescription?.sdp ?? '').replaceAll(stream.id, 's0');
  });
}

interface Told {
  call: CallView;
  /** Who is heard and seen, and where. */
  leg: string;
  tile: string;
}

/** A page that is the server's end; `connect` makes the `turn`th connection that the app asks for. */
export async function serverSide({ page, say, heard }: Played, base: string, told: Told) {
  const server = await page.context().newPage();
  await server.goto(`${base}/fixtures/index.html`);
  await page.bringToFront();
  const connect = async (turn: number) => {
    await heard('connect', turn);
    const connection = `connection-${turn}`;
    say({ type: 'offer', session: told.call.session, connection, sdp: await offer(server) });
    const { sdp } = await heard('answer', turn);
    await server.evaluate(
      (answer) => (window as unknown as Sending).pc.setRemoteDescription({ type: 'answer', sdp: answer }),
      String(sdp),
    );
    say({ type: 'map', connection, slots: [told.leg] });
    await page.waitForSelector(`${at(told.tile)} video:not([hidden])`);
  };
  return { server, connect };
}

async function breaks(played: Played, base: string, told: Told & { words: RegExp }): Promise<void> {
  const { page, say } = played;
  const { server, connect } = await serverSide(played, base, told);
  say({ type: 'call', call: { ...told.call, version: 1 } });
  await connect(1);
  assert.equal(await page.locator('.weakline .chip').count(), 0);
  // Nothing comes over a connection that holds.
  await server.evaluate(() => {
    for (const sender of (window as unknown as Sending).pc.getSenders()) void sender.replaceTrack(null);
  });
  await page.waitForSelector(at('line-lost'));
  // The connection itself is gone: no still picture stands there as if it were now.
  await server.evaluate(() => (window as unknown as Sending).pc.close());
  await page
    .locator(`${at(told.tile)} .veil`)
    .filter({ hasText: told.words })
    .first()
    .waitFor();
  assert.equal(await page.locator(`${at(told.tile)} video:not([hidden])`).count(), 0);
  await page.waitForSelector('.weakline .chip', { state: 'detached' });
  await connect(2);
  assert.equal(await page.locator('.veil').filter({ hasText: told.words }).count(), 0);
  await page.context().close();
}

const onTablet = async (browser: Browser, base: string): Promise<Played> => {
  const played = await play(browser, base, 'tablet', tabletMe);
  await ready(played.page);
  await played.page.click(at('call'));
  return played;
};
const onDuty = async (browser: Browser, base: string, app: string, me: Me): Promise<Played> => {
  const played = await play(browser, base, app, me);
  await played.page.click(at('go-on-duty'));
  return played;
};

export async function mediaBreaks(browser: Browser, base: string): Promise<void> {
  await breaks(await onTablet(browser, base), base, {
    call: asPatient(scenes.twoWay),
    leg: 'leg-nurse',
    tile: 'stage',
    // With its reading.
    words: /つなぎ直なおしています/,
  });
  await breaks(await onDuty(browser, base, 'desk', staffMe(nurse, 'desk')), base, {
    call: asNurse(scenes.answered),
    leg: 'leg-patient',
    tile: 'tile-patient',
    words: /つなぎ\u200b直しています/,
  });
  await breaks(await onDuty(browser, base, 'phone', staffMe(doctor, 'dutyDoctor')), base, {
    call: asDoctor(scenes.threeWay),
    leg: 'leg-patient',
    tile: 'tile-patient',
    words: /つなぎ\u200b直しています/,
  });
}

/** A call that is open on another device of the person: this one's camera stays shut, also while the call is ended there. */
export async function cameraStaysShut(browser: Browser, base: string): Promise<void> {
  const me = staffMe(doctor, 'dutyDoctor');
  const { page, say, sent, heard } = await play(browser, base, 'phone', me);
  await page.click(at('go-on-duty'));
  await page.evaluate(() => {
    const devices = navigator.mediaDevices;
    const open = devices.getUserMedia.bind(devices);
    Object.assign(window, { opened: 0 });
    devices.getUserMedia = (wanted) => {
      (window as unknown as { opened: number }).opened += 1;
      return open(wanted);
    };
  });
  const opened = () => page.evaluate(() => (window as unknown as { opened: number }).opened);
  const there = { yourDevice: 'device-other' };
  const closing = { ...asDoctor(scenes.threeWay), state: scenes.closing.state };
  say({ type: 'call', call: { ...asDoctor(scenes.threeWay), ...there, version: 1 } });
  await page.waitForSelector(at('continue-here'));
  say({ type: 'call', call: { ...closing, ...there, version: 2 } });
  await page.waitForSelector(at('continue-here'), { state: 'detached' });
  await page.waitForSelector(at('undo-bar'));
  assert.deepEqual([await opened(), sent.filter((m) => m.type === 'connect').length], [0, 0]);
  // The same call, once it is this device's.
  say({ type: 'call', call: { ...closing, yourDevice: me.device, version: 3 } });
  await heard('connect');
  assert.equal(await opened(), 1);
  await page.context().close();
}
