import { describe, expect, test } from 'vitest';
import {
  initialMedia,
  type MediaInput,
  type MediaOutput,
  type MediaState,
  stepMedia,
} from '../src/media-machine.ts';

/** Plays inputs; gives back what was said after each, short. */
function play(...inputs: MediaInput[]): { state: MediaState; said: string[][] } {
  let state = initialMedia;
  const said = inputs.map((input) => {
    const turn = stepMedia(state, input);
    state = turn.state;
    return turn.outputs.filter((o) => o.out !== 'cancel').map(word);
  });
  return { state, said };
}

function word(o: MediaOutput): string {
  switch (o.out) {
    case 'make':
    case 'use':
    case 'close':
      return `${o.out} ${o.connection}`;
    case 'schedule':
      return `${o.timer} in ${o.afterMs}`;
    case 'state':
      return o.reason === null ? o.state : `${o.state}: ${o.reason}`;
    default:
      return o.out;
  }
}

const offer = (connection: string): MediaInput => ({ in: 'offer', connection });
const peer = (connection: string, state: 'connected' | 'disconnected' | 'failed'): MediaInput => ({
  in: 'peer',
  connection,
  state,
});
const timer = (t: 'ask' | 'offer' | 'setup' | 'trouble' | 'network'): MediaInput => ({
  in: 'timer',
  timer: t,
});
const want: MediaInput = { in: 'want' };
const up: MediaInput[] = [want, { in: 'asked' }, offer('a'), peer('a', 'connected')];
const last = (said: string[][]) => said.at(-1);

test('from wanting to talking', () => {
  expect(play(...up).said).toEqual([
    ['ask', 'connecting'],
    ['offer in 5000'],
    ['make a', 'setup in 10000'],
    ['use a', 'connected'],
  ]);
});

describe('another network', () => {
  test('a new connection is built beside the old one, which is closed when the new one carries', () => {
    const { said } = play(
      ...up,
      { in: 'networkChanged' },
      timer('network'),
      offer('b'),
      peer('b', 'connected'),
    );
    expect(said.slice(4)).toEqual([
      ['network in 300'],
      ['ask'],
      ['make b', 'setup in 10000'],
      ['use b', 'close a'],
    ]);
  });

  test('the person is told nothing as long as the old one carries', () => {
    const { said } = play(...up, { in: 'networkChanged' }, timer('network'), offer('b'), peer('b', 'failed'));
    expect(said.flat()).not.toContain('reconnecting');
    expect(last(said)).toEqual(['close b', 'ask in 500']);
  });

  test('one request at a time, however many signs there are', () => {
    const change: MediaInput = { in: 'networkChanged' };
    const { said } = play(...up, change, timer('network'), change, timer('network'), peer('a', 'failed'));
    expect(
      said
        .slice(4)
        .flat()
        .filter((w) => w === 'ask'),
    ).toEqual(['ask']);
  });
});

describe('trouble', () => {
  test('a short break heals by itself', () => {
    const { said } = play(...up, peer('a', 'disconnected'), peer('a', 'connected'), timer('trouble'));
    expect(said.slice(4)).toEqual([['trouble in 2000', 'reconnecting'], ['connected'], []]);
  });

  test('a longer one asks for a new connection and keeps the old one meanwhile', () => {
    const { said } = play(
      ...up,
      peer('a', 'disconnected'),
      timer('trouble'),
      offer('b'),
      peer('b', 'connected'),
    );
    expect(said.slice(5)).toEqual([['ask'], ['make b', 'setup in 10000'], ['use b', 'close a', 'connected']]);
  });

  test('the server took the connection away and wants us back', () => {
    const { said } = play(...up, { in: 'gone', connection: 'a', retry: true });
    expect(last(said)).toEqual(['close a', 'ask', 'reconnecting']);
  });

  test('the server took it away for good: it is asked once more, and says why', () => {
    const gone: MediaInput[] = [{ in: 'gone', connection: 'a', retry: false }, timer('ask')];
    const { said } = play(...up, ...gone, { in: 'refused', code: 'other-device' });
    expect(said.slice(4)).toEqual([
      ['close a', 'ask in 500', 'reconnecting'],
      ['ask'],
      ['disconnected: elsewhere'],
    ]);
  });

  test('one that never came up and was taken away is asked for again', () => {
    const { said } = play(want, { in: 'asked' }, offer('a'), { in: 'gone', connection: 'a', retry: false });
    expect(last(said)).toEqual(['close a', 'ask in 500']);
  });

  test('news of a connection closed long ago changes nothing', () => {
    const { said } = play(...up, { in: 'gone', connection: 'old', retry: true }, peer('old', 'failed'));
    expect(said.slice(4)).toEqual([[], []]);
  });

  test('an offer that does not come is asked for again, ever more slowly', () => {
    const round: MediaInput[] = [{ in: 'asked' }, timer('offer'), timer('ask')];
    const { said } = play(want, ...round, ...round, ...round, ...round, ...round, ...round);
    const waits = said.flat().filter((w) => w.startsWith('ask in'));
    expect(waits).toEqual(['500', '1000', '2000', '4000', '8000', '8000'].map((ms) => `ask in ${ms}`));
  });

  test('a connection that does not come up is dropped', () => {
    const { said } = play(want, { in: 'asked' }, offer('a'), timer('setup'));
    expect(last(said)).toEqual(['close a', 'ask in 500']);
  });

  test('a second offer replaces one that is not up yet', () => {
    const { said } = play(want, offer('a'), offer('b'));
    expect(last(said)).toEqual(['close a', 'make b', 'setup in 10000']);
  });

  test('after a restart of the server its half-made connection is forgotten and a new one asked for', () => {
    const { said } = play(...up, peer('a', 'failed'), offer('b'), { in: 'streamLost' });
    expect(last(said)).toEqual(['close b', 'ask']);
  });
});

describe('the end', () => {
  test('everything is closed, and late news makes nothing', () => {
    const { said } = play(
      ...up,
      { in: 'networkChanged' },
      timer('network'),
      offer('b'),
      { in: 'unwant', reason: 'callEnded' },
      offer('c'),
      timer('ask'),
      timer('network'),
      { in: 'streamLost' },
    );
    expect(said.slice(7)).toEqual([['close b', 'close a', 'disconnected: callEnded'], [], [], [], []]);
  });

  test.each([
    ['call-ended', 'callEnded'],
    ['not-in-call', 'notInCall'],
    ['signed-out', 'signedOut'],
  ])('refused with %s: not asked again', (code, reason) => {
    expect(last(play(want, { in: 'refused', code }).said)).toEqual([`disconnected: ${reason}`]);
  });

  test('refused for another reason: asked again', () => {
    expect(last(play(want, { in: 'refused', code: 'no-connection' }).said)).toEqual(['ask in 500']);
  });
});
