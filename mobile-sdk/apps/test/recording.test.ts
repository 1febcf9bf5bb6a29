import { describe, expect, it } from 'vitest';
import { secondsAgo } from '../fixtures/people.ts';
import { placed, record, recordings, thread } from '../fixtures/record.ts';
import { runText } from '../src/clinical/Log.tsx';
import { fileAt, inTheMaking, moments, playlistOf } from '../src/model/recording.ts';
import { inRuns, lasting, ofCall, type Placed, type Run, rangesOf } from '../src/model/timeline.ts';
import type { Measured, RecordedFile, TimelineEntry } from '../src/wire.ts';

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
    expect(found.find((m) => m.entry.fact === 'joinConsent')?.at).toBe(55_000);
    expect(found.map((m) => m.entry.fact)).not.toContain('sessionRequested');
    expect(found.map((m) => m.entry.fact)).not.toContain('ended');
    expect(found.map((m) => m.at)).toEqual(found.map((m) => m.at).sort((a, b) => a - b));
  });

  it('places a reading where it was measured, not where it came, and not at all in a pause', () => {
    const placedAt = (sound: RecordedFile | null | undefined, reading: string) =>
      moments(sound as RecordedFile, thread.timeline, placed).find((m) => m.entry.reading === reading)?.at;
    const mixed = playlistOf(recordings, record.people)?.sound;
    expect(placedAt(mixed, 'reading-late')).toBe(30_000);
    expect(placedAt(mixed, 'reading-paused')).toBeUndefined();
    // Without the mix another file is heard, whose clock began elsewhere.
    const voice = playlistOf(
      recordings.map((r) => ({ ...r, mix: null })),
      record.people,
    )?.sound;
    expect(placedAt(voice, 'reading-late')).toBe(31_000);
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

describe('the log of a long call', () => {
  const NIGHT = Date.UTC(2026, 10, 22, 17, 0);
  const SECOND = 1_000;
  const oximeter = { kind: 'simulated', model: 'SIM-OX' } as const;
  let seq = 0;
  const line = (at: number, fact: string, measured?: Measured): Placed => {
    seq += 1;
    const entry: TimelineEntry = { seq, at: NIGHT + at * SECOND, fact, text: fact, textEn: fact };
    return { at: entry.at, entry: measured ? { ...entry, reading: `${seq}`, measured } : entry };
  };
  const reading = (
    at: number,
    kind: 'spo2' | 'pulse',
    value: string,
    flags: Measured['flags'] = ['ongoing'],
    source: Measured['source'] = oximeter,
  ) => line(at, 'readingStored', { kind, values: [{ measure: kind, value }], source, flags });

  /** Half an hour with an oximeter that speaks of two kinds every two seconds. */
  const night = (): Placed[] => {
    const lines: Placed[] = [];
    for (let at = 0; at < 1_800; at += 2) {
      lines.push(reading(at, 'spo2', `${at === 600 ? 88 : 92 + (at % 3)}`));
      lines.push(reading(at, 'pulse', '104'));
      if (at === 300) lines.push(line(at, 'recordingAnswered'));
      if (at === 400) lines.push(reading(at, 'spo2', '250', ['implausible']));
      if (at === 402) lines.push(reading(at, 'spo2', '91', ['futureStamped']));
      if (at === 900)
        lines.push(reading(at, 'pulse', '98', [], { kind: 'manual', by: { kind: 'household' } }));
      if (at === 1_200) lines.push(line(at, 'disposed'));
    }
    return lines;
  };
  const words = (shown: Placed | Run<Placed>) =>
    'items' in shown
      ? `${shown.of.kind} ${shown.items.length} ${rangesOf(shown).join()}`
      : `${shown.entry.fact} ${shown.entry.measured?.values[0]?.value ?? ''}`.trim();

  it('of 1,800 lines is one for each kind the sensor gave, and all that has a line of its own, in the order it began', () => {
    const lines = night();
    expect(lines.length).toBeGreaterThanOrEqual(1_800);
    const shown = inRuns(lines);
    expect(shown.map(words)).toEqual([
      'spo2 900 88,94',
      'pulse 900 104,104',
      'recordingAnswered',
      'readingStored 250',
      'readingStored 91',
      'readingStored 98',
      'disposed',
    ]);
    // Nothing is lost: what is opened is what was put together.
    const inside = shown.flatMap((s) => ('items' in s ? s.items : [s])).map((item) => item.entry.seq);
    expect([...inside].sort((a, b) => a - b)).toEqual(lines.map(({ entry }) => entry.seq));
  });

  it('says of a run from when to when it went, and with what known against it', () => {
    const off = Array.from({ length: 5 }, (_, n) => reading(n * 30, 'spo2', '71', ['ongoing', 'notOnUser']));
    const on = Array.from({ length: 3 }, (_, n) => reading(200 + n * 30, 'spo2', '95'));
    const [first, second, ...more] = inRuns([...off, ...on]);
    expect(more).toEqual([]);
    if (!first || !second || !('items' in first) || !('items' in second)) throw new Error('two runs');
    expect(first.flags).toEqual(['notOnUser']);
    expect(second.flags).toEqual([]);
    expect(runText(first)).toContain('5件、2:00〜2:02');
    expect(runText(first)).toContain('※外れています');
    expect(runText(second)).toBe('SpO2 95 %（模擬・3件、2:03〜2:04）');
  });

  it('puts no impossible value and none of the future behind another line, however many there are', () => {
    for (const flag of ['implausible', 'futureStamped'] as const) {
      const all = [0, 2, 4, 6].map((at) => reading(at, 'spo2', '250', ['ongoing', flag]));
      expect(inRuns(all)).toEqual(all);
    }
  });

  it('shows where measuring stopped, and leaves two lines as they are', () => {
    const at = [0, 60, 120, 300, 360, 420, 700, 730];
    const shown = inRuns(at.map((second) => reading(second, 'spo2', '95')));
    expect(shown.map(words)).toEqual([
      'spo2 3 95,95',
      'spo2 3 95,95',
      'readingStored 95',
      'readingStored 95',
    ]);
  });
});
