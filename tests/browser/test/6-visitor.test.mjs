/** A visiting nurse joins from the bedside with the phone: three in the call, values by hand, and out again. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { peopleHeard } from '../lib/media.mjs';
import { Night, clips, live, steps, talk } from '../lib/night.mjs';
import { onDuty } from '../lib/people.mjs';
import { Reader, recordedTimes } from '../lib/recording.mjs';

let night;
let tablet;
let desk;
let visitor;

before(async () => {
  night = await Night.begin();
  // The time to take an end back passes twice as fast: what is left of the call is looked at after it.
  await night.falls(['--demo-hurry', '2']);
});
after(() => night?.end());

const step = steps();

async function nobodySeesRec() {
  for (const [window, badge] of [[desk, 'rec'], [tablet, 'rec'], [visitor, 'rec-badge']]) {
    assert.equal(await window.by(badge).count(), 0, window.app);
  }
}

step('the desk asks the visiting nurse in; the patient reads who it is and says はい', async () => {
  ({ tablet, desk } = await night.bedsideAndDesk());
  visitor = await night.open('phone', 2);
  assert.match(await visitor.text('screen-duty'), /東雲 まこと.*訪問看護師.*受け持ち：訪問看護/);
  await onDuty(visitor);
  await talk(tablet, desk);
  await desk.taps('tab-doctor');
  await desk.by(`candidate-${night.person('phone', 2).person}`).getByRole('button').click();
  await visitor.taps('accept');
  await visitor.sees('screen-gated');
  const card = await tablet.plain('ask-join');
  assert.match(card, /訪問看護師/);
  assert.match(card, /東雲 まこと.*みなも訪問看護ステーション/);
  assert.doesNotMatch(await tablet.plain('ask-join'), /医師の登録/);
  await tablet.taps('join-yes');
  await visitor.sees('screen-call');
});

step('three in the call: everybody sees and hears the other two', async () => {
  // The phone's browser shows and says the doctor's clip, whoever signs in on it.
  const seen = await Promise.all([
    live(tablet, 'stage', 2),
    live(desk, 'tile-patient'),
    live(desk, 'tile-visitingNurse'),
    live(visitor, 'tile-patient'),
    live(visitor, 'tile-deskNurse'),
  ]);
  assert.deepEqual(
    seen.map((people) => [...people].sort()),
    [['doctor', 'nurse'], ['patient'], ['doctor'], ['patient'], ['nurse']],
  );
  const heard = await Promise.all([desk, tablet, visitor].map((window) => peopleHeard(window.page, clips, 2)));
  assert.deepEqual(
    heard.map(({ who }) => who),
    [
      ['doctor', 'patient'],
      ['doctor', 'nurse'],
      ['nurse', 'patient'],
    ],
  );
});

step('what the visiting nurse counts at the bedside is seen at the desk, as a clinician’s', async () => {
  await visitor.taps('tab-vitals');
  await visitor.writes('obs-rate', '26');
  await visitor.chooses('obs-level-voice');
  await visitor.chooses('obs-oxygen-oxygen');
  await visitor.writes('obs-flow', '1.5');
  await visitor.taps('obs-save');
  await desk.by('vital-respiratoryRate').getByText('26', { exact: true }).waitFor();
  assert.match(await desk.text('vital-respiratoryRate'), /26.*医療者の入力/);
  assert.match(await desk.text('vital-consciousness'), /呼びかけに反応/);
  // 3 for each of breathing and consciousness and 2 for oxygen: at least eight points whatever is missing.
  await desk.by('news2').getByText(/^8〜/).waitFor();
});

step('the patient says いいえ to recording: the nurse reads it, the call goes on, and nobody sees REC', async () => {
  await desk.taps('rec-ask');
  await visitor.sees('rec-question');
  await tablet.taps('recording-no');
  assert.match(await desk.text('rec-refused'), /録画しません（断られました）/);
  await Promise.all([visitor.seesNot('rec-question'), tablet.seesNot('ask-recording')]);
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(visitor, 'tile-patient'), ['patient']);
  await nobodySeesRec();
});

step('a visiting nurse leaves; ending for all is not hers', async () => {
  assert.equal(await visitor.by('end').count(), 0);
  const session = await visitor.session();
  assert.equal(await visitor.refused({ type: 'end', session }), 'not-yours-to-end');
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient'], 'and nothing ended');
  await visitor.taps('tab-call');
  await visitor.taps('leave');
  await visitor.sees('come-back');
  await desk.by('member-visitingNurse').getByText('退出しました', { exact: true }).waitFor();
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
});

step('the patient hangs up by mistake: the nurse stays, and the same call goes on when the patient is back', async () => {
  const session = await desk.session();
  await tablet.taps('leave');
  await tablet.taps('leave-yes');
  assert.match(await tablet.plain('screen-left'), /電話を切りました.*戻れます.*まだ待っている人：宵町 かおる/s);
  await desk.by('member-patient').getByText('退出しました', { exact: true }).waitFor();
  await desk.by('tile-patient').waitFor({ state: 'hidden' });
  await tablet.taps('come-back');
  await tablet.sees('screen-incall');
  assert.deepEqual(await live(desk, 'tile-patient'), ['patient']);
  assert.deepEqual(await live(tablet, 'stage'), ['nurse']);
  assert.equal(await desk.by('queue-item').count(), 1, 'the same case');
  assert.equal(await desk.session(), session);
  await nobodySeesRec();
});

step('after the end there is no recording: none told, no file, and none on the disk', async () => {
  await desk.taps('end');
  await desk.taps('end-yes');
  await tablet.sees('screen-after');
  const reader = await Reader.as(night.server, 'desk');
  const [{ session, case: thread }] = await reader.json('/api/v1/cases');
  const { timeline } = await reader.json(`/api/v1/cases/${thread}`);
  const facts = timeline.map(({ fact }) => fact);
  assert.ok(facts.includes('ended') && facts.includes('recordingAsked'), facts.join());
  assert.deepEqual(recordedTimes(timeline), []);
  assert.deepEqual(await reader.json(`/api/v1/encounters/${session}/recordings`), []);
  assert.deepEqual(night.server.recorded(), []);
});

step('no page threw an error on the way', async () => {
  assert.deepEqual(await night.over(), []);
});
