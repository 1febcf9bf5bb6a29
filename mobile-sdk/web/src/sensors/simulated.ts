/**
 * A kit of simulated sensors: oximeter, cuff and thermometer on a fictitious patient. It makes the bytes a real
 * device would send, noise and failures included, and they go through the same decoders. The same seed gives the
 * same night.
 */
import type { Profile } from '../gatt/index.ts';
import { type Timers, windowTimers } from '../timers.ts';
import { cuffFrame, oximeterFrame, thermometerFrame } from './encode.ts';
import { type Course, PATIENTS, type PatientName, type SimulatedPatient } from './patients.ts';
import { Sensor, type SensorOptions } from './sensor.ts';

/** A frame in the air, `at` seconds after the kit was put on. */
export interface SimulatedFrame {
  at: number;
  profile: Profile;
  model: string;
  bytes: Uint8Array;
}

export interface SimulationOptions {
  seed: number;
  patient: PatientName;
  /** The wall clock at second 0, ms; the devices' clocks show it. */
  startedAt: number;
  utcOffsetMinutes: number;
  /** Nothing fails and nothing is lost: for pictures and examples. */
  faultless?: boolean;
  /** How many simulated seconds pass in one real second; 1 unless a demonstration is in a hurry. */
  pace?: number;
}

/** The sensors that measure when someone asks. */
export type OnDemand = 'cuff' | 'thermometer';

/** Seconds between oximeter frames, first cuff measurement and its repeats, thermometer likewise. */
const OXIMETER_EVERY = 2;
const CUFF = { first: 40, every: 300 };
const THERMOMETER = { first: 25, every: 600 };

/** How a worn oximeter fails, with the chance per frame and how many frames it lasts. */
const OXIMETER_FAULTS = [
  // The finger slips out: no values, "not on user".
  { chance: 0.006, least: 4, most: 10, device: 1 << 11, blind: true, lost: false },
  // Moving: values jump, "erratic signal".
  { chance: 0.01, least: 2, most: 5, device: 1 << 6, blind: false, lost: false },
  // Out of radio reach: nothing arrives.
  { chance: 0.004, least: 3, most: 20, device: 0, blind: false, lost: true },
] as const;

type OximeterFault = (typeof OXIMETER_FAULTS)[number];

/** The night as a sequence: `next` gives frame after frame in order of time, without end. */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #patient: SimulatedPatient;
  /** Each device draws its own luck: how often one of them measured changes nothing for the others. */
  readonly #random: Readonly<Record<'oximeter' | OnDemand, Random>>;
  readonly #wander = new Map<Course, number>();
  #oximeterAt = 0;
  #cuffAt = CUFF.first;
  #thermometerAt = THERMOMETER.first;
  #fault: { kind: OximeterFault; left: number } | null = null;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#patient = PATIENTS[options.patient];
    const luck = (device: number) => new Random(Math.imul(options.seed, 3) + device);
    this.#random = { oximeter: luck(0), cuff: luck(1), thermometer: luck(2) };
  }

  next(): SimulatedFrame {
    // Faults end by themselves, so that this ends; the bound is for the reader.
    for (let tries = 0; tries < 1000; tries++) {
      const due = Math.min(this.#oximeterAt, this.#cuffAt, this.#thermometerAt);
      if (due === this.#thermometerAt) {
        this.#thermometerAt += THERMOMETER.every;
        return this.#thermometer(due);
      }
      if (due === this.#cuffAt) {
        this.#cuffAt += CUFF.every;
        return this.#cuff(due);
      }
      this.#oximeterAt += OXIMETER_EVERY;
      const frame = this.#oximeter(due);
      if (frame !== null) return frame;
    }
    throw new Error('a simulated fault without end');
  }

  /** What the cuff or the thermometer gives when someone measures at second `at`. */
  measure(what: OnDemand, at: number): SimulatedFrame {
    return what === 'cuff' ? this.#cuff(at) : this.#thermometer(at);
  }

  #oximeter(at: number): SimulatedFrame | null {
    const patient = this.#patient;
    const random = this.#random.oximeter;
    const fault = this.#oximeterFault(random);
    if (fault?.lost) return null;
    const shake = fault === null ? 0 : 6;
    const perfusion = Math.max(0.1, this.#value(patient.perfusion, at, random));
    const lowPerfusion = perfusion < 0.5 ? 1 << 5 : 0;
    const spo2 = Math.min(
      100,
      Math.round(this.#value(patient.spo2, at, random) - Math.abs(random.normal()) * shake),
    );
    const pulse = Math.round(
      this.#value(patient.pulse, at, random) + random.normal() * (shake + this.#jump()),
    );
    const bytes = oximeterFrame({
      spo2: fault?.blind ? undefined : spo2,
      pulse: fault?.blind ? undefined : pulse,
      device: (fault?.device ?? 0) | lowPerfusion,
      perfusion,
    });
    // Now and then the radio tears a frame.
    const torn = !this.#options.faultless && random.chance(0.002);
    return this.#frame(at, 'oximeterContinuous', 'SIM-OX', torn ? bytes.subarray(0, 7) : bytes);
  }

  #oximeterFault(random: Random): OximeterFault | null {
    if (this.#options.faultless) return null;
    if (this.#fault !== null && this.#fault.left > 0) {
      this.#fault.left -= 1;
      return this.#fault.kind;
    }
    const kind = OXIMETER_FAULTS.find((fault) => random.chance(fault.chance));
    this.#fault = kind === undefined ? null : { kind, left: random.whole(kind.least, kind.most) - 1 };
    return kind ?? null;
  }

  #cuff(at: number): SimulatedFrame {
    const patient = this.#patient;
    const random = this.#random.cuff;
    const systolic = Math.round(this.#value(patient.systolic, at, random));
    const diastolic = Math.round(this.#value(patient.diastolic, at, random));
    const pulse = Math.round(this.#value(patient.pulse, at, random) + random.normal() * this.#jump());
    const luck = this.#options.faultless ? 1 : random.unit();
    const failed = luck < 0.06;
    const moved = luck >= 0.06 && luck < 0.14 ? 1 : 0;
    const loose = luck >= 0.14 && luck < 0.18 ? 1 << 1 : 0;
    const bytes = cuffFrame({
      systolic: failed ? undefined : systolic,
      diastolic: failed ? undefined : diastolic,
      pulse: failed ? undefined : pulse,
      status: moved | loose | (patient.irregular ? 1 << 2 : 0),
      at: this.#wall(at),
      utcOffsetMinutes: this.#options.utcOffsetMinutes,
    });
    return this.#frame(at, 'bloodPressure', 'SIM-BP', bytes);
  }

  #thermometer(at: number): SimulatedFrame {
    const celsius = this.#value(this.#patient.temperature, at, this.#random.thermometer);
    const bytes = thermometerFrame(celsius, this.#wall(at), this.#options.utcOffsetMinutes);
    return this.#frame(at, 'thermometer', 'SIM-T', bytes);
  }

  /** The course at a second, with a wander that forgets slowly, as bodies do. */
  #value(course: Course, at: number, random: Random): number {
    const part = Math.min(1, at / 60 / course.minutes);
    const slope = part * part * (3 - 2 * part);
    const wander = 0.9 * (this.#wander.get(course) ?? 0) + 0.44 * course.wander * random.normal();
    this.#wander.set(course, wander);
    return course.from + (course.to - course.from) * slope + wander;
  }

  #jump(): number {
    return this.#patient.irregular ? 4 : 1;
  }

  #wall(at: number): number {
    return this.#options.startedAt + (at * 1000) / (this.#options.pace ?? 1);
  }

  #frame(at: number, profile: Profile, model: string, bytes: Uint8Array): SimulatedFrame {
    return { at, profile, model, bytes };
  }
}

export interface SimulatedSensorOptions extends SensorOptions {
  seed: number;
  patient: PatientName;
  faultless?: boolean;
  timers?: Timers;
  pace?: number;
}

/** The kit on a patient, in real time. */
export class SimulatedSensors extends Sensor {
  readonly #options: SimulatedSensorOptions;
  readonly #timers: Timers;
  #running: Running | null = null;

  constructor(options: SimulatedSensorOptions) {
    super(options);
    this.#options = options;
    this.#timers = options.timers ?? windowTimers;
  }

  start(): void {
    if (this.#running !== null) return;
    const { seed, patient, faultless = false, pace = 1 } = this.#options;
    const startedAt = this.now();
    const utcOffsetMinutes = this.#options.utcOffsetMinutes ?? -new Date(startedAt).getTimezoneOffset();
    const simulation = new Simulation({ seed, patient, faultless, pace, startedAt, utcOffsetMinutes });
    const running: Running = { simulation, startedAt, pace, timer: 0 };
    this.#running = running;
    this.to('connected');
    this.#wait(running, simulation.next());
  }

  /** Measures now, as a person who presses the cuff's button. */
  measure(what: OnDemand): void {
    const running = this.#running;
    if (running === null) return;
    this.#hear(running.simulation.measure(what, ((this.now() - running.startedAt) / 1000) * running.pace));
  }

  stop(): void {
    if (this.#running !== null) this.#timers.clear(this.#running.timer);
    this.#running = null;
    this.to('stopped');
  }

  #wait(running: Running, frame: SimulatedFrame): void {
    const due = running.startedAt + (frame.at * 1000) / running.pace - this.now();
    running.timer = this.#timers.set(Math.max(0, due), () => {
      this.#hear(frame);
      // A listener may have stopped the kit.
      if (this.#running === running) this.#wait(running, running.simulation.next());
    });
  }

  #hear(frame: SimulatedFrame): void {
    this.accept(frame.profile, frame.bytes, { kind: 'simulated', model: frame.model });
  }
}

interface Running {
  simulation: Simulation;
  startedAt: number;
  pace: number;
  timer: number;
}

/** Seeded numbers (mulberry32): small, even enough for noise, the same in every browser. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to below 1. */
  unit(): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(part: number): boolean {
    return this.unit() < part;
  }

  whole(least: number, most: number): number {
    return least + Math.floor(this.unit() * (most - least + 1));
  }

  /** Mean 0, deviation 1, cut at 3: the sum of twelve even numbers. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.unit();
    return Math.max(-3, Math.min(3, sum));
  }
}
