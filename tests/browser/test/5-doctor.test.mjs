/** What a doctor's phone is for: a ring that says why, a refusal that is heard, consent at every turn, and the list. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { received } from '../lib/media.mjs';
import { Night, live, steps, talk } from '../lib/night.mjs';
import { onDuty } from '../lib/people.mjs';

let night;
let tablet;
let desk;
let first;
let second;
let year;

before(async () => {
  night = await Night.begin();
  await night.falls();
});
after(() => night?.end());

const step = steps();
/** Everybody of one role in the list of people; in which order they were rung is nobody's business. */
const members = async (window, role) => (await window.by(`member-${role}`).allInnerTexts()).join(' ').replace(/\s+/g, ' ');
const silent = { bytes: 0, frames: 0, audioEnergy: 0 };
const rec = { on: () => Promise.all([tablet.sees('rec'), desk.sees('rec'), second.sees('rec-badge')]) };
rec.off = () => Promise.all([tablet.seesNot('rec'), desk.seesNot('rec'), second.seesNot('rec-badge')]);

/** Every 15 s the desk's page looks who is on duty. Here it never does: what its list shows, it was told. */
function neverLooks() {
  const every = window.setInterval;
  window.setInterval = (run, ms, ...rest) => (ms === 15_000 ? 0 : every(run, ms, ...rest));
}
/** What the desk's list says of somebody. */
const listed = (name, state) => desk.by('duty-list').locator('li').filter({ hasText: name }).getByText(state, { exact: true }).waitFor();

step('the desk’s list of who is on duty follows who comes and goes', async () => {
  ({ tablet, desk } = await night.bedsideAndDesk({ desk: { init: neverLooks } }));
  await Promise.all([listed('宵町 かおる', '呼べます'), listed('暁 遼', '画面を開いていません')]);
  [first, second] = await Promise.all([night.open('phone', 0), night.open('phone', 1)]);
  await Promise.all([onDuty(first), onDuty(second)]);
  await Promise.all(['宵町 かおる', '暁 遼', '夕霧 千尋'].map((name) => listed(name, '呼べます')));
  await first.taps('stop-duty');
  await first.taps('stop-duty-yes');
  await listed('暁 遼', '画面を開いていません');
  await onDuty(first);
  await listed('暁 遼', '呼べます');
});

step('the ring says who, how urgent, why and with which values', async () => {
  await talk(tablet, desk);
  await tablet.taps('measure');
  await tablet.taps('start-thermometer');
  await desk.page.waitForFunction(() => 'vital-temperature has a value' in window.yobanWatch.seen);
  // Measured once, and nothing comes any more: the ring must show what was measured before it.
  await tablet.sees('start-thermometer');
  await tablet.taps('back');
  await desk.taps('tab-check');
  await desk.chooses('urgency-orange');
  await desk.taps('tab-sbar');
  await desk.writes('sbar-situation', '夜から息苦しさ。横になると強い。');
  await desk.taps('sbar-save');
  await desk.taps('tab-doctor');
  await desk.by(`candidate-${night.person('phone', 0).person}`).getByRole('button').click();
  await first.sees('screen-ring');
  const ring = await first.text('screen-ring');
  assert.match(ring, /宵町 かおる.*星見区 夜間連携窓口/);
  assert.match(ring, /月岡 はな.*8\d歳.*女性/);
  assert.match(ring, /橙.*1時間以内/);
  assert.match(ring, /夜から息苦しさ/);
  assert.match(ring, /NEWS2/);
  await first.page.waitForFunction(() => 'vital-temperature has a value' in window.yobanWatch.seen);
  assert.match(await first.text('vital-temperature'), /3\d\.\d ℃.*(前|いま)/);
  assert.equal(await second.by('screen-ring').count(), 0, 'one was chosen, one rings');
});

step('nurse and patient agree to recording before any doctor is there', async () => {
  await desk.taps('rec-ask');
  await tablet.taps('recording-yes');
  await Promise.all([tablet.sees('rec'), desk.sees('rec')]);
});

step('the doctor declines with a reason: the nurse is told wherever she is, and chooses another', async () => {
  await desk.taps('tab-sbar');
  await first.taps('decline');
  await first.chooses('decline-travelling');
  await first.taps('decline-yes');
  await first.sees('screen-home');
  assert.match(await desk.text('missed'), /暁 遼：断りました（移動中）/);
  await desk.taps('tab-doctor');
  await desk.by('member-dutyDoctor').getByText('断りました（移動中）', { exact: true }).waitFor();
  await desk.by(`candidate-${night.person('phone', 1).person}`).getByRole('button').click();
  await second.sees('screen-ring');
  await desk.seesNot('missed');
  assert.equal(await first.by('screen-ring').count(), 0);
});

step('the tablet’s question shows who asks in: name, institution, year of registration', async () => {
  await second.taps('accept');
  const card = await tablet.plain('ask-join');
  assert.match(card, /当番医/);
  assert.match(card, /夕霧 千尋/);
  assert.match(card, /かわせみ内科/);
  [, year] = (await tablet.plain('ask-join')).match(/医師の登録 ((?:19|20)\d\d)年/);
});

step('somebody new pauses the recording until they agreed; every screen says so', async () => {
  await tablet.taps('join-yes');
  await second.sees('rec-question');
  await rec.off();
  assert.match(await desk.text('rec-paused'), /返事を待っています/);
  assert.match(await second.text('rec-paused'), /返事を待っています/);
  assert.match(await tablet.plain('screen-incall'), /録画を止めています/);
  await second.taps('rec-yes');
  await rec.on();
  assert.deepEqual(await live(second, 'tile-patient'), ['patient']);
});

step('everybody is there by name and role, on all three screens', async () => {
  const people = await tablet.lines('person');
  assert.deepEqual(people.sort(), [
    ['夕霧 千尋', '当番医', 'かわせみ内科', `医師の登録 ${year}年`],
    ['宵町 かおる', '窓口の看護師'],
  ]);
  assert.match(await desk.text('tile-patient'), /月岡 はな.*患者さん/);
  assert.match(await desk.text('tile-dutyDoctor'), /夕霧 千尋.*当番医/);
  assert.match(await second.text('tile-patient'), /月岡 はな.*患者さん/);
  assert.match(await members(second, 'deskNurse'), /宵町 かおる.*窓口の看護師.*星見区 夜間連携窓口.*参加中/);
  assert.match(await members(desk, 'dutyDoctor'), new RegExp(`夕霧 千尋.*当番医・かわせみ内科.*医籍登録 ${year}年`));
});

step('オンライン診療 is refused with its reason, and the call stays 健康医療相談', async () => {
  await second.taps('tab-decide');
  assert.match(await second.text('kind-refused'), /オンライン診療にできません.*診療計画にあなたの名前がありません/);
  assert.ok(await second.by('kind-onlineExamination').isDisabled());
  const message = { type: 'setKind', session: await second.session(), kind: 'onlineExamination' };
  assert.match(await second.refused(message), /not-named$/);
  await desk.page.getByText('健康医療相談（医師）').first().waitFor();
  await second.taps('tab-call');
});

step('a doctor takes the consent to recording back; asked again, it goes on', async () => {
  await second.taps('rec-withdraw');
  await rec.off();
  await Promise.all([desk.sees('rec-withdrawn'), second.sees('rec-withdrawn')]);
  await desk.taps('rec-ask');
  await Promise.all([tablet.taps('recording-yes'), second.taps('rec-yes')]);
  await rec.on();
});

step('the doctor leaves, the others talk on; back again, the patient is asked again', async () => {
  await second.taps('leave');
  await second.sees('come-back');
  await desk.by('member-dutyDoctor').getByText('退出しました', { exact: true }).waitFor();
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
  await desk.sees('rec');
  const before = await second.page.evaluate(() => window.yobanWatch.pcs.length);
  await second.taps('come-back');
  await second.sees('screen-gated');
  await tablet.sees('ask-join');
  await second.page.waitForFunction(
    (n) => window.yobanWatch.pcs.slice(n).some((pc) => pc.connectionState === 'connected'),
    before,
  );
  assert.deepEqual(await received(second.page), silent);
  await tablet.taps('join-yes');
  await second.sees('screen-call');
  assert.deepEqual(await live(second, 'tile-patient'), ['patient']);
  // Whoever left and comes back is a new joiner to the recording as well: it pauses until they agreed.
  await desk.sees('rec-paused');
  await second.taps('rec-yes');
  await rec.on();
});

step('a doctor ends it for all', async () => {
  await second.taps('end');
  await second.taps('end-yes');
  await tablet.sees('screen-closing');
  await desk.seesNot('undo-bar');
  await tablet.sees('screen-after');
  await desk.page.getByText('通話は終わりました').waitFor();
});

step('the doctor lists tonight’s cases and opens the record; one who was not in the call may not read it', async () => {
  await second.taps('to-list');
  const item = second.by('queue-item').first();
  await item.getByText('月岡 はな').waitFor();
  await item.getByText('転帰が未記入').waitFor();
  await item.getByTestId('open-record').click();
  await second.sees('encounter');
  // The course of the night is fetched apart and comes a moment later.
  await second.by('encounter').getByText(/移動中/).first().waitFor();
  const record = await second.text('encounter');
  assert.match(record, /下書き（未署名）/);
  assert.match(record, /暁 遼.*移動中/);
  assert.match(record, /オンライン診療/);
  await second.taps('back');
  await second.sees('screen-home');

  const notHers = first.by('queue-item').first();
  assert.match(await notHers.getByTestId('record-closed').innerText(), /参加した人と窓口だけが開けます/);
  assert.equal(await notHers.getByTestId('open-record').count(), 0);
  assert.doesNotMatch(await first.page.locator('body').innerText(), /起坐|息苦しさ/);
});

step('no page threw an error on the way', async () => {
  assert.deepEqual(await night.over(), []);
});
