/** Weight Measurement (0x2A9D). */
import { readDateTime } from './date-time.ts';
import { FrameBuilder } from './frame.ts';
import { decimalText } from './medfloat.ts';
import { bit, type Reader } from './reader.ts';

/** "Measurement unsuccessful". */
const FAILED = 0xffff;

export function readWeight(reader: Reader): FrameBuilder {
  const frame = new FrameBuilder();
  const flags = reader.u8();
  const raw = reader.u16();
  if (raw === FAILED) frame.number('weight', { absent: 'error' });
  // Steps of 0.01 lb or 0.005 kg.
  else if (bit(flags, 0)) frame.vitals.push({ kind: 'weight', value: decimalText(raw, -2), unit: '[lb_av]' });
  else frame.vitals.push({ kind: 'weight', value: decimalText(raw * 5, -3), unit: 'kg' });
  if (bit(flags, 1)) frame.clock(readDateTime(reader));
  if (bit(flags, 2)) {
    const user = reader.u8();
    if (user !== 0xff) frame.extra.user = user;
  }
  // BMI and height: both follow from the weight and a height entered once at the scale.
  if (bit(flags, 3)) reader.skip(4);
  return frame;
}
