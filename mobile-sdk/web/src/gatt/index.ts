/**
 * Decoders for Bluetooth health characteristics: bytes in, vital signs out. Total: any bytes give a frame or an
 * error. The phones have the same decoders in Rust; `mobile-sdk/conformance/gatt` holds both to the same answers.
 */
import { readBloodPressure } from './blood-pressure.ts';
import { deviceInstant, localOffsetMinutes } from './date-time.ts';
import type { DecodeError, Frame, FrameBuilder, NewReading, Origin } from './frame.ts';
import { readGlucose } from './glucose.ts';
import { readHeartRate } from './heart-rate.ts';
import { readOximeterContinuous, readOximeterSpot } from './oximeter.ts';
import { FrameError, Reader } from './reader.ts';
import { readThermometer } from './thermometer.ts';
import { readWeight } from './weight.ts';

export type * from './frame.ts';
export { decimalText, float, floatText, type MedFloat, sfloat } from './medfloat.ts';

/** Service and measurement characteristic of each kind of device, as assigned 16-bit numbers. */
export const PROFILES = {
  bloodPressure: { service: 0x1810, characteristic: 0x2a35 },
  thermometer: { service: 0x1809, characteristic: 0x2a1c },
  oximeterSpot: { service: 0x1822, characteristic: 0x2a5e },
  oximeterContinuous: { service: 0x1822, characteristic: 0x2a5f },
  heartRate: { service: 0x180d, characteristic: 0x2a37 },
  weight: { service: 0x181d, characteristic: 0x2a9d },
  glucose: { service: 0x1808, characteristic: 0x2a18 },
} as const;

export type Profile = keyof typeof PROFILES;

const DECODERS: Record<Profile, (reader: Reader) => FrameBuilder> = {
  bloodPressure: readBloodPressure,
  thermometer: readThermometer,
  oximeterSpot: readOximeterSpot,
  oximeterContinuous: readOximeterContinuous,
  heartRate: readHeartRate,
  weight: readWeight,
  glucose: readGlucose,
};

/** A frame, or why it is not understood. Reserved flag bits are no error. */
export type Decoded = { frame: Frame } | { error: DecodeError };

/** Reads one notification or indication. */
export function decode(profile: Profile, bytes: Uint8Array | DataView): Decoded {
  const reader = new Reader(bytes);
  try {
    const builder = DECODERS[profile](reader);
    reader.finish();
    return { frame: builder.finish() };
  } catch (error) {
    if (error instanceof FrameError) return { error: error.reason };
    throw error;
  }
}

export interface ReadingOptions {
  origin: Origin;
  newId: () => string;
  /** UTC offset of the place the device stands in; without it, this browser's. */
  utcOffsetMinutes?: number;
}

/**
 * The frame as readings to send: one per vital sign, all with the frame's marks. Without a usable device time a
 * reading carries none and counts from its arrival.
 */
export function toReadings(frame: Frame, options: ReadingOptions): NewReading[] {
  const local = frame.deviceTime;
  return frame.vitals.map((vital) => {
    const reading: NewReading = {
      id: options.newId(),
      vital,
      origin: options.origin,
      flags: [...frame.flags],
    };
    if (local !== undefined) {
      reading.takenAt = deviceInstant(local, options.utcOffsetMinutes ?? localOffsetMinutes(local));
    }
    return reading;
  });
}
