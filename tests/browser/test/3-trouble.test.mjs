/** What goes wrong in the middle of a night call, and how the same case goes on. */
import assert from 'node:assert/strict';
import test, { after, afterEach, before, beforeEach } from 'node:test';
import { peopleHeard, peopleSeen, received } from '../lib/media.mjs';
import { Night, STEP, bringDoctor, clips, figure, live, talk } from '../lib/night.mjs';
import { PATIENCE, Window, browserOf, onDuty } from '../lib/people.mjs';
import { Reader } from '../lib/recording.mjs';
import { Door } from '../lib/server.mjs';

let night;
before(async () => {
  night = await Night.begin();
});
after(() => night?.end());
beforeEach(() => night.falls());
afterEach(async () => {
  assert.deepEqual(await night.over(), [], 'no page throws');
});

const story = (name, run) => test(name, { timeout: STEP }, run);
/** Tonight's cases as the desk lists them: the same case goes on when none is added. */
const cases = async (desk) => desk.by('queue-item').count();

/** The nurse enters a breathing rate. Gives the log of the running case, in which it stands, as she may read it. */
async function measured(desk) {
  await desk.taps('tab-vitals');
  await desk.writes('obs-rate', '19');
  await desk.taps('obs-save');
  await desk.by('vital-respiratoryRate').getByText('19', { exact: true }).waitFor();
  const log = await facts();
  assert.ok(log.some((entry) => entry.reading), JSON.stringify(log));
  return log;
}

async function facts() {
  const reader = await Reader.as(night.server, 'desk');
  const all = await reader.json('/api/v1/cases');
  const newest = all.toSorted((a, b) => b.requestedAt - a.requestedAt)[0];
  return (await reader.json(`/api/v1/cases/${newest.case}`)).timeline;
}

/** Every fact and every accepted reading is there still, in its place. */
async function keeps(log) {
  assert.deepEqual((await facts()).slice(0, log.length), log);
}

story('each window is loaded again in the middle of the call: same case, picture and voice come back', async () => {
  const { tablet, desk } = await night.bedsideAndDesk();
  const phone = await night.open('phone');
  await onDuty(phone);
  await talk(tablet, desk);
  await bringDoctor(tablet, desk, phone);
  assert.deepEqual(await live(phone, 'tile-patient'), ['patient']);
  const before = await cases(desk);
  const log = await measured(desk);

  await tablet.page.reload();
  await tablet.sees('screen-incall');
  assert.equal(await tablet.by('ask-join').count(), 0, 'the consent given before holds');
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(phone, 'tile-patient'), ['patient']);
  assert.deepEqual((await live(tablet, 'stage', 2)).sort(), ['doctor', 'nurse']);

  await desk.page.reload();
  await desk.sees('tile-patient');
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(desk, 'tile-dutyDoctor'), ['doctor']);
  assert.deepEqual(await live(phone, 'tile-deskNurse'), ['nurse']);

  await phone.page.reload();
  await phone.sees('screen-call');
  assert.deepEqual(await live(phone, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(desk, 'tile-dutyDoctor'), ['doctor']);

  const heard = await peopleHeard(desk.page, clips, 2);
  assert.deepEqual(heard.who, ['doctor', 'patient'], JSON.stringify(heard.judged));
  assert.equal(await cases(desk), before);
  await keeps(log);

  // A press anywhere has put the desk back on duty: after the end it goes on with the decision, not with a question.
  await desk.taps('end');
  await desk.taps('end-yes');
  await desk.seesNot('undo-bar');
  await desk.taps('tab-finish');
  await desk.sees('disp-save');
  await desk.sees('stop-duty');
});

story('the tablet is switched off and on: it finds itself back in the call', async () => {
  const { tablet, desk } = await night.bedsideAndDesk();
  await talk(tablet, desk);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  const before = await cases(desk);
  const log = await measured(desk);
  const state = await tablet.context.storageState();
  await night.browsers.tablet.close();
  await desk.by('tile-patient').getByText('つながり直すのを待っています').waitFor();

  night.browsers.tablet = await browserOf(clips.patient);
  const again = await Window.open(night.browsers.tablet, 'tablet', `${night.server.base}/tablet`, { state });
  night.windows.push(again);
  await again.sees('screen-incall');
  assert.deepEqual(await live(again, 'stage'), ['nurse']);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.equal(await cases(desk), before);
  await keeps(log);
});

story('the desk’s socket is cut: it says so, the picture goes on, and it comes back by itself', async () => {
  const door = await Door.before(night.server);
  try {
    const { tablet, desk } = await night.bedsideAndDesk({ desk: { base: door.base } });
    await talk(tablet, desk);
    assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
    const log = await measured(desk);
    door.shut();
    await desk.sees('link-reconnecting');
    // A command given now waits for the socket and is carried out once.
    await desk.taps('tab-check');
    await desk.page.locator('label', { has: desk.by('urgency-yellow') }).click();
    door.open();
    await desk.seesNot('link-reconnecting');
    await desk.page.waitForFunction(() => document.querySelector('[data-testid=urgency-yellow]')?.checked);
    await desk.by('queue-item').first().getByText('黄').first().waitFor();
    assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
    assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
    await keeps(log);
  } finally {
    await door.close();
  }
});

story('the server is killed in the middle of the call and started again: the call comes back by itself', async () => {
  const { tablet, desk } = await night.bedsideAndDesk();
  await talk(tablet, desk);
  await tablet.taps('measure');
  await tablet.taps('start-oximeter');
  await desk.page.waitForFunction(() => 'vital-spo2 has a value' in window.yobanWatch.seen);
  await tablet.taps('back');
  const log = await measured(desk);
  const before = await cases(desk);
  await night.server.down('SIGKILL');
  await Promise.all([tablet.sees('link-reconnecting'), desk.sees('link-reconnecting')]);
  const at = Date.now();
  await night.server.up();
  await Promise.all([tablet.seesNot('link-reconnecting'), desk.seesNot('link-reconnecting')]);
  await tablet.sees('screen-incall');
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
  figure('server started again to live picture both ways', Date.now() - at);
  const heard = await peopleHeard(desk.page, clips, 1);
  assert.deepEqual(heard.who, ['patient'], JSON.stringify(heard.judged));
  assert.equal(await cases(desk), before);
  // What the nurse entered was stored before it was shown; what the sensor measured meanwhile arrives.
  assert.match(await desk.text('vital-respiratoryRate'), /19/);
  assert.match(await desk.text('vital-spo2'), /\d{2}/);
  await keeps(log);
});

/** Takes a call back. The question goes when the telephone number has to be shown after so long a wait: asked again. */
async function cancels(tablet) {
  for (let tries = 2; tries > 0; tries -= 1) {
    await tablet.taps('cancel');
    const pressed = tablet.by('cancel-yes').click({ timeout: PATIENCE / 2 });
    if (await pressed.then(() => true, (error) => tries === 1 && Promise.reject(error))) return;
  }
}

story('a second patient rings during the call: seen and counted at the desk', async () => {
  const { tablet, desk } = await night.bedsideAndDesk();
  await talk(tablet, desk);
  await desk.seesNot('waiting-count');
  const second = await night.open('tablet', 1);
  await second.sees('screen-idle');
  await second.taps('call');
  assert.match(await desk.text('waiting-count'), /待っている人 1人/);
  await desk.by('queue-item').getByText('星川 正').waitFor();
  // Who talks is not torn out of the call.
  await desk.sees('tile-patient');
  await cancels(second);
  await second.sees('screen-after');
  await desk.seesNot('waiting-count');
});

story('the patient takes the call back: the desk asks how they are, decides from the record, and signs', async () => {
  const { tablet, desk } = await night.bedsideAndDesk();
  await tablet.taps('call');
  await desk.sees('claim');
  await cancels(tablet);
  await tablet.sees('screen-after');
  // Among what is to be done now, until it is decided.
  await desk.by('queue-owed').getByText('無事を確かめてください').waitFor();
  await desk.taps('open-record');
  await desk.chooses('outcome-cancelledAndChecked');
  await desk.writes('disp-advice', 'お電話で無事を確かめました。またいつでも押してください。');
  await desk.taps('disp-save');
  await desk.sees('decided');
  await tablet.by('screen-after').getByText('またいつでも押してください').waitFor();
  await desk.taps('enc-sign');
  await desk.taps('sign-yes');
  await desk.by('encounter').getByText('第1版・署名済み').waitFor();
  await desk.taps('back');
  await desk.by('queue-done').getByText('署名済み').waitFor();
  assert.equal(await desk.by('queue-owed').count(), 0);
});

story('the tablet’s page is opened a second time: the first says so, and can take the call back', async () => {
  const { tablet, desk } = await night.bedsideAndDesk();
  await talk(tablet, desk);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  const second = await tablet.context.newPage();
  await second.goto(`${night.server.base}/tablet`);
  await tablet.sees('link-replaced');
  await second.getByTestId('screen-incall').waitFor();
  assert.deepEqual([...(await peopleSeen(second, '[data-testid=stage]'))], ['nurse']);
  await tablet.page.bringToFront();
  await tablet.taps('link-reopen');
  await tablet.seesNot('link-replaced');
  await second.getByTestId('link-replaced').waitFor();
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.equal(await cases(desk), 1);
});

story('the patient says いいえ: the doctor is told and gets nothing, and the nurse goes on', async () => {
  const { tablet, desk } = await night.bedsideAndDesk();
  const phone = await night.open('phone');
  await onDuty(phone);
  await talk(tablet, desk);
  await desk.taps('tab-doctor');
  await desk.taps('invite-doctor');
  await phone.taps('accept');
  await tablet.taps('join-no');
  await phone.by('screen-gated').getByText('患者さんの同意が得られませんでした').first().waitFor();
  await desk.by('member-dutyDoctor').getByText('患者さんの同意が得られませんでした', { exact: true }).waitFor();
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await received(phone.page), { bytes: 0, frames: 0, audioEnergy: 0 });
  await phone.picture('phone-refused');
  await phone.taps('to-list');
  await phone.sees('screen-home');
  // Explained and agreed: rung again, the patient is asked again.
  await desk.taps('invite-doctor');
  await phone.taps('accept');
  await tablet.taps('join-yes');
  await phone.sees('screen-call');
  assert.deepEqual(await live(phone, 'tile-patient'), ['patient']);
});

story('pressed again and again: one call; nobody has to answer twice', async () => {
  const { tablet, desk } = await night.bedsideAndDesk();
  const button = await tablet.sees('call');
  await button.evaluate((element) => {
    for (let i = 0; i < 5; i += 1) element.click();
  });
  await desk.sees('ringing');
  assert.equal(await cases(desk), 1);
  await desk.taps('answer');
  await tablet.sees('screen-incall');
  await desk.seesNot('waiting-count');
});
