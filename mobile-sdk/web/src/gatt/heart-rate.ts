/** Heart Rate Measurement (0x2A37). */
import { FrameBuilder } from './frame.ts';
import { bit, type Reader } from './reader.ts';

export function readHeartRate(reader: Reader): FrameBuilder {
  const frame = new FrameBuilder();
  const flags = reader.u8();
  const rate = bit(flags, 0) ? reader.u16() : reader.u8();
  frame.vitals.push({ kind: 'heartRate', value: rate.toString(), unit: '/min' });
  // Bits 1 and 2: 2 = the strap can feel skin and does not, 3 = it does, 0 and 1 = it cannot tell.
  frame.mark(((flags >>> 1) & 0b11) === 2, 'noContact');
  if (bit(flags, 3)) frame.extra.energyKj = reader.u16();
  if (bit(flags, 4)) {
    const intervals: number[] = [];
    while (!reader.isEmpty) intervals.push(reader.u16());
    if (intervals.length > 0) frame.extra.rrIntervals = intervals;
  }
  return frame;
}
