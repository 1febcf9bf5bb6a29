/** Blood Pressure Measurement (0x2A35). */
import { readDateTime } from './date-time.ts';
import { type Flag, FrameBuilder, type Vital } from './frame.ts';
import { floatText, sfloat } from './medfloat.ts';
import { bit, type Reader } from './reader.ts';

const STATUS: readonly (readonly [number, Flag])[] = [
  [0, 'movement'],
  [1, 'cuffLoose'],
  [2, 'irregularPulse'],
  [5, 'wrongPosition'],
];

export function readBloodPressure(reader: Reader): FrameBuilder {
  const frame = new FrameBuilder();
  const flags = reader.u8();
  const unit = bit(flags, 0) ? 'kPa' : 'mm[Hg]';
  const systolic = frame.number('systolic', floatText(sfloat(reader.u16())));
  const diastolic = frame.number('diastolic', floatText(sfloat(reader.u16())));
  const mean = frame.number('mean', floatText(sfloat(reader.u16())));
  // Without a systolic value there is no reading; a lone diastolic or mean is of no use to anyone.
  if (systolic !== undefined) {
    const vital: Vital = { kind: 'bloodPressure', systolic, unit };
    if (diastolic !== undefined) vital.diastolic = diastolic;
    if (mean !== undefined) vital.mean = mean;
    frame.vitals.push(vital);
  }
  if (bit(flags, 1)) frame.clock(readDateTime(reader));
  if (bit(flags, 2)) {
    const value = frame.number('pulse', floatText(sfloat(reader.u16())));
    if (value !== undefined) frame.vitals.push({ kind: 'pulse', value, unit: '/min' });
  }
  if (bit(flags, 3)) {
    const user = reader.u8();
    if (user !== 0xff) frame.extra.user = user;
  }
  if (bit(flags, 4)) {
    const status = reader.u16();
    frame.marks(status, STATUS);
    // Bits 3 and 4 are one number: 1 above, 2 below the range the cuff can count.
    const range = (status >>> 3) & 0b11;
    frame.mark(range === 1 || range === 2, 'pulseOutOfRange');
  }
  return frame;
}
