import { expect, test } from 'vitest';
import { CallStore } from '../src/store.ts';
import type { CallView, Me, ServerMessage } from '../src/types.ts';
import { callView, me } from './samples.ts';

function live(): CallStore {
  const store = new CallStore(() => 1_000);
  store.apply(welcome(false));
  store.apply({ type: 'calls', calls: [] });
  return store;
}

function welcome(resumed: boolean, who: Me = me): ServerMessage {
  return { type: 'welcome', stream: 'a', resumed, heartbeatMs: 10_000, now: 5_000, me: who };
}

const call = (session: string, version: number, requestedAt = 0): CallView =>
  callView({ session, version, requestedAt });
const versions = (store: CallStore) => store.getSnapshot().calls.map((c) => `${c.session}@${c.version}`);

test('a call that is older than the one known is passed over', () => {
  const store = live();
  store.apply({ type: 'call', call: call('a', 2) });
  const before = store.getSnapshot();
  store.apply({ type: 'call', call: call('a', 1) });
  expect(versions(store)).toEqual(['a@2']);
  expect(store.getSnapshot()).toBe(before);
  store.apply({ type: 'call', call: call('a', 3) });
  expect(versions(store)).toEqual(['a@3']);
});

test('a list keeps newer versions and drops what it does not name', () => {
  const store = live();
  store.apply({ type: 'call', call: call('a', 5) });
  store.apply({ type: 'call', call: call('b', 1) });
  store.apply(welcome(true));
  store.apply({ type: 'calls', calls: [call('a', 4)] });
  expect(versions(store)).toEqual(['a@5']);
});

test('after a stream that could not be resumed everything is replaced, older versions included', () => {
  const store = live();
  store.apply({ type: 'call', call: call('a', 5) });
  store.apply({ type: 'vitals', vitals: { session: 'b', patient: 'p', now: 1, latest: [], trends: [] } });
  store.apply(welcome(false));
  expect(versions(store)).toEqual(['a@5']);
  store.apply({ type: 'calls', calls: [call('a', 4)] });
  expect(versions(store)).toEqual(['a@4']);
  expect(store.getSnapshot().vitals).toEqual({});
});

test('vital signs never go back in time', () => {
  const store = live();
  const vitals = (now: number) => ({ session: 'a', patient: 'p', now, latest: [], trends: [] });
  store.apply({ type: 'vitals', vitals: vitals(20) });
  store.apply({ type: 'vitals', vitals: vitals(10) });
  expect(store.getSnapshot().vitals.a?.now).toBe(20);
});

test('calls are shown newest tap first, whatever order they come in', () => {
  const store = live();
  store.apply({ type: 'call', call: call('old', 1, 10) });
  store.apply({ type: 'call', call: call('new', 1, 30) });
  store.apply({ type: 'call', call: call('mid', 1, 20) });
  expect(versions(store)).toEqual(['new@1', 'mid@1', 'old@1']);
});

test('a snapshot changes only with the state, and says so', () => {
  const store = live();
  let told = 0;
  const stop = store.subscribe(() => {
    told += 1;
  });
  const before = store.getSnapshot();
  store.setConnection('online');
  expect(store.getSnapshot()).not.toBe(before);
  expect(before.connection).toBe('stopped');
  store.setConnection('online');
  store.setClock(0);
  expect(told).toBe(1);
  stop();
  store.setClock(250);
  expect(told).toBe(1);
  expect(store.serverNow()).toBe(1_250);
});

test('nothing of the person before is left after clear', () => {
  const store = live();
  store.apply({ type: 'call', call: call('a', 1) });
  store.clear();
  expect(store.getSnapshot()).toMatchObject({ calls: [], queue: [], vitals: {}, me: null, ready: false });
});
