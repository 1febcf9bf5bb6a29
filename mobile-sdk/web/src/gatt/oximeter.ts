/** PLX Spot-Check (0x2A5E) and Continuous (0x2A5F) Measurement. */
import { readDateTime } from './date-time.ts';
import { type Flag, FrameBuilder } from './frame.ts';
import { floatText, sfloat } from './medfloat.ts';
import { bit, type Reader } from './reader.ts';

/** Measurement status; 7 validated and 8 fully qualified are no marks. */
const MEASUREMENT: readonly (readonly [number, Flag])[] = [
  [5, 'ongoing'],
  [6, 'earlyEstimate'],
  [9, 'fromMemory'],
  [10, 'demo'],
  [11, 'test'],
  [12, 'earlyEstimate'],
  [13, 'invalid'],
  [14, 'questionable'],
  [15, 'invalid'],
];

/** Device and sensor status. */
const DEVICE: readonly (readonly [number, Flag])[] = [
  [0, 'ongoing'],
  [1, 'sensorFault'],
  [2, 'poorSignal'],
  [3, 'poorSignal'],
  [4, 'poorSignal'],
  [5, 'lowPerfusion'],
  [6, 'poorSignal'],
  [7, 'poorSignal'],
  [8, 'questionable'],
  [9, 'ongoing'],
  [10, 'poorSignal'],
  [11, 'notOnUser'],
  [12, 'questionable'],
  [13, 'notOnUser'],
  [14, 'sensorFault'],
  [15, 'sensorFault'],
];

/** One finger, one press: the frame carries the device's time, and may come from its memory. */
export function readOximeterSpot(reader: Reader): FrameBuilder {
  const frame = new FrameBuilder();
  const flags = reader.u8();
  readValues(frame, reader);
  const clockUnset = bit(flags, 4);
  if (bit(flags, 0)) {
    const time = readDateTime(reader);
    frame.clock(clockUnset ? undefined : time);
  }
  frame.mark(clockUnset, 'clockUnset');
  readStatus(frame, reader, flags >>> 1);
  return frame;
}

/** A worn sensor, every 1 to 4 s. No time in it: the time of arrival counts. */
export function readOximeterContinuous(reader: Reader): FrameBuilder {
  const frame = new FrameBuilder();
  const flags = reader.u8();
  readValues(frame, reader);
  // Fast and slow averages of the same two numbers; only the normal ones are kept.
  if (bit(flags, 0)) reader.skip(4);
  if (bit(flags, 1)) reader.skip(4);
  readStatus(frame, reader, flags >>> 2);
  return frame;
}

function readValues(frame: FrameBuilder, reader: Reader): void {
  const spo2 = frame.number('spo2', floatText(sfloat(reader.u16())));
  if (spo2 !== undefined) frame.vitals.push({ kind: 'spo2', value: spo2, unit: '%' });
  const pulse = frame.number('pulse', floatText(sfloat(reader.u16())));
  if (pulse !== undefined) frame.vitals.push({ kind: 'pulse', value: pulse, unit: '/min' });
}

/** `present`: bit 0 measurement status, bit 1 device status, bit 2 perfusion index. */
function readStatus(frame: FrameBuilder, reader: Reader, present: number): void {
  if (bit(present, 0)) frame.marks(reader.u16(), MEASUREMENT);
  if (bit(present, 1)) frame.marks(reader.u24(), DEVICE);
  if (bit(present, 2)) {
    const index = floatText(sfloat(reader.u16()));
    if (typeof index === 'string') frame.extra.perfusionIndex = index;
  }
}
