/** What must be true of every recorded call. `recording` is what `fetchRecording` gave, `intervals` when REC was on. */
import assert from 'node:assert/strict';
import { peopleSeen } from './media.mjs';
import { figure } from './night.mjs';
import { inPlayer, peopleIn, play, recordedPieces, share, sound } from './recording.mjs';

/** A second, in ms: how much a file may be longer or shorter than what it records. */
const SLACK = 1000;

/**
 * Every file decodes, is as long as it says and as REC was on, and holds one voice. Gives the person of each leg.
 * `cameraOff`: whose camera was off for a while; everybody else's picture is there as long as REC was on.
 */
export function filesHold({ tracks }, intervals, clips, { cameraOff = [] } = {}) {
  const people = new Map();
  for (const track of tracks) {
    const length = play(track.path) * 1000;
    assert.ok(Math.abs(length - track.duration) < SLACK, `${track.file}: ${length} ms, the manifest says ${track.duration}`);
    assert.ok(!track.interrupted && track.units > 0, track.file);
    if (track.kind !== 'audio') continue;
    track.sound = sound(track.path);
    const who = peopleIn(track.sound, clips);
    assert.ok(who.length <= 1, `${track.file} holds ${who}`);
    if (who[0]) people.set(track.leg, (people.get(track.leg) ?? new Set()).add(who[0]));
  }
  const names = new Map([...people].map(([leg, set]) => [leg, [...set].join('+')]));
  assert.deepEqual([...names.values()].sort(), ['doctor', 'nurse', 'patient']);
  for (const [leg, name] of names) {
    for (const kind of ['audio', 'video']) {
      const those = tracks.filter((t) => t.leg === leg && t.kind === kind);
      const whole = kind === 'audio' || !cameraOff.includes(name);
      lastsAsLong(those, intervals, { whole, of: `${name}, ${kind}` });
    }
  }
  return names;
}

/**
 * What one person's tracks of a kind hold is what REC was on for; unless `whole`, it may be less: a microphone is
 * recorded all the time, also muted, and a camera may have been off.
 */
export function lastsAsLong(tracks, intervals, { whole = true, of = 'track' } = {}) {
  const pieces = recordedPieces(tracks);
  const told = `${of} ${JSON.stringify(pieces)}, REC ${JSON.stringify(intervals)}`;
  const inside = ([from, to]) => intervals.some((on) => from > on[0] - SLACK && to < on[1] + SLACK);
  assert.ok(pieces.every(inside), `nothing outside REC: ${told}`);
  if (!whole) return;
  assert.equal(pieces.length, intervals.length, told);
  assert.ok(pieces.every((piece, i) => [0, 1].every((edge) => Math.abs(piece[edge] - intervals[i][edge]) < SLACK)), told);
}

/** The mix decodes, is as long as the recorded call, and has everybody in it. */
export function mixHolds({ tracks, mix }, intervals, people) {
  const length = play(mix.path) * 1000;
  const told = intervals.at(-1)[1] - intervals[0][0];
  assert.ok(Math.abs(length - told) < SLACK, `the mix has ${length} ms, the call ${told}`);
  const all = sound(mix.path);
  for (const [leg, name] of people) {
    const [track] = tracks.filter((t) => t.leg === leg && t.kind === 'audio').sort((a, b) => b.duration - a.duration);
    const offset = (track.startedAt - mix.startedAt) / 1000;
    const own = share(all, track.sound, offset);
    // The same sound backwards has the same loudness and is nobody; nor is anybody in silence.
    const wrong = share(all, track.sound.toReversed(), offset);
    figure(`${name} in the mix (and backwards), %`, `${Math.round(own * 100)} (${Math.round(wrong * 100)})`);
    assert.ok(own > 0.3 && wrong < 0.15, `${name} in the mix: ${own}, backwards ${wrong}`);
    assert.equal(share(new Float32Array(all.length), track.sound, offset), 0);
  }
}

/** Any player opens it: Chromium shows whose picture it is, and plays the mix. */
export async function playersOpen({ tracks, mix }, context, people) {
  for (const [leg, name] of people) {
    const track = tracks.find((t) => t.leg === leg && t.kind === 'video');
    const seen = await inPlayer(context, track, (page) => peopleSeen(page, 'video'));
    assert.deepEqual([...seen], [name]);
  }
  await inPlayer(context, { ...mix, kind: 'audio' }, (page) =>
    page.waitForFunction(() => document.querySelector('audio').currentTime > 1),
  );
}
