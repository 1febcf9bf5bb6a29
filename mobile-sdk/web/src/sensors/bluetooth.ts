/** A real Bluetooth health device in the browser: choose, connect, subscribe, come back. */
import { PROFILES, type Profile } from '../gatt/index.ts';
import { type Timers, windowTimers } from '../timers.ts';
import { Sensor, type SensorOptions, type SensorProblem } from './sensor.ts';
import {
  type BluetoothCharacteristicLike,
  type BluetoothDeviceLike,
  type BluetoothLike,
  type BluetoothServerLike,
  browserBluetooth,
} from './web-bluetooth.ts';

const DEVICE_INFORMATION = 0x180a;
const MODEL_NUMBER = 0x2a24;
/** Record Access Control Point; a glucose meter says nothing until asked through it. */
const RECORD_ACCESS = 0x2a52;
/** Report stored records, the last one. */
const REPORT_LAST = Uint8Array.from([0x01, 0x06]);

const PROFILE_NAMES = Object.keys(PROFILES) as Profile[];
const servicesOf = (names: readonly Profile[]): number[] => [
  ...new Set(names.map((name) => PROFILES[name].service)),
];
const SERVICES = servicesOf(PROFILE_NAMES);

/** Pauses between tries, ms; the last one repeats. Longer: a cuff that wakes for 30 s is missed. */
const PAUSES = [500, 1_000, 2_000, 5_000, 10_000];
/** Tries until the sensor counts as lost: about an hour. */
const MOST_TRIES = 360;

export interface BluetoothSensorOptions extends SensorOptions {
  /** Only devices with one of these are offered; all that are understood, unless given. Each is heard in full. */
  profiles?: readonly Profile[];
  /** This browser's, unless given. */
  bluetooth?: BluetoothLike | undefined;
  timers?: Timers;
}

/** Whether this browser can talk to health devices at all. */
export function bluetoothSupported(): boolean {
  return browserBluetooth() !== undefined;
}

export class BluetoothSensor extends Sensor {
  readonly #bluetooth: BluetoothLike | undefined;
  readonly #timers: Timers;
  readonly #offered: readonly number[];
  #device: BluetoothDeviceLike | null = null;
  #model: string | undefined;
  #timer: number | null = null;
  #tries = 0;
  /** Goes up with every connection; what an older one still says is not heard. */
  #connection = 0;
  readonly #subscribed = new WeakSet<BluetoothCharacteristicLike>();
  readonly #records = new Set<number>();

  constructor(options: BluetoothSensorOptions = {}) {
    super(options);
    this.#bluetooth = 'bluetooth' in options ? options.bluetooth : browserBluetooth();
    this.#timers = options.timers ?? windowTimers;
    this.#offered = servicesOf(options.profiles ?? PROFILE_NAMES);
  }

  /** The device's name and, once connected, its model. */
  get model(): string | undefined {
    return this.#model ?? this.#device?.name;
  }

  /** Opens the browser's chooser and connects. Must run inside a tap; the browser refuses it elsewhere. */
  async choose(): Promise<void> {
    this.#release();
    if (this.#bluetooth === undefined) return this.to('idle', 'unsupported');
    this.to('choosing');
    try {
      this.#device = await this.#bluetooth.requestDevice({
        filters: this.#offered.map((service) => ({ services: [service] })),
        optionalServices: [...SERVICES, DEVICE_INFORMATION],
      });
    } catch (error) {
      return this.to('idle', chooserProblem(error));
    }
    this.#device.addEventListener('gattserverdisconnected', this.#onDisconnected);
    await this.#connect();
  }

  /** Tries again at once, when lost or waiting. */
  async retry(): Promise<void> {
    if (this.#device === null || this.state === 'connected' || this.state === 'connecting') return;
    this.#tries = 0;
    await this.#connect();
  }

  stop(): void {
    this.#release();
    this.to('stopped');
  }

  #release(): void {
    this.#connection += 1;
    this.#clearTimer();
    this.#device?.removeEventListener('gattserverdisconnected', this.#onDisconnected);
    this.#device?.gatt?.disconnect();
    this.#device = null;
    this.#model = undefined;
    this.#tries = 0;
    this.#records.clear();
  }

  readonly #onDisconnected = (): void => {
    // While connecting, the failed call itself reports it.
    if (this.state === 'connected') this.#later(null);
  };

  async #connect(): Promise<void> {
    this.#clearTimer();
    const device = this.#device;
    const gatt = device?.gatt;
    if (gatt === undefined) return this.to('lost', 'unreachable');
    this.#connection += 1;
    const connection = this.#connection;
    this.to('connecting');
    try {
      const server = await gatt.connect();
      if (connection !== this.#connection) {
        // Stopped meanwhile: the link that came too late must not keep the device busy.
        if (this.#device !== device) gatt.disconnect();
        return;
      }
      this.#model = await readModel(server);
      const found = await this.#subscribeAll(server, connection);
      if (connection !== this.#connection) return;
      if (!server.connected) return this.#later('unreachable');
      if (found === 0) {
        // Asking again does not give it a service; the person must choose another device.
        gatt.disconnect();
        return this.to('lost', 'noHealthService');
      }
      this.#tries = 0;
      this.to('connected');
    } catch {
      if (connection === this.#connection) this.#later('unreachable');
    }
  }

  async #subscribeAll(server: BluetoothServerLike, connection: number): Promise<number> {
    const device = this.#device;
    let found = 0;
    for (const profile of PROFILE_NAMES) {
      const characteristic = await lookup(
        server,
        PROFILES[profile].service,
        PROFILES[profile].characteristic,
      );
      if (characteristic === undefined) continue;
      found += 1;
      // The browser may hand out the same object after a reconnect; one listener is enough.
      if (!this.#subscribed.has(characteristic)) {
        this.#subscribed.add(characteristic);
        characteristic.addEventListener('characteristicvaluechanged', () => {
          if (this.#device === device) this.#hear(profile, characteristic);
        });
      }
      await characteristic.startNotifications();
      if (profile === 'glucose') await askForLastRecord(server);
      if (connection !== this.#connection) return found;
    }
    return found;
  }

  #hear(profile: Profile, characteristic: BluetoothCharacteristicLike): void {
    const bytes = characteristic.value;
    if (bytes === undefined) return;
    // A meter sends a stored record again after every reconnect; its number tells.
    const record = profile === 'glucose' && bytes.byteLength >= 3 ? bytes.getUint16(1, true) : null;
    if (record !== null && this.#records.has(record)) return;
    const model = this.model;
    const decoded = this.accept(
      profile,
      bytes,
      model === undefined ? { kind: 'device' } : { kind: 'device', model },
    );
    if (record !== null && 'frame' in decoded) this.#records.add(record);
  }

  #later(problem: SensorProblem | null): void {
    if (this.#tries >= MOST_TRIES) {
      this.to('lost', 'unreachable');
      return;
    }
    const pause = PAUSES[Math.min(this.#tries, PAUSES.length - 1)] ?? 0;
    this.#tries += 1;
    this.to('waiting', problem);
    this.#clearTimer();
    this.#timer = this.#timers.set(pause, () => void this.#connect());
  }

  #clearTimer(): void {
    if (this.#timer !== null) this.#timers.clear(this.#timer);
    this.#timer = null;
  }
}

/** A characteristic, or undefined where the device has none such. Other failures are thrown. */
async function lookup(
  server: BluetoothServerLike,
  service: number,
  characteristic: number,
): Promise<BluetoothCharacteristicLike | undefined> {
  try {
    return await (await server.getPrimaryService(service)).getCharacteristic(characteristic);
  } catch (error) {
    if (named(error, 'NotFoundError')) return undefined;
    throw error;
  }
}

async function readModel(server: BluetoothServerLike): Promise<string | undefined> {
  try {
    const characteristic = await lookup(server, DEVICE_INFORMATION, MODEL_NUMBER);
    if (characteristic === undefined) return undefined;
    const text = new TextDecoder().decode(await characteristic.readValue());
    return text.replaceAll('\0', '').trim().slice(0, 64) || undefined;
  } catch {
    // Some devices forbid reading it, and a browser may block it; the name stands in.
    return undefined;
  }
}

async function askForLastRecord(server: BluetoothServerLike): Promise<void> {
  const control = await lookup(server, PROFILES.glucose.service, RECORD_ACCESS);
  if (control === undefined) return;
  await control.startNotifications();
  await control.writeValueWithResponse(REPORT_LAST);
}

function chooserProblem(error: unknown): SensorProblem {
  // "NotFoundError" is what browsers say when the person closed the chooser, and when Bluetooth is off.
  return named(error, 'NotFoundError') || named(error, 'AbortError') ? 'cancelled' : 'denied';
}

function named(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
