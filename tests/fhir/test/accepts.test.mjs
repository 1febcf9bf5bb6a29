// What Yoban emits passes, and the stories hold what they are about.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openGate } from '../gate.mjs';
import { bundles, story } from '../lib/fixtures.mjs';

const gate = openGate();
const of = (bundle, type) => bundle.entry.map((e) => e.resource).filter((r) => r.resourceType === type);

test(`the gate checks against: ${gate.note}`, (t) => {
  t.diagnostic(gate.note);
  assert.ok(bundles.length >= 4);
});

for (const [file, bundle] of bundles) {
  test(`${file.split('/').pop()} is accepted`, () => assert.deepEqual(gate.check(bundle), []));
}

test('an answered call has its people, both kinds of consent holders, every reading, and one signature', () => {
  const bundle = story('answered');
  assert.equal(of(bundle, 'Encounter')[0].status, 'finished');
  assert.equal(of(bundle, 'Encounter')[0].participant.length, 2);
  assert.equal(of(bundle, 'Consent').length, 2);
  assert.equal(of(bundle, 'Provenance').length, 1);
  assert.equal(of(bundle, 'Provenance')[0].target.length, 1 + of(bundle, 'Observation').length + 1 + 2);
  const codes = new Set(of(bundle, 'Observation').flatMap((o) => o.code.coding.map((c) => c.code)));
  for (const code of ['2708-6', '59408-5', '8867-4', '8310-5', '9279-1', '85354-9', '80288-4', '3151-8', '29463-7', '2339-0', '31000001', '31001390', '31001368', '31001369', '31002365']) {
    assert.ok(codes.has(code), code);
  }
});

test('a doubtful, simulated, void or test reading is not final and never a bare number', () => {
  const observations = of(story('answered'), 'Observation');
  const flagged = (flag) => observations.filter((o) => (o.extension ?? []).some((e) => e.valueCodeableConcept?.coding[0].code === flag));
  for (const flag of ['futureStamped', 'implausible', 'notOnUser', 'movement', 'lowPerfusion', 'test']) {
    assert.ok(flagged(flag).length > 0, flag);
    for (const o of flagged(flag)) {
      assert.equal(o.status, 'preliminary', flag);
      assert.ok(o.note.length > 0, flag);
    }
  }
  for (const flag of ['implausible', 'notOnUser', 'test']) {
    for (const o of flagged(flag)) assert.ok(o.dataAbsentReason && !o.valueQuantity, flag);
  }
  for (const o of flagged('futureStamped')) assert.equal(o.effectiveDateTime, o.issued);
  const simulated = observations.filter((o) => o.meta.security);
  assert.ok(simulated.length >= 2);
});

test('nobody signed: no Provenance, and the encounter says so', () => {
  const bundle = story('nurse-only');
  assert.equal(of(bundle, 'Provenance').length, 0);
  assert.equal(of(bundle, 'Encounter')[0].meta.tag[0].code, 'unsigned');
});

test('a call taken back is cancelled and nobody took part', () => {
  const [encounter] = of(story('cancelled'), 'Encounter');
  assert.equal(encounter.status, 'cancelled');
  assert.equal(encounter.participant, undefined);
});

test('a withdrawn yes to recording is inactive and the no stands; a refused doctor took no part', () => {
  const bundle = story('recorded');
  const recording = of(bundle, 'Consent').filter((c) => c.id.startsWith('recording-'));
  assert.deepEqual(
    recording.map((c) => [c.performer[0].reference.split('/')[0], c.status, c.provision.type]),
    [
      ['Practitioner', 'active', 'permit'],
      ['Patient', 'inactive', 'permit'],
      ['Patient', 'rejected', 'deny'],
    ],
  );
  assert.equal(of(bundle, 'Encounter')[0].participant.length, 1);
});
