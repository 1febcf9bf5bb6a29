/** The 7-byte Date Time field: local time of the device, no zone, as `YYYY-MM-DDTHH:MM:SS`. */
import type { Reader } from './reader.ts';

const MINUTE = 60_000;

/** Reads the field. Undefined: a zero in year, month or day (unknown), or a moment that does not exist. */
export function readDateTime(reader: Reader): string | undefined {
  const year = reader.u16();
  const [month, day, hour, minute, second] = [
    reader.u8(),
    reader.u8(),
    reader.u8(),
    reader.u8(),
    reader.u8(),
  ];
  if (year < 1582 || year > 9999) return undefined;
  const moment = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // A day that does not exist runs into another month, an hour that does not exist into another hour.
  const same =
    moment.getUTCMonth() === month - 1 &&
    moment.getUTCHours() === hour &&
    moment.getUTCMinutes() === minute &&
    moment.getUTCSeconds() === second;
  return same ? text(moment) : undefined;
}

/** Moves a time by whole minutes; undefined when it leaves the calendar. */
export function shiftMinutes(time: string, minutes: number): string | undefined {
  const moved = new Date(Date.parse(`${time}Z`) + minutes * MINUTE);
  const year = moved.getUTCFullYear();
  return year >= 1582 && year <= 9999 ? text(moved) : undefined;
}

/** The instant (ms) a device's local time means at a UTC offset. */
export function deviceInstant(time: string, utcOffsetMinutes: number): number {
  return Date.parse(`${time}Z`) - utcOffsetMinutes * MINUTE;
}

/** The UTC offset of this browser at a device's local time. */
export function localOffsetMinutes(time: string): number {
  return -new Date(time).getTimezoneOffset();
}

function text(moment: Date): string {
  return moment.toISOString().slice(0, 19);
}
