import type { Profile } from '@yoban/sdk/gatt';
import { BluetoothSensor, bluetoothSupported, SimulatedSensors } from '@yoban/sdk/sensors';
import { useEffect, useRef, useState } from 'preact/hooks';
import { serverNow } from '../app/clock.ts';
import {
  afterFrame,
  CARDS,
  cardOf,
  nightOf,
  SENSORS,
  type SensorName,
  type SensorPhase,
  type SensorView,
  seedOf,
} from '../model/sensors.ts';
import type { NewReading } from '../wire.ts';

type Views = Record<SensorName, SensorView>;
const empty = (): Views =>
  Object.fromEntries(
    SENSORS.map((name) => [name, { name, phase: 'off', value: null, simulated: false }]),
  ) as unknown as Views;

export interface SensorDesk {
  sensors: readonly SensorView[];
  bluetooth: boolean;
  /** The simulated kit's. */
  start: (name: SensorName) => void;
  /** A real device. */
  connect: (name: SensorName) => void;
  stop: (name: SensorName) => void;
}

/**
 * The sensors at the bedside: real ones by Web Bluetooth, or the simulated kit in a demonstration. Readings leave
 * by `send`, which keeps them until the server has them. `patient` says which night the kit plays.
 */
export function useSensors(patient: string, send: (readings: NewReading[]) => void): SensorDesk {
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
  const heard = (name: SensorName, profile: Profile, readings: readonly NewReading[]) => {
    if (!wanted.current.has(name)) return;
    deliver.current([...readings]);
    setViews((before) => ({ ...before, [name]: afterFrame(before[name], profile, readings) }));
  };

  const startKit = (name: SensorName) => {
    wanted.current.add(name);
    // What is measured once begins without the number of the time before.
    const kept = name === 'oximeter' ? {} : { value: null };
    change(name, { ...kept, phase: 'measuring', simulated: true, hint: undefined });
    if (!simulated.current) {
      kits.current += 1;
      const seed = seedOf(`${patient} ${kits.current}`);
      const sensors = new SimulatedSensors({ seed, patient: nightOf(patient) });
      sensors.on('readings', (readings, _, profile) => {
        const measured = cardOf(profile);
        if (measured) heard(measured, profile, readings);
      });
      sensors.on('empty', (_, profile) => {
        const failed = cardOf(profile);
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
    // Maybe another device than the one before.
    change(name, { simulated: false, value: null, hint: undefined });
    const sensor =
      real.current.get(name) ?? new BluetoothSensor({ profiles: CARDS[name].profiles, now: serverNow });
    if (!real.current.has(name)) {
      real.current.set(name, sensor);
      sensor.on('readings', (readings, _, profile) => heard(name, profile, readings));
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
        setViews((before) => {
          const { phase: now } = before[name];
          // A cuff that has measured goes to sleep: what it said stands until it says something else.
          const told = phase === 'measuring' && (now === 'done' || now === 'again');
          return { ...before, [name]: { ...before[name], phase: told ? now : phase } };
        });
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
    sensors: SENSORS.map((name) => views[name]),
    bluetooth: bluetoothSupported(),
    start: startKit,
    connect: startReal,
    stop: (name) => {
      wanted.current.delete(name);
      real.current.get(name)?.stop();
      if (wanted.current.size === 0) {
        simulated.current?.stop();
        simulated.current = null;
      }
      change(name, { phase: 'off', hint: undefined });
    },
  };
}
