/** A health device and its radio, as far as `navigator.bluetooth` shows them. */
import type {
  BluetoothCharacteristicLike,
  BluetoothDeviceLike,
  BluetoothLike,
  BluetoothServerLike,
} from '../src/sensors/web-bluetooth.ts';
import type { Timers } from '../src/timers.ts';

const notFound = () => new DOMException('nothing found', 'NotFoundError');

export class FakeCharacteristic extends EventTarget implements BluetoothCharacteristicLike {
  value: DataView | undefined;
  subscribed = false;
  readonly written: number[][] = [];
  onWrite: () => void = () => {};

  async readValue(): Promise<DataView> {
    if (this.value === undefined) throw new DOMException('not readable', 'NotSupportedError');
    return this.value;
  }

  async writeValueWithResponse(value: Uint8Array<ArrayBuffer>): Promise<void> {
    this.written.push([...value]);
    this.onWrite();
  }

  async startNotifications(): Promise<this> {
    this.subscribed = true;
    return this;
  }

  /** The device speaks; nobody hears it who has not subscribed. */
  send(hex: string): void {
    if (!this.subscribed) return;
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    this.value = new DataView(bytes.buffer);
    this.dispatchEvent(new Event('characteristicvaluechanged'));
  }
}

export class FakeDevice extends EventTarget implements BluetoothDeviceLike, BluetoothServerLike {
  readonly id = 'device-1';
  readonly gatt = this;
  connected = false;
  inReach = true;
  connects = 0;

  constructor(
    readonly name: string | undefined,
    readonly services: Map<number, Map<number, FakeCharacteristic>>,
  ) {
    super();
  }

  async connect(): Promise<this> {
    this.connects += 1;
    if (!this.inReach) throw new DOMException('out of reach', 'NetworkError');
    this.connected = true;
    return this;
  }

  disconnect(): void {
    if (!this.connected) return;
    this.connected = false;
    for (const service of this.services.values()) {
      for (const characteristic of service.values()) characteristic.subscribed = false;
    }
    this.dispatchEvent(new Event('gattserverdisconnected'));
  }

  async getPrimaryService(service: number) {
    const found = this.services.get(service);
    if (found === undefined) throw notFound();
    return {
      getCharacteristic: async (uuid: number): Promise<BluetoothCharacteristicLike> => {
        const characteristic = found.get(uuid);
        if (characteristic === undefined) throw notFound();
        return characteristic;
      },
    };
  }
}

export class FakeBluetooth implements BluetoothLike {
  asked: Parameters<BluetoothLike['requestDevice']>[0] | null = null;

  constructor(public answer: FakeDevice | DOMException) {}

  async requestDevice(options: Parameters<BluetoothLike['requestDevice']>[0]): Promise<FakeDevice> {
    this.asked = options;
    if (this.answer instanceof DOMException) throw this.answer;
    return this.answer;
  }
}

/** Invented time: nothing runs until it is asked to. */
export class FakeTimers implements Timers {
  now = Date.UTC(2026, 2, 4, 12, 0, 0);
  readonly #waiting = new Map<number, { at: number; run: () => void }>();
  #last = 0;

  set(afterMs: number, run: () => void): number {
    this.#last += 1;
    this.#waiting.set(this.#last, { at: this.now + afterMs, run });
    return this.#last;
  }

  clear(id: number): void {
    this.#waiting.delete(id);
  }

  get pauses(): number[] {
    return [...this.#waiting.values()].map(({ at }) => at - this.now);
  }

  /** Lets time pass, running what falls due, in order. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const due = [...this.#waiting]
        .filter(([, { at }]) => at <= until)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (due === undefined) break;
      const [id, { at, run }] = due;
      this.#waiting.delete(id);
      this.now = at;
      run();
      await settle();
    }
    this.now = until;
  }
}

/** Lets every promise that can go on go on. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 100; i++) await Promise.resolve();
}
