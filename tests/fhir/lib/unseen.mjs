// What the validator accepts and we do not: codes outside required value sets, references to the wrong type or to
// nothing, repeated 0..1 extensions, instants where dateTime is wanted, periods that run backwards, wrong units.

const ALLOWED = {
  'Encounter.status': ['planned', 'arrived', 'triaged', 'in-progress', 'onleave', 'finished', 'cancelled'],
  'Encounter.statusHistory.status': ['arrived', 'in-progress', 'finished', 'cancelled'],
  'Observation.status': ['preliminary', 'final'],
  'ClinicalImpression.status': ['in-progress', 'completed', 'entered-in-error'],
  'Consent.status': ['draft', 'proposed', 'active', 'rejected', 'inactive', 'entered-in-error'],
  'Consent.provision.type': ['deny', 'permit'],
  'Consent.provision.data.meaning': ['instance', 'related', 'dependents', 'authoredby'],
  'Provenance.entity.role': ['derivation', 'revision', 'quotation', 'source', 'removal'],
  'Patient.gender': ['male', 'female', 'other', 'unknown'],
  'Bundle.type': ['searchset'],
  'Bundle.entry.search.mode': ['match', 'include', 'outcome'],
};

const TARGETS = {
  'Encounter.subject': ['Patient'],
  'Encounter.participant.individual': ['Practitioner', 'PractitionerRole', 'RelatedPerson'],
  'Encounter.serviceProvider': ['Organization'],
  'Observation.subject': ['Patient'],
  'Observation.encounter': ['Encounter'],
  'Observation.performer': ['Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson'],
  'Observation.device': ['Device'],
  'ClinicalImpression.subject': ['Patient'],
  'ClinicalImpression.encounter': ['Encounter'],
  'Consent.patient': ['Patient'],
  'Consent.performer': ['Patient', 'Practitioner', 'PractitionerRole', 'RelatedPerson'],
  'Consent.provision.actor.reference': ['Practitioner'],
  'Consent.provision.data.reference': ['Encounter'],
  'Provenance.target': ['Encounter', 'Observation', 'ClinicalImpression', 'Consent'],
  'Provenance.agent.who': ['Practitioner'],
  'Provenance.agent.onBehalfOf': ['Organization'],
  'Provenance.entity.what': [],
  'Provenance.signature.who': ['Practitioner'],
  'Patient.generalPractitioner': ['Practitioner', 'PractitionerRole', 'Organization'],
  'Patient.managingOrganization': ['Organization'],
  'PractitionerRole.practitioner': ['Practitioner'],
  'PractitionerRole.organization': ['Organization'],
  'Organization.partOf': ['Organization'],
};

// Ours and JP Core's that may stand several times; every other extension URL stands once in its place.
const REPEATED = new Set([
  'urn:yoban:fhir:ext:service-interval',
  'urn:yoban:fhir:ext:recording-interval',
  'urn:yoban:fhir:ext:reading-flag',
  'urn:yoban:fhir:ext:recheck',
]);

const LOINC = 'http://loinc.org';
const MEDIS = 'http://medis.or.jp/CodeSystem/master-nursingObservationKeyCode';
const UCUM = 'http://unitsofmeasure.org';
const JP_SIMPLE = 'http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS';
const BASE = 'http://terminology.hl7.org/CodeSystem/observation-category';
const NEWS2 = 'urn:yoban:fhir:cs:news2';
const ACVPU = 'urn:yoban:fhir:cs:acvpu';

// LOINC → what must stand beside it. The table of clinical-standards C4.
const CODES = {
  '2708-6': { with: ['59408-5'], medis: ['31000001'], unit: '%' },
  '59408-5': { with: ['2708-6'], medis: ['31000001'], unit: '%' },
  '8867-4': { medis: ['31001390', '31000595'], unit: '/min' },
  '8310-5': { medis: ['31001368'], unit: 'Cel' },
  '9279-1': { medis: ['31001369'], unit: '/min' },
  '85354-9': { medis: ['31002365'], components: true },
  '8480-6': { medis: ['31001848'], unit: 'mm[Hg]' },
  '8462-4': { medis: ['31001849'], unit: 'mm[Hg]' },
  '29463-7': { unit: 'kg', jp: 'body-measurement' },
  '3151-8': { unit: 'L/min' },
  '2339-0': { unit: 'mg/dL', laboratory: true },
  '41653-7': { unit: 'mg/dL', laboratory: true },
  '80288-4': { coded: true },
};

const codesOf = (concept, system) => (concept?.coding ?? []).filter((c) => c.system === system).map((c) => c.code);
const list = (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

/** Everything wrong with a bundle that the validator does not see. */
export function unseen(bundle) {
  const problems = [];
  const entries = list(bundle?.entry);
  const present = new Set(entries.map((e) => `${e.resource?.resourceType}/${e.resource?.id}`));
  envelope(bundle, entries, problems);
  const { entry: _, ...outside } = bundle ?? {};
  walk({ ...outside, entry: entries.map(({ resource: __, ...rest }) => rest) }, 'Bundle', 'Bundle', present, problems);
  for (const { resource } of entries) {
    const where = `${resource?.resourceType}/${resource?.id}`;
    if (!resource?.id) problems.push(`${where} has no id`);
    walk(resource, resource?.resourceType, where, present, problems);
    if (resource?.resourceType === 'Observation') observation(resource, where, problems);
    // org-1 is among the constraints the validator leaves out; we always send both.
    if (resource?.resourceType === 'Organization' && !(resource.name && resource.identifier?.length)) {
      problems.push(`${where} lacks name or identifier`);
    }
    if (resource?.resourceType === 'Encounter') encounter(resource, where, problems);
  }
  return problems;
}

function envelope(bundle, entries, problems) {
  if (!bundle?.id) problems.push('the bundle has no id');
  const seen = new Set();
  for (const { fullUrl, resource, search } of entries) {
    if (!fullUrl?.endsWith(`/${resource?.resourceType}/${resource?.id}`)) problems.push(`fullUrl ${fullUrl} is not the address of its resource`);
    if (seen.has(fullUrl)) problems.push(`fullUrl ${fullUrl} stands twice`);
    seen.add(fullUrl);
    if (!search?.mode) problems.push(`${fullUrl} does not say why it is in the result`);
  }
  const matches = entries.filter((e) => e.search?.mode === 'match');
  if (bundle?.total !== matches.length) problems.push(`total ${bundle?.total} is not the number of matches ${matches.length}`);
  if (matches.length !== 1 || matches[0].resource?.resourceType !== 'Encounter') problems.push('exactly one Encounter must match');
  if (!list(bundle?.link).some((l) => l.relation === 'self')) problems.push('the result has no self link');
  for (const type of ['Patient', 'Organization']) {
    if (!entries.some((e) => e.resource?.resourceType === type)) problems.push(`there is no ${type}`);
  }
}

function walk(node, path, where, present, problems) {
  if (Array.isArray(node)) {
    for (const item of node) walk(item, path, where, present, problems);
    return;
  }
  const allowed = ALLOWED[path];
  if (allowed && !allowed.includes(node)) problems.push(`${where} ${path} is "${node}"`);
  if (node === null || typeof node !== 'object') return;
  if (node.start && node.end && Date.parse(node.end) < Date.parse(node.start)) problems.push(`${where} ${path} ends before it starts`);
  if (TARGETS[path] || (typeof node.reference === 'string' && path.endsWith('valueReference'))) reference(node, path, where, present, problems);
  for (const [key, value] of Object.entries(node)) {
    if (key === 'extension') once(value, path, where, problems);
    walk(value, `${path}.${key}`, where, present, problems);
  }
  if (typeof node.reference === 'string' && !TARGETS[path] && !path.endsWith('valueReference')) problems.push(`${where} ${path} is a reference the gate does not know`);
}

function reference(node, path, where, present, problems) {
  if (node.reference === undefined) {
    if (!node.identifier && !node.display) problems.push(`${where} ${path} refers to nothing`);
    return;
  }
  const type = node.reference.split('/')[0];
  const targets = TARGETS[path] ?? ['Practitioner'];
  if (!targets.includes(type)) problems.push(`${where} ${path} refers to a ${type}`);
  if (!present.has(node.reference)) problems.push(`${where} ${path} refers to ${node.reference}, which is not in the bundle`);
}

function once(extensions, path, where, problems) {
  const seen = new Set();
  for (const { url } of list(extensions)) {
    if (seen.has(url) && !REPEATED.has(url)) problems.push(`${where} ${path} has extension ${url} twice`);
    seen.add(url);
  }
}

function encounter(resource, where, problems) {
  if (resource.class?.code !== 'VR') problems.push(`${where} is not of class VR`);
  if (!resource.subject) problems.push(`${where} has no subject`);
  if (resource.status === 'finished' && !resource.period?.end) problems.push(`${where} is finished and has no end`);
  for (const p of list(resource.participant)) if (!p.period) problems.push(`${where} has a participant without a period`);
}

function observation(resource, where, problems) {
  for (const key of Object.keys(resource)) {
    if (key.startsWith('effective') && !['effectiveDateTime', 'effectivePeriod'].includes(key)) problems.push(`${where} has ${key}`);
  }
  if (!resource.effectiveDateTime && !resource.effectivePeriod) problems.push(`${where} does not say when`);
  if (!resource.identifier?.length) problems.push(`${where} has no identifier`);
  if (resource.meta?.security?.some((s) => s.code === 'HTEST') && resource.status === 'final') problems.push(`${where} is test data and final`);
  const loinc = codesOf(resource.code, LOINC);
  const rules = loinc.map((code) => [code, CODES[code]]);
  for (const [code, rule] of rules) if (!rule) problems.push(`${where} has LOINC ${code}, which is not in the table`);
  const laboratory = rules.some(([, rule]) => rule?.laboratory);
  // A judgement of a clinician, not a measurement.
  const judged = codesOf(resource.code, NEWS2).includes('spo2-scale');
  const jp = judged ? 'survey' : laboratory ? 'laboratory' : (rules.find(([, rule]) => rule?.jp)?.[1].jp ?? 'vital-signs');
  const categories = list(resource.category);
  if (!categories.some((c) => codesOf(c, JP_SIMPLE).includes(jp))) problems.push(`${where} lacks JP Core's category ${jp}`);
  const base = judged ? 'survey' : laboratory ? 'laboratory' : 'vital-signs';
  if (!categories.some((c) => codesOf(c, BASE).includes(base))) problems.push(`${where} lacks the base category ${base}`);
  coded(resource, resource.code, where, problems);
  for (const part of list(resource.component)) coded(part, part.code, `${where} component`, problems);
  if (loinc.includes('85354-9')) bloodPressure(resource, where, problems);
  if (resource.valueQuantity && resource.component) problems.push(`${where} has a value beside its components`);
}

function coded(holder, concept, where, problems) {
  const loinc = codesOf(concept, LOINC);
  const medis = codesOf(concept, MEDIS);
  for (const code of loinc) {
    const rule = CODES[code];
    if (!rule) continue;
    for (const other of rule.with ?? []) if (!loinc.includes(other)) problems.push(`${where} has ${code} without ${other}`);
    if (rule.medis && !medis.some((m) => rule.medis.includes(m))) problems.push(`${where} has ${code} without its MEDIS key`);
    if (rule.coded && holder.valueCodeableConcept === undefined && !holder.dataAbsentReason) problems.push(`${where} ${code} is no coded value`);
    if (rule.coded && holder.valueCodeableConcept && codesOf(holder.valueCodeableConcept, ACVPU).length !== 1) problems.push(`${where} ${code} has no ACVPU code`);
    if (rule.unit && !holder.valueQuantity && !holder.dataAbsentReason) problems.push(`${where} ${code} has neither value nor reason`);
    const quantity = holder.valueQuantity;
    if (quantity && (quantity.system !== UCUM || quantity.code !== rule.unit)) problems.push(`${where} ${code} is in ${quantity.code}, not ${rule.unit}`);
    if (quantity && typeof quantity.value !== 'number') problems.push(`${where} ${code} has no number`);
  }
}

function bloodPressure(resource, where, problems) {
  const parts = list(resource.component).flatMap((c) => codesOf(c.code, LOINC));
  for (const code of ['8480-6', '8462-4']) {
    if (parts.filter((c) => c === code).length !== 1) problems.push(`${where} must have ${code} exactly once`);
  }
}
