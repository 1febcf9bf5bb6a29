/** A doctor who may examine online does; a ring is taken back; recording is refused, and stopped, by a press. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { Night, bringDoctor, live, steps, talk } from '../lib/night.mjs';
import { onDuty } from '../lib/people.mjs';

let night;
let tablet;
let desk;
let phone;

before(async () => {
  night = await Night.begin();
  await night.falls();
});
after(() => night?.end());

const step = steps();
const nobodySeesRec = () => Promise.all([tablet.seesNot('rec'), desk.seesNot('rec'), phone.seesNot('rec-badge')]);
const doctorWas = (state) => desk.by('member-dutyDoctor').getByText(state, { exact: true }).waitFor();

step('the nurse takes a ring back: the telephone is quiet and says that nobody calls; rung again, it rings', async () => {
  ({ tablet, desk } = await night.bedsideAndDesk());
  phone = await night.open('phone');
  await onDuty(phone);
  await talk(tablet, desk);
  await desk.taps('tab-doctor');
  await desk.by(`candidate-${night.person('phone').person}`).getByRole('button').click();
  await phone.sees('screen-ring');
  await desk.taps('withdraw-invite');
  await phone.sees('screen-home');
  await doctorWas('呼び出しは終わりました');
  assert.match(await phone.text('ring-over'), /呼び出しは取り消されました/);
  const tones = async () => (await phone.noted()).tones;
  const after = await tones();
  await bringDoctor(tablet, desk, phone);
  assert.ok((await tones()) > after, 'the second ring is heard');
  assert.deepEqual(await live(phone, 'tile-patient'), ['patient']);
});

step('a doctor who does not want to be recorded says no: the call goes on, and nothing is recorded', async () => {
  await desk.taps('rec-ask');
  await tablet.taps('recording-yes');
  await phone.taps('rec-no');
  await Promise.all([desk.sees('rec-refused'), phone.sees('rec-refused')]);
  await nobodySeesRec();
  await phone.seesNot('rec-question');
  assert.deepEqual(await live(phone, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(night.server.recorded(), []);
});

step('asked again all agree; whoever stops it stops it for everybody, and every screen says so', async () => {
  await desk.taps('rec-ask');
  await Promise.all([tablet.taps('recording-yes'), phone.taps('rec-yes')]);
  await Promise.all([tablet.sees('rec'), desk.sees('rec'), phone.sees('rec-badge')]);
  await desk.taps('rec-stop');
  await Promise.all([desk.sees('rec-stopped'), phone.sees('rec-stopped')]);
  await nobodySeesRec();
  assert.equal(await desk.by('rec-stop').count(), 0);
  await Promise.all([desk.sees('rec-ask'), phone.sees('rec-ask')]);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
});

step('plan, notice, two-way picture and sound, and nothing sudden: the doctor chooses オンライン診療', async () => {
  await phone.taps('tab-decide');
  assert.equal(await phone.by('kind-refused').count(), 0);
  assert.ok(await phone.by('kind-doctorAdvice').isChecked());
  await phone.chooses('kind-onlineExamination');
  await desk.page.getByText('オンライン診療', { exact: true }).first().waitFor();
  // Less than a second of it would not stand on the record.
  const since = await phone.page.evaluate(() => Date.now());
  await phone.page.waitForFunction((from) => Date.now() > from + 1_500, since);
});

step('the record says オンライン診療 with its length, who asked for recording and who did not want it', async () => {
  await phone.taps('tab-call');
  await phone.taps('end');
  await phone.taps('end-yes');
  await tablet.sees('screen-after');
  await phone.taps('to-list');
  await phone.by('queue-item').first().getByTestId('open-record').click();
  await phone.sees('encounter');
  const kinds = phone.by('enc-kinds');
  await kinds.locator('li', { hasText: 'オンライン診療' }).waitFor();
  assert.match(await phone.text('enc-kinds'), /健康医療相談（医師）.*オンライン診療 映像と音声/);
  const record = await phone.text('encounter');
  assert.match(record, /録画・録音 \d.*暁 遼 拒否・撤回/);
});

step('no page threw an error on the way', async () => {
  assert.deepEqual(await night.over(), []);
});
