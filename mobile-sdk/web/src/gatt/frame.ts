/** What a health device's frame says: the same shape as `Frame` in `mobile-sdk/core/src/gatt.rs`. */
import type { components } from '../schema.ts';

type Schemas = components['schemas'];

export type Vital = Schemas['Vital'];
export type Flag = Schemas['Flag'];
export type NewReading = Schemas['NewReading'];
export type Origin = Schemas['Origin'];
export type Site = Schemas['Site'];

/** One number inside a vital sign, as the server names them. */
export type Measure =
  | 'spo2'
  | 'pulse'
  | 'heartRate'
  | 'systolic'
  | 'diastolic'
  | 'mean'
  | 'temperature'
  | 'weight'
  | 'glucose';

/** Why a number is missing; the text is FHIR's data-absent-reason code. */
export type AbsentReason = 'not-a-number' | 'positive-infinity' | 'negative-infinity' | 'error';

/** Why a frame is not understood: shorter or longer than its own flags say. */
export type DecodeError = 'truncated' | 'trailing';

export interface Absent {
  measure: Measure;
  reason: AbsentReason;
}

/** What is in a frame besides vital signs. */
export interface Extra {
  /** The device's user slot; absent when it says "unknown". */
  user?: number;
  /** Sequence number of a stored record; the same number is the same record. */
  sequence?: number;
  /** Pulse amplitude (perfusion) index, %. */
  perfusionIndex?: string;
  /** Energy expended, kJ. */
  energyKj?: number;
  /** Times between beats, in 1/1024 s. */
  rrIntervals?: number[];
}

export interface Frame {
  /** The vital signs in it, in the device's digits and unit. */
  vitals: Vital[];
  /** What the device says against them, sorted. */
  flags: Flag[];
  /** When it was measured by the device's own clock: local, `YYYY-MM-DDTHH:MM:SS`. */
  deviceTime?: string;
  /** Numbers the device could not give. */
  absent: Absent[];
  extra: Extra;
}

/** A frame being filled by a decoder. */
export class FrameBuilder {
  readonly vitals: Vital[] = [];
  readonly extra: Extra = {};
  readonly #flags = new Set<Flag>();
  readonly #absent: Absent[] = [];
  #deviceTime: string | undefined;

  mark(set: boolean, flag: Flag): void {
    if (set) this.#flags.add(flag);
  }

  /** Marks every flag whose bit is set in a status field. */
  marks(status: number, table: readonly (readonly [number, Flag])[]): void {
    for (const [bit, flag] of table) this.mark((status & (1 << bit)) !== 0, flag);
  }

  /** The number, or a note that it is absent. */
  number(measure: Measure, value: string | { absent: AbsentReason }): string | undefined {
    if (typeof value === 'string') return value;
    this.#absent.push({ measure, reason: value.absent });
    return undefined;
  }

  /** Takes a date and time field; one that cannot be used marks the clock. */
  clock(time: string | undefined): void {
    this.#deviceTime = time;
    this.mark(time === undefined, 'clockUnset');
  }

  finish(): Frame {
    const frame: Frame = {
      vitals: this.vitals,
      flags: [...this.#flags].sort(),
      absent: this.#absent,
      extra: this.extra,
    };
    if (this.#deviceTime !== undefined) frame.deviceTime = this.#deviceTime;
    return frame;
  }
}
