/** One night call from the tap to the signature, on a tablet, a desk and a phone. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before } from 'node:test';
import { openGate } from '../../fhir/gate.mjs';
import { whoIsHeard } from '../lib/hear.mjs';
import { MEANWHILE, peopleHeard, peopleSeen, received, showAllReceived } from '../lib/media.mjs';
import { Night, clips, cleanPressure, failedPressure, figure, live, steps } from '../lib/night.mjs';
import { onDuty } from '../lib/people.mjs';
import { filesHold, mixHolds, playersOpen } from '../lib/recorded.mjs';
import { Reader, fetchRecording, recordedTimes } from '../lib/recording.mjs';

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

step('the patient taps 呼ぶ; the desk on duty sees and hears it ring, and answers', async () => {
  ({ tablet, desk } = await night.bedsideAndDesk());
  phone = await night.open('phone');
  await onDuty(phone);
  await tablet.taps('call');
  await tablet.sees('screen-calling');
  await desk.sees('ringing');
  assert.match(await desk.text('ringing'), /月岡 はな/);
  await desk.page.waitForFunction(() => window.yobanWatch.tones > 0);
  const [at, desked] = [await tablet.noted(), await desk.noted()];
  figure('tap to ring at the desk', desked.seen.ringing - at.clicks.call);
  await desk.taps('answer');
  await tablet.sees('screen-incall');
  await desk.sees('tile-patient');
});

step('patient and nurse see and hear each other, live, and nobody else', async () => {
  const [atDesk, atTablet] = await Promise.all([
    peopleSeen(desk.page, '[data-testid=tile-patient]'),
    peopleSeen(tablet.page, '[data-testid=stage]'),
  ]);
  assert.deepEqual([...atDesk], ['patient']);
  assert.deepEqual([...atTablet], ['nurse']);
  const [atD, atT] = [await desk.noted(), await tablet.noted()];
  figure('answer to the first frame shown at the desk', atD.frames['tile-patient'] - atD.clicks.answer);
  figure('answer to the first frame shown on the tablet', atT.frames.stage - atD.clicks.answer);
  const [deskHears, tabletHears] = await Promise.all([peopleHeard(desk.page, clips, 1), peopleHeard(tablet.page, clips, 1)]);
  assert.deepEqual(deskHears.who, ['patient'], JSON.stringify(deskHears.judged));
  assert.deepEqual(tabletHears.who, ['nurse'], JSON.stringify(tabletHears.judged));
  // The same check must not find a voice that is not there.
  const { patient, ...others } = clips;
  assert.ok(patient);
  assert.equal(whoIsHeard(deskHears.curves[0], others).who, null);
});

step('the nurse notes identity, red flags, urgency and SBAR', async () => {
  await desk.taps('tab-check');
  await desk.chooses('identity-tabletAndFace');
  await desk.taps('red-all-no');
  await desk.taps('red-save');
  await desk.sees('red-edit');
  await desk.chooses('urgency-yellow');
  await desk.taps('tab-sbar');
  await desk.taps('sbar-fill');
  await desk.writes('sbar-situation', '夜から息苦しさ。横になると強い。');
  await desk.taps('sbar-save');
});

step('the doctor is rung on the phone, answers, and gets nothing before the patient says はい', async () => {
  await desk.taps('tab-doctor');
  await desk.taps('invite-doctor');
  await phone.sees('screen-ring');
  await phone.page.waitForFunction(() => window.yobanWatch.tones > 0);
  assert.match(await phone.text('screen-ring'), /夜から息苦しさ/);
  await phone.taps('accept');
  await phone.sees('screen-gated');
  await tablet.sees('ask-join');
  assert.match(await tablet.plain('ask-join'), /暁 遼.*ひばりクリニック/);
  // The doctor's connection is up, and while the desk decodes two more seconds of picture nothing comes to the phone.
  await phone.page.waitForFunction(() => window.yobanWatch.pcs.some((pc) => pc.connectionState === 'connected'));
  const start = (await received(desk.page)).frames;
  while ((await received(desk.page)).frames < start + 30) await desk.page.waitForTimeout(100);
  assert.deepEqual(await received(phone.page), { bytes: 0, frames: 0, audioEnergy: 0 });
  const all = await showAllReceived(tablet.page);
  assert.deepEqual([...(await peopleSeen(tablet.page, all, { frames: MEANWHILE }))], ['nurse']);
  await desk.picture('desk-gated');
  await tablet.picture('tablet-ask-join');
  await phone.picture('phone-gated');
  await tablet.taps('join-yes');
  await phone.sees('screen-call');
});

step('three in the call: all six pictures and voices arrive as whose they are', async () => {
  await phone.sees('tile-patient');
  const [patientAtDesk, doctorAtDesk, patientAtPhone, nurseAtPhone, atTablet] = await Promise.all([
    peopleSeen(desk.page, '[data-testid=tile-patient]'),
    peopleSeen(desk.page, '[data-testid=tile-dutyDoctor]'),
    peopleSeen(phone.page, '[data-testid=tile-patient]'),
    peopleSeen(phone.page, '[data-testid=tile-deskNurse]'),
    peopleSeen(tablet.page, '[data-testid=stage]', { count: 2 }),
  ]);
  assert.deepEqual([...patientAtDesk], ['patient']);
  assert.deepEqual([...doctorAtDesk], ['doctor']);
  assert.deepEqual([...patientAtPhone], ['patient']);
  assert.deepEqual([...nurseAtPhone], ['nurse']);
  assert.deepEqual([...atTablet].sort(), ['doctor', 'nurse']);
  const voices = [
    [desk, ['doctor', 'patient']],
    [phone, ['nurse', 'patient']],
    [tablet, ['doctor', 'nurse']],
  ];
  const heard = await Promise.all(voices.map(([window]) => peopleHeard(window.page, clips, 2)));
  for (const [i, [window, expected]] of voices.entries()) {
    assert.deepEqual(heard[i].who, expected, `${window.app}: ${JSON.stringify(heard[i].judged)}`);
  }
});

step('vital signs from the simulated kit are seen at the desk and on the phone, with unit, source and age', async () => {
  await tablet.taps('measure');
  for (const sensor of ['oximeter', 'thermometer']) await tablet.taps(`start-${sensor}`);
  await cleanPressure(tablet, desk);
  for (const window of [desk, phone]) {
    for (const kind of ['spo2', 'pulse', 'bloodPressure', 'temperature']) {
      await window.page.waitForFunction((key) => key in window.yobanWatch.seen, `vital-${kind} has a value`);
    }
  }
  // Name, unit, value, age, time, source.
  const text = async (kind) => desk.text(`vital-${kind}`);
  assert.match(await text('spo2'), /SpO2.*%.*\d{2} .*(?:いま|[秒分]前).*\d:\d\d.*模擬/);
  assert.match(await text('pulse'), /脈拍.*回\/分.*\d{2} .*(?:いま|[秒分]前).*\d:\d\d.*模擬/);
  assert.match(await text('bloodPressure'), /mmHg.*\d{2,3}\/\d{2,3} .*(?:いま|[秒分]前).*\d:\d\d.*模擬/);
  assert.match(await text('temperature'), /℃.*3\d\.\d .*(?:いま|[秒分]前).*\d:\d\d.*模擬/);
  assert.match(await phone.text('vital-spo2'), /SpO2.*%.*\d{2} .*(?:いま|[秒分]前)/);
  await phone.taps('tab-vitals');
  const onPhone = await phone.page.locator('#phone-panel [data-testid=vital-spo2]').innerText();
  assert.match(onPhone.replace(/\s+/g, ' '), /SpO2.*\d{2}.*%.*(?:いま|[秒分]前).*\d:\d\d.*模擬/);
  await phone.picture('phone-vitals');
  await phone.taps('tab-call');
  const [sent, d, p] = [await tablet.noted(), await desk.noted(), await phone.noted()];
  for (const kind of ['spo2', 'bloodPressure']) {
    figure(`first ${kind} sent to shown at the desk`, d.seen[`vital-${kind} has a value`] - sent.sent[kind]);
    figure(`first ${kind} sent to shown on the phone`, p.seen[`vital-${kind} has a value`] - sent.sent[kind]);
  }
  assert.match(await desk.text('news2'), /〜.*足りない項目.*呼吸数/);
  // Nobody takes an old number for this measurement's; what was measured before stands at the desk.
  assert.doesNotMatch(await failedPressure(tablet), /\d{2,3}\/\d{2,3}/);
  assert.match(await desk.text('vital-bloodPressure'), /\d{2,3}\/\d{2,3}/);
  assert.doesNotMatch(await tablet.text('sensor-oximeter'), /れませんでした/, 'and the oximeter did not fail');
  await cleanPressure(tablet, desk);
  await tablet.taps('back');
  await tablet.sees('screen-incall');
});

step('the nurse enters breathing, consciousness and oxygen, and the score is whole', async () => {
  await desk.taps('tab-vitals');
  await desk.writes('obs-rate', '22');
  await desk.chooses('obs-level-alert');
  await desk.chooses('obs-oxygen-air');
  await desk.taps('obs-save');
  await desk.by('news2').getByText('7項目すべてあり').waitFor();
  assert.match(await desk.text('vital-respiratoryRate'), /22/);
  await phone.by('news2').getByText('7項目すべてあり').waitFor();
});

step('recording is asked apart; with everybody’s はい all screens say REC', async () => {
  await desk.taps('rec-ask');
  await tablet.sees('ask-recording');
  assert.equal(await desk.by('rec').count(), 0);
  await tablet.taps('recording-yes');
  await phone.taps('rec-yes');
  await Promise.all([desk.sees('rec'), phone.sees('rec-badge'), tablet.sees('rec')]);
  await desk.picture('desk');
  await tablet.picture('tablet');
  await phone.picture('phone');
});

step('muted and camera off: the others see it, and hear and see nothing', async () => {
  await tablet.taps('mic');
  const muted = desk.by('tile-patient').getByText('マイクを切っています');
  await muted.waitFor({ state: 'attached' });
  const heard = await peopleHeard(desk.page, clips, 2, { silent: 1 });
  assert.deepEqual(heard.who, ['?', 'doctor'], JSON.stringify(heard.judged));
  await tablet.taps('mic');
  await muted.waitFor({ state: 'detached' });
  assert.deepEqual((await peopleHeard(desk.page, clips, 2)).who, ['doctor', 'patient']);
  await tablet.taps('camera');
  await desk.by('tile-patient').getByText('カメラを切っています').waitFor();
  await phone.by('tile-patient').getByText('カメラを切っています').waitFor();
  const both = '[data-testid=tile-patient] video, [data-testid=tile-dutyDoctor] video';
  assert.deepEqual([...(await peopleSeen(desk.page, both, { frames: MEANWHILE }))], ['doctor']);
  await desk.picture('desk-camera-off');
  await tablet.taps('camera');
  assert.deepEqual([...(await peopleSeen(desk.page, '[data-testid=tile-patient]'))], ['patient']);
});

step('the patient takes the consent to recording back, and nobody sees REC any more; asked again, it goes on', async () => {
  await tablet.taps('withdraw');
  await Promise.all([desk.seesNot('rec'), phone.seesNot('rec-badge'), tablet.seesNot('rec')]);
  await desk.sees('rec-withdrawn');
  await desk.taps('rec-ask');
  await tablet.taps('recording-yes');
  await phone.taps('rec-yes');
  await Promise.all([desk.sees('rec'), phone.sees('rec-badge'), tablet.sees('rec')]);
});

step('the nurse takes her own consent to recording back: REC is gone everywhere; asked again, it goes on', async () => {
  await desk.taps('rec-withdraw');
  await Promise.all([desk.seesNot('rec'), phone.seesNot('rec-badge'), tablet.seesNot('rec')]);
  await Promise.all([desk.sees('rec-withdrawn'), phone.sees('rec-withdrawn')]);
  await desk.taps('rec-ask');
  await Promise.all([tablet.taps('recording-yes'), phone.taps('rec-yes')]);
  await Promise.all([desk.sees('rec'), phone.sees('rec-badge'), tablet.sees('rec')]);
});

step('the end for all can be taken back, and then stands', async () => {
  await desk.taps('end');
  await desk.taps('end-yes');
  await tablet.sees('screen-closing');
  await desk.taps('undo');
  await tablet.sees('screen-incall');
  assert.deepEqual([...(await peopleSeen(desk.page, '[data-testid=tile-patient]'))], ['patient']);
  assert.deepEqual((await live(tablet, 'stage', 2)).sort(), ['doctor', 'nurse']);
  await desk.taps('end');
  await desk.taps('end-yes');
  await tablet.sees('screen-closing');
  await tablet.sees('screen-after');
});

step('the doctor writes note and decision and signs; the tablet says in plain words what was decided', async () => {
  await phone.taps('tab-note');
  await phone.writes('note', '下腿浮腫と起坐呼吸。往診して評価する。');
  await phone.taps('note-save');
  await phone.taps('tab-decide');
  await phone.chooses('outcome-houseCall');
  await phone.writes('disp-advice', '医師がお宅にうかがいます。玄関の明かりをつけてお待ちください。');
  await phone.taps('disp-save');
  await tablet.sees('advice');
  const told = await tablet.plain('screen-after');
  assert.match(told, /医師がうかがいます/);
  assert.match(told, /玄関の明かりをつけて/);
  assert.match(told, /また呼ぶときは/);
  await phone.taps('sign');
  await phone.taps('sign-yes');
  await tablet.picture('tablet-after');
});

step('the desk lists the case, opens the record, and takes the FHIR bundle', async () => {
  await desk.taps('open-record');
  await desk.sees('encounter');
  // The course of the night is fetched apart and comes a moment later.
  await desk.by('encounter').getByText(/夕霧 千尋の端末にはまだ届いていません/).first().waitFor();
  const record = await desk.text('encounter');
  assert.match(record, /第1版・署名済み/);
  assert.match(record, /暁 遼 が .* に署名/);
  assert.match(record, /起坐呼吸/);
  assert.match(record, /夕霧 千尋の端末にはまだ届いていません（1回目）/);
  await desk.taps('play-open');
  const sound = await desk.sees('play-sound');
  await desk.page.waitForFunction((audio) => audio.duration > 1, await sound.elementHandle());
  await desk.page.locator('label', { hasText: '月岡 はな' }).click();
  await desk.page.waitForFunction(() => document.querySelector('.sight video')?.videoWidth > 0);
  await desk.picture('desk-encounter');
  const [download] = await Promise.all([desk.page.waitForEvent('download'), desk.taps('enc-fhir')]);
  const bundle = JSON.parse(readFileSync(await download.path(), 'utf8'));
  assert.equal(bundle.resourceType, 'Bundle');
  const kinds = new Set(bundle.entry.map(({ resource }) => resource.resourceType));
  const wanted = ['Patient', 'Encounter', 'Practitioner', 'PractitionerRole', 'Organization', 'Observation', 'Consent', 'Provenance'];
  for (const kind of wanted) {
    assert.ok(kinds.has(kind), `no ${kind} among ${[...kinds]}`);
  }
  const gate = openGate();
  console.log(`# FHIR gate: ${gate.note}`);
  assert.deepEqual(gate.check(bundle), []);
  const torn = structuredClone(bundle);
  delete torn.entry.find(({ resource }) => resource.resourceType === 'Observation').resource.status;
  assert.match(gate.check(torn).join('\n'), /status/, 'the gate sees what is wrong');
  const rate = bundle.entry.some(
    ({ resource: r }) => r.resourceType === 'Observation' && r.code.coding.some((c) => c.code === '9279-1') && r.valueQuantity.value === 22,
  );
  assert.ok(rate, 'the breathing rate the nurse entered is in the bundle');
  const [sheet] = await Promise.all([desk.context.waitForEvent('page'), desk.taps('enc-print')]);
  await sheet.getByText('月岡 はな').first().waitFor();
  await sheet.screenshot({ path: new URL('../../../var/screens/live/encounter-page.png', import.meta.url).pathname, fullPage: true });
  await sheet.close();
});

step('every track of the recording and the mix open anywhere, last as long as REC was on, and hold whose they are', async () => {
  const reader = await Reader.as(night.server, 'phone');
  const [{ session, case: thread }] = await reader.json('/api/v1/cases');
  const { timeline } = await reader.json(`/api/v1/cases/${thread}`);
  const intervals = recordedTimes(timeline);
  assert.equal(intervals.length, 4, 'the patient took the consent back, then the nurse, and the end was taken back');
  const recording = await fetchRecording(reader, session);
  try {
    const people = filesHold(recording, intervals, clips, { cameraOff: ['patient'] });
    mixHolds(recording, intervals, people);
    await playersOpen(recording, desk.context, people);
  } finally {
    recording.close();
  }
});

step('no page threw an error on the way', async () => {
  assert.deepEqual(await night.over(), []);
});
