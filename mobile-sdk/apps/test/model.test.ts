import { afterEach, describe, expect, it } from 'vitest';

import { doctorLeg, NOW, nurseLeg, patientLeg, ringing } from '../fixtures/people.ts';
import { queue } from '../fixtures/queue.ts';
import { asDoctor, asNurse, asPatient, type Scene, sbar, scenes } from '../fixtures/scenes.ts';
import { doubtedVitals, noVitals, vitals } from '../fixtures/vitals.ts';
import { hashOf, parse } from '../src/app/route.ts';
import { decidingOf } from '../src/clinical/Finish.tsx';
import { refusalKey } from '../src/clinical/Kind.tsx';
import { lang } from '../src/i18n/index.tsx';
import * as call from '../src/model/call.ts';
import {
  dispositionOf,
  emptyForm,
  formerOf,
  formOf,
  missing,
  nextTime,
  noPrescription,
  overtakenBy,
  standsThere,
} from '../src/model/disposition.ts';
import { group, lateOf } from '../src/model/queue.ts';
import { draftSbar } from '../src/model/sbar.ts';
import { asideKey, currentCall, deskAway, stillIn } from '../src/model/staff.ts';
import { screenOf, toldBefore, toldOf } from '../src/model/tabletScreen.ts';
import { plotOf, windowOf } from '../src/model/trend.ts';
import {
  bandText,
  certainText,
  countedInstead,
  missingText,
  scoreText,
  scoreTone,
  trimmed,
  valueText,
} from '../src/model/vitals.ts';
import type { CallView, Disposition, QueueItem } from '../src/wire.ts';

afterEach(() => {
  lang.value = 'ja';
});

describe('a call that is open on another device of the person', () => {
  const seenBy = (yourDevice: string | null, device: string | null) =>
    call.isElsewhere(asDoctor({ ...scenes.threeWay, yourDevice }), device);

  it('is elsewhere there, and nowhere where that is not known', () => {
    expect(seenBy('device-other', 'device-here')).toBe(true);
    expect(seenBy('device-here', 'device-here')).toBe(false);
    expect(seenBy(null, 'device-here')).toBe(false);
    expect(seenBy('device-other', null)).toBe(false);
  });

  it('has its media there for as long as it may be taken up again', () => {
    const closing = asDoctor({ ...scenes.closing, yourDevice: 'device-other' });
    expect(call.hasOtherDevice(closing, 'device-here')).toBe(true);
    expect(call.hasOtherDevice(closing, 'device-other')).toBe(false);
    expect(call.hasOtherDevice({ ...closing, yourDevice: null }, 'device-here')).toBe(false);
  });

  it('leaves the telephone number on every tablet where nobody answers', () => {
    const elsewhere = { yourDevice: 'device-other' };
    const onTablet = (scene: Scene) => screenOf({ ...asPatient(scene), ...elsewhere }, null, 'device-here');
    expect(onTablet(scenes.twoWay)).toBe('elsewhere');
    expect(onTablet(scenes.calling)).toBe('elsewhere');
    expect(onTablet(scenes.fallback)).toBe('fallback');
    expect(onTablet(scenes.closing)).toBe('closing');
  });

  it('is not, once one has left it or it is over', () => {
    const elsewhere = { yourDevice: 'device-other' };
    expect(call.isElsewhere(asDoctor({ ...scenes.doctorLeft, ...elsewhere }), 'device-here')).toBe(false);
    expect(call.isElsewhere(asPatient({ ...scenes.decided, ...elsewhere }), 'device-here')).toBe(false);
  });
});

describe("the tablet's screen", () => {
  const another = { ...asPatient(scenes.decided), session: 'another' };
  const recheckAt = (at: number) =>
    asPatient(scenes.decided, { disposition: { outcome: { outcome: 'recheckAt', at }, advice: '' } });

  it('follows the call through the night', () => {
    expect(screenOf(null, null)).toBe('idle');
    expect(screenOf(asPatient(scenes.calling), null)).toBe('calling');
    expect(screenOf(asPatient(scenes.fallback), null)).toBe('fallback');
    expect(screenOf(asPatient(scenes.twoWay), null)).toBe('incall');
    expect(screenOf(asPatient(scenes.patientLeft), null)).toBe('left');
    expect(screenOf(asPatient(scenes.closing), null)).toBe('closing');
    expect(screenOf(asPatient(scenes.decided), null)).toBe('after');
  });

  it('is the first one again once the decision was put away, for that call alone', () => {
    const decided = asPatient(scenes.decided);
    const seen = toldOf(decided);
    expect(screenOf(decided, seen)).toBe('idle');
    expect(screenOf({ ...decided, session: 'another' }, seen)).toBe('after');
    // Signed since, and read again: nothing is new to the patient.
    expect(screenOf({ ...decided, version: 99, now: NOW + 1, signed: 1 }, seen)).toBe('idle');
  });

  it('comes back when something was decided, taken back or changed after it was put away', () => {
    const undecided = asPatient(scenes.undecided);
    const decided = asPatient(scenes.decided);
    const disposition = decided.disposition as Disposition;
    expect(screenOf(undecided, toldOf(undecided))).toBe('idle');
    for (const [put, now] of [
      [undecided, decided],
      [decided, undecided],
      [decided, asPatient(scenes.toHospital)],
      [decided, { ...decided, disposition: { ...disposition, advice: '横にならないでください。' } }],
      [recheckAt(NOW + 60_000), recheckAt(NOW + 120_000)],
    ] as const)
      expect(screenOf(now, toldOf(put))).toBe('after');
    expect([decided, undecided].map((call) => toldBefore(toldOf(call), call))).toEqual([
      'decided',
      'pending',
    ]);
    expect([null, 'no text of ours', toldOf(decided)].map((t) => toldBefore(t, another))).toEqual([
      null,
      null,
      null,
    ]);
  });

  it('counts the wait from the request, and in a running call from when the last clinician was gone', () => {
    expect(call.waitingSince(asPatient(scenes.calling))).toBe(asPatient(scenes.calling).requestedAt);
    // Rung anew with the others, the nurse who left no longer says when that was.
    expect(call.waitingSince(asPatient(scenes.aloneLeft))).toBe(NOW - 8000);
    expect(call.waitingSince(asPatient(scenes.aloneFallback))).toBe(NOW - 70_000);
    expect([scenes.alone, scenes.aloneLeft].map((s) => call.connectionBroke(asPatient(s)))).toEqual([
      true,
      false,
    ]);
    expect(call.waitingSince(asPatient(scenes.alone))).toBe(NOW - 8000);
    const gone = nurseLeg({ legState: { state: 'left', at: NOW - 3000 } });
    expect(
      call.waitingSince({ ...asPatient(scenes.alone), people: [...asPatient(scenes.alone).people, gone] }),
    ).toBe(NOW - 3000);
    expect(screenOf(asPatient(scenes.alone), null)).toBe('calling');
  });

  it('says that the desk is rung again when the last clinician was lost', () => {
    const alone = {
      ...asPatient(scenes.twoWay),
      desk: { round: 1, until: NOW + 1, ringing: true, fallback: false },
      people: [patientLeg(), nurseLeg({ legState: { state: 'away', since: NOW, until: NOW + 1 } })],
    };
    expect(screenOf(alone, null)).toBe('calling');
    expect(screenOf({ ...alone, desk: null }, null)).toBe('incall');
  });
});

describe('questions to the patient', () => {
  it('come for a joiner who answered, oldest first', () => {
    expect(call.joinerAsked(asPatient(scenes.asksForDoctor))?.leg).toBe('leg-doctor');
    expect(call.joinerAsked(asPatient(scenes.twoWay))).toBeNull();
    const rungOnly = doctorLeg({ legState: ringing, join: { consent: 'asked', at: 1 } });
    expect(call.joinerAsked({ ...asPatient(scenes.twoWay), people: [rungOnly] })).toBeNull();
  });

  it('about recording come once, and only to people who can be heard', () => {
    expect(call.recordingAsksMe(asPatient(scenes.asksToRecord))).toBe(true);
    expect(call.recordingAsksMe(asPatient(scenes.threeWayRecorded))).toBe(false);
    const gated = { ...asPatient(scenes.asksToRecord), people: [patientLeg({ gateOpen: false })] };
    expect(call.recordingAsksMe(gated)).toBe(false);
  });

  it('can be taken back by who said yes', () => {
    expect(call.canWithdrawRecording(asPatient(scenes.threeWayRecorded))).toBe(true);
    expect(call.canWithdrawRecording(asPatient(scenes.asksToRecord))).toBe(false);
  });
});

describe('the stage', () => {
  const [nurse, doctor, visiting] = ['leg-nurse', 'leg-doctor', 'leg-visiting'] as const;
  const large = (scene: Partial<CallView>, heard: string[], before: string[]) =>
    call.onStage(asPatient(scene), heard, before).map((p) => p.leg);

  it('shows two, whoever speaks, each where they were, and never a gated person', () => {
    expect(large(scenes.twoWay, [], [])).toEqual([nurse]);
    expect(large(scenes.threeWay, [], [])).toEqual([doctor, nurse]);
    expect(large(scenes.threeWay, [doctor], [nurse])).toEqual([nurse, doctor]);
    expect(large(scenes.threeWay, [nurse], [doctor, nurse])).toEqual([doctor, nurse]);
    expect(large(scenes.nurseLeft, [], [nurse, doctor])).toEqual([doctor]);
    expect(large(scenes.asksForDoctor, [doctor], [])).toEqual([nurse]);
    expect(large(scenes.cameraOn, [], [])).toEqual([nurse]);
  });

  it('of more, shows the two heard last, in the place of whom they were not heard after', () => {
    expect(large(scenes.fullSeen, [], [])).toEqual([doctor, nurse]);
    expect(large(scenes.fullSeen, [], [nurse, visiting])).toEqual([nurse, visiting]);
    let heard = call.heardLast([], [nurse]);
    heard = call.heardLast(heard, [doctor]);
    expect(large(scenes.fullSeen, heard, [nurse, doctor])).toEqual([nurse, doctor]);
    heard = call.heardLast(heard, [visiting]);
    expect(heard).toEqual([visiting, doctor, nurse]);
    expect(large(scenes.fullSeen, heard, [nurse, doctor])).toEqual([visiting, doctor]);
    heard = call.heardLast(heard, [doctor]);
    expect(large(scenes.fullSeen, heard, [visiting, doctor])).toEqual([visiting, doctor]);
  });

  it('lets the desk nurse and the doctor end for all, and nobody else', () => {
    expect(call.mayEnd(asNurse(scenes.threeWayRecorded))).toBe(true);
    expect(call.mayEnd(asDoctor(scenes.threeWayRecorded))).toBe(true);
    expect(call.mayEnd(asPatient(scenes.threeWayRecorded))).toBe(false);
    expect(call.mayEnd(asDoctor(scenes.doctorGated))).toBe(false);
  });

  it('offers the call to a nurse who waits for a yes once the desk is rung, and to nobody else', () => {
    const waits = nurseLeg({ leg: 'leg-other', gateOpen: false, join: { consent: 'asked', at: NOW } });
    const alone = asNurse(scenes.alone);
    const rung = { ...alone, you: 'leg-other', people: [...alone.people, waits] };
    expect(call.mayTakeOver(rung)).toBe(true);
    expect(call.mayTakeOver({ ...rung, desk: null })).toBe(false);
    expect(call.mayTakeOver({ ...rung, you: 'leg-nurse' })).toBe(false);
    const called = { ...rung, people: [patientLeg(), { ...waits, legState: ringing }] };
    expect(call.mayTakeOver(called)).toBe(false);
    const doctor = { ...rung, people: [patientLeg(), { ...waits, role: 'dutyDoctor' as const }] };
    expect(call.mayTakeOver(doctor)).toBe(false);
  });
});

describe("a member of staff's call", () => {
  it('is the running one before an unsigned one, and never one that only rang', () => {
    expect(currentCall([asDoctor(scenes.decided), asDoctor(scenes.threeWayRecorded)], null)?.version).toBe(
      asDoctor(scenes.threeWayRecorded).version,
    );
    expect(currentCall([asDoctor(scenes.decided)], null)?.session).toBe(asDoctor(scenes.decided).session);
    expect(currentCall([{ ...asDoctor(scenes.decided), signed: 1 }], null)).toBeNull();
    expect(currentCall([asDoctor(scenes.doctorRings)], null)).toBeNull();
    expect(stillIn(asDoctor(scenes.threeWayRecorded))).toBe(true);
    expect(stillIn(asDoctor(scenes.decided))).toBe(false);
    expect(stillIn(asPatient(scenes.patientLeft))).toBe(false);
  });

  it('is put aside under its decision: taken back, it is another matter, also the second time', () => {
    const call = asDoctor(scenes.decided);
    const found = { ...call, takenBack: 'suddenIllness' } as const;
    expect(asideKey(call)).not.toBe(asideKey(found));
    expect(asideKey(found)).toBe(asideKey({ ...found, version: call.version + 1 }));
  });

  it('is told at the desk, without a line, to telephone the patient and never the desk', () => {
    expect(deskAway(asNurse(scenes.twoWay)).replace(/\D/g, '')).toBe('09000001234');
    for (const call of [null, asNurse(scenes.undecided)]) expect(deskAway(call)).not.toMatch(/\d|電話して/);
  });
});

it('puts who waits longest first, and a call nobody looks after among them', () => {
  const first = queue[0];
  const running = queue[1];
  if (!first || !running) throw new Error('fixtures');
  const groups = group([...queue, { ...running, session: 'lost', unattended: true }]);
  expect(groups.waiting.map((i) => i.session)).toEqual(['lost', first.session]);
  expect(groups.running.map((i) => i.session)).toEqual([running.session]);
  expect(groups.owed.map(({ item, why, late }) => [item.session, why, late])).toEqual([
    ['session-5', 'recheck', true],
    ['session-3', 'decision', true],
    ['session-6', 'signature', false],
  ]);
  expect(lateOf(queue).map(({ item }) => item.session)).toEqual(['session-5', 'session-3']);
  expect(groups.done.map((i) => i.session)).toEqual(['session-4']);
  // Nothing is left to do for whoever may not open the record, nor once it is decided.
  const shut = group(queue.map((i) => ({ ...i, mayOpen: false })));
  expect([shut.owed.length, shut.done.length]).toEqual([0, 4]);
  const overdue = queue.filter((i) => i.session === 'session-3');
  const decided = overdue.map((i) => ({ ...i, disposition: { outcome: 'nextDay' as const } }));
  expect(group(decided).owed.map(({ why, late }) => [why, late])).toEqual([['signature', false]]);
  expect(group(decided.map((i) => ({ ...i, signed: true }))).owed).toEqual([]);
  // Not late yet, and not done either.
  const soon = overdue.map((i) => ({ ...i, state: { ...i.state, overdue: false } as QueueItem['state'] }));
  expect(group(soon).owed.map(({ why, late }) => [why, late])).toEqual([['decision', false]]);
  // Taken back by the patient: to be asked after at once, and late like any other.
  const cancelled = (over: boolean) =>
    overdue.map((i) => ({
      ...i,
      state: {
        state: 'ended' as const,
        at: 0,
        reason: 'cancelledByPatient' as const,
        remindAt: 0,
        overdue: over,
      },
    }));
  for (const over of [false, true])
    expect(group(cancelled(over)).owed.map(({ why, late }) => [why, late])).toEqual([['cancelled', over]]);
});

describe('vital signs in words', () => {
  it('show an interval with what is missing', () => {
    if (!vitals.score) throw new Error('fixtures');
    expect(scoreText(vitals.score)).toBe('6〜11点');
    expect(bandText(vitals.score)).toBe('中〜高');
    expect(missingText(vitals.score)).toBe('足りない項目：酸素、意識、体温');
    expect(scoreText({ ...vitals.score, max: 6 })).toBe('6点');
    // The colour is what is certain: what is missing alarms nobody.
    expect([certainText(vitals.score), scoreTone(vitals.score)]).toEqual(['少なくとも中', 'warn']);
    const low = { ...vitals.score, bandMin: 'low' } as const;
    expect([certainText(low), scoreTone(low)]).toEqual(['まだ分かりません', 'info']);
    expect(scoreTone({ ...low, bandMax: 'low' })).toBe('good');
    expect(scoreTone({ ...low, bandMin: 'high' })).toBe('bad');
    // People look at the value that the score counts, not at the newer one that is doubted.
    const [bp] = doubtedVitals.latest.filter((l) => l.kind === 'bloodPressure');
    expect(bp && countedInstead(bp, doubtedVitals)?.id).toBe('reading-bp');
    expect(bp && countedInstead(bp, { ...doubtedVitals, outlived: true })).toBeNull();
    expect(vitals.latest.map((l) => countedInstead(l, vitals))).toEqual(vitals.latest.map(() => null));
  });

  it('show both pressures in one', () => {
    const pressure = vitals.latest.find((l) => l.kind === 'bloodPressure');
    expect(pressure && valueText(pressure)).toBe('164/92');
  });

  it('drop zeros that say nothing, and no digit that was measured', () => {
    expect(trimmed('36.80', 1)).toBe('36.8');
    expect(trimmed('37.00', 1)).toBe('37.0');
    expect(trimmed('36.85', 1)).toBe('36.85');
    expect(trimmed('97.0', 0)).toBe('97');
    expect(trimmed('120', 0)).toBe('120');
    const temperature = vitals.latest.find((l) => l.kind === 'temperature');
    if (!temperature) throw new Error('fixtures');
    const vital = { kind: 'temperature', value: '36.80', unit: 'Cel' } as const;
    expect(valueText({ ...temperature, values: [], reading: { ...temperature.reading, vital } })).toBe(
      '36.8',
    );
  });
});

describe('the trend', () => {
  it('draws a gap as a gap and a doubtful value apart', () => {
    const plot = plotOf(vitals.trends);
    const spo2 = plot.lines[0] ?? [];
    expect(spo2.filter((v) => v === null)).toHaveLength(1);
    expect((plot.doubtful[0] ?? []).filter((v) => v !== null)).toEqual([79]);
    expect(spo2).not.toContain(79);
    expect(plot.times).toEqual([...plot.times].sort((a, b) => a - b));
  });

  it('shows the time since the first value: not less than ten minutes, not more than an hour', () => {
    const minutes = (first: number) => {
      const now = 10_000_000_000;
      const [from, until] = windowOf({ times: [now / 1000 - first * 60, now / 1000 - 5] }, now);
      expect(until).toBe(now / 1000);
      return (until - from) / 60;
    };
    expect([0, 3, 10, 25, 60, 90].map(minutes)).toEqual([10, 10, 10, 25, 60, 60]);
    expect(windowOf(plotOf(noVitals.trends), 600_000)).toEqual([0, 600]);
  });

  it('knows when there is nothing', () => {
    expect(plotOf(noVitals.trends).empty).toBe(true);
  });
});

describe('the write-up', () => {
  const blank = { situation: '', background: '', assessment: '', recommendation: '' };

  it('is drafted from card and readings, stale ones left out', () => {
    const draft = draftSbar({ ...asNurse(scenes.threeWayRecorded) }, vitals, blank);
    expect(draft.background).toContain('慢性心不全');
    expect(draft.assessment).toContain('SpO2 91%');
    expect(draft.assessment).toContain('NEWS2 6〜11点');
    expect(draft.assessment).not.toContain('36.4');
    expect(draft.recommendation).toBe('');
  });

  it('says of a value that does not count that it is to be checked', () => {
    const latest = vitals.latest.map((l) => (l.kind === 'spo2' ? { ...l, counts: false } : l));
    const { assessment } = draftSbar(asNurse(scenes.answered), { ...vitals, latest }, blank);
    expect(assessment).toContain('SpO2 91%（要確認）、脈拍 108 回/分、');
    lang.value = 'en';
    expect(draftSbar(asNurse(scenes.answered), { ...vitals, latest }, blank).assessment).toMatch(
      /SpO2 91% \(\w+\)/,
    );
  });

  it('never overwrites what somebody wrote', () => {
    expect(draftSbar(asNurse(scenes.threeWayRecorded), vitals, sbar)).toEqual(sbar);
  });
});

describe('a prescription', () => {
  it('follows from an online examination, and is not offered before', () => {
    expect(noPrescription(true, undefined, NOW), 'nothing was examined').toBe('examination');
    expect(noPrescription(true, NOW + 1, NOW), 'not long enough').toBe('examination');
    expect(noPrescription(true, NOW, NOW)).toBeNull();
  });

  it("is no nurse's", () => {
    expect(noPrescription(false, NOW - 60_000, NOW)).toBe('doctor');
  });

  it('is told to the examining doctor, and to nobody else in the same call', () => {
    const { findings } = asDoctor(scenes.threeWay);
    const told = (call: CallView) => decidingOf(call).noPrescription;
    const from = { findings: findings && { ...findings, prescribesFrom: 1 } };
    expect(told(asDoctor(scenes.threeWay))).toBe('examination');
    expect(told({ ...asDoctor(scenes.threeWay), ...from })).toBeNull();
    expect(told({ ...asNurse(scenes.threeWay), ...from })).toBe('doctor');
  });
});

describe('the decision', () => {
  const draft = { ...emptyForm, kind: 'advice' as const, advice: '水分をとって休む' };

  it('of sudden illness online needs a reason', () => {
    expect(missing(draft, true, NOW, 'Asia/Tokyo')).toEqual(['reason']);
    expect(missing(draft, false, NOW, 'Asia/Tokyo')).toEqual([]);
    expect(missing({ ...draft, kind: 'houseCall' }, true, NOW, 'Asia/Tokyo')).toEqual([]);
    expect(dispositionOf({ ...draft, reason: ' 家族と合意 ' }, true, NOW, 'Asia/Tokyo')?.reasonOnline).toBe(
      '家族と合意',
    );
  });

  it('is a form again as it was decided; of one that does not stand a time that has passed is asked for anew', () => {
    const at = Date.UTC(2026, 10, 22, 18, 5);
    const recheck = { ...draft, kind: 'recheckAt' as const, reason: '家族と合意', time: '03:05' };
    const decided = dispositionOf(recheck, true, NOW, 'Asia/Tokyo');
    if (!decided) throw new Error('not decided');
    expect(decided.outcome).toEqual({ outcome: 'recheckAt', at });
    expect(formOf(decided, 'Asia/Tokyo')).toEqual({ ...recheck, at });
    expect(formerOf(decided, at - 1, 'Asia/Tokyo')).toEqual({ ...recheck, at });
    expect(formerOf(decided, at, 'Asia/Tokyo')).toEqual({ ...recheck, time: '', at: null });
  });

  it('keeps its promise when only its words are mended, due or not; a time that is touched is another promise', () => {
    const at = Date.UTC(2026, 10, 22, 18, 5);
    const form = formOf({ outcome: { outcome: 'recheckAt', at }, advice: 'でんわします' }, 'Asia/Tokyo');
    const mended = { ...form, advice: 'お電話します' };
    for (const now of [NOW, at + 5 * 60_000]) {
      expect(missing(mended, false, now, 'Asia/Tokyo')).toEqual([]);
      expect(dispositionOf(mended, false, now, 'Asia/Tokyo')).toEqual({
        outcome: { outcome: 'recheckAt', at },
        advice: 'お電話します',
      });
    }
    const moved = { ...mended, time: '03:30', at: null };
    expect(dispositionOf(moved, false, at, 'Asia/Tokyo')?.outcome).toEqual({
      outcome: 'recheckAt',
      at: at + 25 * 60_000,
    });
  });

  it('of somebody else is read before one’s own takes its place', () => {
    const theirs = { outcome: { outcome: 'houseCall' }, advice: 'うかがいます', reasonOnline: null } as const;
    const mine = dispositionOf(draft, false, NOW, 'Asia/Tokyo');
    const begun = { ...draft, over: null };
    expect(overtakenBy(begun, null, mine)).toBeNull();
    expect(overtakenBy(begun, theirs, mine)).toBe(theirs);
    expect(overtakenBy({ ...begun, over: theirs }, { ...theirs }, mine), 'read').toBeNull();
    expect(overtakenBy({ ...begun, over: theirs }, null, mine), 'taken back: nothing to read').toBeNull();
    expect(overtakenBy(begun, mine, mine), 'one’s own, whose answer was lost').toBeNull();
    for (const other of [
      { ...theirs, advice: 'べつ' },
      { ...theirs, reasonOnline: '理由' },
      { ...theirs, outcome: { outcome: 'hospital' } } as const,
      { ...theirs, outcome: { outcome: 'recheckAt', at: NOW } } as const,
    ]) {
      expect(overtakenBy({ ...begun, over: theirs }, other, mine)).toBe(other);
    }
    const at = (at: number) => ({ ...theirs, outcome: { outcome: 'recheckAt', at } }) as const;
    expect(overtakenBy({ ...begun, over: at(NOW) }, at(NOW + 60_000), mine)).not.toBeNull();
    expect(standsThere(null)).toEqual({ stands: 'nothing' });
    expect(standsThere(theirs)).toEqual({ stands: 'decision', disposition: theirs });
  });

  it('is not sent without words for the patient', () => {
    expect(dispositionOf({ ...draft, advice: '  ' }, false, NOW, 'Asia/Tokyo')).toBeNull();
  });

  it("takes the recheck's time as the next one in the zone, past midnight too", () => {
    // It is 2:04 in Tokyo.
    expect(nextTime('3:30', NOW, 'Asia/Tokyo')).toBe(Date.UTC(2026, 10, 22, 18, 30));
    expect(nextTime('01:00', NOW, 'Asia/Tokyo')).toBe(Date.UTC(2026, 10, 23, 16, 0));
    expect(nextTime('25:00', NOW, 'Asia/Tokyo')).toBeNull();
    expect(nextTime('', NOW, 'Asia/Tokyo')).toBeNull();
  });
});

it('names every reason why it is no online examination', () => {
  expect(refusalKey('not-examination-sudden-illness')).toBe('kindof.sudden-illness');
  expect(refusalKey('no-plan')).toBe('kindof.no-plan');
  expect(refusalKey('something-new')).toBe('kindof.other');
});

it('finds its way back to a record from the address', () => {
  const route = { page: 'record', session: '0192f0aa-1' } as const;
  expect(parse(hashOf(route))).toEqual(route);
  expect(parse('#/record/<x>')).toEqual({ page: 'home' });
});
