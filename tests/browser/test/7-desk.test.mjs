/**
 * The nurse's desk: whom to take first, what is known of the patient, and when a doctor does not come; then comes on one
 * of two telephones, with a consent that was spoken.
 */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { received } from '../lib/media.mjs';
import { Night, live, steps } from '../lib/night.mjs';
import { onDuty } from '../lib/people.mjs';

let night;
let first;
let second;
let desk;
let phone;
let other;

before(async () => {
  night = await Night.begin();
  // Rings pass twice as fast, so that this can wait until a doctor did not answer.
  await night.falls(['--demo-hurry', '2']);
});
after(() => night?.end());

const step = steps();

/** Keeps what the page takes from camera and microphone, to see it end. */
function keepTracks() {
  const take = MediaDevices.prototype.getUserMedia;
  window.taken = [];
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    const stream = await take.call(this, wanted);
    window.taken.push(...stream.getTracks());
    return stream;
  };
}
const films = (window) => window.page.evaluate(() => window.taken.filter((t) => t.readyState === 'live').length);
const nothing = { bytes: 0, frames: 0, audioEnergy: 0 };

step('two patients wait: the nurse takes the one she chooses from the list', async () => {
  desk = await night.open('desk');
  assert.match(await desk.text('screen-duty'), /このページを閉じると、呼び出しは鳴りません/);
  await onDuty(desk);
  await desk.page.getByText('このページを閉じると、呼び出しは鳴りません').waitFor();
  [first, second] = await Promise.all([night.open('tablet', 1), night.open('tablet', 0)]);
  await first.taps('call');
  await desk.by('queue-item').getByText('星川 正').waitFor();
  await second.taps('call');
  const item = desk.by('queue-item').filter({ hasText: '月岡 はな' });
  await desk.by('waiting-count').getByText('待っている人 2人').waitFor();
  await item.getByTestId('claim').click();
  await second.sees('screen-incall');
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.match(await desk.text('tile-patient'), /月岡 はな/);
  await desk.by('waiting-count').getByText('待っている人 1人').waitFor();
  assert.equal(await desk.by('claim').count(), 0, 'in a call nobody else can be taken');
  assert.equal(await first.by('screen-incall').count(), 0);
});

step('the patient’s card holds what the night needs, dangers first', async () => {
  const card = await desk.text('patient-card');
  for (const fact of [
    /ツキオカ ハナ 月岡 はな ?8\d歳・女性/,
    /有効な診療計画あり/,
    /アレルギー：ペニシリン/,
    /本人の希望 できるだけ自宅で（ACP 2026-05） 心肺蘇生は希望しない/,
    /病気 慢性心不全 高血圧 変形性膝関節症/,
    /薬・機器 フロセミド 20mg 朝 エナラプリル 5mg 朝/,
    /訪問・連絡の注意 独居、長女が車で20分 右耳が遠い/,
    /主治医 暁 遼/,
    /急変時の受入先 星見区医師会病院（03-0000-0119）/,
    /生年月日 昭和17年2月11日（1942）/,
    /電話 03-0000-0201/,
    /住所 〒999-0001 東京都星見区天ノ川一丁目2-3/,
  ]) {
    assert.match(card, fact);
  }
  assert.equal(await desk.by('patient-card').locator('a[href^=tel]').getAttribute('href'), 'tel:0300000201');
  assert.ok(card.indexOf('ペニシリン') < card.indexOf('慢性心不全'));
});

step('every field of the desk is kept: identity, a red flag with its 119 script, colour, SBAR, note', async () => {
  await desk.taps('tab-check');
  await desk.chooses('identity-notYet');
  await desk.page.getByText('緊急時は先へ進めます').waitFor();
  await desk.chooses('identity-nameAndBirthDate');
  for (const flag of ['breathing', 'consciousness', 'bleeding', 'headInjury', 'seizure']) await desk.taps(`red-${flag}-no`);
  await desk.taps('red-chestPain-yes');
  await desk.taps('red-save');
  const script = await desk.text('panel-119');
  assert.match(script, /天ノ川一丁目2-3.*月岡 はなさん、8\d歳、女性.*胸の痛み・圧迫感.*慢性心不全.*03-0000-0201.*03-0000-0199/);
  await desk.chooses('urgency-red');
  await desk.taps('tab-sbar');
  await desk.taps('sbar-fill');
  await desk.page.getByText('下書きです').waitFor();
  const written = { situation: '胸が苦しい', background: '心不全', assessment: '起坐呼吸', recommendation: '診てほしい' };
  for (const [part, text] of Object.entries(written)) await desk.writes(`sbar-${part}`, text);
  await desk.taps('sbar-save');
  await desk.by('sbar-save').getByText('保存しました').waitFor();
  await desk.taps('tab-finish');
  await desk.writes('note', '救急要請を説明した。');
  await desk.taps('note-save');
  // Loaded again, everything stands where it stood.
  await desk.page.reload();
  await desk.sees('tile-patient');
  await desk.taps('tab-check');
  assert.ok(await (await desk.sees('identity-nameAndBirthDate')).isChecked());
  assert.ok(await desk.by('urgency-red').isChecked());
  await desk.sees('panel-119');
  await desk.taps('tab-sbar');
  for (const [part, text] of Object.entries(written)) assert.equal(await (await desk.sees(`sbar-${part}`)).inputValue(), text);
  await desk.taps('tab-finish');
  assert.equal(await (await desk.sees('note')).inputValue(), '救急要請を説明した。');
});

step('a doctor who does not answer: the nurse is told wherever she is, and can ring again', async () => {
  phone = await night.open('phone', 0, { init: keepTracks });
  await onDuty(phone);
  await desk.taps('tab-doctor');
  await desk.by(`candidate-${night.person('phone').person}`).getByRole('button').click();
  await phone.sees('screen-ring');
  await desk.taps('tab-sbar');
  assert.match(await desk.text('missed'), /暁 遼：出ませんでした/);
  await phone.sees('screen-home');
  await desk.taps('tab-doctor');
  await desk.by('member-dutyDoctor').getByText('出ませんでした', { exact: true }).waitFor();
  const again = desk.by(`candidate-${night.person('phone').person}`).getByRole('button');
  assert.match(await again.innerText(), /もう一度呼ぶ/);
  // The same doctor has a second device, with another camera.
  other = await night.open('phone', 0, { browser: night.browsers.desk, init: keepTracks });
  await onDuty(other);
  // All while it rings, which is not for long here.
  const answered = phone.sees('screen-ring').then(() => phone.taps('accept'));
  await Promise.all([answered, desk.seesNot('missed'), again.click()]);
});

step('the patient says it is all right, and the nurse ticks it: before that nothing comes to the doctor, then all of it', async () => {
  await phone.sees('screen-gated');
  await second.sees('ask-join');
  await phone.page.waitForFunction(() => window.yobanWatch.pcs.some((pc) => pc.connectionState === 'connected'));
  const start = (await received(desk.page)).frames;
  while ((await received(desk.page)).frames < start + 30) await desk.page.waitForTimeout(100);
  assert.deepEqual(await received(phone.page), nothing);
  assert.equal(await desk.by('tile-dutyDoctor').locator('video:not([hidden])').count(), 0, 'nor from him');
  await desk.taps('spoken-consent');
  await phone.sees('screen-call');
  await second.seesNot('ask-join');
  assert.deepEqual(await live(phone, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(desk, 'tile-dutyDoctor'), ['doctor']);
});

step('the doctor’s other device says where the call is, and goes on with it at a tap; the first one’s camera ends', async () => {
  await other.page.getByText('この通話は別の端末で開いています').waitFor();
  assert.deepEqual([await films(phone), await films(other)], [2, 0], 'one device alone films');
  assert.deepEqual(await received(other.page), nothing);
  await other.taps('continue-here');
  // Where the doctor was, as the other device's camera shows them.
  await other.sees('tile-patient');
  assert.deepEqual(await live(other, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(desk, 'tile-dutyDoctor'), ['nurse']);
  assert.equal(await desk.by('member-dutyDoctor').count(), 1, 'one doctor, one place');
  await phone.sees('continue-here');
  await phone.page.waitForFunction(() => window.taken.every((track) => track.readyState === 'ended'));
  assert.equal(await films(other), 2);
});

step('the one who waited is taken next', async () => {
  await desk.taps('end');
  await desk.taps('end-yes');
  await second.sees('screen-after');
  await desk.by('queue-item').filter({ hasText: '星川 正' }).getByTestId('claim').click();
  await first.sees('screen-incall');
  assert.match(await desk.text('tile-patient'), /星川 正/);
  await desk.by('patient-card').getByText('診療計画なし').waitFor();
});

step('no page threw an error on the way', async () => {
  assert.deepEqual(await night.over(), []);
});
