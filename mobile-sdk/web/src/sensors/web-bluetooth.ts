/** The part of Web Bluetooth used here. TypeScript's DOM library does not have it, as not every browser does. */

export interface BluetoothLike {
  requestDevice(options: {
    filters: { services: number[] }[];
    optionalServices: number[];
  }): Promise<BluetoothDeviceLike>;
}

export interface BluetoothDeviceLike extends EventTarget {
  readonly id: string;
  readonly name?: string | undefined;
  readonly gatt?: BluetoothServerLike | undefined;
}

export interface BluetoothServerLike {
  readonly connected: boolean;
  connect(): Promise<BluetoothServerLike>;
  disconnect(): void;
  getPrimaryService(service: number): Promise<BluetoothServiceLike>;
}

export interface BluetoothServiceLike {
  getCharacteristic(characteristic: number): Promise<BluetoothCharacteristicLike>;
}

export interface BluetoothCharacteristicLike extends EventTarget {
  readonly value?: DataView | undefined;
  readValue(): Promise<DataView>;
  writeValueWithResponse(value: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Subscribes to notifications or indications, whichever the characteristic has. */
  startNotifications(): Promise<BluetoothCharacteristicLike>;
}

/** This browser's Bluetooth, if pages may use it. */
export function browserBluetooth(): BluetoothLike | undefined {
  return (globalThis.navigator as unknown as { bluetooth?: BluetoothLike } | undefined)?.bluetooth;
}
