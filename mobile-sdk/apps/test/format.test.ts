import { afterEach, describe, expect, it } from 'vitest';
import { holdClock, zone } from '../src/app/clock.ts';
import * as f from '../src/app/format.ts';
import { lang } from '../src/i18n/index.tsx';

const AT = Date.UTC(2026, 10, 22, 17, 4, 7);

afterEach(() => {
  lang.value = 'ja';
  zone.value = 'Asia/Tokyo';
});

describe('times', () => {
  it("are shown in the association's zone, not the device's", () => {
    expect(f.clockTime(AT)).toBe('2:04');
    expect(f.hourOf(AT)).toBe(2);
    expect(f.day(AT)).toBe('11月23日(月)');
    zone.value = 'UTC';
    expect(f.clockTime(AT)).toBe('17:04');
  });

  it('have midnight as 0, not 24', () => {
    expect(f.clockTime(Date.UTC(2026, 10, 22, 15, 0))).toBe('0:00');
    expect(f.hourOf(Date.UTC(2026, 10, 22, 15, 0))).toBe(0);
  });

  it('say their day where the hour alone could be of another one', () => {
    holdClock(AT);
    const hours = (n: number) => f.nightTime(AT + n * 3_600_000);
    expect([hours(1), hours(11), hours(-11)]).toEqual(['3:04', '13:04', '15:04']);
    expect([hours(13), hours(23), hours(-13)]).toEqual(['11月23日 15:04', '11月24日 1:04', '11月22日 13:04']);
  });

  it('are a dash where the number is no instant, and throw never', () => {
    for (const at of [8.64e15 + 1, -8.64e15 - 1, Number.NaN, Number.POSITIVE_INFINITY, 1.77e18]) {
      for (const show of [f.clockTime, f.clockSeconds, f.day, f.dayTime]) expect(show(at)).toBe('—');
    }
    expect(f.clockTime(8.64e15)).not.toBe('—');
  });

  it('give a birthday with its era in Japanese', () => {
    expect(f.birthDate('1942-03-08')).toBe('昭和17年3月8日（1942）');
    lang.value = 'en';
    expect(f.birthDate('1942-03-08')).toBe('8 March 1942');
    expect(f.birthDate('unknown')).toBe('unknown');
  });
});

describe('lengths of time', () => {
  it('use the two units that matter', () => {
    expect(f.span(8_900)).toBe('8秒');
    expect(f.span(200_000)).toBe('3分20秒');
    expect(f.span(180_000)).toBe('3分');
    expect(f.span(3_900_000)).toBe('1時間5分');
    lang.value = 'en';
    expect(f.span(200_000)).toBe('3 mins 20 secs');
  });

  it('are never negative', () => {
    expect(f.span(-5_000)).toBe('0秒');
    expect(f.stopwatch(-1)).toBe('0:00');
    expect(f.secondsUntil(1_000, 5_000)).toBe(0);
  });

  it('count a started second as a second left', () => {
    expect(f.secondsUntil(10_001, 10_000)).toBe(1);
    expect(f.secondsUntil(17_000, 0)).toBe(17);
  });

  it('are short beside values', () => {
    expect(f.ago(500)).toBe('いま');
    expect(f.ago(95_000)).toBe('1分前');
    expect(f.ago(4_300_000)).toBe('1時間前');
  });
});

it('reads digits typed in full width', () => {
  expect(f.narrow('　２２ ')).toBe('22');
  expect(f.narrow('３６．５')).toBe('36.5');
});

it('writes the reading above a name, family and given name each by itself', () => {
  const name = (kanji: string, kana: string) => f.nameRead({ kanji, kana, latin: 'Kaoru Yoimachi' });
  expect(name('森下 奈緒', 'モリシタ ナオ')).toBe('{森下|もりした} {奈緒|なお}');
  expect(name('宵町 かおる', 'ヨイマチ カオル')).toBe('{宵町|よいまち} かおる');
  expect(name('小鳥遊 亜久里', 'タカナシ')).toBe('{小鳥遊 亜久里|たかなし}');
  expect(name('森下 奈緒', '')).toBe('森下 奈緒');
  lang.value = 'en';
  expect(name('宵町 かおる', 'ヨイマチ カオル')).toBe('Kaoru Yoimachi');
});
