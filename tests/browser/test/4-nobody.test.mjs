/** Nobody answers: the desk is rung twice, then the tablet shows the way by telephone. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { STEP, clips } from '../lib/night.mjs';
import { Window, browserOf } from '../lib/people.mjs';
import { Server } from '../lib/server.mjs';

test('nobody answers: telephone number, 119 in plain words, and the ringing goes on', { timeout: STEP }, async () => {
  const [server, browser] = await Promise.all([Server.start(['--demo-hurry', '5']), browserOf(clips.patient)]);
  try {
    const tablet = await Window.open(browser, 'tablet', server.link('tablet', 2));
    await tablet.taps('call');
    await tablet.sees('screen-calling');
    // Two rounds, here five times faster than the product rule's 25 s.
    await tablet.sees('screen-fallback', { timeout: 60_000 });
    const plain = await tablet.plain('screen-fallback');
    assert.match(plain, /03-0000-0199/);
    assert.match(plain, /すぐ ?に? ?119|119 に電話/);
    assert.match(plain, /息が苦しくて話せない/);
    assert.match(plain, /まだ呼んでいます/);
    assert.equal(await tablet.by('desk-phone').getAttribute('href'), 'tel:0300000199');
    await tablet.picture('tablet-fallback');
  } finally {
    await browser.close();
    await server.close();
  }
});
