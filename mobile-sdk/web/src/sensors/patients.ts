/** Simulated patients: where each vital sign starts, where it goes, and how fast. Fictitious people. */

/** From `from` to `to` within `minutes`, as a smooth slope; then it stays. */
export interface Course {
  from: number;
  to: number;
  minutes: number;
  /** Standard deviation of the slow wander around it. */
  wander: number;
}

export interface SimulatedPatient {
  spo2: Course;
  pulse: Course;
  systolic: Course;
  diastolic: Course;
  /** Degrees Celsius. */
  temperature: Course;
  /** Perfusion index, %; cold hands are below 0.5. */
  perfusion: Course;
  /** Atrial fibrillation: the cuff reports an irregular pulse and the rate jumps. */
  irregular: boolean;
}

const still = (value: number, wander: number): Course => ({ from: value, to: value, minutes: 1, wander });
const course = (from: number, to: number, minutes: number, wander: number): Course => ({
  from,
  to,
  minutes,
  wander,
});

export const PATIENTS = {
  /** 84 years, heart failure, lying flat at night: saturation falls, pulse climbs, pressure high. */
  heartFailure: {
    spo2: course(94, 87, 12, 0.5),
    pulse: course(96, 122, 12, 2.5),
    systolic: course(158, 172, 15, 3),
    diastolic: course(88, 96, 15, 2),
    temperature: still(36.3, 0.05),
    perfusion: course(0.9, 0.4, 10, 0.1),
    irregular: true,
  },
  /** 78 years, pneumonia: fever, fast pulse, saturation slightly low. */
  fever: {
    spo2: course(95, 92, 20, 0.5),
    pulse: course(104, 116, 15, 2),
    systolic: course(118, 104, 20, 3),
    diastolic: course(70, 62, 20, 2),
    temperature: course(38.4, 39.2, 30, 0.05),
    perfusion: still(2.2, 0.3),
    irregular: false,
  },
  /** 71 years, a stable evening. */
  stable: {
    spo2: still(97, 0.4),
    pulse: still(72, 2),
    systolic: still(128, 3),
    diastolic: still(76, 2),
    temperature: still(36.5, 0.05),
    perfusion: still(3.1, 0.4),
    irregular: false,
  },
} as const satisfies Record<string, SimulatedPatient>;

export type PatientName = keyof typeof PATIENTS;
export const PATIENT_NAMES = Object.keys(PATIENTS) as readonly PatientName[];
