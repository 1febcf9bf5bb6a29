/** Glucose Measurement (0x2A18). */
import { readDateTime, shiftMinutes } from './date-time.ts';
import { type Flag, FrameBuilder } from './frame.ts';
import { floatText, sfloat } from './medfloat.ts';
import { bit, type Reader } from './reader.ts';

/** Time offsets that say "more than I can count", up and down. */
const OVERRUN = 0x7fff;
const UNDERRUN = -0x8000;

/** Sensor status; bit 0 is a low battery, which says nothing about this value. */
const STATUS: readonly (readonly [number, Flag])[] = [
  [1, 'sensorFault'],
  [2, 'questionable'],
  [3, 'questionable'],
  [4, 'questionable'],
  [5, 'outOfDeviceRange'],
  [6, 'outOfDeviceRange'],
  [7, 'questionable'],
  [8, 'questionable'],
  [9, 'questionable'],
  [10, 'sensorFault'],
];

export function readGlucose(reader: Reader): FrameBuilder {
  const frame = new FrameBuilder();
  const flags = reader.u8();
  frame.extra.sequence = reader.u16();
  const base = readDateTime(reader);
  const offset = bit(flags, 0) ? reader.i16() : 0;
  const counted = offset !== OVERRUN && offset !== UNDERRUN;
  frame.clock(base !== undefined && counted ? shiftMinutes(base, offset) : undefined);
  if (bit(flags, 1)) {
    // kg/L and mol/L are 10^5 mg/dL and 10^3 mmol/L: the digits stay, the point moves.
    const molar = bit(flags, 2);
    const value = frame.number('glucose', floatText(sfloat(reader.u16()), molar ? 3 : 5));
    if (value !== undefined) frame.vitals.push({ kind: 'glucose', value, unit: molar ? 'mmol/L' : 'mg/dL' });
    const kind = reader.u8();
    // Sample type 10 or sample location 4: control solution, nobody's blood.
    frame.mark((kind & 0x0f) === 0x0a || kind >>> 4 === 4, 'test');
  }
  if (bit(flags, 3)) {
    const status = reader.u16();
    frame.marks(status, STATUS);
    // Time fault: whatever the clock says.
    if (bit(status, 11)) frame.clock(undefined);
  }
  return frame;
}
