/** Frames as real devices send them, for the simulated kit: the other direction of `gatt/`. */

/** An SFLOAT of `value` with `decimals` kept; undefined = NaN. */
function sfloat(value: number | undefined, decimals = 0): number {
  if (value === undefined) return 0x07ff;
  const mantissa = Math.round(value * 10 ** decimals);
  return ((-decimals & 0x0f) << 12) | (mantissa & 0x0fff);
}

const u16 = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff];
const u24 = (value: number): number[] => [...u16(value), (value >>> 16) & 0xff];

/** A local time as a device's Date Time field. */
function dateTime(ms: number, utcOffsetMinutes: number): number[] {
  const local = new Date(ms + utcOffsetMinutes * 60_000);
  return [
    ...u16(local.getUTCFullYear()),
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
  ];
}

export interface OximeterSample {
  spo2: number | undefined;
  pulse: number | undefined;
  /** Device and sensor status bits of the PLX profile. */
  device: number;
  /** Perfusion index, %. */
  perfusion: number;
}

/** PLX Continuous Measurement: values, measurement status "ongoing", device status, perfusion index. */
export function oximeterFrame(sample: OximeterSample): Uint8Array {
  return Uint8Array.from([
    0x1c,
    ...u16(sfloat(sample.spo2)),
    ...u16(sfloat(sample.pulse)),
    ...u16(1 << 5),
    ...u24(sample.device),
    ...u16(sfloat(sample.perfusion, 1)),
  ]);
}

export interface CuffSample {
  systolic: number | undefined;
  diastolic: number | undefined;
  pulse: number | undefined;
  /** Measurement status bits of the blood pressure profile. */
  status: number;
  at: number;
  utcOffsetMinutes: number;
}

/** Blood Pressure Measurement in mmHg with time, pulse, user 1 and status. */
export function cuffFrame(sample: CuffSample): Uint8Array {
  const { systolic, diastolic } = sample;
  const mean = systolic === undefined || diastolic === undefined ? undefined : (systolic + 2 * diastolic) / 3;
  return Uint8Array.from([
    0x1e,
    ...u16(sfloat(systolic)),
    ...u16(sfloat(diastolic)),
    ...u16(sfloat(mean)),
    ...dateTime(sample.at, sample.utcOffsetMinutes),
    ...u16(sfloat(sample.pulse)),
    1,
    ...u16(sample.status),
  ]);
}

/** Temperature Measurement in tenths of a degree Celsius, armpit, with time. */
export function thermometerFrame(celsius: number, at: number, utcOffsetMinutes: number): Uint8Array {
  const tenths = Math.round(celsius * 10);
  return Uint8Array.from([0x06, ...u24(tenths), 0xff, ...dateTime(at, utcOffsetMinutes), 1]);
}
