/** The contract lists every name the server can send; each one that a screen shows has its words, or somebody says why not. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { refusalKey } from '../src/clinical/Kind.tsx';
import { en } from '../src/i18n/messages.en.ts';
import { ja } from '../src/i18n/messages.ja.ts';

interface Schema {
  enum?: string[];
  oneOf?: { properties?: Record<string, { enum?: string[] }> }[];
}
const CONTRACT = fileURLToPath(new URL('../../../api/openapi.json', import.meta.url));
const schemas = JSON.parse(readFileSync(CONTRACT, 'utf8')).components.schemas as Record<string, Schema>;

/** Each name and the keys of its words. */
const SAID: Record<string, (code: string) => string[]> = {
  Band: (c) => [`news.${c}`],
  Consciousness: (c) => [`vit.level.${c}`],
  DeclineReason: (c) => [`ring.decline.${c}`],
  Flag: (c) => [`flag.${c}`],
  IdentityMethod: (c) => [`identity.${c}`],
  Item: (c) => [`item.${c}`],
  JoinAnswer: (c) => (c === 'given' ? ['enc.given.onTablet', 'enc.given.spoken'] : [`enc.${c}`]),
  LegRole: (c) => [`legRole.${c}`],
  LegState: (c) => [`call.state.${c}`],
  Line: (c) => [`line.${c}`],
  MediaMode: (c) => [`mode.${c}`],
  NotScored: (c) => [`news.${c}`],
  Outcome: (c) => [`outcome.${c}`],
  // Why one failed is said with it.
  Phase: (c) => (c === 'off' || c === 'failed' ? [] : [`rec.${c}`]),
  RecordingFailure: (c) => [`rec.failed.${c}`],
  RedFlag: (c) => [`red.${c}`],
  Role: (c) => [`role.${c}`],
  ServiceKind: (c) => [`kind.${c}`],
  Sex: (c) => [`patient.sex.${c}`],
  Source: (c) => (c === 'manual' ? ['vit.source.clinician', 'vit.source.household'] : [`vit.source.${c}`]),
  SourceState: (c) =>
    c === 'on' ? [] : c === 'off' ? ['source.muted', 'source.cameraOff'] : [`source.${c}`],
  TakenBack: (c) => [`disp.takenBack.${c}`],
  Urgency: (c) => [`urgency.${c}`, `urgency.${c}.what`],
  VitalKind: (c) => [`vit.${c}`],
};

/** Names no screen shows as such. */
const UNSAID = new Set([
  // The frame of a message, or where a view stands: a screen of its own, not a word.
  'ClientMessage',
  'ServerMessage',
  'Decided',
  'Finding',
  'Found',
  'MeWho',
  'Origin',
  'EnteredBy',
  'Owner',
  'State',
  'Supply',
  'Vital',
  'EndReason',
  // Of a file: which player, and what its bytes lack.
  'RecordedKind',
  'RecordedCodec',
  'GapReason',
  'JoinConsent',
  'ConsentManner',
  'RecordingAnswer',
  'SingleThree',
  'Spo2Scale',
  // Equipment is called by its own name; a codec by what it means for the picture.
  'EquipmentKind',
  'AudioOnly',
  'VideoCodec',
  // A number stands under the name of its vital sign.
  'Measure',
  'Site',
  // Units are symbols.
  'FlowUnit',
  'GlucoseUnit',
  'MassUnit',
  'PercentUnit',
  'PressureUnit',
  'RateUnit',
  'TemperatureUnit',
]);

const named = Object.entries(schemas).flatMap(([name, schema]): [string, string[]][] => {
  if (schema.enum) return [[name, schema.enum]];
  const tags = (schema.oneOf ?? []).flatMap((v) =>
    Object.values(v.properties ?? {}).flatMap((p) => p.enum ?? []),
  );
  return tags.length ? [[name, tags]] : [];
});

describe('every name of the contract', () => {
  it('is said by a screen, or does not reach one', () => {
    expect(named.length).toBeGreaterThan(30);
    for (const [name] of named) expect(name in SAID || UNSAID.has(name), `who says ${name}?`).toBe(true);
    for (const name of [...Object.keys(SAID), ...UNSAID]) expect(named.map(([n]) => n)).toContain(name);
  });

  it('has its words in both languages', () => {
    for (const [name, codes] of named.filter(([n]) => n in SAID)) {
      for (const key of codes.flatMap((code) => SAID[name]?.(code) ?? [])) {
        expect(ja, `${name}: ${key}`).toHaveProperty([key]);
        expect(en, `${name}: ${key}`).toHaveProperty([key]);
      }
    }
  });
});

it('says every refusal of オンライン診療 the server can give, and none as a code', () => {
  const source = readFileSync(
    fileURLToPath(new URL('../../../domain/src/session/refused.rs', import.meta.url)),
    'utf8',
  );
  const codes = [...source.matchAll(/"(examination-[a-z-]+)"/g)].map((m) => m[1] ?? '');
  expect(codes.length).toBe(5);
  for (const code of codes) expect(refusalKey(code), code).not.toBe('kindof.other');
  expect(refusalKey('from-a-later-version')).toBe('kindof.other');
});

it('speaks of amendments as soon as there are some, and not before', () => {
  const paths = Object.keys(JSON.parse(readFileSync(CONTRACT, 'utf8')).paths as object);
  const possible = paths.some((path) => /amend|correct/i.test(path));
  const said = [...Object.values(ja), ...Object.values(en)].filter((text) =>
    /追記|amend/i.test(JSON.stringify(text)),
  );
  expect(said.length > 0, said.join()).toBe(possible);
});
