import { type Key, lang, locale, t } from '../i18n/index.tsx';
import type { EquipmentCard, Name, Participant, PersonCard, Timestamp } from '../wire.ts';
import { now, zone } from './clock.ts';

/** `—` for a number that is no instant: `Intl` throws there, and one wrong number must not blank a screen. */
const written = (at: Timestamp, options: Intl.DateTimeFormatOptions): string =>
  Number.isNaN(new Date(at).getTime())
    ? '—'
    : new Intl.DateTimeFormat(locale.value, { timeZone: zone.value, ...options }).format(at);

/** The address that dials a number as people write it. */
export const telephone = (number: string): string => `tel:${number.replace(/[^+\d]/g, '')}`;

/** Telephone numbers within a text, each in one piece. */
export const unbroken = (text: string): string => text.replace(/(?<=\d)-(?=\d)/g, '\u2060-\u2060');

/** `2:04` in the association's zone. */
export const clockTime = (at: Timestamp): string =>
  written(at, { hour: 'numeric', minute: '2-digit', hourCycle: 'h23' });

/** `2:04:07`. */
export const clockSeconds = (at: Timestamp): string =>
  written(at, { hour: 'numeric', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** `11月23日(月)`. */
export const day = (at: Timestamp): string =>
  written(at, { month: 'long', day: 'numeric', weekday: 'short' });

/** `11月23日 2:04`. */
export const dayTime = (at: Timestamp): string =>
  written(at, { month: 'long', day: 'numeric', hour: 'numeric', minute: '2-digit', hourCycle: 'h23' });

const HALF_DAY = 12 * 3_600_000;
/** The hour alone while it says which one is meant; the day with it for what lies further away. */
export const nightTime = (at: Timestamp): string =>
  Math.abs(at - now.value) < HALF_DAY ? clockTime(at) : dayTime(at);

/** `昭和17年3月8日（1942）` or `8 March 1942`: from `YYYY-MM-DD`, which has no zone. */
export function birthDate(iso: string): string {
  const at = new Date(`${iso}T12:00:00Z`);
  if (Number.isNaN(at.getTime())) return iso;
  if (lang.value === 'en')
    return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(at);
  const era = new Intl.DateTimeFormat('ja-JP-u-ca-japanese', { dateStyle: 'long', timeZone: 'UTC' }).format(
    at,
  );
  return `${era}（${iso.slice(0, 4)}）`;
}

/** The hour in the association's zone, 0–23. */
export const hourOf = (at: Timestamp): number =>
  Number(
    new Intl.DateTimeFormat('en-GB', { timeZone: zone.value, hour: 'numeric', hourCycle: 'h23' }).format(at),
  );

/** A length of time in the largest two units that matter: `8秒`, `3分20秒`, `1時間5分`. Never negative. */
export function span(ms: number, english: 'short' | 'narrow' = 'short'): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const unit = (value: number, name: 'hour' | 'minute' | 'second') =>
    new Intl.NumberFormat(locale.value, {
      style: 'unit',
      unit: name,
      unitDisplay: lang.value === 'ja' ? 'long' : english,
    })
      .format(value)
      .replace(/(?<=\d)\s(?=\p{Script=Han})/u, '');
  const join = (a: string, b: string) => (lang.value === 'ja' ? a + b : `${a} ${b}`);
  if (seconds < 60) return unit(seconds, 'second');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    const rest = seconds % 60;
    return rest ? join(unit(minutes, 'minute'), unit(rest, 'second')) : unit(minutes, 'minute');
  }
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return rest ? join(unit(hours, 'hour'), unit(rest, 'minute')) : unit(hours, 'hour');
}

/** A length of time in one unit, for ages beside values: `8秒`, `3分`, `2時間`; `8s`, `3m`, `2h`. */
export function shortSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return span(seconds * 1000, 'narrow');
  if (seconds < 3600) return span(Math.floor(seconds / 60) * 60_000, 'narrow');
  return span(Math.floor(seconds / 3600) * 3_600_000, 'narrow');
}

/** How long ago, in words. */
export const ago = (ms: number): string => (ms < 1000 ? t('justNow') : t('ago', { span: shortSpan(ms) }));

/** `mm:ss`, for counters whose width must not jump. */
export function stopwatch(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Whole seconds until `at`; never negative. */
export const secondsUntil = (at: Timestamp, now: Timestamp): number =>
  Math.max(0, Math.ceil((at - now) / 1000));

/** A name as the language writes it. */
export const nameOf = (name: Name): string => (lang.value === 'en' && name.latin ? name.latin : name.kanji);

const HAN = /\p{Script=Han}/u;
const hiragana = (kana: string): string =>
  kana.replace(/[\u30a1-\u30f6]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0x60));

/** The same with its reading above it, as messages have it: `{森下|もりした} {奈緒|なお}`. */
export function nameRead(name: Name): string {
  const written = nameOf(name).split(/\s+/);
  const read = hiragana(name.kana).split(/\s+/);
  // Family and given name each have their own; otherwise one reading stands above the whole.
  const pairs =
    written.length === read.length ? written.map((w, i) => [w, read[i]]) : [[nameOf(name), read.join(' ')]];
  return pairs.map(([w = '', r]) => (HAN.test(w) && r ? `{${w}|${r}}` : w)).join(' ');
}

export const institutionOf = (card: PersonCard): string =>
  lang.value === 'en' && card.institutionEn ? card.institutionEn : card.institution;

/** `ベッドサイドカメラ`. */
export const equipmentOf = (card: EquipmentCard): string =>
  lang.value === 'en' && card.nameEn ? card.nameEn : card.name;

/** Anybody in a call: a person by name, a device by its own, somebody unknown yet by their part in it. */
export const personName = (p: Participant): string => {
  if (p.equipment) return equipmentOf(p.equipment);
  return p.card ? nameOf(p.card.name) : p.name ? nameOf(p.name) : t(`legRole.${p.role}`);
};

/** The same with its reading, where the name has one. */
export const personRead = (p: Participant): string => {
  const name = p.equipment ? null : (p.card?.name ?? p.name);
  return name ? nameRead(name) : personName(p);
};

/** A list in the language's own way. */
export const list = (items: readonly string[]): string => items.filter(Boolean).join(t('and'));

/** Clears what people type: full-width digits and signs become ASCII. */
export const narrow = (text: string): string => text.normalize('NFKC').trim();

export const roleKey = (card: PersonCard): Key => `role.${card.role}`;
