/** Health devices on the air: the radio is outside, what they send are the bytes of the profiles. */

/**
 * Runs in the page before its own scripts: a `navigator.bluetooth` with one device that has all services.
 * `window.air(characteristic, hex)` sends a frame to whoever subscribed; `window.air.gone()` takes the device away.
 */
export function radio() {
  const services = { 0x1809: [0x2a1c], 0x1810: [0x2a35], 0x1822: [0x2a5f], 0x180a: [0x2a24] };
  const devices = [];
  class Characteristic extends EventTarget {
    constructor(id) {
      super();
      Object.assign(this, { id, subscribed: false });
    }
    async readValue() {
      return new DataView(new TextEncoder().encode('TEST-1').buffer);
    }
    async startNotifications() {
      this.subscribed = true;
      return this;
    }
  }
  class Device extends EventTarget {
    constructor() {
      super();
      Object.assign(this, { id: `device-${devices.length}`, name: 'TEST', connected: false, gatt: this });
      this.characteristics = new Map(
        Object.values(services)
          .flat()
          .map((id) => [id, new Characteristic(id)]),
      );
    }
    async connect() {
      this.connected = true;
      return this;
    }
    disconnect() {
      if (!this.connected) return;
      this.connected = false;
      for (const one of this.characteristics.values()) one.subscribed = false;
      this.dispatchEvent(new Event('gattserverdisconnected'));
    }
    async getPrimaryService(service) {
      if (!services[service]) throw new DOMException('no such service', 'NotFoundError');
      return {
        getCharacteristic: async (id) => {
          if (!services[service].includes(id)) throw new DOMException('no such characteristic', 'NotFoundError');
          return this.characteristics.get(id);
        },
      };
    }
  }
  const requestDevice = async () => {
    devices.push(new Device());
    return devices.at(-1);
  };
  Object.defineProperty(Navigator.prototype, 'bluetooth', { configurable: true, get: () => ({ requestDevice }) });
  /** Gives how many heard it. */
  window.air = (id, hex) => {
    const bytes = Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
    const heard = devices.map((device) => device.characteristics.get(id)).filter((one) => one.subscribed);
    for (const one of heard) {
      one.value = new DataView(bytes.buffer.slice(0));
      one.dispatchEvent(new Event('characteristicvaluechanged'));
    }
    return heard.length;
  };
  window.air.gone = () => {
    for (const device of devices) device.disconnect();
  };
}

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const word = (value) => [value & 255, (value >> 8) & 255];

/** Date Time (GATT 0x2A08) as a device's clock in Japan shows it. */
function clock(at) {
  const local = new Date(at + 9 * 3_600_000);
  const parts = [local.getUTCMonth() + 1, local.getUTCDate(), local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()];
  return [...word(local.getUTCFullYear()), ...parts];
}

/** Blood Pressure Measurement in mmHg, with the device's time, and the pulse where it counted one. */
export const pressure = (systolic, diastolic, at, pulse = null) => {
  const mean = Math.round((systolic + 2 * diastolic) / 3);
  const values = [...word(systolic), ...word(diastolic), ...word(mean), ...clock(at)];
  return [0x2a35, hex(pulse === null ? [0x02, ...values] : [0x06, ...values, ...word(pulse)])];
};

/** Temperature Measurement in tenths of a degree Celsius, with the device's time. */
export const temperature = (tenths, at) => [0x2a1c, hex([0x02, ...word(tenths), 0, 0xff, ...clock(at)])];

/** PLX Continuous Measurement. */
export const saturation = (spo2, pulse) => [0x2a5f, hex([0, ...word(spo2), ...word(pulse)])];
