/** What every source of readings has in common, real or simulated. */
import { Emitter } from '../emitter.ts';
import {
  type Decoded,
  decode,
  type Frame,
  type NewReading,
  type Origin,
  type Profile,
  toReadings,
} from '../gatt/index.ts';
import { uuid } from '../storage.ts';

/**
 * Where a sensor stands. `waiting`: known and out of reach, tried again by itself; a cuff or scale sleeps between
 * measurements, so this is its usual state. `lost`: given up until someone asks again.
 */
export type SensorState = 'idle' | 'choosing' | 'connecting' | 'connected' | 'waiting' | 'lost' | 'stopped';

/** Why a sensor cannot be used; the app has words and a next step for each. */
export type SensorProblem =
  /** This browser has no Bluetooth for pages. */
  | 'unsupported'
  /** The person closed the chooser. */
  | 'cancelled'
  /** Bluetooth is off or forbidden for this page. */
  | 'denied'
  /** The device has none of the health services. */
  | 'noHealthService'
  /** It did not answer. */
  | 'unreachable';

export interface SensorEvents extends Record<string, unknown[]> {
  state: [state: SensorState, problem: SensorProblem | null];
  /** Readings to send. */
  readings: [readings: NewReading[], frame: Frame, profile: Profile];
  /** A frame with no value in it: finger not in, cuff failed. The person should see why. */
  empty: [frame: Frame, profile: Profile];
  /** A frame that is not understood. Counted, shown to nobody. */
  garbled: [error: 'truncated' | 'trailing', profile: Profile];
}

export interface SensorOptions {
  /** The wall clock, ms. */
  now?: () => number;
  newId?: () => string;
  utcOffsetMinutes?: number;
}

export abstract class Sensor extends Emitter<SensorEvents> {
  protected readonly now: () => number;
  readonly #newId: () => string;
  readonly #utcOffsetMinutes: number | undefined;
  #state: SensorState = 'idle';
  #problem: SensorProblem | null = null;

  constructor(options: SensorOptions) {
    super();
    this.now = options.now ?? Date.now;
    this.#newId = options.newId ?? (() => uuid(this.now()));
    this.#utcOffsetMinutes = options.utcOffsetMinutes;
  }

  get state(): SensorState {
    return this.#state;
  }

  get problem(): SensorProblem | null {
    return this.#problem;
  }

  protected to(state: SensorState, problem: SensorProblem | null = null): void {
    if (state === this.#state && problem === this.#problem) return;
    this.#state = state;
    this.#problem = problem;
    this.emit('state', state, problem);
  }

  /** Takes one frame from the air. Every source comes through here, so that all are decoded alike. */
  protected accept(profile: Profile, bytes: Uint8Array | DataView, origin: Origin): Decoded {
    const decoded = decode(profile, bytes);
    if ('error' in decoded) {
      this.emit('garbled', decoded.error, profile);
      return decoded;
    }
    const { frame } = decoded;
    if (frame.vitals.length === 0) {
      this.emit('empty', frame, profile);
      return decoded;
    }
    const readings = toReadings(frame, {
      origin,
      newId: this.#newId,
      ...(this.#utcOffsetMinutes === undefined ? {} : { utcOffsetMinutes: this.#utcOffsetMinutes }),
    }).map((reading) => (reading.takenAt == null ? { ...reading, takenAt: this.now() } : reading));
    this.emit('readings', readings, frame, profile);
    return decoded;
  }
}
