import { describe, expect, test } from 'vitest';
import { type ConnectionQuality, type QualitySample, qualityOf, settle } from '../src/quality.ts';
import { readStats, sampleOf } from '../src/room-stats.ts';

const sample = (change: Partial<QualitySample>): QualitySample => ({
  lossIn: 0,
  lossOut: 0,
  roundTripMs: 40,
  receiving: true,
  ...change,
});

test.each<[string, Partial<QualitySample>, ConnectionQuality]>([
  ['quiet network', {}, 'good'],
  ['some loss in', { lossIn: 0.05 }, 'fair'],
  ['some loss out', { lossOut: 0.05 }, 'fair'],
  ['much loss', { lossIn: 0.2 }, 'poor'],
  ['slow', { roundTripMs: 450 }, 'fair'],
  ['very slow', { roundTripMs: 900 }, 'poor'],
  ['nothing comes though somebody sends', { receiving: false }, 'lost'],
  ['nobody sends', { lossIn: null, lossOut: null, roundTripMs: 30, receiving: null }, 'good'],
  ['nothing known', { lossIn: null, lossOut: null, roundTripMs: null, receiving: null }, 'unknown'],
])('%s', (_, change, word) => {
  expect(qualityOf(sample(change))).toBe(word);
});

test('worse is shown at once, better only when it lasts', () => {
  const words: ConnectionQuality[] = [];
  let shown: ConnectionQuality = 'unknown';
  let last: ConnectionQuality = 'unknown';
  for (const now of ['good', 'poor', 'good', 'poor', 'good', 'good', 'good'] as const) {
    shown = settle(shown, last, now);
    last = now;
    words.push(shown);
  }
  expect(words).toEqual(['good', 'poor', 'poor', 'poor', 'poor', 'good', 'good']);
});

describe('statistics', () => {
  const report = (packets: number, lost: number): [string, unknown][] => [
    [
      'i1',
      {
        id: 'i1',
        type: 'inbound-rtp',
        kind: 'audio',
        mid: '2',
        packetsReceived: packets,
        packetsLost: lost,
        totalAudioEnergy: 0.5,
      },
    ],
    [
      'i2',
      {
        id: 'i2',
        type: 'inbound-rtp',
        kind: 'video',
        mid: '3',
        packetsReceived: packets,
        packetsLost: 0,
        framesDecoded: 60,
        frameWidth: 640,
        frameHeight: 480,
        codecId: 'c',
      },
    ],
    ['i3', { id: 'i3', type: 'inbound-rtp', kind: 'video', mid: '5', packetsReceived: 9, packetsLost: 0 }],
    ['c', { id: 'c', type: 'codec', mimeType: 'video/VP8' }],
    [
      'o',
      {
        id: 'o',
        type: 'outbound-rtp',
        kind: 'video',
        packetsSent: 7,
        framesEncoded: 5,
        qualityLimitationReason: 'cpu',
      },
    ],
    ['r', { id: 'r', type: 'remote-inbound-rtp', kind: 'video', fractionLost: 0.25 }],
    ['p', { id: 'p', type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.123 }],
    ['q', { id: 'q', type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 }],
    ['t', { id: 't', type: 'transport', srtpCipher: 'AES_CM' }],
  ];
  const legOf = (mid: string) => (mid === '2' || mid === '3' ? 'nurse' : null);

  test('by person; an empty slot is nobody', () => {
    expect(readStats(report(100, 4), legOf)).toEqual({
      people: [
        {
          leg: 'nurse',
          audioPackets: 100,
          audioLost: 4,
          audioEnergy: 0.5,
          videoPackets: 100,
          videoLost: 0,
          framesDecoded: 60,
          framesPerSecond: 0,
          width: 640,
          height: 480,
          codec: 'video/VP8',
        },
      ],
      sentAudioPackets: 0,
      sentVideoPackets: 7,
      framesEncoded: 5,
      limitedBy: 'cpu',
      roundTripMs: 123,
      lossOut: 0.25,
      srtpCipher: 'AES_CM',
    });
  });

  test('loss is what changed, not what ever was', () => {
    const before = readStats(report(100, 50), legOf);
    const now = readStats(report(200, 50), legOf);
    expect(sampleOf(before, now, true)).toEqual({
      lossIn: 0,
      lossOut: 0.25,
      roundTripMs: 123,
      receiving: true,
    });
    expect(sampleOf(now, now, true)).toMatchObject({ lossIn: null, receiving: false });
    expect(sampleOf(now, now, false)).toMatchObject({ receiving: null });
  });
});
