// Resources that are wrong in one thing must be refused, each for that thing.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openGate } from '../gate.mjs';
import { story } from '../lib/fixtures.mjs';

const gate = openGate();

const first = (type, which = () => true) => (bundle) => {
  const found = bundle.entry.map((e) => e.resource).find((r) => r.resourceType === type && which(r));
  assert.ok(found, `the story has a ${type}`);
  return found;
};
const has = (code) => (r) => r.code?.coding?.some((c) => c.code === code);
const value = (code) => (r) => has(code)(r) && r.valueQuantity;
const encounter = first('Encounter');
const patient = first('Patient');
const spo2 = first('Observation', value('2708-6'));
const pulse = first('Observation', value('8867-4'));
const temperature = first('Observation', value('8310-5'));
const pressure = first('Observation', (r) => has('85354-9')(r) && r.component.every((c) => c.valueQuantity));
const consciousness = first('Observation', has('80288-4'));
const consent = first('Consent');
const provenance = first('Provenance');
const organization = first('Organization', (r) => r.extension);
const drop = (coding, system) => coding.filter((c) => c.system !== system);
const LOINC = 'http://loinc.org';
const MEDIS = 'http://medis.or.jp/CodeSystem/master-nursingObservationKeyCode';

// [what is wrong, what is made of the bundle, what the gate must say, needs JP Core]
const mutations = [
  ['an Observation without subject', (b) => delete spo2(b).subject, /subject/],
  ['an Observation without category', (b) => delete spo2(b).category, /category/],
  ['an Observation without status', (b) => delete spo2(b).status, /status/],
  ['an Observation without code', (b) => delete spo2(b).code, /code/],
  ['an Observation without time', (b) => delete spo2(b).effectiveDateTime, /does not say when|effective/],
  ['an Observation with an instant', (b) => { const o = spo2(b); o.effectiveInstant = o.effectiveDateTime; delete o.effectiveDateTime; }, /effectiveInstant/],
  ['an Observation without the JP Core category', (b) => { const o = spo2(b); o.category = o.category.filter((c) => !c.coding[0].system.endsWith('JP_SimpleObservationCategory_CS')); }, /JP Core's category/],
  ['an Observation without the base category', (b) => { const o = spo2(b); o.category = o.category.filter((c) => !c.coding[0].system.endsWith('observation-category')); }, /lacks the base category/],
  ['the slice itself refused by JP Core', (b) => { const o = pulse(b); o.category = o.category.filter((c) => !c.coding[0].system.endsWith('JP_SimpleObservationCategory_CS')); }, /\[JP_Observation_VitalSigns\]/, true],
  ['the slice itself refused by base R4', (b) => { const o = pulse(b); o.category = o.category.filter((c) => !c.coding[0].system.endsWith('observation-category')); }, /\[heartrate\]/],
  ['SpO2 without LOINC 2708-6', (b) => { const o = spo2(b); o.code.coding = o.code.coding.filter((c) => c.code !== '2708-6'); }, /\[oxygensat\]/],
  ['SpO2 without LOINC 59408-5', (b) => { const o = spo2(b); o.code.coding = o.code.coding.filter((c) => c.code !== '59408-5'); }, /2708-6 without 59408-5/],
  ['a pulse without its MEDIS key', (b) => { const o = pulse(b); o.code.coding = drop(o.code.coding, MEDIS); }, /without its MEDIS key/],
  ['a temperature without LOINC', (b) => { const o = temperature(b); o.code.coding = drop(o.code.coding, LOINC); }, /\[bodytemp\]/],
  ['a LOINC code outside the table', (b) => { spo2(b).code.coding.push({ system: LOINC, code: '20564-1' }); }, /not in the table/],
  ['a pulse in bpm', (b) => { pulse(b).valueQuantity.code = 'bpm'; }, /in bpm, not \/min/],
  ['a unit that is not UCUM', (b) => { temperature(b).valueQuantity.system = 'urn:units'; }, /Cel/],
  ['a value written as text', (b) => { const q = spo2(b).valueQuantity; q.value = String(q.value); }, /value/],
  ['a value and a reason for its absence', (b) => { spo2(b).dataAbsentReason = { text: 'error' }; }, /obs-6|dataAbsentReason/],
  ['a pressure without its diastolic part', (b) => { const o = pressure(b); o.component = o.component.slice(0, 1); }, /8462-4 exactly once/],
  ['a pressure whose part is in kPa', (b) => { pressure(b).component[0].valueQuantity.code = 'kPa'; }, /in kPa/],
  ['a pressure part with neither value nor reason', (b) => { delete pressure(b).component[1].valueQuantity; }, /neither value nor reason/],
  ['consciousness as a number', (b) => { const o = consciousness(b); delete o.valueCodeableConcept; o.valueQuantity = { value: 0, code: '{score}', system: 'http://unitsofmeasure.org' }; }, /no coded value/],
  ['test data called final', (b) => { first('Observation', (r) => r.meta.security)(b).status = 'final'; }, /test data and final/],
  ['an unknown property', (b) => { spo2(b).confidence = 'high'; }, /confidence/],
  ['a property of R4B', (b) => { spo2(b).triggeredBy = []; }, /triggeredBy/],
  ['a malformed dateTime', (b) => { spo2(b).effectiveDateTime = '2026-11-21 23:40'; }, /effective/],
  ['a dateTime that is a number', (b) => { spo2(b).effectiveDateTime = 1795272000000; }, /effective/],
  ['an instant without a zone', (b) => { spo2(b).issued = '2026-11-21T23:40:00'; }, /issued/],
  ['a reading without its identifier', (b) => { delete spo2(b).identifier; }, /no identifier/],
  ['a subject that is a Practitioner', (b) => { const p = first('Practitioner')(b); spo2(b).subject.reference = `Practitioner/${p.id}`; }, /refers to a Practitioner/],
  ['a dangling subject', (b) => { spo2(b).subject.reference = 'Patient/nobody'; }, /not in the bundle/],
  ['an empty reference', (b) => { spo2(b).subject = {}; }, /subject/],
  ['an Encounter status that does not exist', (b) => { encounter(b).status = 'banana'; }, /banana/],
  ['an Encounter without class', (b) => { delete encounter(b).class; }, /class/],
  ['an Encounter that is a house call', (b) => { encounter(b).class.code = 'HH'; }, /class VR/],
  ['an Encounter without subject', (b) => { delete encounter(b).subject; }, /subject/],
  ['an Encounter that ends before it starts', (b) => { const p = encounter(b).period; [p.start, p.end] = [p.end, p.start]; }, /ends before it starts/],
  ['a ledger interval that runs backwards', (b) => { const i = encounter(b).extension[0].extension[0].valuePeriod; i.end = '2020-01-01T00:00:00.000Z'; }, /ends before it starts/],
  ['a participant without a period', (b) => { delete encounter(b).participant[0].period; }, /participant without a period/],
  ['a participant who is not in the bundle', (b) => { encounter(b).participant[0].individual.reference = 'Practitioner/ghost'; }, /not in the bundle/],
  ['a status history without a period', (b) => { delete encounter(b).statusHistory[0].period; }, /period/],
  ['an extension of 0..1 twice', (b) => { const e = encounter(b); e.extension.push(e.extension.find((x) => x.url.endsWith('decision'))); }, /twice/],
  ['a prefecture twice', (b) => { const o = organization(b); o.extension.push(o.extension[0]); }, /twice/],
  ['an Organization with neither name nor identifier', (b) => { const o = organization(b); delete o.name; delete o.identifier; }, /lacks name or identifier/],
  ['a Patient without identifier', (b) => { delete patient(b).identifier; }, /identifier/, true],
  ['a Patient whose identifier is empty', (b) => { delete patient(b).identifier[0].value; }, /value/, true],
  ['a Patient of an unknown gender code', (b) => { patient(b).gender = 'f'; }, /gender/],
  ['a birth date that is no date', (b) => { patient(b).birthDate = '11.02.1939'; }, /birthDate/],
  ['a name that is one text', (b) => { patient(b).name = '月島 ふみ'; }, /name/],
  ['a Consent without category', (b) => { delete consent(b).category; }, /category/],
  ['a Consent without policy', (b) => { delete consent(b).policyRule; }, /ppc-1|[Pp]olicy/],
  ['a Consent neither permitting nor denying', (b) => { consent(b).provision.type = 'maybe'; }, /maybe/],
  ['a Consent with a status of ours', (b) => { consent(b).status = 'withdrawn'; }, /withdrawn/],
  ['a Provenance without signer', (b) => { delete provenance(b).agent; }, /agent/],
  ['a Provenance without target', (b) => { delete provenance(b).target; }, /target/],
  ['a Provenance without its time', (b) => { delete provenance(b).recorded; }, /recorded/],
  ['a Provenance for something that is not there', (b) => { provenance(b).target[0].reference = 'Encounter/other'; }, /not in the bundle/],
  ['a profile nobody knows', (b) => { spo2(b).meta.profile.push('http://example.org/StructureDefinition/none'); }, /not known/],
  ['a JP Core profile that does not exist', (b) => { patient(b).meta.profile = ['http://jpfhir.jp/fhir/core/StructureDefinition/JP_Patients']; }, /not known/, true],
  ['a resource without id', (b) => { delete spo2(b).id; }, /has no id|address/],
  ['a fullUrl of another resource', (b) => { b.entry[1].fullUrl = b.entry[0].fullUrl; }, /not the address/],
  ['a wrong total', (b) => { b.total = 99; }, /total/],
  ['a bundle of another type', (b) => { b.type = 'collection'; }, /collection/],
  ['a bundle without its Patient', (b) => { b.entry = b.entry.filter((e) => e.resource.resourceType !== 'Patient'); }, /no Patient/],
  ['a resource type that does not exist', (b) => { spo2(b).resourceType = 'Measurement'; }, /Measurement/],
];

for (const [what, change, says, needsJpCore] of mutations) {
  test(`refuses ${what}`, { skip: needsJpCore && !gate.jpCore && 'JP Core is not here' }, () => {
    const bundle = story('answered');
    change(bundle);
    const problems = gate.check(bundle);
    assert.ok(problems.length > 0, 'accepted');
    assert.ok(problems.some((p) => says.test(p)), `refused for something else:\n${problems.join('\n')}`);
  });
}

test('in CI the absence of JP Core is a failure; elsewhere it is said, and base R4 still refuses', () => {
  const empty = mkdtempSync(join(tmpdir(), 'yoban-no-jp-'));
  const nowhere = join(empty, 'nowhere');
  assert.throws(() => openGate({ CI: 'true' }, nowhere), /missing/);
  assert.throws(() => openGate({ YOBAN_JP_CORE: empty }), /no definitions/);
  assert.throws(() => openGate({ YOBAN_JP_CORE: nowhere }), /not there/);
  const base = openGate({}, nowhere);
  rmSync(empty, { recursive: true });
  assert.equal(base.jpCore, false);
  assert.match(base.note, /NOT CHECKED/);
  const bundle = story('answered');
  assert.deepEqual(base.check(bundle), []);
  delete spo2(bundle).subject;
  assert.notDeepEqual(base.check(bundle), []);
});
