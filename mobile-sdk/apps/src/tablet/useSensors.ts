import type { Profile } from '@yoban/sdk/gatt';
import { BluetoothSensor, bluetoothSupported, SimulatedSensors } from '@yoban/sdk/sensors';
import { useEffect, useRef, useState } from 'preact/hooks';
import { inWords } from '../model/vitals.ts';
import type { NewReading, Vital, VitalKind } from '../wire.ts';
import type { SensorName, SensorPhase, SensorView } from './Sensors.tsx';

const NAMES: readonly SensorName[] = ['oximeter', 'bloodPressure', 'thermometer'];
const OF_KIND: Partial<Record<VitalKind, SensorName>> = {
  spo2: 'oximeter',
  pulse: 'oximeter',
  bloodPressure: 'bloodPressure',
  temperature: 'thermometer',
};

/** Whose card a frame of the kit belongs to. */
const OF_PROFILE: Partial<Record<Profile, SensorName>> = {
  oximeterContinuous: 'oximeter',
  oximeterSpot: 'oximeter',
  bloodPressure: 'bloodPressure',
  thermometer: 'thermometer',
};

/** FNV-1a: a patient's n-th kit has the same luck in every demonstration. */
const seedOf = (text: string): number =>
  [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x0100_0193), 0x811c_9dc5) >>> 0;

const words = (vital: Vital): string =>
  inWords({
    kind: vital.kind,
    reading: { id: '', vital, takenAt: 0, receivedAt: 0, source: { kind: 'simulated' }, flags: [] },
    values: [],
  });

type Views = Record<SensorName, SensorView>;
const empty = (): Views => {
  const view = (name: SensorName): SensorView => ({ name, phase: 'off', value: null, simulated: false });
  return {
    oximeter: view('oximeter'),
    bloodPressure: view('bloodPressure'),
    thermometer: view('thermometer'),
  };
};

export interface SensorDesk {
  sensors: readonly SensorView[];
  bluetooth: boolean;
  start: (name: SensorName) => void;
  /** A real device, also where the simulated kit is offered. */
  connect: (name: SensorName) => void;
  stop: (name: SensorName) => void;
}

/**
 * The sensors at the bedside: real ones by Web Bluetooth, or the simulated kit in a demonstration. Readings leave
 * by `send`, which keeps them until the server has them. `patient` says which night the kit plays.
 */
export function useSensors(
  kit: boolean,
  patient: string,
  send: (readings: NewReading[]) => void,
): SensorDesk {
  const [views, setViews] = useState<Views>(empty);
  const real = useRef(new Map<SensorName, BluetoothSensor>());
  const simulated = useRef<SimulatedSensors | null>(null);
  const kits = useRef(0);
  const wanted = useRef(new Set<SensorName>());
  const deliver = useRef(send);
  deliver.current = send;

  const change = (name: SensorName, next: Partial<SensorView>) =>
    setViews((before) => ({ ...before, [name]: { ...before[name], ...next } }));

  // Everything a device says is sent, a cuff's pulse too; its card shows what it is there for.
  const heard = (name: SensorName, readings: readonly NewReading[]) => {
    if (!wanted.current.has(name)) return;
    deliver.current([...readings]);
    const own = readings.filter((r) => OF_KIND[r.vital.kind] === name);
    if (own.length === 0) return;
    change(name, { value: own.map((r) => words(r.vital)).join('  '), phase: 'measuring' });
  };

  const startKit = (name: SensorName) => {
    wanted.current.add(name);
    change(name, { phase: 'measuring', simulated: true });
    if (!simulated.current) {
      kits.current += 1;
      const seed = seedOf(`${patient} ${kits.current}`);
      const sensors = new SimulatedSensors({ seed, patient: 'heartFailure' });
      sensors.on('readings', (readings, _, profile) => {
        const measured = OF_PROFILE[profile];
        if (measured) heard(measured, readings);
      });
      sensors.on('empty', (_, profile) => {
        const failed = OF_PROFILE[profile];
        if (failed && wanted.current.has(failed)) change(failed, { phase: 'failed' });
      });
      simulated.current = sensors;
      sensors.start();
    }
    if (name === 'bloodPressure') simulated.current.measure('cuff');
    if (name === 'thermometer') simulated.current.measure('thermometer');
  };

  const startReal = (name: SensorName) => {
    wanted.current.add(name);
    change(name, { simulated: false });
    const sensor = real.current.get(name) ?? new BluetoothSensor();
    if (!real.current.has(name)) {
      real.current.set(name, sensor);
      sensor.on('readings', (readings) => heard(name, readings));
      sensor.on('empty', () => change(name, { phase: 'failed' }));
      sensor.on('state', (state, problem) => {
        const phase: SensorPhase =
          state === 'connected' || state === 'waiting'
            ? 'measuring'
            : state === 'choosing' || state === 'connecting'
              ? 'connecting'
              : state === 'lost'
                ? 'lost'
                : problem && problem !== 'cancelled'
                  ? 'failed'
                  : 'off';
        change(name, { phase });
      });
    }
    void sensor.choose();
  };

  useEffect(
    () => () => {
      simulated.current?.stop();
      for (const sensor of real.current.values()) sensor.stop();
    },
    [],
  );

  return {
    sensors: NAMES.map((name) => views[name]),
    bluetooth: bluetoothSupported(),
    start: kit ? startKit : startReal,
    connect: startReal,
    stop: (name) => {
      wanted.current.delete(name);
      real.current.get(name)?.stop();
      if (wanted.current.size === 0) {
        simulated.current?.stop();
        simulated.current = null;
      }
      change(name, { phase: 'off' });
    },
  };
}
