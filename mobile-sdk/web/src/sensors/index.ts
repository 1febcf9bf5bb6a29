/** Sensors as an app sees them: real ones over Bluetooth, simulated ones for demonstrations. */
export { BluetoothSensor, type BluetoothSensorOptions, bluetoothSupported } from './bluetooth.ts';
export { PATIENT_NAMES, type PatientName } from './patients.ts';
export {
  Sensor,
  type SensorEvents,
  type SensorOptions,
  type SensorProblem,
  type SensorState,
} from './sensor.ts';
export { type OnDemand, type SimulatedSensorOptions, SimulatedSensors, Simulation } from './simulated.ts';
