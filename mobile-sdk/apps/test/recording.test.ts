import { describe, expect, it } from 'vitest';
import { secondsAgo } from '../fixtures/people.ts';
import { placed, record, recordings, thread } from '../fixtures/record.ts';
import { fileAt, inTheMaking, moments, playlistOf } from '../src/model/recording.ts';
import { lasting, ofCall } from '../src/model/timeline.ts';
import type { RecordedFile } from '../src/wire.ts';

describe('what was recorded', () => {
  it('is all voices, and the pictures of each person under their name', () => {
    const list = playlistOf(recordings, record.people);
    expect(list?.sound?.file).toBe('mix');
    expect(list?.alone).toBe(false);
    expect(list?.sights.map((s) => s.person?.role)).toEqual(['patient', 'deskNurse', 'dutyDoctor']);
    expect(playlistOf([], record.people)).toBeNull();
  });

  it('is one voice alone while the mix is missing, and says so', () => {
    const unmixed = recordings.map((r) => ({ ...r, mix: null }));
    expect(playlistOf(unmixed, record.people)).toMatchObject({
      alone: true,
      sound: { file: 'leg-patient-audio' },
    });
  });

  it('is awaited from its start until its files are made or it failed', () => {
    const facts = (...names: string[]) =>
      names.map((fact, seq) => ({ seq: seq + 1, at: 0, fact, text: '', textEn: '' }));
    expect(inTheMaking(facts('accepted'))).toBe(false);
    expect(inTheMaking(facts('recordingStarted', 'recordingStopped', 'ended'))).toBe(true);
    expect(inTheMaking(facts('recordingStarted', 'recordingStopped', 'recordingFinished'))).toBe(false);
    expect(inTheMaking(facts('recordingStarted', 'recordingFailed'))).toBe(false);
    expect(inTheMaking(facts('recordingStarted', 'recordingFinished', 'recordingStarted'))).toBe(true);
  });

  it('is awaited in the record of its own call alone, and a line of another call stands in none but its own', () => {
    const line = (seq: number, fact: string, session?: string) => ({
      seq,
      at: 0,
      fact,
      text: '',
      textEn: '',
      session,
    });
    const night = [
      line(1, 'caseOpened'),
      line(2, 'recordingStarted', 'first'),
      line(3, 'accepted', 'second'),
    ];
    expect(ofCall(night, 'first').map((entry) => entry.seq)).toEqual([1, 2]);
    expect(ofCall(night, 'second').map((entry) => entry.seq)).toEqual([1, 3]);
    expect(inTheMaking(ofCall(night, 'second'))).toBe(false);
  });

  it('keeps tracks of people it cannot name', () => {
    expect(playlistOf(recordings, [])?.sights.every((s) => s.person === null)).toBe(true);
  });

  it('has one clock: the picture belongs to the second that is heard', () => {
    const doctor = playlistOf(recordings, record.people)?.sights[2]?.files ?? [];
    expect(fileAt(doctor, secondsAgo(470))).toBeNull();
    expect(fileAt(doctor, secondsAgo(390))).toEqual({ file: 'leg-doctor-video', second: 10 });
    // Half a second before the first picture that picture stands already.
    expect(fileAt(doctor, secondsAgo(400.5))?.second).toBe(0);
    expect(fileAt(doctor, secondsAgo(30))).toBeNull();
    const patient = playlistOf(recordings, record.people)?.sights[0]?.files ?? [];
    expect(fileAt(patient, secondsAgo(290))).toBeNull();
    expect(fileAt(patient, secondsAgo(280))?.second).toBe(190);
  });

  it('places what happened, and nothing from before or after', () => {
    const sound = playlistOf(recordings, record.people)?.sound;
    const found = moments(sound as NonNullable<typeof sound>, thread.timeline, placed);
    expect(found.find((m) => m.entry.fact === 'joinConsent')?.second).toBe(55);
    expect(found.map((m) => m.entry.fact)).not.toContain('sessionRequested');
    expect(found.map((m) => m.entry.fact)).not.toContain('ended');
    expect(found.map((m) => m.second)).toEqual(found.map((m) => m.second).sort((a, b) => a - b));
  });

  it('places a reading where it was measured, not where it came, and not at all in a pause', () => {
    const second = (sound: RecordedFile | null | undefined, reading: string) =>
      moments(sound as RecordedFile, thread.timeline, placed).find((m) => m.entry.reading === reading)
        ?.second;
    const mixed = playlistOf(recordings, record.people)?.sound;
    expect(second(mixed, 'reading-late')).toBe(30);
    expect(second(mixed, 'reading-paused')).toBeUndefined();
    // Without the mix another file is heard, whose clock began elsewhere.
    const voice = playlistOf(
      recordings.map((r) => ({ ...r, mix: null })),
      record.people,
    )?.sound;
    expect(second(voice, 'reading-late')).toBe(31);
  });
});

describe('the log as it is read', () => {
  it('leaves out media that held for less than a second, and nothing else', () => {
    const entry = (seq: number, at: number, fact: string) => ({ seq, at, fact, text: '', textEn: '' });
    const log = [
      entry(1, 0, 'modeChanged'),
      entry(2, 400, 'patientAlone'),
      entry(3, 999, 'modeChanged'),
      entry(4, 1_999, 'modeChanged'),
      entry(5, 2_000, 'ended'),
    ];
    expect(lasting(log).map((e) => e.seq)).toEqual([2, 3, 4, 5]);
  });
});
