/**
 * One stored message per variant, made from the server's own types (docs/adr/0004). Each is read here as what
 * `schema.ts` says it is: a variant without a reader does not compile, a field that is not there fails.
 */
import { describe, expect, test } from 'vitest';
import type { CallView, ClientFrame, ClientMessage, ServerFrame, ServerMessage } from '../src/types.ts';

const clientFiles = import.meta.glob<ClientFrame[]>('../../conformance/messages/client/*.json', {
  eager: true,
  import: 'default',
});
const serverFiles = import.meta.glob<ServerFrame[]>('../../conformance/messages/server/*.json', {
  eager: true,
  import: 'default',
});

type Of<M extends { type: string }, T extends M['type']> = Extract<M, { type: T }>;
type Readers<M extends { type: string }> = { [T in M['type']]: (message: Of<M, T>) => unknown[] };

const text = (value: string | null | undefined): string => {
  expect(value).toBeTypeOf('string');
  return value ?? '';
};
const number = (value: number | null | undefined): number => {
  expect(value).toBeTypeOf('number');
  return value ?? 0;
};
const flag = (value: boolean): boolean => {
  expect(value).toBeTypeOf('boolean');
  return value;
};

function call(view: CallView): unknown[] {
  number(view.version);
  expect(['waiting', 'active', 'closing', 'ended']).toContain(view.state.state);
  for (const person of view.people) {
    text(person.legState.state);
    text(person.join.consent);
    flag(person.gateOpen);
    if (person.role === 'patient') text(person.name?.kanji);
    if (person.role === 'device') text(person.equipment?.nameEn);
  }
  if (view.checkIn) number(view.checkIn.answerBy - view.checkIn.askedAt);
  if (view.patient) text(view.patient.birthDate);
  for (const interval of view.findings?.ledger ?? []) text(interval.mode);
  return [view.session, view.case, view.recording.phase, view.kind, view.mode];
}

const server: Readers<ServerMessage> = {
  welcome: (m) => [m.stream, flag(m.resumed), number(m.heartbeatMs), m.me.deskPhone, m.me.who.kind],
  pong: (m) => [number(m.id), number(m.now)],
  ack: (m) => [number(m.id)],
  problem: (m) => [
    text(m.problem.code),
    number(m.problem.status),
    text(m.problem.next),
    text(m.problem.nextEn),
  ],
  call: (m) => call(m.call),
  calls: (m) => m.calls.flatMap(call),
  queue: (m) => m.items.flatMap((i) => [i.session, text(i.patient.kanji), flag(i.unattended), i.state.state]),
  vitals: (m) => [
    m.vitals.session,
    ...m.vitals.latest.flatMap((l) => [
      text(l.kind),
      text(l.reading.vital.kind),
      flag(l.counts),
      number(l.staleAt),
    ]),
    ...(m.vitals.score?.items ?? []).map((i) => (i.reading ? number(i.staleAt) : i.item)),
    ...m.vitals.trends.flatMap((t) => t.points.map((p) => number(p.at))),
    m.vitals.score ? text(m.vitals.score.scale.kind) : text(m.vitals.notScored),
  ],
  offer: (m) => [m.session, m.connection, text(m.sdp)],
  map: (m) => [m.connection, m.slots.length],
  connectionGone: (m) => [m.session, m.connection, flag(m.retry)],
  goingAway: (m) => [number(m.afterMs)],
};

const client: Readers<ClientMessage> = {
  hello: (m) => [text(m.token), number(m.protocol), m.resume ? number(m.resume.seq) : 'from the start'],
  ping: () => [],
  renew: (m) => [text(m.token)],
  duty: (m) => [flag(m.ready)],
  cancel: (m) => [m.session],
  accept: (m) => [m.session],
  decline: (m) => [m.session, m.reason],
  leave: (m) => [m.session],
  comeBack: (m) => [m.session],
  end: (m) => [m.session],
  undoEnd: (m) => [m.session],
  invite: (m) => [m.session, m.role],
  bringEquipment: (m) => [m.session, m.device],
  withdrawInvite: (m) => [m.session, m.leg],
  answerJoin: (m) => [m.session, m.leg, flag(m.yes)],
  spokenConsent: (m) => [m.session, m.leg],
  askRecording: (m) => [m.session],
  answerRecording: (m) => [m.session, flag(m.yes)],
  stopRecording: (m) => [m.session],
  declare: (m) => [m.session, m.microphone, m.camera],
  connect: (m) => [m.session],
  answer: (m) => [m.connection, text(m.sdp)],
  readings: (m) => m.readings.flatMap((r) => [r.id, text(r.vital.kind), text(r.origin.kind)]),
  assess: (m) => [m.session, m.finding.part],
  setKind: (m) => [m.session, m.kind],
  dispose: (m) => [m.session, m.disposition.outcome.outcome, text(m.disposition.advice)],
  stillHere: (m) => [m.session],
  rechecked: (m) => [m.session, text(m.note)],
  setOxygenScale: (m) => [m.session, flag(m.scale2), text(m.reason)],
  sign: (m) => [m.session],
};

function readAll<M extends { type: string }>(files: Record<string, { message: M }[]>, readers: Readers<M>) {
  const tags = Object.keys(files).map((path) => path.replace(/^.*\/|\.json$/g, ''));
  test('one file per variant', () => expect(tags.toSorted()).toEqual(Object.keys(readers).toSorted()));
  for (const [path, frames] of Object.entries(files)) {
    test(path.replace(/^.*\//, ''), () => {
      expect(frames.length).toBeGreaterThan(0);
      for (const { message } of frames) {
        expect(path).toContain(`/${message.type}.json`);
        const read = readers[message.type as M['type']] as (message: M) => unknown[];
        // What a client reads is there: nothing it names is missing.
        expect(read(message)).not.toContain(undefined);
      }
    });
  }
}

describe('what the server says', () => readAll<ServerMessage>(serverFiles, server));
describe('what a client says', () => readAll<ClientMessage>(clientFiles, client));
