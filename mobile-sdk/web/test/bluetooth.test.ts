/** A Bluetooth device from the chooser to a reading, and back after it went away. */
import { describe, expect, test } from 'vitest';
import type { NewReading } from '../src/gatt/index.ts';
import { BluetoothSensor, type SensorProblem, type SensorState } from '../src/sensors/index.ts';
import { FakeBluetooth, FakeCharacteristic, FakeDevice, FakeTimers, settle } from './fake-bluetooth.ts';

const CUFF_FRAME = '1e840051006200ea070304151e3b4800010000';
const GLUCOSE_FRAME = '020100ea070304151e3b69b011';

function model(text: string): FakeCharacteristic {
  const characteristic = new FakeCharacteristic();
  characteristic.value = new DataView(new TextEncoder().encode(text).buffer);
  return characteristic;
}

function setUp(services: [number, [number, FakeCharacteristic][]][], name?: string) {
  const device = new FakeDevice(name, new Map(services.map(([id, chars]) => [id, new Map(chars)])));
  const bluetooth = new FakeBluetooth(device);
  const timers = new FakeTimers();
  let ids = 0;
  const sensor = new BluetoothSensor({
    bluetooth,
    timers,
    now: () => timers.now,
    newId: () => `id-${++ids}`,
    utcOffsetMinutes: 540,
  });
  const states: [SensorState, SensorProblem | null][] = [];
  const readings: NewReading[] = [];
  sensor.on('state', (state, problem) => states.push([state, problem]));
  sensor.on('readings', (list) => readings.push(...list));
  return { device, bluetooth, timers, sensor, states, readings };
}

function cuff() {
  const measurement = new FakeCharacteristic();
  return {
    measurement,
    ...setUp(
      [
        [0x1810, [[0x2a35, measurement]]],
        [0x180a, [[0x2a24, model('UA-651BLE\0\0')]]],
      ],
      'A&D_UA-651BLE_1234',
    ),
  };
}

test('a chosen cuff is connected, subscribed, named and heard', async () => {
  const { sensor, bluetooth, measurement, states, readings } = cuff();
  await sensor.choose();
  expect(states).toEqual([
    ['choosing', null],
    ['connecting', null],
    ['connected', null],
  ]);
  expect(bluetooth.asked?.filters).toContainEqual({ services: [0x1810] });
  expect(bluetooth.asked?.optionalServices).toContain(0x180a);
  measurement.send(CUFF_FRAME);
  expect(readings).toEqual([
    {
      id: 'id-1',
      vital: { kind: 'bloodPressure', systolic: '132', diastolic: '81', mean: '98', unit: 'mm[Hg]' },
      origin: { kind: 'device', model: 'UA-651BLE' },
      flags: [],
      takenAt: Date.parse('2026-03-04T12:30:59Z'),
    },
    expect.objectContaining({ id: 'id-2', vital: { kind: 'pulse', value: '72', unit: '/min' } }),
  ]);
});

test('the chooser offers the devices asked for, and all that is understood where nothing is', async () => {
  const bluetooth = new FakeBluetooth(new DOMException('closed', 'NotFoundError'));
  const offered = async (options: ConstructorParameters<typeof BluetoothSensor>[0]) => {
    await new BluetoothSensor({ bluetooth, ...options }).choose();
    return bluetooth.asked?.filters.flatMap(({ services }) => services);
  };
  expect(await offered({ profiles: ['heartRate', 'weight', 'glucose'] })).toEqual([0x180d, 0x181d, 0x1808]);
  expect(await offered({})).toEqual([0x1810, 0x1809, 0x1822, 0x180d, 0x181d, 0x1808]);
  // What another profile of the chosen device says is heard too.
  expect(bluetooth.asked?.optionalServices).toContain(0x1810);
});

test('without a device time a reading is stamped on arrival', async () => {
  const continuous = new FakeCharacteristic();
  const { sensor, timers, readings } = setUp([[0x1822, [[0x2a5f, continuous]]]], 'Nonin3230');
  await sensor.choose();
  timers.now += 1234;
  continuous.send('005b007000');
  expect(readings.map((r) => [r.vital.kind, r.takenAt, r.origin])).toEqual([
    ['spo2', timers.now, { kind: 'device', model: 'Nonin3230' }],
    ['pulse', timers.now, { kind: 'device', model: 'Nonin3230' }],
  ]);
});

describe('what can go wrong in the chooser', () => {
  test.each([
    ['NotFoundError', 'cancelled'],
    ['SecurityError', 'denied'],
    ['NotAllowedError', 'denied'],
  ] as const)('%s', async (name, problem) => {
    const { sensor, bluetooth } = cuff();
    bluetooth.answer = new DOMException('', name);
    await sensor.choose();
    expect([sensor.state, sensor.problem]).toEqual(['idle', problem]);
  });

  test('a browser without Bluetooth', async () => {
    const sensor = new BluetoothSensor({ bluetooth: undefined });
    await sensor.choose();
    expect([sensor.state, sensor.problem]).toEqual(['idle', 'unsupported']);
  });

  test('a device that measures nothing we know', async () => {
    const { sensor, device } = setUp([[0x180f, []]]);
    await sensor.choose();
    expect([sensor.state, sensor.problem, device.connected]).toEqual(['lost', 'noHealthService', false]);
  });
});

test('a cuff that went to sleep is found again, and each value is heard once', async () => {
  const { sensor, device, measurement, timers, states, readings } = cuff();
  await sensor.choose();
  device.inReach = false;
  device.disconnect();
  expect([sensor.state, sensor.problem]).toEqual(['waiting', null]);
  await timers.pass(10_000);
  expect([sensor.state, sensor.problem]).toEqual(['waiting', 'unreachable']);
  expect(device.connects).toBeGreaterThan(3);
  device.inReach = true;
  await timers.pass(10_000);
  expect(sensor.state).toBe('connected');
  measurement.send(CUFF_FRAME);
  expect(readings).toHaveLength(2);
  expect(states.filter(([state]) => state === 'connected')).toHaveLength(2);
});

test('pauses grow, then it is given up until someone asks', async () => {
  const { sensor, device, timers } = cuff();
  device.inReach = false;
  await sensor.choose();
  const pauses: number[] = [];
  for (let i = 0; i < 6; i++) {
    pauses.push(...timers.pauses);
    await timers.pass(timers.pauses[0] ?? 0);
  }
  expect(pauses).toEqual([500, 1_000, 2_000, 5_000, 10_000, 10_000]);
  await timers.pass(2 * 3_600_000);
  expect([sensor.state, timers.pauses]).toEqual(['lost', []]);
  const tried = device.connects;
  device.inReach = true;
  await sensor.retry();
  expect([sensor.state, device.connects]).toEqual(['connected', tried + 1]);
});

test('after stop nothing is heard and nothing is tried', async () => {
  const { sensor, device, measurement, timers, readings } = cuff();
  await sensor.choose();
  sensor.stop();
  expect([device.connected, sensor.state]).toEqual([false, 'stopped']);
  measurement.subscribed = true;
  measurement.send(CUFF_FRAME);
  await timers.pass(60_000);
  expect([readings.length, device.connects]).toEqual([0, 1]);
});

test('stopped while connecting: the late connection is let go', async () => {
  const { sensor, device, measurement } = cuff();
  let connected: () => void = () => {};
  const connect = device.connect.bind(device);
  device.connect = () => new Promise((resolve) => (connected = () => resolve(connect())));
  const choosing = sensor.choose();
  await settle();
  expect(sensor.state).toBe('connecting');
  sensor.stop();
  connected();
  await choosing;
  expect([sensor.state, device.connected, measurement.subscribed]).toEqual(['stopped', false, false]);
});

test('a meter is asked for its last record, and the record counts once', async () => {
  const measurement = new FakeCharacteristic();
  const control = new FakeCharacteristic();
  control.onWrite = () => measurement.send(GLUCOSE_FRAME);
  const { sensor, device, timers, readings } = setUp([
    [
      0x1808,
      [
        [0x2a18, measurement],
        [0x2a52, control],
      ],
    ],
  ]);
  await sensor.choose();
  expect(control.written).toEqual([[1, 6]]);
  expect(readings.map((r) => r.vital)).toEqual([{ kind: 'glucose', value: '105', unit: 'mg/dL' }]);
  device.disconnect();
  await timers.pass(1_000);
  expect([sensor.state, control.written.length, readings.length]).toEqual(['connected', 2, 1]);
});

test('torn and empty frames are told apart from readings', async () => {
  const { sensor, measurement, readings } = cuff();
  const said: unknown[] = [];
  sensor.on('garbled', (error, profile) => said.push([error, profile]));
  sensor.on('empty', (frame, profile) => said.push([frame.absent.length, profile]));
  await sensor.choose();
  measurement.send(CUFF_FRAME.slice(0, 20));
  measurement.send('00ff07ff07ff07');
  expect([said, readings]).toEqual([
    [
      ['truncated', 'bloodPressure'],
      [3, 'bloodPressure'],
    ],
    [],
  ]);
});
